"""The report in a terminal, as JSON, and written: all renderings of one object, the history."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pipeline.keeping import Keeper
from pipeline.lists import neutral
from pipeline.quality.report.build import HISTORY
from pipeline.quality.report.headline import append_history
from pipeline.quality.report.html import render_html
from pipeline.quality.report.model import least_sure
from pipeline.table import to_plain
from pipeline.wording import Style, counted, excerpt, one_line, plain, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from pipeline.quality.report.model import QualityReport, SegmentReport
    from pipeline.records import Finding

GENERATOR = "passerelle"
"""The mark by which a report is known to be ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLine:
    """A segment as ``report.json`` tells it."""

    place: str  # for people
    document: str
    block: int  # from 0
    segment: int  # from 0, inside its block
    kind: str  # of the block
    source: str
    target: str
    reference: str  # "" where there is none
    chrf: float | None  # against the reference, 0 to 100
    confidence: float  # 0 to 1
    score: float | None  # mean log-probability per target token, natural log
    ratio: float | None  # characters of the translation over those of the source
    findings: tuple[Finding, ...]
    violations: tuple[str, ...]  # glossary terms that are not as they should be
    memory: bool  # came from the translation memory


def plain_report(report: QualityReport) -> dict[str, Any]:
    """Give the report as plain values, as ``report.json`` holds them; what is not known is null."""
    values = {f.name: getattr(report, f.name) for f in fields(report)}
    values["segments"] = [_line_of(s) for s in report.segments]
    return {"generator": GENERATOR} | {name: to_plain(value) for name, value in values.items()}


def _line_of(s: SegmentReport) -> SegmentLine:
    return SegmentLine(
        place=s.row.place,
        document=s.row.doc_id,
        block=s.row.segment.block_id,
        segment=s.row.segment.segment_id,
        kind=s.row.segment.kind,
        source=s.row.source,
        target=s.row.target,
        reference=s.reference,
        chrf=s.chrf,
        confidence=s.confidence,
        score=s.row.score,
        ratio=s.ratio,
        findings=s.findings,
        violations=s.violations,
        memory=s.row.memory,
    )


def render_json(report: QualityReport) -> str:
    """Render the report as JSON; what is not known is null."""
    return visible(json.dumps(plain_report(report), ensure_ascii=False, indent=1))


def segment_table(report: QualityReport) -> pl.DataFrame:
    """Give the report's segments as a table, worst first, findings as text."""
    import polars as pl

    texts = ("findings", "violated_terms", "source", "target", "reference")
    schema: dict[str, Any] = {
        **dict.fromkeys(("place", "document"), pl.String),
        **dict.fromkeys(("block", "segment", "gravity"), pl.Int64),
        **dict.fromkeys(("confidence", "chrf", "score", "length_ratio"), pl.Float64),
        **dict.fromkeys(texts, pl.String),
    }
    rows = [
        to_plain(_line_of(s))
        | {
            "gravity": s.gravity,
            "length_ratio": s.ratio,
            "findings": "; ".join(f"{f.severity} {f.check}: {f.message}" for f in s.findings),
            "violated_terms": "; ".join(s.violations),
        }
        for s in report.segments
    ]
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)


def _safe_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep a spreadsheet from running a cell as a formula."""
    import polars as pl

    return frame.with_columns(pl.col(pl.String).map_elements(neutral, return_dtype=pl.String))


def write_report(report: QualityReport, outputs: Path, *, keeper: Keeper | None = None) -> Path:
    """Write ``report.html``, ``report.json``, ``quality.csv``, ``quality.parquet``, history.

    Args:
        report: the report.
        outputs: the folder to write to.
        keeper: writes there; the folder's own unless given.

    Returns:
        The path of ``report.html``.

    Raises:
        OutputError: a file cannot be written.
    """
    keeper = keeper or Keeper.of_folder(outputs)
    page = outputs / "report.html"
    keeper.write(page, render_html(report).encode())
    keeper.write(outputs / "report.json", render_json(report).encode())
    frame = segment_table(report)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    keeper.write(outputs / "quality.parquet", buffer.getvalue())
    # With a byte-order mark, or a spreadsheet takes UTF-8 for something else.
    table = visible(_safe_cells(frame).write_csv())
    keeper.write(outputs / "quality.csv", b"\xef\xbb\xbf" + table.encode())
    append_history(outputs / HISTORY, report.history, keeper=keeper)
    return page


# --- one terminal screen --------------------------------------------------------------

_FIRST = 5
_UNSURE = 3
_WIDTH = 76


def _worst(report: QualityReport, style: Style) -> Iterator[str]:
    grave = sum(bool(segment.gravity) for segment in report.segments)
    if not grave:
        yield style("No check found anything.", "good")
        unsure = least_sure(report.segments, _UNSURE)
        if unsure:
            yield style("Checks see forms, not meaning. The model was least sure of:", "strong")
        for segment in (report.segments[index] for index in unsure):
            yield f"  {segment.row.place}: confidence {segment.confidence:.2f}"
            yield f"    {excerpt(segment.row.target, _WIDTH)}"
        return
    yield style("Check first:", "strong")
    for segment in (report.segments[index] for index in report.first[:_FIRST]):
        why = style(_why(segment), "bad" if segment.gravity == 2 else "strong")
        yield f"  {segment.row.place}: {why}"
        yield f"    {excerpt(segment.row.target, _WIDTH) or '(empty)'}"
    if grave > _FIRST:
        yield f"  and {grave - _FIRST:,} more"


def _why(segment: SegmentReport) -> str:
    reasons = [f"glossary: {term} is not as it should be" for term in segment.unsaid]
    reasons += [finding.message for finding in segment.findings if finding.severity != "info"]
    return "; ".join(dict.fromkeys(reasons))


def render_text(report: QualityReport, *, style: Style = plain) -> str:
    """Render the report for a terminal.

    Args:
        report: the report.
        style: colours a text.
    """
    lines = [
        f"{counted(len(report.documents), 'document')}, "
        f"{counted(report.segments_total, 'sentence')}, engine {report.engine}"
    ]
    moved = {delta.name: delta for delta in report.deltas}
    for score in report.scores:
        text = f"  {score.name} {style(f'{score.value:.1f}', 'strong')}"
        if score.ci is not None:
            text += f" ± {score.ci:.1f}"
        delta = moved.get(score.metric)
        if delta and delta.better is not None:
            text += f" ({delta.after - delta.before:+.1f} since the last report)"
        lines += [text, style(f"    {score.name}|{score.signature}", "faint")]
    terms = report.terms
    if terms.occurrences:
        lines.append(
            f"  Terms: {terms.satisfied:,} of {terms.occurrences:,} as the glossary says"
            + (f", {counted(terms.over_use, 'over-use')}" if terms.over_use else "")
        )
    lines.append(
        f"  Findings: {counted(report.errors, 'error')}, {counted(report.warnings, 'warning')}, "
        f"{counted(report.notes_found, 'note')}"
    )
    lines.append(f"  Confidence: {report.confidence:.2f} in the mean")
    lines += [f"  Note: {one_line(note)}" for note in report.notes]
    lines += _worst(report, style)
    return "\n".join(lines)
