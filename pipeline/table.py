"""The segment table, the spine: one row per segment, written by the run, read by all.

The one codec of records: a record is a row of plain values (`to_plain`) and back
(`from_plain`), in the table and in the memory's JSON alike. A span is ``{start, end}``, and
null where there is none. Columns are the fields of `Segment` and of `Translation`, without
what only the run itself needs: markup, alignments.

Imports polars only when called, so that ``--help`` stays quick.
"""

# A codec takes and gives any annotation and any plain value.
# ruff: noqa: ANN401

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from functools import cache
from math import isnan
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pipeline.errors import InputError
from pipeline.fsio import is_file
from pipeline.records import Segment, Translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import polars as pl

MISREAD = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What `from_plain` raises for values that are no such record."""

LEFT_OUT = frozenset({"markup", "alignment", "syntax"})
"""Fields of records that the table lacks: what only the run itself needs."""

_T = TypeVar("_T")
_SLICE = 5000  # rows in memory at the same time
_PLAIN = frozenset({str, int, bool})


# --- records as plain values -------------------------------------------------------


def to_plain(value: object) -> Any:
    """Turn a record, or anything made of records, into what JSON can hold; NaN becomes null."""
    if is_dataclass(value):
        kind: Any = type(value)
        return _writer(kind)(value)
    if isinstance(value, float):
        return None if isnan(value) else value
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    return value


@cache
def _writer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    """Give the function that turns records of a class into plain values, made once a class."""
    names = [f.name for f in fields(kind)]
    nested = [f.name for f in fields(kind) if f.type not in {"str", "int", "bool"}]

    def write(record: Any) -> dict[str, Any]:
        plain = {name: getattr(record, name) for name in names}
        for name in nested:
            value = plain[name]
            plain[name] = [] if value == () else value if value is None else to_plain(value)
        return plain

    return write


def from_plain(kind: type[_T], value: Any) -> _T:
    """Build a record of ``kind`` from plain values; unknown keys are passed over.

    Raises:
        ValueError, KeyError, TypeError, IndexError, AttributeError: the values are no such
            record (`MISREAD`).
    """
    wanted: Any = kind
    record: _T = _reader(wanted)(value)
    return record


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Give the function that builds a value of a type, made once a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    record_type: Any = kind if is_dataclass(kind) else None
    if record_type:
        known = {
            f.name: f.default is f.default_factory for f in fields(record_type)
        }  # name → needed
        hints = _hints(record_type)
        nested = [(name, _reader(hints[name])) for name in known if hints[name] not in _PLAIN]

        def record(value: Any) -> Any:
            given = {name: value[name] for name, needed in known.items() if needed or name in value}
            for name, read in nested:
                if name in given:
                    given[name] = read(given[name])
            return record_type(**given)

        return record
    if origin is tuple and arguments[1:] == (...,):
        item = _reader(arguments[0])
        return lambda value: tuple(map(item, value)) if value else ()
    if origin is tuple:
        items = [_reader(argument) for argument in arguments]
        return lambda value: tuple(r(v) for r, v in zip(items, value, strict=True))
    if origin is types.UnionType:
        some = next(a for a in arguments if a is not types.NoneType)
        read = _reader(some)
        return read if some in _PLAIN else lambda value: None if value is None else read(value)
    if origin is Literal:
        return {value: value for value in arguments}.__getitem__
    return lambda value: value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


# --- the table -----------------------------------------------------------------------


@cache
def segment_columns() -> dict[str, Any]:
    """Give the table's columns with their annotations: the segment's, then what became of it."""
    hints = {**_hints(Segment), **_hints(Translation)}
    return {name: kind for name, kind in hints.items() if name not in {"segment", *LEFT_OUT}}


def segment_schema() -> dict[str, Any]:
    """Give the columns of ``segments.parquet`` with their polars types."""
    return {name: _dtype(kind) for name, kind in segment_columns().items()}


def _dtype(kind: Any) -> Any:
    import polars as pl

    arguments = get_args(kind)
    record: Any = kind if is_dataclass(kind) else None
    if record:
        hints = _hints(record)
        return pl.Struct({n: _dtype(h) for n, h in hints.items() if n not in LEFT_OUT})
    if get_origin(kind) is tuple:
        return pl.List(_dtype(arguments[0]))
    if get_origin(kind) is types.UnionType:
        return _dtype(next(a for a in arguments if a is not types.NoneType))
    plain = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean}
    return plain.get(kind, pl.String)  # a Literal is a text


def segment_frame(translations: Iterable[Translation]) -> pl.DataFrame:
    """Turn finished segments into rows of the segment table, in the order given."""
    import polars as pl

    rows = list(translations)
    segments = [t.segment for t in rows]
    place = _hints(Segment)
    return pl.DataFrame(
        [
            _series(name, [getattr(r, name) for r in (segments if name in place else rows)], dtype)
            for name, dtype in segment_schema().items()
        ]
    )


def _series(name: str, values: list[Any], dtype: Any) -> pl.Series:
    """Build a column; a list flat and then cut: a third of the time that rows of dicts take."""
    import polars as pl

    if not isinstance(dtype, pl.List):
        return pl.Series(name, values, dtype=dtype)
    rows = pl.DataFrame({"index": pl.int_range(len(values), dtype=pl.UInt32, eager=True)})
    flat = pl.Series([to_plain(item) for value in values for item in value], dtype=dtype.inner)
    owners = [i for i, value in enumerate(values) for _ in value]
    lists = (
        pl.DataFrame({"index": pl.Series(owners, dtype=pl.UInt32), name: flat})
        .group_by("index", maintain_order=True)
        .agg(name)
    )
    joined = rows.join(lists, on="index", how="left", maintain_order="left")
    return joined.select(pl.col(name).fill_null(pl.lit([], dtype=dtype)))[name]


def translation_of(row: dict[str, Any]) -> Translation:
    """Build the translation that a row (or the memory's record of one) holds.

    Raises:
        ValueError, KeyError, TypeError, IndexError, AttributeError: see `from_plain`.
    """
    return from_plain(Translation, {**row, "segment": row})


def _damaged(path: Path, error: object) -> InputError:
    return InputError(
        f"not a segment table: {(str(error).splitlines() or [''])[0][:200]}",
        place=str(path),
        next_step="run passerelle translate again; it writes segments.parquet",
    )


def count_rows(path: Path) -> int:
    """Count the rows of a segment table without reading them.

    Raises:
        InputError: there is no such file, or it is not a segment table.
    """
    import polars as pl

    if not is_file(path):
        raise InputError(
            "there is no segment table",
            place=str(path),
            next_step="run passerelle translate first, or name the folder that it wrote to",
        )
    try:
        scan = pl.scan_parquet(path, glob=False)
        found = scan.collect_schema()
        missing = [name for name, dtype in segment_schema().items() if found.get(name) != dtype]
        if missing:
            raise _damaged(path, f"columns are missing or others: {', '.join(missing)}")
        return int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(path, error) from error


def read_rows(path: Path) -> Iterator[Translation]:
    """Read a segment table row by row, a slice at a time.

    Raises:
        InputError: there is no such file, or it is not a segment table.
    """
    import polars as pl

    total = count_rows(path)
    columns = list(segment_schema())
    for start in range(0, total, _SLICE):
        try:
            frame = pl.scan_parquet(path, glob=False).select(columns).slice(start, _SLICE).collect()
            for row in frame.iter_rows(named=True):
                yield translation_of(row)
        except (pl.exceptions.PolarsError, OSError, *MISREAD) as error:
            raise _damaged(path, error) from error
