"""Reference metrics: BLEU, chrF, chrF++ and TER, exactly as ``sacrebleu`` gives them.

The metric objects, tokenisers, smoothing and signatures are sacrebleu's own (Post 2018,
"A Call for Clarity in Reporting BLEU Scores"). What is added here:

* sequences of different lengths are an error, where sacrebleu's Python interface zips
  and truncates in silence;
* the sufficient statistics are collected chunk by chunk, so that the memory needed
  does not grow with the n-grams of the whole corpus;
* the same statistics serve the corpus, its documents and its segments, so that the
  levels cannot disagree.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from pipeline.errors import NothingChecked, QualityError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from sacrebleu.metrics.base import Metric

METRICS = ("bleu", "chrf", "chrf++", "ter")
"""The known metric names, in the order of every table."""

DEFAULT_METRICS = ("bleu", "chrf")

_CHUNK = 1000  # segments whose n-grams are held at the same time
_CELLS = 4_000_000  # resampled statistics held in memory at the same time (float32)

_MOST_TER_CELLS = 4_000_000  # words × words: beyond, one segment takes TER minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One figure with all that is needed to reproduce it.

    ``value`` is on sacrebleu's scale: 0 to 100 for BLEU and chrF (more is better), an
    error rate from 0 (not bounded by 100) for TER (less is better). ``mean`` and ``ci``
    describe the bootstrap: the true mean lies in ``mean ± ci`` with 95 % confidence.
    """

    metric: str  # the name asked for: "bleu", "chrf", "chrf++", "ter"
    name: str  # as sacrebleu names it: "BLEU", "chrF2", "chrF2++", "TER"
    value: float
    signature: str
    n: int  # segments (or blocks) that were scored
    mean: float | None = None
    ci: float | None = None  # half the width of the 95 % interval
    detail: str = ""  # sacrebleu's verbose part: precisions, brevity penalty, lengths

    def line(self, width: int = 2) -> str:
        """Format the score as sacrebleu's text output does, ``width`` decimals."""
        text = f"{self.name}|{self.signature} = {self.value:.{width}f}"
        if self.mean is not None and self.ci is not None:
            text += f" (μ = {self.mean:.{width}f} ± {self.ci:.{width}f})"
        return f"{text} {self.detail}" if self.detail else text


def make_metric(name: str, *, segment: bool = False) -> Metric:
    """Build sacrebleu's metric object with the command line's defaults.

    Args:
        name: one of `METRICS`.
        segment: for scores of single segments; turns BLEU's effective order on, as
            ``sacrebleu --sentence-level`` does.

    Raises:
        UsageError: there is no such metric.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    match name.lower():
        case "bleu":
            # force=True only silences a warning about tokenised input.
            return BLEU(force=True, effective_order=segment)
        case "chrf":
            return CHRF()
        case "chrf++":
            return CHRF(word_order=2)
        case "ter":
            return TER()
        case _:
            raise UsageError(
                f"unknown metric {name!r}", next_step=f"choose among {', '.join(METRICS)}"
            )


def check_lengths(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Refuse references that are missing or not as long as the output.

    Raises:
        NothingChecked: there is no reference.
        QualityError: a reference has more or fewer segments than the output.
    """
    if not references:
        raise NothingChecked(
            "there is no reference to score against",
            next_step="give at least one reference with as many segments as the output",
        )
    for number, stream in enumerate(references, 1):
        if len(stream) != len(hypotheses):
            raise QualityError(
                f"reference {number} has {len(stream)} segments, the output {len(hypotheses)}",
                next_step="give files with the same number of lines; nothing is cut to fit",
            )


def _check_ter(hypotheses: Sequence[str], references: Sequence[Sequence[str]], before: int) -> None:
    for stream in references:
        for number, (hypothesis, reference) in enumerate(
            zip(hypotheses, stream, strict=True), before + 1
        ):
            if len(hypothesis) * len(reference) < _MOST_TER_CELLS:
                continue  # cheap and safe: a word has at least one character
            left, right = hypothesis.count(" ") + 1, reference.count(" ") + 1
            if left * right > _MOST_TER_CELLS:
                raise QualityError(
                    f"a segment of {left} words against {right} is too long for TER",
                    place=f"segment {number}",
                    next_step="leave TER out, or cut the text into sentences",
                )


