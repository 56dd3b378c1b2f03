"""The report in one terminal screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.quality.report.triage import least_sure
from pipeline.wording import Style, counted, excerpt, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.report.model import QualityReport, SegmentReport

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
            yield f"  {segment.place}: confidence {segment.confidence:.2f}"
            yield f"    {excerpt(segment.target, _WIDTH)}"
        return
    yield style("Check first:", "strong")
    for segment in (report.segments[index] for index in report.first[:_FIRST]):
        why = style(_why(segment), "bad" if segment.gravity == 2 else "strong")
        yield f"  {segment.place}: {why}"
        yield f"    {excerpt(segment.target, _WIDTH) or '(empty)'}"
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
    lines += [f"  Note: {note}" for note in report.notes]
    lines += _worst(report, style)
    return "\n".join(lines)
