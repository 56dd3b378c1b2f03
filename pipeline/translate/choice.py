"""Which of an engine's answers is the best, as far as that can be seen without a reference.

An answer's merit is the model's own score and how much of the French stands in it, word by
word and both ways, as a lexicon counted over aligned sentences sees it: a wrong sense in
good form is likely English, but not what the word usually becomes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import WEIGHT, coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Coverage
    from pipeline.records import Hypothesis, Segment, Span, TermResult


def covering(
    segment: Segment, target: str, terms: Sequence[Span] = (), kept: Sequence[Span] = ()
) -> Coverage:
    """Measure how much of a segment stands in its English; see `pipeline.lexicon.coverage`.

    Args:
        segment: the segment; what of it is no prose counts as covered.
        target: its English.
        terms: where the glossary's terms stand in the source: it answers for them.
        kept: where their English stands in the target.
    """
    covered = (*terms, *segment.protected)
    return coverage(segment.source, target, covered=covered, covered_target=kept)


def covering_terms(segment: Segment, target: str, terms: Sequence[TermResult]) -> Coverage:
    """Measure the same with what became of the terms."""
    return covering(
        segment,
        target,
        [t.occurrence.span for t in terms if not t.forbidden],
        [t.target for t in terms if t.satisfied and t.target is not None],
    )


def merit(score: float | None, seen: Coverage) -> float | None:
    """Give an answer's merit in nats, at most 0; None where its score is not known."""
    return None if score is None else score + WEIGHT * seen.both


def ranked(
    hypotheses: Sequence[Hypothesis], segment: Segment, terms: Sequence[Span] = ()
) -> tuple[Hypothesis, ...]:
    """Put the best answer first.

    Answers that the guard flagged stay behind the others, and all stay as they are where a
    score is not known.
    """
    if len(hypotheses) < 2 or any(h.score is None for h in hypotheses):
        return tuple(hypotheses)
    merits = {h: merit(h.score, covering(segment, h.text, terms)) or 0.0 for h in hypotheses}
    return tuple(sorted(hypotheses, key=lambda h: (bool(h.flags), -merits[h])))
