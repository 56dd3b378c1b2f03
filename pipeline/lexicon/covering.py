"""How much of a sentence stands in its translation, word by word, both ways.

A French word counts with what share of its usual English stands in the target; the
logarithms' mean, weighted by how rare the words are, is the coverage. A rare word whose
usual English is absent has no counterpart. The same is looked at from the English side.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.lexicon import tables
from pipeline.lexicon.idioms import idioms
from pipeline.records import Hint, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.lexicon.idioms import Seen

# The words that were counted, apostrophes straight and letters lower-cased first.
WORDS = {
    "fr": re.compile(
        r"(?:[ldnmtsjc]|qu|jusqu|lorsqu|puisqu)'|\d[\d.,]*|[^\W\d_]+(?:-[^\W\d_]+)*", re.IGNORECASE
    ),
    "en": re.compile(r"'s\b|\d[\d.,]*|[^\W\d_]+(?:-[^\W\d_]+)*", re.IGNORECASE),
}
STRAIGHT = str.maketrans({"’": "'"})
_SENTENCE_START = re.compile(r"(?:^|[.!?:…])[\s«»\"“”'()\[\]—–-]*$")

WEIGHT = 0.1
"""What `Coverage.both` weighs beside a model's mean log-probability per token, in choosing an
answer and in how sure one may be of it. Of 0.05, 0.1, 0.2 and 0.3 the best on the odd lines
of FLORES dev (benchmarks/RESULTS.md)."""

_PRESENT_PARTICIPLE = re.compile(r"^(?:[Ss](?:e |'|’))?\w+ant\b")
_SHORT = re.compile(r"(?<=[^aeiou][aeiou])([^aeiouwxy])$")  # run, running

_COMMON = 4.0  # nats: a word more frequent than e^-4 (1.8 %) weighs nothing
_UNKNOWN = 0.3  # the share that a word unknown to the lexicon is given
_LEAST = 0.003  # the share of a word whose English is absent
_SILENT = frozenset({"moi", "an"})  # lemmas of "me", "j'"; no lemma of theirs was counted

_IDIOM = 8.0  # nats: weight of an expression; that of a rare word
_RARE = 2.0  # nats above _COMMON: weight from which on a word may be called unmatched
_ABSENT = 0.02  # share below which its English is absent
_LIKELY = 0.25  # share that its likeliest counterpart must have …
_OFTEN = 2  # … and times that it must have been seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A word to which nothing on the other side answers."""

    span: Span  # in the text where it stands
    word: str  # as it stands
    lemma: str
    likeliest: tuple[str, ...]  # lemmas of the other language, likeliest first
    weight: float  # nats: how rare the word is
    idiom: bool = False  # an expression whose words don't give its sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a pair answers to each other. Means of logarithms: 0 is all of it."""

    french: float  # of the source by the target, nats, at most 0
    english: float  # of the target by the source
    holes: tuple[Unmatched, ...]  # in the source
    extra: tuple[Unmatched, ...]  # in the target

    @property
    def both(self) -> float:
        """Both ways together, nats, at most 0."""
        return self.french + self.english


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text, and what the counts know it by."""

    start: int
    end: int
    surface: str  # lower-case, apostrophes straight
    lemma: str
    parts: tuple[str, ...]  # lemmas of what hyphens join
    telling: bool  # no name (capitalised inside a sentence), no piece of presqu'île


@lru_cache(maxsize=64)
def read_words(text: str, language: str) -> tuple[Word, ...]:
    """Find the words of a text."""
    straight = text.translate(STRAIGHT)
    words: list[Word] = []
    piece_ends = -1  # where a word ended that an apostrophe cut off from the next
    for match in WORDS[language].finditer(straight):
        surface = match[0].lower()
        if len(surface) < 2:
            continue
        named = match[0][0].isupper() and not _SENTENCE_START.search(straight[: match.start()])
        piece = match.start() == piece_ends
        if language == "fr" and straight[match.end() : match.end() + 1] == "'":
            piece, piece_ends = True, match.end() + 1
        words.append(
            Word(
                start=match.start(),
                end=match.end(),
                surface=surface,
                lemma=tables.lemma(surface, language),
                parts=tuple(tables.lemma(part, language) for part in surface.split("-")),
                telling=not (named or piece),
            )
        )
    return tuple(words)


def rarity(seen: int, total: int) -> float:
    """Give log(total / seen) - 4, at least 0: nothing for the commonest words."""
    return max(0.0, math.log(total / max(seen, 1)) - _COMMON)


def _from_french(lemma: str, english: frozenset[str]) -> tuple[float, float, tuple[str, ...]]:
    """Give a French lemma's weight, its share that stands in the English, its usual English.

    The usual English is left out where it was seen too seldom to tell anything.
    """
    entry = tables.french(lemma)
    weight = rarity(entry.seen if entry else 1, tables.totals()[0])
    if entry is None:
        return weight, _UNKNOWN, ()
    share = sum(share for word, share in entry.english.items() if word in english)
    telling = entry.seen >= _OFTEN and max(entry.english.values()) >= _LIKELY
    return weight, share, tuple(entry.english) if telling else ()


def _from_english(lemma: str, french: frozenset[str]) -> tuple[float, float, tuple[str, ...]]:
    """Give the same of an English lemma, the shares turned round."""
    entry = tables.english(lemma)
    weight = rarity(entry.seen if entry else 1, tables.totals()[1])
    if entry is None or not entry.french:
        return weight, _UNKNOWN, ()
    linked = [(found, found.english.get(lemma, 0.0)) for f in french if (found := tables.french(f))]
    share = sum(found.seen * share for found, share in linked) / entry.links
    telling = entry.seen >= _OFTEN and entry.share >= _LIKELY
    return weight, share, (entry.french,) if telling else ()


def meet(one: Span | Word, other: Span | Word) -> bool:
    """Say whether two stretches of one text overlap."""
    return one.start < other.end and other.start < one.end


def lost_idioms(source: str, target: str, seen: Iterable[Seen]) -> list[Unmatched]:
    """Give those of the expressions of a source whose sense its English does not hold."""
    return [
        Unmatched(
            span=i.span,
            word=source[i.span.start : i.span.end],
            lemma=i.idiom.french,
            likeliest=(i.idiom.english,),
            weight=_IDIOM,
            idiom=True,
        )
        for i in seen
        if not i.holds(target)
    ]


def _one_way(
    words: Sequence[Word],
    others: Sequence[Word],
    covered: Sequence[Span],
    text: str,
    look_up: Callable[[str, frozenset[str]], tuple[float, float, tuple[str, ...]]],
    lost: Sequence[Unmatched] = (),
) -> tuple[float, tuple[Unmatched, ...]]:
    """Give the coverage of ``words`` by ``others``, and the words without counterpart."""
    lemmas = frozenset(other.lemma for other in others)
    parts = lemmas.union(*(other.parts for other in others))
    standing = lemmas | {other.surface for other in others}
    weights = _IDIOM * len(lost)
    total = weights * math.log(_LEAST)
    unmatched = [*lost]
    for word in words:
        weight, share, likeliest = look_up(word.lemma, lemmas)
        if not weight or word.lemma in _SILENT:
            continue
        if (
            word.lemma in standing
            or word.surface in standing
            or not word.telling
            or word.surface[0].isdigit()
            or any(meet(span, word) for span in covered)
        ):
            share = 1.0
        total += weight * math.log(min(max(share, _LEAST), 1.0))
        weights += weight
        if (
            word.telling
            and likeliest
            and weight > _RARE
            and max(share, look_up(word.lemma, parts)[1]) < _ABSENT
        ):
            unmatched.append(
                Unmatched(
                    span=Span(start=word.start, end=word.end),
                    word=text[word.start : word.end],
                    lemma=word.lemma,
                    likeliest=likeliest,
                    weight=weight,
                )
            )
    unmatched.sort(key=lambda one: one.span.start)
    return (total / weights if weights else 0.0), tuple(unmatched)


def coverage(
    source: str,
    target: str,
    *,
    covered: Sequence[Span] = (),
    covered_target: Sequence[Span] = (),
) -> Coverage:
    """Measure how much of a French sentence stands in its English, and the other way.

    Words that stand unchanged, names (capitalised inside a sentence) and numbers are
    covered: other checks know them. Of an expression that `pipeline.lexicon.idioms` lists,
    the sense counts and not the words.

    Args:
        source: French.
        target: English.
        covered: stretches of the source that count as covered (terms, code).
        covered_target: the same of the target.

    Raises:
        ModelDamaged: the lexicon's data cannot be read.
    """
    return _coverage(source, target, tuple(covered), tuple(covered_target))


@lru_cache(maxsize=4_096)  # a window's sentences are asked for again at every stage
def _coverage(
    source: str, target: str, covered: tuple[Span, ...], covered_target: tuple[Span, ...]
) -> Coverage:
    french, english = read_words(source, "fr"), read_words(target, "en")
    seen = [i for i in idioms(source) if not any(meet(i.span, span) for span in covered)]
    lost = lost_idioms(source, target, seen)
    # The words of an expression say nothing one by one.
    french = tuple(w for w in french if not any(meet(i.span, w) for i in seen))
    forth, holes = _one_way(french, english, covered, source, _from_french, lost)
    back, extra = _one_way(english, french, covered_target, target, _from_english)
    return Coverage(french=forth, english=back, holes=holes, extra=extra)


def hints(holes: Sequence[Unmatched], *, most: int = 4) -> tuple[Hint, ...]:
    """Give what to tell a model about words without counterpart: the rarest ``most``.

    Each hint is the word as it stands with its likeliest English lemma, in the order of
    the sentence: with a capital where the word has one, and an expression's verb as a
    present participle where the French is one (*se chiffrant en*, "amounting to"); a model
    inflects the rest by itself.
    """
    rarest = sorted(holes, key=lambda hole: -hole.weight)[:most]
    chosen = [hole for hole in holes if hole in rarest]
    lines = (replace(hole, word=" ".join(hole.word.split())) for hole in chosen)
    pairs = dict.fromkeys((hole.word, _as_it_stands(hole)) for hole in lines)
    return tuple(Hint(source=word, target=english) for word, english in pairs)


def _as_it_stands(hole: Unmatched) -> str:
    """Give the likeliest English in the form of the French."""
    english = hole.likeliest[0]
    if hole.idiom and _PRESENT_PARTICIPLE.search(hole.word):
        verb, _, rest = english.partition(" ")
        verb = _SHORT.sub(r"\g<0>\g<1>", verb) if len(verb) <= 4 else verb
        verb = re.sub(r"(?<=[^aeiou])e$|(?<=u)e$", "", verb) + "ing"
        english = f"{verb} {rest}".rstrip()
    return english[0].upper() + english[1:] if hole.word[0].isupper() else english
