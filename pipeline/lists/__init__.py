"""Lists of pairs as people and their tools write them: terms of a glossary, corrections.

Enters: a file's bytes. Leaves: pairs, French first, and the rows that could not be taken, each with
its place. `text` is the encoding, `cells` the rows and what a spreadsheet does to them, `languages`
the names of columns (``data/names.toml``), `tables` and `markup` the formats.
"""

from __future__ import annotations

from pipeline.lists.cells import (
    Row,
    RowProblem,
    as_table,
    is_error_value,
    neutral,
    newlines,
    parse,
    preamble,
    quote,
    restored,
)
from pipeline.lists.listing import Entry, Listing, on_one_line
from pipeline.lists.reading import FORMATS, format_of, read_list
from pipeline.lists.text import decode

__all__ = [
    "FORMATS",
    "Entry",
    "Listing",
    "Row",
    "RowProblem",
    "as_table",
    "decode",
    "format_of",
    "is_error_value",
    "neutral",
    "newlines",
    "on_one_line",
    "parse",
    "preamble",
    "quote",
    "read_list",
    "restored",
]
