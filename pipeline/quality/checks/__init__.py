"""Checks that need no reference: each looks at one source and its translation.

Enters: a `Pair`. Leaves: `Finding` records. Nothing here knows tables, reports or references.
"""

from __future__ import annotations

from pipeline.quality.checks.corpus import CORPUS_CHECKS, CorpusChecks
from pipeline.quality.checks.language import left_in_french
from pipeline.quality.checks.pair import Check, Pair, check, make_finding, pair_of
from pipeline.quality.checks.registry import (
    CHECKS,
    check_pair,
    choose_checks,
    choose_corpus_checks,
    confidence,
    examine,
)

__all__ = [
    "CHECKS",
    "CORPUS_CHECKS",
    "Check",
    "CorpusChecks",
    "Pair",
    "check",
    "check_pair",
    "choose_checks",
    "choose_corpus_checks",
    "confidence",
    "examine",
    "left_in_french",
    "make_finding",
    "pair_of",
]
