"""The translation memory: engine answers, finished segments, and people's corrections.

Two layers serve two kinds of change. *Answers* are what the engine said to one request;
they outlive any change of the glossary. *Segments* are finished translations, glossary
enforced; their key holds the term rows that touch the source, so a changed row makes
exactly the segments that it touches be enforced again, mostly from stored answers.
*Approved* entries come from people, hold for every engine, and win.
"""

from __future__ import annotations

import contextlib
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pipeline.errors import MemoryStoreError
from pipeline.memory.approvals import (
    NOTHING,
    Approved,
    Groups,
    SecondHome,
    Settled,
    clean,
    crc,
    entries_of,
    grouped,
    merged,
)
from pipeline.memory.codec import decode_answer, decode_rendering, encode_answer, encode_rendering
from pipeline.memory.database import (
    APPROVE,
    FORMAT,
    DamagedError,
    approved_row,
    connect,
    is_ours,
    read_approved,
    salvage,
    set_aside,
    transaction,
    translated,
)
from pipeline.memory.keys import approved_key, typed
from pipeline.records import is_unanswered
from pipeline.table import MISREAD

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.records import Hypothesis, Rendering


_CHUNK = 500  # keys in one SELECT; SQLite's own limit is far above
_DAY = 86_400  # seconds
_T = TypeVar("_T")


def _silent(_message: str) -> None:
    """Take a warning and drop it."""


