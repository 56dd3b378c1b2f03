"""A look at a memory that changes nothing: nothing is merged, migrated, repaired or set aside."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import MemoryStoreError
from pipeline.fsio import IRREGULAR, is_file, is_folder, may_write, open_file
from pipeline.memory import database
from pipeline.memory.approvals import SecondHome, entries_of, grouped, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.memory.approvals import Held, Settled

_T = TypeVar("_T")

_LOOKS = 3  # at a file that others write to meanwhile
_STEPS = 2000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLook:
    """What a memory seems to hold. ``None``: more than could be read in the time given."""

    bytes: int  # of the file, without its log
    format: int  # 0 for a file that nothing was written to yet
    segments: int | None  # finished
    answers: int | None  # of engines
    approved: int | None  # corrections, of both homes together
    whole: bool  # every page was looked at
    second_damaged: int  # lines of the second home that are not as written


@contextlib.contextmanager
def read_only(path: Path, *, seconds: float) -> Iterator[sqlite3.Connection]:
    """Open a database of ours without leaving a trace; a statement that takes long is cut short.

    Without a log, nothing else is read or made beside the file. With one, a run is at work or
    was killed: its log is read, through a file that is only read, too.

    Args:
        path: the SQLite file.
        seconds: after which a statement ends with SQLITE_INTERRUPT; ``math.inf`` for never.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    base = f"{path.absolute().as_uri()}?mode=ro"
    log = path.with_name(f"{path.name}-wal")
    ways = ["&immutable=1"]
    with contextlib.suppress(OSError):
        if log.stat().st_size:
            ways.insert(0, "&readonly_shm=1")
    for way in ways:
        connection = sqlite3.connect(base + way, uri=True, timeout=0, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if way == ways[-1]:
                raise
        except BaseException:
            connection.close()
            raise
        else:
            break
    with contextlib.closing(connection):
        connection.text_factory = database.text_of
        end = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        yield connection


def is_cut_short(error: sqlite3.Error) -> bool:
    """Say whether a statement ended because it took too long."""
    return database.code_of(error) & 0xFF == sqlite3.SQLITE_INTERRUPT


def look(path: Path, *, own: bool, seconds: float) -> MemoryLook | None:
    """Look at a memory; ``None`` where there is none.

    Args:
        path: the file.
        own: nobody chose the file: whatever stands there is ours, however damaged.
        seconds: what counting and checking may take, each; ``math.inf`` for as long as it takes.

    Raises:
        MemoryStoreError: it cannot be read or written, is damaged, or is something else.
    """
    if not os.path.lexists(path):
        return None
    _refuse(path)
    held = SecondHome(path, lambda _text: None).read()
    ours = own or held.format or held.groups or database.is_ours(path)
    try:
        return _settled(path, held, seconds)
    except database.DamagedError as damage:
        if ours:
            raise MemoryStoreError(
                "the translation memory is damaged",
                place=str(path),
                next_step="run `passerelle memory repair`: it sets the file aside and begins a new "
                "one with what is sound",
            ) from damage
        raise MemoryStoreError(
            "this file is no translation memory, and is left as it is",
            place=str(path),
            next_step="set `memory` to another file, or to one that is not there yet",
        ) from damage


def _settled(path: Path, held: Held, seconds: float) -> MemoryLook:
    """Look until nobody writes meanwhile: what is read in between may look like damage."""
    for _ in range(_LOOKS):
        before = _state(path)
        try:
            if database.is_no_database(path):
                raise database.DamagedError("it does not begin as a database does")
            return _look(path, held, seconds)
        except database.DamagedError as damage:
            if _state(path) == before:
                raise
            again = damage
    raise again


def _state(path: Path) -> list[tuple[int, int]]:
    found = []
    for each in (path, path.with_name(f"{path.name}-wal")):
        with contextlib.suppress(OSError):
            state = each.stat()
            found.append((state.st_mtime_ns, state.st_size))
    return found


def _refuse(path: Path) -> None:
    """Refuse what cannot be read and written, before it is looked into."""
    problem, step = "", "set `memory` to another file"
    try:
        if is_folder(path):
            problem = "a folder stands where the memory would be"
        elif not is_file(path) and path.exists():
            problem = IRREGULAR
        else:
            open_file(path).close()
            if not may_write(path) or not may_write(path.parent):
                raise PermissionError(None, "no permission to write it, or beside it")
    except PermissionError as error:
        problem = f"the translation memory cannot be used: {error.strerror}"
        step = f"give yourself the right to read and write it: `chmod u+rw {path.name}`, and its "
        step += "folder's"
    except OSError as error:
        problem = f"the translation memory cannot be used: {error.strerror}"
    if problem:
        raise MemoryStoreError(problem, place=str(path), next_step=step)


def _look(path: Path, held: Held, seconds: float) -> MemoryLook:
    def quickly(action: Callable[[sqlite3.Connection], _T]) -> _T | None:
        try:
            with read_only(path, seconds=seconds) as connection:
                return action(connection)
        except sqlite3.Error as error:
            if is_cut_short(error):
                return None
            raise

    def count(table: str) -> int | None:
        select = f"SELECT count(*) FROM {table}"
        return quickly(lambda c: int(c.execute(select).fetchone()[0])) if made_by else 0

    known = 0 < held.format <= database.FORMAT
    with _damage(path):
        made_by = quickly(lambda c: database.check_header(c, path, known=known)) or 0
        saved: tuple[list[Settled], int] | None = ([], 0)
        if made_by == database.FORMAT:
            saved = quickly(database.read_approved)
        sound = quickly(lambda c: bool(c.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)))
        if sound is False or (saved and saved[1]):
            raise database.DamagedError("not as it was written")
        approved = merged(grouped(saved[0]), held.groups) if saved else None
        return MemoryLook(
            bytes=path.stat().st_size,
            format=made_by,
            segments=count("segments"),
            answers=count("answers"),
            approved=None if approved is None else sum(1 for _ in entries_of(approved)),
            whole=sound is not None,
            second_damaged=held.damaged,
        )


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours; a database that is only read is never written by others."""
    try:
        yield
    except (MemoryError, UnicodeError) as error:
        raise database.DamagedError(str(error)) from error
    except sqlite3.Error as error:
        if database.is_damage(error, None):
            raise database.DamagedError(str(error)) from error
        raise MemoryStoreError(
            "the translation memory cannot be read",
            place=str(path),
            next_step="run `passerelle memory verify`",
        ) from error
