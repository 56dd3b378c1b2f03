"""What is put for people: counts, columns, folded lines, and the rungs in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.wording import RUNGS, WAYS, columns, counted, excerpt, fold, spelt, unkept

SOURCES = Path(pipeline.__file__).parent.rglob("*.py")


def test_every_rung_that_the_code_names_has_its_words():
    named = set()
    for path in SOURCES:
        named |= set(re.findall(r'\b(?:rung=|RUNG = )"([a-z-]+)"', path.read_text("utf-8")))
    assert {"repair", "flag", "second-look", "markup"} <= named
    assert named <= RUNGS.keys() == WAYS.keys()


@pytest.mark.parametrize(
    ("number", "nouns", "text"),
    [
        (0, ("row",), "0 rows"),
        (1, ("row",), "1 row"),
        (2000, ("row",), "2,000 rows"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_a_number_stands_with_its_noun(number, nouns, text):
    assert counted(number, *nouns) == text


def test_an_excerpt_is_one_line_that_fits():
    assert excerpt("a\n b", 10) == "a b"
    assert excerpt("a" * 11, 10) == "a" * 9 + "…"


def test_columns_are_as_wide_as_their_widest_cell_without_blanks_at_the_end():
    rows = [("a", "1", "x "), ("long", "12", "")]
    assert list(columns(rows)) == ["a     1   x", "long  12"]
    assert list(columns(rows, right=(1,), least=(5,))) == ["a       1  x", "long   12"]
    assert list(columns([])) == []


def test_a_line_that_fits_stays_and_what_is_broken_is_indented_below():
    assert fold("  short", 40) == "  short"
    line = "  one two three four five six seven eight nine ten eleven"
    assert fold(line, 40) == "  one two three four five six seven\n    eight nine ten eleven"
    assert fold("x" * 60, 40) == "x" * 60
    assert fold(f"two lines\n{line}", 40) == f"two lines\n{line}"


@pytest.mark.parametrize(
    ("term", "expected", "found", "said"),
    [
        ("Musk", ("Musk",), "", "“Musk” is missing"),
        ("IA", ("AI",), "", "“IA” should be “AI”"),
        ("beau", ("nice", "fine"), "ugly", "“beau” should be “nice” or “fine”"),
        ("*", (), "bad", "“bad” is forbidden"),
    ],
)
def test_an_unkept_term_is_put_as_one_would_say_it(term, expected, found, said):
    assert unkept(term, expected, found) == said


ENCODINGS = st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "utf-8", "no such thing", ""])


@given(text=st.text(), encoding=ENCODINGS)
def test_what_an_encoding_lacks_is_shown_as_its_number_and_json_stays_the_same_value(
    text, encoding
):
    shown = spelt(json.dumps(text, ensure_ascii=False), encoding)
    if encoding in ("ascii", "latin-1", "cp1252", "cp437", "utf-8"):
        shown.encode(encoding)
    assert json.loads(shown) == text


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("→ été", "ascii", "\\u2192 \\u00e9t\\u00e9"),
        ("→ été", "latin-1", "\\u2192 été"),
        ("😀", "latin-1", "\\ud83d\\ude00"),
        ("→ été", "utf-8", "→ été"),
        ("é→" * 5000, "latin-1", "é\\u2192" * 5000),
    ],
)
def test_letters_that_an_encoding_has_stay(text, encoding, shown):
    assert spelt(text, encoding) == shown
