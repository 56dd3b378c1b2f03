"""Rows and cells of a delimited list: parted, quoted, and safe from a spreadsheet.

The one place that keeps a spreadsheet from running a cell, in every CSV that we write: a cell
that would be a formula gets an apostrophe before it, and loses it when it is read.
Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NEWLINE = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*")
_QUOTED = re.compile(r'"((?:[^"]|"")*+)("?)')
_RUN = re.compile(r"'*[=+\-@\t\r\n]")
_KEPT = re.compile(r"'+[=+\-@\t\r\n]")
# What spreadsheets show for a formula that failed, in English, French, German, Spanish, Italian
# and Portuguese; LibreOffice's numbers; Google's words.
_ERROR = re.compile(
    r"(?i)=?#(?:"
    r"[¡¿]?(?:REF|NAME|VALUE|NULL|NUM|DIV/0|SPILL|CALC|FIELD|CONNECT|BLOCKED|UNKNOWN|BUSY|ERROR"
    r"|NOM|VALEUR|NOMBRE|NUL|PROPAGATION|CHAMP|CALCUL|BEZUG|WERT|ZAHL|ÜBERLAUF|FELD|KALK"
    r"|VALOR|NULO|DESBORDAMIENTO|CAMPO|RIF|RIFERIMENTO|NOME|VALORE|NULLO|ESPANSIONE|NÚM"
    r"|DESPEJAR|WAARDE|NAAM|VERW|GETAL|LEEG|DEEL/0)[!?]"
    r"|N/?A|N/D[!]?|N/B|NV|DIV/0|GETTING_DATA)|Err:\d{3}|#{3,}"
)


def neutral(value: str) -> str:
    """Give a cell that no spreadsheet runs: a formula gets an apostrophe before it."""
    return "'" + value if _RUN.match(value) else value


def restored(cell: str) -> str:
    """Give the value that `neutral` was given."""
    return cell[1:] if _KEPT.match(cell) else cell


def is_error_value(value: str) -> bool:
    """Say whether a cell is what a spreadsheet shows for a failed formula: ``#REF!``, ``#NOM?``."""
    return _ERROR.fullmatch(value.strip()) is not None


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


def quote(value: str, delimiter: str, *, always: bool = False) -> str:
    """Write a value as a cell: neutral, and in quotes where they are needed."""
    value = neutral(value)
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
        line += newlines(text[start:at])
    return rows, problems


def _cell(text: str, at: int, plain: re.Pattern[str]) -> tuple[str, int, tuple[str, str] | None]:
    """Read a cell; give its value, where it ends, and what is wrong with it."""
    quoted = _QUOTED.match(text, at)
    start = quoted.end() if quoted else at
    end = start + len(_match(plain, text, start))
    if quoted is None:
        return restored(text[at:end]), end, None
    if quoted[2] and end == start:
        return restored(quoted[1].replace('""', '"')), end, None
    line = _match(_LINE, text, at)
    if quoted[2] and start <= at + len(line):
        fault = ("there is text after a closing quote", 'double a " that belongs to the value')
        return text[at:end], end, fault
    # Never swallow the rows below: end the cell where its line ends.
    fault = ("a quoted cell is never closed", 'write the closing ", or double a " inside')
    return line, at + len(line), fault


def _match(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found.group() if found else ""


def newlines(text: str) -> int:
    """Count the line ends of a text."""
    return len(_NEWLINE.findall(text))


def preamble(text: str) -> tuple[str, str | None]:
    """Split off blank lines and Excel's ``sep=;`` line; give the delimiter that it names."""
    at, named = 0, None
    while at < len(text):
        line = _match(_LINE, text, at)
        sep = re.fullmatch(r'(?i)\s*"?sep=(\S|\t)"?\s*', line)
        if sep:
            named = sep[1]
        elif line.strip(" ,;\t|"):
            break
        at += len(line)
        at += len(_match(_NEWLINE, text, at))
    return text[:at], named
