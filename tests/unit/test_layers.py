"""The house stays as docs/DESIGN.md draws it: no arrow runs back up, no room is unplanned."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PROJECT = Path(__file__).parents[2]
RULES = PROJECT / "pyproject.toml"


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    monkeypatch.chdir(PROJECT)


def test_no_arrow_runs_back_up_and_every_room_is_in_the_plan(capsys):
    assert lint_imports(str(RULES), no_cache=True, no_logo=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("planned", "changed"),
    [
        ('  "run",\n  "translate",\n', '  "translate",\n  "run",\n'),  # an arrow that runs up
        (" | memory", ""),  # a room that nobody planned
        ('  "enforce",\n  "termbase",\n', '  "termbase",\n  "enforce",\n'),  # inside the glossary
    ],
)
def test_the_linter_sees_what_breaks_the_plan(tmp_path, capsys, planned, changed):
    rules = RULES.read_text(encoding="utf-8")
    assert planned in rules
    other = tmp_path / "pyproject.toml"
    other.write_text(rules.replace(planned, changed), encoding="utf-8")
    assert lint_imports(str(other), no_cache=True, no_logo=True) == 1
    assert "BROKEN" in capsys.readouterr().out


def test_every_room_and_module_is_described_in_the_design():
    design = (PROJECT / "docs" / "DESIGN.md").read_text(encoding="utf-8")
    rooms = sorted(
        f"{path.name}/" if path.is_dir() else path.name
        for path in (PROJECT / "pipeline").iterdir()
        if not path.name.startswith("__") and path.name != "py.typed"
    )
    assert [room for room in rooms if f"`{room}`" not in design] == []
