"""``history.parquet``: one row per report, so that the next one can say what changed."""

from __future__ import annotations

import io
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.fsio import atomic_write
from pipeline.quality.report.model import Delta, HistoryRow

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["append_history", "comparable", "deltas", "read_history"]

_KEPT = 1000  # rows


def _schema() -> dict[str, Any]:
    import polars as pl

    kinds = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "float | None": pl.Float64}
    return {field.name: kinds[str(field.type)] for field in fields(HistoryRow)}


def read_history(path: Path) -> tuple[HistoryRow, ...]:
    """Read earlier reports' figures, oldest first; none where there is no file.

    Raises:
        InputError: the file is not a history.
    """
    import polars as pl

    if not path.is_file():
        return ()
    try:
        schema = _schema()
        frame = pl.read_parquet(path, glob=False)
        if "texts" not in frame.columns:  # a history of before there was this column
            frame = frame.with_columns(texts=pl.lit(""))
        frame = frame.select(pl.col(n).cast(kind) for n, kind in schema.items())
        return tuple(HistoryRow(**row) for row in frame.iter_rows(named=True))
    except (pl.exceptions.PolarsError, OSError, TypeError) as error:
        raise InputError(
            f"not a quality history: {str(error).splitlines()[0][:200]}",
            place=str(path),
            next_step="move the file away; a new one is begun by the next report",
        ) from error


def append_history(path: Path, rows: tuple[HistoryRow, ...]) -> None:
    """Write the history, the newest rows where there are very many.

    Raises:
        OutputError: the file cannot be written.
    """
    import polars as pl

    frame = pl.DataFrame([asdict(row) for row in rows[-_KEPT:]], schema=_schema())
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    atomic_write(path, buffer.getvalue())


def comparable(history: tuple[HistoryRow, ...]) -> tuple[HistoryRow, ...]:
    """Give the reports on the same texts and references as the last one, oldest first."""
    return tuple(row for row in history if row.texts == history[-1].texts)


def deltas(history: tuple[HistoryRow, ...]) -> tuple[Delta, ...]:
    """Say what the last row's figures did since the report before on the same texts.

    A figure of other articles, or against another reference, says nothing about a change
    of model or glossary: such rows are passed over.
    """
    alike = comparable(history)
    if len(alike) < 2:
        return ()
    before, after = alike[-2], alike[-1]
    found = []
    for name, more_is_better in (
        ("bleu", True),
        ("chrf", True),
        ("terms", True),
        ("violations", False),
        ("errors", False),
        ("warnings", False),
        ("confidence", True),
        ("segments", None),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old is None or new is None:
            continue
        better = None if new == old or more_is_better is None else (new > old) == more_is_better
        found.append(Delta(name=name, before=float(old), after=float(new), better=better))
    return tuple(found)
