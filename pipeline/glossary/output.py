"""``terms.csv`` of a run: one row for every occurrence."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.keeping import Keeper
from pipeline.lists import neutral
from pipeline.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.records import TermResult

TERMS_COLUMNS = (
    *("document", "block", "segment", "source_start", "source_end", "term", "text"),
    *("expected", "found", "target_start", "target_end", "rung", "status", "row"),
)


def write_terms_csv(
    path: Path,
    segments: Iterable[tuple[str, int, int, Iterable[TermResult]]],
    *,
    keeper: Keeper | None = None,
) -> int:
    """Write one row for each term occurrence and each forbidden form.

    Offsets are code points into the segment's source and target; -1 where there is no
    place. UTF-8 with a byte-order mark, so that a spreadsheet reads the accents.

    Args:
        path: the file to write, by temporary file and replace.
        segments: (document, block, segment, what became of its terms), in the order wanted;
            read once, one at a time.
        keeper: writes it; one that knows nothing of earlier files unless given.

    Returns:
        The number of rows.

    Raises:
        OutputError: the file cannot be written.
    """
    count = 0
    with (keeper or Keeper()).open(path) as handle:
        text = io.TextIOWrapper(handle, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(TERMS_COLUMNS)
        for document, block, segment, terms in segments:
            for term in terms:
                seen, found = term.occurrence, term.target
                cells = (
                    neutral(document),
                    block,
                    segment,
                    seen.span.start,
                    seen.span.end,
                    neutral(seen.term),
                    neutral(seen.text),
                    neutral("|".join(term.expected)),
                    neutral(term.found),
                    found.start if found else -1,
                    found.end if found else -1,
                    term.rung,
                    term.status,
                    neutral(seen.row),
                )
                writer.writerow([visible(c) if isinstance(c, str) else c for c in cells])
                count += 1
        text.flush()
        text.detach()
    return count
