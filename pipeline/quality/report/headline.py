"""A report's headline figures: over the reports before it, and against ``--fail-under bleu=30``.

``history.parquet`` holds one row per report, so that the next one can say what changed.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import BelowThreshold, NothingChecked, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.keeping import Keeper

_KEPT = 1000  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One earlier report's headline figures."""

    created: str  # ISO 8601, UTC
    table: str  # hash of the segment table and the references
    engine: str
    documents: int
    segments: int
    bleu: float | None
    chrf: float | None
    terms: float | None  # accuracy, 0 to 1
    violations: int
    errors: int
    warnings: int
    confidence: float
    texts: str = ""  # hash of sources and references: figures of other texts do not compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What one headline figure did since the report before on the same texts."""

    name: str
    before: float
    after: float
    better: bool | None  # None where it did not move


def _schema() -> dict[str, Any]:
    import polars as pl

    kinds = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "float | None": pl.Float64}
    return {field.name: kinds[str(field.type)] for field in fields(HistoryRow)}


def read_history(path: Path) -> tuple[HistoryRow, ...]:
    """Read earlier reports' figures, oldest first; none where there is no file or a damaged one."""
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
    except (
        *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
        *(OSError, TypeError, ValueError),
    ):
        return ()  # the next report begins a new one; the file is kept


def append_history(path: Path, rows: tuple[HistoryRow, ...], *, keeper: Keeper) -> None:
    """Write the history, the newest rows where there are very many.

    Args:
        path: of the history.
        rows: all of it, oldest first.
        keeper: writes it.

    Raises:
        OutputError: the file cannot be written.
    """
    import polars as pl

    frame = pl.DataFrame([asdict(row) for row in rows[-_KEPT:]], schema=_schema())
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    # What could be read of the file that stands there is in the rows.
    keeper.write(path, buffer.getvalue(), ours=len(rows) > 1)


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


# --- gates: deciding is apart from measuring ----------------------------------------

GATES = ("bleu", "chrf", "chrf++", "terms", "consistency", "confidence")
"""Figures of which more is better. Shares (terms, consistency, confidence) are 0 to 1."""

_SHARES = {"terms", "consistency", "confidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A figure and the least that it must reach."""

    name: str
    least: float


def parse_gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """Read ``NAME=VALUE`` texts.

    Raises:
        UsageError: the form, the name or the value is wrong.
    """
    gates = []
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip().lower()
        place = f"--fail-under {text}"
        if not sign:
            raise UsageError(
                "NAME=VALUE was expected", place=place, next_step="write for instance bleu=30"
            )
        if name == "ter":
            raise UsageError(
                "TER is an error rate: less is better",
                place=place,
                next_step="set a gate on chrf instead",
            )
        if name not in GATES:
            raise UsageError(
                f"unknown figure {name!r}",
                place=place,
                next_step=f"choose among {', '.join(GATES)}",
            )
        try:
            least = float(value)
        except ValueError as error:
            raise UsageError(
                f"{value!r} is not a number", place=place, next_step="write for instance bleu=30"
            ) from error
        most = 1.0 if name in _SHARES else 100.0
        if not 0 <= least <= most:
            raise UsageError(
                f"{name} lies between 0 and {most:g}",
                place=place,
                next_step=f"write for instance {name}={0.98 if most == 1 else 30}",
            )
        gates.append(Gate(name=name, least=least))
    return tuple(gates)


def check_gates(gates: Sequence[Gate], values: Mapping[str, float | None]) -> None:
    """Refuse figures that are below their gate, or that were not measured.

    Raises:
        NothingChecked: a gate's figure was not measured: that is not a success.
        BelowThreshold: a figure is too low; all that are too low are named.
    """
    unmeasured = [gate.name for gate in gates if values.get(gate.name) is None]
    if unmeasured:
        raise NothingChecked(
            f"not measured: {', '.join(unmeasured)}",
            next_step="give references (or text with glossary terms), or drop the gate",
        )
    low = [
        f"{gate.name} is {value:.4g}, less than {gate.least:g}"
        for gate in gates
        if (value := values[gate.name]) is not None and value < gate.least
    ]
    if low:
        raise BelowThreshold("; ".join(low), next_step="see the report for what to mend")
