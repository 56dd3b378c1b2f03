"""Excel workbooks: of the named columns, the cells whose text somebody typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain
from pipeline.documents.office import House, Package, Piece, compose, settle
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.sheets.cells import Cell, String, read_cells, read_strings, said
from pipeline.documents.sheets.columns import (
    Header,
    cell_blocks,
    is_prose,
    number,
    unchosen,
    unknown,
)
from pipeline.documents.sheets.fonts import Fonts
from pipeline.documents.tagged import spelt, value_span
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.parts import Container
    from pipeline.documents.tagged import Xml
    from pipeline.records import Block

    _Made = tuple[str, Sequence[Block], Callable[[str], str]]

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
_RETURN = "_x000D_"
"""How a carriage return stands in a cell."""
_BREAK = re.compile(r"(\n)")
_PREFIXED = re.compile(r"(?<=<)(/?)(?:[\w.-]+:)?(?=[A-Za-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet with its header."""

    name: str
    member: str
    xml: Xml
    cells: tuple[Cell, ...]
    header: Header
    top: int  # row of the header

    @property
    def listed(self) -> str:
        """Name its columns, for a message."""
        return f"sheet {self.name}: {self.header.listed()}"


class Xlsx(Plain, TreeFormat):
    """Excel workbooks.

    A cell that changes holds its text itself, so that others that shared it keep theirs.
    Headers of columns and of tables, formulas, numbers, dates, comments and lists of allowed
    values stay.
    """

    name = "xlsx"
    suffixes = (".xlsx", ".xltx")
    in_columns = True

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], Container | None, Sequence[Finding]]:
        """Take a workbook to pieces; see `TreeFormat.read`."""
        if not data:
            return [Part(text="")], None, ()
        package = Package(data, place=name, what="an Excel workbook", root="s:workbook")
        sheets = _sheets(package)
        if not sheets:
            return (), package.archive, ()
        listed = sheets[0].header.listed()
        if len(sheets) > 1:
            listed = "; ".join(sheet.listed for sheet in sheets[:5])
        if not reading.columns:
            raise unchosen(name, listed, _wordiest(sheets[0]))
        chosen = [sheet.header.choose(reading.columns) for sheet in sheets]
        if missing := [m for m in chosen[0][1] if all(m in c[1] for c in chosen)]:
            raise unknown(name, listed, missing)
        parts: list[Part] = []
        for sheet, (columns, _) in zip(sheets, chosen, strict=True):
            found = _parts(package, sheet, columns, reading, len(parts))
            if found:
                parts += [Part(text=sheet.xml.text, member=sheet.member, encode=sheet.xml.encode)]
                parts += found
        return parts, package.archive, _findings(package)


def _sheets(package: Package) -> list[Sheet]:
    """Read the sheets that hold anything, in the workbook's order."""
    relations = package.relations(package.main)
    shared = next((r.target for r in relations if r.kind == "sharedStrings"), "")
    strings = read_strings(package.xml(shared)) if shared else []
    targets = {r.id: r.target for r in relations if r.kind == "worksheet"}
    found = []
    for event in package.xml(package.main).events():
        if event.kind == "start" and event.name == "s:sheet":
            member = targets.get(event.attributes.get("r:id", ""), "")
            name = event.attributes.get("name", "")
            sheet = _sheet(package, name, member, strings) if member else None
            found += [sheet] if sheet else []
    return found


def _sheet(package: Package, name: str, member: str, strings: list[String]) -> Sheet | None:
    xml = package.xml(member)
    cells = tuple(read_cells(xml, strings))
    top = min((cell.row for cell in cells if cell.value.strip()), default=0)
    if not top:
        return None
    names = {cell.column: cell.value for cell in cells if cell.row == top}
    width = 1 + max(cell.column for cell in cells)
    header = Header(names=names, width=width)
    return Sheet(name=name, member=member, xml=xml, cells=cells, header=header, top=top)


def _wordiest(sheet: Sheet) -> str:
    """Give the column that holds most letters: the likeliest to be meant."""
    counts: dict[int, int] = {}
    for cell in sheet.cells:
        if cell.row > sheet.top and cell.string is not None and " " in cell.value:
            counts[cell.column] = counts.get(cell.column, 0) + len(cell.value)
    return sheet.header.label(max(counts, key=lambda n: counts[n], default=0))


def _findings(package: Package) -> list[Finding]:
    signed = any(name.startswith("_xmlsignatures/") for name in package.archive.names)
    message = "it is signed; the signature does not hold for the translation"
    return [Finding(check="document", severity="warning", message=message)] if signed else []


