"""What the run knows about files: the plan, what was passed over, what it wrote before.

A SQLite file, not a list in memory: a folder may hold a million articles. Nothing in it
is needed to be right for the translations to be right; a damaged journal is thrown away.
"""

from __future__ import annotations

import functools
import itertools
import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pipeline.errors import UsageError
from pipeline.keeping import Record
from pipeline.run.discovery import Passed
from pipeline.translate.reading import Source
from pipeline.wording import one_line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator


_PAGE = 500  # rows read at a time
_T = TypeVar("_T")

# `plan`, `claimed`, `passed` and `ended` belong to the run at hand; `written`, `finished`
# and `state` outlive it. `ended` becomes `finished` when the run has come to its end.
_SCHEMA = """
DROP TABLE IF EXISTS plan;
DROP TABLE IF EXISTS claimed;
DROP TABLE IF EXISTS passed;
DROP TABLE IF EXISTS ended;
CREATE TABLE plan (
    path BLOB PRIMARY KEY, argument INTEGER NOT NULL, doc_id TEXT NOT NULL,
    output TEXT NOT NULL, size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE claimed (
    doc_id TEXT PRIMARY KEY, archive INTEGER NOT NULL, row INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE passed (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, reason TEXT NOT NULL, kind TEXT NOT NULL
);
CREATE TABLE ended (
    output TEXT PRIMARY KEY, source BLOB NOT NULL, target BLOB NOT NULL,
    first INTEGER NOT NULL, count INTEGER NOT NULL, notes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS finished (
    output TEXT PRIMARY KEY, source BLOB NOT NULL, target BLOB NOT NULL,
    first INTEGER NOT NULL, count INTEGER NOT NULL, notes TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A document that a run has finished."""

    output: str
    source: bytes  # digest of the source
    target: bytes  # digest of the translation
    first: int  # row in the segment table
    count: int  # rows
    notes: str  # lines to show again


