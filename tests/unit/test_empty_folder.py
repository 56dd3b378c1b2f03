"""Every command, in an empty folder of somebody with an empty home: it works, or says what to do.

A command without a row here fails: say what it does where nothing is yet.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import Translator
from pipeline.cli.app import app
from pipeline.cli.tree import described

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
COMMANDS = {" ".join(c.path[1:]): c for c in described().walk() if not c.commands}
GROUPS = [" ".join(c.path[1:]) for c in described().walk() if c.commands and c.path[1:]]

# command → what is typed behind it, and the exit code. A folder holds nothing but what a row makes.
EMPTY = {
    "init": [("", 0), ("news", 0), ("--json", 0)],
    "translate": [
        *[("", 2), (".", 2), ("articles", 2), ("'*.txt'", 2), (". --dry-run", 2)],
        *[("--json", 2), ("--watch", 2), ("- --engine argos", 6), (". --engine argos", 2)],
        *[(". -g terms.csv", 2), (". --model nothing/", 2), ("archive.parquet", 4)],
    ],
    "doctor": [("", 0), ("--json", 0), ("--thorough", 0), ("--engine argos", 6)],
    "config": [("", 0), ("--json", 0)],
    "glossary list": [("", 5), ("IA", 5), ("--json", 5), ("-g terms.csv", 5)],
    "glossary add": [
        *[("IA AI", 0), ("OpenAI", 0), ("IA AI --file terms.csv", 0), ("IA AI --json", 0)],
        *[("IA AI --file no/terms.csv", 5), ("'' AI", 5), ("IA AI --status wrong", 5)],
    ],
    "glossary set": [("IA target=AI", 5), ("IA target=AI --file terms.csv", 5), ("IA AI", 2)],
    "glossary remove": [("IA", 5), ("IA --file terms.csv", 5)],
    "glossary lint": [("", 5), ("terms.csv", 5), ("--json", 5), ("--corpus .", 5)],
    "glossary suggest": [(".", 0), (". --json", 0), ("articles", 2)],
    "glossary stats": [("", 4), ("--json", 4), ("--out english", 4)],
    "glossary import": [("client.tbx", 5), ("client.csv", 5)],
    "glossary export": [("terms.tbx", 5), ("terms.csv", 5)],
    "glossary impact": [
        *[("articles", 2), ("articles --base old.csv", 5), ("articles --head new.csv", 5)],
        (". --head new.csv", 5),
    ],
    "glossary calibrate": [("--engine argos", 6)],
    "memory stats": [("", 10), ("--json", 10), ("--memory m.sqlite", 10)],
    "memory export": [("", 10), ("m.csv", 10), ("--approved-only", 10)],
    "memory import": [("corrections.csv", 4)],
    "memory prune": [("", 2), ("--days 30", 10), ("--keep-engine ab", 10)],
    "memory verify": [("", 10), ("--json", 10)],
    "memory repair": [("", 10), ("--json", 10)],
    "models list": [("", 0), ("--json", 0), ("--paths", 0)],
    "models install": [("nothing", 2), ("nothing.argosmodel", 6), ("fr-en", 9)],
    "models verify": [("", 12), ("--json", 12), ("nothing", 6)],
    "models check": [("nothing", 6), ("nothing/", 6)],
    "models measure": [("", 2), ("-s a.fr -r a.en", 4), ("--tsv a.tsv", 4)],
    "models remove": [("nothing", 6)],
    "models info": [("nothing", 6)],
    "schema": [("", 0), ("--json", 0), ("settings", 0), ("nothing", 2)],
    "completion": [("bash", 0), ("zsh", 0), ("fish", 0), ("tcsh", 2), ("bash --install", 0)],
    "man": [("", 0), ("translate", 0), ("nothing", 2)],
    "quality score": [("outputs", 4), ("a.txt", 4), ("a.txt -r b.txt", 4)],
    "quality compare": [("old new", 4), ("a.txt b.txt -r c.txt", 4), ("old", 4)],
    "quality report": [("", 4), ("--json", 4), ("outputs", 4), ("elsewhere", 4)],
    "quality checks": [
        *[("", 4), ("--json", 4), ("--list", 0), ("--source a.fr --target a.en", 4)],
        ("--source a.fr", 2),
    ],
}
ROWS = [(name, typed, code) for name, rows in EMPTY.items() for typed, code in rows]

# Steps that are right and cannot be taken here.
NOT_HERE = {
    "passerelle models install bundled": "takes a minute",
    "passerelle models install fr-en": "needs the network",
}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder, an empty home, and no network."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PASSERELLE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ARGOS_PACKAGES_DIR", raising=False)
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://127.0.0.1:9/index.json")
    (tmp_path / "home").mkdir()
    (tmp_path / "desk").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def call(typed):
    """Type a command behind `passerelle`; any way to end but an exit code is a bug."""
    result = CliRunner().invoke(app, shlex.split(typed), input=b"")
    assert result.exception is None or isinstance(result.exception, SystemExit), typed
    assert "Traceback" not in result.output
    return result


def steps(result):
    """Give the whole commands that an error names, in their order."""
    told = "\n".join(re.findall(r"^ *→ (.*)$", result.output, re.MULTILINE))
    named = re.findall(r"`(passerelle[^`]*)`", told)
    return [step for step in named if not re.search(r"[A-Z]{3}|…", step)]


def check_error(typed, result):
    """An error names the problem and what to do; the command that it names first works here."""
    if usage := re.search(r"^Try '(passerelle .*--help)' for help\.$", result.stderr, re.M):
        assert re.search(r"^Error: \S", result.stderr, re.MULTILINE)
        assert call(usage[1].removeprefix("passerelle ")).exit_code == 0
        return
    if result.stderr or "--json" not in typed:
        assert re.search(r"^(\S+: )?error:? +\S", result.output, re.MULTILINE), result.output
        assert re.search(r"^ *→ \S+ \S+", result.output, re.MULTILINE), "no next step"
    if (named := steps(result)) and named[0] not in NOT_HERE:
        done = call(named[0].removeprefix("passerelle "))
        assert done.exit_code == 0, f"{named[0]}: {done.output}"


def test_every_command_has_a_row():
    assert set(COMMANDS) == set(EMPTY)


@pytest.mark.parametrize(("name", "typed", "code"), ROWS, ids=lambda v: str(v) or "alone")
def test_a_command_works_in_an_empty_folder_or_says_what_to_do(
    name, typed, code, desk, monkeypatch
):
    if "--watch" in typed:
        monkeypatch.setattr("pipeline.run.watch.keep_running", lambda *_, **__: None)
    result = call(f"{name} {typed}")
    assert result.exit_code == code, result.output
    if code == 0:
        assert result.output.strip()
        return
    assert list(desk.rglob("*")) == [], "an error left something"
    check_error(typed, result)


NEEDY = [name for name, command in COMMANDS.items() if any(a.required for a in command.arguments)]


@pytest.mark.parametrize("name", [*NEEDY, *GROUPS, "nothing", "--nothing"])
def test_what_is_not_said_is_asked_for(name, desk):
    result = call(name)
    assert result.exit_code == 2
    if name in GROUPS:  # with nothing behind it, its help
        assert "Commands:" in result.output
        return
    check_error(name, result)


def test_a_first_term_makes_the_glossary_and_a_second_joins_it(desk):
    first = call("glossary add IA AI")
    assert "glossary/terms.csv was made" in first.stderr
    assert first.stdout == "added glossary/terms.csv:2: IA | AI\n"
    second = call("glossary add puce chip")
    assert "was made" not in second.output
    assert second.stdout == "added glossary/terms.csv:3: puce | chip\n"
    assert call("glossary lint").exit_code == 0
    assert call("glossary list").stdout.count("\n") == 2


@pytest.mark.parametrize("row", ["'' AI", "IA AI --status wrong", "IA AI --priority x"])
def test_a_first_term_that_is_refused_makes_nothing(row, desk):
    assert call(f"glossary add {row}").exit_code == 5
    assert not list(desk.iterdir())


def test_a_glossary_that_somebody_makes_meanwhile_is_not_overwritten(desk, monkeypatch):
    from pipeline.glossary.file import edit

    made = edit._make

    def meanwhile(sheet):
        sheet.path.parent.mkdir()
        sheet.path.write_text("source,target\npuce,chip\n")
        made(sheet)

    monkeypatch.setattr(edit, "_make", meanwhile)
    assert call("glossary add IA AI").exit_code == 5
    assert (desk / "glossary" / "terms.csv").read_text() == "source,target\npuce,chip\n"


# --- whoever follows the steps, arrives


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A store with one small model, measured."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_HOME", str(folder))
        assert call(f"models install {shlex.quote(str(PACKAGE))}").exit_code == 0
    return folder


@pytest.mark.parametrize(
    "typed",
    [
        *("translate", "translate .", "translate articles --dry-run", "glossary list"),
        *("glossary set IA note=ours", "glossary remove IA", "glossary lint", "glossary stats"),
        *("glossary export terms.tbx", "memory stats", "memory export", "memory verify"),
        *("memory repair", "memory prune --days 3", "quality report", "quality checks"),
        "models verify",
    ],
)
def test_whoever_does_what_each_error_says_gets_there(typed, desk, package, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(package))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(desk.parent / "argos"))
    taken = []
    while (result := call(typed)).exit_code:
        step = next(iter(steps(result)), "")
        if not step:  # a path that is not there yet: `passerelle` alone knows
            step = re.search(r"^Next: (passerelle .*)$", call("").stdout, re.MULTILINE)[1]
        assert step not in taken, f"{step} does not help: {result.output}"
        taken.append(step)
        assert call(step.removeprefix("passerelle ")).exit_code == 0, step
        if typed == "translate" and step.startswith("passerelle translate"):
            break  # that is what it asked for
        assert len(taken) <= 2


def test_python_works_in_an_empty_folder(desk, package, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(package))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(desk.parent / "argos"))
    with pytest.warns(UserWarning, match="no glossary: .* makes one"):
        translator = Translator()
    with translator:
        result = translator.translate("Le ministre a annoncé la fermeture de l’usine.")
    assert "minister" in str(result)
    assert result.terms == ()
    assert not list(desk.iterdir())
