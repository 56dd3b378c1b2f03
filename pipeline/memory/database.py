"""The SQLite file under the memory: opening, errors in our words, damage set aside."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from pipeline.errors import MemoryStoreError, OutputError
from pipeline.fsio import free_name
from pipeline.memory.keys import approved_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


class DamagedError(Exception):
    """The file is not the database that was written. Never leaves this room."""


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) or 0


def _is_damage(error: sqlite3.Error) -> bool:
    code = _code(error)
    short_read = code == sqlite3.SQLITE_IOERR_SHORT_READ
    return short_read or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


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
    except sqlite3.Error as error:
        if _is_damage(error):
            raise DamagedError(str(error)) from error
        match _code(error) & 0xFF:
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


def connect(path: Path | None) -> sqlite3.Connection:
    """Open a memory, or make a new one; ``None`` keeps it in this process.

    The connection may be handed from one thread to another, but not shared.

    Raises:
        DamagedError: the content of the file is damaged.
        OutputError, MemoryStoreError: it cannot be opened or made.
    """
    if path is not None:
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
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _check(connection: sqlite3.Connection, path: Path | None) -> int:
    """Give the format of the file, 0 for a new one; refuse what is not ours."""
    application, made_by, tables = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
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


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    # One transaction around the check, so that a file that another process is just
    # making is seen before or after, not half-way.
    connection.execute("BEGIN")
    made_by = _check(connection, path)
    connection.execute("COMMIT")
    if made_by < FORMAT:
        connection.execute("BEGIN IMMEDIATE")
        made_by = _check(connection, path)
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
            if _code(error) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
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
