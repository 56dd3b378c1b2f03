"""The tutorial and the how-to pages, followed as a reader does: empty folder, empty home."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from following import OF_THE_ENGINE, Reader, agrees, plain
from hypothesis import given
from hypothesis import strategies as st
from pages import PAGES, name_of
from typer.testing import CliRunner

from pipeline.cli.app import app

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
FOLLOWED = [p for p in PAGES if p.name == "tutorial.md" or p.parent.name == "howto"]


def settle(monkeypatch, home):
    """Make a folder this process's home."""
    for name in list(os.environ):
        if name.startswith(("XDG_", "PASSERELLE", "ARGOS")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A home in which the small Argos package is installed and has been used once."""
    home = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, home)
        patch.chdir(tmp_path_factory.mktemp("first"))
        Path("terms.csv").write_text("source,target\nle chat,the cat\n", encoding="utf-8")
        first = ["translate", "-", "--glossary", "terms.csv"]
        for call in (["models", "install", str(PACKAGE)], first):
            done = CliRunner().invoke(app, call, input="Le maire a signé un accord.\n")
            assert done.exit_code == 0, done.output
    return home


@pytest.mark.parametrize("page", FOLLOWED, ids=map(name_of, FOLLOWED))
def test_a_page_that_is_followed_does_what_it_says(page, furnished, tmp_path, monkeypatch):
    home, folder = tmp_path / "home", tmp_path / "desk"
    shutil.copytree(furnished, home)
    folder.mkdir()
    settle(monkeypatch, home)
    monkeypatch.chdir(folder)
    # The tutorial shows what the bundled model says: tests/slow/test_docs_tutorial.py.
    reader = Reader(folder, engine=page.parent.name == "howto")
    reader.follow(page)
    assert len(reader.done) >= 3


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a\nb", "a\nb", True),
        ("a\nb", "a\nc", False),
        ("a", "a\nb", False),
        ("a\n…", "a\nb\nc", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nb\nc", False),
        ("done in 3 s.", "done in 12 s.", True),
        ("done in 3 s.", "done in a while.", False),
        ("3 of 3", "2 of 3", False),
        ("a.b", "axb", False),
    ],
)
def test_what_a_page_shows_is_compared_line_by_line(shown, said, same):
    assert agrees(plain(shown, engine=True), plain(said, engine=True)) is same


LINES = st.lists(st.from_regex(r"\A[a-z:.*+?()\[\]{}|^$ \\]{1,9}\Z").filter(str.strip), max_size=6)


@given(LINES, st.data())
def test_an_output_agrees_with_itself_with_any_part_left_out_and_with_nothing_else(lines, data):
    said = plain("\n".join(lines), engine=True)
    assert agrees(said, said)
    start = data.draw(st.integers(0, len(said)))
    end = data.draw(st.integers(start, len(said)))
    assert agrees([*said[:start], "…", *said[end:]], said)
    assert not agrees(said, [*said, "one more"])
    assert not agrees([*said[:start], "one more", *said[start:]], said)
    if said:
        at = data.draw(st.integers(0, len(said) - 1))
        assert not agrees(said, [*said[:at], said[at] + "!", *said[at + 1 :]])


def test_only_lines_of_the_engine_are_left_out_of_the_comparison():
    summary = "Translated 1 document\n  Engine: x\n  Terms: 2 of 3\nNext: read\nadded a\n  error: b"
    kept = [line for line in summary.splitlines() if not OF_THE_ENGINE.search(line)]
    assert kept == ["Translated 1 document", "added a", "  error: b"]


def test_a_wrong_output_a_wrong_end_and_a_missing_file_are_seen(furnished, tmp_path, monkeypatch):
    settle(monkeypatch, furnished)
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    page = tmp_path / "page.md"
    for told, text, wrong in (
        ("run", "$ passerelle --version\npasserelle 9\n", "shown"),
        ("run: exit 2", "$ passerelle --version\n", "ended with 0, not 2"),
        ("run", "$ cat none.txt\n", "ended with 1, not 0"),
        ("run", "$ passerelle glossary list\n", "ended with"),
    ):
        page.write_text(f"<!-- {told} -->\n```console\n{text}```\n", encoding="utf-8")
        monkeypatch.setattr("following.blocks", lambda p: _blocks(p))
        shutil.rmtree(tmp_path / "a-bin", ignore_errors=True)
        with pytest.raises(AssertionError, match=re.escape(wrong)):
            Reader(tmp_path / "a").follow(page)


def _blocks(page):
    import pages

    pages.tokens.cache_clear()
    return pages.blocks(page)
