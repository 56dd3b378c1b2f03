"""From finished segments back to documents: markup placed, blocks joined, bytes made."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.documents import format_named, join_block, place_markup, write_document
from pipeline.records import Span
from pipeline.translate.moved import with_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents import Placed
    from pipeline.records import Translation
    from pipeline.translate.reading import Loaded

__all__ = ["Assembly", "place"]


def place(
    translation: Translation,
    format: str,
    translate_pieces: Callable[[Sequence[str]], Sequence[str]],
) -> Placed | None:
    """Put a segment's markup into its translation; ``None`` where nothing is to be done."""
    segment = translation.segment
    if not segment.markup and not format_named(format).escapes:
        return None
    return place_markup(
        segment.source,
        segment.markup,
        translation.target,
        format=format,
        kind=segment.kind,
        translate_pieces=translate_pieces,
        alignment=_terms_in_place(translation),
    )


class Assembly:
    """Gathers one document's segments until it can be written.

    Args:
        loaded: the document.
        translate_pieces: translates parts of sentences, for markup that cannot be placed
            otherwise.
    """

    def __init__(
        self, loaded: Loaded, translate_pieces: Callable[[Sequence[str]], Sequence[str]]
    ) -> None:
        self.loaded = loaded
        self._translate_pieces = translate_pieces
        self._raws: list[str] = []

    def add(self, translations: Sequence[Translation]) -> list[Translation]:
        """Take the next segments, in order; give them with findings on cut and markup."""
        return [self._add(translation) for translation in translations]

    def _add(self, translation: Translation) -> Translation:
        document = self.loaded.document
        findings = translation.findings
        note = self.loaded.notes.get(len(self._raws))
        if note is not None:
            findings += (note,)
        placed = place(translation, document.format, self._translate_pieces)
        if placed is None:
            self._raws.append(translation.target)
        else:
            self._raws.append(placed.raw)
            translation = with_target(replace(translation, findings=findings), placed.target)
            findings = (*translation.findings, *placed.findings)
        return (
            translation
            if findings == translation.findings
            else replace(translation, findings=findings)
        )

    def data(self) -> bytes:
        """Give the whole translated document, once every segment was added."""
        document = self.loaded.document
        pairs = zip(self.loaded.segments, self._raws, strict=True)
        replacements: dict[int, str] = {}
        blocks = {block.block_id: block for block in document.blocks}
        for block_id, group in groupby(pairs, key=lambda pair: pair[0].block_id):
            members = list(group)
            replacements[block_id] = join_block(
                document,
                blocks[block_id],
                [segment for segment, _ in members],
                [raw for _, raw in members],
            )
        return write_document(document, replacements)


def _terms_in_place(translation: Translation) -> tuple[tuple[Span, Span], ...]:
    """Give where the glossary's terms stand: source span and the target span that renders it."""
    return tuple(
        (
            Span(start=term.occurrence.start, end=term.occurrence.end),
            Span(start=term.target_start, end=term.target_end),
        )
        for term in translation.terms
        if term.status == "satisfied" and term.target_end > term.target_start
    )
