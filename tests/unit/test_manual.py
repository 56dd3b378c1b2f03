"""What is made of the commands and kept: for completion, and the pages of the manual.

After a change of a command: ``PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline import errors
from pipeline.cli.app import app
from pipeline.cli.tree import described, known
from pipeline.home.commands import KEPT, Command, Parameter, from_json, kept, to_json
from pipeline.home.completion import KNOWN
from pipeline.home.manual import page, page_named, pages

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "docs" / "man"
AGAIN = "run: PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py"
MADE = {
    KEPT: lambda: to_json(described()),
    KNOWN: lambda: json.dumps(known(), ensure_ascii=False, indent=1) + "\n",
}
PAGES = sorted(pages())
WRITING = os.environ.get("PASSERELLE_MANUAL") == "write"


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_what_is_kept_of_the_commands_is_what_they_say(path):
    text = MADE[path]()
    if WRITING:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, AGAIN


def test_the_pages_that_are_kept_are_those_that_are_made():
    made = pages()
    if WRITING:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        for name, text in made.items():
            (FOLDER / name).write_text(text, encoding="ascii")
    assert {p.name: p.read_text(encoding="ascii") for p in FOLDER.iterdir()} == made, AGAIN


def test_commands_come_back_as_they_were_written():
    assert from_json(to_json(described())) == described() == kept()


def test_every_command_and_every_option_has_its_place():
    for command in kept().walk():
        if command.path == ("passerelle",):
            continue
        text = pages()[f"passerelle-{command.path[1]}.1"]
        for option in command.options:
            for flag in option.flags:
                assert flag.replace("-", r"\-") in text
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FILES", "EXAMPLES"):
            assert f".SH {section}\n" in text
        assert ".SH EXIT STATUS\n" in text
        assert ".SH SEE ALSO\n" in text


def test_the_exit_codes_are_those_of_the_errors():
    tree = [errors.PasserelleError]
    for each in tree:
        tree += each.__subclasses__()
    codes = {each.exit_code for each in tree if each.__module__ == errors.__name__}
    codes |= {0, errors.EXIT_SKIPPED, errors.EXIT_VIOLATIONS, errors.EXIT_INTERRUPTED}
    data = REPOSITORY / "pipeline" / "home" / "data" / "manual.toml"
    assert set(map(int, tomllib.loads(data.read_text(encoding="utf-8"))["exit"])) == codes


# --- how readers set them ------------------------------------------------------------


def run(*call, text="", **env):
    if not shutil.which(call[0]):
        pytest.skip(f"{call[0]} is not installed")
    return subprocess.run(
        call, input=text, env=os.environ | env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", PAGES)
def test_mandoc_finds_nothing(name):
    assert run("mandoc", "-Tlint", "-W", "warning", text=pages()[name]).stdout == ""


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("name", PAGES)
def test_groff_finds_nothing(name, width):
    call = ("groff", "-man", "-ww", "-Tutf8", f"-rLL={width}n")
    assert run(*call, text=pages()[name]).stderr == ""


@pytest.mark.parametrize("name", PAGES)
def test_man_shows_what_may_be_copied(name, tmp_path):
    path = tmp_path / name
    path.write_text(pages()[name])
    shown = run("man", "-l", str(path), MANWIDTH="80", LC_ALL="C.UTF-8").stdout
    assert shown.startswith(name.removesuffix(".1").upper() + "(1)")
    assert not set(shown) & set("\u2010\u2212\u2018\u00ad\u02cb"), "signs that are no ASCII"
    lines = [line.strip() for line in shown.splitlines()]
    parts = name.removesuffix(".1").split("-")
    for command in kept().walk():
        if list(command.path[: len(parts)]) == parts and (len(parts) > 1 or command.path == parts):
            assert set(command.examples) <= set(lines)
    assert max(map(len, shown.splitlines())) <= 80


SIGNS = st.text(
    st.sampled_from("abc .'-\\\"`^~|éœ’«…→ \u00a0\U0001f600%$#"), min_size=1, max_size=30
)


@settings(max_examples=15)
@given(st.lists(SIGNS, min_size=12, max_size=12))
def test_whatever_a_help_says_is_shown_as_it_is(texts):
    texts = [" ".join(text.replace("`", "'").split()) or "x" for text in texts]
    options = tuple(Parameter(name="x", flags=("--so-long",), help=text) for text in texts)
    command = Command(path=("passerelle", "x"), help="Do it.", options=options, examples=("a",))
    tree = Command(path=("passerelle",), help="All.", commands=(command,))
    made = page(command, tree)
    assert run("mandoc", "-Tlint", "-W", "warning", text=made).stdout == ""
    shown = run("mandoc", "-Tutf8", "-Owidth=200", text=made).stdout
    told = [line.strip() for line in _plain(shown).splitlines()]
    for text in texts:
        assert text.replace("\u00a0", " ").strip() in [t.replace("\u00a0", " ") for t in told]


def _plain(shown):
    """Take out the overstrikes by which a terminal sets bold and underlined."""
    out = []
    for letter in shown:
        if letter == "\b":
            out.pop()
        else:
            out.append(letter)
    return "".join(out)


# --- `passerelle man` ----------------------------------------------------------------


def test_a_page_is_written_where_no_terminal_reads():
    assert CliRunner().invoke(app, ["man", "glossary"]).stdout == page_named("glossary")
    assert CliRunner().invoke(app, ["man"]).stdout == pages()["passerelle.1"]


def test_a_page_that_there_is_not_is_told():
    result = CliRunner().invoke(app, ["man", "glosary"])
    assert result.exit_code == 2
    assert "the manual has no page of 'glosary'" in result.stderr
    assert "did you mean glossary?" in result.stderr


def test_a_terminal_is_shown_the_page():
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    env = os.environ | {"MANPAGER": "cat", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    env |= {"PYTHONPATH": str(REPOSITORY)}
    call = ["-m", "pipeline", "man", "translate"]
    child = pexpect.spawn(sys.executable, call, env=env, encoding="utf-8", timeout=60)
    child.expect_exact("PASSERELLE-TRANSLATE(1)")
    child.expect_exact("Folders are mirrored")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.slow
def test_the_wheel_puts_the_pages_where_man_looks(tmp_path):
    call = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(call, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in PAGES:
        assert any(each.endswith(f".data/data/share/man/man1/{name}") for each in names)
