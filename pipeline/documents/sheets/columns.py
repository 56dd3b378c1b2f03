"""Which columns of a table are translated, and which of their cells are prose."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.documents.base import Reading
from pipeline.documents.text import PlainText
from pipeline.errors import InputError
from pipeline.wording import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.records import Block

_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_NUMBER = re.compile(r"[+-]?[\d\s.,]*\d[eE][+-]?\d+")
_DATE = re.compile(r"[\d-]+T[\d:.]+(?:Z|[+-][\d:]+)?")
_TRUTHS = frozenset({"TRUE", "FALSE", "VRAI", "FAUX"})
_SHOWN = 40  # characters of a column's name in a message
_PLAIN = PlainText()
_ONE_LINE = Reading(lines="keep")  # there is nothing to find out


def letters(column: int) -> str:
    """Give a column's letters: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def number(text: str) -> int:
    """Give the column of letters: A is 0, AA is 26."""
    value = 0
    for char in text.upper():
        value = value * 26 + ord(char) - ord("A") + 1
    return value - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of a table's columns: by place, from 0; some may have none."""

    names: Mapping[int, str]
    width: int  # columns

    def choose(self, wanted: Sequence[str]) -> tuple[frozenset[int], tuple[str, ...]]:
        """Find columns.

        Args:
            wanted: names (exact before folded), letters, numbers from 1; several with commas.

        Returns:
            The columns, and what is none.
        """
        found: set[int] = set()
        missing: list[str] = []
        for entry in wanted:
            one = self._one(entry)
            for piece in [entry] if one or "," not in entry else entry.split(","):
                columns = one or self._one(piece)
                found.update(columns)
                if not columns and piece.strip():
                    missing.append(piece.strip())
        return frozenset(found), tuple(missing)

    def _one(self, entry: str) -> list[int]:
        if exact := [n for n, name in self.names.items() if name == entry]:
            return exact
        text = folded(entry)
        if alike := [n for n, name in self.names.items() if text and folded(name) == text]:
            return alike
        if _LETTERS.fullmatch(text) and number(text) < self.width:
            return [number(text)]
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.width:
            return [int(text[:9]) - 1]
        return []

    def label(self, column: int) -> str:
        """Give a column's name, or its letters where that is none or another's too."""
        name = excerpt(self.names.get(column, ""), _SHOWN)
        alike = [n for n, other in self.names.items() if excerpt(other, _SHOWN) == name]
        return name if name and len(alike) == 1 else letters(column)

    def listed(self) -> str:
        """Name all columns, for a message."""
        labels = [self.label(n) for n in range(min(self.width, 20))]
        more = f" and {self.width - 20} more" if self.width > 20 else ""
        return ", ".join(labels) + more


def folded(name: str) -> str:
    """Give a name without regard to case and surrounding space."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def unchosen(place: str, listed: str, example: str) -> InputError:
    """Refuse a table of which nobody has said what is translated."""
    return InputError(
        "it is a table, and which of its columns are translated is not said",
        place=place,
        next_step=f"name them, for instance --columns {quoted(example)}; it has: {listed}",
    )


def unknown(place: str, listed: str, missing: Sequence[str]) -> InputError:
    """Refuse a table that lacks a column."""
    names = ", ".join(f"{name!r}" for name in missing)
    return InputError(
        f"it has no column {names}",
        place=place,
        next_step=f"give --columns a name, a letter (A, B …) or a number; it has: {listed}",
    )


def quoted(name: str) -> str:
    """Write a column's name for a command line."""
    return name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'


def is_prose(value: str) -> bool:
    """Say whether a cell is prose: no formula, number, date, truth value or error."""
    from pipeline.lists import is_error_value

    text = value.strip()
    if text.startswith("=") or not any(map(str.isalpha, text)) or text in _TRUTHS:
        return False
    return not (_NUMBER.fullmatch(text) or _DATE.fullmatch(text) or is_error_value(text))


def cell_blocks(value: str, where: str, reading: Reading) -> tuple[Block, ...]:
    """Give the blocks of a cell, which is read as plain text is."""
    if not is_prose(value):
        return ()
    several = "\n" in value or "\r" in value
    found, _ = _PLAIN.blocks(value, reading=reading if several else _ONE_LINE)
    blocks = [b for b in found if any(map(str.isalpha, b.text))]
    several = len(blocks) > 1
    return tuple(
        replace(b, kind="cell", syntax="text", where=f"{where}, ¶ {n}" if several else where)
        for n, b in enumerate(blocks, 1)
    )
