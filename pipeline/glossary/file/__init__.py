"""The glossary file as people edit it: every byte kept but in the row that changes.

Enters: a CSV's bytes. Leaves: `Term` records, or problems with row and column. `sheet` is the
text, `rows` the terms in it and what can be wrong (worded in ``data/problems.toml``),
`check` is lint, `edit` what people do. It may see terms in French and English (`match`), to say
that a row will not do what it should; it knows no translation.
"""

from __future__ import annotations

from pipeline.glossary.file.check import lint
from pipeline.glossary.file.edit import Merged, add_row, merge_rows, remove_row, set_row
from pipeline.glossary.file.rows import (
    ABOUT,
    CASES,
    COLUMNS,
    STATUSES,
    YES_NO,
    Problem,
    default_inflect,
    problem,
    read_terms,
)
from pipeline.glossary.file.sheet import Sheet, as_glossary_error, read_sheet

__all__ = [
    "ABOUT",
    "CASES",
    "COLUMNS",
    "STATUSES",
    "YES_NO",
    "Merged",
    "Problem",
    "Sheet",
    "add_row",
    "as_glossary_error",
    "default_inflect",
    "lint",
    "merge_rows",
    "problem",
    "read_sheet",
    "read_terms",
    "remove_row",
    "set_row",
]