def _parts(
    package: Package, sheet: Sheet, columns: frozenset[int], reading: Reading, parent: int
) -> list[Part]:
    """Make a part of each cell of the columns that is prose."""
    heads = _table_heads(package, sheet.member)
    styles = package.members(package.main, ("styles",))
    fonts = Fonts(package.xml(styles[0]) if styles else None)
    parts = []
    for cell in sheet.cells:
        if cell.column not in columns or cell.row <= sheet.top or cell.string is None:
            continue
        if any(row == cell.row and first <= cell.column <= last for row, first, last in heads):
            continue
        where = f"sheet {sheet.name}, cell {cell.name}"
        if len({properties for properties, _ in cell.string}) > 1:
            made = _rich(sheet, cell, fonts, where)
        else:
            made = _plain(sheet, cell, where, reading)
        if made is not None:
            text, blocks, write = made
            at = Span(start=cell.start, end=cell.end)
            parts.append(Part(text=text, blocks=blocks, parent=parent, at=at, write=write))
    return parts


def _table_heads(package: Package, member: str) -> list[tuple[int, int, int]]:
    """Give the rows of tables that Excel knows by their text: (row, first column, last)."""
    found = []
    for table in package.members(member, ("table",)):
        events = package.xml(table).events()
        said_ = next((e.attributes for e in events if e.name == "s:table"), {})
        place = _RANGE.fullmatch(said_.get("ref", ""))
        if place is None:
            continue
        first, top, last, bottom = place.groups()
        columns = number(first), number(last or first)
        found += [(int(top), *columns)] if said_.get("headerRowCount", "1") != "0" else []
        totals = said_.get("totalsRowCount", "0") != "0"
        found += [(int(bottom or top), *columns)] if totals else []
    return found


# --- cells -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes a cell that holds its text itself."""

    before: str  # the cell's tag and what stands before its value
    prefix: str  # of element names: "" or "x:"
    properties: str  # of all the text
    after: str
    bare: bool = True  # whether what is written is text, not runs

    def __call__(self, content: str) -> str:
        """Write it."""
        p = self.prefix
        text = content
        if self.bare:
            text = f'<{p}t xml:space="preserve">{spelt(text).replace(chr(13), _RETURN)}</{p}t>'
            text = f"<{p}r>{self.properties}{text}</{p}r>" if self.properties else text
        return f"{self.before}<{p}is>{text}</{p}is>{self.after}"


def _writer(sheet: Sheet, cell: Cell, *, bare: bool = True) -> _Writer:
    text = sheet.xml.text
    tag = text[cell.start : cell.tag]
    prefix = tag[1:].split(None, 1)[0].rstrip("/>").rpartition(":")[0]
    kind = value_span(tag, "t")
    assert kind is not None  # a cell with text says so
    tag = f"{tag[: kind.start]}inlineStr{tag[kind.end :]}"
    before, after = text[cell.tag : cell.inner[0]], text[cell.inner[1] : cell.end]
    prefix = f"{prefix}:" if prefix else ""
    properties = cell.string[0][0] if cell.string else ""
    return _Writer(tag + before, prefix, _renamed(properties, prefix), after, bare)


def _renamed(properties: str, prefix: str) -> str:
    """Give run properties the prefix that elements have in the sheet."""
    return _PREFIXED.sub(lambda m: m[1] + prefix, properties)


def _plain(sheet: Sheet, cell: Cell, where: str, reading: Reading) -> _Made | None:
    value = said(cell.string or ()).replace(_RETURN, "\r")
    blocks = cell_blocks(value, where, reading)
    return (value, blocks, _writer(sheet, cell)) if blocks else None


def _rich(sheet: Sheet, cell: Cell, fonts: Fonts, where: str) -> _Made | None:
    """Take a cell whose words have looks of their own; its lines are apart."""
    string = cell.string or ()
    if not is_prose(said(string)):
        return None
    writer = _writer(sheet, cell, bare=False)
    p = writer.prefix
    house = House(before=f"<{p}r>", between=f'<{p}t xml:space="preserve">', after=f"</{p}t></{p}r>")
    pieces = []
    for properties, text in string:
        raw = _renamed(properties, p)
        for piece in _BREAK.split(text.replace(f"{_RETURN}\n", "\n")):
            if piece == "\n":
                pieces.append(Piece("break", house.run(raw, piece), name="break"))
            elif piece:
                look = fonts.look(properties, cell.style)
                pieces.append(Piece("text", piece, piece, look, raw))
    composed = compose(settle(pieces), house)
    if composed is None:
        return None
    blocks = tuple(replace(block, kind="cell", where=where) for block in composed.blocks)
    write = composed.write
    return composed.text, blocks, lambda text: writer(write(text))
