"""Confidence intervals by bootstrap (Koehn 2004), with sacrebleu's own numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from sacrebleu.metrics.base import Metric

__all__ = ["bootstrap_scores", "default_seed", "interval"]

_CELLS = 4_000_000  # resampled statistics held in memory at the same time (float32)


def default_seed() -> int:
    """Give sacrebleu's seed: ``SACREBLEU_SEED`` where it is set, else 12345.

    Raises:
        UsageError: the variable is not a whole number.
    """
    text = os.environ.get("SACREBLEU_SEED", "12345")
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(
            f"SACREBLEU_SEED must be a whole number, not {text!r}",
            next_step="unset it or write for instance SACREBLEU_SEED=12345",
        ) from error


def bootstrap_scores(
    metric: Metric, stats: np.ndarray[Any, Any], *, samples: int, seed: int
) -> list[float]:
    """Resample segments with replacement and score each resample.

    The same draws and the same arithmetic as sacrebleu's ``_bootstrap_resample``, which
    holds every resample at once (4 GB for BLEU on 100,000 segments); here they are
    drawn in slices, and the generator's stream is the same.

    Args:
        metric: sacrebleu's metric object.
        stats: sufficient statistics, shape (segments, statistics).
        samples: number of resamples.
        seed: of numpy's default generator.

    Returns:
        The score of each resample, on the metric's scale, in whatever precision sacrebleu
        computes it (some are float32: rounding them here would change the last digits).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    single = stats.astype(np.float32)
    rows = max(1, _CELLS // max(1, single.size))
    values: list[float] = []
    for start in range(0, samples, rows):
        count = min(rows, samples - start)
        draws = rng.choice(len(single), size=(count, len(single)), replace=True)
        values.extend(metric._compute_score_from_stats(single[draw].sum(0)).score for draw in draws)
    return values


def interval(scores: Sequence[float]) -> tuple[float, float]:
    """Give the mean and half the width of the 95 % interval, as sacrebleu's Score does.

    Where some resamples match nothing and others do, sacrebleu mixes kinds of number and
    stops with a TypeError; here the mean is taken all the same.
    """
    import statistics

    ordered = sorted(scores)
    lower = len(ordered) // 40
    upper = len(ordered) - lower - 1
    if len({type(score) for score in ordered}) > 1:
        ordered = [float(score) for score in ordered]
    return float(statistics.mean(ordered)), float(0.5 * (ordered[upper] - ordered[lower]))
