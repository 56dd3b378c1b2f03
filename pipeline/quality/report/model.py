"""The quality report as one object: computed once, rendered as HTML, JSON, CSV and text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pipeline.quality.metrics.reference import Score
    from pipeline.quality.metrics.term_reference import TermReferenceMetrics
    from pipeline.quality.metrics.terms import TermMetrics
    from pipeline.quality.report.headline import Delta, HistoryRow
    from pipeline.records import Finding, Translation


_FEWEST_WORDS = 5  # fewer are seen at a glance, and the model is always unsure of them

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentReport:
    """One segment as the report shows it."""

    row: Translation
    findings: tuple[Finding, ...]  # of the checks that were asked for
    confidence: float  # 0 to 1, with these findings
    reference: str  # "" where there is none
    chrf: float | None  # against the reference, 0 to 100

    @property
    def ratio(self) -> float | None:
        """Characters of the translation over those of the source."""
        source = self.row.source.strip()
        return len(self.row.target.strip()) / len(source) if source else None

    @property
    def violations(self) -> tuple[str, ...]:
        """Glossary terms that are not as they should be."""
        return tuple(t.occurrence.term for t in self.row.terms if not t.satisfied)

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
    touch_ups: tuple[tuple[str, int], ...]  # places by kind, most first
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


# --- what a person with little time should look at first ----------------------------


def varied(
    items: Sequence[_Item], kind: Callable[[_Item], str], count: int, *, most: int = 2
) -> list[_Item]:
    """Choose the first items, but not six of one kind while others wait.

    Args:
        items: worst first.
        kind: what is wrong with an item.
        count: how many are wanted.
        most: of a kind, as long as there are items of other kinds.

    Returns:
        At most ``count`` items, in the order given.
    """
    seen: Counter[str] = Counter()
    chosen: list[int] = []
    rest: list[int] = []
    for index, item in enumerate(items):
        if len(chosen) == count:
            break
        seen[kind(item)] += 1
        (chosen if seen[kind(item)] <= most else rest).append(index)
    chosen += rest[: count - len(chosen)]
    return [items[index] for index in sorted(chosen)]


def _quiet(segments: Sequence[SegmentReport]) -> list[int]:
    return [
        index
        for index, segment in enumerate(segments)
        if not segment.gravity and len(segment.row.source.split()) >= _FEWEST_WORDS
    ]


def least_sure(segments: Sequence[SegmentReport], count: int) -> list[int]:
    """Give the places of segments that no check spoke of and the model was least sure of."""
    return sorted(_quiet(segments), key=lambda index: segments[index].confidence)[:count]


def furthest(
    segments: Sequence[SegmentReport], count: int, *, taken: Collection[int] = ()
) -> list[int]:
    """Give the places of segments that no check spoke of, furthest from their reference.

    Args:
        segments: of the report.
        count: how many are wanted.
        taken: places that are shown already.
    """
    scored = [
        (chrf, index)
        for index in _quiet(segments)
        if index not in taken and (chrf := segments[index].chrf) is not None
    ]
    return [index for _, index in sorted(scored)[:count]]