class TranslationMemory:
    """One memory file, opened for reading and writing.

    A file that turns out to be damaged, at any moment, is set aside under another name, and
    a new one begins with what can still be read of it. Approved entries stand in a second
    file too (`SecondHome`): damage to either of the two loses none.

    Args:
        path: the SQLite file; made where it does not exist. ``None`` keeps everything in
            this process and forgets it.
        own: nobody chose the file: whatever stands there is ours, however damaged.
        warn: told in one sentence what was damaged and what was saved.
        now: gives the time in seconds since 1970; days are kept, of approvals milliseconds.

    Raises:
        MemoryStoreError: the file cannot be opened, or is something else: then it is left.
        OutputError: it cannot be written.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        own: bool = False,
        warn: Callable[[str], None] = _silent,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._own = own
        self._warn = warn
        self._now = now
        self._today = int(now() // _DAY)
        self._home = SecondHome(path, warn) if path is not None else None
        self._settled: Groups = {}
        self._seen = 0  # SQLite's count of what others wrote, when `_settled` was read
        held = self._home.read() if self._home else NOTHING
        try:
            connection = connect(path, known=0 < held.format <= FORMAT)
            try:
                self._agree(connection)
            except BaseException:
                connection.close()
                raise
        except DamagedError as damage:
            connection = self._begin_anew(damage)
        self._connection = connection
        self._own = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything that was kept is already in it."""
        self._connection.close()

    # --- damage ------------------------------------------------------------------

    def _begin_anew(self, damage: DamagedError) -> sqlite3.Connection:
        """Set the file aside and give a new one, with what can be read of the old."""
        if self.path is None:
            raise damage  # a database in memory has no file that could be damaged
        held = self._home.read() if self._home else NOTHING
        if not (self._own or held.format or held.groups or is_ours(self.path)):
            raise MemoryStoreError(
                "this file is no translation memory, and is left as it is",
                place=str(self.path),
                next_step="set `memory` to another file, or to one that is not there yet",
            ) from damage
        aside = set_aside(self.path)
        connection = connect(self.path)
        with translated(self.path):
            approved, rows = salvage(aside, connection)
        self._agree(connection, grouped(approved), quiet=True)
        self._warn(
            f"the translation memory was damaged; it was set aside as {aside.name} and a new "
            f"one begun ({len(list(entries_of(self._settled))):,} approved entries and "
            f"{rows:,} of the machine's rows saved)"
        )
        return connection

    def _agree(
        self, connection: sqlite3.Connection, saved: Groups | None = None, *, quiet: bool = False
    ) -> None:
        """Read what is approved from both homes, and give each what it lacks.

        Raises:
            DamagedError: the database cannot be read or written.
        """
        held = self._home.read() if self._home else NOTHING
        more = (held.groups, saved or {}, self._settled)
        with translated(self.path):
            (self._seen,) = connection.execute("PRAGMA data_version").fetchone()
            rows, damaged = read_approved(connection)
            self._settled = merged(grouped(rows), *more)
            if damaged or self._settled != grouped(rows):
                with transaction(connection):  # nobody else writes from here on
                    rows, damaged = read_approved(connection)
                    self._settled = merged(grouped(rows), *more)
                    connection.execute("DELETE FROM approved")
                    connection.executemany(APPROVE, map(approved_row, entries_of(self._settled)))
        back = len(list(entries_of(self._settled))) - len(rows)
        if (damaged or back > 0) and self._home and not quiet:
            self._warn(
                f"the translation memory was damaged: {max(back, 0):,} approved entries came back "
                f"from {self._home.path.name}"
            )
        if self._home:
            self._home.agree(self._settled, held, made_by=FORMAT)

    def _do(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``action``; where the file proves damaged, begin anew and run it again."""
        try:
            with translated(self.path):
                return action(self._connection)
        except DamagedError as damage:
            self._connection.close()
            self._connection = self._begin_anew(damage)
            try:
                with translated(self.path):
                    return action(self._connection)
            except DamagedError as again:
                raise MemoryStoreError(
                    f"the translation memory cannot be used: {again}",
                    place=str(self.path),
                    next_step="set `memory` to a file on another disk",
                ) from again

    def _read(
        self, table: Literal["answers", "segments"], keys: Sequence[bytes]
    ) -> dict[bytes, str]:
        """Give the sound rows among ``keys`` and mark them as used today."""
        column = "answer" if table == "answers" else "record"
        found: dict[bytes, str] = {}
        stale: list[tuple[int, bytes]] = []

        def select(connection: sqlite3.Connection) -> None:
            found.clear()
            stale.clear()
            for start in range(0, len(keys), _CHUNK):
                part = keys[start : start + _CHUNK]
                marks = ",".join("?" * len(part))
                rows = connection.execute(
                    f"SELECT key, {column}, used, crc FROM {table} WHERE key IN ({marks})",
                    part,
                )
                for key, text, used, check in rows:
                    if crc(key, text) != check:
                        continue  # as if it were not there: it will be written again
                    found[key] = text
                    if not isinstance(used, int) or used < self._today:
                        stale.append((self._today, key))

        self._do(select)
        if stale:
            self._write(f"UPDATE {table} SET used = ? WHERE key = ?", stale)
        return found

    def _write(
        self, statement: str, rows: Sequence[tuple[object, ...]], *, clearing: str = ""
    ) -> None:
        """Run one statement over many rows, all or nothing.

        ``clearing`` is run before it, with the last value of each row.
        """

        def act(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if clearing:
                    connection.executemany(clearing, [row[-1:] for row in rows])
                connection.executemany(statement, rows)

        if rows:
            self._do(act)

    # --- engine answers ----------------------------------------------------------

    def answers(self, keys: Sequence[bytes]) -> dict[bytes, tuple[Hypothesis, ...]]:
        """Give the stored answers among ``keys``; what is damaged counts as not stored."""
        found = {}
        for key, text in self._read("answers", keys).items():
            with contextlib.suppress(*MISREAD):
                found[key] = decode_answer(text)
        return found

    def keep_answers(self, rows: Iterable[tuple[bytes, str, str, tuple[Hypothesis, ...]]]) -> None:
        """Store answers (key, fingerprint, source, hypotheses) in one transaction.

        One that never came (flag ``unanswered``) is not kept: the next run asks again.
        """
        self._write(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
            [
                (key, fingerprint, clean(source), text, self._today, crc(key, text))
                for key, fingerprint, source, hypotheses in rows
                if not is_unanswered(hypotheses)
                for text in (clean(encode_answer(hypotheses)),)
            ],
        )

    # --- finished segments -------------------------------------------------------

    def finished(self, keys: Sequence[bytes]) -> dict[bytes, Rendering]:
        """Give the stored renderings among ``keys``; what is damaged counts as not stored."""
        found = {}
        for key, text in self._read("segments", keys).items():
            with contextlib.suppress(*MISREAD):
                found[key] = decode_rendering(text)
        return found

    def keep_finished(self, rows: Iterable[tuple[bytes, str, Rendering]]) -> None:
        """Store finished segments (key, source, rendering); see `keep_answers`."""
        self._write(
            "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            [
                (key, rendering.fingerprint, clean(source), text, self._today, crc(key, text))
                for key, source, rendering in rows
                if not is_unanswered(rendering.hypotheses)
                for text in (clean(encode_rendering(rendering)),)
            ],
        )

    # --- people's corrections ----------------------------------------------------

    def approved(self, sources: Iterable[str]) -> dict[str, Approved]:
        """Give the approved entries for ``sources``, under the source as it was given.

        An entry holds for every source with the same `approved_key`. A memory of before may
        hold several spellings: then the exact one, else the last.
        """
        self._look_again()
        found = {}
        for source in sources:
            group = self._settled.get(clean(approved_key(source)))
            if group:
                exact = clean(typed(source))
                entries = [s.entry for s in group]
                found[source] = next((e for e in entries if e.source == exact), entries[-1])
        return found

    def _look_again(self) -> None:
        """Read anew what is approved where another process has written."""
        if self._do(lambda c: c.execute("PRAGMA data_version").fetchone())[0] != self._seen:
            self._do(self._agree)

    def approve(self, entries: Iterable[Approved]) -> int:
        """Store corrections, each in place of the earlier ones with the same `approved_key`.

        They are in both homes, and on the disk, when this returns.

        Returns:
            How many entries were stored.
        """
        self._look_again()
        latest = max((group[-1].added for group in self._settled.values()), default=0)
        added = max(int(self._now() * 1000), latest + 1)
        groups: Groups = {}
        for entry in entries:
            source, target, note = map(clean, (typed(entry.source), entry.target, entry.note))
            made = Approved(source=source, target=target, note=note)
            key = clean(approved_key(entry.source))
            groups[key] = (Settled(entry=made, added=added, key=key),)
        self._do(lambda c: c.execute("PRAGMA synchronous = FULL"))
        self._write(
            APPROVE,
            list(map(approved_row, entries_of(groups))),
            clearing="DELETE FROM approved WHERE fold = ?",
        )
        self._do(lambda c: c.execute("PRAGMA synchronous = NORMAL"))
        self._settled |= groups
        if self._home:
            self._home.add(groups, self._settled, made_by=FORMAT)
        return len(groups)

    def approved_entries(self) -> tuple[Approved, ...]:
        """Give every approved entry, by source."""
        self._look_again()
        entries = [s.entry for s in entries_of(self._settled)]
        return tuple(sorted(entries, key=lambda entry: entry.source))

    def approved_fingerprint(self) -> str:
        """Give a hash over all approved entries; "" where there is none."""
        entries = self.approved_entries()
        digest = blake2b(b"folded", digest_size=16)  # since spellings count as the same
        for entry in entries:
            digest.update(f"{entry.source}\0{entry.target}\0".encode())
        return digest.hexdigest() if entries else ""

    # --- for the care of the whole file ------------------------------------------

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Run a SELECT and give its rows one by one.

        Raises:
            MemoryStoreError: the file is damaged where it was read.
        """
        try:
            with translated(self.path):
                yield from self._connection.execute(statement, values)
        except DamagedError as damage:
            raise MemoryStoreError(
                f"the translation memory is damaged: {damage}",
                place=str(self.path),
                next_step="run `passerelle memory repair`: it sets the file aside and begins a "
                "new one with what is sound",
            ) from damage

    def change(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Run one UPDATE or DELETE; give the number of rows that it touched."""
        return self._do(lambda connection: connection.execute(statement, values).rowcount)

    def rebuild(self, why: str) -> None:
        """Set the file aside and begin a new one with every sound row of it."""
        self._connection.close()
        self._connection = self._begin_anew(DamagedError(why))

    def shrink(self) -> None:
        """Give the room of deleted rows back to the disk."""
        self._do(lambda connection: connection.execute("VACUUM"))

    @property
    def today(self) -> int:
        """The day (days since 1970-01-01) under which rows are marked as used."""
        return self._today
