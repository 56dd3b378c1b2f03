"""The quality room: metrics with references, checks without, and the report."""

from __future__ import annotations

from pipeline.quality.alignment import find_reference
from pipeline.quality.check_language import left_in_french
from pipeline.quality.checks import CHECKS, Check, check_pair, choose_checks, choose_corpus_checks
from pipeline.quality.compare import compare_outputs, compare_runs
from pipeline.quality.confidence import confidence
from pipeline.quality.documents import DocumentsQuality, quality_of_documents
from pipeline.quality.export import render_json, write_report
from pipeline.quality.gates import GATES, check_gates, parse_gates
from pipeline.quality.pair import Pair
from pipeline.quality.reference import METRICS, CorpusScorer, Score, score_corpus, score_segments
from pipeline.quality.render_html import render_html
from pipeline.quality.render_text import render_text
from pipeline.quality.report import build_report
from pipeline.quality.report_model import QualityReport
from pipeline.quality.significance import compare_systems
from pipeline.quality.terms import term_metrics

__all__ = [
    "CHECKS",
    "GATES",
    "METRICS",
    "Check",
    "CorpusScorer",
    "DocumentsQuality",
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
    "find_reference",
    "left_in_french",
    "parse_gates",
    "quality_of_documents",
    "render_html",
    "render_json",
    "render_text",
    "score_corpus",
    "score_segments",
    "term_metrics",
    "write_report",
]
