"""From the ladder's last candidate to the finished record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.glossary.match.targets import accepted
from pipeline.records import Finding, Occurrence, Rendering, Span, TermResult

if TYPE_CHECKING:
    from pipeline.glossary.enforce.ladder import Candidate
    from pipeline.glossary.match.targets import Hit
    from pipeline.glossary.records import Match, Matches, Term
    from pipeline.records import Draft


def _kept(match: Match, hit: Hit | None, before: Hit | None, best: Candidate) -> TermResult:
    if hit is None:
        return TermResult(
            occurrence=match.occurrence,
            expected=accepted(match),
            found="",
            target=None,
            rung="flag",
            status="violated",
        )
    return TermResult(
        occurrence=match.occurrence,
        expected=accepted(match),
        found=best.final.target.text[hit.start : hit.end],
        target=Span(start=hit.start, end=hit.end),
        rung=best.whole if before is not None else "repair",
        status="satisfied",
    )


def _refused(term: Term, hit: Hit, matches: Matches, text: str) -> TermResult:
    """Give the result of a forbidden form; it has no place in the source."""
    return TermResult(
        occurrence=Occurrence(term=term.source, row=term.place, span=Span(start=0, end=0), text=""),
        expected=(),
        found=text[hit.start : hit.end],
        target=Span(start=hit.start, end=hit.end),
        rung="flag",
        status="violated",
    )


def _finding(result: TermResult) -> Finding:
    seen = result.occurrence
    if not result.expected:
        return Finding(
            check="term",
            severity="error",
            message=f"“{result.found}” is forbidden",
            target=result.target,
        )
    forms = " or ".join(f"“{form}”" for form in result.expected)
    return Finding(
        check="term",
        severity="error",
        message=f"“{seen.text}” should be {forms}; it is not there"
        if len(result.expected) == 1
        else f"“{seen.text}” should be {forms}; none is there",
        source=seen.span,
    )


def finish(draft: Draft, matches: Matches, best: Candidate) -> Rendering:
    """Make the finished record of a draft from the candidate that won."""
    text = best.text
    results = [
        _kept(match, hit, before, best)
        for match, hit, before in zip(matches.matches, best.final.hits, best.raw.hits, strict=True)
    ]
    results += [_refused(term, hit, matches, text) for term, hit in best.final.forbidden]
    findings = [_finding(r) for r in results if r.status == "violated"]
    for kept, lost in matches.overlaps:
        if not (kept.start <= lost.start and lost.end <= kept.end):
            findings.append(
                Finding(
                    check="term-overlap",
                    severity="info",
                    message=f"“{lost.text}” ({lost.term.place}) overlaps “{kept.text}” "
                    f"({kept.term.place}), which was taken",
                    source=Span(start=lost.start, end=lost.end),
                )
            )
    return Rendering(
        draft=draft.hypotheses[0].text,
        target=text,
        engine=draft.engine,
        fingerprint=draft.fingerprint,
        score=best.score,
        hypotheses=draft.hypotheses,
        terms=tuple(results),
        edits=best.edits,
        findings=(*draft.findings, *findings),
        seconds=draft.seconds,
    )
