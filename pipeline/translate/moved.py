"""Keeping a translation's records true when placing its markup changed the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.glossary.enforce.edits import rewrite
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from pipeline.records import TermResult, Translation

__all__ = ["with_target"]

RUNG = "markup"
"""The rung of edits that put protected text or markup back."""


def with_target(translation: Translation, target: str) -> Translation:
    """Give ``translation`` with another target: edits, terms and findings follow.

    The edits still replay from the draft to the target. A term whose form stands in the
    new text has its new place; one whose form is gone is violated, and a finding says so.
    """
    old = translation.target
    if target == old:
        return translation
    edits = rewrite(old, target, rung=RUNG, term="", source=(-1, -1))
    terms: list[TermResult] = []
    findings = [replace(f, target=_place(f.target, old, target)) for f in translation.findings]
    taken: set[int] = set()
    for term in translation.terms:
        if term.target_start < 0:
            terms.append(term)
            continue
        start = _nearest(term.found, target, term.target_start, taken)
        if start >= 0:
            taken.add(start)
            terms.append(replace(term, target_start=start, target_end=start + len(term.found)))
        elif term.occurrence.start == term.occurrence.end:
            continue  # a forbidden form that is gone
        else:
            seen = term.occurrence
            terms.append(
                replace(
                    term, found="", target_start=-1, target_end=-1, rung="flag", status="violated"
                )
            )
            findings.append(
                Finding(
                    check="term",
                    severity="error",
                    message=f"“{seen.text}”: its translation was lost when markup was placed",
                    source=Span(start=seen.start, end=seen.end),
                )
            )
    return replace(
        translation,
        target=target,
        edits=(*translation.edits, *edits),
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
