"""What a run reads and writes beside the articles: memory, glossary, output folder."""

from __future__ import annotations

import math
import os
import sqlite3
from typing import TYPE_CHECKING, Any

from pipeline.errors import GlossaryError, InputError, MemoryStoreError, OutputError
from pipeline.fsio import held_by, is_file, is_folder
from pipeline.glossary.file import COLUMNS, lint, read_sheet
from pipeline.home.doctor.disk import MEGABYTE, in_words, place_of, size_limit
from pipeline.home.doctor.records import Found, Trouble
from pipeline.home.doctor.system import in_shell
from pipeline.keeping import HIDDEN
from pipeline.memory.look import is_cut_short, look, read_only
from pipeline.translate.opening import memory_path
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.glossary.file import Problem
    from pipeline.home.doctor.visit import Visit

_PATIENCE = 0.15  # seconds for one look into a database
_MANY = 2000  # terms of a glossary whose rows are checked without --thorough
_LARGE = 4 * MEGABYTE  # bytes of one that is read without it
_LINES = 3  # of a kind of problem that are named
_RUN = 100 * MEGABYTE
"""What a run should find free: its table, journal and memory are written beside the old ones."""


# --- memory -------------------------------------------------------------------------------


def memory(visit: Visit) -> Found:
    """Say whether the memory opens, how large it is and what it holds."""
    path = memory_path(visit.settings)
    shown = visit.discreet.path(path)
    kind, remote = visit.system.file_system(path)
    facts: dict[str, Any] = {"path": shown, "file_system": kind}
    patience = math.inf if visit.thorough else _PATIENCE
    try:
        seen = look(path, own=not visit.settings.memory, seconds=patience)
    except MemoryStoreError as error:
        trouble = visit.trouble(error, next_step=_for(visit, error))
        return Found(summary="cannot be used as it is", facts=facts, troubles=(trouble,))
    troubles = list(_remote(shown, kind)) if remote else []
    if seen is None:
        if visit.settings.memory and not place_of(path.parent).writable:
            unmade = MemoryStoreError(
                "the memory's folder cannot be made or written", place=str(path)
            )
            step = "set `memory` to a file in a folder that can be written"
            troubles.append(visit.trouble(unmade, next_step=step))
        return Found(
            summary="none yet: the first run makes it", facts=facts, troubles=tuple(troubles)
        )
    if seen.second_damaged:
        troubles.append(
            Trouble(
                level="warning",
                what=f"{counted(seen.second_damaged, 'line')} of the corrections' second copy "
                "cannot be read",
                where=f"{shown}.approved.jsonl",
                next_step="let it be written anew from the memory: `passerelle memory verify`",
            )
        )
    numbers = (
        _number(seen.segments, "sentence"),
        _number(seen.approved, "correction"),
    )
    return Found(
        summary=f"{shown}, {in_words(seen.bytes)}: {', '.join(numbers)}",
        facts=facts
        | {
            "bytes": seen.bytes,
            "format": seen.format,
            "segments": seen.segments,
            "answers": seen.answers,
            "corrections": seen.approved,
            "every_page_read": seen.whole,
        },
        troubles=tuple(troubles),
    )


def _number(number: int | None, noun: str) -> str:
    return f"more {noun}s than can be counted quickly" if number is None else counted(number, noun)


def _for(visit: Visit, error: MemoryStoreError) -> str:
    """Give the next step, with the options that say which memory is meant."""
    step = visit.discreet.text(error.next_step)
    options = ""
    for name in ("out", "memory"):
        if visit.settings.named(name):
            options += f" --{name} {in_shell(visit.discreet.path(visit.settings.path(name)))}"
    return step.replace("`passerelle memory repair`", f"`passerelle memory repair{options}`")


def _remote(shown: str, kind: str) -> Iterator[Trouble]:
    yield Trouble(
        level="warning",
        what=f"the memory is on a file system of another machine ({kind}), where SQLite is slow "
        "and locks are not safe",
        where=shown,
        next_step='keep it on this machine: memory = "/a/local/file.sqlite" in passerelle.toml',
    )


# --- glossary -----------------------------------------------------------------------------


