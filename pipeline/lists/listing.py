"""What a list of another tool gives, whatever its format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.lists.cells import is_error_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.lists.cells import RowProblem

_FORBIDDEN = re.compile(r"(?i)forbidden|obsolete|deprecated|superseded|do not use|interdit")


class Entry(dict[str, str]):
    """A pair of a list: column → value, where it was read, and what it belongs to."""

    def __init__(self, values: Mapping[str, str], *, file: str, line: int, unit: str = "") -> None:
        super().__init__(values)
        self.file = file
        self.line = line  # from 1; 0 where the format has none
        self.unit = unit  # pairs of one unit give alternatives of one term


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The pairs of a list, French first, and the rows that could not be taken."""

    entries: tuple[Entry, ...]
    faults: tuple[RowProblem, ...] = ()
    passed: int = 0  # rows in other languages


def is_forbidden(status: str) -> bool:
    """Say whether another tool's status means that a term must not be used."""
    return _FORBIDDEN.search(status) is not None


def on_one_line(text: str) -> str:
    """Give a text with single spaces for line breaks and tabs; other spaces are kept."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def pairs(
    sources: Iterable[str],
    targets: Iterable[tuple[str, str]],
    values: Mapping[str, str],
    place: tuple[str, int, str],
) -> Iterator[Entry]:
    """Give every pair of a unit.

    Args:
        sources: French terms.
        targets: (English term, status).
        values: what else holds for each pair.
        place: the file, the line (from 1), and what the pairs belong to.
    """
    file, line, unit = place
    targets = dict.fromkeys(targets)
    for source in dict.fromkeys(sources):
        for target, status in targets:
            pair = {"source": source, "target": target, **values}
            yield Entry(
                pair | ({"status": status} if status else {}), file=file, line=line, unit=unit
            )


def wrong_with(text: str) -> tuple[str, str]:
    """Say what is wrong with a term, and what to do; two empty texts where nothing is."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        return "holds a byte that is no UTF-8", "retype the cell and save as UTF-8"
    if any(is_error_value(part) for part in text.split("|")):
        return f"{text.strip()!r} is the error value of a spreadsheet", "mend the formula, or type"
    return "", ""
