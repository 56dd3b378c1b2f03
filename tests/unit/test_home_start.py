"""A start in an empty folder: what it makes, what it leaves alone, and what comes next."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.config import FIELDS, Settings, load_settings
from pipeline.errors import InputError, OutputError, UsageError
from pipeline.glossary import load_termbase
from pipeline.glossary.file import lint
from pipeline.home import starting
from pipeline.segmentation import split

PROJECT = Path(__file__).parents[2]


def passerelle(*arguments):
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder, with nothing above it that holds settings."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def contents(folder):
    """Every file below a folder with its bytes, every link with its target."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_a_start_makes_settings_glossary_and_article_and_names_the_next_command(here):
    result = passerelle("init")
    assert result.exit_code == 0
    assert sorted(contents(here)) == [
        "articles/sample.fr.txt",
        "glossary/terms.csv",
        "passerelle.toml",
    ]
    assert result.stdout.splitlines()[-1] == "Next: passerelle translate articles"
    assert result.stdout.count("made: ") == 3


def test_a_second_start_changes_nothing(here):
    passerelle("init")
    before = contents(here)
    result = passerelle("init")
    assert result.exit_code == 0
    assert contents(here) == before
    assert result.stdout.count("kept: ") == 3
    assert "made" not in result.stdout
    assert result.stdout.splitlines()[-1] == "Next: passerelle translate articles"


def test_the_settings_that_are_made_change_nothing(here):
    passerelle("init")
    settings, defaults = load_settings(), Settings()
    assert all(getattr(settings, name) == getattr(defaults, name) for name in FIELDS)
    # People say outputs, and so do we, though the file says it now.
    assert all(settings.path(name) == defaults.path(name) for name in ("out",))
    assert settings.paths("glossary") == defaults.paths("glossary")


def test_each_setting_has_one_line_about_it():
    lines = starting.settings_text().splitlines()
    values = tomllib.loads(starting.settings_text())
    assert {"out", "glossary", "engine"} <= set(values)
    for name in values:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{name} = "))
        assert lines[at - 1] == f"# {FIELDS[name].metadata['help']}"
        assert lines[at - 2] == ""
        assert len(lines[at - 1]) <= 100


def test_the_starter_glossary_is_the_repositorys_own_and_without_fault(here):
    passerelle("init")
    made = here / "glossary" / "terms.csv"
    assert made.read_bytes() == (PROJECT / "glossary" / "terms.csv").read_bytes()
    assert not lint([made])


def test_the_sample_article_holds_terms_of_the_starter_glossary(here):
    passerelle("init")
    termbase = load_termbase([here / "glossary" / "terms.csv"])
    text = (here / "articles" / "sample.fr.txt").read_text(encoding="utf-8")
    found = {
        match.term.source
        for block in text.split("\n\n")
        for span in split(block)
        for match in termbase.match(block[span.start : span.end]).matches
    }
    assert {"jeune pousse", "levée de fonds", "PDG", "intelligence artificielle", "IA"} <= found
    assert len(found) >= 8


STANDING = {
    "settings": ("passerelle.toml", b"beam = 2\n"),
    "shared settings": ("pyproject.toml", b"[tool.passerelle]\nbeam = 2\n"),
    "glossary": ("glossary/terms.csv", b"source,target\nIA,AI\n"),
    "an empty glossary": ("glossary/terms.csv", b""),
    "article": ("articles/a.fr.md", b"# Il pleut.\n"),
    "another sample": ("articles/sample.fr.txt", b"Il neige.\n"),
    "a file where the articles would be": ("articles", b"Il pleut.\n"),
    "something else": ("README.md", b"# Ours\n"),
}


@given(chosen=st.sets(st.sampled_from(sorted(STANDING))))
def test_what_stands_is_left_whatever_it_is(tmp_path_factory, chosen):
    folder = tmp_path_factory.mktemp("standing")
    before = {}
    for name, data in (STANDING[key] for key in sorted(chosen)):
        if "articles" in before and name.startswith("articles/"):
            continue
        before[name] = data
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    first = starting.start(folder)
    after = contents(folder)
    assert {name: after[name] for name in before} == before
    # Exactly what is told as made is there now.
    made = {step.path for step in first if step.state == "made"}
    assert set(after) - set(before) == made
    again = starting.start(folder)
    assert contents(folder) == after
    assert all(step.state == "kept" for step in again)


