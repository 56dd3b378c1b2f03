"""csv reads tables; a column whose name begins with "texte" is the one to translate."""

from __future__ import annotations

import csv
import io

from formats.marked import Marked, of


def read(data: bytes) -> list[Marked]:
    """Read the column's cells, those with something to say."""
    rows, columns = _table(data)
    cells = [row[i] for row in rows[1:] for i in columns]
    return [of([(cell, ())]) for cell in cells if cell and not cell.startswith("=")]


def frame(data: bytes) -> object:
    """Give what must stay: the other cells, the mark, the ways of writing."""
    rows, columns = _table(data)
    others = [
        [cell for i, cell in enumerate(row) if i not in columns or cell.startswith("=")]
        for row in rows
    ]
    text = _text(data)
    return others, data[:3] == b"\xef\xbb\xbf", text.count("\r\n"), text.endswith("\n")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252")


def _table(data: bytes) -> tuple[list[list[str]], list[int]]:
    text = _text(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert len({len(row) for row in rows}) == 1, "all rows have as many cells"
    return rows, [i for i, name in enumerate(rows[0]) if name.startswith("texte")]
