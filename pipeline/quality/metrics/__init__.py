"""Figures: against references (BLEU, chrF, TER, with significance), and of terms.

Enters: hypotheses and references, or finished segments. Leaves: scores with their signatures.
"""

from __future__ import annotations

from pipeline.quality.metrics.alignment import align_blocks
from pipeline.quality.metrics.reference import METRICS, CorpusScorer, Score, score_segments
from pipeline.quality.metrics.references import (
    fetch_testset,
    find_reference,
    paragraphs,
    parallel_lines,
    read_text,
)
from pipeline.quality.metrics.significance import Comparison, compare_systems
from pipeline.quality.metrics.terms import TermTally

__all__ = [
    "METRICS",
    "Comparison",
    "CorpusScorer",
    "Score",
    "TermTally",
    "align_blocks",
    "compare_systems",
    "fetch_testset",
    "find_reference",
    "paragraphs",
    "parallel_lines",
    "read_text",
    "score_segments",
]
