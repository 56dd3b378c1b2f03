"""Finding in a translation the place of a stretch of its source.

Words are compared without case and accents; positions are predicted from words that
both texts share (names, numbers, cognates), linearly between them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_TOKEN = re.compile(r"\S+")
_STOP = re.compile(r"[.!?…:;](?=\s|$)")
_PUNCTUATION = tuple(
    re.compile(p)
    for p in (r"[.!?…](?=\s|$)", r":(?=\s|$)", ";", r"\(", r"\)", "[«“]", "[»”]", "[–—]")
)
_SPACES = str.maketrans(dict.fromkeys("\n\t\u00a0\u202f", " "))
_WINDOW_LIMIT = 60  # words of a piece above which it is not looked for word by word
_ALIKE = 0.6  # share of words in common above which a window is the piece
_ALIKE_CODE = 0.7  # of letters in common above which a text is a protected one, changed
_ALIKE_PROSE = 0.85  # likewise, of one that is words of a language: others are like it
# Words that lean on the next one: a link or an emphasis does not end with them.
_LEANING_WORDS = (
    "a an the of to in on at by for from with into and or but that as its their his her"
)
_LEANING = frozenset(_LEANING_WORDS.split())


def free_spans(start: int, end: int, taken: Iterable[Span]) -> list[Span]:
    """Give what is left of ``start:end`` without the taken spans."""
    spans: list[Span] = []
    for span in sorted(taken, key=lambda s: (s.start, s.end)):
        if span.end <= start or span.start >= end:
            continue
        if span.start > start:
            spans.append(Span(start=start, end=span.start))
        start = span.end
    if start < end:
        spans.append(Span(start=start, end=end))
    return spans


_Pair = tuple[tuple[int, int], tuple[int, int]]
"""A stretch of the source and the stretch of the target that it became: starts and ends."""


def words_in(text: str, start: int, end: int) -> list[Span]:
    """Give the words of ``text[start:end]``; elisions and hyphens do not split them."""
    return [Span(start=m.start(), end=m.end()) for m in _WORD.finditer(text, start, end)]


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def find_verbatim(needle: str, text: str, spans: Iterable[Span], *, fold: bool) -> Iterator[Span]:
    """Give where a text stands at word boundaries inside the given spans.

    All spaces are equal: a no-break space is found as a plain one.

    Args:
        needle: what to look for, not empty.
        text: where to look.
        spans: stretches of ``text`` to look in.
        fold: whether case is ignored.
    """
    haystack, wanted = text.translate(_SPACES), needle.translate(_SPACES)
    if fold:
        # Lower-casing may change the length; then positions would not hold.
        haystack, wanted = haystack.lower(), wanted.lower()
        if len(haystack) != len(text) or len(wanted) != len(needle):
            return
    for span in spans:
        at = haystack.find(wanted, span.start, span.end)
        while at >= 0:
            end = at + len(wanted)
            if not (
                (wanted[0].isalnum() and at and text[at - 1].isalnum())
                or (wanted[-1].isalnum() and text[end : end + 1].isalnum())
            ):
                yield Span(start=at, end=end)
            at = haystack.find(wanted, at + 1, span.end)


def _alike(left: Sequence[str], right: Sequence[str]) -> float:
    """Give the share of words in common (Dice), inflected forms counting half.

    Words that lean on others count little: “in Parliament” is “Parliament”, and not
    “Parliament in March”.
    """
    rest = list(right)
    common = 0.0
    for word in left:
        if word in rest:
            rest.remove(word)
            common += _weight(word)
    if rest and len(rest) > len(right) - len(left):
        taken = set(right) - set(rest)
        for word in left:
            if word in taken or len(word) < 5:
                continue
            near = next(
                (r for r in rest if r[:4] == word[:4] and abs(len(r) - len(word)) < 4), None
            )
            if near:
                rest.remove(near)
                common += 0.5
    return 2 * common / (sum(map(_weight, left)) + sum(map(_weight, right)))


def _weight(word: str) -> float:
    return 0.3 if word in _LEANING else 1.0


def best_window(piece: str, text: str, spans: Sequence[Span], predicted: float) -> Span | None:
    """Find the run of words most like a piece, if it is like enough.

    Args:
        piece: translation of the source stretch by itself.
        text: translation of the whole.
        spans: stretches of ``text`` that are still free.
        predicted: where the run probably starts; decides between equals.
    """
    wanted = [_fold(m.group()) for m in _WORD.finditer(piece)]
    if not wanted or len(wanted) > _WINDOW_LIMIT:
        return None
    slack = 1 + len(wanted) // 4
    low, high = max(1, len(wanted) - slack), len(wanted) + slack
    best: tuple[float, Span] | None = None
    for free in spans:
        words = words_in(text, free.start, free.end)
        folded = [_fold(text[w.start : w.end]) for w in words]
        for first, word in enumerate(words):
            for last in range(first + low, min(first + high, len(words)) + 1):
                window = folded[first:last]
                score = _alike(wanted, window)
                if score < _ALIKE or (window[-1] != wanted[-1] and window[-1] in _LEANING):
                    continue
                score -= 0.05 * abs(word.start - predicted) / max(len(text), 1)
                if best is None or score > best[0]:
                    best = (score, Span(start=word.start, end=words[last - 1].end))
    return best[1] if best else None


def nearest_window(
    text: str, spans: Sequence[Span], start: float, end: float, piece: str, count: int
) -> Span | None:
    """Give the run of about ``count`` words nearest to a predicted place.

    Args:
        text: translation of the whole.
        spans: stretches of ``text`` that are still free.
        start: predicted start.
        end: predicted end.
        piece: the source stretch; the run passes over no more full stops and colons.
        count: words wanted.
    """
    best: tuple[float, Span] | None = None
    inside = len(_STOP.findall(piece.rstrip(" .!?…:;»”")))
    for free in spans:
        words = words_in(text, free.start, free.end)
        stops = [m.start() for m in _STOP.finditer(text, free.start, free.end)]
        for first, word in enumerate(words):
            at = bisect_left(stops, word.end) + inside
            limit = stops[at] if at < len(stops) else free.end
            run = [w for w in words[first : first + count] if w is word or w.end <= limit]
            while len(run) > 1 and text[run[-1].start : run[-1].end].lower() in _LEANING:
                run.pop()
            span = Span(start=word.start, end=run[-1].end)
            cost = abs(span.start - start) + abs(span.end - end)
            if best is None or cost < best[0]:
                best = (cost, span)
    return best[1] if best else None


def mangled(needle: str, text: str, spans: Sequence[Span]) -> Span | None:
    """Find what an engine made of a text that should have been left alone.

    Compares runs of white-space separated tokens, spaces aside: ``https: // a.org`` is
    found for ``https://a.org``.
    """
    wanted = "".join(needle.split()).casefold()
    if len(wanted) < 4 or len(wanted) > 400:
        return None
    count = len(needle.split())
    least = _ALIKE_PROSE if count > 1 and wanted.isalpha() else _ALIKE_CODE
    # Marks at its ends are the sentence's, but for those that the text has itself.
    before, after = "“‘\"'(«", ".,;:!?”’\"')»"
    head = wanted[: len(wanted) - len(wanted.lstrip(before))]
    tail = wanted[len(wanted.rstrip(after)) :]
    best: tuple[float, Span] | None = None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for span in spans:
        tokens = [m.span() for m in _TOKEN.finditer(text, span.start, span.end)]
        for first in range(len(tokens)):
            for last in range(first + 1, min(first + count + 3, len(tokens)) + 1):
                start, end = tokens[first][0], tokens[last - 1][1]
                core = text[start:end].rstrip(after)
                own = len(tail) if text.startswith(tail, start + len(core), end) else 0
                end = start + len(core) + own
                core = text[start:end].lstrip(before)
                own = len(head) if text[start : end - len(core)].endswith(head) else 0
                start = end - len(core) - own
                seen = "".join(text[start:end].split()).casefold()
                if not seen or not 0.5 <= len(seen) / len(wanted) <= 2:
                    continue
                matcher.set_seq1(seen)
                if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
                    continue
                score = matcher.ratio()
                if score >= least and (best is None or score > best[0]):
                    best = (score, Span(start=start, end=end))
    return best[1] if best else None


class Predictor:
    """Predicts where a source position went, from words that both texts share."""

    def __init__(self, source: str, target: str) -> None:
        left = _unique(source)
        right = _unique(target)
        words = sorted((left[w], right[w]) for w in left.keys() & right.keys())
        self.shared = dict(words)  # word span → word span
        pairs = sorted({*words, *_punctuation(source, target)})
        self._points: list[tuple[int, int]] = [(0, 0)]
        rising = [edge for spans in _monotone(pairs) for edge in zip(*spans, strict=True)]
        for a, b in (*rising, (len(source), len(target))):
            if a > self._points[-1][0] and b >= self._points[-1][1]:
                self._points.append((a, b))

    def __call__(self, position: int) -> float:
        """Give the probable position in the target."""
        at = bisect_right(self._points, position, key=lambda p: p[0])
        if at == len(self._points):
            return float(self._points[-1][1])
        (a, b), (c, d) = self._points[at - 1], self._points[at]
        return b + (d - b) * (position - a) / (c - a)


def _unique(text: str) -> dict[str, tuple[int, int]]:
    """Give the words that tell a place: they occur once and are not too short."""
    found: dict[str, tuple[int, int]] = {}
    twice: set[str] = set()
    for match in _WORD.finditer(text):
        start, word = match.start(), match.group()
        elision = re.match(r"\w{1,2}['’]", word)  # l’Europe, d'OpenAI
        if elision:
            start += elision.end()
            word = word[elision.end() :]
        elif word.endswith(("'s", "’s")):
            word = word[:-2]
        folded = _fold(word)
        if len(folded) < 3 and not folded.isdigit():
            continue
        key = folded[:6].rstrip("e") if len(folded) > 4 else folded
        if key in found:
            twice.add(key)
        found[key] = (start, start + len(word))
    return {key: span for key, span in found.items() if key not in twice}


def _punctuation(source: str, target: str) -> Iterator[_Pair]:
    """Pair punctuation that both texts have equally often: it keeps its order."""
    for pattern in _PUNCTUATION:
        left = [m.span() for m in pattern.finditer(source)]
        right = [m.span() for m in pattern.finditer(target)]
        if len(left) == len(right):
            yield from zip(left, right, strict=True)


def _monotone(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Keep the longest run of pairs that rise on both sides."""
    tails: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for index, (_, target) in enumerate(pairs):
        at = bisect_left(tails, target[0])
        before.append(chain[at - 1] if at else -1)
        if at == len(tails):
            tails.append(target[0])
            chain.append(index)
        else:
            tails[at] = target[0]
            chain[at] = index
    kept: list[_Pair] = []
    index = chain[-1] if chain else -1
    while index >= 0:
        kept.append(pairs[index])
        index = before[index]
    return kept[::-1]
