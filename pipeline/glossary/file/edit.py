"""Editing a glossary file: add, set, remove, merge.

A change that lint refuses is not made. The file is written whole or not at all, and never over
somebody else's edit.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.fsio import atomic_write
from pipeline.glossary.file.rows import COLUMNS, Problem, problem, read_terms
from pipeline.glossary.file.sheet import Sheet, read_sheet, read_text
from pipeline.glossary.match import compose
from pipeline.lists import Entry, as_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.lists import Row

PATIENCE = 10.0
"""How long another process of ours may take to write the file, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of imported rows."""

    added: int = 0
    same: int = 0  # stood there already, with the same target and status
    changed: int = 0  # replaced, as asked
    conflicts: tuple[Problem, ...] = ()  # rows left alone: the file says something else
    problems: tuple[Problem, ...] = ()  # rows that cannot be taken, and where they were read


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes of ours from writing ``path`` between our check and our write.

    The lock lies in the system's folder for temporary files, so that nothing is left beside
    the glossary.
    """
    from filelock import FileLock, Timeout

    name = hashlib.sha256(str(path).encode()).hexdigest()[:24]
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    lock = FileLock(Path(tempfile.gettempdir()) / f"passerelle-{owner}-{name}.lock")
    try:
        held = lock.acquire(timeout=PATIENCE)
    except Timeout as error:
        problem = "another process is writing the file"
        raise _unwritten(path, problem, "run again when it has ended") from error
    with held:
        yield


def _unwritten(path: Path, problem: str, step: str) -> GlossaryError:
    return GlossaryError(problem, place=str(path), next_step=f"nothing was written; {step}")


def write_sheet(sheet: Sheet) -> Sheet:
    """Write a sheet back, unless the file changed since it was read.

    The file keeps its permissions.

    Returns:
        The sheet as it now stands on disk.

    Raises:
        GlossaryError: the file changed, vanished or is write-protected, or a character
            cannot be encoded.
        OutputError: the file cannot be written.
    """
    data = sheet.to_bytes()
    path = sheet.path.resolve()
    again = read_text(sheet.text(), sheet.path, sheet.encoding, sheet.bom, "")
    if [r.values for r in again.rows] != [r.values for r in sheet.rows]:
        fault = next(iter(sheet.problems), None)
        where = f"{sheet.path}:{fault.line}" if fault else str(sheet.path)
        raise GlossaryError(
            "a quoted cell that is never closed would swallow other rows",
            place=where,
            next_step='nothing was written; write the closing " there, and edit again',
        )
    with _locked(path):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            current = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            problem = "the file vanished since it was read"
            raise _unwritten(sheet.path, problem, "restore the file and run again") from error
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            step = "take the protection off, or edit another file"
            raise _unwritten(sheet.path, "the file is write-protected", step)
        if current != sheet.digest:
            step = "close the other program and run again"
            raise _unwritten(sheet.path, "the file changed since it was read", step)
        atomic_write(path, data, mode=mode)
    return replace(sheet, digest=hashlib.sha256(data).hexdigest())


def _errors(sheet: Sheet) -> list[Problem]:
    return [p for p in read_terms(sheet)[1] if p.is_error]


def _checked(before: Sheet, after: Sheet) -> Sheet:
    """Refuse a change that brings errors with it."""
    known = {(p.line, p.code, p.problem) for p in _errors(before)}
    fresh = [p for p in _errors(after) if (p.line, p.code, p.problem) not in known]
    if fresh:
        first = fresh[0]
        column = f" [{first.column}]" if first.column else ""
        raise GlossaryError(
            first.problem,
            place=f"{first.file}:{first.line}{column}",
            next_step=f"{first.next_step}; nothing was written",
        )
    return after


def _rows_of(sheet: Sheet, source: str) -> list[Row]:
    wanted = compose(source).strip()
    return [r for r in sheet.rows if compose(sheet.get(r, "source")).strip() == wanted]


def _one_row(sheet: Sheet, source: str, line: int) -> Row:
    rows = [r for r in _rows_of(sheet, source) if line in {0, r.line}]
    if len(rows) == 1:
        return rows[0]
    lines = ", ".join(str(r.line) for r in rows)
    problem, step = (
        f"{source!r} has {len(rows)} rows (lines {lines})",
        "name one of them with --line",
    )
    if not rows:
        problem = f"there is no row for {source!r}" + (f" at line {line}" if line else "")
        step = "see `passerelle glossary list`; casing and accents count"
    raise GlossaryError(problem, place=str(sheet.path), next_step=step)


def add_row(path: Path, values: Mapping[str, str]) -> Row:
    """Append a row to a glossary file, which is made where it is missing.

    Raises:
        GlossaryError: the term has a row with that status already, the row has errors, the
            file lacks a column, or it changed meanwhile.
        OutputError: the file cannot be written.
    """
    sheet, missing = _opened(path)
    status = values.get("status", "") or "preferred"
    for row in _rows_of(sheet, values.get("source", "")):
        if (sheet.get(row, "status").strip().casefold() or "preferred") == status:
            raise GlossaryError(
                f"{values['source']!r} has a row already",
                place=f"{path}:{row.line}",
                next_step="change it with `passerelle glossary set`",
            )
    after = _checked(sheet, sheet.with_row(values))
    if missing:
        _make(sheet)
    write_sheet(after)
    return after.rows[-1]


