"""Rare French words whose sense nothing in the English holds: surer than a hole, and rarer.

``data/senses.xz``, written by :mod:`pipeline.lexicon.build_senses`, has for each of some
thousand lemmas the beginnings of all English words that may stand for it: what it was counted
with, what WordNet puts near that, and what often stands beside it in translations.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.errors import ModelDamaged
from pipeline.lexicon import tables
from pipeline.lexicon.covering import Unmatched, lost_idioms, meet, rarity, read_words
from pipeline.lexicon.idioms import idioms
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon.covering import Word

_FILE = "senses.xz"
_STEM = 5  # letters
# Past participles and gerunds are rendered by any part of speech.
_PARTICIPLE = re.compile(r"(?:é|i|u|ant)e?s?$")
_GLOSS = 0.1  # share that an English word must have to be named; the likeliest always is


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    stems: tuple[str, ...]
    lines: dict[str, str]  # lemma → whether its English is a noun and no more; distances


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Give the first letters of a word, without accents: *sunny* and *sunniest* have the same."""
    plain = unicodedata.normalize("NFD", word.replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in plain if not unicodedata.combining(c))[:_STEM]


@cache
def _table() -> _Table:
    place = files("pipeline.lexicon") / "data" / _FILE
    try:
        stems, *lines = lzma.decompress(place.read_bytes()).decode().split("\n")
        cut = (line.split("\t", 1) for line in lines)
        return _Table(stems=tuple(stems.split()), lines={lemma: rest for lemma, rest in cut})
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise ModelDamaged(
            f"the lexicon that comes with passerelle cannot be read: {error}",
            place=str(place),
            next_step="install passerelle again",
        ) from error


@lru_cache(maxsize=4_096)
def _answers(lemma: str) -> tuple[bool, frozenset[str]]:
    """Give whether a lemma is a thing, and the stems of what may stand for it; none: unknown."""
    line = _table().lines.get(lemma)
    if line is None:
        return False, frozenset()
    thing, _, distances = line.partition("\t")
    place, found = 0, []
    for distance in distances.split():
        place += int(distance)
        found.append(_table().stems[place])
    return thing == "1", frozenset(found)


def _meets(stretch: Span | Word, others: Sequence[Span]) -> bool:
    return any(meet(stretch, other) for other in others)


def missing(source: str, target: str, *, covered: Sequence[Span] = ()) -> tuple[Unmatched, ...]:
    """Give the rare words and listed expressions of a French sentence that its English lacks.

    Args:
        source: French.
        target: English.
        covered: stretches of the source that are left alone (terms).

    Raises:
        ModelDamaged: the lexicon's data cannot be read.
    """
    expressions = idioms(source)
    found = lost_idioms(
        source, target, (seen for seen in expressions if not _meets(seen.span, covered))
    )
    left_alone = [*covered, *(seen.span for seen in expressions)]
    stems: set[str] = set()
    for word in read_words(source, "fr"):
        thing, answers = _answers(word.lemma)
        if (
            not answers
            or not word.telling
            or (_PARTICIPLE.search(word.surface) and not thing)
            or _meets(word, left_alone)
        ):
            continue
        stems = stems or {
            stem(form)
            for other in read_words(target, "en")
            for form in (other.surface, other.lemma, *other.parts)
        }
        entry = tables.french(word.lemma)
        if entry and answers.isdisjoint(stems) and stem(word.surface) not in stems:
            first, *others = entry.english
            likely = [english for english in others if entry.english[english] >= _GLOSS]
            found.append(
                Unmatched(
                    span=Span(start=word.start, end=word.end),
                    word=source[word.start : word.end],
                    lemma=word.lemma,
                    likeliest=(first, *likely),
                    weight=rarity(entry.seen, tables.totals()[0]),
                )
            )
    return tuple(found)
