"""Which English word a French word became, in one pair of sentences.

Pairs are taken best first, by what the lexicon counted and how far the word would have moved
(competitive linking, Melamed 2000, doi:10.1162/089120100561683); what is left between linked
neighbours is then paired by elimination.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.lexicon import tables
from pipeline.lexicon.covering import STRAIGHT, WORDS, rarity
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONG = 250  # words: longer sentences are not linked, it would take seconds
_LEAST = 0.02  # share from which on the lexicon knows a pair
_SAME = 0.9  # as good as the share of a word that stands in both languages
_COGNATE = 0.25  # … of words whose first letters are the same
_FOREIGN = 4.0  # nats: weight of an English word from which on French is left there
_PREFIX = 5  # letters
_DRIFT = 0.6  # what a share loses if the word moved from one end of the sentence to the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word of a sentence."""

    span: Span
    surface: str  # lower-case, apostrophes straight, without accents
    lemma: str
    parts: tuple[str, ...]  # lemmas of what hyphens join
    weight: float  # nats: 0 for the words that only hold others together
    known: bool  # to the lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """A pair of sentences, linked word by word."""

    french: tuple[Token, ...]
    english: tuple[Token, ...]
    pairs: tuple[tuple[int, int], ...]  # indices into both, in order of the French


def link(source: str, target: str) -> Links:
    """Link the words of a French sentence with those of its English.

    Args:
        source: French.
        target: English.

    Returns:
        One to one; words to which nothing answers are in no pair.
    """
    french, english = tuple(_tokens(source, "fr")), tuple(_tokens(target, "en"))
    linked: dict[int, int] = {}
    if max(len(french), len(english)) <= _LONG:
        linked = _by_share(french, english)
        _by_elimination(french, english, linked)
    return Links(french=french, english=english, pairs=tuple(sorted(linked.items())))


def _tokens(text: str, language: str) -> list[Token]:
    tokens = []
    for match in WORDS[language].finditer(text.translate(STRAIGHT)):
        word = match[0].lower().rstrip(".,")
        lemma = tables.lemma(word, language)
        entry = tables.french(lemma) if language == "fr" else tables.english(lemma)
        weight = rarity(entry.seen if entry else 1, tables.totals()[language == "en"])
        tokens.append(
            Token(
                span=Span(start=match.start(), end=match.start() + len(word)),
                surface=_bare(word),
                lemma=lemma,
                parts=tuple(tables.lemma(part, language) for part in word.split("-")),
                known=entry is not None,
                weight=0.0 if word.endswith("'") or word == "'s" or _uncounted(word) else weight,
            )
        )
    return tokens


def _uncounted(word: str) -> bool:
    return len(word) == 1 and not word.isdigit()


def _bare(word: str) -> str:
    if word[0].isdigit():
        return "".join(c for c in word if c.isdigit())
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


_UNCOUNTED = {  # words of one letter were not counted
    "un": ("a", "an", "one"),
    "une": ("a", "an", "one"),
    "a": ("to", "at", "in"),
}


def _share(french: Token, english: Token) -> float:
    """Give how likely it is that the one became the other, by itself."""
    if french.surface == english.surface:
        foreign = english.weight > _FOREIGN  # not "on", "son" or "or", which mean something else
        return _SAME if french.weight or french.surface[0].isdigit() or foreign else 0.0
    if french.surface[0].isdigit() or english.surface[0].isdigit():
        return 0.0
    entry = tables.french(french.lemma)
    best = _SAME / 2 if english.surface in _UNCOUNTED.get(french.surface, ()) else 0.0
    if entry is not None:
        best = max(best, *(entry.english.get(e, 0.0) for e in (english.lemma, *english.parts)))
    for part in french.parts if len(french.parts) > 1 else ():
        if (entry := tables.french(part)) is not None:
            best = max(best, entry.english.get(english.lemma, 0.0))
    alike = french.surface[:_PREFIX] == english.surface[:_PREFIX]
    if alike and len(french.surface) >= _PREFIX <= len(english.surface):
        best = max(best, _COGNATE)
    return best


def _by_share(french: Sequence[Token], english: Sequence[Token]) -> dict[int, int]:
    scored = [
        (share - _DRIFT * abs(i / len(french) - j / len(english)) * share, i, j)
        for i, one in enumerate(french)
        for j, other in enumerate(english)
        if (share := _share(one, other)) >= _LEAST
    ]
    linked: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if i not in linked and j not in taken:
            linked[i] = j
            taken.add(j)
    return linked


def _by_elimination(
    french: Sequence[Token], english: Sequence[Token], linked: dict[int, int]
) -> None:
    """Link telling words that are left with telling words left between their neighbours'."""
    free = [j for j, e in enumerate(english) if e.weight and j not in {*linked.values()}]
    for i, token in enumerate(french):
        if i in linked or not token.weight or not free:
            continue
        before = next((linked[k] for k in range(i - 1, -1, -1) if k in linked), -1)
        after = next((linked[k] for k in range(i + 1, len(french)) if k in linked), len(english))
        low, high = min(before, after), max(before, after)
        near = [j for j in free if low - 1 <= j <= high + 1]
        if near:
            expected = (before + after) / 2
            chosen = min(near, key=lambda j: (abs(j - expected), j))
            linked[i] = chosen
            free.remove(chosen)
