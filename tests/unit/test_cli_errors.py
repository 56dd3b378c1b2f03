"""Every class of error, met from the command line: problem, place, next step, exit code."""

from __future__ import annotations

import os
import pty
import re
import sqlite3
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline import errors
from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.run import ChosenEngine
from pipeline.wording import fold

ALL = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.PasserelleError)
]


def passerelle(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def desk(tmp_path, monkeypatch, fake_engine_class):
    """A folder with one article, an empty model store, no network, and the fake engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos"))
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://127.0.0.1:9/index.json")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.fr.txt").write_text("Il pleut.\n")

    def fake(**options):
        engine = fake_engine_class(**options)
        opener = lambda _settings, _say: ChosenEngine(engine=engine, why="fake")  # noqa: E731
        monkeypatch.setattr(command, "_open", opener)

    return tmp_path, fake


def bad_option(desk):
    return "translate", "in/nothing.txt"


def bad_config(desk):
    (desk / "passerelle.toml").write_text("beem = 1\n")
    return ("config",)


def bad_input(desk):
    return "memory", "import", "nothing.csv"


def bad_glossary(desk):
    (desk / "g.csv").write_text("source,target\nIA\n")
    return "translate", "in", "-g", "g.csv"


def no_model(desk):
    return "translate", "in", "--engine", "argos"


def no_such_model(desk):
    return "models", "info", "nothing"


def damaged_model(desk):
    folder = desk / "home" / "models" / "broken"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("no JSON")
    return "models", "info", "broken"


def refused_package(desk):
    (desk / "x.argosmodel").write_bytes(b"no archive")
    return "models", "install", "x.argosmodel"


def no_output(desk):
    (desk / "out").write_text("a file")
    return "translate", "in", "--out", "out"


def no_network(desk):
    return "models", "install", "fr-en"


def foreign_memory(desk):
    with sqlite3.connect(desk / "x.db") as database:
        database.execute("CREATE TABLE other (a)")
    return "translate", "in", "--memory", "x.db"


def no_memory(desk):
    return "memory", "stats"


def files_that_do_not_fit(desk):
    (desk / "out.txt").write_text("It rains.\nIt snows.\n")
    (desk / "ref.txt").write_text("It rains.\n")
    return "quality", "score", "out.txt", "-r", "ref.txt"


def missed_gate(desk):
    (desk / "out.txt").write_text("It rains.\n")
    (desk / "ref.txt").write_text("Nothing is alike here.\n")
    return "quality", "score", "out.txt", "-r", "ref.txt", "--fail-under", "chrf=90"


def nothing_checked(desk):
    return "models", "verify"


@pytest.mark.parametrize(
    ("provoke", "error", "needs_fake"),
    [
        (bad_option, errors.UsageError, True),
        (bad_config, errors.ConfigError, False),
        (bad_input, errors.InputError, False),
        (bad_glossary, errors.GlossaryError, True),
        (no_model, errors.ModelMissing, False),
        (no_such_model, errors.ModelMissing, False),
        (damaged_model, errors.ModelDamaged, False),
        (refused_package, errors.PackageRefused, False),
        (no_output, errors.OutputError, True),
        (no_network, errors.NetworkError, False),
        (foreign_memory, errors.MemoryStoreError, True),
        (no_memory, errors.MemoryStoreError, False),
        (files_that_do_not_fit, errors.QualityError, False),
        (missed_gate, errors.BelowThreshold, False),
        (nothing_checked, errors.NothingChecked, False),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_error_tells_problem_place_and_next_step(desk, provoke, error, needs_fake):
    folder, fake = desk
    if needs_fake:
        fake()
    result = passerelle(*provoke(folder))
    assert result.exit_code == error.exit_code, result.output
    assert isinstance(result.exception, SystemExit)
    assert isinstance(result.exception.__context__, error) or error in raised(result.exception)
    lines = result.stderr.splitlines()
    assert any(line.startswith("error: ") and len(line) > 20 for line in lines)
    assert re.search(r"^  → \S+ \S+", result.stderr, re.MULTILINE), "no next step"
    assert "Traceback" not in result.stderr


def raised(exception):
    """Give the classes of an exception's causes."""
    found = []
    while exception is not None:
        found.append(type(exception))
        exception = exception.__cause__ or exception.__context__
    return found


def test_an_engine_that_fails_on_everything_is_an_engine_error(desk):
    folder, fake = desk
    fake(poison="Il")
    for number in range(12):  # a single one would be a bad document, and skipped
        (folder / "in" / f"{number}.txt").write_text(f"Il neige {number}.\n")
    result = passerelle("translate", "in")
    assert result.exit_code == errors.EngineError.exit_code
    assert "the fake engine was poisoned" in result.stderr
    assert "Traceback" not in result.stderr


def test_every_class_has_the_exit_code_that_its_documentation_draws():
    drawn = dict(re.findall(r"(\w+) +(\d+)\b", errors.__doc__))
    assert {kind.__name__: str(kind.exit_code) for kind in ALL} == {
        kind.__name__: drawn[kind.__name__] for kind in ALL
    }
    assert {kind.__name__ for kind in ALL} <= set(errors.__all__)


def test_long_messages_are_folded_between_words_and_paths_stay_whole():
    path = "/a/very/long/path/" + "x" * 90
    lines = [
        part
        for line in (
            f"error: {path}: the file is too long for a line of eighty columns, as can be seen",
            "  → give another file with --glossary, or create it with a header row, please, now",
        )
        for part in fold(line, 79).split("\n")
    ]
    assert all(len(line) < 80 or path in line for line in lines)
    assert any(path in line for line in lines)
    assert lines[-1].startswith("    ")
    short = ["error: short", "", "  → do it"]
    assert [fold(line, 79) for line in short] == short


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_on_a_terminal_a_long_error_fits(tmp_path):
    leader, follower = pty.openpty()
    (tmp_path / "passerelle.toml").write_text("beem = 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "config"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
        stderr=follower,
        check=False,
    )
    os.close(follower)
    shown = os.read(leader, 10_000).decode()
    os.close(leader)
    assert done.returncode == 2
    lines = shown.replace("\r\n", "\n").splitlines()
    assert len(lines) >= 4
    assert all(len(line) < 80 or str(tmp_path) in line for line in lines)
