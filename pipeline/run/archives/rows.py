"""Archives: files of many articles, JSONL or Parquet, on this machine or at a distance.

On this machine polars reads and writes Parquet, and nothing else is needed. Distant Parquet
is polars' too where it knows the way (`s3://` …); everything else at a distance is fsspec's.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.util
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import ClusterError, InputError, OutputError
from pipeline.fsio import open_file
from pipeline.run.tables import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from pipeline.keeping import Keeper

_JSONL = (".jsonl", ".ndjson")
_PARQUET = ".parquet"
_CLOUD = re.compile(r"(s3a?|gc?s|az|azure|adl|abfss?|hf)://")  # where polars goes by itself
_WEB = re.compile(r"https?://")  # there, too, but only to read
_MAGIC = re.compile(r"[*?[]")
_SLICE = 2_000  # rows of Parquet that are held at a time
_FAR_SLICE = 50_000  # at a distance, where each slice fetches its whole group again
_PART = 1_000  # rows of a part that waits to be joined
_GROUP = 2_000  # rows of one group of Parquet that is written
_LONG = 64 << 20  # bytes of a line; a longer one is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One article of an archive, or why it is none."""

    number: int  # from 1: the line of a JSONL file
    doc_id: str = ""
    text: str = ""
    fault: str = ""


def is_archive(path: str) -> bool:
    """Say whether a path, local or not, is named like a file of rows."""
    return _suffix(path) in (*_JSONL, _PARQUET)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _fsspec(path: str) -> Any:  # noqa: ANN401 - a module without types
    if importlib.util.find_spec("fsspec") is None:
        raise ClusterError(
            "reading or writing this path needs fsspec, not installed here",
            place=path,
            next_step="install it with `pip install fsspec`, and its package for this kind of path",
        )
    import fsspec

    return fsspec


def expand(path: str) -> list[str]:
    """Give the archives that a path stands for: itself, or what a pattern finds, in order.

    Raises:
        InputError: the pattern finds nothing, or its place cannot be read.
        ClusterError: a package for such a path is missing.
    """
    path = path.removeprefix("file://")
    if not _MAGIC.search(path) or ("://" not in path and Path(path).exists()):
        return [path]
    with _reading(path):
        if "://" in path:
            found = [file.full_name for file in _fsspec(path).open_files(path, "rb")]
        else:
            found = glob.glob(str(Path(path).absolute()), recursive=True)  # noqa: PTH207 - absolute
        if not found:
            raise FileNotFoundError(path)
    return sorted(found)


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    """Turn failures into errors that name the path."""
    import polars as pl

    try:
        yield
    except FileNotFoundError as error:
        raise InputError(
            "there is no such file", place=path, next_step="check the spelling of the path"
        ) from error
    except ImportError as error:
        raise ClusterError(
            f"this kind of path needs another package: {error}",
            place=path,
            next_step="install it beside Passerelle, on this machine only",
        ) from error
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        line = _first_line(error)
        what = "this is no Parquet file" if line.startswith("parquet:") else "it cannot be read"
        raise InputError(
            f"{what}: {line}",
            place=path,
            next_step="check that it is whole, and that this machine may read it",
        ) from error


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _open(path: str) -> Any:  # noqa: ANN401 - fsspec's files have no types
    return _fsspec(path).open(path, "rb") if "://" in path else open_file(Path(path))


@contextlib.contextmanager
def _scan(path: str) -> Iterator[tuple[pl.LazyFrame, int]]:
    """Give Parquet to polars, with its bytes (0: not known); copy it where polars cannot go."""
    import polars as pl

    if _CLOUD.match(path) or _WEB.match(path):
        yield pl.scan_parquet(path, glob=False), 0
        return
    with contextlib.ExitStack() as stack:
        handle = stack.enter_context(_open(path))
        near = Path(path).absolute()
        if "://" in path:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-"))
            near = Path(folder, "copy.parquet")
            with near.open("wb") as copy:
                shutil.copyfileobj(handle, copy, 1 << 20)
        yield pl.scan_parquet(near, glob=False), near.stat().st_size


def count_rows(path: str) -> tuple[int, int]:
    """Give the number of rows (empty lines included) and of bytes.

    Raises:
        InputError: the file cannot be read, or lacks a column.
        ClusterError: a package for such a path is missing.
    """
    with _reading(path):
        if _suffix(path) == _PARQUET:
            import polars as pl

            with _scan(path) as (scan, size):
                names = scan.collect_schema().names()
                missing = [name for name in ("id", "text") if name not in names]
                if missing:
                    raise InputError(
                        f"no column {' and no column '.join(missing)}; there are: "
                        + ", ".join(names),
                        place=path,
                        next_step="name the columns id (of the article) and text (French)",
                    )
                rows: int = scan.select(pl.len()).collect().item()
                return rows, size or rows
        lines = size = 0
        last = b"\n"
        with _open(path) as handle:
            while block := handle.read(1 << 20):
                lines += block.count(b"\n")
                size += len(block)
                last = block
        return lines + (not last.endswith(b"\n")), size


def read_rows(path: str) -> Iterator[Row]:
    """Give the rows of an archive in order, bad ones with their fault.

    Raises:
        InputError: the file cannot be read.
        ClusterError: a package for such a path is missing.
    """
    with _reading(path):
        if _suffix(path) != _PARQUET:
            with _open(path) as handle:
                yield from _jsonl(handle)
            return
        with _scan(path) as (scan, size):
            # Not `collect_batches`: it holds whole groups, and a file of a gigabyte may be
            # one group. A slice skips the pages before it.
            rows, start, step = scan.select("id", "text"), 0, _SLICE if size else _FAR_SLICE
            while (held := rows.slice(start, step).collect(engine="streaming")).height:
                for number, values in enumerate(held.iter_rows(named=True), start + 1):
                    yield _row(number, values)
                start += step


