"""The quality room: metrics with references, checks without, and the report."""

from __future__ import annotations

from pipeline.quality.checks.language import left_in_french
from pipeline.quality.checks.pair import Pair, pair_of
from pipeline.quality.checks.registry import (
    CHECKS,
    Check,
    check_pair,
    choose_checks,
    choose_corpus_checks,
    examine,
)
from pipeline.quality.metrics.alignment import find_reference
from pipeline.quality.metrics.confidence import confidence
from pipeline.quality.metrics.reference import (
    METRICS,
    CorpusScorer,
    Score,
    score_segments,
)
from pipeline.quality.metrics.significance import compare_systems
from pipeline.quality.report.build import build_report
from pipeline.quality.report.compare import compare_outputs, compare_runs
from pipeline.quality.report.export import render_json, write_report
from pipeline.quality.report.gates import GATES, check_gates, parse_gates
from pipeline.quality.report.html import render_html
from pipeline.quality.report.model import QualityReport
from pipeline.quality.report.text import render_text

__all__ = [
    "CHECKS",
    "GATES",
    "METRICS",
    "Check",
    "CorpusScorer",
    "Pair",
    "QualityReport",
    "Score",
    "build_report",
    "check_gates",
    "check_pair",
    "choose_checks",
    "choose_corpus_checks",
    "compare_outputs",
    "compare_runs",
    "compare_systems",
    "confidence",
    "examine",
    "find_reference",
    "left_in_french",
    "pair_of",
    "parse_gates",
    "render_html",
    "render_json",
    "render_text",
    "score_segments",
    "write_report",
]
