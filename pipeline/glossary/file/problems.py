"""What is wrong with a glossary, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["Problem", "runs_as_formula", "short"]

_FORMULA = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that lint found."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    column: str  # the column's name, "" where it concerns the row
    problem: str
    next_step: str
    code: str  # a short stable name, e.g. "empty-source"

    def __str__(self) -> str:
        where = self.file + (f":{self.line}" if self.line else "")
        where += f" [{self.column}]" if self.column else ""
        return f"{where}: {self.severity}: {self.problem}\n  → {self.next_step}"


def short(value: str) -> str:
    """Quote a value for a message: readable on a terminal, however long it is."""
    return repr(value if len(value) <= 60 else value[:58] + " …")


def runs_as_formula(value: str) -> bool:
    """Say whether a spreadsheet would run a cell as a formula (``=``, ``+``, ``-``, ``@``)."""
    return len(value) > 1 and bool(_FORMULA.match(value)) and not _is_number(value)


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", value))
