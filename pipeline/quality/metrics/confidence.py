"""How sure one may be of a segment without a reference, to order what to check first.

The base is the model's own mean probability per token, exp(mean log-probability): the
length-normalised score that Fomicheva et al. 2020 ("Unsupervised Quality Estimation for
Neural Machine Translation", TACL 8) find to rank segments best among what a single pass
gives. Each finding takes away a share. ``benchmarks/bench_quality.py`` measures the rank
correlation with chrF.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Severity

__all__ = ["confidence", "spearman"]

_KEEPS: dict[str, float] = {"error": 0.4, "warning": 0.7, "info": 1.0}
_VIOLATION_KEEPS = 0.5
_UNKNOWN = 0.8  # a segment whose model gave no score: neither sure nor suspect


def confidence(
    score: float | None, severities: Sequence[Severity] = (), violations: int = 0
) -> float:
    """Give a segment's confidence, 0 to 1.

    Args:
        score: mean log-probability per target token, natural logarithm; None: not known.
        severities: of the segment's findings.
        violations: glossary terms that are not rendered as they should be.
    """
    value = _UNKNOWN if score is None else math.exp(min(score, 0.0))
    # The second finding of a kind adds little: one loop may trip three checks.
    for severity in sorted(set(severities)):
        value *= _KEEPS[severity]
    if violations:
        value *= _VIOLATION_KEEPS
    return value


def _ranks(values: Sequence[float]) -> list[float]:
    """Rank from 1, ties sharing their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop + 1 < len(order) and values[order[stop + 1]] == values[order[start]]:
            stop += 1
        for position in range(start, stop + 1):
            ranks[order[position]] = (start + stop) / 2 + 1
        start = stop + 1
    return ranks


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Give Spearman's rank correlation, -1 to 1; NaN where one side does not vary.

    Raises:
        ValueError: the sequences differ in length.
    """
    if len(left) != len(right):
        message = f"{len(left)} values against {len(right)}"
        raise ValueError(message)
    a, b = _ranks(left), _ranks(right)
    mean = (len(a) + 1) / 2
    cross = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return cross / spread if spread else math.nan
