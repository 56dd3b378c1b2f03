"""The cells of a sheet of an Excel workbook: where each stands in the XML, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.documents.sheets.columns import letters, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.documents.tagged import Event, Xml

String = tuple[tuple[str, str], ...]
"""A cell's text in runs: (raw XML of the run's properties, text)."""

_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")


def said(string: String) -> str:
    """Give the text alone."""
    return "".join(text for _, text in string)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds a value."""

    row: int  # from 1
    column: int  # from 0
    start: int  # of its tag, in the text of the sheet
    tag: int  # where its tag ends
    inner: tuple[int, int]  # of the element that holds its value
    end: int
    string: String | None  # None: it is no text that somebody typed
    value: str  # what it says: of a header, numbers too
    style: str  # number of its style

    @property
    def name(self) -> str:
        """Call it as Excel does: C5."""
        return f"{letters(self.column)}{self.row}"


def read_strings(xml: Xml) -> list[String]:
    """Give the strings that all sheets share."""
    events = xml.events()
    starts = (e for e in events if e.kind == "start" and e.name == "s:si")
    return [_string(xml.text, events, "s:si")[0] for _ in starts]


def _string(text: str, events: Iterator[Event], name: str) -> tuple[String, int]:
    """Read a string up to the end of its element; how it is pronounced is no part of it."""
    end = 0
    runs: list[tuple[str, list[str]]] = []
    properties, begin = "", 0
    spoken = shown = False
    for event in events:
        end = event.end
        if event.name == name:
            break
        if event.name == "s:rPh":
            spoken = event.kind == "start"
        elif spoken:
            continue
        elif event.name == "s:r":
            properties = ""
        elif event.name == "s:rPr":
            begin = event.start if event.kind == "start" else begin
            properties = text[begin : event.end]
        elif event.name == "s:t":
            shown = event.kind == "start"
            runs += [(properties, [])] if shown else []
        elif event.kind == "text" and shown:
            runs[-1][1].append(event.text)
    return tuple((p, "".join(texts)) for p, texts in runs), end


def read_cells(xml: Xml, strings: list[String]) -> Iterator[Cell]:
    """Give the cells of a sheet that hold a value."""
    events = xml.events()
    row, column = 0, -1
    for event in events:
        if event.kind != "start":
            continue
        if event.name == "s:row":
            said_row = event.attributes.get("r", "")
            row, column = int(said_row) if said_row.isdecimal() else row + 1, -1
        elif event.name == "s:c":
            found = _REFERENCE.fullmatch(event.attributes.get("r", ""))
            column = number(found[1]) if found else column + 1
            if cell := _cell(xml.text, event, events, (row, column), strings):
                yield cell


def _cell(
    text: str, start: Event, events: Iterator[Event], at: tuple[int, int], strings: list[String]
) -> Cell | None:
    kind = start.attributes.get("t", "n")
    typed = kind in ("s", "inlineStr") and "vm" not in start.attributes
    inner: tuple[int, int] | None = None
    string: String = ()
    values: list[str] = []
    begin, shown, end = 0, False, start.end
    for event in events:
        end = event.end
        if event.name == "s:c":
            break
        if event.name == "s:f":
            typed = False
        elif event.name == "s:v":
            shown = event.kind == "start"
            begin = event.start if shown else begin
            inner = (begin, event.end)
        elif event.name == "s:is" and event.kind == "start":
            string, after = _string(text, events, "s:is")
            inner = (event.start, after)
        elif event.kind == "text" and shown:
            values.append(event.text)
    value = "".join(values)
    if kind == "s" and value.isdecimal() and int(value[:9]) < len(strings):
        string = strings[int(value[:9])]
    if inner is None:
        return None
    return Cell(
        *at,
        start.start,
        start.end,
        inner,
        end,
        string if typed and string else None,
        said(string) if kind in ("s", "inlineStr") else value,
        start.attributes.get("s", ""),
    )
