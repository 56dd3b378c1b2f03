"""The documents room: files to blocks of prose and back, everything else untouched."""

from __future__ import annotations

from pipeline.documents.cutting import (
    break_positions,
    cut_block,
    join_block,
    markup_spans,
    raw_span,
    raw_text,
    slice_markup,
    unsplittable_spans,
)
from pipeline.documents.files import parse_document, read_document, write_document
from pipeline.documents.names import SUFFIXES, is_supported, output_name
from pipeline.documents.placing.place import Placed, place_markup

__all__ = [
    "SUFFIXES",
    "Placed",
    "break_positions",
    "cut_block",
    "is_supported",
    "join_block",
    "markup_spans",
    "output_name",
    "parse_document",
    "place_markup",
    "raw_span",
    "raw_text",
    "read_document",
    "slice_markup",
    "unsplittable_spans",
    "write_document",
]