def glossary(visit: Visit) -> Found:
    """Say which glossaries are there, and what lint finds; no term is ever shown."""
    paths = visit.settings.paths("glossary")
    default = visit.settings.origin("glossary") == "default"
    troubles, facts, sound, told = list[Trouble](), list[dict[str, Any]](), list["Path"](), []
    for path in paths:
        shown = visit.discreet.path(path)
        fact: dict[str, Any] = {"path": shown, "there": os.path.lexists(path)}
        facts.append(fact)
        if not fact["there"]:
            troubles.append(_no_glossary(shown, default=default))
            continue
        if not visit.thorough and is_file(path) and path.stat().st_size > _LARGE:
            told.append(f"{shown}: {in_words(path.stat().st_size)}, not read (see --thorough)")
            continue
        try:
            sheet = read_sheet(path)
        except GlossaryError as error:
            troubles.append(_unreadable(visit, path, error))
            continue
        terms = sum(not row.blank for row in sheet.rows)
        fact |= {"terms": terms, "encoding": sheet.encoding}
        if {"source", "target"} - {*sheet.columns} and (older := _older(visit, path)):
            troubles.append(older)
            told.append(f"{shown}: in another form")
            continue
        if sheet.encoding not in {"utf-8", "utf-16-le", "utf-16-be"}:
            troubles.append(_encoding(shown, sheet.encoding))
        large = terms > _MANY and not visit.thorough
        told.append(f"{shown}: {counted(terms, 'term')}{', rows not checked' * large}")
        if not large:
            sound.append(path)
    problems = lint(sound)
    for severity in ("error", "warning"):
        found = [problem for problem in problems if problem.severity == severity]
        if found:
            troubles.append(_of_lint(visit, found))
    return Found(
        summary="; ".join(told) or "none",
        facts={
            "files": facts,
            "checked": len(sound),
            "errors": sum(p.is_error for p in problems),
            "warnings": sum(not p.is_error for p in problems),
        },
        troubles=tuple(troubles),
    )


def _no_glossary(shown: str, *, default: bool) -> Trouble:
    if default:
        return Trouble(
            level="warning",
            what="there is no glossary: names and terms are not checked",
            where=shown,
            next_step="make one: `passerelle init`",
        )
    return Trouble(
        level="error",
        what="the glossary that the settings name is not there",
        where=shown,
        next_step="mend the path; `passerelle config` says where it was set",
        exit_code=GlossaryError.exit_code,
    )


def _unreadable(visit: Visit, path: Path, error: GlossaryError) -> Trouble:
    cause = error.__cause__
    step = ""
    if isinstance(cause, PermissionError):
        step = (
            f"give yourself the right to read it: `chmod u+r {in_shell(visit.discreet.path(path))}`"
        )
    elif isinstance(cause, OSError):
        step = "name a CSV file; `passerelle config` says where the path was set"
    return visit.trouble(error, next_step=step)


def _older(visit: Visit, path: Path) -> Trouble | None:
    """Name a list in the form of another tool or time, if it is one that can be taken over."""
    from pipeline.lists import read_list

    try:
        found = read_list(path)
    except InputError:
        return None
    shown = visit.discreet.path(path)
    old = f"{os.path.splitext(shown)[0]}.old{path.suffix}"  # noqa: PTH122 - of a text
    return Trouble(
        level="error",
        what=f"the glossary has another form ({counted(len(found.entries), 'pair')} could be "
        f"taken over): its first row must name the columns {', '.join(COLUMNS[:3])} …",
        where=shown,
        next_step=f"rename it, `mv {in_shell(shown)} {in_shell(old)}`, and take it over: "
        f"`passerelle glossary import {in_shell(old)} --file {in_shell(shown)}`",
        exit_code=GlossaryError.exit_code,
    )


def _encoding(shown: str, encoding: str) -> Trouble:
    return Trouble(
        level="note",
        what=f"the glossary is read as {encoding}, which has not every letter",
        where=shown,
        next_step="save it as “CSV UTF-8” in the spreadsheet",
    )


