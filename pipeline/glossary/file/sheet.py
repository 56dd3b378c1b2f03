"""The glossary file as it stands: every byte kept, except in the row that is edited.

The parser keeps each row's raw text beside its values, so that a file written by a French
Excel (``;``, Windows-1252 or UTF-16, CRLF, ``sep=;``) comes back as it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.file.encoding import decode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Row", "RowProblem", "Sheet", "parse", "read_sheet"]

DELIMITERS = (",", ";", "\t")


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
        cells, known = list(row.cells), list(row.values)
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
        raise GlossaryError(
            f"there is no row at line {line}",
            place=str(self.path),
            next_step="run `passerelle glossary list` to see the rows",
        )

    def _need(self, name: str) -> int:
        index = self.index(name)
        if index < 0:
            raise GlossaryError(
                f"the file has no column {name!r}",
                place=f"{self.path}:{self.header.line}",
                next_step=f"add {name!r} to the header; it has {', '.join(self.columns)}",
            )
        if self.columns.count(name) > 1:
            raise GlossaryError(
                f"the column {name!r} stands twice",
                place=f"{self.path}:{self.header.line}",
                next_step="rename or remove one of them",
            )
        return index


def quote(value: str, delimiter: str, *, always: bool = False) -> str:
    """Write a value as a cell, in quotes where they are needed."""
    needed = always or any(c in value for c in (delimiter, '"', "\n", "\r"))
    return '"' + value.replace('"', '""') + '"' if needed else value


def _ending(text: str, at: int) -> str:
    if text.startswith("\r\n", at):
        return "\r\n"
    return text[at] if at < len(text) and text[at] in "\r\n" else ""


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
    at, size = 0, len(text)
    while at < size:
        first = line
        values: list[str] = []
        cells: list[str] = []
        while True:
            start = at
            if text.startswith('"', at):
                value, at, fault = _quoted(text, at, delimiter)
                if fault:
                    problems.append(
                        RowProblem(
                            line=first, column=len(cells) + 1, problem=fault[0], next_step=fault[1]
                        )
                    )
            else:
                while at < size and text[at] != delimiter and text[at] not in "\r\n":
                    at += 1
                value = text[start:at]
            raw = text[start:at]
            line += raw.count("\n") + raw.replace("\r\n", "").count("\r")
            values.append(value)
            cells.append(raw)
            if at < size and text[at] == delimiter:
                at += 1
                continue
            break
        ending = _ending(text, at)
        at += len(ending)
        line += 1 if ending else 0
        rows.append(Row(line=first, values=tuple(values), cells=tuple(cells), ending=ending))
        if limit and len(rows) >= limit:
            break
    return rows, problems


def _quoted(text: str, at: int, delimiter: str) -> tuple[str, int, tuple[str, str] | None]:
    """Read a quoted cell; give its value, where it ends, and what is wrong with it."""
    size = len(text)
    start = at
    at += 1
    pieces: list[str] = []
    while True:
        close = text.find('"', at)
        if close < 0:
            # Never swallow the rest of the file: end the cell where its line ends.
            at = start
            while at < size and text[at] not in "\r\n":
                at += 1
            return (
                text[start:at],
                at,
                ("a quoted cell is never closed", 'write the closing ", or double a " inside'),
            )
        pieces.append(text[at:close])
        if text.startswith('""', close):
            pieces.append('"')
            at = close + 2
            continue
        at = close + 1
        break
    if at >= size or text[at] == delimiter or text[at] in "\r\n":
        return "".join(pieces), at, None
    while at < size and text[at] != delimiter and text[at] not in "\r\n":
        at += 1
    return (
        text[start:at],
        at,
        ("there is text after a closing quote", 'double a " that belongs to the value'),
    )


def _preamble(text: str) -> tuple[str, str | None]:
    """Split off blank lines and Excel's ``sep=;`` line; give the delimiter that it names."""
    at, named = 0, None
    while at < len(text):
        stop = at
        while stop < len(text) and text[stop] not in "\r\n":
            stop += 1
        content = text[at:stop].strip()
        if content.casefold().startswith("sep=") and len(content) == 5:
            named = content[4]
        elif text[at:stop].casefold().strip(" ") == "sep=\t":
            named = "\t"
        elif content:
            break
        at = stop + len(_ending(text, stop))
        if stop == len(text):
            break
    return text[:at], named


def read_text(text: str, path: Path, encoding: str, bom: bytes, digest: str) -> Sheet:
    """Read a glossary's text.

    Raises:
        GlossaryError: the file holds no header.
    """
    preamble, named = _preamble(text)
    body = text[len(preamble) :]
    first = 1 + preamble.count("\n") + preamble.replace("\r\n", "").count("\r")
    if not body:
        raise GlossaryError(
            "the file is empty",
            place=f"{path}:1",
            next_step="its first row must name the columns: source,target,status,case,note",
        )
    # Without a "sep=" line, the delimiter is the one that splits the header into most names.
    delimiter = named or max(DELIMITERS, key=lambda d: _header_score(body, d))
    rows, problems = parse(body, delimiter, line=first)
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
        data = path.read_bytes()
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
