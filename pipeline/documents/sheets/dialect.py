"""Delimited text: what parts its cells, found out from the text, and where each cell stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.documents.sheets.columns import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Quoting = Literal["strict", "spaced", "none"]
"""Where a quotation mark opens a quoted cell: at its start, after blanks too, nowhere."""

_DELIMITERS = ";,\t|"
_SAMPLE = 1_000  # rows that the dialect is found out from
_MANY = 0.5  # share of rows that have as many cells as the header
_SEP = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?[ \t;,|]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_NEWLINE = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'[ \t]*"(?P<inner>[^"]*+(?:""[^"]*+)*+)"[ \t]*')
_OPENS = re.compile(r'[ \t]*"')


class Row(NamedTuple):
    """A record; a line without anything is one with one empty cell."""

    number: int  # as a spreadsheet counts
    cells: tuple[tuple[int, int], ...]  # start and end in the text, quotes included


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How rows are parted into cells."""

    delimiter: str
    quoting: Quoting = "strict"
    start: int = 0  # where the first row begins: after a line that names the delimiter

    def rows(self, text: str) -> Iterator[Row]:
        """Yield the rows of a text."""
        blank = r"[ \t]*" if self.delimiter != "\t" else " *"
        opening = {"strict": '"', "spaced": f'{blank}"'}.get(self.quoting)
        quoted = rf'(?:{opening}[^"]*+(?:""[^"]*+)*+"?)?' if opening else ""
        cell = re.compile(rf"{quoted}[^{re.escape(self.delimiter)}\r\n]*")
        at, number = self.start, 1
        while at < len(text):
            cells: list[tuple[int, int]] = []
            while True:
                found = cell.match(text, at)
                assert found is not None  # it matches nothing, too
                cells.append(found.span())
                at = found.end()
                if not text.startswith(self.delimiter, at):
                    break
                at += 1
            yield Row(number, tuple(cells))
            ending = _NEWLINE.match(text, at)
            at = ending.end() if ending else at
            number += 1

    def content(self, text: str, cell: tuple[int, int]) -> tuple[int, int] | None:
        """Give what stands between a cell's quotes, or all; ``None`` where quotes are broken."""
        start, end = cell
        if found := _QUOTED.fullmatch(text, start, end):
            return found.span("inner")
        return None if self.quoting != "none" and _OPENS.match(text, start, end) else cell

    def value(self, text: str, cell: tuple[int, int]) -> str:
        """Give what a cell says."""
        start, end = self.content(text, cell) or cell
        raw = text[start:end]
        return raw.replace('""', '"') if (start, end) != cell else raw

    def quote(self, old: str, new: str) -> str:
        """Write the content of a cell that stood without quotes; they are added where needed."""
        if self.quoting == "none":
            return re.sub(rf"[{re.escape(self.delimiter)}\r\n]", " ", new)
        needed = any(c in new for c in (self.delimiter, "\r", "\n")) or (
            '"' in new and ('"' not in old or new.lstrip().startswith('"'))
        )
        return '"' + double(new) + '"' if needed else new


def double(text: str) -> str:
    """Write the content of a cell between quotes."""
    return text.replace('"', '""')


def header_of(text: str, dialect: Dialect) -> tuple[Row, Header]:
    """Give the first row that is not blank, and what it says."""
    row = next((r for r in dialect.rows(text) if not blank(text, r, dialect)), Row(0, ()))
    names = {n: dialect.value(text, cell) for n, cell in enumerate(row.cells)}
    return row, Header(names=names, width=len(row.cells))


def blank(text: str, row: Row, dialect: Dialect) -> bool:
    """Say whether a row holds nothing at all."""
    return not any(dialect.value(text, cell).strip() for cell in row.cells)


def dialect_of(text: str, *, wanted: Sequence[str], tabs: bool) -> Dialect:
    """Find out how a text is parted.

    Args:
        text: the file's.
        wanted: columns that it should have.
        tabs: whether a tab is the likeliest delimiter.
    """
    told = _SEP.match(text)
    start = told.end() if told else 0
    delimiters = "\t;,|" if tabs else _DELIMITERS
    likely = told["delimiter"] if told else delimiters
    best = Dialect(delimiter=likely[0], start=start)
    mark: tuple[float, ...] = (-1.0,)
    quotings: tuple[Quoting, ...] = ("strict", "spaced", "none")
    for quoting in quotings:
        for delimiter in likely:
            dialect = Dialect(delimiter=delimiter, quoting=quoting, start=start)
            if (found := _judge(text, dialect, wanted)) > mark:
                best, mark = dialect, found
        if mark[:3] == (1.0, 1.0, 1.0):
            break
    return best


def _judge(text: str, dialect: Dialect, wanted: Sequence[str]) -> tuple[float, ...]:
    """Weigh a dialect: has it the columns, several of them, and in each row as many?"""
    _, header = header_of(text, dialect)
    rows = [row for row in islice(dialect.rows(text), _SAMPLE) if not blank(text, row, dialect)]
    even = sum(
        len(row.cells) == header.width and all(dialect.content(text, c) for c in row.cells)
        for row in rows
    )
    share = even / len(rows) if rows else 0.0
    known = float(bool(wanted) and not header.choose(wanted)[1])
    return known, float(header.width > 1 and share >= _MANY), share, header.width
