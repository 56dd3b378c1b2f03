"""CSV and TSV: the named columns change, and of each cell in them the words alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain
from pipeline.documents.encoding import decode
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.sheets.columns import cell_blocks, unchosen, unknown
from pipeline.documents.sheets.dialect import Dialect, Row, blank, dialect_of, double, header_of
from pipeline.errors import InputError
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.encoding import Decoded
    from pipeline.documents.sheets.columns import Header


class Csv(Plain, TreeFormat):
    """Cells parted by a semicolon, a comma, a tab or a bar.

    Only cells of the columns that ``Reading.columns`` names change. Each keeps its quotes, or
    gets some where it cannot do without. The header, formulas, numbers, dates and rows that
    do not fit the header stay as they are; so does the file's encoding where it can.
    """

    name = "csv"
    suffixes: tuple[str, ...] = (".csv",)
    in_columns = True
    _tabs = False

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], None, Sequence[Finding]]:
        """Take a table to pieces; see `TreeFormat.read`."""
        decoded = decode(data, name)
        text = decoded.text
        if not text.strip():
            return [Part(text=text, encode=partial(_encoded, decoded))], None, ()
        dialect = dialect_of(text, wanted=reading.columns, tabs=self._tabs)
        top, header = header_of(text, dialect)
        if not reading.columns:
            raise unchosen(name, header.listed(), _wordiest(text, dialect, header))
        columns, missing = header.choose(reading.columns)
        if missing:
            raise unknown(name, header.listed(), missing)
        parts = [Part(text=text, encode=partial(_encoded, decoded))]
        labels = {column: header.label(column) for column in sorted(columns)}
        uneven: list[int] = []
        broken: list[int] = []
        for row in dialect.rows(text):
            if row.number <= top.number or blank(text, row, dialect):
                continue
            if not _fits(text, row, dialect, header):
                uneven.append(row.number)
                continue
            for column, label in labels.items():
                cell = row.cells[column]
                content = dialect.content(text, cell)
                if content is None:
                    _check_closed(text, cell, f"{name}, row {row.number}")
                    broken.append(row.number)
                    continue
                where = f"row {row.number}, column {label}"
                old = dialect.value(text, cell)
                if blocks := cell_blocks(old, where, reading):
                    bare = content == cell
                    parts.append(
                        Part(
                            text=old,
                            blocks=blocks,
                            parent=0,
                            at=Span(start=content[0], end=content[1]),
                            write=partial(dialect.quote, old) if bare else double,
                        )
                    )
        return parts, None, (*_encoding(decoded), *_left(uneven, broken, header))


class Tsv(Csv):
    """Cells parted by a tab, most likely."""

    name = "tsv"
    suffixes = (".tsv", ".tab")
    _tabs = True


def _fits(text: str, row: Row, dialect: Dialect, header: Header) -> bool:
    """Say whether each cell of a row stands under its column's name."""
    more = row.cells[header.width :]
    return len(row.cells) >= header.width and not any(
        dialect.value(text, cell).strip() for cell in more
    )


def _check_closed(text: str, cell: tuple[int, int], place: str) -> None:
    if cell[1] == len(text) and text.count('"', *cell) % 2:
        raise InputError(
            "a quotation mark opens a cell that is never closed",
            place=place,
            next_step="close it, or double it if it is a mark of the text, and run again",
        )


def _wordiest(text: str, dialect: Dialect, header: Header) -> str:
    """Give the column that holds most letters: the likeliest to be meant."""
    rows = [row.cells for _, row in zip(range(100), dialect.rows(text), strict=False)]
    counts = [
        sum(
            len(dialect.value(text, cells[n])) * (" " in dialect.value(text, cells[n]))
            for cells in rows[1:]
            if n < len(cells)
        )
        for n in range(header.width)
    ]
    return header.label(counts.index(max(counts)))


def _encoded(decoded: Decoded, text: str) -> bytes:
    """Write a text as the file was; in UTF-8 where that lacks a character."""
    try:
        return decoded.mark + text.encode(decoded.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8")


def _encoding(decoded: Decoded) -> list[Finding]:
    return [
        Finding(
            check="encoding",
            severity=finding.severity,
            message=finding.message.replace(
                "the output is UTF-8",
                "the output too, or UTF-8 where the English has characters that it lacks",
            ),
        )
        for finding in decoded.findings
    ]


def _left(uneven: Sequence[int], broken: Sequence[int], header: Header) -> list[Finding]:
    found = []
    for rows, why in (
        (uneven, f"not the {header.width} cells of the header"),
        (broken, "a quotation mark inside a cell in quotes"),
    ):
        numbers = [str(n) for n in dict.fromkeys(rows)]
        more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
        if numbers:
            found.append(
                Finding(
                    check="document",
                    severity="warning",
                    message=f"rows left as they are, with {why}: {', '.join(numbers[:5])}{more}",
                )
            )
    return found
