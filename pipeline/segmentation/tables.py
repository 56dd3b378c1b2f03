"""What the rules know about French: tables and the patterns built from them, read once.

The tables are data files of this package (``data/*.fr.txt``), so that a linguist can
edit them without reading code; each says in its head what its classes mean.

No pattern can backtrack over more than a bounded stretch: every repetition is possessive
or has an upper bound, so that a hostile text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMOJI = "\u2764\u2b50\ufe0f\u200d\U0001f300-\U0001faff"
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the rules know about French, apart from the rules."""

    abbreviations: Mapping[str, str]  # form without its final full stop → class
    starters: frozenset[str]  # capitalised grammatical words; elided ones end in "'"
    particles: frozenset[str]  # those that may also open a surname or a title
    stops: str  # single characters, as are the next six
    openers: str
    closers: str
    spaced_closers: str
    either: str
    dashes: str
    bullets: str
    joined_names: frozenset[str]  # names that end in a stop of their own: "Yahoo!"


def read_sections(text: str) -> dict[str, list[str]]:
    """Read ``[section]`` lines and blank-separated entries; ``#`` starts a comment.

    Raises:
        ValueError: an entry stands before the first section, or twice in one section.
    """
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"(?:^|\s)#(?:\s.*)?$", "", raw).strip()
        if line.startswith("[") and line.endswith("]") and len(line) > 2 and " " not in line:
            current = sections.setdefault(line[1:-1], [])
        elif line:
            if current is None:
                raise ValueError(f"line {number}: an entry before the first [section]")
            for entry in line.split():
                coded = _CODE_POINT.match(entry)
                value = chr(int(coded[1], 16)) if coded else entry
                if value in current:
                    raise ValueError(f"line {number}: {value!r} stands twice")
                current.append(value)
    return sections


def _read(name: str) -> dict[str, list[str]]:
    from importlib.resources import files  # slow to import, and not needed by --help

    data = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    try:
        return read_sections(data)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    """Read the tables of this package; the first call does, later ones share them.

    Raises:
        ValueError: a table breaks its own format (a form in two classes, a mark of more
            than one character); the package's tests make sure that none does.
    """
    abbreviations: dict[str, str] = {}
    for name, forms in _read("abbreviations.fr.txt").items():
        for form in forms:
            if form in abbreviations:
                raise ValueError(f"{form!r} is in [{abbreviations[form]}] and in [{name}]")
            abbreviations[form] = name
    words = _read("starters.fr.txt")
    marks = _read("punctuation.fr.txt")

    def characters(section: str) -> str:
        if any(len(mark) != 1 for mark in marks[section]):
            raise ValueError(f"[{section}] holds a mark of more than one character")
        return "".join(marks[section])

    return Tables(
        abbreviations=abbreviations,
        starters=frozenset(words["starter"]),
        particles=frozenset(words["particle"]),
        stops=characters("stop"),
        openers=characters("opener"),
        closers=characters("closer"),
        spaced_closers=characters("spaced-closer"),
        either=characters("either"),
        dashes=characters("dash"),
        bullets=characters("bullet"),
        joined_names=frozenset(marks["joined-name"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Compiled patterns with the tables that they come from."""

    tables: Tables
    word_ends: frozenset[str]  # quotation marks and brackets, without the apostrophes
    event: re.Pattern[str]  # every place where a sentence could end
    closing: re.Pattern[str]  # what a sentence takes along after its stop
    opening: re.Pattern[str]  # what stands before a sentence's first word
    word: re.Pattern[str]
    marker: re.Pattern[str]  # "a) ", "(2) " before a list item
    number_marker: re.Pattern[str]  # a whole token such as "1", "1.2", "IV", "A"
    line_marker: re.Pattern[str]  # a line that starts with a list marker
    initials: re.Pattern[str]  # "J", "J.-C", "U.S.A"
    capitals: re.Pattern[str]  # a heading of three words or more, all in capitals
    inversion: re.Pattern[str]  # "Faut-il", "Peut-on": a question's first word


def _any(characters: str) -> str:
    return "[" + re.escape(characters) + "]"


@lru_cache(maxsize=1)
def load_patterns() -> Patterns:
    """Compile the patterns; the first call does, later ones share them."""
    tables = load_tables()
    stops = _any(tables.stops)
    upper = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ"
    event = re.compile(
        rf"""
          (?P<stop> (?: \.(?:[ \u00a0\u202f]\.){{2,}}+ | {stops}++ ) (?:[ \u00a0\u202f]?+[!?]++)*+ )
        | (?P<semicolon> ; (?=\s) )
        | (?P<colon> : (?=\s++[-–]\s) )
        | (?P<paragraph> \n[^\S\n]*+\n | \u2029 )
        | (?P<line> \n )
        | (?P<bullet> (?<=\s){_any(tables.bullets)}(?=\s) )
        | (?P<dash> (?<=\s)[-–](?=\s) )
        """,
        re.VERBOSE,
    )
    closing = re.compile(
        rf"""
        (?: {_any(tables.closers)}
          | [ \u00a0\u202f]{_any(tables.spaced_closers)}
          | [ \u00a0\u202f]?\[\d{{1,3}}\](?=\s|\Z)   # a note's number
          | [ \u00a0\u202f]?[{_EMOJI}]
        )
        """,
        re.VERBOSE,
    )
    openers = _any(tables.openers + tables.either)
    opening = re.compile(
        rf"(?:[(\[](?:…|\.\.\.)[)\]]\s?|{openers}\s?|{_any(tables.dashes)}\s?){{0,5}}+"
    )
    return Patterns(
        tables=tables,
        word_ends=frozenset(tables.openers + tables.closers + tables.either) - {"'", "’"},
        event=event,
        closing=closing,
        opening=opening,
        word=re.compile(r"[^\W_]\w{0,39}+(?:['’\-‑]\w{1,40}+){0,3}+['’]?"),
        marker=re.compile(r"\(?(?:[a-zA-Z]|\d{1,2}|[ivx]{1,4})\)\s"),
        number_marker=re.compile(rf"(?:\d{{1,3}}(?:\.\d{{1,3}}){{0,4}}|[IVX]{{1,5}}|[{upper}])\Z"),
        line_marker=re.compile(
            r"\n[^\S\n]*+(?P<mark>[-–—*+](?=\s)|\d{1,3}[.)°](?=\s)|[a-z]\)(?=\s))"
        ),
        initials=re.compile(rf"(?:[{upper}][a-z]?\.?[-‑])?[{upper}](?:\.?[-‑]?[{upper}]){{0,9}}\Z"),
        capitals=re.compile(rf"(?:[{upper}0-9'’()/,:;°«»\-]*[{upper})]\s+){{3,40}}+"),
        inversion=re.compile(r".{1,30}-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|ce)\Z"),
    )
