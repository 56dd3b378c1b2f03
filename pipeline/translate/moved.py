"""Keeping a rendering's records true when placing its markup changed the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.glossary import rewrite
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from pipeline.records import Rendering, TermResult

RUNG = "markup"
"""The rung of edits that put protected text or markup back."""


def with_target(rendering: Rendering, target: str) -> Rendering:
    """Give ``rendering`` with another target: edits, terms and findings follow.

    The edits still replay from the draft to the target. A term whose form stands in the
    new text has its new place; one whose form is gone is violated, and a finding says so.
    """
    old = rendering.target
    if target == old:
        return rendering
    terms: list[TermResult] = []
    findings = [replace(f, target=_place(f.target, old, target)) for f in rendering.findings]
    taken: set[int] = set()
    for term in rendering.terms:
        if term.target is None:
            terms.append(term)
            continue
        start = _nearest(term.found, target, term.target.start, taken)
        if start >= 0:
            taken.add(start)
            terms.append(replace(term, target=Span(start=start, end=start + len(term.found))))
        elif not term.forbidden:  # a forbidden form that is gone is no trouble any more
            seen = term.occurrence
            terms.append(replace(term, found="", target=None, rung="flag", status="violated"))
            findings.append(
                Finding(
                    check="term",
                    severity="error",
                    message=f"“{seen.text}”: its translation was lost when markup was placed",
                    source=seen.span,
                )
            )
    return replace(
        rendering,
        target=target,
        edits=(*rendering.edits, *rewrite(old, target, rung=RUNG)),
        terms=tuple(terms),
        findings=tuple(findings),
    )


def _nearest(form: str, text: str, wanted: int, taken: set[int]) -> int:
    """Give the start of the occurrence of ``form`` that is nearest to ``wanted``, or -1."""
    places = [
        m.start()
        for m in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text)
        if m.start() not in taken
    ]
    return min(places, key=lambda place: abs(place - wanted), default=-1)


def _place(span: Span | None, old: str, new: str) -> Span | None:
    """Find a finding's words in the new text; ``None`` where they are not there."""
    if span is None:
        return None
    form = old[span.start : span.end]
    start = new.find(form) if form else -1
    return Span(start=start, end=start + len(form)) if start >= 0 else None
