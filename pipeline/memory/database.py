"""The SQLite file under the memory: opening, errors in our words, damage set aside, salvage."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.errors import MemoryStoreError, OutputError
from pipeline.fsio import IRREGULAR, free_name, is_file, is_folder, open_file
from pipeline.memory.approvals import crc, settled
from pipeline.memory.keys import approved_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.memory.approvals import Settled


_MAGIC = b"SQLite format 3\0"
APPLICATION = 0x50_41_53_53  # "PASS", in the header of every memory
FORMAT = 2
_WAIT_MS = 30_000  # for another process that is writing

# `used` is a day (days since 1970-01-01), so that a hit rarely costs a write.
# `crc` is over key and text: SQLite notices a torn page, but not a flipped bit inside one.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    answer TEXT NOT NULL, used INTEGER NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segments (
    key BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    record TEXT NOT NULL, used INTEGER NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS approved (
    source TEXT PRIMARY KEY, target TEXT NOT NULL, note TEXT NOT NULL,
    added INTEGER NOT NULL, crc INTEGER NOT NULL, fold TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS approved_fold ON approved (fold);
"""
# Format 1 had no `fold`: its entries were found only where they were typed as they stood.
_FROM_1 = "ALTER TABLE approved ADD COLUMN fold TEXT NOT NULL DEFAULT ''"
_SOURCES = "SELECT source FROM approved"
_PAGE = 1000  # rows copied at a time


class DamagedError(Exception):
    """The file is not the database that was written. Never leaves this room."""


def code_of(error: sqlite3.Error) -> int:
    """Give SQLite's code of an error, 0 where it has none."""
    return getattr(error, "sqlite_errorcode", 0) or 0


_DAMAGE = {
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    # Our statements are sound and our rows short: these come from a schema or a row that is not.
    *(sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM),
    *(sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_FORMAT),
}


def is_damage(error: sqlite3.Error, path: Path | None) -> bool:
    """Say whether an error comes from what the file holds; ``path`` where it is to be written."""
    code = code_of(error)
    if code & 0xFF == sqlite3.SQLITE_READONLY:  # so the header says, not the system
        return path is not None and all(os.access(p, os.W_OK) for p in (path, path.parent))
    return code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF in _DAMAGE


@contextlib.contextmanager
def translated(path: Path | None) -> Iterator[None]:
    """Turn SQLite's errors into ours.

    Raises:
        DamagedError: the content of the file is damaged.
        OutputError: the file cannot grow (disk full, quota, size limit).
        MemoryStoreError: anything else: no permission, locked by another program ….
    """
    place = "" if path is None else str(path)
    try:
        yield
    except (MemoryError, UnicodeError) as error:  # a length or a text that nobody wrote
        raise DamagedError(str(error)) from error
    except sqlite3.Error as error:
        if is_damage(error, path):
            raise DamagedError(str(error)) from error
        match code_of(error) & 0xFF:
            case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
                raise OutputError(
                    f"the disk is full or cannot be written ({error})",
                    place=place,
                    next_step="free some disk space and run again: what is done is kept",
                ) from error
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                problem = "another program has held the translation memory for 30 seconds"
                step = "wait until it has finished, or set `memory` to another file"
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                problem = "the translation memory cannot be opened for writing"
                step = "check the permissions of the file and its folder"
            case _:
                problem = f"the translation memory cannot be used: {error}"
                step = "run `passerelle memory verify`"
        raise MemoryStoreError(problem, place=place, next_step=step) from error


def is_ours(path: Path) -> bool:
    """Say whether a file bears the mark of a memory."""
    try:
        with open_file(path) as handle:
            return handle.read(72)[68:] == APPLICATION.to_bytes(4, "big")
    except OSError:
        return False


def is_no_database(path: Path) -> bool:
    """Say whether a file holds something else: SQLite takes a short text for an empty database."""
    try:
        with open_file(path) as handle:
            beginning = handle.read(512)
    except OSError:
        return False  # opening the database says why
    return bool(beginning) and (len(beginning) < 512 or not beginning.startswith(_MAGIC))


def connect(path: Path | None, *, known: bool = False) -> sqlite3.Connection:
    """Open a memory, or make a new one; ``None`` keeps it in this process.

    The connection may be handed from one thread to another, but not shared.

    Args:
        path: the file.
        known: it is known to be a memory of a format that we read: whatever else it says of
            itself is damage.

    Raises:
        DamagedError: the content of the file is damaged.
        OutputError, MemoryStoreError: it cannot be opened or made.
    """
    if path is not None:
        if os.path.lexists(path) and not is_file(path) and not is_folder(path) and path.exists():
            raise MemoryStoreError(
                IRREGULAR, place=str(path), next_step="set `memory` to another file"
            )
        if is_no_database(path):
            raise DamagedError("it does not begin as a database does")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MemoryStoreError(
                f"its folder cannot be made: {error.strerror}",
                place=str(path),
                next_step="set `memory` to a file in a folder that can be written",
            ) from error
    with translated(path):
        connection = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=_WAIT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = text_of
        try:
            _prepare(connection, path, known=known)
        except BaseException:
            connection.close()
            raise
    return connection


def text_of(data: bytes) -> str:
    """Give a text of the database, damaged or not."""
    # A damaged text is a row's damage, which its checksum shows, not an error of the statement.
    return data.decode("utf-8", "surrogateescape")


