"""Outputs: what we wrote we may write again; what is somebody's is kept under another name.

Every output goes through a `Keeper`. A file is known to be ours by the digest of what was
written there last, which a `Record` holds; where the record knows nothing of it, by a mark
that the file bears. Anything else, a link included, is kept as ``NAME.kept-N``.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import sqlite3
import threading
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar

from pipeline.errors import OutputError
from pipeline.fsio import (
    IRREGULAR,
    atomic_open,
    free_name,
    is_file,
    is_folder,
    open_file,
    output_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")

HIDDEN = ".passerelle"
"""Folder below the output folder for lock, journal, memory and parts."""

OUTPUTS = (
    *("segments.parquet", "terms.csv", "manifest.json", "skipped.jsonl"),
    *("report.html", "report.json", "quality.csv", "quality.parquet", "history.parquet"),
)
"""Files that runs and their reports write, whatever the inputs."""

_JOURNAL = "journal.sqlite"
_MARK = re.compile(
    rb'"generator": "passerelle|"passerelle": "|<meta name="generator" content="Passerelle'
)
_MARKED = frozenset({".json", ".html"})  # formats with room for a mark
_NAMED = 1000  # names that are remembered
_HEAD = 4096  # bytes in which the mark stands


def digest_of(data: bytes) -> bytes:
    """Give the digest by which a content is known again."""
    return blake2b(data, digest_size=16).digest()


def file_digest(path: Path) -> bytes:
    """Give the digest of a file of any size; b"" where it cannot be read."""
    hashed = blake2b(digest_size=16)
    try:
        with open_file(path) as handle:
            while block := handle.read(1 << 20):
                hashed.update(block)
    except OSError:
        return b""
    return hashed.digest()


def _silent(_text: str) -> None:
    """Take a text and drop it."""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")  # a damaged text is no error of ours


class Record:
    """What was written where, by digest: a table in a SQLite file. Any thread may ask.

    A damaged file is thrown away: then what we wrote is no longer known to be ours, and is
    kept where it would be replaced.

    Args:
        path: the SQLite file; ``None`` for a temporary one.
        tell: told in one sentence that the file was damaged.

    Raises:
        OutputError: the file cannot be written.
    """

    schema: ClassVar[str] = """
    CREATE TABLE IF NOT EXISTS written (
        output TEXT PRIMARY KEY, digest BLOB NOT NULL, before BLOB NOT NULL
    ) WITHOUT ROWID;
    """

    def __init__(self, path: Path | None, *, tell: Callable[[str], None] = _silent) -> None:
        self._path = path
        self._tell = tell
        self._lock = threading.Lock()
        self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, sqlite3.Error):  # it may never have been opened
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        # An empty name is a temporary database that SQLite spills to disk by itself.
        place = "" if self._path is None else str(self._path)
        for attempt in itertools.count():
            try:
                if self._path is not None:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    if os.path.lexists(self._path) and not is_file(self._path):
                        raise OutputError(
                            "a folder, a link or something else stands where the journal would be",
                            place=place,
                            next_step="move it away and run again",
                        )
                connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
                connection.text_factory = _text
                try:
                    # Survives a killed process, not a power cut: a damaged file is thrown away.
                    connection.execute("PRAGMA journal_mode = TRUNCATE")
                    connection.execute("PRAGMA synchronous = OFF")
                    connection.executescript(self.schema)
                    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                        raise sqlite3.DatabaseError("not as it was written")
                except BaseException:
                    connection.close()
                    raise
            except OSError as error:
                raise output_error(Path(place), error) from error
            except (sqlite3.DatabaseError, UnicodeError) as error:
                if attempt or self._path is None or not self._path.is_file():
                    raise _failed(place, error) from error
                self._discard()
            else:
                return connection
        raise AssertionError  # count() does not end

    def _discard(self) -> None:
        self._tell(f"{self._path} was damaged: begun anew, what differs in the folder is kept")
        for suffix in ("", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _do(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            with self._lock:
                return action(self._connection)
        except sqlite3.Error as error:
            raise _failed(str(self._path or ""), error) from error

    def _fetch(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self._do(lambda connection: connection.execute(statement, values).fetchall())

    def known(self, output: str) -> frozenset[bytes]:
        """Give the digests that the file ``output`` may have if nobody else touched it."""
        rows = self._fetch("SELECT digest, before FROM written WHERE output = ?", (output,))
        return frozenset(digest for digest in rows[0] if digest) if rows else frozenset()

    def will_write(self, output: str, digest: bytes) -> None:
        """Note, before it happens, that ``output`` is about to get this content.

        The digest of the content before is kept too: a run killed between the note and
        the writing leaves the old content in place.
        """
        self._do(
            lambda connection: connection.execute(
                "INSERT INTO written VALUES (?1, ?2, x'') ON CONFLICT (output) "
                "DO UPDATE SET before = digest, digest = ?2 WHERE digest <> ?2",
                (output, digest),
            )
        )


def _failed(place: str, error: Exception) -> OutputError:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        problem = f"the disk is full or cannot be written ({error})"
    else:
        problem = f"the journal of what was written cannot be used: {error}"
    return OutputError(
        problem,
        place=place,
        next_step="free some disk space or check the folder's permissions, and run again",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one output file."""

    state: Literal["written", "unchanged"]
    kept: str = ""  # name under which a file that is somebody's was kept


