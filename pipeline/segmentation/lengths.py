"""Cutting what is too long, in characters or in a model's tokens, at the best places."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLACES = (
    re.compile(r"[;；](?=\s)"),
    re.compile(r"(?:[!?…:]|(?<=[!?…])[)»”])(?=\s)"),  # not ".": that would tear "M. Dupont"
    re.compile(r"[,)](?=\s)|(?=\s[—–]\s)"),
    re.compile(r"(?=\s(?:et|ou|mais|car|donc|ni|puis|qui|que|dont|où|lorsque|tandis|parce)\s)"),
    re.compile(r"(?<=\S)(?=[^\S\u00a0\u202f\u2007])"),  # no-break spaces hold numbers together
    re.compile(r"(?<=\S)(?=\s)"),
)
"""Where to cut, best first; a cut lies at the end of the match."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end)


class Protected:
    """Stretches that must not be cut, merged and sorted for look-up in O(log n).

    White space at a stretch's ends is not held: it may fall between two sentences.
    """

    __slots__ = ("ends", "starts")

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        trimmed = (_trim(text, max(0, s.start), min(len(text), s.end)) for s in spans)
        for span in sorted(trimmed, key=lambda s: s.start):
            if span.start >= span.end:
                continue
            if self.ends and span.start < self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], span.end)
            else:
                self.starts.append(span.start)
                self.ends.append(span.end)

    def covers(self, at: int) -> bool:
        """Whether characters on both sides of ``at`` belong to one stretch."""
        if not self.starts:
            return False
        i = bisect_right(self.ends, at)
        return i < len(self.starts) and self.starts[i] < at

    def around(self, at: int) -> Span:
        """Give the stretch that :meth:`covers` found."""
        i = bisect_right(self.ends, at)
        return Span(start=self.starts[i], end=self.ends[i])


def _hard(text: str, start: int, at: int) -> int:
    """Step back from ``at`` so that no letter loses its accents or joined signs."""
    for place in range(at, max(start, at - 32), -1):
        here, before = text[place], text[place - 1]
        if not (unicodedata.combining(here) or here in _JOINERS or before == "\u200d"):
            return place
    return at


def _cut(text: str, start: int, end: int, limit: int, protected: Protected) -> int:
    """Find where to cut ``text[start:end]``, which is longer than ``limit``."""
    size = end - start
    aim = start + size / -(-size // limit)  # parts of about the same size
    low = start + max(1, int((aim - start) / 2))
    high = start + limit
    for pattern in _PLACES:
        found = [m.end() for m in pattern.finditer(text, low - 1, min(high + 1, end))]
        for at in sorted(found, key=lambda at: abs(at - aim)):
            if low <= at <= high and not protected.covers(at):
                return at
    at = _hard(text, start, high)
    if not protected.covers(at):
        return at
    stretch = protected.around(at)
    return stretch.start if stretch.start > start else min(stretch.end, end)


def split_long(
    text: str, span: Span, limit: int, *, unsplittable: Sequence[Span] | Protected = ()
) -> tuple[Span, ...]:
    """Cut ``text[span.start:span.end]`` into parts of at most ``limit`` code points.

    The best kind of place within reach is taken: after a semicolon; after a colon, a
    question or an exclamation; after a comma or a bracket, or before a dash; before a
    conjunction; at a space; at last anywhere between two letters. The parts come out at
    about the same size.

    Args:
        text: the whole text.
        span: what to cut.
        limit: longest part, in code points, at least 1.
        unsplittable: stretches that are never cut; a part can be longer than ``limit``
            only because it is one of them.

    Returns:
        Non-empty parts in order, with nothing but white space between them; ``span``
        alone where it is short enough.

    Raises:
        ValueError: ``limit`` is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    if span.end - span.start <= limit:
        return (span,)
    protected = (
        unsplittable if isinstance(unsplittable, Protected) else Protected(text, unsplittable)
    )
    parts: list[Span] = []
    start = span.start
    while span.end - start > limit:
        at = _cut(text, start, span.end, limit, protected)
        part = _trim(text, start, at)
        if part.start < part.end:
            parts.append(part)
        start = at
        while start < span.end and text[start].isspace():
            start += 1
    rest = _trim(text, start, span.end)
    if rest.start < rest.end:
        parts.append(rest)
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A sentence, or a part of one, with its measured length."""

    span: Span
    sentence: int  # index of its sentence among those given
    tokens: int  # as measured
    fits: bool  # False: it cannot be cut any further


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """What :func:`bounded` made of the sentences."""

    pieces: tuple[Piece, ...]  # in text order
    split: tuple[int, ...]  # indices of the sentences that were cut, ascending
    oversize: tuple[int, ...]  # of those that still hold a piece that does not fit


def bounded(
    text: str,
    spans: Sequence[Span],
    measure: Callable[[Sequence[str]], Sequence[int]],
    limit: int,
    *,
    unsplittable: Sequence[Span] = (),
) -> Bounded:
    """Cut sentences that are too long for a model, at clause boundaries.

    Args:
        text: the whole text.
        spans: its sentences, ascending.
        measure: gives each string's length in the model's tokens; called with many
            strings at a time, a few times at most.
        limit: most tokens that the model reads, at least 1.
        unsplittable: stretches (code points into ``text``) that are never cut.

    Returns:
        The pieces in text order, and which sentences were cut or still do not fit.

    Raises:
        ValueError: ``limit`` is below 1, or ``measure`` gives a wrong number of counts.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    protected = Protected(text, unsplittable)
    done: list[Piece] = []
    todo = list(enumerate(spans))
    while todo:
        counts = measure([text[span.start : span.end] for _, span in todo])
        longer: list[tuple[int, Span]] = []
        for (sentence, span), tokens in zip(todo, counts, strict=True):
            parts: tuple[Span, ...] = (span,)
            size = span.end - span.start
            if tokens > limit and size > 1:
                chars = max(1, size * limit // tokens)
                parts = split_long(text, span, chars, unsplittable=protected)
            if len(parts) > 1:
                longer.extend((sentence, part) for part in parts)
            else:
                fits = tokens <= limit
                done.append(Piece(span=span, sentence=sentence, tokens=tokens, fits=fits))
        todo = longer
    done.sort(key=lambda piece: (piece.span.start, piece.sentence))
    seen: dict[int, int] = {}
    for piece in done:
        seen[piece.sentence] = seen.get(piece.sentence, 0) + 1
    return Bounded(
        pieces=tuple(done),
        split=tuple(sorted(i for i, times in seen.items() if times > 1)),
        oversize=tuple(sorted({piece.sentence for piece in done if not piece.fits})),
    )
