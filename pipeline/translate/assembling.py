"""From finished segments back to documents: markup placed, blocks joined, bytes made."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.documents import (
    Placed,
    join_block,
    place_markup,
    raw_text,
    syntax_named,
    unfit,
    write_document,
)
from pipeline.glossary import rewrite
from pipeline.quality import confidence, examine
from pipeline.records import Finding, Span, Translation
from pipeline.touchups import touch_up
from pipeline.translate.touching import touched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.records import Rendering, Segment, TermResult
    from pipeline.touchups import Style
    from pipeline.translate.reading import Loaded


def place(
    segment: Segment,
    rendering: Rendering,
    format: str,
    translate_pieces: Callable[[Sequence[str]], Sequence[str]],
    touched: Sequence[tuple[Span, Span]] = (),
) -> Placed | None:
    """Put a segment's markup into its rendering; ``None`` where nothing is to be done."""
    syntax = segment.syntax or format
    if rendering.target == segment.source:  # spelt as it is, with every seam
        raw = raw_text(segment.source, segment.markup)
        return Placed(raw=raw, findings=(), target=rendering.target)
    if not segment.markup and not syntax_named(syntax).escapes:
        return None
    return place_markup(
        segment.source,
        segment.markup,
        rendering.target,
        syntax=syntax,
        kind=segment.kind,
        translate_pieces=translate_pieces,
        alignment=[
            (t.occurrence.span, t.target)
            for t in rendering.terms
            if t.satisfied and t.target is not None and t.target.end > t.target.start
        ]
        + [pair for pair in touched if pair[1].end > pair[1].start],
    )


class Assembly:
    """Gathers one document's segments until it can be written.

    Args:
        loaded: the document.
        translate_pieces: translates parts of sentences, for markup that cannot be placed
            otherwise.
        style: in which the document is to be written; ``None`` for no touch-ups.
    """

    def __init__(
        self,
        loaded: Loaded,
        translate_pieces: Callable[[Sequence[str]], Sequence[str]],
        *,
        style: Style | None = None,
    ) -> None:
        self.loaded = loaded
        self._style = style
        self._names: set[str] = set()  # that the English has written as the French does
        self._translate = translate_pieces
        self._raws: list[str] = []

    def add(self, renderings: Sequence[Rendering]) -> list[Translation]:
        """Take the next segments' renderings, in order; give them placed and checked."""
        return [self._add(rendering) for rendering in renderings]

    def _add(self, rendering: Rendering) -> Translation:
        number = len(self._raws)
        segment, note = self.loaded.segments[number], self.loaded.notes.get(number)
        findings: tuple[Finding, ...] = () if note is None else (note,)
        rendering, pairs = touched(segment, rendering, self._style, self._names)
        placed = place(
            segment, rendering, self.loaded.document.format, self._translate_pieces, pairs
        )
        if placed is not None:
            rendering = with_target(rendering, placed.target)
            findings += placed.findings
        self._raws.append(rendering.target if placed is None else placed.raw)
        findings += self._unfit(number)
        found = examine(segment, rendering, (*rendering.findings, *findings))
        return Translation.of(
            segment,
            rendering,
            findings=found,
            confidence=confidence(segment.source, rendering, found),
        )

    def _unfit(self, number: int) -> tuple[Finding, ...]:
        """Say what does not fit of a block of which this is the last segment."""
        document, segments = self.loaded.document, self.loaded.segments
        block_id, first = segments[number].block_id, number
        if number + 1 < len(segments) and segments[number + 1].block_id == block_id:
            return ()
        while first and segments[first - 1].block_id == block_id:
            first -= 1
        members, raws = segments[first : number + 1], self._raws[first : number + 1]
        if all(raw == document.text[s.start : s.end] for s, raw in zip(members, raws, strict=True)):
            return ()
        return tuple(unfit(document, document.blocks[block_id], members, raws))

    def _translate_pieces(self, sources: Sequence[str]) -> Sequence[str]:
        pieces = self._translate(sources)
        if self._style is None:
            return pieces
        return [touch_up(*pair, self._style).text for pair in zip(sources, pieces, strict=True)]

    def data(self) -> bytes:
        """Give the whole translated document, once every segment was added."""
        document = self.loaded.document
        pairs = zip(self.loaded.segments, self._raws, strict=True)
        replacements: dict[int, str] = {}
        blocks = {block.block_id: block for block in document.blocks}
        for block_id, group in groupby(pairs, key=lambda pair: pair[0].block_id):
            members = list(group)
            if all(raw == document.text[segment.start : segment.end] for segment, raw in members):
                continue  # what nobody changed is not spelt anew either
            replacements[block_id] = join_block(
                document,
                blocks[block_id],
                [segment for segment, _ in members],
                [raw for _, raw in members],
            )
        return write_document(document, replacements)


RUNG = "markup"
"""The rung of edits that put protected text or markup back."""


def with_target(rendering: Rendering, target: str) -> Rendering:
    """Give ``rendering`` with another target: edits, terms and findings follow.

    The edits still replay from the draft to the target. A term whose form stands in the
    new text has its new place; one whose form is gone is violated, and a finding says so.
    """
    old = rendering.target
    if target == old:
        return rendering
    terms: list[TermResult] = []
    findings = [replace(f, target=_place(f.target, old, target)) for f in rendering.findings]
    taken: set[int] = set()
    for term in rendering.terms:
        if term.target is None:
            terms.append(term)
            continue
        start = _nearest(term.found, target, term.target.start, taken)
        if start >= 0:
            taken.add(start)
            terms.append(replace(term, target=Span(start=start, end=start + len(term.found))))
        elif not term.forbidden:  # a forbidden form that is gone is no trouble any more
            seen = term.occurrence
            terms.append(replace(term, found="", target=None, rung="flag", status="violated"))
            findings.append(
                Finding(
                    check="term",
                    severity="error",
                    message=f"“{seen.text}”: its translation was lost when markup was placed",
                    source=seen.span,
                )
            )
    return replace(
        rendering,
        target=target,
        edits=(*rendering.edits, *rewrite(old, target, rung=RUNG)),
        terms=tuple(terms),
        findings=tuple(findings),
    )


def _nearest(form: str, text: str, wanted: int, taken: set[int]) -> int:
    """Give the start of the occurrence of ``form`` that is nearest to ``wanted``, or -1."""
    places = [
        m.start()
        for m in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text)
        if m.start() not in taken
    ]
    return min(places, key=lambda place: abs(place - wanted), default=-1)


def _place(span: Span | None, old: str, new: str) -> Span | None:
    """Find a finding's words in the new text; ``None`` where they are not there."""
    if span is None:
        return None
    form = old[span.start : span.end]
    start = new.find(form) if form else -1
    return Span(start=start, end=start + len(form)) if start >= 0 else None
