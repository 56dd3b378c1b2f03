"""``terms.csv`` of a run: one row for every occurrence."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.fsio import atomic_open

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.records import Translation

TERMS_COLUMNS = (
    "document",
    "block",
    "segment",
    "source_start",
    "source_end",
    "term",
    "text",
    "expected",
    "found",
    "target_start",
    "target_end",
    "rung",
    "status",
    "row",
)


def neutral(value: str) -> str:
    """Give a cell that no spreadsheet runs: a formula gets an apostrophe before it.

    Source: OWASP, "CSV Injection".
    """
    return "'" + value if value.startswith(tuple("=+-@\t\r\n")) else value


def write_terms_csv(path: Path, translations: Iterable[Translation]) -> int:
    """Write one row for each term occurrence and each forbidden form.

    Offsets are code points into the segment's source and target; -1 where there is no
    place. UTF-8 with a byte-order mark, so that a spreadsheet reads the accents.

    Args:
        path: the file to write, by temporary file and replace.
        translations: finished segments, in the order wanted; read once, one at a time.

    Returns:
        The number of rows.

    Raises:
        OutputError: the file cannot be written.
    """
    count = 0
    with atomic_open(path) as handle:
        text = io.TextIOWrapper(handle, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(TERMS_COLUMNS)
        for translation in translations:
            segment = translation.segment
            for result in translation.terms:
                seen, found = result.occurrence, result.target
                cells = (
                    segment.doc_id,
                    str(segment.block_id),
                    str(segment.segment_id),
                    str(seen.span.start),
                    str(seen.span.end),
                    neutral(seen.term),
                    neutral(seen.text),
                    neutral("|".join(result.expected)),
                    neutral(result.found),
                    str(found.start if found else -1),
                    str(found.end if found else -1),
                    result.rung,
                    result.status,
                    neutral(seen.row),
                )
                writer.writerow((neutral(cells[0]), *cells[1:]))
                count += 1
        text.flush()
        text.detach()
    return count
