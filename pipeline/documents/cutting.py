"""Cutting a block into sentences, and joining their translations.

A block's plain text and its markup are two views of one raw text. Sentences are cut in
the plain text; every cut takes the markup inside the sentence along and leaves outside
what only touches it (an opening whose closing is in a later sentence, a footnote mark
after the full stop), so that it stays where it was.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.documents.base import BREAK, GAP, LINKS
from pipeline.documents.registry import syntax_named
from pipeline.records import Segment, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.records import Block, Document, Finding, Markup


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
        """Give the slice of ``block.markup`` that belongs to the sentence.

        A pair that reaches beyond it is not split: of ``**Une. Deux.**`` neither sentence
        gets a markup, and of ``Une **et. Deux** fin.`` each gets its own half.
        """
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
            if markup[index].role == "close" and first <= self.mate.get(index, -1) < stop:
                last = index + 1
        return first, max(first, last)

    def raw(self, plain: int, index: int) -> int:
        """Give the raw position of plain position ``plain`` after ``index`` markups."""
        return self.block.start + plain + self.shift[index]


def _between(markup: Iterable[Markup], *, links: bool) -> Iterator[Span]:
    """Give what lies between the ends of protected pairs (and of links)."""
    opened: dict[int, int] = {}
    for item in markup:
        if item.role == "open" and (item.protected or (links and item.kind in LINKS)):
            opened[item.group] = item.position
        elif item.role == "close" and item.group in opened:
            start = opened.pop(item.group)
            if start < item.position:
                yield Span(start=start, end=item.position)


def unsplittable_spans(block: Block) -> tuple[Span, ...]:
    """Give the stretches of plain text that a sentence boundary must not fall into.

    A link's text, protected text (code, URLs), and text that one raw piece spells.
    """
    spans = [*_between(block.markup, links=True)]
    spans += [
        Span(start=m.position, end=m.position + m.covers) for m in block.markup if m.covers > 1
    ]
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(start=merged[-1].start, end=max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)


def break_positions(block: Block) -> tuple[int, ...]:
    """Give the positions in ``block.text`` of hard line breaks, each one line feed.

    The author ended the line there: a sentence boundary, unless it falls into an
    unsplittable span, or the next line goes on in the middle of a phrase (``La grève<br>des
    trains``). Those are left out.
    """
    breaks = [
        m.position
        for m in block.markup
        if (m.kind == GAP or (m.kind == BREAK and not _goes_on(block.text, m.position)))
        and m.covers
    ]
    if not breaks:
        return ()
    spans = unsplittable_spans(block)
    starts = [s.start for s in spans]
    # Of the span that starts before a break, if any, only the end is asked.
    return tuple(
        at for at in breaks if not (n := bisect_left(starts, at)) or spans[n - 1].end <= at
    )


def _goes_on(text: str, at: int) -> bool:
    """Say whether a line ends in the middle of a phrase: a word or comma, then a small letter."""
    before, after = text[:at].rstrip(), text[at + 1 : at + 40].lstrip()
    return (before[-1:].isalpha() or before[-1:] == ",") and after[:1].islower()


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
    if any(left.end > right.start for left, right in pairwise(spans)):
        message = f"{document.doc_id}: sentences overlap in block {block.block_id}"
        raise ValueError(message)
    segments = []
    for number, span in enumerate(spans):
        start, end = span.start, span.end
        if not 0 <= start <= end <= len(block.text):
            message = f"{document.doc_id}: no characters {start} to {end} in block {block.block_id}"
            raise ValueError(message)
        first, last = cutter.range(start, end)
        markup = tuple(replace(m, position=m.position - start) for m in block.markup[first:last])
        segments.append(
            Segment(
                doc_id=document.doc_id,
                block_id=block.block_id,
                segment_id=number,
                kind=block.kind,
                start=cutter.raw(start, first),
                end=min(cutter.raw(end, last), block.end),
                block_start=start,
                block_end=end,
                source=block.text[start:end],
                markup=markup,
                protected=tuple(_between(markup, links=False)),
                syntax=block.syntax,
                where=block.where,
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
    return syntax_named(block.syntax or document.format).join(document, block, segments, raws)


def unfit(
    document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
) -> Sequence[Finding]:
    """Say what of a block's new text does not fit where it is to stand; as `join_block`."""
    look = getattr(syntax_named(block.syntax or document.format), "unfit", None)
    return look(document, block, segments, raws) if look else ()
