"""What a touch-up is, what it sees, and what it may not touch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

Ends = tuple[int, int]  # start and end, code points

SPACE = "[ \u00a0\u202f\u2009]"
"""The blanks that stand inside a line: the ordinary one and those that do not break."""

_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")

# What is no prose wherever it stands: addresses, placeholders, tags, mentions, shortcodes, paths.
_NO_PROSE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|`[^`\n]*`"
    r"|\{[^{}\n]*\}|%\(\w+\)[a-z]|</?[A-Za-z][^<>\n]*>|(?<!\w)[@#]\w+|(?<!\w):\w+:"
    r"|(?<!\w)(?=[\d\\/]*[^\W\d])(?:\w+[\\/]){2,}\w+|(?<!\w)\w+\.[a-z]\w{1,4}(?![\w.])"
)
_QUOTED = re.compile(r"[«“„\"‘]\s*([^«»“”„\"‘\n]+?)\s*[»”“\"’](?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a document is to be written.

    ``curly`` says which apostrophes the document has: ``None`` for none, or for both sorts.
    """

    variant: str = ""  # "us" or "uk"; "" for as it was translated
    clock: str = ""  # "12" or "24"; "" for either
    curly: bool | None = None

    @property
    def apostrophe(self) -> str:
        """Give the apostrophe to write."""
        return "'" if self.curly is False else "’"


def is_curly(text: str) -> bool | None:
    """Say whether the apostrophes between letters are curly.

    ``None`` where there is none, or where fewer than nine in ten are of one sort.
    """
    found = _APOSTROPHE.findall(text)
    share = found.count("’") / len(found) if found else 0.5
    return True if share >= 0.9 else False if share <= 0.1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence on its way: the French, its English as it stands, how it is to be written."""

    source: str
    target: str
    style: Style
    names: Collection[str] = ()  # as the document has written them before


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One stretch of the target to be written otherwise, and the French that says so."""

    start: int
    end: int
    after: str
    source: Ends | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchUp:
    """One kind of touch-up."""

    name: str  # by which its edits are counted
    find: Callable[[Sentence], Iterable[Change]]


def touchup(name: str) -> Callable[[Callable[[Sentence], Iterable[Change]]], TouchUp]:
    """Make the function below it the touch-up of that name."""
    return lambda find: TouchUp(name=name, find=find)


def no_prose(source: str, target: str, protected: Iterable[Ends]) -> Iterator[Ends]:
    """Find what of the target is to stay as it is.

    Args:
        source: the French.
        target: its English.
        protected: stretches of the source that are not prose (code, addresses).

    Yields:
        Places of protected texts, of addresses and placeholders, and of quoted words that
        stand in the English as they stood in the French.
    """
    inside = [*protected]
    for text in {source[a:b] for a, b in inside if source[a:b].strip()}:
        there, here = [*_places(text, source)], [*_places(text, target)]
        if len(there) != len(here):  # which of them is prose is not told
            yield from here
            continue
        for (start, end), place in zip(there, here, strict=True):
            if any(a <= start and end <= b for a, b in inside):
                yield place
    yield from (match.span() for match in _NO_PROSE.finditer(target))
    for match in _QUOTED.finditer(source):
        if any(map(str.isalpha, match[1])):
            yield from _places(match[1], target, quoted=True)


def _places(text: str, target: str, *, quoted: bool = False) -> Iterator[Ends]:
    at = target.find(text)
    while at >= 0:
        end = at + len(text)
        before, after = target[:at].rstrip()[-1:], target[end:].lstrip()[:1]
        if not quoted or (before and before in "«“„\"‘'" and after and after in "»”“\"’'"):
            yield at, end
        at = target.find(text, at + 1)