def _of_lint(visit: Visit, problems: Sequence[Problem]) -> Trouble:
    """Name kinds and lines; what the cells say stays where it is."""
    kinds: dict[str, list[int]] = {}
    for problem in problems:
        kinds.setdefault(problem.code, []).append(problem.line)
    told = "; ".join(
        f"{kind} in line{'s' * (len(lines) > 1)} {', '.join(map(str, lines[:_LINES]))}"
        + (" …" if len(lines) > _LINES else "")
        for kind, lines in kinds.items()
    )
    worst = problems[0].is_error
    return Trouble(
        level="error" if worst else "note",
        what=f"{counted(len(problems), 'error' if worst else 'warning')}: {told}",
        where=visit.discreet.path(problems[0].file),
        next_step="see and mend the rows: `passerelle glossary lint`",
        exit_code=GlossaryError.exit_code if worst else 0,
    )


# --- output folder ------------------------------------------------------------------------


def output(visit: Visit) -> Found:
    """Say whether the output folder can be written, and whether another run has it."""
    out = visit.settings.path("out")
    shown, room = visit.discreet.path(out), place_of(out)
    facts = {"path": shown, "there": room.is_there, "writable": room.writable, "free": room.free}
    state = "there" if room.is_there else "not there yet"
    return Found(
        summary=f"{shown}, {state}; {in_words(room.free)} free",
        facts=facts,
        troubles=tuple(_of_output(visit, out)),
    )


def _of_output(visit: Visit, out: Path) -> Iterator[Trouble]:
    shown, room = visit.discreet.path(out), place_of(out)

    def stops(what: str, step: str, *, where: str = shown) -> Trouble:
        code = OutputError.exit_code
        return Trouble(level="error", what=what, where=where, next_step=step, exit_code=code)

    other = "choose another folder: `passerelle translate FILE --out FOLDER`"
    if os.path.lexists(room.nearest) and not is_folder(room.nearest):
        where = visit.discreet.path(room.nearest)
        yield stops("a file stands where the output folder would be", other, where=where)
        return
    if not room.writable:
        where = visit.discreet.path(room.nearest)
        yield stops("no permission to write the output folder", other, where=where)
    elif room.full:
        yield stops(
            f"the disk is full: {in_words(room.free)} are free",
            "free some space: `passerelle memory prune --days 90` takes out what is not used",
        )
    elif room.free < (need := _RUN + 2 * _last(out)):
        yield Trouble(
            level="warning",
            what=f"{in_words(room.free)} are free; a run should find {in_words(need)}",
            where=shown,
            next_step="free some space: `passerelle memory prune --days 90` takes out what is not "
            "used",
        )
    if (limit := size_limit()) is not None and limit < _RUN:
        yield stops(
            f"no file may grow beyond {in_words(limit)} in this session",
            "lift the limit: `ulimit -f unlimited`",
            where="this session's limits",
        )
    holder = held_by(out / HIDDEN / "lock")
    if holder is not None:
        process = f" (process {holder})" if holder else ""
        yield stops(
            f"another run{process} is writing to the output folder",
            "wait until it has finished, or choose another folder: "
            "`passerelle translate FILE --out FOLDER`",
        )
        return
    if is_file(out / HIDDEN / "running"):
        yield Trouble(
            level="note",
            what="the last run was stopped before its end; what it finished is kept",
            where=shown,
            next_step="let the same command go on: `passerelle translate FILE`",
        )
    yield from _of_journal(visit, out / HIDDEN / "journal.sqlite")


def _last(out: Path) -> int:
    """Give the bytes of the last run's table: the next one is written beside it."""
    try:
        return (out / "segments.parquet").stat().st_size
    except OSError:
        return 0


def _of_journal(visit: Visit, path: Path) -> Iterator[Trouble]:
    undone = path.with_name(f"{path.name}-journal")
    if not is_file(path) or (is_file(undone) and undone.stat().st_size):
        return  # a killed run's last change, which the next one takes back, looks like damage
    try:
        with read_only(path, seconds=_PATIENCE) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.Error as error:
        sound = is_cut_short(error)
    if not sound:
        yield Trouble(
            level="warning",
            what="the journal of what was written is damaged: the next run begins it anew, and "
            "keeps under another name what differs in the folder",
            where=visit.discreet.path(path),
            next_step="translate once more: `passerelle translate FILE`",
        )