class Journal(Record):
    """The journal of one output folder. Its methods may be called from any thread.

    See `Record` for its arguments. What was written is known to other commands too.
    """

    schema = Record.schema + _SCHEMA

    # --- the plan ----------------------------------------------------------------

    def plan(self, found: Iterable[tuple[int, Source | Passed]]) -> None:
        """Take down everything that was found on the inputs.

        A file that was found twice counts once, by the first argument that names it.

        Raises:
            UsageError: two inputs would be written to the same output, or an output
                would replace an input.
        """
        found = iter(found)
        while page := list(itertools.islice(found, _PAGE)):
            self._do(functools.partial(_insert, page))
        self._do(
            lambda connection: connection.execute(
                "CREATE INDEX IF NOT EXISTS in_order ON plan (argument, doc_id, path)"
            )
        )
        self._refuse_collisions()

    def _refuse_collisions(self) -> None:
        twice = self._fetch(
            "SELECT output, min(path), max(path) FROM plan GROUP BY output "
            "HAVING count(*) > 1 ORDER BY output LIMIT 1"
        )
        if twice:
            names = (twice[0][0], *map(_show, twice[0][1:]))
            output, first, second = map(one_line, names)
            raise UsageError(
                f"two inputs would both be written to {output}:\n    {first}\n    {second}",
                next_step="rename one of them, or give them in two runs with two --out folders",
            )

    def refuse_overwriting(self, out: Path) -> None:
        """Make sure that no output of the plan would replace one of its inputs.

        Raises:
            UsageError: an input stands where a translation would be written.
        """
        prefix = os.fsencode(out.absolute()) + b"/"
        clash = self._fetch(
            "SELECT a.path, b.path FROM plan a "
            "JOIN plan b ON b.path = CAST(? || a.output AS BLOB) LIMIT 1",
            (prefix,),
        )
        if clash:
            source, target = map(_show, clash[0])
            raise UsageError(
                f"the translation of {source} would replace another input, {target}",
                next_step="choose another folder with --out",
            )

    def totals(self) -> tuple[int, int]:
        """Give the number of planned documents and their size in bytes."""
        count, size = self._fetch("SELECT count(*), coalesce(sum(size), 0) FROM plan")[0]
        return int(count), int(size)

    def sources(self) -> Iterator[Source]:
        """Give the planned documents, by argument and then by document id."""
        last: tuple[int, str, bytes] = (-1, "", b"")
        while page := self._fetch(
            "SELECT argument, doc_id, path, output, size FROM plan "
            "WHERE (argument, doc_id, path) > (?, ?, ?) "
            "ORDER BY argument, doc_id, path LIMIT ?",
            (*last, _PAGE),
        ):
            for argument, doc_id, path, output, size in page:
                yield Source(path=Path(os.fsdecode(path)), doc_id=doc_id, output=output, size=size)
                last = (argument, doc_id, path)

    def claim(self, doc_id: str, archive: int, row: int) -> bool:
        """Note where an archive holds an article; ``False`` if its id was met before."""
        done = self._do(
            lambda connection: (
                connection.execute(
                    "INSERT INTO claimed VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (doc_id, archive, row),
                ).rowcount
            )
        )
        return done == 1

    def claimed(self, doc_id: str) -> tuple[int, int]:
        """Give the archive and the row that hold an article."""
        archive, row = self._fetch("SELECT archive, row FROM claimed WHERE doc_id = ?", (doc_id,))[
            0
        ]
        return int(archive), int(row)

    # --- what is passed over -----------------------------------------------------

    def pass_over(self, passed: Passed) -> None:
        """Add one path that could not be translated."""
        self._do(
            lambda connection: connection.execute(
                "INSERT INTO passed (name, reason, kind) VALUES (?, ?, ?)",
                (passed.name, passed.reason, passed.kind),
            )
        )

    def passed(self, kind: Literal["skipped", "ignored"], *, limit: int = -1) -> tuple[Passed, ...]:
        """Give what was passed over, by name; all of it unless ``limit`` is given."""
        rows = self._fetch(
            "SELECT name, reason FROM passed WHERE kind = ? ORDER BY name, reason LIMIT ?",
            (kind, limit),
        )
        return tuple(Passed(name=name, reason=reason, kind=kind) for name, reason in rows)

    def count_passed(self, kind: Literal["skipped", "ignored"]) -> int:
        """Give how many paths were passed over."""
        return int(self._fetch("SELECT count(*) FROM passed WHERE kind = ?", (kind,))[0][0])

    # --- what was written --------------------------------------------------------

    def written_before(self, *, but: Collection[str] = (), limit: int) -> tuple[str, ...]:
        """Name outputs of earlier runs whose sources are not in the plan of this one.

        Args:
            but: files of every run, which have no source.
            limit: the most to name.
        """
        rows = self._fetch(
            "SELECT output FROM written WHERE output NOT IN (SELECT output FROM plan) "
            f"AND output NOT IN ({','.join('?' * len(but))}) ORDER BY output LIMIT ?",
            (*but, limit),
        )
        return tuple(output for (output,) in rows)

    # --- what was finished ---------------------------------------------------------

    def finished(self, output: str) -> Finished | None:
        """Give what the last run that came to its end says of a document."""
        rows = self._fetch(
            "SELECT source, target, first, count, notes FROM finished WHERE output = ?", (output,)
        )
        if not rows:
            return None
        source, target, first, count, notes = rows[0]
        return Finished(
            output=output, source=source, target=target, first=first, count=count, notes=notes
        )

    def end_document(self, document: Finished) -> None:
        """Note that a document of the run at hand is written."""
        self._do(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO ended VALUES (?, ?, ?, ?, ?, ?)",
                (
                    document.output,
                    document.source,
                    document.target,
                    document.first,
                    document.count,
                    document.notes,
                ),
            )
        )

    def end_run(self, key: bytes, table: bytes) -> None:
        """Note that the run came to its end: its documents are the finished ones now.

        Args:
            key: hash of everything but the sources that decides the outputs.
            table: digest of the segment table that the documents' rows refer to.
        """

        def act(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN")
            connection.execute("DELETE FROM finished")
            connection.execute("INSERT INTO finished SELECT * FROM ended")
            state = {"key": key, "table": table, "sum": _sum_of_finished(connection)}
            connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", state.items())
            connection.execute("COMMIT")

        self._do(act)

    def state(self) -> tuple[bytes, bytes]:
        """Give key and table of the last run that came to its end, b"" where there is none.

        So it is, too, where what was noted of its documents is not what it wrote.
        """
        known = dict(self._fetch("SELECT name, value FROM state"))
        if known.get("sum") != self._do(_sum_of_finished):
            return b"", b""
        return known.get("key", b""), known.get("table", b"")

    def path_of(self, doc_id: str) -> Path | None:
        """Give the file of a planned document."""
        rows = self._fetch("SELECT path FROM plan WHERE doc_id = ? LIMIT 1", (doc_id,))
        return Path(os.fsdecode(rows[0][0])) if rows else None


def _sum_of_finished(connection: sqlite3.Connection) -> bytes:
    hashed = blake2b(digest_size=16)
    for row in connection.execute("SELECT * FROM finished ORDER BY output"):
        hashed.update(repr(row).encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _insert(page: list[tuple[int, Source | Passed]], connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    for argument, item in page:
        if isinstance(item, Source):
            connection.execute(
                "INSERT INTO plan VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO NOTHING",
                (
                    os.fsencode(item.path.absolute()),
                    argument,
                    item.doc_id,
                    item.output,
                    item.size,
                ),
            )
        else:
            connection.execute(
                "INSERT INTO passed (name, reason, kind) VALUES (?, ?, ?)",
                (item.name, item.reason, item.kind),
            )
    connection.execute("COMMIT")


def _show(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
