"""Splitting a block's text into sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.records import Span
from pipeline.segmentation.lengths import Protected, split_long
from pipeline.segmentation.rules import (
    dot_ends,
    glued_ends,
    heading_end,
    look_ahead,
    semicolon_ends,
    token_before,
)
from pipeline.segmentation.tables import load_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.segmentation.tables import Patterns

MAX_CHARS = 2000
"""Longest sentence, in code points. The longest sentences of the French press stay
below 1500; what is longer is a table, a list or something that is no prose."""

_ASIDE = 400
"""Longest aside, in code points: an opening bracket that is not closed by then was
forgotten, or is no bracket at all, and must not hold back a sentence's end."""

_BRACKETS = re.compile(r"[()]|\n[^\S\n]*+\n|\u2029")  # no aside runs over a paragraph's end
_BEFORE_OPENING = frozenset("([{«“‘'’—–-/")
_AFTER_CLOSING = frozenset(")]}»”’.,;:!?…—–-/")
_SPACES = " \u00a0\u202f"
_DELIBERATE = 0.8
_VERY_DELIBERATE = 0.6
"""A line that its next word would still have fitted into, with the paragraph's longest
line as measure, was not wrapped: its end was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """The sentences of a text, and which of them had to be cut for their length."""

    spans: tuple[Span, ...]
    cut: tuple[Span, ...]  # whole sentences longer than the bound; their parts are in spans


class _Boundaries:
    """One pass over a text: each match of ``Patterns.event`` may end a sentence."""

    def __init__(self, text: str, patterns: Patterns, protected: Protected) -> None:
        self.text = text
        self.patterns = patterns
        self.protected = protected
        self.start = 0  # of the current sentence
        self.closing = _closing_marks(text, patterns.tables.either)
        self.asides = _asides(text)

    def spans(self) -> Iterator[Span]:
        """Yield the sentences, without white space at their ends."""
        text = self.text
        last = self._skip_space_back(len(text))
        self.start = self._skip_space(0)
        for end, resume in self._found():
            if resume >= last:
                break
            if self.protected.covers(end):
                continue
            yield Span(start=self.start, end=end)
            self.start = resume
        if self.start < last:
            yield Span(start=self.start, end=last)

    def _found(self) -> Iterator[tuple[int, int]]:
        yield from self._heading()
        for match in self.patterns.event.finditer(self.text):
            at = match.start()
            if at <= self.start or self.protected.covers(at):
                continue
            found = self._end(match)
            if found is None or self._inside_aside(match, found[0]):
                continue
            end = self._skip_space_back(found[0])
            if end > self.start:
                yield end, found[1]
                if self.start == found[1]:
                    yield from self._heading()

    def _heading(self) -> Iterator[tuple[int, int]]:
        end = heading_end(self.text, self.start, self.patterns)
        if end is not None:
            yield self._skip_space_back(end), end

    def _skip_space(self, at: int) -> int:
        text, size = self.text, len(self.text)
        while at < size and text[at].isspace():
            at += 1
        return at

    def _skip_space_back(self, at: int) -> int:
        text = self.text
        while at > 0 and text[at - 1].isspace():
            at -= 1
        return at

    def _after_stop(self, at: int) -> int:
        """Take closing quotation marks, brackets and notes along with the stop."""
        text, closing = self.text, self.patterns.closing
        while True:
            if at in self.closing:
                at += 1
            elif at + 1 in self.closing and text[at] in _SPACES:
                at += 2
            elif match := closing.match(text, at):
                at = match.end()
            else:
                return at

    def _end(self, event: re.Match[str]) -> tuple[int, int] | None:
        """Give where a sentence ends and the next one may start, at a match of the event."""
        at, end = event.span()
        match event.lastgroup:
            case "stop":
                return self._stop(event)
            case "line":
                return self._line(at)
            case "semicolon":
                resume = self._skip_space(end)
                ends = semicolon_ends(self.text, at, resume, self.start, self.patterns)
                return (end, resume) if ends else None
            case "colon":
                return end, self._skip_space(end)
            case "paragraph":
                return at, self._skip_space(end)
            case "dash" if not self._opens_item(at):
                return None
        return at, at  # a bullet, or a dash that is one

    def _stop(self, match: re.Match[str]) -> tuple[int, int] | None:
        text, patterns = self.text, self.patterns
        at, run = match.start(), match["stop"]
        if text[at - 1] in "([" and text[match.end() : match.end() + 1] in {")", "]"}:
            return None  # "(…)", "[...]", "(!)"
        end = self._after_stop(match.end())
        if end >= len(text):
            return None
        if not text[end].isspace():
            return (end, end) if glued_ends(text, at, end, self.start, patterns) else None
        resume = self._skip_space(end)
        ahead = look_ahead(text, resume, patterns)
        if ahead.kind in {"joined", "end"}:
            return None
        if run == ".":
            bare = end == match.end()
            ends = dot_ends(text, at, self.start, ahead, patterns, bare=bare)
        elif ahead.kind == "lower":
            ends = False  # "« Viens ! » dit-il."; "Il vient… et repart."
        elif ahead.kind == "number" and run[-1] in ".…":
            ends = not text[at - 1].isdigit()  # "1, 2… 10"
        else:
            name = token_before(text, at, self.start, patterns) + run
            ends = name not in patterns.tables.joined_names or ahead.kind == "starter"
        return (end, resume) if ends else None

    def _inside_aside(self, match: re.Match[str], end: int) -> bool:
        """Whether a bracket opened in mid-sentence around a mark is still open at ``end``."""
        last = bisect_right(self.asides, match.start(), key=lambda aside: aside[0]) - 1
        if last < 0 or match.lastgroup == "paragraph":
            return False
        opened, closed = self.asides[last]
        return self.start < opened and match.start() < closed and end <= closed

    def _line(self, at: int) -> tuple[int, int] | None:
        """Decide at a single line break: a soft wrap, unless something says otherwise."""
        text = self.text
        previous = self._skip_space_back(at) - 1
        marker = self.patterns.line_marker.match(text, at)
        if marker is not None:
            listed = self.line_marks[_mark_kind(marker["mark"])] > 1
            return (at, marker.start("mark")) if listed or text[previous] in ".!?…;:" else None
        if not (text[previous].isalnum() or text[previous] in "»)”"):
            return None
        resume = self._skip_space(at)
        ahead = look_ahead(text, resume, self.patterns)
        share = (previous - text.rfind("\n", 0, at) + 1 + len(ahead.word)) / self.longest_line
        deliberate = (ahead.kind in {"starter", "particle"} and share < _DELIBERATE) or (
            ahead.kind == "name" and share < _VERY_DELIBERATE
        )
        return (at, resume) if deliberate else None

    def _opens_item(self, at: int) -> bool:
        """Whether, in an item that a dash opened, a dash opens the next: before a capital."""
        text = self.text
        if text[self.start] != text[at] or not text[self.start + 1].isspace():
            return False
        return look_ahead(text, at, self.patterns).kind not in {"lower", "joined", "end"}

    @cached_property
    def line_marks(self) -> Counter[str]:
        """How many lines start with each kind of list marker."""
        found = self.patterns.line_marker.finditer("\n" + self.text)
        return Counter(_mark_kind(match["mark"]) for match in found)

    @cached_property
    def longest_line(self) -> int:
        """Length of the longest line, at least 1."""
        return max(1, *map(len, self.text.split("\n")))


def _mark_kind(mark: str) -> str:
    """Give all "1.", "2." … one name, all "a)", "b)" … another."""
    return mark if len(mark) == 1 else ("0" if mark[0].isdigit() else "a") + mark[-1]


def _closing_marks(text: str, either: str) -> frozenset[int]:
    """Find the quotation marks of one shape (``"``) that close: their offsets.

    A mark that touches a word on one side only says by itself which it is; one that
    stands free or touches words on both sides closes what is open. Marks that touch each
    other ("\"\"\"", as spreadsheets leave them) count as one.
    """
    marks: list[tuple[int, bool, bool]] = []  # where, and whether free to the left, the right
    for run in re.finditer(f"[{re.escape(either)}]++", text):
        start, end = run.span()
        left, right = text[start - 1 : start], text[end : end + 1]
        free_left = not left or left.isspace() or left in _BEFORE_OPENING
        free_right = not right or right.isspace() or right in _AFTER_CLOSING
        marks += ((i, free_left, free_right) for i in range(start, end))
    closing: set[int] = set()
    is_open = False
    for k, (i, free_left, free_right) in enumerate(marks):
        if free_left != free_right:
            is_open = free_left
        else:
            # Nothing left to close it, or an opening mark next: it opens nothing itself.
            orphan = k + 1 == len(marks) or marks[k + 1][1:] == (True, False)
            is_open = not is_open and not orphan
        if not is_open:
            closing.add(i)
    return frozenset(closing)


def _asides(text: str) -> list[tuple[int, int]]:
    """Give the offsets of the outermost round brackets that hold no more than an aside.

    Unmatched ones and ":(" are left out; one pass.
    """
    pairs: list[tuple[int, int]] = []
    stack: list[int] = []
    for match in _BRACKETS.finditer(text):
        at, mark = match.start(), match[0]
        if mark == "(":
            if text[max(0, at - 1) : at] not in (":", ";"):
                stack.append(at)
        elif mark != ")":
            stack.clear()
        elif stack and at - (start := stack.pop()) <= _ASIDE:
            pairs.append((start, at))
    outer: list[tuple[int, int]] = []
    for pair in sorted(pairs):
        if not outer or pair[0] > outer[-1][1]:
            outer.append(pair)
    return outer


def segment(
    text: str, *, unsplittable: Sequence[Span] = (), max_chars: int = MAX_CHARS
) -> Segmentation:
    """Split French text into sentences and say which were too long.

    Args:
        text: a block's plain text; line breaks count as white space.
        unsplittable: stretches (code points into ``text``) that are never cut, such as
            inline code or a URL; they may overlap and come in any order. White space
            at their ends may fall between two sentences.
        max_chars: longest span to give, in code points, at least 1. A longer sentence
            is cut at its best places (see :func:`split_long`); only an unsplittable
            stretch can be longer.

    Returns:
        Non-empty spans, ascending, without overlap and without white space at their
        ends. Only white space lies between them, before and after, so spans and gaps
        rebuild the text. Time and memory grow linearly with the text.

    Raises:
        ValueError: ``max_chars`` is below 1.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars must be at least 1, not {max_chars}")
    spans: list[Span] = []
    cut: list[Span] = []
    protected = Protected(text, unsplittable)
    for span in _Boundaries(text, load_patterns(), protected).spans():
        parts = split_long(text, span, max_chars, unsplittable=protected)
        spans.extend(parts)
        if len(parts) > 1:
            cut.append(span)
    return Segmentation(spans=tuple(spans), cut=tuple(cut))


def split(
    text: str, *, unsplittable: Sequence[Span] = (), max_chars: int = MAX_CHARS
) -> tuple[Span, ...]:
    """Split French text into sentences: the spans of :func:`segment`.

    Raises:
        ValueError: ``max_chars`` is below 1.
    """
    return segment(text, unsplittable=unsplittable, max_chars=max_chars).spans
