"""openpyxl reads workbooks; a column called "texte" is the one to translate."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock

from formats.marked import Marked, of

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(data: bytes) -> list[Marked]:
    """Read the column's cells that hold words."""
    return [
        of(_runs(cell.value))
        for cell, wanted in _cells(data)
        if wanted and cell.data_type == "s" and str(cell.value)
    ]


def frame(data: bytes) -> object:
    """Give what must stay: the other cells."""
    return [
        (cell.parent.title, cell.coordinate, cell.data_type, cell.number_format)
        + (() if wanted and cell.data_type == "s" else (str(cell.value),))
        for cell, wanted in _cells(data)
    ]


def _cells(data: bytes) -> Iterator[tuple[Any, bool]]:
    for sheet in openpyxl.load_workbook(io.BytesIO(data), rich_text=True):
        names = {cell.column for cell in sheet[1] if cell.value == "texte"}
        for row in sheet.iter_rows():
            for cell in row:
                yield cell, cell.column in names and cell.row > 1


def _runs(value: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for piece in value if isinstance(value, CellRichText) else [value]:
        looks = set()
        if isinstance(piece, TextBlock):
            looks |= {"b"} if piece.font.b else set()
            looks |= {"i"} if piece.font.i else set()
        yield str(getattr(piece, "text", piece)), frozenset(looks)
