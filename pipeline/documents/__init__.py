"""The documents room: files to blocks of prose and back, everything else untouched.

Enters: a file, then sentences' spans, then translations. Leaves: a `Document`, `Segment`
records, the translated file. A format is one class (see `Format`, `TextFormat`); which there
are is known to the registry alone.
"""

from __future__ import annotations

from pipeline.documents.base import AS_IT_COMES, Format, Reading, TextFormat, protect_urls, raw_text
from pipeline.documents.cutting import (
    break_positions,
    cut_block,
    join_block,
    unfit,
    unsplittable_spans,
)
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.placing import Placed, place_markup
from pipeline.documents.registry import (
    formats,
    is_supported,
    needs_columns,
    output_name,
    parse_document,
    read_document,
    syntax_named,
    unread,
    write_document,
)

__all__ = [
    "AS_IT_COMES",
    "Format",
    "Part",
    "Placed",
    "Reading",
    "TextFormat",
    "TreeFormat",
    "break_positions",
    "cut_block",
    "formats",
    "is_supported",
    "join_block",
    "needs_columns",
    "output_name",
    "parse_document",
    "place_markup",
    "protect_urls",
    "raw_text",
    "read_document",
    "syntax_named",
    "unfit",
    "unread",
    "unsplittable_spans",
    "write_document",
]
