"""Setting English into cues and lines: where a text is cut so that it reads well."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 42
"""Code points of a line."""

LINES = 2
"""Of a cue."""

SPEED = 20
"""Code points a second that people read."""

_REACH = 12  # words before and after the place that the French predicts
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
_ENTITY = re.compile(r"&#?\w{1,31};")
_EDGE = "\"'“”‘’«»()[]"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What it costs to cut before or after a word; 1 is a cut like any other.
_STOP, _COMMA, _CONJUNCTION, _PREPOSITION, _PLAIN = 0.0, 0.15, 0.4, 0.55, 1.0
_CLINGS, _NAME, _NUMBER, _AUXILIARY = 3.0, 2.5, 2.0, 1.7
_OVER = 0.03  # for each square of a code point too many

_CONJUNCTIONS = _set(
    "and but or nor so because that which who whom whose when while where if unless until since"
    " although though than whereas before after as"
)
_PREPOSITIONS = _set(
    "of in on at to for with by from into onto under over between through during without within"
    " about against among around behind beside near across toward towards despite like"
)
_CLINGING = (
    _set(
        "a an the my your his her its our their this these those every each no some any very too"
        " more most less such i you he she we they it there mr mrs ms dr not don't"
    )
    | _PREPOSITIONS
    | _CONJUNCTIONS
)
_AUXILIARIES = _set(
    "is are was were am be been has have had do does did will would can could shall should may"
    " might must isn't aren't wasn't doesn't didn't won't can't it's i'm he's she's"
)


def visible(text: str) -> int:
    """Count the code points of a text that a person sees."""
    if "<" in text or "{" in text:
        text = _MARKUP.sub("", text)
    return len(_ENTITY.sub("x", text) if "&" in text else text)


def _cost(word: str, following: str) -> float:
    """Say how badly two words are parted."""
    one, two = _MARKUP.sub("", word), _MARKUP.sub("", following)
    bare = one.rstrip(_EDGE)
    if bare[-1:] in tuple(".!?…;:"):
        return _STOP
    if bare[-1:] in tuple(",—–"):
        return _COMMA
    left, right = bare.strip(_EDGE).lower().replace("’", "'"), two.strip(_EDGE).lower()
    if left in _CLINGING:
        return _CLINGS
    if right in _CONJUNCTIONS:
        return _CONJUNCTION
    if right in _PREPOSITIONS:
        return _PREPOSITION
    if bare[:1].isupper() and two.strip(_EDGE)[:1].isupper():
        return _NAME
    if left.isdigit():
        return _NUMBER
    return _AUXILIARY if left in _AUXILIARIES else _PLAIN


def cuts(words: Sequence[str], shares: Sequence[float], room: Sequence[float]) -> list[int]:
    """Cut words into stretches, one for each share.

    Args:
        words: at least as many as there are shares.
        shares: how long each stretch should be, by any measure.
        room: code points that each can hold.

    Returns:
        The index of the first word of each stretch but the first, rising: none is empty.
        Dynamic programming over places near those that the shares predict.
    """
    count = len(shares)
    if count < 2:
        return []
    ends = list(accumulate(visible(w) + 1 for w in words))
    total, whole = ends[-1], sum(shares) or 1.0
    unit = max(total / count, 8.0)
    reach: list[range] = []
    high = 0
    for at, part in enumerate(accumulate(shares[:-1])):
        middle = bisect_left(ends, total * part / whole) + 1
        low = min(max(middle - _REACH, at + 1), len(words) - (count - 1 - at))
        high = min(max(middle + _REACH, low, high + 1), len(words) - (count - 1 - at))
        reach.append(range(low, high + 1))

    def length(start: int, end: int) -> int:
        return ends[end - 1] - (ends[start - 1] if start else 0) - 1

    def over(start: int, end: int, at: int) -> float:
        return _OVER * max(0.0, length(start, end) - room[at]) ** 2

    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for at, (places, part) in enumerate(zip(reach, accumulate(shares[:-1]), strict=True)):
        wanted = total * part / whole
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        for place in places:
            own = _cost(words[place - 1], words[place])
            own += 6 * ((ends[place - 1] - wanted) / unit) ** 2
            before = [
                (cost + over(start, place, at), way)
                for start, (cost, way) in best.items()
                if start < place
            ]
            if before:
                cost, way = min(before)
                found[place] = (cost + own, (*way, place))
        best = found
    last = ((cost + over(start, len(words), count - 1), way) for start, (cost, way) in best.items())
    return list(min(last)[1])


def in_lines(words: Sequence[str], lines: int) -> list[list[str]]:
    """Set words in so many lines, about as long as one another."""
    lines = max(1, min(lines, len(words)))
    places = [0, *cuts(words, [1.0] * lines, [WIDTH] * lines), len(words)]
    if lines > 1 and len(words) - places[-2] == 1 and words[-1].isdigit():
        places[-2] -= 1  # a number alone in the last line is taken for that of the next cue
    return [list(words[a:b]) for a, b in pairwise(places) if a < b]
