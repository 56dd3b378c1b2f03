"""One damaged state file, whatever the byte, loses nothing that a person approved."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.memory import Approved, TranslationMemory
from pipeline.records import Hypothesis

TORTURE = Path(__file__).parents[1] / "torture"
ENTRIES = [Approved(source=f"Phrase {i}.", target=f"Sentence {i}.") for i in range(5)]


@pytest.fixture(scope="module")
def mutations():
    spec = importlib.util.spec_from_file_location("mutations", TORTURE / "mutations.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", range(4))
def test_one_damaged_file_loses_no_approved_row_and_stops_nothing(mutations, seed):
    done, wrong = mutations.trials(75, seed)
    assert (done, dict(wrong)) == (75, {})


@pytest.fixture
def memory(tmp_path):
    with TranslationMemory(tmp_path / "m.db") as made:
        made.approve(ENTRIES)
        made.keep_answers([(b"k", "f", "s", (Hypothesis(text="t", score=0.0),))])
    return tmp_path / "m.db"


def home(memory):
    return memory.with_name(f"{memory.name}.approved.jsonl")


def reopened(path, **options):
    said = []
    with TranslationMemory(path, warn=said.append, **options) as memory:
        return sorted(memory.approved_entries(), key=lambda e: e.source), said


def test_what_was_approved_later_wins_in_either_home(memory):
    old = home(memory).read_bytes()
    changed = Approved(source="Phrase 1.", target="The first sentence.")
    database = memory.read_bytes()
    with TranslationMemory(memory) as opened:
        opened.approve([changed])
    new = home(memory).read_bytes()
    assert new.startswith(old)  # only ever added to
    wanted = [changed if e.source == changed.source else e for e in ENTRIES]
    home(memory).write_bytes(old)
    assert reopened(memory) == (wanted, [])
    memory.write_bytes(database)
    assert reopened(memory)[0] == wanted
    assert reopened(memory) == (wanted, [])


def test_a_home_that_is_gone_comes_back_without_a_word(memory):
    home(memory).unlink()
    assert reopened(memory) == (ENTRIES, [])
    memory.unlink()
    entries, said = reopened(memory)
    assert entries == ENTRIES
    assert "5 approved entries came back" in said[0]


@pytest.mark.parametrize("content", [b"my diary\n", b"[1, 2]\n", b"\0" * 99])
def test_somebodys_file_in_the_place_of_the_second_home_is_kept(memory, content):
    home(memory).write_bytes(content)
    entries, said = reopened(memory)
    assert entries == ENTRIES
    assert said == [
        f"{home(memory).name} was somebody's file: it is kept as {home(memory).name}.kept-1"
    ]
    assert home(memory).with_name(f"{home(memory).name}.kept-1").read_bytes() == content
    assert reopened(memory) == (ENTRIES, [])


def test_a_second_home_that_cannot_be_is_told_and_stops_nothing(memory):
    home(memory).unlink()
    home(memory).mkdir()
    entries, said = reopened(memory)
    assert entries == ENTRIES
    assert "no second copy" in said[0]


def test_another_process_that_approves_is_seen(memory):
    with TranslationMemory(memory) as one, TranslationMemory(memory) as other:
        other.approve([Approved(source="Neuf.", target="New.")])
        assert one.approved(["Neuf."])["Neuf."].target == "New."
        one.approve([Approved(source="Neuf.", target="Newer.")])
        assert other.approved(["Neuf."])["Neuf."].target == "Newer."
        assert len(other.approved_entries()) == 6


def command(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_verify_and_repair_say_what_was_saved(memory):
    done = command("memory", "verify", "--memory", memory)
    assert done.exit_code == 0
    assert "5 approved entries, each in two files" in done.stdout
    data = bytearray(memory.read_bytes())
    place = data.index(b'[{"text":"t"')
    data[place + 10] ^= 1
    memory.write_bytes(data)
    done = command("memory", "verify", "--memory", memory)
    assert done.exit_code == 10
    assert "memory repair" in done.stderr
    done = command("memory", "repair", "--memory", memory)
    assert done.exit_code == 0
    assert "1 damaged row of 6 taken out" in done.stdout
    assert command("memory", "verify", "--memory", memory).exit_code == 0
    for page in range(1, len(data) // 4096):
        memory.write_bytes(data[: page * 4096] + b"\xff" * 4096 + data[(page + 1) * 4096 :])
        done = command("memory", "repair", "--memory", memory)
        assert done.exit_code == 0, done.stderr
        assert "5 approved entries, each in two files" in done.stdout
        assert "damaged" in done.stderr + done.stdout
