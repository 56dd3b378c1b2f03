"""Reading rows into terms, and saying everything that is wrong with each row."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, cast

from pipeline.glossary.file.encoding import misread
from pipeline.glossary.file.problems import Problem, runs_as_formula, short
from pipeline.glossary.match.normal import compose, fold
from pipeline.glossary.records import ANYWHERE, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.glossary.file.sheet import Row, Sheet
    from pipeline.glossary.records import Case, Status

__all__ = ["COLUMNS", "default_inflect", "read_terms"]

COLUMNS = ("source", "target", "status", "case", "inflect", "wrong", "domain", "priority", "note")
STATUSES = {
    "": "preferred",
    "preferred": "preferred",
    "dnt": "dnt",
    "forbidden": "forbidden",
}
CASES = ("smart", "exact", "ignore")
YES = frozenset({"yes", "oui", "true", "vrai", "1"})
NO = frozenset({"no", "non", "false", "faux", "0"})


def _split(value: str) -> tuple[str, ...]:
    return tuple(compose(part).strip() for part in value.split("|"))


def default_inflect(source: str) -> bool:
    """Give the policy of an empty ``inflect`` cell: yes, except for names.

    A name here is a term with a word in mixed case (``OpenAI``, ``Le Monde``); terms in
    plain lower case and acronyms (``agent d'IA``) inflect.
    """
    words = re.split(r"[\s'’]+", source)
    return not any(w != w.lower() and w != w.upper() for w in words)


class _Reader:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []

    def say(
        self,
        row: Row,
        column: str,
        code: str,
        problem: str,
        next_step: str,
        *,
        warn: bool = False,
    ) -> None:
        self.problems.append(
            Problem(
                severity="warning" if warn else "error",
                file=str(self.sheet.path),
                line=row.line,
                column=column,
                problem=problem,
                next_step=next_step,
                code=code,
            )
        )

    def header(self) -> bool:
        columns = self.sheet.columns
        header = self.sheet.header
        before = len(self.problems)
        step = "the first row must name the columns, for instance source,target,status"
        odd = [d for d in ",;\t|" if d != self.sheet.delimiter and d in "".join(columns)]
        if odd:
            step = f"the cells are read as parted by {self.sheet.delimiter!r}, not {odd[0]!r}: " + (
                "mend the first line, sep="
                if "sep=" in self.sheet.preamble.casefold()
                else "save the file with a comma, a semicolon or a tab between cells"
            )
        for name in ("source", "target"):
            if name not in columns:
                found = short(", ".join(c or "(no name)" for c in columns))
                problem = f"the column {name!r} is missing; the first row is {found}"
                self.say(header, name, "missing-column", problem, step)
        for name in columns:
            near = difflib.get_close_matches(name, COLUMNS, 1, 0.75)
            if name not in COLUMNS and near and near[0] not in columns:
                self.say(
                    header,
                    name,
                    "unknown-column",
                    f"the column {short(name)} is not read",
                    f"if it was meant to be {near[0]!r}, rename it",
                    warn=True,
                )
        for name in dict.fromkeys(c for c in columns if c and columns.count(c) > 1):
            self.say(
                header,
                name,
                "double-column",
                f"the column {name!r} stands twice",
                "rename or remove one of them",
            )
        return not any(p.severity == "error" for p in self.problems[before:])

    def characters(self, row: Row) -> None:
        for index, value in enumerate(row.values):
            name = self.sheet.columns[index] if index < len(self.sheet.columns) else ""
            if name not in COLUMNS:
                continue
            for char in dict.fromkeys(value):
                bad = unicodedata.category(char) == "Cc" or char in "\u2028\u2029\ufffd"
                if bad and not (name == "note" and char in "\t\r\n"):
                    self.say(
                        row,
                        name,
                        "control-character",
                        f"holds the character U+{ord(char):04X}",
                        "delete it; retype the cell if it cannot be seen",
                    )
            meant = misread(value, self.sheet.encoding)
            if meant:
                self.say(
                    row,
                    name,
                    "wrong-encoding",
                    f"{short(value)} was probably {short(meant)}: the file was saved in "
                    "another encoding than it was opened in",
                    "restore the accents, and save as “CSV UTF-8”",
                    warn=True,
                )
            if name != "note" and value != value.strip() and value.strip():
                self.say(
                    row,
                    name,
                    "outer-space",
                    f"{short(value)} has space at its start or end",
                    "delete it; it is ignored meanwhile",
                    warn=True,
                )
            cells = len(self.sheet.header.values) - 1
            inner = re.split(r"[\r\n]+", value)[1:]
            if cells > 1 and any(line.count(self.sheet.delimiter) == cells for line in inner):
                self.say(
                    row,
                    name,
                    "swallowed-row",
                    "a whole row stands inside this cell, because its quotation mark is not closed",
                    'write the closing ", or remove the " that opens the cell',
                )
            if runs_as_formula(value):
                self.say(
                    row,
                    name,
                    "formula",
                    f"a spreadsheet would run {short(value)} as a formula",
                    "start the cell with another character",
                    warn=True,
                )

    def choice(self, row: Row, column: str, allowed: Iterable[str], default: str) -> str:
        value = self.sheet.get(row, column).strip().casefold()
        if not value:
            return default
        if value not in allowed:
            names = ", ".join(a for a in allowed if a)
            self.say(
                row,
                column,
                f"bad-{column}",
                f"{short(value)} is no {column}",
                f"write one of: {names}",
            )
            return default
        return value

    def yes_no(self, row: Row, source: str) -> bool:
        value = self.sheet.get(row, "inflect").strip().casefold()
        if value in YES:
            return True
        if value in NO:
            return False
        if value:
            self.say(
                row,
                "inflect",
                "bad-inflect",
                f"{short(value)} is neither yes nor no",
                "write yes, no or nothing",
            )
        return default_inflect(source)

    def number(self, row: Row) -> int:
        value = self.sheet.get(row, "priority").strip()
        if not value:
            return 0
        try:
            return int(value)
        except ValueError:
            self.say(
                row,
                "priority",
                "bad-priority",
                f"{short(value)} is no whole number",
                "write for instance 10; more wins",
            )
            return 0

    def alternatives(self, row: Row, column: str) -> tuple[str, ...]:
        value = self.sheet.get(row, column)
        if not value.strip():
            return ()
        parts = _split(value)
        for part in parts:
            if not part:
                self.say(
                    row,
                    column,
                    "empty-alternative",
                    f"{short(value)} has an empty alternative",
                    "remove the spare |",
                )
        kept = tuple(p for p in parts if p)
        twins = [p for i, p in enumerate(kept) if p in kept[:i]]
        for twin in dict.fromkeys(twins):
            self.say(
                row,
                column,
                "same-alternatives",
                f"the alternative {short(twin)} stands twice",
                "remove one of them",
                warn=True,
            )
        return tuple(dict.fromkeys(kept))

    def term(self, row: Row) -> Term | None:
        before = sum(p.severity == "error" for p in self.problems)
        sheet = self.sheet
        extra = row.values[len(sheet.header.values) :]
        if any(v.strip() for v in extra):
            self.say(
                row,
                "",
                "too-many-cells",
                f"{len(row.values)} cells, the header has {len(sheet.header.values)}",
                f"put a cell that holds {sheet.delimiter!r} in quotes",
            )
        self.characters(row)
        source = compose(sheet.get(row, "source")).strip()
        if not source:
            self.say(row, "source", "empty-source", "the term is empty", "fill in the French term")
        elif not any(c.isalnum() for c in source) and source != ANYWHERE:
            self.say(
                row,
                "source",
                "no-letter",
                f"{short(source)} has neither letter nor digit",
                "a term needs at least one",
            )
        status = cast("Status", STATUSES[self.choice(row, "status", STATUSES, "preferred")])
        case = cast("Case", self.choice(row, "case", CASES, "smart"))
        targets = self.alternatives(row, "target")
        wrong = self.alternatives(row, "wrong")
        self.targets(row, source, status, targets, wrong)
        term = Term(
            source=source,
            targets=targets,
            status=status,
            case=case,
            inflect=self.yes_no(row, source),
            wrong=wrong,
            domain=tuple(d for d in _tags(sheet.get(row, "domain")) if d),
            priority=self.number(row),
            note=sheet.get(row, "note"),
            place=f"{sheet.path}:{row.line}",
        )
        after = sum(p.severity == "error" for p in self.problems)
        return term if after == before else None

    def targets(
        self,
        row: Row,
        source: str,
        status: Status,
        targets: tuple[str, ...],
        wrong: tuple[str, ...],
    ) -> None:
        if status == "dnt" and targets not in ((), (source,)):
            self.say(
                row,
                "target",
                "dnt-target",
                f"a term that is not translated cannot become {short(targets[0])}",
                "empty the target, or write status preferred",
            )
        if status != "dnt" and not targets:
            self.say(
                row,
                "target",
                "empty-target",
                "the target is empty",
                "fill it in, or write status dnt",
            )
        if source == ANYWHERE and status != "forbidden":
            self.say(
                row,
                "source",
                "star",
                "only a forbidden row may have the source *",
                "write the French term, or status forbidden",
            )
        for form in targets:
            if not any(c.isalnum() for c in form):
                self.say(
                    row,
                    "target",
                    "no-letter",
                    f"{short(form)} has neither letter nor digit",
                    "a form needs at least one",
                )
        for form in wrong:
            if not any(c.isalnum() for c in form):
                self.say(
                    row,
                    "wrong",
                    "no-letter",
                    f"{short(form)} has neither letter nor digit",
                    "a form needs at least one",
                )
            if form in (targets or (source,)) and status != "forbidden":
                self.say(
                    row,
                    "wrong",
                    "wrong-is-target",
                    f"{short(form)} is both right and wrong",
                    "remove it from one of the two cells",
                )


def _tags(value: str) -> tuple[str, ...]:
    return tuple(t.strip().casefold() for t in re.split(r"[|,;\s]+", value))


def _duplicates(found: Sequence[tuple[Row, Term]], reader: _Reader) -> None:
    groups: dict[tuple[str, bool, tuple[str, ...]], list[tuple[Row, Term]]] = defaultdict(list)
    for row, term in found:
        folded = fold(term.source).text
        key = term.source if any(c.isupper() for c in term.source) else folded
        if term.case == "exact":
            key = term.source
        groups[key, term.status == "forbidden", term.domain].append((row, term))
    for (_, forbidden, _), members in groups.items():
        if forbidden:
            continue
        first_row, first = members[0]
        for row, term in members[1:]:
            if term.content() == first.content():
                reader.say(
                    row,
                    "source",
                    "duplicate",
                    f"{short(term.source)} stands already at line {first_row.line}",
                    "remove one of the two rows",
                    warn=True,
                )
            elif term.priority == first.priority:
                reader.say(
                    row,
                    "source",
                    "contradiction",
                    f"{short(term.source)} says something else than line {first_row.line}",
                    "make one row of them with | between the targets, or give one a priority",
                )
    for row, term in found:
        if term.status != "forbidden":
            continue
        for _, other in groups.get((term.source, False, term.domain), []):
            for form in set(term.targets) & set(other.targets or (other.source,)):
                reader.say(
                    row,
                    "target",
                    "contradiction",
                    f"{short(form)} is forbidden here and accepted at {other.place}",
                    "remove it from one of the two rows",
                )


def read_terms(sheet: Sheet) -> tuple[tuple[Term, ...], tuple[Problem, ...]]:
    """Read a sheet's rows.

    Returns:
        The rows that are free of errors, in order, and every error and warning.
    """
    reader = _Reader(sheet)
    for fault in sheet.problems:
        row = next(r for r in (sheet.header, *sheet.rows) if r.line == fault.line)
        name = sheet.columns[fault.column - 1] if fault.column <= len(sheet.columns) else ""
        reader.say(row, name, "quoting", fault.problem, fault.next_step)
    faulty = {fault.line for fault in sheet.problems}
    if sheet.header.line in faulty or not reader.header():
        return (), tuple(reader.problems)
    found: list[tuple[Row, Term]] = []
    for row in sheet.rows:
        if row.blank or row.line in faulty:
            continue
        term = reader.term(row)
        if term is not None:
            found.append((row, term))
    _duplicates(found, reader)
    order = sorted(reader.problems, key=lambda p: p.line)
    return tuple(t for _, t in found), tuple(order)
