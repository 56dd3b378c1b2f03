"""Terminology metrics that need a reference: window overlap and 1 - TERm.

Alam et al. 2021, "On the Evaluation of Machine Translation for Terminology Consistency",
arXiv 2106.11891. Text is cut into words by sacrebleu's TER normalisation, case kept.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TERM_COST = 2  # of an edit that concerns a word of a term
_MOST_CELLS = 160_000  # words × words: beyond, one segment takes seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TermReferenceMetrics:
    """Means over segments. None where no segment has a term in its reference."""

    window_overlap_2: float | None  # 0 to 1
    window_overlap_3: float | None
    one_minus_term: float | None  # 1 - TERm; may be negative, as TER is not bounded
    segments: int  # with at least one term in the reference
    skipped: int = 0  # too long for TER's search of shifts


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    from sacrebleu.metrics.ter import TER

    return tuple(TER(normalized=True, case_sensitive=True)._preprocess_segment(text).split())


def _positions(words: Sequence[str], form: Sequence[str]) -> list[int]:
    size = len(form)
    return [i for i in range(len(words) - size + 1) if tuple(words[i : i + size]) == tuple(form)]


def _places(words: Sequence[str], forms: Sequence[str]) -> list[tuple[int, int]]:
    """Find the forms' places, longest first, none overlapping."""
    taken: list[tuple[int, int]] = []
    for form in sorted({_words(form) for form in forms if form}, key=len, reverse=True):
        for start in _positions(words, form) if form else ():
            end = start + len(form)
            if all(end <= a or b <= start for a, b in taken):
                taken.append((start, end))
    return sorted(taken)


def _around(words: Sequence[str], place: tuple[int, int], size: int) -> list[str]:
    start, end = place
    left = [w for w in reversed(words[:start]) if w not in string.punctuation][:size]
    right = [w for w in words[end:] if w not in string.punctuation][:size]
    return left + right


def window_overlap(
    hypothesis: str, reference: str, terms: Sequence[Sequence[str]], *, size: int
) -> float | None:
    """Compare the words around a term in the output with those around it in the reference.

    For each term, places in output and reference are paired greedily, best overlap first;
    an overlap is the share of the reference's window words that the output's window has.

    Args:
        hypothesis: the output segment.
        reference: its reference.
        terms: accepted forms of each distinct term of the source.
        size: words to either side, punctuation not counted; 2 and 3 in the paper.

    Returns:
        Mean over the paired places, 0 where a term of the reference is nowhere in the
        output; None where no term stands in the reference.
    """
    left, right = _words(hypothesis), _words(reference)
    total = 0.0
    matched = 0
    seen = False
    for forms in terms:
        wanted = _places(right, forms)
        seen = seen or bool(wanted)
        found = _places(left, forms)
        scored = []
        for i, place in enumerate(wanted):
            window = _around(right, place, size)
            for j, other in enumerate(found):
                rest = _around(left, other, size)
                hits = 0
                for word in window:
                    if word in rest:
                        rest.remove(word)
                        hits += 1
                scored.append((hits / len(window) if window else 0.0, -i, -j))
        used_i: set[int] = set()
        used_j: set[int] = set()
        for value, i, j in sorted(scored, reverse=True):
            if i not in used_i and j not in used_j:
                used_i.add(i)
                used_j.add(j)
                total += value
                matched += 1
    if not seen:
        return None
    return total / matched if matched else 0.0


def terms_edit_rate(hypothesis: str, reference: str, terms: Sequence[Sequence[str]]) -> float:
    """Compute TERm: TER in which an edit of a word of a term costs 2.

    Shifts are those that sacrebleu's TER makes (each costs 1); over the shifted output,
    an insertion or substitution for a reference word that belongs to a term costs 2.
    The sum is divided by the number of reference words.

    Args:
        hypothesis: the output segment.
        reference: its reference.
        terms: accepted forms of each distinct term of the source; without any, the
            result is plain TER.
    """
    from sacrebleu.metrics import lib_ter

    words, wanted = list(_words(hypothesis)), list(_words(reference))
    if not wanted:
        return 1.0 if words else 0.0
    costs = [1] * len(wanted)
    for forms in terms:
        for start, end in _places(wanted, forms):
            costs[start:end] = [_TERM_COST] * (end - start)
    distance = lib_ter.BeamEditDistance(wanted)
    shifts = checked = 0
    while True:
        gain, shifted, checked = lib_ter._shift(words, wanted, distance, checked)
        if checked >= lib_ter._MAX_SHIFT_CANDIDATES or gain <= 0:
            break
        shifts += 1
        words = shifted
    return (shifts + _weighted_distance(words, wanted, costs)) / len(wanted)


def _weighted_distance(words: Sequence[str], wanted: Sequence[str], costs: Sequence[int]) -> int:
    row = [0]
    for cost in costs:
        row.append(row[-1] + cost)
    for word in words:
        before, row = row, [row[0] + 1]
        for j, (other, cost) in enumerate(zip(wanted, costs, strict=True)):
            row.append(
                min(before[j] + (0 if word == other else cost), before[j + 1] + 1, row[j] + cost)
            )
    return row[-1]


def term_reference_metrics(
    segments: Sequence[tuple[str, str, Sequence[Sequence[str]]]],
) -> TermReferenceMetrics:
    """Average window overlap and 1 - TERm over segments whose reference holds a term.

    The WMT21 script averages TERm over all segments; those without terms, where TERm is
    plain TER, would only dilute the figure.

    Args:
        segments: output, reference, and the accepted forms of each distinct term.
    """
    narrow: list[float] = []
    wide: list[float] = []
    rates: list[float] = []
    skipped = 0
    for hypothesis, reference, terms in segments:
        if (hypothesis.count(" ") + 1) * (reference.count(" ") + 1) > _MOST_CELLS:
            skipped += 1
            continue
        value = window_overlap(hypothesis, reference, terms, size=2)
        if value is None:
            continue
        narrow.append(value)
        wide.append(window_overlap(hypothesis, reference, terms, size=3) or 0.0)
        rates.append(terms_edit_rate(hypothesis, reference, terms))
    if not narrow:
        return TermReferenceMetrics(
            window_overlap_2=None,
            window_overlap_3=None,
            one_minus_term=None,
            segments=0,
            skipped=skipped,
        )
    return TermReferenceMetrics(
        window_overlap_2=sum(narrow) / len(narrow),
        window_overlap_3=sum(wide) / len(wide),
        one_minus_term=1 - sum(rates) / len(rates),
        segments=len(narrow),
        skipped=skipped,
    )
