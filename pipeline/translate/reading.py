"""From a file to its segments: read, cut into blocks, sentences, and pieces that fit."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Self

from pipeline.documents import (
    AS_IT_COMES,
    Reading,
    break_positions,
    cut_block,
    parse_document,
    unsplittable_spans,
)
from pipeline.errors import InputError
from pipeline.fsio import read_file
from pipeline.keeping import digest_of
from pipeline.records import Finding, Span
from pipeline.segmentation import bounded, split
from pipeline.translate.lines import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.config import Settings
    from pipeline.records import Block, Document, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an engine can take.

    A token stands for one byte at least (and a tokenizer may add one or two of its own),
    so that only sentences of about ``tokens`` bytes or more are ever measured.
    """

    tokens: int  # the longest source
    measure: Callable[[Sequence[str]], Sequence[int]]  # lengths in tokens
    file_bytes: int  # larger files are passed over; 0 for no limit

    @classmethod
    def without_engine(cls, settings: Settings) -> Self:
        """Give the limits where no engine is known: every sentence is short enough."""
        return cls(
            tokens=sys.maxsize,
            measure=lambda texts: [1] * len(texts),
            file_bytes=settings.max_file_mb * 1_000_000,
        )


def reading_of(settings: Settings) -> Reading:
    """Give what settings say about the reading of files."""
    return Reading(**{field.name: getattr(settings, field.name) for field in fields(Reading)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to translate."""

    path: Path
    doc_id: str  # path below its root, POSIX separators
    output: str  # path below the output folder, POSIX separators
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A document with its segments, in order."""

    source: Source
    document: Document
    segments: tuple[Segment, ...]
    notes: Mapping[int, Finding] = field(default_factory=dict)  # index of segment → finding
    digest: bytes = b""  # of the file


def load(source: Source, limits: Limits, *, reading: Reading = AS_IT_COMES) -> Loaded:
    """Read a file and cut it into segments.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    data = read_source(source, limits)
    return load_bytes(data, source, limits, reading=reading)


def read_source(source: Source, limits: Limits) -> bytes:
    """Read a file's bytes.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    if limits.file_bytes and source.size > limits.file_bytes:
        raise InputError(
            f"the file has {source.size / 1e6:.0f} MB, more than {limits.file_bytes / 1e6:.0f} MB",
            place=str(source.path),
            next_step="cut it into smaller files, or raise max_file_mb in passerelle.toml",
        )
    try:
        return read_file(source.path)
    except FileNotFoundError as error:
        problem, step = "there is no such file any more", "run again"
        raise InputError(problem, place=str(source.path), next_step=step) from error
    except OSError as error:
        raise InputError(
            f"it cannot be read: {error.strerror or error}",
            place=str(source.path),
            next_step="check its permissions and the disk that it is on",
        ) from error


def load_bytes(
    data: bytes, source: Source, limits: Limits, *, reading: Reading = AS_IT_COMES
) -> Loaded:
    """Cut a file's content into segments.

    Raises:
        InputError: it cannot be read as text.
    """
    document = parse_document(data, doc_id=source.doc_id, name=str(source.path), reading=reading)
    return replace(_cut(source, document, limits), digest=digest_of(data))


def _cut(source: Source, document: Document, limits: Limits) -> Loaded:
    segments: list[Segment] = []
    notes: dict[int, Finding] = {}
    for block in document.blocks:
        spans, split_up = _pieces(block, limits)
        for index, count in split_up.items():
            notes[len(segments) + index] = Finding(
                check="long-sentence",
                severity="warning",
                message=f"longer than the model reads: translated in {count} parts",
            )
        segments.extend(cut_block(document, block, spans))
    return Loaded(source=source, document=document, segments=tuple(segments), notes=notes)


def _sentences(block: Block, unsplittable: tuple[Span, ...]) -> list[Span]:
    """Split a block at its sentences and at the author's own line breaks."""
    spans = list(split(block.text, unsplittable=unsplittable))
    breaks = break_positions(block)
    if not breaks:
        return spans
    result: list[Span] = []
    for span in spans:
        start = span.start
        for position in breaks:
            if start < position < span.end:
                result += _trimmed(block.text, start, position)
                start = position + 1
        result += _trimmed(block.text, start, span.end)
    return result


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [Span(start=start, end=end)] if start < end else []


def _pieces(block: Block, limits: Limits) -> tuple[list[Span], dict[int, int]]:
    """Give the spans to translate, and for the first piece of a cut sentence the count."""
    unsplittable = unsplittable_spans(block)
    spans = _sentences(block, unsplittable)
    long = [
        i
        for i, span in enumerate(spans)
        if (span.end - span.start) * 4 + 2 > limits.tokens
        and len(block.text[span.start : span.end].encode("utf-8", "replace")) + 2 > limits.tokens
    ]
    if not long:
        return spans, {}
    cut = bounded(
        block.text,
        [spans[i] for i in long],
        lambda texts: limits.measure([one_line(text) for text in texts]),
        limits.tokens,
        unsplittable=unsplittable,
    )
    pieces: dict[int, list[Span]] = {}
    for piece in cut.pieces:
        pieces.setdefault(long[piece.sentence], []).append(piece.span)
    result: list[Span] = []
    counts: dict[int, int] = {}
    for i, span in enumerate(spans):
        parts = pieces.get(i, [span])
        if len(parts) > 1:
            counts[len(result)] = len(parts)
        result += parts
    return result, counts