class Keeper:
    """Writes outputs; what stands in their place and is not known to be ours is kept.

    Args:
        record: what was written before; without one, what this object writes is known.
        root: folder below which names in the record are relative.
        tell: told in one sentence what was kept, and where.
    """

    def __init__(
        self,
        record: Record | None = None,
        *,
        root: Path | None = None,
        tell: Callable[[str], None] = _silent,
    ) -> None:
        self._record = record or Record(None)
        self._root = root
        self._tell = tell
        self.kept: list[str] = []  # the first names under which something was kept

    @classmethod
    def of_folder(cls, folder: Path, *, tell: Callable[[str], None] = _silent) -> Self:
        """Give the keeper of an output folder.

        Raises:
            OutputError: its record cannot be opened.
        """
        return cls(Record(folder / HIDDEN / _JOURNAL, tell=tell), root=folder, tell=tell)

    @classmethod
    def of_user(cls, folder: Path, *, tell: Callable[[str], None] = _silent) -> Self:
        """Give the keeper of files that somebody names, anywhere.

        Args:
            folder: where the user's data is; where nothing can be written there, nothing of
                before is known to be ours.
            tell: as above.
        """
        try:
            return cls(Record(folder / "written.sqlite"), tell=tell)
        except OutputError:
            return cls(tell=tell)

    def _name(self, path: Path) -> str:
        path = Path(os.path.abspath(path))  # noqa: PTH100 - a link stays a link
        if self._root is not None:
            with contextlib.suppress(ValueError):
                return path.relative_to(os.path.abspath(self._root)).as_posix()  # noqa: PTH100
        return os.fsencode(path).decode("utf-8", "backslashreplace")

    def is_as_written(self, path: Path) -> bool:
        """Say whether a file stands as it was written last."""
        return file_digest(path) in self._record.known(self._name(path))

    def check(self, path: Path) -> None:
        """Refuse what can be neither replaced nor kept, before there is anything to write.

        Raises:
            OutputError: a folder, a pipe, a socket or a device stands there.
        """
        if is_folder(path):
            raise OutputError(
                "a folder stands where this file would be written",
                place=str(path),
                next_step="rename the folder, or choose another place",
            )
        if os.path.exists(path) and not is_file(path):  # noqa: PTH110 - raises nothing
            raise OutputError(
                IRREGULAR, place=str(path), next_step="name a file that can be written"
            )

    def write(
        self, path: Path, data: bytes, *, ours: bool = False, sync_folder: bool = True
    ) -> Written:
        """Write ``data`` to ``path`` unless that is what stands there already.

        Args:
            path: of the file.
            data: its content.
            ours: the caller has seen that what stands there is ours.
            sync_folder: as for `atomic_open`.

        Raises:
            OutputError: the file cannot be written, or what stands there not be kept.
        """
        digest = digest_of(data)
        if file_digest(path) == digest:
            self._record.will_write(self._name(path), digest)
            return Written(state="unchanged")
        kept: list[str] = []
        settle = partial(self._settle, path, digest, ours, kept)
        with atomic_open(path, sync_folder=sync_folder, settle=settle) as handle:
            handle.write(data)
        return Written(state="written", kept="".join(kept))

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[IO[bytes]]:
        """Open a temporary file that takes the place of ``path`` when the block ends well.

        Raises:
            OutputError: as for `write`.
        """
        self.check(path)
        with atomic_open(path, settle=partial(self._settle, path, None, False, [])) as handle:
            yield handle

    def remove(self, path: Path) -> None:
        """Delete a file that is ours; leave any other.

        Raises:
            OutputError: it cannot be deleted.
        """
        if is_file(path) and not path.is_symlink():
            try:
                if self.is_as_written(path):
                    path.unlink()
            except OSError as error:
                raise output_error(path, error) from error

    def _settle(
        self, path: Path, digest: bytes | None, ours: bool, kept: list[str], made: Path
    ) -> bool:
        """Make room for a file that is made; ``False`` where the same stands there already."""
        self.check(path)
        name, digest = self._name(path), digest or file_digest(made)
        known = self._record.known(name)
        if os.path.lexists(path):
            standing = file_digest(path)
            if standing == digest:
                self._record.will_write(name, digest)
                return False
            if known:
                ours = standing in known
            if path.is_symlink() or not (ours or (not known and _is_marked(path, made))):
                kept.append(self._keep(path, changed=bool(known)))
        self._record.will_write(name, digest)
        return True

    def _keep(self, path: Path, *, changed: bool) -> str:
        aside = free_name(path, "kept")
        try:
            path.rename(aside)
        except OSError as error:
            raise output_error(path, error) from error
        what = "was changed by somebody since it was written"
        if not changed:
            what = "was there already, and nothing says that passerelle wrote it"
        self._tell(f"{path} {what}: it is kept as {aside.name}")
        if len(self.kept) < _NAMED:
            self.kept.append(aside.name)
        return aside.name


def _is_marked(path: Path, made: Path) -> bool:
    """Say whether a file bears our mark: in a table of ours, its columns."""
    if path.name in OUTPUTS and path.suffix == ".parquet":
        import polars as pl

        with contextlib.suppress(pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            return pl.read_parquet_schema(path) == pl.read_parquet_schema(made)
    if path.suffix not in _MARKED:
        return False
    try:
        with open_file(path) as handle:
            return bool(_MARK.search(handle.read(_HEAD)))
    except OSError:
        return False
