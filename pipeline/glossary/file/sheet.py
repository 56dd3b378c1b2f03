"""The glossary file as it stands: every byte kept, except in the row that is edited.

The parser keeps each row's raw text beside its values, so that a file written by a French
Excel (``;``, Windows-1252 or UTF-16, CRLF, ``sep=;``) comes back as it was.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.fsio import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

DELIMITERS = (",", ";", "\t")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*")
_QUOTED = re.compile(r'"((?:[^"]|"")*+)("?)')
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = {
    b"PK\x03\x04": "an Excel or OpenDocument workbook, not a CSV file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, not a CSV file",
    b"\x1f\x8b": "a compressed file, not a CSV file",
    b"%PDF": "a PDF, not a CSV file",
    codecs.BOM_UTF32_LE: "UTF-32, which is not read",
    codecs.BOM_UTF32_BE: "UTF-32, which is not read",
}
_SAVE = "in the spreadsheet, save it as “CSV UTF-8”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: its values, and the text that they were read from."""

    line: int  # of its first character in the file, from 1
    values: tuple[str, ...]
    cells: tuple[str, ...]  # raw, quotes included
    ending: str  # "\n", "\r\n", "\r" or "" at the end of the file

    @property
    def blank(self) -> bool:
        """Whether the row holds nothing at all."""
        return all(not v.strip() for v in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that cannot be read as it should."""

    line: int
    column: int  # cells, from 1
    problem: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A glossary file: preamble, header and rows."""

    path: Path
    encoding: str
    bom: bytes
    delimiter: str
    preamble: str  # blank lines and a "sep=" line before the header
    header: Row
    rows: tuple[Row, ...]
    digest: str  # SHA-256 of the bytes that were read
    problems: tuple[RowProblem, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The header's names, lower-case."""
        return tuple(v.strip().casefold() for v in self.header.values)

    def index(self, name: str) -> int:
        """Give the position of a column, or -1."""
        return self.columns.index(name) if name in self.columns else -1

    def get(self, row: Row, name: str) -> str:
        """Give a row's value in a column; "" where the row or the file lacks it."""
        at = self.index(name)
        return row.values[at] if 0 <= at < len(row.values) else ""

    def text(self) -> str:
        """Rebuild the file's text."""
        d = self.delimiter
        lines = [d.join(r.cells) + r.ending for r in (self.header, *self.rows)]
        return self.preamble + "".join(lines)

    def to_bytes(self) -> bytes:
        """Rebuild the file's bytes.

        Raises:
            GlossaryError: a new value holds a character that the file's encoding lacks.
        """
        try:
            return self.bom + self.text().encode(self.encoding)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise GlossaryError(
                f"the file's encoding ({self.encoding}) has no {character!r}",
                place=str(self.path),
                next_step="save the file as UTF-8 in your spreadsheet, then edit again",
            ) from error

    def with_values(self, line: int, values: Mapping[str, str]) -> Sheet:
        """Change cells of the row that starts at ``line``; only that row's text changes.

        Raises:
            GlossaryError: no such row or column.
        """
        at = self._position(line)
        row = self.rows[at]
        cells, known = [*row.cells], [*row.values]
        for name, value in values.items():
            index = self._need(name)
            while len(cells) <= index:
                cells.append("")
                known.append("")
            if known[index] != value:
                quoted = cells[index].startswith('"')
                cells[index] = quote(value, self.delimiter, always=quoted)
                known[index] = value
        new = replace(row, cells=tuple(cells), values=tuple(known))
        return replace(self, rows=(*self.rows[:at], new, *self.rows[at + 1 :]))

    def with_row(self, values: Mapping[str, str]) -> Sheet:
        """Append a row.

        Raises:
            GlossaryError: the file lacks a column that has a value.
        """
        for name, value in values.items():
            if value:
                self._need(name)
        ordered = tuple(values.get(name, "") for name in self.columns)
        cells = tuple(quote(v, self.delimiter) for v in ordered)
        newline = self.header.ending or "\n"
        kept = (self.header, *self.rows)
        last = kept[-1]
        ending = last.ending
        if not ending:  # a file without a final newline stays one
            kept = (*kept[:-1], replace(last, ending=newline))
        line = last.line + 1 + sum(v.count("\n") for v in last.values)
        row = Row(line=line, values=ordered, cells=cells, ending=ending)
        return replace(self, header=kept[0], rows=(*kept[1:], row))

    def without_row(self, line: int) -> Sheet:
        """Remove the row that starts at ``line``.

        Raises:
            GlossaryError: no such row.
        """
        at = self._position(line)
        return replace(self, rows=(*self.rows[:at], *self.rows[at + 1 :]))

    def _position(self, line: int) -> int:
        for at, row in enumerate(self.rows):
            if row.line == line:
                return at
        step = "run `passerelle glossary list` to see the rows"
        raise GlossaryError(f"there is no row at line {line}", place=str(self.path), next_step=step)

    def _need(self, name: str) -> int:
        if self.columns.count(name) == 1:
            return self.index(name)
        problem, step = f"the column {name!r} stands twice", "rename or remove one of them"
        if name not in self.columns:
            problem = f"the file has no column {name!r}"
            step = f"add {name!r} to the header; it has {', '.join(self.columns)}"
        raise GlossaryError(problem, place=f"{self.path}:{self.header.line}", next_step=step)


def decode(data: bytes, path: Path) -> tuple[str, str, bytes]:
    """Decode a glossary file.

    Returns:
        The text, the encoding's Python name and the byte-order mark that was there.

    Raises:
        GlossaryError: the bytes are no text in an encoding that we read.
    """
    for start, problem in _NO_TEXT.items():
        if data.startswith(start):
            raise GlossaryError(problem, place=str(path), next_step=_SAVE)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, path), encoding, bom
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        if 5 * head.count(0) > 3 * len(head):
            raise GlossaryError(
                "mostly zero bytes, no text",
                place=str(path),
                next_step="take the file from a backup; a crash or a full disk leaves such files",
            )
        little = head[1::2].count(0) >= head[0::2].count(0)
        encoding = "utf-16-le" if little else "utf-16-be"
        return _strict(data, encoding, path), encoding, b""
    try:
        return data.decode("utf-8"), "utf-8", b""
    except UnicodeDecodeError:
        return _strict(data, "cp1252", path), "cp1252", b""


def _strict(data: bytes, encoding: str, path: Path) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        lines = re.split(r"\r\n|\r|\n", before)
        where = f"after {lines[-1][-20:]!r}" if lines[-1] else "at the start of the line"
        what = f"byte 0x{data[error.start]:02X} {where}"
        problem = (
            f"neither UTF-8 nor Windows-1252: {what}"
            if encoding == "cp1252"
            else f"no valid {encoding.upper()}: {what}"
        )
        raise GlossaryError(problem, place=f"{path}:{len(lines)}", next_step=_SAVE) from error
    if text.encode(encoding) != data:  # cannot be written back as it was
        raise GlossaryError(f"no valid {encoding.upper()}", place=str(path), next_step=_SAVE)
    return text


def quote(value: str, delimiter: str, *, always: bool = False) -> str:
    """Write a value as a cell, in quotes where they are needed."""
    needed = always or any(c in value for c in (delimiter, '"', "\n", "\r"))
    return '"' + value.replace('"', '""') + '"' if needed else value


def as_table(rows: Iterable[Mapping[str, str]], columns: Sequence[str], delimiter: str) -> str:
    """Write rows (column → value) as text, in the order of the columns and without a header."""
    lines = [delimiter.join(quote(r.get(c, ""), delimiter) for c in columns) for r in rows]
    return "".join(line + "\n" for line in lines)


def parse(
    text: str, delimiter: str, *, line: int = 1, limit: int = 0
) -> tuple[list[Row], list[RowProblem]]:
    """Split a text into rows. No text is lost: cells, delimiters and endings rebuild it.

    Args:
        text: decoded file text.
        delimiter: one character.
        line: the number of the text's first line.
        limit: stop after so many rows; 0 reads all.
    """
    rows: list[Row] = []
    problems: list[RowProblem] = []
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    at = 0
    while at < len(text) and not (limit and len(rows) >= limit):
        values: list[str] = []
        cells: list[str] = []
        start = at
        while not cells or text.startswith(delimiter, at):
            at += bool(cells)
            value, end, fault = _cell(text, at, plain)
            values.append(value)
            cells.append(text[at:end])
            if fault:
                where = {"line": line, "column": len(cells)}
                problems.append(RowProblem(**where, problem=fault[0], next_step=fault[1]))
            at = end
        ending = _match(_NEWLINE, text, at)
        rows.append(Row(line=line, values=tuple(values), cells=tuple(cells), ending=ending))
        at += len(ending)
        line += _newlines(text[start:at])
    return rows, problems


def _match(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found.group() if found else ""


def _newlines(text: str) -> int:
    return len(_NEWLINE.findall(text))


def _cell(text: str, at: int, plain: re.Pattern[str]) -> tuple[str, int, tuple[str, str] | None]:
    """Read a cell; give its value, where it ends, and what is wrong with it."""
    quoted = _QUOTED.match(text, at)
    start = quoted.end() if quoted else at
    end = start + len(_match(plain, text, start))
    if quoted is None:
        return text[at:end], end, None
    if not quoted[2]:
        # Never swallow the rest of the file: end the cell where its line ends.
        raw = _match(_LINE, text, at)
        fault = ("a quoted cell is never closed", 'write the closing ", or double a " inside')
        return raw, at + len(raw), fault
    if end > start:
        fault = ("there is text after a closing quote", 'double a " that belongs to the value')
        return text[at:end], end, fault
    return quoted[1].replace('""', '"'), end, None


def _preamble(text: str) -> tuple[str, str | None]:
    """Split off blank lines and Excel's ``sep=;`` line; give the delimiter that it names."""
    at, named = 0, None
    while at < len(text):
        line = _match(_LINE, text, at)
        sep = re.fullmatch(r"(?i)\s*sep=(\S|\t)\s*", line)
        if sep:
            named = sep[1]
        elif line.strip():
            break
        at += len(line)
        at += len(_match(_NEWLINE, text, at))
    return text[:at], named


def read_text(text: str, path: Path, encoding: str, bom: bytes, digest: str) -> Sheet:
    """Read a glossary's text.

    Raises:
        GlossaryError: the file holds no header.
    """
    preamble, named = _preamble(text)
    body = text[len(preamble) :]
    if not body:
        raise GlossaryError(
            "the file is empty",
            place=f"{path}:1",
            next_step="its first row must name the columns: source,target,status,case,note",
        )
    # Without a "sep=" line, the delimiter is the one that splits the header into most names.
    delimiter = named or max(DELIMITERS, key=lambda d: _header_score(body, d))
    rows, problems = parse(body, delimiter, line=1 + _newlines(preamble))
    return Sheet(
        path=path,
        encoding=encoding,
        bom=bom,
        delimiter=delimiter,
        preamble=preamble,
        header=rows[0],
        rows=tuple(rows[1:]),
        digest=digest,
        problems=tuple(problems),
    )


def _header_score(body: str, delimiter: str) -> tuple[int, int]:
    names = [v.strip().casefold() for v in parse(body, delimiter, limit=1)[0][0].values]
    return sum(n in {"source", "target", "status"} for n in names), len(names)


def read_sheet(path: Path) -> Sheet:
    """Read a glossary file.

    Raises:
        GlossaryError: the file is missing, unreadable, empty or no text.
    """
    try:
        data = read_file(path)
    except OSError as error:
        step = (
            "give another file with --glossary, or create it with a header row "
            "source,target,status,case,note"
        )
        raise GlossaryError(
            f"cannot be read: {error.strerror or error}", place=str(path), next_step=step
        ) from error
    text, encoding, bom = decode(data, path)
    return read_text(text, path, encoding, bom, hashlib.sha256(data).hexdigest())
