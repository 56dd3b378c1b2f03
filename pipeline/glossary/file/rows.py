"""Reading rows into terms, and saying everything that is wrong, in the words of a catalogue.

The catalogue is ``data/problems.toml``.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, cast

from pipeline.glossary.match import common_head, compose, fold
from pipeline.glossary.records import ANYWHERE, Term
from pipeline.lists import is_error_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.glossary.file.sheet import Sheet
    from pipeline.glossary.records import Case, Status
    from pipeline.lists import Row

ABOUT = {
    "source": "The French term, as it stands in the file.",
    "target": "English forms, | between them.",
    "status": "preferred, dnt or forbidden.",
    "case": "smart, exact or ignore.",
    "inflect": "yes or no.",
    "wrong": "Known bad renderings, | between them.",
    "domain": "Tags, | between them.",
    "priority": "Whole number; more wins.",
    "note": "For people.",
}
"""The columns, and what stands in them."""

COLUMNS = tuple(ABOUT)
STATUSES = ("preferred", "dnt", "forbidden")
CASES = ("smart", "exact", "ignore")
YES_NO = {
    **dict.fromkeys(("yes", "oui", "true", "vrai", "1"), True),
    **dict.fromkeys(("no", "non", "false", "faux", "0"), False),
}
_MACINTOSH = re.compile(r"(?<=[a-z])[Žˆ™ƒ‰](?=[a-z])")
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


def default_inflect(source: str) -> bool:
    """Give the policy of an empty ``inflect`` cell: yes, except for names.

    A name here is a term with a word in mixed case (``OpenAI``, ``Le Monde``); terms in
    plain lower case, acronyms (``agent d'IA``) and common nouns with a name behind them
    (``cheval de Troie``) inflect.
    """
    words = re.split(r"[\s'’]+", source)
    names = any(w != w.lower() and w != w.upper() for w in words)
    return common_head(source) or not names


def _misread(value: str, encoding: str) -> str:
    """Say what a value was probably meant to be, where its encoding was mistaken.

    Two accidents are known: UTF-8 opened as Windows-1252 and saved again (``rÃ©seau``), and
    a Macintosh file, whose bytes are all valid in Windows-1252 (``rŽseau``).

    Args:
        value: one cell.
        encoding: how its file was decoded.

    Returns:
        The likely value, or "" where nothing is suspicious.
    """
    if value.isascii():
        return ""
    try:
        meant = value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        meant = ""
    if not meant and encoding == "cp1252" and _MACINTOSH.search(value):
        meant = value.encode("cp1252").decode("mac_roman")
    return meant


class _Reader:
    """Reads the rows of one sheet and gathers what is wrong with them."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []

    def say(self, row: Row, column: str, kind: str, /, **values: str | int) -> None:
        self.problems.append(problem(kind, str(self.sheet.path), row.line, column, **values))

    def header(self) -> bool:
        """Check the header; say whether the rows can be read under it."""
        sheet, header, columns = self.sheet, self.sheet.header, self.sheet.columns
        before = len(self.problems)
        step = "the first row must name the columns, for instance source,target,status"
        odd = [d for d in ",;\t|" if d != sheet.delimiter and d in "".join(columns)]
        if odd:
            step = f"the cells are read as parted by {sheet.delimiter!r}, not {odd[0]!r}: " + (
                "mend the first line, sep="
                if "sep=" in sheet.preamble.casefold()
                else "save the file with a comma, a semicolon or a tab between cells"
            )
        found = ", ".join(c or "(no name)" for c in columns)
        for name in ("source", "target"):
            if name not in columns:
                self.say(header, name, "missing-column", name=name, value=found, instead=step)
        for name in columns:
            near = difflib.get_close_matches(name, COLUMNS, 1, 0.75)
            if name not in COLUMNS and near and near[0] not in columns:
                self.say(header, name, "unknown-column", value=name, name=near[0])
        for name in dict.fromkeys(c for c in columns if c and columns.count(c) > 1):
            self.say(header, name, "double-column", name=name)
        return not any(p.is_error for p in self.problems[before:])

    def characters(self, row: Row) -> None:
        """Check what the cells are written with."""
        cells = len(self.sheet.header.values) - 1
        for name, value, cell in zip(self.sheet.columns, row.values, row.cells, strict=False):
            if name not in COLUMNS:
                continue
            for char in dict.fromkeys(value):
                bad = unicodedata.category(char) == "Cc" or char in "\u2028\u2029\ufffd"
                if "\udc80" <= char <= "\udcff":
                    self.say(row, name, "no-text", number=ord(char) - 0xDC00)
                elif bad and not (name == "note" and char in "\t\r\n"):
                    self.say(row, name, "control-character", number=ord(char))
            if meant := _misread(value, self.sheet.encoding):
                self.say(row, name, "wrong-encoding", value=value, meant=meant)
            if name != "note" and value != value.strip() and value.strip():
                self.say(row, name, "outer-space", value=value)
            inner = re.split(r"[\r\n]+", value)[1:]
            if cells > 1 and any(line.count(self.sheet.delimiter) == cells for line in inner):
                self.say(row, name, "swallowed-row")
            if cell.lstrip('"').startswith(value[:1]) and runs_as_formula(value):
                self.say(row, name, "formula", value=value)
            if any(is_error_value(part) for part in value.split("|")):
                kind = "error-value-in-note" if name == "note" else "error-value"
                self.say(row, name, kind, value=value)

    def choice(self, row: Row, column: str, allowed: Sequence[str]) -> str:
        """Give the value of a cell that must be one of ``allowed``; the first where empty."""
        value = self.sheet.get(row, column).strip().casefold()
        if value and value not in allowed:
            self.say(row, column, "bad-choice", value=value, allowed=", ".join(allowed))
        return value if value in allowed else allowed[0]

    def yes_no(self, row: Row, source: str) -> bool:
        value = self.sheet.get(row, "inflect").strip().casefold()
        if value and value not in YES_NO:
            self.say(row, "inflect", "bad-inflect", value=value)
        return YES_NO.get(value, default_inflect(source))

    def number(self, row: Row) -> int:
        value = self.sheet.get(row, "priority").strip()
        try:
            return int(value or "0")
        except ValueError:
            self.say(row, "priority", "bad-priority", value=value)
            return 0

    def alternatives(self, row: Row, column: str) -> tuple[str, ...]:
        value = self.sheet.get(row, column)
        parts = [compose(part).strip() for part in value.split("|")] if value.strip() else []
        for _ in range(parts.count("")):
            self.say(row, column, "empty-alternative", value=value)
        kept = [p for p in parts if p]
        for twin in dict.fromkeys(p for i, p in enumerate(kept) if p in kept[:i]):
            self.say(row, column, "same-alternatives", value=twin)
        return tuple(dict.fromkeys(kept))

    def term(self, row: Row) -> Term | None:
        """Read one row; None where it has errors."""
        before = len(self.problems)
        sheet = self.sheet
        columns = len(sheet.header.values)
        if any(v.strip() for v in row.values[columns:]):
            said = {"cells": len(row.values), "header": columns}
            self.say(row, "", "too-many-cells", delimiter=sheet.delimiter, **said)
        self.characters(row)
        source = compose(sheet.get(row, "source")).strip()
        if not source:
            self.say(row, "source", "empty-source")
        elif source != ANYWHERE:
            self.letters(row, "source", "term", [source])
        status = cast("Status", self.choice(row, "status", STATUSES))
        case = cast("Case", self.choice(row, "case", CASES))
        targets = self.alternatives(row, "target")
        wrong = self.alternatives(row, "wrong")
        self.targets(row, source, status, targets, wrong)
        domains = re.split(r"[|,;\s]+", sheet.get(row, "domain"))
        term = Term(
            source=source,
            targets=targets,
            status=status,
            case=case,
            inflect=self.yes_no(row, source),
            wrong=wrong,
            domain=tuple(d.casefold() for d in domains if d),
            priority=self.number(row),
            note=sheet.get(row, "note"),
            place=f"{sheet.path}:{row.line}",
        )
        return None if any(p.is_error for p in self.problems[before:]) else term

    def letters(self, row: Row, column: str, what: str, forms: Iterable[str]) -> None:
        for form in forms:
            if not any(c.isalnum() for c in form):
                self.say(row, column, "no-letter", value=form, what=what)

    def targets(
        self, row: Row, source: str, status: Status, targets: Sequence[str], wrong: Sequence[str]
    ) -> None:
        """Check the forms against each other and against the status."""
        if status == "dnt" and targets not in ((), (source,)):
            self.say(row, "target", "dnt-target", value=targets[0])
        if status != "dnt" and not targets:
            self.say(row, "target", "empty-target")
        if source == ANYWHERE and status != "forbidden":
            self.say(row, "source", "star")
        self.letters(row, "target", "form", targets)
        for form in wrong:
            self.letters(row, "wrong", "form", [form])
            if form in (targets or (source,)) and status != "forbidden":
                self.say(row, "wrong", "wrong-is-target", value=form)

    def duplicates(self, found: Sequence[tuple[Row, Term]]) -> None:
        """Check the rows of one term against each other."""
        groups: dict[tuple[object, ...], list[tuple[Row, Term]]] = defaultdict(list)
        for row, term in found:
            exact = term.case == "exact" or any(c.isupper() for c in term.source)
            key = term.source if exact else fold(term.source).text
            groups[key, term.status == "forbidden", term.domain].append((row, term))
        for (_, forbidden, _), ((first_row, first), *others) in groups.items():
            for row, term in [] if forbidden else others:
                said: dict[str, str | int] = {"value": term.source, "line": first_row.line}
                if term.content() == first.content():
                    self.say(row, "source", "duplicate", **said)
                elif term.priority == first.priority:
                    self.say(row, "source", "contradiction", **said)
        for row, term in found:
            same = groups.get((term.source, False, term.domain), [])
            for _, other in same if term.status == "forbidden" else ():
                for form in term.targets:
                    if form in other.forms:
                        self.clash(row, term, other, form)

    def clash(self, row: Row, forbidden: Term, accepted: Term, form: str) -> None:
        """Name, at the later one, two rows that forbid and accept a form."""
        line = int(accepted.place.rpartition(":")[2])
        words, place = ("forbidden", "accepted"), accepted.place
        if line > row.line:
            words, place = ("accepted", "forbidden"), forbidden.place
            row = replace(row, line=line)
        said = {"value": form, "here": words[0], "there": words[1], "place": place}
        self.say(row, "target", "forbidden-and-accepted", **said)


def read_terms(sheet: Sheet) -> tuple[tuple[Term, ...], tuple[Problem, ...]]:
    """Read a sheet's rows.

    Returns:
        The rows that are free of errors, in order, and every error and warning.
    """
    reader = _Reader(sheet)
    for fault in sheet.problems:
        row = next(r for r in (sheet.header, *sheet.rows) if r.line == fault.line)
        name = sheet.columns[fault.column - 1] if fault.column <= len(sheet.columns) else ""
        reader.say(row, name, "quoting", problem=fault.problem, step=fault.next_step)
    faulty = {fault.line for fault in sheet.problems}
    if sheet.header.line in faulty or not reader.header():
        return (), tuple(reader.problems)

    def terms() -> Iterator[tuple[Row, Term]]:
        for row in sheet.rows:
            if not row.blank and row.line not in faulty and (term := reader.term(row)):
                yield row, term

    found = list(terms())
    reader.duplicates(found)
    return tuple(t for _, t in found), tuple(sorted(reader.problems, key=lambda p: p.line))
