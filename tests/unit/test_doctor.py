"""``passerelle doctor``: what it finds, how it is told, and what it never does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.home.doctor import EXAMINATIONS, Found, Visit, examine, render


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder to work in, and an empty model store."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos"))
    return folder


def doctor(*arguments):
    return CliRunner().invoke(app, ["doctor", *map(str, arguments)])


def test_an_empty_folder_is_told_what_to_make_and_nothing_is_made(desk, tmp_path):
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "the bundled model is not made yet" in result.stdout
    assert result.stdout.endswith("\nDo this first: make one: `passerelle init`.\n")
    assert sorted(tmp_path.rglob("*")) == [desk]


def test_text_and_json_render_one_object(desk):
    health = examine(Visit.here({"beam": 4, "threads": 1000}))
    text, told = "\n".join(render(health)), health.to_json()
    assert told["version"] == 1
    assert [each["name"] for each in told["examined"]] == list(EXAMINATIONS)
    for each in told["examined"]:
        assert each["summary"] in text
        for trouble in each["troubles"]:
            assert trouble["what"] in text
            assert trouble["next_step"] in text
    assert told["first"] == text.splitlines()[-1]


def test_the_command_prints_one_json_value(desk):
    told = json.loads(doctor("--json").stdout)
    assert [each["name"] for each in told["examined"]] == list(EXAMINATIONS)


def test_a_look_reads_no_documents_and_loads_no_model(desk):
    code = (
        "import sys; from pipeline.home.doctor import Visit, examine; examine(Visit.here());"
        "slow = {'pipeline.documents', 'polars', 'ray', 'argostranslate'} & {*sys.modules};"
        "print(*slow)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("broken", EXAMINATIONS)
def test_a_bug_in_one_examination_stops_no_other(desk, broken):
    def fails(_visit):
        raise ZeroDivisionError

    def fine(_visit):
        return Found(summary="fine", facts={})

    rounds = dict.fromkeys(EXAMINATIONS, fine) | {broken: fails}
    health = examine(Visit.here(), rounds)
    assert [each.name for each in health.examined] == list(EXAMINATIONS)
    assert [each.name for each in health.examined if each.found.summary != "fine"] == [broken]
    (trouble,) = health.troubles
    assert "bug" in trouble.what
    assert health.exit_code == 1
