"""The check of sense: French words that nothing answers, and English that is no English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.lexicon import missing
from pipeline.quality.checks.number_tables import number_words
from pipeline.quality.checks.pair import check, fold, known_english, make_finding, tokens
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lexicon import Unmatched
    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_MOST = 4  # of a segment and a way: where everything is wrong, other checks speak
_NAMED = 2  # English words that a message names
_SHORTEST = 5  # letters of an English word that is looked at
_PART = 3  # letters of a piece of a compound: outsole, midwife
_NEAR = 0.15  # of the sentence: how far a coined word may stand from what it stands for
# English makes such words freely, and the word list has few of them.
_FREELY_MADE = re.compile(r"(?:isms?|ists?|istic|ness|less|like|wise|ably|ibly|ability|ization)$")
_BRITISH = (("is", "iz"), ("our", "or"), ("lful", "llful"), ("ys", "yz"))
_HOURS = frozenset({"midi", "minuit"})
_DENIED = re.compile(r"\b(?:ne\s|n['’])[^.;:!?]{0,40}$", re.IGNORECASE)
_ADDRESS = re.compile(r"[@/\\_#]|\.\w")


@check(
    "meaning",
    "Meaning",
    "warning",
    "A rare word or expression of the source has no counterpart, or an English word is none.",
)
def senses(pair: Pair) -> Iterator[Finding]:
    """Find French words whose sense the English does not hold, and coined English words."""
    covered = [Span(start=start, end=end) for start, end in pair.term_spans]
    coined = _coined(pair)
    lost = [
        word
        for word in missing(pair.source, pair.target, covered=covered)
        if word.idiom or not _said_otherwise(pair.source, word)
    ]
    for word in sorted(lost, key=lambda word: (not word.idiom, -word.weight))[:_MOST]:
        twin = _twin(word, coined, pair)
        coined = [span for span in coined if span != twin]
        usual = ", ".join(word.likeliest[:_NAMED])
        instead = f"; “{pair.target[twin[0] : twin[1]]}” is no English word" if twin else ""
        yield make_finding(
            "meaning",
            "warning" if word.idiom or twin else "info",
            f"“{word.word}” ({usual}) has no counterpart{instead}",
            source=(word.span.start, word.span.end),
            target=twin,
        )
    for start, end in coined[:_MOST]:
        yield make_finding(
            "meaning",
            "warning",
            f"“{pair.target[start:end]}” is no English word",
            target=(start, end),
        )


def _said_otherwise(source: str, word: Unmatched) -> bool:
    """Say whether a word is a number, or denied: *n'a pas tort* is "is right"."""
    numbers = number_words("fr")
    known = (numbers.words, numbers.scales, numbers.months, numbers.weekdays, _HOURS)
    return any(word.word.lower() in words or word.lemma in words for words in known) or bool(
        _DENIED.search(source[: word.span.start])
    )


def _coined(pair: Pair) -> list[tuple[int, int]]:
    """Give the spans of words that are neither English nor taken from the source."""
    theirs = {fold(word) for word, _, _ in tokens(pair.source)}
    code = fold(pair.code)
    return [
        (start, end)
        for word, start, end in tokens(pair.target)
        if len(word) >= _SHORTEST
        and word.islower()
        and word.isalpha()
        and not _in_compound(pair.target, start, end)
        and fold(word) not in theirs
        and fold(word) not in code
        and not any(a < end and start < b for a, b in pair.kept_spans)
        and not _is_english(word)
    ]


def _in_compound(text: str, start: int, end: int) -> bool:
    """Say whether a word is a piece of something longer: a compound, an address, a number."""
    around = text[max(0, start - 1) : start] + text[end : end + 2]
    return bool(re.search(r"[\w‑’'-]", text[max(0, start - 1) : start] + text[end : end + 1])) or (
        bool(_ADDRESS.search(around))
    )


def _is_english(word: str) -> bool:
    if known_english(word) or _FREELY_MADE.search(word):
        return True
    others = [fold(word), *(word.replace(old, new) for old, new in _BRITISH if old in word)]
    if any(other != word and known_english(other) for other in others):
        return True  # café, naïve; skilfully, catastrophising
    return any(
        known_english(word[:cut]) and known_english(word[cut:])
        for cut in range(_PART, len(word) - _PART + 1)
    )


def _twin(word: Unmatched, coined: Sequence[tuple[int, int]], pair: Pair) -> tuple[int, int] | None:
    """Give the coined word that stands about where a French word's English should stand."""
    place = word.span.start / max(len(pair.source), 1)
    near = [(abs(start / max(len(pair.target), 1) - place), (start, end)) for start, end in coined]
    distance, span = min(near, default=(1.0, None))
    return span if distance < _NEAR else None
