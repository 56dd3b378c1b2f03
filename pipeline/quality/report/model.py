"""The quality report as one object: computed once, rendered as HTML, JSON, CSV and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.quality.metrics.reference import Score
    from pipeline.quality.metrics.term_reference import TermReferenceMetrics
    from pipeline.quality.metrics.terms import TermMetrics
    from pipeline.records import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReport:
    """One segment as the report shows it."""

    place: str
    document: str
    block: int  # from 0
    segment: int  # from 0, inside its block
    kind: str
    source: str
    target: str
    reference: str  # "" where there is none
    chrf: float | None  # against the reference, 0 to 100
    confidence: float  # 0 to 1
    score: float | None  # the model's mean log-probability per token
    ratio: float | None  # characters of the translation over those of the source
    findings: tuple[Finding, ...]
    violations: tuple[str, ...]  # glossary terms that are not as they should be
    memory: bool

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Violated terms, where no finding of the run names them already."""
        return () if any(f.check == "term" for f in self.findings) else self.violations

    @property
    def trouble(self) -> str:
        """Name the gravest thing that is wrong: a check, or ``term``; "" where nothing is."""
        if self.unsaid:
            return "term"
        return self.findings[0].check if self.findings else ""

    @property
    def gravity(self) -> int:
        """2 where an error or a violation was found, 1 for a warning, 0 otherwise."""
        severities = {finding.severity for finding in self.findings}
        if self.violations or "error" in severities:
            return 2
        return 1 if "warning" in severities else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """One document's figures."""

    document: str
    segments: int
    words: int  # of the source
    reference: str  # the reference's path; "" where none was found
    note: str  # how it was aligned, or why it has no scores
    scores: tuple[Score, ...]
    confidence: float  # mean over segments
    errors: int
    warnings: int
    terms: int  # occurrences
    violations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceReport:
    """One occurrence of a glossary term and what became of it."""

    place: str
    document: str
    term: str
    text: str  # as it stands in the source
    before: str  # words around it in the source
    after: str
    target_before: str  # words around what was found, in the translation
    target_after: str
    expected: tuple[str, ...]
    found: str
    rung: str
    satisfied: bool
    changed_from: str  # what the glossary stage replaced; "" where nothing
    changed_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCount:
    """How often a check spoke."""

    name: str
    title: str
    explanation: str
    errors: int
    warnings: int
    notes: int
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a figure is distributed over segments: counts in bins of equal width."""

    name: str
    title: str
    low: float
    high: float
    counts: tuple[int, ...]
    median: float  # the middle of the bin that holds it


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """Everything that a run's quality report says."""

    created: str  # ISO 8601, UTC
    engine: str
    segments_total: int
    scores: tuple[Score, ...]  # over the blocks of all documents with a reference
    references: int  # documents with a reference
    documents: tuple[DocumentReport, ...]
    segments: tuple[SegmentReport, ...]  # worst first; the worst ones of a large run
    checks: tuple[CheckCount, ...]  # those that spoke, most grave first
    checks_run: tuple[str, ...]
    errors: int
    warnings: int
    notes_found: int
    terms: TermMetrics
    term_reference: TermReferenceMetrics | None
    occurrences: tuple[OccurrenceReport, ...]  # violated ones first
    spreads: tuple[Spread, ...]
    confidence: float  # mean over segments
    history: tuple[HistoryRow, ...]  # oldest first, this report last
    deltas: tuple[Delta, ...]  # none where no earlier report was on the same texts
    first: tuple[int, ...]  # what to check first: places in ``segments``, findings varied
    notes: tuple[str, ...]
    manifest: Mapping[str, Any]

    def gate_values(self) -> dict[str, float | None]:
        """Give the figures that ``--fail-under`` knows, by name."""
        values: dict[str, float | None] = {score.metric: score.value for score in self.scores}
        values["terms"] = self.terms.accuracy
        values["consistency"] = self.terms.consistency_first_micro
        values["confidence"] = self.confidence if self.segments_total else None
        return values
