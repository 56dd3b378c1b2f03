"""The glossary file as it stands: every byte kept, except in the row that is edited.

The parser keeps each row's raw text beside its values, so that a file written by a French
Excel (``;``, Windows-1252 or UTF-16, CRLF, ``sep=;``) comes back as it was.
"""

from __future__ import annotations

import functools
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError, InputError
from pipeline.fsio import read_file
from pipeline.lists import Row, decode, newlines, parse, preamble, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipeline.lists import RowProblem

DELIMITERS = (",", ";", "\t")


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
        return _names(self.header.values)

    def index(self, name: str) -> int:
        """Give the position of a column, or -1."""
        columns = self.columns
        return columns.index(name) if name in columns else -1

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
            # A broken byte, read as a lone surrogate, is written as it was.
            return self.bom + self.text().encode(self.encoding, _errors(self.encoding))
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
            index = self.need(name)
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
                self.need(name)
        return self.with_rows([values])

    def with_rows(self, added: Iterable[Mapping[str, str]]) -> Sheet:
        """Append rows; values of columns that the file lacks are left out."""
        newline = self.header.ending or "\n"
        rows = [self.header, *self.rows]
        final = rows[-1].ending
        for values in added:
            last = rows[-1]
            # A file without a final newline stays one.
            rows[-1] = last if last.ending else replace(last, ending=newline)
            ordered = tuple(values.get(name, "") for name in self.columns)
            cells = tuple(quote(v, self.delimiter) for v in ordered)
            line = last.line + 1 + newlines(self.delimiter.join(last.cells))
            rows.append(Row(line=line, values=ordered, cells=cells, ending=newline))
        rows[-1] = replace(rows[-1], ending=final)
        return replace(self, header=rows[0], rows=tuple(rows[1:]))

    def without_rows(self, lines: Collection[int]) -> Sheet:
        """Remove the rows that start at some lines."""
        return replace(self, rows=tuple(r for r in self.rows if r.line not in lines))

    def without_row(self, line: int) -> Sheet:
        """Remove the row that starts at ``line``.

        Raises:
            GlossaryError: no such row.
        """
        self._position(line)
        return self.without_rows({line})

    def _position(self, line: int) -> int:
        for at, row in enumerate(self.rows):
            if row.line == line:
                return at
        step = "run `passerelle glossary list` to see the rows"
        raise GlossaryError(f"there is no row at line {line}", place=str(self.path), next_step=step)

    def need(self, name: str) -> int:
        """Give the position of a column.

        Raises:
            GlossaryError: the file lacks it, or has it twice.
        """
        if self.columns.count(name) == 1:
            return self.index(name)
        problem, step = f"the column {name!r} stands twice", "rename or remove one of them"
        if name not in self.columns:
            problem = f"the file has no column {name!r}"
            step = f"add {name!r} to the header; it has {', '.join(self.columns)}"
        raise GlossaryError(problem, place=f"{self.path}:{self.header.line}", next_step=step)


@functools.lru_cache(maxsize=64)  # asked for with every cell
def _names(header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.strip().casefold() for value in header)


def _errors(encoding: str) -> str:
    return "surrogateescape" if encoding == "utf-8" else "strict"


@contextmanager
def as_glossary_error() -> Iterator[None]:
    """Turn what is wrong with a list of terms into an error of the glossary.

    Raises:
        GlossaryError: in place of an InputError, with the same words.
    """
    try:
        yield
    except InputError as error:
        raise GlossaryError(error.problem, place=error.place, next_step=error.next_step) from error


def read_text(text: str, path: Path, encoding: str, bom: bytes, digest: str) -> Sheet:
    """Read a glossary's text.

    Raises:
        GlossaryError: the file holds no header.
    """
    before, named = preamble(text)
    body = text[len(before) :]
    if not body:
        raise GlossaryError(
            "the file is empty",
            place=f"{path}:1",
            next_step="its first row must name the columns: source,target,status,case,note",
        )
    # Without a "sep=" line, the delimiter is the one that splits the header into most names.
    delimiter = named or max(DELIMITERS, key=lambda d: _header_score(body, d))
    rows, problems = parse(body, delimiter, line=1 + newlines(before))
    return Sheet(
        path=path,
        encoding=encoding,
        bom=bom,
        delimiter=delimiter,
        preamble=before,
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
        problem, step = f"cannot be read: {error.strerror or error}", "give another file"
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            problem = "there is no glossary here"
            step = "make one to begin with: `passerelle init`; or give another file"
        raise GlossaryError(problem, place=str(path), next_step=step) from error
    with as_glossary_error():
        text, encoding, bom = decode(data, str(path))
    return read_text(text, path, encoding, bom, hashlib.sha256(data).hexdigest())
