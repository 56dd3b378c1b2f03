"""The translation memory: engine answers, finished segments, and people's corrections.

Two layers serve two kinds of change. *Answers* are what the engine said to one request;
they outlive any change of the glossary. *Segments* are finished translations, glossary
enforced; their key holds the term rows that touch the source, so a changed row makes
exactly the segments that it touches be enforced again, mostly from stored answers.
*Approved* entries come from people, hold for every engine, and win.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import zlib
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pipeline.errors import MemoryStoreError
from pipeline.memory.database import DamagedError, connect, set_aside, translated
from pipeline.memory.keys import approved_key, typed
from pipeline.records import Hypothesis, Rendering
from pipeline.table import MISREAD, from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path


_CHUNK = 500  # keys in one SELECT; SQLite's own limit is far above
_DAY = 86_400  # seconds
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A translation that a person has settled."""

    source: str
    target: str
    note: str = ""


def _silent(_message: str) -> None:
    """Take a warning and drop it."""


def _crc(key: bytes | str, *texts: str) -> int:
    value = zlib.crc32(key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key)
    for text in texts:
        value = zlib.crc32(text.encode("utf-8", "surrogatepass"), value)
    return value


def _clean(text: str) -> str:
    """Replace lone surrogates, which SQLite cannot store."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _sparse(hypothesis: Hypothesis, *, without: str = "") -> dict[str, Any]:
    return {k: v for k, v in to_plain(hypothesis).items() if v != [] and k != without}


def encode_answer(hypotheses: Sequence[Hypothesis]) -> str:
    """Write an engine's answer to one request, alignments included."""
    return _json([_sparse(h) for h in hypotheses])


def decode_answer(text: str) -> tuple[Hypothesis, ...]:
    """Read what `encode_answer` wrote.

    Raises:
        MISREAD: the text is not such an answer.
    """
    return tuple(from_plain(Hypothesis, plain) for plain in json.loads(text))


def encode_rendering(rendering: Rendering) -> str:
    """Write a rendering without its alignments: they served the glossary, which is done."""
    plain = to_plain(replace(rendering, hypotheses=()))
    plain["hypotheses"] = [_sparse(h, without="alignment") for h in rendering.hypotheses]
    return _json({k: v for k, v in plain.items() if k not in {"memory", "seconds"}})


def decode_rendering(text: str) -> Rendering:
    """Read what `encode_rendering` wrote.

    Raises:
        MISREAD: the text is not such a record.
    """
    return from_plain(Rendering, {**json.loads(text), "memory": True})


