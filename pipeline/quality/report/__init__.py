"""The quality report: computed once from the segment table, rendered as HTML, JSON, CSV, text.

Enters: a run's output folder. Leaves: one `QualityReport`, and the files that show it.
"""

from __future__ import annotations

from pipeline.quality.report.build import TABLE, build_report, is_current
from pipeline.quality.report.compare import RunComparison, compare_outputs, compare_runs
from pipeline.quality.report.export import plain_report, render_json, render_text, write_report
from pipeline.quality.report.headline import GATES, Gate, check_gates, parse_gates
from pipeline.quality.report.html import render_html
from pipeline.quality.report.model import QualityReport, varied

__all__ = [
    "GATES",
    "TABLE",
    "Gate",
    "QualityReport",
    "RunComparison",
    "build_report",
    "check_gates",
    "compare_outputs",
    "compare_runs",
    "is_current",
    "parse_gates",
    "plain_report",
    "render_html",
    "render_json",
    "render_text",
    "varied",
    "write_report",
]
