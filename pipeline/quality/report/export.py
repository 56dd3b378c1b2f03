"""Writing the report: HTML, JSON, CSV and Parquet of one object, and the history."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from pipeline.fsio import atomic_write
from pipeline.quality.report.build import HISTORY
from pipeline.quality.report.history import append_history
from pipeline.quality.report.html import render_html
from pipeline.table import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from pipeline.quality.report.model import QualityReport

__all__ = ["render_json", "segment_table", "write_report"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_json(report: QualityReport) -> str:
    """Render the report as JSON; what is not known is null."""
    return json.dumps(to_plain(report), ensure_ascii=False, indent=1)


def segment_table(report: QualityReport) -> pl.DataFrame:
    """Give the report's segments as a table, worst first, findings as text."""
    import polars as pl

    schema: dict[str, Any] = {
        "place": pl.String,
        "document": pl.String,
        "block": pl.Int64,
        "segment": pl.Int64,
        "gravity": pl.Int64,
        "confidence": pl.Float64,
        "chrf": pl.Float64,
        "score": pl.Float64,
        "length_ratio": pl.Float64,
        "findings": pl.String,
        "violated_terms": pl.String,
        "source": pl.String,
        "target": pl.String,
        "reference": pl.String,
    }
    return pl.DataFrame(
        [
            {
                "place": s.place,
                "document": s.document,
                "block": s.block,
                "segment": s.segment,
                "gravity": s.gravity,
                "confidence": s.confidence,
                "chrf": s.chrf,
                "score": s.score,
                "length_ratio": s.ratio,
                "findings": "; ".join(f"{f.severity} {f.check}: {f.message}" for f in s.findings),
                "violated_terms": "; ".join(s.violations),
                "source": s.source,
                "target": s.target,
                "reference": s.reference,
            }
            for s in report.segments
        ],
        schema=schema,
    )


def _safe_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep a spreadsheet from running a cell as a formula, by an apostrophe before it."""
    import polars as pl

    return frame.with_columns(
        pl.when(pl.col(name).str.head(1).is_in(list(_FORMULA)))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )


def write_report(report: QualityReport, outputs: Path) -> Path:
    """Write ``report.html``, ``report.json``, ``quality.csv``, ``quality.parquet``, history.

    Args:
        report: the report.
        outputs: the folder to write to.

    Returns:
        The path of ``report.html``.

    Raises:
        OutputError: a file cannot be written.
    """
    page = outputs / "report.html"
    atomic_write(page, render_html(report).encode())
    atomic_write(outputs / "report.json", render_json(report).encode())
    frame = segment_table(report)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    atomic_write(outputs / "quality.parquet", buffer.getvalue())
    # With a byte-order mark, or a spreadsheet takes UTF-8 for something else.
    atomic_write(outputs / "quality.csv", b"\xef\xbb\xbf" + _safe_cells(frame).write_csv().encode())
    append_history(outputs / HISTORY, report.history)
    return page
