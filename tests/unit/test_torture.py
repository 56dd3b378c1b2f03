"""The fault campaign itself: it sees a fault, keeps it and makes it come again."""

from __future__ import annotations

import json

import pytest
from torture import __main__ as campaign
from torture import archives, documents, glossaries, packages, trials


@pytest.fixture(autouse=True)
def reproducers(tmp_path, monkeypatch):
    path = tmp_path / "outputs" / "failures.jsonl"
    path.parent.mkdir()
    for module in (trials, campaign):
        monkeypatch.setattr(module, "REPRODUCERS", path)
    return path


@pytest.mark.parametrize("kind", [documents, glossaries, packages, archives])
def test_the_first_tries_of_each_kind_go_well(kind):
    for number in range(4):
        assert trials.attempt(kind.one, 1, number) == ("", "")


def one(dice, folder):
    (folder / "kept.txt").write_text("Bonjour.", encoding="utf-8")
    if dice.random() < 0.5:
        raise ValueError("a fault of ours")
    return "lost: a row" if dice.random() < 0.5 else ""


class Kind:
    one = staticmethod(one)

    @staticmethod
    def run(seconds, seed):
        return trials.tries(one, seconds, seed)


def test_faults_are_counted_kept_and_come_again(reproducers, monkeypatch, capsys):
    monkeypatch.setattr(campaign, "FAULTS", {"kind": (Kind, 1.0)})
    assert campaign.main(["--seconds", "0.3", "--seed", "7"]) == 1
    shown = capsys.readouterr().out.splitlines()[-1].split()
    kept = [json.loads(line) for line in reproducers.read_text(encoding="utf-8").splitlines()]
    assert shown[0] == "kind"
    assert int(shown[3]) == len(kept) > 0
    assert "raised" in shown
    number = kept[0]["again"].rpartition(" ")[2]
    assert campaign.main(["--only", "kind", "--seed", "7", "--again", number]) == 1
    assert kept[0]["what"] in capsys.readouterr().out
    assert list(reproducers.parent.rglob("kept.txt"))


def test_a_try_that_does_not_end_is_a_fault(monkeypatch):
    def endless(dice, folder):
        while True:
            pass

    monkeypatch.setattr(trials, "BUSY", 0.2)
    assert trials.attempt(endless, 1, 0)[0] == "slow"


def test_a_campaign_without_faults_ends_with_0(monkeypatch):
    class Good:
        @staticmethod
        def run(seconds, seed):
            return {"tries": 3, "lost": 0}

    monkeypatch.setattr(campaign, "FAULTS", {"good": (Good, 1.0)})
    assert campaign.main(["--seconds", "1"]) == 0