class TranslationMemory:
    """One memory file, opened for reading and writing.

    A file that turns out to be damaged, at any moment, is set aside under another name,
    its approved entries are saved as far as they can be read, and a new one begins.

    Args:
        path: the SQLite file; made where it does not exist. ``None`` keeps everything in
            this process and forgets it.
        warn: told in one sentence when a damaged file was set aside.
        now: gives the time in seconds since 1970; only days are kept.

    Raises:
        MemoryStoreError: the file cannot be opened, or is something else.
        OutputError: it cannot be written.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        warn: Callable[[str], None] = _silent,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._warn = warn
        self._today = int(now() // _DAY)
        try:
            self._connection = connect(path)
        except DamagedError as damage:
            self._connection = self._begin_anew(damage)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything that was kept is already in it."""
        self._connection.close()

    # --- damage ------------------------------------------------------------------

    def _begin_anew(self, damage: DamagedError) -> sqlite3.Connection:
        if self.path is None:
            raise damage  # a database in memory has no file that could be damaged
        aside = set_aside(self.path)
        connection = connect(self.path)
        saved = _salvage(aside)
        with translated(self.path), connection:
            connection.executemany(
                "INSERT OR IGNORE INTO approved VALUES (?, ?, ?, ?, ?, ?)", saved
            )
        self._warn(
            f"the translation memory was damaged; it was set aside as {aside.name} and a new "
            f"one begun ({len(saved)} approved entries saved)"
        )
        return connection

    def _do(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``action``; where the file proves damaged, begin anew and run it again."""
        try:
            with translated(self.path):
                return action(self._connection)
        except DamagedError as damage:
            self._connection.close()
            self._connection = self._begin_anew(damage)
            with translated(self.path):
                return action(self._connection)

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
                for key, text, used, crc in rows:
                    if _crc(key, text) != crc:
                        continue  # as if it were not there: it will be written again
                    found[key] = text
                    if used < self._today:
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
            connection.execute("BEGIN IMMEDIATE")
            try:
                if clearing:
                    connection.executemany(clearing, [row[-1:] for row in rows])
                connection.executemany(statement, rows)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

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
        """Store answers (key, fingerprint, source, hypotheses) in one transaction."""
        self._write(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
            [
                (key, fingerprint, _clean(source), text, self._today, _crc(key, text))
                for key, fingerprint, source, hypotheses in rows
                for text in (_clean(encode_answer(hypotheses)),)
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
        """Store finished segments (key, source, rendering) in one transaction."""
        self._write(
            "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            [
                (key, rendering.fingerprint, _clean(source), text, self._today, _crc(key, text))
                for key, source, rendering in rows
                for text in (_clean(encode_rendering(rendering)),)
            ],
        )

    # --- people's corrections ----------------------------------------------------

    def approved(self, sources: Iterable[str]) -> dict[str, Approved]:
        """Give the approved entries for ``sources``, under the source as it was given.

        An entry holds for every source with the same `approved_key`.
        """
        keys: dict[str, str] = {source: _clean(approved_key(source)) for source in sources}
        wanted = list(dict.fromkeys(keys.values()))
        found: dict[str, dict[str, Approved]] = {}

        def select(connection: sqlite3.Connection) -> None:
            found.clear()
            for start in range(0, len(wanted), _CHUNK):
                part = wanted[start : start + _CHUNK]
                rows = connection.execute(
                    "SELECT fold, source, target, note, crc FROM approved "
                    f"WHERE fold IN ({','.join('?' * len(part))}) ORDER BY added, source",
                    part,
                )
                for fold, source, target, note, crc in rows:
                    if _crc(source, target, note) == crc:
                        entry = Approved(source=source, target=target, note=note)
                        found.setdefault(fold, {})[source] = entry

        self._do(select)
        # A memory of format 1 may hold several spellings: then the exact one, else the last.
        return {
            source: entries.get(_clean(typed(source))) or [*entries.values()][-1]
            for source, key in keys.items()
            if (entries := found.get(key))
        }

    def approve(self, entries: Iterable[Approved]) -> int:
        """Store corrections, each in place of the earlier ones with the same `approved_key`.

        Returns:
            How many entries were stored.
        """
        rows: dict[str, tuple[object, ...]] = {}
        for entry in entries:
            source, target, note = map(_clean, (typed(entry.source), entry.target, entry.note))
            fold = _clean(approved_key(entry.source))
            rows[fold] = (source, target, note, self._today, _crc(source, target, note), fold)
        self._write(
            "INSERT OR REPLACE INTO approved VALUES (?, ?, ?, ?, ?, ?)",
            list(rows.values()),
            clearing="DELETE FROM approved WHERE fold = ?",
        )
        return len(rows)

    def approved_entries(self) -> tuple[Approved, ...]:
        """Give every approved entry, by source."""
        rows = self._do(
            lambda connection: connection.execute(
                "SELECT source, target, note FROM approved ORDER BY source"
            ).fetchall()
        )
        return tuple(Approved(source=s, target=t, note=n) for s, t, n in rows)

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
                next_step="run `passerelle translate` again: it sets the file aside, saves the "
                "approved entries and begins a new one",
            ) from damage

    def change(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Run one UPDATE or DELETE; give the number of rows that it touched."""
        return self._do(lambda connection: connection.execute(statement, values).rowcount)

    def shrink(self) -> None:
        """Give the room of deleted rows back to the disk."""
        self._do(lambda connection: connection.execute("VACUUM"))

    @property
    def today(self) -> int:
        """The day (days since 1970-01-01) under which rows are marked as used."""
        return self._today


def _salvage(path: Path) -> list[tuple[object, ...]]:
    """Read as many sound approved entries as a damaged file still gives."""
    saved: list[tuple[object, ...]] = []
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return saved
    with contextlib.closing(connection), contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
        for row in connection.execute("SELECT source, target, note, added, crc FROM approved"):
            source, target, note, _, crc = row
            if _crc(source, target, note) == crc:
                saved.append((*row, approved_key(source)))
    return saved
