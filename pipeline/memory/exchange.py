"""Corrections in and out: a table that a person edits in any spreadsheet, or a memory's TMX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.lists import read_list
from pipeline.memory.approvals import Approved
from pipeline.memory.keys import approved_key

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pipeline.memory.store import TranslationMemory


COLUMNS = ("source", "target", "status", "note")
_STATUSES = ("approved", "draft", "")


def table_rows(
    memory: TranslationMemory, *, drafts: bool = True
) -> Generator[tuple[str, str, str, str], None, None]:
    """Give the memory as rows (source, target, status, note), approved ones first.

    ``status`` is "approved" for a person's entry and "draft" for a machine's. A draft
    whose source has an approved entry is left out, and so is a second draft of the same
    source with the same target.

    Args:
        memory: the memory to read.
        drafts: give the machine's translations too.
    """
    settled = set()
    for entry in memory.approved_entries():
        settled.add(approved_key(entry.source))
        yield entry.source, entry.target, "approved", entry.note
    if not drafts:
        return
    rows = memory.rows(
        "SELECT DISTINCT source, json_extract(record, '$.target') FROM segments "
        "WHERE json_valid(record) ORDER BY 1, 2"
    )
    for source, target in rows:
        if approved_key(str(source)) not in settled:
            yield str(source), str(target), "draft", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """A list of corrections as it was read."""

    entries: tuple[Approved, ...]
    drafts: int = 0  # rows that are the machine's own, passed over
    problems: tuple[InputError, ...] = ()  # rows that cannot be taken, each with its place


def read_corrections(path: Path, *, form: str = "") -> Corrections:
    """Read a list of corrections: anything that `pipeline.lists` reads.

    Rows whose status is "draft" are the machine's own and are passed over. A row that cannot
    be taken costs only itself; of two translations of one sentence the first is taken.

    Args:
        path: the file.
        form: ``csv``, ``tsv``, ``tbx`` or ``tmx``; found in the file when empty.

    Raises:
        InputError: the file cannot be read, is something else, or holds no pair.
    """
    found = read_list(path, form=form)
    problems = [
        InputError(f.problem, place=f"{path}:{f.line}, column {f.column}", next_step=f.next_step)
        for f in found.faults
    ]
    entries: dict[str, Approved] = {}
    drafts = 0
    for pair in found.entries:
        status = pair.get("status", "").casefold()
        if status == "draft":
            drafts += 1
            continue
        entry = Approved(source=pair["source"], target=pair["target"], note=pair.get("note", ""))
        known = entries.setdefault(approved_key(entry.source), entry)
        column, problem, step = _wrong(entry, status, known)
        if problem:
            place = f"{path}:{pair.line}, column {column}"
            problems.append(InputError(problem, place=place, next_step=step))
            if known is entry:
                del entries[approved_key(entry.source)]
    return Corrections(entries=tuple(entries.values()), drafts=drafts, problems=tuple(problems))


def _wrong(entry: Approved, status: str, known: Approved) -> tuple[str, str, str]:
    """Say which column of a correction is wrong, why, and what to do; empty texts if none is."""
    if status not in _STATUSES:
        return "status", f"unknown status {status!r}", "write approved or draft"
    for column in ("source", "target"):
        if not getattr(entry, column):
            return column, f"the {column} is empty", "fill the cell, or take the row out"
    if known.target != entry.target:
        return "target", f"a second translation for {entry.source!r}", "keep one of the two rows"
    return "", "", ""