def _jsonl(handle: IO[bytes]) -> Iterator[Row]:
    number = 0
    while line := handle.readline(_LONG):
        number += 1
        if len(line) == _LONG and not line.endswith(b"\n"):
            while (rest := handle.readline(_LONG)) and not rest.endswith(b"\n"):
                pass
            yield Row(number=number, fault=f"a line of more than {_LONG >> 20} MB")
        elif line.strip():
            try:
                values = json.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
                yield _row(number, values)
            except (ValueError, RecursionError) as error:
                yield Row(number=number, fault=f"this is not JSON: {error}")


def _row(number: int, values: object) -> Row:
    if not isinstance(values, dict):
        return Row(number=number, fault="this is not a JSON object")
    name, text = values.get("id"), values.get("text")
    doc_id = str(name) if isinstance(name, str | int) and not isinstance(name, bool) else ""
    for column, value in (("id", name), ("text", text)):
        if column not in values:
            return Row(number=number, doc_id=doc_id, fault=f"no {column}")
        if value is None:
            return Row(number=number, doc_id=doc_id, fault=f"{column} is null")
    if not doc_id:
        return Row(number=number, fault=f"id must be a text or a whole number, not {name!r:.60}")
    if not isinstance(text, str):
        return Row(number=number, doc_id=doc_id, fault=f"text must be a text, not {text!r:.60}")
    for column, value in (("id", doc_id), ("text", text)):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            half = f"half a character (\\u{ord(value[error.start]):04x}) at {error.start}"
            return Row(number=number, fault=f"{column} holds {half}")
    return Row(number=number, doc_id=doc_id, text=text)


class _Trial(Exception):
    """Ends the trial of a target."""


class RowWriter:
    """Takes rows; the file appears, whole, when `finish` is called.

    Args:
        path: of the file, here or at a distance; its suffix tells the format.
        columns: names and types (``str`` or ``int``).
        parts: folder of this machine where rows wait; emptied now and at the end.
        keeper: writes the file where it is on this machine.

    Raises:
        OutputError: it cannot be written.
        ClusterError: a package for such a path is missing.
    """

    def __init__(self, path: str, columns: Mapping[str, type], parts: Path, keeper: Keeper) -> None:
        self._path = path
        self._keeper = keeper
        self._columns = columns
        self._held: list[Mapping[str, Any]] = []
        if "://" in path and not _is_ours(path, columns):
            raise OutputError(
                "a file is there already, and nothing says that passerelle wrote it",
                place=path,
                next_step="give another path with --rows, or move that file away",
            )
        # Tried now: a night's work should not end with a path that nobody may write.
        with contextlib.suppress(_Trial), _writing(path, keeper):
            raise _Trial
        with _failures(path):
            self._parts = Parts(parts)

    def write(self, row: Mapping[str, Any]) -> None:
        """Append a row."""
        self._held.append(row)
        if len(self._held) >= _PART:
            self._flush()

    def _flush(self) -> None:
        import polars as pl

        with _failures(self._path):
            self._parts.add(pl.DataFrame(self._held, schema=dict(self._columns)))
        self._held = []

    def finish(self) -> None:
        """Put the file in its place."""
        if self._held or not self._parts:
            self._flush()
        with _writing(self._path, self._keeper) as target:
            if _suffix(self._path) == _PARQUET:
                self._parts.join(target, rows=_GROUP)
            else:
                for frame in self._parts:
                    for row in frame.iter_rows(named=True):
                        target.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        self._parts.discard()


def _is_ours(path: str, columns: Mapping[str, type]) -> bool:
    """Say whether what stands at a distance, if anything, has the columns that we write.

    There nothing can be renamed, nor known again by its digest without fetching it whole.
    """
    import polars as pl

    with contextlib.suppress(OSError, ValueError, pl.exceptions.PolarsError):
        if _suffix(path) == _PARQUET and _CLOUD.match(path):
            return pl.scan_parquet(path, glob=False).collect_schema().names() == list(columns)
        system, place = _fsspec(path).core.url_to_fs(path)
        if system.exists(place):
            found: list[str] = []
            with contextlib.suppress(TypeError, ValueError, pl.exceptions.PolarsError):
                if _suffix(path) == _PARQUET:
                    with _scan(path) as (scan, _):
                        found = scan.collect_schema().names()
                else:
                    with _open(path) as handle:
                        line = handle.readline(_LONG)
                    found = list(dict(json.loads(line))) if line.strip() else list(columns)
            return found == list(columns)
    return True


@contextlib.contextmanager
def _failures(path: str) -> Iterator[None]:
    import polars as pl

    try:
        yield
    except (OSError, ValueError, ImportError, RuntimeError, pl.exceptions.PolarsError) as error:
        raise OutputError(
            f"it cannot be written: {_first_line(error)}",
            place=path,
            next_step="check the path, its permissions and the room there; run again",
        ) from error


@contextlib.contextmanager
def _writing(path: str, keeper: Keeper) -> Iterator[Any]:
    """Give what takes a file's bytes (polars' own targets: its path); it appears at the end."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(_failures(path))
        if "://" not in path:
            yield stack.enter_context(keeper.open(Path(path)))
        elif _suffix(path) == _PARQUET and _CLOUD.match(path):
            yield path
        else:
            # A transaction puts a file in place at its end, as far as the system can do that.
            system, place = _fsspec(path).core.url_to_fs(path)
            stack.enter_context(system.transaction)
            yield stack.enter_context(system.open(place, "wb"))