@pytest.mark.parametrize("target", ["elsewhere", "/nowhere/at/all", "itself"])
@pytest.mark.parametrize("name", ["passerelle.toml", "glossary/terms.csv", "articles"])
def test_a_link_that_leads_nowhere_is_left_too(here, name, target):
    (here / name).parent.mkdir(exist_ok=True)
    (here / name).symlink_to(here / (name if target == "itself" else target))
    result = passerelle("init")
    assert result.exit_code == 0
    assert f"kept: {name} " in result.stdout
    assert (here / name).is_symlink()
    assert not (here / "elsewhere").exists()
    assert passerelle().exit_code == 0


def test_a_start_through_a_link_is_made_where_it_leads(here, tmp_path):
    (tmp_path / "real").mkdir()
    (here / "link").symlink_to(tmp_path / "real")
    for _ in range(2):
        told = json.loads(passerelle("init", "link", "--json").stdout)
        names = [step["path"] for step in told["files"]]
        assert names[:2] == ["passerelle.toml", "glossary/terms.csv"]
    assert len(contents(tmp_path / "real")) == 3


@pytest.mark.parametrize("typed", [[], ["config"], ["init"], ["translate", "."], ["doctor"]])
def test_a_folder_that_is_gone_is_told(here, typed):
    here.rmdir()
    result = passerelle(*typed)
    assert result.exit_code == 2
    assert "the folder that you are in is gone" in result.output


def test_a_file_that_appears_meanwhile_is_left(here, monkeypatch):
    opened = starting.atomic_open

    def meanwhile(path, **options):
        path.parent.mkdir(exist_ok=True)
        path.write_text("theirs\n")
        return opened(path, **options)

    monkeypatch.setattr(starting, "atomic_open", meanwhile)
    steps = (starting._made(here, Path("a/b.txt"), b"ours\n", "ours"),)
    assert [step.state for step in steps] == ["kept"]
    assert (here / "a" / "b.txt").read_text() == "theirs\n"
    assert len(list((here / "a").iterdir())) == 1


def test_the_glossary_that_the_settings_name_is_made_where_they_say(here):
    (here / "passerelle.toml").write_text('glossary = ["base.csv", "terms/desk.csv"]\n')
    result = passerelle("init")
    assert "made: terms/desk.csv" in result.stdout
    assert (here / "terms" / "desk.csv").is_file()
    assert not (here / "glossary").exists()


def test_no_glossary_is_made_where_the_settings_want_none(here):
    (here / "passerelle.toml").write_text("glossary = []\n")
    passerelle("init")
    assert sorted(contents(here)) == ["articles/sample.fr.txt", "passerelle.toml"]


def test_a_glossary_that_lies_elsewhere_is_not_made_there(here, tmp_path):
    (here / "passerelle.toml").write_text('glossary = "../shared/terms.csv"\n')
    result = passerelle("init")
    assert result.exit_code == 0
    assert "missing: " in result.stdout
    assert not (tmp_path / "shared").exists()


def test_settings_above_are_told_of(here):
    (here / "passerelle.toml").write_text('variant = "uk"\n')
    result = passerelle("init", "news")
    assert f"{here / 'passerelle.toml'} no longer counts here" in result.stdout
    assert load_settings(folder=here / "news").variant == ""


