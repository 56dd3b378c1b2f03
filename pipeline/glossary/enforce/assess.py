"""Measuring a text against the terms of its source, and the record of what became of them.

Deciding is the ladder's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.glossary.match import Hit, Target, accepted, assign, find_form
from pipeline.records import Finding, Occurrence, Rendering, Span, TermResult
from pipeline.wording import unkept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.glossary.records import Match, Matches, Term
    from pipeline.records import Draft, Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a text makes of the terms of its source."""

    target: Target
    hits: tuple[Hit | None, ...]  # one for each match
    forbidden: tuple[tuple[Term, Hit], ...]  # forbidden forms that stand in the text

    @property
    def satisfied(self) -> int:
        """How many occurrences hold an accepted form."""
        return sum(h is not None for h in self.hits)

    @property
    def violations(self) -> int:
        """How many occurrences hold none, plus forbidden forms."""
        return len(self.hits) - self.satisfied + len(self.forbidden)

    @property
    def missing(self) -> tuple[int, ...]:
        """The indexes of the occurrences that hold no accepted form."""
        return tuple(i for i, h in enumerate(self.hits) if h is None)

    def taken(self) -> tuple[tuple[int, int], ...]:
        """Give the spans that satisfy an occurrence."""
        return tuple((h.start, h.end) for h in self.hits if h is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text on its way to become the target."""

    text: str
    edits: tuple[Edit, ...]  # from the draft to the text
    whole: str  # rung that gave the text before repairs: "draft", "hypothesis" …
    raw: Assessment  # before repairs
    final: Assessment  # after repairs
    score: float | None

    @property
    def violations(self) -> int:
        """How many terms the text does not keep."""
        return self.final.violations


def assess(text: str, matches: Matches) -> Assessment:
    """Measure ``text`` against the terms of its source."""
    target = Target.of(text)
    hits = assign(target, [(m.term, accepted(m), m.caps) for m in matches.matches])
    used = [(h.start, h.end) for h in hits if h is not None]
    refused: list[tuple[Term, Hit]] = []
    seen: set[tuple[int, int]] = set()
    for term in matches.forbidden:
        for form in term.targets:
            for start, end in find_form(target, form, case=term.case, inflect=term.inflect):
                covered = any(low <= start and end <= high for low, high in used)
                if not covered and (start, end) not in seen:
                    seen.add((start, end))
                    refused.append((term, Hit(start=start, end=end, form=form)))
    refused.sort(key=lambda pair: pair[1].start)
    return Assessment(target=target, hits=hits, forbidden=tuple(refused))


def _kept(match: Match, hit: Hit | None, before: Hit | None, best: Candidate) -> TermResult:
    return TermResult(
        occurrence=match.occurrence,
        expected=accepted(match),
        found=best.text[hit.start : hit.end] if hit else "",
        target=Span(start=hit.start, end=hit.end) if hit else None,
        rung="flag" if hit is None else "repair" if before is None else best.whole,
        status="satisfied" if hit else "violated",
    )


def _refused(term: Term, hit: Hit, best: Candidate) -> TermResult:
    """Give the result of a forbidden form; it has no place in the source."""
    return TermResult(
        occurrence=Occurrence(term=term.source, row=term.place, span=Span(start=0, end=0), text=""),
        expected=(),
        found=best.text[hit.start : hit.end],
        target=Span(start=hit.start, end=hit.end),
        rung="flag",
        status="violated",
    )


def _findings(results: list[TermResult], matches: Matches) -> Iterator[Finding]:
    """Name what is violated, and the terms that gave way to others."""
    for result in results:
        seen = result.occurrence
        said = unkept(seen.text, result.expected, result.found)
        if result.forbidden:
            yield Finding(check="term", severity="error", message=said, target=result.target)
        elif not result.satisfied:
            yield Finding(check="term", severity="error", message=said, source=seen.span)
    for kept, lost in matches.overlaps:
        if not (kept.start <= lost.start and lost.end <= kept.end):
            said = (
                f"“{lost.text}” ({lost.term.place}) overlaps “{kept.text}” ({kept.term.place}), "
                "which was taken"
            )
            span = lost.occurrence.span
            yield Finding(check="term-overlap", severity="info", message=said, source=span)


def finish(draft: Draft, matches: Matches, best: Candidate) -> Rendering:
    """Make the finished record of a draft from the candidate that won."""
    hits = zip(matches.matches, best.final.hits, best.raw.hits, strict=True)
    results = [_kept(match, hit, before, best) for match, hit, before in hits]
    results += [_refused(term, hit, best) for term, hit in best.final.forbidden]
    return Rendering(
        draft=draft.hypotheses[0].text,
        target=best.text,
        engine=draft.engine,
        fingerprint=draft.fingerprint,
        score=best.score,
        hypotheses=draft.hypotheses,
        terms=tuple(results),
        edits=best.edits,
        findings=(*draft.findings, *_findings(results, matches)),
        seconds=draft.seconds,
    )