def check_header(connection: sqlite3.Connection, path: Path | None, *, known: bool) -> int:
    """Give the format of the file, 0 for a new one; refuse what is not ours.

    Raises:
        DamagedError: it is ``known`` to be ours, and the header is not as it was written.
        MemoryStoreError: it is another program's, or of a newer format.
    """
    application, made_by, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if known and (made_by > FORMAT or made_by < 1 or application != APPLICATION) and tables:
        raise DamagedError("the header is not as it was written")
    if application != APPLICATION and (application or tables):
        raise MemoryStoreError(
            "this file is a database, but not a translation memory",
            place=str(path),
            next_step="set `memory` to another file",
        )
    if made_by > FORMAT:
        raise MemoryStoreError(
            f"this translation memory has format {made_by}, newer than {FORMAT}",
            place=str(path),
            next_step="use the newer Passerelle that made it, or set `memory` to another file",
        )
    return int(made_by)


def _prepare(connection: sqlite3.Connection, path: Path | None, *, known: bool) -> None:
    # One transaction around the check, so that a file that another process is just
    # making is seen before or after, not half-way.
    connection.execute("BEGIN")
    made_by = check_header(connection, path, known=known)
    connection.execute("COMMIT")
    if made_by < FORMAT:
        connection.execute("BEGIN IMMEDIATE")
        made_by = check_header(connection, path, known=known)
        if made_by < FORMAT:
            if made_by == 1:
                connection.execute(_FROM_1)
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            folds = [(approved_key(s), s) for (s,) in connection.execute(_SOURCES)]
            connection.executemany("UPDATE approved SET fold = ? WHERE source = ?", folds)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    _use_log(connection)
    # With the write-ahead log, readers and one writer do not wait for each other, and a
    # killed process leaves whole transactions only. NORMAL: a power cut may lose the
    # last batches, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")


def _use_log(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for other connections here, whatever the timeout.
    patience = time.monotonic() + _WAIT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def set_aside(path: Path) -> Path:
    """Rename a damaged memory, with its log files, to the first free name.

    Raises:
        OutputError: it cannot be renamed.
    """
    target = free_name(path, "damaged")
    try:
        for suffix in ("-wal", "-shm"):
            companion = path.with_name(path.name + suffix)
            if companion.exists():
                companion.replace(target.with_name(target.name + suffix))
        path.replace(target)
    except OSError as error:
        raise OutputError(
            f"the damaged translation memory cannot be set aside: {error.strerror}",
            place=str(path),
            next_step="move the file away yourself and run again",
        ) from error
    return target


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that the block writes, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


APPROVE = "INSERT OR REPLACE INTO approved VALUES (?, ?, ?, ?, ?, ?)"


def approved_row(one: Settled) -> tuple[object, ...]:
    """Give the row of an approved entry."""
    texts = (one.entry.source, one.entry.target, one.entry.note)
    return (*texts, one.added, crc(*texts), one.key)


def read_approved(connection: sqlite3.Connection) -> tuple[list[Settled], int]:
    """Read the approved entries; give the sound ones, and how many are not.

    An index that does not lead to them all counts as one that is not.

    Raises:
        sqlite3.Error: the table cannot be read to its end.
    """
    sound: list[Settled] = []
    damaged = 0
    places = []
    for *values, check, fold in connection.execute(
        "SELECT source, target, note, added, crc, fold FROM approved NOT INDEXED"
    ):
        one = settled(*values)
        if one is None or crc(*values[:3]) != check:
            damaged += 1
        else:
            sound.append(one)
            places.append((fold, one.entry.source))
    index = "SELECT fold, source FROM approved INDEXED BY approved_fold ORDER BY fold"
    if not damaged and list(connection.execute(index)) != sorted(places):
        damaged = 1
    return sound, damaged


def salvage(aside: Path, into: sqlite3.Connection) -> tuple[list[Settled], int]:
    """Read what a damaged memory still gives, from both ends of each table.

    Returns:
        The approved entries, and how many rows of the machine's own were copied.
    """
    columns = "source, target, note, added, crc"
    approved = [
        one
        for *values, check in _rows(aside, "approved", columns)
        if (one := settled(*values)) is not None and crc(*values[:3]) == check
    ]
    saved = 0
    for table, text in (("segments", "record"), ("answers", "answer")):
        columns = f"key, {text}, fingerprint, source, used, crc"
        sound = (row for row in _rows(aside, table, columns) if _is_sound(row))
        while page := list(islice(sound, _PAGE)):
            into.execute("BEGIN")
            saved += into.executemany(
                f"INSERT OR IGNORE INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?)", page
            ).rowcount
            into.execute("COMMIT")
    return approved, saved


def _is_sound(row: tuple[object, ...]) -> bool:
    key, text, fingerprint, source, used, check = row
    if not isinstance(used, int) or crc(key, text) != check:
        return False
    try:
        return bool(f"{fingerprint}{source}".encode()) and isinstance(source, str)
    except UnicodeEncodeError:
        return False


def _rows(path: Path, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error, MemoryError, ValueError):  # so is a bad text
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            with contextlib.closing(connection):
                connection.text_factory = text_of
                yield from connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1 {order}")
