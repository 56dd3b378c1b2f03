"""Workbooks: by openpyxl, with strings in the cells, and by XlsxWriter, with shared ones."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING

import openpyxl
import xlsxwriter

from formats.marked import marked
from formats.samples import Prose, Sample
from formats.samples.sheets import KINDS, table

if TYPE_CHECKING:
    from collections.abc import Callable

_WHEN = datetime.datetime(2026, 3, 2, 9, 30)


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    found = []
    for kind in KINDS:
        rows, texts = table(kind, kind)
        found.append(_sample(f"{kind}-openpyxl", _by_openpyxl(rows), texts))
        found.append(_sample(f"{kind}-xlsxwriter", _by_xlsxwriter(rows), texts))
        found.append(
            _sample(f"{kind}-xlsxwriter-inline", _by_xlsxwriter(rows, constant_memory=True), texts)
        )
    for make in (_rich_text, _the_same_string_twice, _two_sheets, _dates_and_truths):
        data, texts = make(Prose(make.__name__))
        found.append(_sample(make.__name__.strip("_").replace("_", "-"), data, texts))
    return tuple(found)


def _sample(name: str, data: bytes, texts: list[str]) -> Sample:
    return Sample(name=name, format="xlsx", data=data, texts=tuple(texts), columns=("texte",))


def _by_openpyxl(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Les données"
    for row in rows:
        sheet.append(row)
    sheet.column_dimensions["B"].width = 40
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _by_xlsxwriter(rows: list[list[object]], **options: object) -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Données")
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if not isinstance(value, str) or value:
                    sheet.write(i, j, value)

    return _written(fill, **options)


def _written(fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, **options}) as book:
        book.set_properties({"title": "Le titre", "created": _WHEN})
        fill(book)
    return data.getvalue()


def _rich_text(prose: Prose) -> tuple[bytes, list[str]]:
    texts = [prose.styled("b"), prose.styled("i", "b"), prose.styled("b")]

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["nom", "texte"])
        bold, italic = book.add_format({"bold": True}), book.add_format({"italic": True})
        for i, text in enumerate(texts, 1):
            pieces: list[object] = []
            for stretch, looks in marked(text).runs:
                pieces += [bold] if "b" in looks else [italic] if "i" in looks else []
                pieces.append(stretch)
            sheet.write(i, 0, "Un nom")
            sheet.write_rich_string(i, 1, *pieces)

    return _written(fill), texts


def _the_same_string_twice(prose: Prose) -> tuple[bytes, list[str]]:
    text = prose.sentence()

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["note", "texte"])
        sheet.write_row(1, 0, [text, text])
        sheet.write_row(2, 0, ["texte", text])

    return _written(fill), [text, text]


def _two_sheets(prose: Prose) -> tuple[bytes, list[str]]:
    texts = [prose.sentence() for _ in range(4)]

    def fill(book: xlsxwriter.Workbook) -> None:
        for i in range(2):
            sheet = book.add_worksheet(f"Feuille {i}")
            sheet.write_row(0, i, ["nom", "texte"])
            for j in range(2):
                sheet.write_row(j + 1, i, [f"Le nom {j}", texts[2 * i + j]])

    return _written(fill), texts


def _dates_and_truths(prose: Prose) -> tuple[bytes, list[str]]:
    texts = [prose.sentence()]

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["texte", "date"])
        sheet.write(1, 0, texts[0])
        sheet.write(2, 0, 2026)
        sheet.write(3, 0, True)
        sheet.write_datetime(4, 0, _WHEN, book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_formula(5, 0, '=A2&" et fin"', None, "Un résultat")

    return _written(fill), texts