@pytest.mark.parametrize("name", ["news", "deep/er", "with space", "d'été", "$HOME", "-n"])
def test_another_folder_is_made_and_the_next_command_leads_into_it(here, name):
    result = passerelle("init", "--", name)
    assert result.exit_code == 0
    assert (here / name / "articles" / "sample.fr.txt").is_file()
    command = result.stdout.splitlines()[-1].removeprefix("Next: ")
    assert command.endswith(" && passerelle translate articles")
    shown = command.replace("passerelle translate articles", "pwd && ls articles")
    done = subprocess.run(["/bin/sh", "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(here / name), "sample.fr.txt"]


def test_json_tells_the_same(here):
    told = json.loads(passerelle("init", "news", "--json").stdout)
    assert [step["state"] for step in told["files"]] == ["made"] * 3
    assert all((here / told["folder"] / step["path"]).is_file() for step in told["files"])
    assert told["next"] == "cd news && passerelle translate articles"


def test_a_start_that_cannot_be_made_says_why(here):
    (here / "file").write_text("")
    result = passerelle("init", "file")
    assert result.exit_code == UsageError.exit_code
    assert "file: a file stands where the folder would be" in result.stderr
    (here / "glossary").write_text("")
    result = passerelle("init")
    assert result.exit_code == OutputError.exit_code
    assert "a file stands where a folder would have to be" in result.stderr


# --- `passerelle` alone


def report(here):
    (here / "outputs").mkdir()
    (here / "outputs" / "report.html").write_text("")


def unread_run(here):
    (here / "outputs").mkdir()
    (here / "outputs" / "segments.parquet").write_text("")


def files(*names):
    def make(here):
        for name in names:
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            (here / name).write_text("")

    return make


@pytest.mark.parametrize(
    ("made", "command"),
    [
        ([], "passerelle init"),
        ([files("notes.txt", ".hidden/a.fr.txt", "sub/a.en.txt")], "passerelle init"),
        ([files("glossary/terms.csv")], "passerelle init"),
        ([files("passerelle.toml")], "passerelle init"),
        ([starting.start], "passerelle translate articles"),
        ([files("articles/a.docx")], "passerelle translate articles"),
        ([files("seeds/a.txt")], "passerelle translate seeds"),
        ([files("my news/a.fr.md")], "passerelle translate 'my news'"),
        ([files("a.fr.txt")], "passerelle translate a.fr.txt"),
        ([starting.start, unread_run], "passerelle quality report outputs"),
        ([starting.start, report], "open outputs/report.html"),
    ],
)
def test_passerelle_alone_says_what_comes_next(here, made, command):
    for make in made:
        make(here)
    before = contents(here)
    result = passerelle()
    assert result.exit_code == 0
    assert f"Next: {command}\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "All commands: passerelle --help"
    assert len(result.stdout.splitlines()) <= 4
    assert contents(here) == before  # it only looks


def test_passerelle_alone_looks_where_the_settings_point(here):
    (here / "passerelle.toml").write_text('out = "english"\n')
    (here / "english").mkdir()
    (here / "english" / "report.html").write_text("")
    assert "Next: open english/report.html\n" in passerelle().stdout


def test_passerelle_alone_says_what_is_wrong_with_the_settings(here):
    (here / "passerelle.toml").write_text("beem = 1\n")
    result = passerelle()
    assert result.exit_code == 2
    assert "did you mean 'beam'" in result.stderr


def test_doctor_calls_the_settings_of_a_start_the_defaults(here):
    passerelle("init")
    told = json.loads(passerelle("doctor", "--json").stdout)
    (settings,) = (each for each in told["examined"] if each["name"] == "settings")
    assert settings["facts"] == {"files": ["passerelle.toml"], "set": {}}
    assert settings["summary"] == "passerelle.toml: the defaults"


HEAVY = {"polars", "numpy", "ctranslate2", "lxml", "pipeline.documents", "pipeline.translate"}


@pytest.mark.parametrize(
    ("typed", "unwanted"), [(["--help"], HEAVY | {"pydantic", "pipeline.config"}), ([], HEAVY)]
)
def test_nobody_waits_for_what_is_not_needed(here, typed, unwanted):
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        "from pipeline.cli import main\nmain()\n"
    )
    command = [sys.executable, "-c", program, *typed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "passerelle" in done.stdout
    loaded = set(done.stderr.split())
    assert "pipeline.cli.app" in loaded
    assert not loaded & unwanted


def test_the_glossary_that_is_packed_with_the_package_is_taken_first(here, monkeypatch):
    (here / "data").mkdir()
    (here / "data" / "terms.csv").write_bytes(b"source,target\nIA,AI\n")
    monkeypatch.setattr(starting, "_HERE", here)
    assert starting.starter_glossary() == b"source,target\nIA,AI\n"
    (here / "data" / "terms.csv").unlink()
    with pytest.raises(InputError, match="missing from this installation"):
        starting.starter_glossary()
