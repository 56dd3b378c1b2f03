"""The documents room: files to blocks of prose and back, everything else untouched.

Enters: a file, then sentences' spans, then translations. Leaves: a `Document`, `Segment`
records, the translated file. A format is one class (see `Format`, `TextFormat`); which there
are is known to the registry alone.
"""

from __future__ import annotations

from pipeline.documents.base import Format, Reading, TextFormat, protect_urls, raw_text
from pipeline.documents.cutting import (
    break_positions,
    cut_block,
    join_block,
    unsplittable_spans,
)
from pipeline.documents.placing import Placed, place_markup
from pipeline.documents.registry import (
    format_named,
    formats,
    is_supported,
    output_name,
    parse_document,
    read_document,
    write_document,
)

__all__ = [
    "Format",
    "Placed",
    "Reading",
    "TextFormat",
    "break_positions",
    "cut_block",
    "format_named",
    "formats",
    "is_supported",
    "join_block",
    "output_name",
    "parse_document",
    "place_markup",
    "protect_urls",
    "raw_text",
    "read_document",
    "unsplittable_spans",
    "write_document",
]
