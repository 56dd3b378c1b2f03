"""Text as the matcher takes it: folded for comparison, what is no prose in it, word tables.

Two texts that a reader would call the same fold to the same string: case, NFC or NFD,
straight or curly apostrophes, hyphen or space, any kind of white space, ligatures. What
must not be the same after all (``GPT-4`` and ``gpt 4``) is told apart afterwards, on the
original characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_APOSTROPHES = "’‘ʼ′＇"
_HYPHENS = "-‐‑‒"
_SPACES = (
    "\t\n\r\x0b\x0c\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

# One character becomes one character: offsets do not move.
_TABLE = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_HYPHENS + _SPACES, " ")}
)
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_LIGATURES = {"œ": "oe", "æ": "ae", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
# Anything here changes lengths: a character with its marks, ligatures, runs of white space,
# invisible characters.
_SLOW = re.compile(
    rf"[^{_MARKS}][{_MARKS}]+|[{_MARKS}]|[œŒæÆßﬀ-ﬆİŉǰ]|[{_INVISIBLE}]+|[ {_SPACES}]{{2,}}"
)

_SUFFIXES = (
    "ai|app|be|biz|blog|ca|ch|cloud|co|com|de|dev|edu|eu|fr|gouv|gov|info|io|it|lu|me|net|news|"
    "nl|org|paris|tech|tv|uk|us|xyz"
)
_NOT_PROSE = re.compile(
    r"(?P<hard>"
    r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"«»]+"  # a URL
    r"|www\.[^\s<>\"«»]+"
    r"|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w@])@\w[\w.-]*"  # a handle
    r"|(`+)(?!`).+?(?<!`)\2(?!`)"  # inline code
    r"|</?[A-Za-z][^<>]*>"  # a tag with its attributes
    r"|\{\{.*?\}\}|\$\{[^}]*\}"  # a template's field
    r")"
    r"|(?P<domain>(?<![\w@.-])(?:[A-Za-z0-9](?:[\w-]*[\w])?\.)+(?:" + _SUFFIXES + r")(?![\w-])"
    r"(?:/[^\s<>\"«»]*)?)",
    re.DOTALL,
)
_QUICK = re.compile(r"[@`<{$]|://|\w\.\w")
_UNEVEN = re.compile(r"[\x00-\x1f]|  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A folded text. ``starts`` and ``ends`` are ``None`` where offsets did not move."""

    text: str
    starts: tuple[int, ...] | None  # code points of the original, one per folded character
    ends: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the original span of the folded, non-empty span ``start:end``."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def _fold_piece(piece: str) -> str:
    """Fold a stretch that changes its length."""
    if piece[0] in _INVISIBLE:
        return ""
    if piece[0] == " " or piece[0] in _SPACES:
        marks = piece.lstrip(f" {_SPACES}")
        return " " + marks if marks else " "
    folded = unicodedata.normalize("NFC", piece).casefold()
    return "".join(_LIGATURES.get(c, c) for c in folded).translate(_TABLE)


def _fold_slowly(text: str) -> Folded:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def plain(low: int, high: int) -> None:
        piece = text[low:high].translate(_TABLE)
        folded = piece.casefold()
        if len(folded) == len(piece):
            out.append(folded)
            starts.extend(range(low, high))
            ends.extend(range(low + 1, high + 1))
        else:  # a rare letter whose lower case is longer
            for at in range(low, high):
                odd = text[at].casefold().translate(_TABLE)
                out.append(odd)
                starts.extend([at] * len(odd))
                ends.extend([at + 1] * len(odd))

    done = 0
    for match in _SLOW.finditer(text):
        plain(done, match.start())
        folded = _fold_piece(match.group())
        out.append(folded)
        starts.extend([match.start()] * len(folded))
        ends.extend([match.end()] * len(folded))
        if not folded and ends:  # an invisible character belongs to the one before it
            ends[-1] = match.end()
        done = match.end()
    plain(done, len(text))
    return Folded(text="".join(out), starts=tuple(starts), ends=tuple(ends))


def fold(text: str) -> Folded:
    """Fold ``text`` for comparison.

    Returns:
        The folded text with the map back to code points of ``text``.
    """
    if not _SLOW.search(text):
        folded = text.translate(_TABLE).casefold()
        if len(folded) == len(text):
            return Folded(text=folded, starts=None, ends=None)
    return _fold_slowly(text)


def compose(text: str) -> str:
    """Give ``text`` in NFC, with plain apostrophes, hyphens and single spaces, case kept."""
    if text.isascii() and not _UNEVEN.search(text):
        return text
    plain = unicodedata.normalize("NFC", text)
    plain = re.sub(f"[{_INVISIBLE}]", "", plain)
    plain = re.sub(f"[{_APOSTROPHES}]", "'", plain)
    plain = re.sub(f"[{re.escape(_HYPHENS)}]", "-", plain)
    return re.sub(f"[ {_SPACES}]+", " ", plain)


def strip_accents(text: str) -> str:
    """Give ``text`` without its accents: ``réseau`` becomes ``reseau``."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    # No mark stands before U+0300: most characters need no look at the tables.
    bare = "".join([c for c in decomposed if c < "\u0300" or not unicodedata.combining(c)])
    return unicodedata.normalize("NFC", bare)


def common_start(one: str, other: str) -> int:
    """Give how many characters two texts share at their start."""
    shortest = min(len(one), len(other))
    return next((i for i in range(shortest) if one[i] != other[i]), shortest)


def squash(text: str) -> str:
    """Give the letters and digits of ``text`` only, lower-case and without accents."""
    return "".join(c for c in strip_accents(fold(text).text) if c.isalnum())


def is_word(char: str) -> bool:
    """Say whether ``char`` continues a word (letters, digits, underscore, accents)."""
    return char.isalnum() or char == "_" or unicodedata.combining(char) != 0


def not_prose(text: str) -> tuple[tuple[int, int, bool], ...]:
    """Find what is not prose in a plain text.

    Returns:
        (start, end, soft) in code points; ``soft`` marks a bare domain name, which may
        itself be a term when the term covers all of it.
    """
    if not _QUICK.search(text):
        return ()
    return tuple(
        (m.start(), m.end(), m.group("domain") is not None) for m in _NOT_PROSE.finditer(text)
    )


def inside(start: int, end: int, ranges: Iterable[tuple[int, int, bool]]) -> bool:
    """Say whether ``start:end`` touches a range that is not prose."""
    for low, high, soft in ranges:
        if start < high and end > low and not (soft and start <= low and end >= high):
            return True
    return False


@functools.cache
def _tables() -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    table: list[str] = []
    text = resources.files(__package__).joinpath("data/words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            tables[line.strip("[]")] = table = []
        elif not line.startswith("#"):
            table += line.split()
    return tables


@functools.cache
def words(*tables: str) -> frozenset[str]:
    """Give the words of tables of ``data/words.txt``, which is read once."""
    return frozenset(word for table in tables for word in _tables()[table])


@functools.cache
def pairs(table: str) -> dict[str, str]:
    """Give a table of ``data/words.txt`` whose entries are ``WORD=FORM``."""
    return dict(entry.split("=") for entry in _tables()[table])


@functools.cache
def common_french() -> frozenset[str]:
    """Give frequent French words, folded: they make bad terms."""
    return frozenset(fold(word).text for word in words("french-common"))
