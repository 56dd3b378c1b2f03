"""What is wrong with a glossary, in the words of ``data/problems.toml``."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

_LONGEST = 60  # characters of a value in a message


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

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be used as it is."""
        return self.severity == "error"

    def __str__(self) -> str:
        where = self.file + (f":{self.line}" if self.line else "")
        where += f" [{self.column}]" if self.column else ""
        return f"{where}: {self.severity}: {self.problem}\n  → {self.next_step}"


@functools.cache
def _kinds() -> dict[str, dict[str, Any]]:
    data = resources.files(__package__).joinpath("data/problems.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


def problem(kind: str, file: str, line: int, column: str = "", /, **values: str | int) -> Problem:
    """Say what is wrong.

    Args:
        kind: a table of ``data/problems.toml``.
        file: path of the glossary.
        line: line of the row, from 1.
        column: name of the column, where it concerns one.
        values: what the kind's texts name; a long ``value`` or ``other`` is cut.
    """
    texts = _kinds()[kind]
    for name in values.keys() & {"value", "other", "meant"}:
        values[name] = _cut(str(values[name]))
    values["column"] = column
    return Problem(
        severity="warning" if texts.get("warning") else "error",
        file=file,
        line=line,
        column=column,
        problem=texts["problem"].format_map(values),
        next_step=texts["step"].format_map(values),
        code=texts.get("code", kind).format_map(values),
    )


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST else value[: _LONGEST - 2] + " …"


def runs_as_formula(value: str) -> bool:
    """Say whether a spreadsheet would run a cell as a formula (``=``, ``+``, ``-``, ``@``)."""
    number = re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", value)
    return len(value) > 1 and value[0] in "=+-@\t\r" and not number