def _opened(path: Path) -> tuple[Sheet, bool]:
    """Read a glossary file; where there is none, give what `_make` would make of it."""
    if os.path.lexists(path):
        return read_sheet(path), False
    header = ",".join(COLUMNS) + "\n"
    return read_text(header, path, "utf-8", b"", hashlib.sha256(header.encode()).hexdigest()), True


def _make(sheet: Sheet) -> None:
    """Write a new file's header, unless somebody has made the file meanwhile."""
    with _locked(sheet.path.resolve()):
        if not os.path.lexists(sheet.path):
            atomic_write(sheet.path, sheet.to_bytes())


def set_row(path: Path, source: str, values: Mapping[str, str], *, line: int = 0) -> Row:
    """Change cells of a term's row; every other byte of the file stays.

    Args:
        path: the file.
        source: the term.
        values: column → new value.
        line: which row, where the term has several.

    Raises:
        GlossaryError: no such row or column, the row would have errors, or the file
            changed meanwhile.
        OutputError: the file cannot be written.
    """
    sheet = read_sheet(path)
    row = _one_row(sheet, source, line)
    after = _checked(sheet, sheet.with_values(row.line, values))
    write_sheet(after)
    return next(r for r in after.rows if r.line == row.line)


def remove_row(path: Path, source: str, *, line: int = 0) -> Row:
    """Remove a term's row; every other byte of the file stays.

    Raises:
        GlossaryError: no such row, or the file changed meanwhile.
        OutputError: the file cannot be written.
    """
    sheet = read_sheet(path)
    row = _one_row(sheet, source, line)
    write_sheet(sheet.without_row(row.line))
    return row


def merge_rows(path: Path, rows: Iterable[Mapping[str, str]], *, overwrite: bool = False) -> Merged:
    """Add rows of another glossary to a file, which is made where it is missing.

    Args:
        path: the file.
        rows: column → value.
        overwrite: where the file says something else about a term, the new row wins.

    Raises:
        GlossaryError: the file cannot be read, has errors itself, lacks a column or changed
            meanwhile.
        OutputError: the file cannot be written.
    """
    sheet, missing = _opened(path)
    if base := _errors(sheet):
        raise GlossaryError(
            f"the file has errors itself: {base[0].problem}",
            place=f"{path}:{base[0].line}",
            next_step="mend it first; see `passerelle glossary lint`",
        )
    known = {_identity(sheet.get(r, "source"), sheet.get(r, "status")): r for r in sheet.rows[::-1]}
    fresh: dict[tuple[str, bool], Mapping[str, str]] = {}
    replaced: dict[int, Mapping[str, str]] = {}  # line → what it is to say
    same, conflicts, problems = 0, list[Problem](), list[Problem]()
    for values in rows:
        key = _identity(values.get("source", ""), values.get("status", ""))
        there = _said(fresh[key]) if key in fresh else None
        if row := known.get(key):
            there = _said({name: sheet.get(row, name) for name in ("target", "status")})
        if there == _said(values):
            same += 1
        elif faults := _alone(sheet, values):
            problems += faults
        elif there is None:
            fresh[key] = values
        elif row and overwrite and row.line not in replaced:
            replaced[row.line] = {"target": "", "status": "", **values}
        else:
            said = {"value": values["source"], "other": there[0] or there[1]}
            conflicts.append(problem("another-target", *_place(sheet, values), "target", **said))
    for name in {n for values in fresh.values() for n, value in values.items() if value}:
        sheet.need(name)
    for line, values in replaced.items():
        sheet = sheet.with_values(line, values)
    first = len(sheet.rows)
    after = sheet.with_rows(fresh.values())
    # Rows that are good alone may clash with others: those are left out, and named.
    new = [row.line for row in after.rows[first:]]
    read = dict(zip(new, fresh.values(), strict=True))
    while clashing := {p.line: p for p in _errors(after) if p.line in read}:
        for line, fault in clashing.items():
            file, at = _place(sheet, read.pop(line))
            problems.append(replace(fault, file=file, line=at))
        after = after.without_rows(clashing)
    _checked(sheet if not replaced else read_sheet(path), after)
    if read or replaced:
        if missing:
            _make(sheet)
        write_sheet(after)
    return Merged(
        added=len(read),
        same=same,
        changed=len(replaced),
        conflicts=tuple(conflicts),
        problems=tuple(problems),
    )


def _identity(source: str, status: str) -> tuple[str, bool]:
    return compose(source).strip(), status.strip().casefold() == "forbidden"


def _said(values: Mapping[str, str]) -> tuple[str, str]:
    status = values.get("status", "").strip().casefold() or "preferred"
    return values.get("target", "").strip(), status


def _place(sheet: Sheet, values: Mapping[str, str]) -> tuple[str, int]:
    """Give the file and line where a row was read."""
    return (values.file, values.line) if isinstance(values, Entry) else (str(sheet.path), 0)


def _alone(sheet: Sheet, values: Mapping[str, str]) -> list[Problem]:
    """Lint one row by itself, under the place where it was read."""
    text = as_table([dict(zip(COLUMNS, COLUMNS, strict=True)), values], COLUMNS, ",")
    alone = read_text(text, sheet.path, "utf-8", b"", "")
    file, line = _place(sheet, values)
    return [replace(p, file=file, line=line) for p in _errors(alone)]
