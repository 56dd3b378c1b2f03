"""Paired tests, with sacrebleu's own numbers, and rank correlation.

Bootstrap: Koehn 2004, "Statistical Significance Tests for Machine Translation
Evaluation". Approximate randomisation: Riezler and Maxwell 2005, "On Some Pitfalls in
Automatic Evaluation and Significance Testing for MT".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import NothingChecked, QualityError, UsageError
from pipeline.quality.metrics.reference import (
    DEFAULT_METRICS,
    check_lengths,
    default_seed,
    make_metric,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAMPLES = {"bs": 1000, "ar": 10000}  # sacrebleu's defaults
_WIDTH = {"bleu": 10, "chrf": 18, "chrf++": 24, "ter": 2}  # statistics per segment
_MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemScore:
    """One system's figure in a comparison. The first system is the baseline."""

    system: str
    metric: str
    name: str  # as sacrebleu names the metric
    value: float
    delta: float  # value minus the baseline's; 0 for the baseline
    p_value: float | None  # None for the baseline
    mean: float | None  # of the bootstrap; None for approximate randomisation
    ci: float | None

    def significant(self, level: float = 0.05) -> bool:
        """Say whether the difference to the baseline is unlikely to be chance."""
        return self.p_value is not None and self.p_value < level


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two or more systems on the same segments."""

    test: Literal["bs", "ar"]
    samples: int
    n: int  # segments
    systems: tuple[str, ...]
    scores: tuple[SystemScore, ...]  # by metric, then by system
    signatures: tuple[tuple[str, str], ...]  # metric name → signature


def compare_systems(
    systems: Sequence[tuple[str, Sequence[str]]],
    references: Sequence[Sequence[str]],
    *,
    metrics: Sequence[str] = DEFAULT_METRICS,
    test: Literal["bs", "ar"] = "bs",
    samples: int = 0,
) -> Comparison:
    """Compare systems with a baseline through sacrebleu's ``PairedTest``.

    Args:
        systems: names and outputs; the first is the baseline.
        references: one or more streams, as long as every output.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
        test: ``bs`` for the paired bootstrap, ``ar`` for approximate randomisation.
        samples: resamples or trials; 0 for sacrebleu's default (1000, 10000).

    Raises:
        NothingChecked: there are no segments or no reference, or a system's output is
            the baseline's, text for text: there is no difference to test, although
            sacrebleu would print p = 1 / (samples + 1), which reads as significant.
        QualityError: lengths differ, or the test would not fit into memory.
        UsageError: fewer than two systems, equal names, or an unknown metric.
    """
    from sacrebleu.significance import PairedTest

    if len(systems) < 2:
        raise UsageError("a comparison needs two systems", next_step="give a second output")
    names = [name for name, _ in systems]
    if len(set(names)) != len(names):
        raise UsageError(
            f"two systems have the same name: {', '.join(names)}",
            next_step="give files with different names",
        )
    for _, output in systems:
        check_lengths(output, references)
    n = len(systems[0][1])
    if n == 0:
        raise NothingChecked("the outputs are empty", next_step="give outputs with text in them")
    for name, output in systems[1:]:
        if list(output) == list(systems[0][1]):
            raise NothingChecked(
                f"{name} and {names[0]} are the same, text for text: nothing to compare",
                next_step="give two different outputs",
            )
    count = samples or _SAMPLES[test]
    wanted = tuple(dict.fromkeys(metric.lower() for metric in metrics))
    objects = {metric: make_metric(metric) for metric in wanted}
    _check_memory(n, count, wanted, test)
    default_seed()  # an unusable SACREBLEU_SEED is reported before the work
    paired = PairedTest(
        [(name, list(output)) for name, output in systems],
        objects,
        references=[list(stream) for stream in references],
        test_type=test,
        n_samples=count,
    )
    signatures, results = paired()
    scores = []
    for metric, name in zip(wanted, signatures, strict=True):
        baseline: Any = results[name][0]
        for system, result in zip(names, results[name], strict=True):
            outcome: Any = result
            scores.append(
                SystemScore(
                    system=system,
                    metric=metric,
                    name=name,
                    value=float(outcome.score),
                    delta=float(outcome.score - baseline.score),
                    p_value=None if outcome.p_value is None else float(outcome.p_value),
                    mean=None if outcome.mean is None else float(outcome.mean),
                    ci=None if outcome.ci is None else float(outcome.ci),
                )
            )
    return Comparison(
        test=test,
        samples=count,
        n=n,
        systems=tuple(names),
        scores=tuple(scores),
        signatures=tuple((name, str(signature)) for name, signature in signatures.items()),
    )


def _check_memory(n: int, samples: int, metrics: Sequence[str], test: str) -> None:
    # sacrebleu holds all resamples at once: float32 statistics (bs), or the selection
    # of segments, widened to 64 bits for the product with the statistics (ar).
    cell = 8 + max(4 * _WIDTH[metric] for metric in metrics) if test == "bs" else 10
    needed = n * samples * cell
    if needed > _MOST_BYTES:
        fitting = max(1, _MOST_BYTES // (n * cell))
        raise QualityError(
            f"the paired test on {n} segments with {samples} samples would take "
            f"{needed / 1e9:.0f} GB of memory",
            next_step=f"ask for at most --samples {fitting}, or compare fewer segments",
        )


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Give Spearman's rank correlation, -1 to 1; NaN where one side does not vary.

    Raises:
        ValueError: the sequences differ in length.
    """
    import polars as pl

    if len(left) != len(right):
        message = f"{len(left)} values against {len(right)}"
        raise ValueError(message)
    pairs = pl.DataFrame({"a": list(left), "b": list(right)})
    return float(pairs.select(pl.corr("a", "b", method="spearman")).item())