class CorpusScorer:
    """Collects sufficient statistics piece by piece; gives scores at any level.

    Memory: one row of small integers per segment and metric (10 for BLEU, 18 for chrF),
    and the n-grams of at most one chunk.

    Args:
        metrics: names from `METRICS`.
    """

    def __init__(self, metrics: Sequence[str] = DEFAULT_METRICS) -> None:
        self.names = tuple(dict.fromkeys(name.lower() for name in metrics))
        if not self.names:
            raise UsageError("no metric was asked for", next_step=f"one of {', '.join(METRICS)}")
        self._metrics = {name: make_metric(name) for name in self.names}
        self._segment_metrics = {name: make_metric(name, segment=True) for name in self.names}
        self._rows: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in self.names}
        self._reference_counts: set[int] = set()
        self.n = 0

    def add(self, hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> None:
        """Add segments.

        Args:
            hypotheses: the output's segments.
            references: one or more streams, each as long as ``hypotheses``.

        Raises:
            NothingChecked: there is no reference stream.
            QualityError: a stream is longer or shorter than the output.
        """
        import numpy as np

        check_lengths(hypotheses, references)
        for start in range(0, len(hypotheses), _CHUNK):
            stop = start + _CHUNK
            piece = list(hypotheses[start:stop])
            streams = [list(stream[start:stop]) for stream in references]
            if "ter" in self._metrics:
                _check_ter(piece, streams, self.n + start)
            for name, metric in self._metrics.items():
                # The same two steps as Metric.corpus_score, which does not give the
                # statistics away; sacrebleu's significance module does likewise.
                stats = metric._extract_corpus_statistics(piece, streams)
                self._rows[name].append(np.array(stats, dtype=np.float64))
        if len(hypotheses):
            self._reference_counts.add(len(references))
        self.n += len(hypotheses)

    def statistics(self, metric: str) -> np.ndarray[Any, Any]:
        """Give the sufficient statistics, shape (segments, statistics of the metric)."""
        import numpy as np

        rows = self._rows[metric]
        if len(rows) > 1:
            rows[:] = [np.concatenate(rows)]
        return rows[0] if rows else np.empty((0, 0))

    def scores(self, *, bootstrap: int = 0, rows: Sequence[int] | None = None) -> tuple[Score, ...]:
        """Compute corpus scores, in the order in which the metrics were asked for.

        Args:
            bootstrap: number of resamples for the confidence interval; 0 for none.
            rows: only these segments (a document's, say).

        Raises:
            NothingChecked: no segment was added.
        """
        return tuple(self._score(name, bootstrap, rows) for name in self.names)

    def _score(self, name: str, bootstrap: int, rows: Sequence[int] | None) -> Score:
        stats = self.statistics(name)
        if rows is not None and len(stats):
            stats = stats[list(rows)]
        if not len(stats):
            raise NothingChecked(
                "there is no segment to score", next_step="give an output with text in it"
            )
        metric = self._metrics[name]
        # sacrebleu's own sign for a number of references that differs, shown as "var".
        counts = self._reference_counts
        metric.num_refs = next(iter(counts)) if len(counts) == 1 else -1
        result = metric._compute_score_from_stats(_totals(stats))
        signature = metric.get_signature()
        mean = ci = None
        if bootstrap > 1:
            seed = default_seed()
            mean, ci = interval(bootstrap_scores(metric, stats, samples=bootstrap, seed=seed))
            signature.update("bs", bootstrap)
            signature.update("seed", seed)
        return Score(
            metric=name,
            name=result.name,
            value=float(result.score),
            signature=str(signature),
            n=len(stats),
            mean=mean,
            ci=ci,
            detail=str(result._verbose),
        )

    def segment_values(self, metric: str) -> list[float]:
        """Give one value per segment, as ``sacrebleu --sentence-level`` does."""
        scorer = self._segment_metrics[metric]
        return [
            float(scorer._compute_score_from_stats(_numbers(row)).score)
            for row in self.statistics(metric)
        ]


def _numbers(row: Iterable[Any]) -> list[Any]:
    """Turn floats that hold whole numbers back into integers, as sacrebleu has them."""
    return [int(x) if float(x).is_integer() else float(x) for x in row]


def _totals(stats: np.ndarray[Any, Any]) -> list[Any]:
    # Added in order, column by column, as sacrebleu's sum_of_lists does: numpy's
    # pairwise sum may differ from it in the last bit where statistics are fractions
    # (TER with several references).
    # `sum` would not do: from Python 3.12 on it compensates rounding errors.
    return _numbers(reduce(add, column) for column in stats.T.tolist())


def score_segments(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, metric: str = "chrf"
) -> list[float]:
    """Score each segment on its own, as ``sacrebleu --sentence-level`` does.

    Raises:
        NothingChecked: there is no reference.
        QualityError: the lengths differ.
        UsageError: the metric is unknown.
    """
    scorer = CorpusScorer((metric,))
    scorer.add(hypotheses, references)
    return scorer.segment_values(metric.lower())


# --- confidence intervals by bootstrap (Koehn 2004), with sacrebleu's own numbers --------


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
