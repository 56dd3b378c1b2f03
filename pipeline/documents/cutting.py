"""Plain and raw: cutting a block into sentences and joining their translations.

A block's plain text and its markup are two views of one raw text. Sentences are cut in
the plain text; every cut takes the markup inside the sentence along and leaves outside
what only touches it (an opening whose closing is in a later sentence, a footnote mark
after the full stop), so that it stays where it was.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.documents.markdown.kinds import BREAK, FRONT_MATTER, LINKS
from pipeline.records import Segment, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.records import Block, Document, Markup

__all__ = [
    "break_positions",
    "cut_block",
    "join_block",
    "markup_spans",
    "raw_span",
    "raw_text",
    "slice_markup",
    "unsplittable_spans",
]


def raw_text(plain: str, markup: Sequence[Markup]) -> str:
    """Interleave plain text and markup: the inverse of reading a block.

    Args:
        plain: plain text.
        markup: its markup, in order, positions in code points of ``plain``.
    """
    pieces: list[str] = []
    at = 0
    for item in markup:
        pieces.append(plain[at : item.position])
        pieces.append(item.raw)
        at = item.position + item.covers
    pieces.append(plain[at:])
    return "".join(pieces)


class _Cutter:
    """One block's markup with what cutting it again and again needs."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.positions = [m.position for m in block.markup]
        self.shift = [0]  # shift[i]: raw minus plain length of the markup before i
        opened: dict[int, int] = {}
        self.mate: dict[int, int] = {}
        for index, item in enumerate(block.markup):
            self.shift.append(self.shift[-1] + len(item.raw) - item.covers)
            if item.role == "open":
                opened[item.group] = index
            elif item.role == "close" and item.group in opened:
                self.mate[index] = opened[item.group]
                self.mate[opened[item.group]] = index

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Give the slice of ``block.markup`` that belongs to the sentence."""
        markup = self.block.markup
        first = bisect_left(self.positions, start)
        after = bisect_right(self.positions, start)
        while first < after:
            item = markup[first]
            mate = self.mate.get(first, -1)
            inside = item.role == "open" and mate >= 0 and start < self.positions[mate] <= end
            if inside or item.covers:
                break
            first += 1
        last = stop = bisect_left(self.positions, end)
        for index in range(stop, bisect_right(self.positions, end)):
            mate = self.mate.get(index, -1)
            if markup[index].role == "close" and first <= mate < stop:
                last = index + 1
        return first, max(first, last)

    def raw(self, plain: int, index: int) -> int:
        """Give the raw position of plain position ``plain`` after ``index`` markups."""
        return self.block.start + plain + self.shift[index]


def slice_markup(block: Block, start: int, end: int) -> tuple[Markup, ...]:
    """Give the markup of ``block.text[start:end]``, positions relative to ``start``.

    A pair that reaches beyond the sentence is not split: of ``**Une. Deux.**`` neither
    sentence gets a markup, and of ``Une **et. Deux** fin.`` each gets its own half. At
    the edges, markup that only touches the sentence stays outside.
    """
    first, last = _Cutter(block).range(start, end)
    return tuple(replace(m, position=m.position - start) for m in block.markup[first:last])


def raw_span(document: Document, block: Block, start: int, end: int) -> Span:
    """Give where the sentence ``block.text[start:end]`` and its markup stand, raw.

    Outside front matter, ``document.text[span]`` equals
    ``raw_text(block.text[start:end], slice_markup(block, start, end))``.

    Raises:
        ValueError: the sentence is not inside the block's text.
    """
    return _raw_span(document, _Cutter(block), start, end)


def _raw_span(document: Document, cutter: _Cutter, start: int, end: int) -> Span:
    block = cutter.block
    if not 0 <= start <= end <= len(block.text):
        message = f"{document.doc_id}: no characters {start} to {end} in block {block.block_id}"
        raise ValueError(message)
    first, last = cutter.range(start, end)
    return Span(start=cutter.raw(start, first), end=min(cutter.raw(end, last), block.end))


def unsplittable_spans(block: Block) -> tuple[Span, ...]:
    """Give the stretches of plain text that a sentence boundary must not fall into.

    A link's text, protected text (code, URLs), and text that one raw piece spells.
    """
    spans: list[Span] = []
    opened: dict[int, Markup] = {}
    for item in block.markup:
        if item.role == "open" and (item.protected or item.kind in LINKS):
            opened[item.group] = item
        elif item.role == "close" and item.group in opened:
            spans.append(Span(start=opened[item.group].position, end=item.position))
        elif item.covers > 1:
            spans.append(Span(start=item.position, end=item.position + item.covers))
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if span.start == span.end:
            continue
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(start=merged[-1].start, end=max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)


def markup_spans(markup: Iterable[Markup]) -> tuple[Span, ...]:
    """Give the stretches that are not prose (code, addresses): between protected marks.

    Args:
        markup: of a block or a segment, in order.

    Returns:
        Spans in code points of the plain text, in order of their ends, none empty.
    """
    open_at: dict[int, int] = {}
    spans: list[Span] = []
    for mark in markup:
        if not mark.protected:
            continue
        if mark.role == "open":
            open_at[mark.group] = mark.position
        elif mark.role == "close" and mark.group in open_at:
            start = open_at.pop(mark.group)
            if mark.position > start:
                spans.append(Span(start=start, end=mark.position))
    return tuple(spans)


def break_positions(block: Block) -> tuple[int, ...]:
    """Give the positions in ``block.text`` of hard line breaks, each one line feed.

    The author ended the line there: a sentence boundary, unless it falls into an
    unsplittable span. Those are left out.
    """
    spans = unsplittable_spans(block)
    starts = [s.start for s in spans]
    found: list[int] = []
    for item in block.markup:
        if item.kind == BREAK and item.covers:
            at = bisect_right(starts, item.position) - 1
            if at < 0 or not spans[at].start < item.position < spans[at].end:
                found.append(item.position)
    return tuple(found)


def cut_block(document: Document, block: Block, spans: Sequence[Span]) -> tuple[Segment, ...]:
    """Make the segments of a block from its sentences.

    Args:
        document: the document that the block is of.
        block: the block.
        spans: sentences in code points of ``block.text``: in order, not overlapping,
            none cutting an unsplittable span. What lies between them is a gap.

    Raises:
        ValueError: the spans overlap or leave the block.
    """
    cutter = _Cutter(block)
    for left, right in pairwise(spans):
        if left.end > right.start:
            message = f"{document.doc_id}: sentences overlap in block {block.block_id}"
            raise ValueError(message)
    segments = []
    for number, span in enumerate(spans):
        first, last = cutter.range(span.start, span.end)
        raw = _raw_span(document, cutter, span.start, span.end)
        markup = tuple(
            replace(m, position=m.position - span.start) for m in block.markup[first:last]
        )
        segments.append(
            Segment(
                doc_id=document.doc_id,
                block_id=block.block_id,
                segment_id=number,
                kind=block.kind,
                start=raw.start,
                end=raw.end,
                block_start=span.start,
                block_end=span.end,
                source=block.text[span.start : span.end],
                markup=markup,
                protected=markup_spans(markup),
            )
        )
    return tuple(segments)


def join_block(
    document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
) -> str:
    """Put translated sentences in the place of a block's sentences.

    Args:
        document: the document that was read.
        block: one of its blocks.
        segments: the block's segments, in order.
        raws: their translations with markup (``Placed.raw``), one each.

    Returns:
        The block's new raw text for :func:`write_document`. The gaps between sentences
        are kept. Hard-wrapped plain text is wrapped again, as wide as it was.
    """
    if block.kind == FRONT_MATTER:  # written as a YAML value later: plain text here
        text, base = block.text, 0
        bounds = [(s.block_start, s.block_end) for s in segments]
    else:
        text, base = document.text[block.start : block.end], block.start
        bounds = [(s.start, s.end) for s in segments]
    pieces: list[str] = []
    at = 0
    for (start, end), raw in zip(bounds, raws, strict=True):
        pieces.append(text[at : start - base])
        pieces.append(raw)
        at = end - base
    pieces.append(text[at:])
    joined = "".join(pieces)
    if document.format == "text" and segments and "\n" in block.text:
        return _wrap_like(joined, block)
    return joined


def _wrap_like(text: str, block: Block) -> str:
    breaks = [m for m in block.markup if m.kind == "soft-break"]
    separator = breaks[0].raw if breaks else "\n"
    width = max(len(line) for line in block.text.split("\n"))
    lines = textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)
    return separator.join(lines)
