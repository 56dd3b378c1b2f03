"""Corrections in and out: a CSV that a person edits in any spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.memory.approvals import Approved
from pipeline.memory.keys import approved_key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

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


def read_corrections(data: bytes, *, name: str) -> tuple[Approved, ...]:
    """Read a table of corrections.

    The first line names the columns; ``source`` and ``target`` are needed, ``status`` and
    ``note`` may follow. Comma, semicolon and tab all serve as delimiter. Rows whose
    status is "draft" are the machine's own and are passed over.

    Args:
        data: the file, in UTF-8 with or without byte-order mark.
        name: how to call the file in messages.

    Raises:
        InputError: the table cannot be read; nothing of it is taken.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"not UTF-8 (byte {error.start})",
            place=f"{name}:{row}",
            next_step="save the table as CSV UTF-8",
        ) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _read(reader, name)
    except csv.Error as error:
        raise InputError(
            f"not a table: {error}",
            place=f"{name}:{reader.line_num}",
            next_step="close the quotation mark in or above this row",
        ) from error


def _read(reader: Iterator[list[str]], name: str) -> tuple[Approved, ...]:
    columns = [cell.strip().lower() for cell in next(reader, [])]
    for needed in ("source", "target"):
        if columns.count(needed) != 1:
            raise InputError(
                f"the first line must name one column {needed!r}, not {', '.join(columns)!r}",
                place=f"{name}:1",
                next_step=f"write for instance: {','.join(COLUMNS)}",
            )
    entries: dict[str, Approved] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        place = f"{name}:{getattr(reader, 'line_num', 0)}"
        if len(cells) > len(columns):
            raise InputError(
                f"this row has {len(cells)} cells, the first line names {len(columns)}",
                place=place,
                next_step="put texts that hold the delimiter in quotation marks",
            )
        row = dict(zip(columns, cells, strict=False))  # a short row lacks its last cells
        source, target = row["source"].strip(), row.get("target", "").strip()
        status = row.get("status", "").strip().lower()
        if status not in _STATUSES:
            raise InputError(
                f"unknown status {status!r}", place=place, next_step="write approved or draft"
            )
        if status == "draft":
            continue
        for column, cell in (("source", source), ("target", target)):
            if not cell:
                raise InputError(
                    f"the {column} is empty",
                    place=f"{place}, column {column}",
                    next_step="fill the cell, or take the row out",
                )
        entry = Approved(source=source, target=target, note=row.get("note", "").strip())
        known = entries.setdefault(source, entry)
        if known.target != target:
            raise InputError(
                f"a second translation for {source!r}",
                place=place,
                next_step="keep one of the two rows",
            )
    return tuple(entries.values())
