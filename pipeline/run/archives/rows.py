"""Archives: files of many articles, JSONL or Parquet, local or on any fsspec path.

The only module of the driver that imports fsspec and pyarrow.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Protocol

from pipeline.errors import ClusterError, InputError, OutputError
from pipeline.fsio import atomic_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Row", "RowWriter", "count_rows", "expand", "is_archive", "open_writer", "read_rows"]

_JSONL = (".jsonl", ".ndjson")
_PARQUET = (".parquet",)
_BATCH = 1_000  # rows of Parquet held at a time
_GROUP = 5_000  # rows of one group of Parquet that is written
_MAGIC = re.compile(r"[*?[]")
_LONG = 64 << 20  # bytes of a line; a longer one is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One article of an archive, or why it is none."""

    number: int  # from 1: the line of a JSONL file
    doc_id: str = ""
    text: str = ""
    fault: str = ""


class RowWriter(Protocol):
    """Takes rows; the file appears only when `finish` was called."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Append a row."""
        ...

    def finish(self) -> None:
        """Put the file in its place."""
        ...


def is_archive(path: str) -> bool:
    """Say whether a path, local or not, is named like a file of rows."""
    return _suffix(path) in (*_JSONL, *_PARQUET)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _need() -> None:
    missing = [n for n in ("fsspec", "pyarrow") if importlib.util.find_spec(n) is None]
    if missing:
        raise ClusterError(
            f"archives (.jsonl, .parquet) need {' and '.join(missing)}, not installed here",
            next_step='install them with `pip install "passerelle[cluster]"`',
        )


def expand(path: str) -> list[str]:
    """Give the archives that a path stands for: itself, or what a pattern finds, in order.

    Raises:
        InputError: the pattern finds nothing, or its place cannot be read.
    """
    if not _MAGIC.search(path) or ("://" not in path and Path(path).exists()):
        return [path]
    _need()
    import fsspec

    with _reading(path):
        found = sorted(file.full_name for file in fsspec.open_files(path, "rb"))
        if not found:
            raise FileNotFoundError(path)
    return [name.removeprefix("file://") for name in found]


@contextlib.contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    """Open for reading; a failure here or while reading names the path."""
    _need()
    import fsspec

    with _reading(path), fsspec.open(path, "rb") as handle:
        yield handle


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
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
    except (OSError, ValueError) as error:
        raise InputError(
            f"it cannot be read: {error}",
            place=path,
            next_step="check that it is whole, and that this machine may read it",
        ) from error


def count_rows(path: str) -> tuple[int, int]:
    """Give the number of rows (empty lines included) and of bytes.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    with _open(path) as handle:
        if _suffix(path) in _PARQUET:
            import pyarrow as pa
            import pyarrow.parquet as pq

            try:
                table = pq.ParquetFile(handle)
            except pa.ArrowInvalid as error:
                raise InputError(
                    f"this is no Parquet file: {error}", place=path, next_step="make it again"
                ) from error
            _check_columns(table.schema_arrow.names, path)
            return table.metadata.num_rows, handle.seek(0, 2)
        lines = size = 0
        last = b"\n"
        while block := handle.read(1 << 20):
            lines += block.count(b"\n")
            size += len(block)
            last = block
        return lines + (not last.endswith(b"\n")), size


def _check_columns(names: Sequence[str], path: str) -> None:
    missing = [name for name in ("id", "text") if name not in names]
    if missing:
        raise InputError(
            f"no column {' and no column '.join(missing)}; there are: {', '.join(names)}",
            place=path,
            next_step="name the columns id (of the article) and text (French)",
        )


def read_rows(path: str) -> Iterator[Row]:
    """Give the rows of an archive in order, bad ones with their fault.

    Raises:
        InputError: the file cannot be read.
    """
    with _open(path) as handle:
        yield from _parquet(handle) if _suffix(path) in _PARQUET else _jsonl(handle)


def _parquet(handle: IO[bytes]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    number = 0
    for batch in pq.ParquetFile(handle).iter_batches(batch_size=_BATCH, columns=["id", "text"]):
        for values in batch.to_pylist():
            number += 1
            yield _row(number, values)


def _jsonl(handle: IO[bytes]) -> Iterator[Row]:
    number = 0
    while line := handle.readline(_LONG):
        number += 1
        if len(line) == _LONG and not line.endswith(b"\n"):
            while (rest := handle.readline(_LONG)) and not rest.endswith(b"\n"):
                pass
            yield Row(number=number, fault=f"a line of more than {_LONG >> 20} MB")
            continue
        if not line.strip():
            continue
        try:
            values = json.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
        except (ValueError, RecursionError) as error:
            yield Row(number=number, fault=f"this is not JSON: {error}")
            continue
        if not isinstance(values, dict):
            yield Row(number=number, fault="this is not a JSON object")
            continue
        yield _row(number, values)


def _row(number: int, values: Mapping[str, Any]) -> Row:
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


def open_writer(path: str, columns: Sequence[tuple[str, type]]) -> RowWriter:
    """Begin a file of rows; its suffix tells the format.

    Args:
        path: local, or any fsspec path.
        columns: names and types (``str`` or ``int``).

    Raises:
        OutputError: it cannot be written.
    """
    return _Parquet(path, columns) if _suffix(path) in _PARQUET else _Jsonl(path)


class _Target:
    """A file that appears whole or not at all."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stack = contextlib.ExitStack()
        with self._failures():
            if "://" in path:
                self.handle = self._remote()
            else:
                self.handle = self._stack.enter_context(atomic_open(Path(path)))

    def _remote(self) -> Any:  # noqa: ANN401 - fsspec's classes have no types
        _need()
        import fsspec

        # A transaction puts a file in place at its end, as far as the system can do that.
        filesystem, place = fsspec.core.url_to_fs(self._path)
        transaction = filesystem.transaction
        transaction.start()
        handle = filesystem.open(place, "wb")

        def end(kind: type[BaseException] | None, *_: object) -> None:
            handle.close()
            transaction.complete(commit=kind is None)

        self._stack.push(end)
        return handle

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, ImportError) as error:
            raise OutputError(
                f"it cannot be written: {error}",
                place=self._path,
                next_step="check the path, its permissions and the room there; run again",
            ) from error

    def write(self, data: bytes) -> None:
        with self._failures():
            self.handle.write(data)

    def finish(self) -> None:
        with self._failures():
            self._stack.close()

    def __del__(self) -> None:
        # Given up: what was written so far goes away.
        with contextlib.suppress(Exception):
            self._stack.__exit__(RuntimeError, RuntimeError(), None)


class _Jsonl:
    def __init__(self, path: str) -> None:
        self._target = _Target(path)

    def write(self, row: Mapping[str, Any]) -> None:
        self._target.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def finish(self) -> None:
        self._target.finish()


class _Parquet:
    def __init__(self, path: str, columns: Sequence[tuple[str, type]]) -> None:
        _need()
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {str: pa.string(), int: pa.int64()}
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns])
        self._target = _Target(path)
        self._writer = pq.ParquetWriter(self._target.handle, self._schema, compression="zstd")
        self._rows: list[Mapping[str, Any]] = []

    def write(self, row: Mapping[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []

    def finish(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()
        self._target.finish()
