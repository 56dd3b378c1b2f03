"""Names: written as the document has written them before."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.lexicon import is_word
from pipeline.touchups.base import Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Ends, Sentence

_NAME = re.compile(
    r"(?<![\w@#/.-])[A-ZÀ-ÖØ-Þa-z]*[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:-[A-ZÀ-ÖØ-Þ][^\W\d_]+)*(?![\w@/-])"
)
_MIXED = re.compile(r"[a-z][A-Z]")
_LEAST = 5  # letters of a name of which one may be mistaken


def names_in(text: str) -> dict[str, Ends]:
    """Give words with a capital, and where each stands first."""
    found: dict[str, Ends] = {}
    for match in _NAME.finditer(text):
        if len(match[0]) > 3:
            found.setdefault(match[0], match.span())
    return found


def told_names(source: str, target: str) -> set[str]:
    """Give the names that a translation writes as its source does."""
    return names_in(source).keys() & names_in(target).keys()


@touchup("names")
def names(sentence: Sentence) -> Iterator[Change]:
    """Write a name as the document wrote it before, and as the French has it here.

    Only accents, capitals or one letter of a name may be mistaken, and the document must have
    written it rightly before (a brand such as OpenAI shows its capitals by itself). What may be
    another word, in French or in English, is left alone.
    """
    ours, theirs = names_in(sentence.source), names_in(sentence.target)
    strange = [name for name in theirs if name not in ours]
    for name in ours if strange else ():
        if name in theirs or not (name in sentence.names or _MIXED.search(name)):
            continue
        twins = [other for other in strange if _mistaken(other, name, sure=name in sentence.names)]
        if len(twins) != 1:
            continue
        for match in _NAME.finditer(sentence.target):
            if match[0] == twins[0]:
                yield Change(start=match.start(), end=match.end(), after=name, source=ours[name])


def _mistaken(other: str, name: str, *, sure: bool) -> bool:
    if other.isupper() and not name.isupper():
        return False  # a headline's capitals
    if plain(other) == plain(name):
        return sure or other.casefold() == name.casefold()
    return (
        sure
        and len(name) >= _LEAST
        and one_letter(plain(other), plain(name))
        and not is_word(name.lower(), "fr")
        and not is_word(other, "en")
        and not is_word(other.lower(), "en")
    )


def plain(text: str) -> str:
    """Give a name without accents and capitals."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()


def one_letter(a: str, b: str) -> bool:
    """Say whether one letter is another, too many or too few; a last s may be a plural's."""
    if abs(len(a) - len(b)) > 1 or a.removesuffix("s") == b.removesuffix("s"):
        return False
    start = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if start == 0:
        return False
    return a[start + (len(a) >= len(b)) :] == b[start + (len(b) >= len(a)) :]
