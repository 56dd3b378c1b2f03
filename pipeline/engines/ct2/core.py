"""One core for every encoder-decoder model that CTranslate2 runs, whatever its family.

Sentences of all documents share batches; what differs between models, how a sentence
becomes tokens and tokens a text, is its family's.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.engines.base import Abilities, ModelEngine
from pipeline.engines.batching import run_batched, share_threads
from pipeline.engines.ct2.pieces import banned_sequences, find_banned, observed_sequence
from pipeline.errors import EngineError, ModelDamaged
from pipeline.records import Decoding, Hypothesis, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.engines.ct2.families import Family

BATCH_TOKENS = 1024  # source tokens of a batch, padding included
_MIN_WRITTEN = 256  # CTranslate2's default limit
_BAN_ROUNDS = 4  # decodings spent on keeping banned words out
_POLL = 0.002  # seconds


def mean_log_probability(
    score: float, steps: int, length_penalty: float, *, forced: int = 0
) -> float:
    """Turn CTranslate2's score into the mean log-probability per target token.

    CTranslate2 gives the summed log-probability of the tokens that it chose, divided by
    ``steps ** length_penalty``; tokens that it was told to begin with count as steps but
    add nothing to the sum.

    Args:
        score: as CTranslate2 gives it, natural logarithm.
        steps: tokens of the hypothesis, the end token included where it was reached.
        length_penalty: with which it was decoded.
        forced: tokens that it was told to begin with.
    """
    return float(score * max(steps, 1) ** length_penalty / max(steps - forced, 1))


@dataclass(frozen=True, slots=True)
class _Job:
    """What is equal for two requests whose answers are equal, and how to decode it."""

    tokens: tuple[str, ...]
    hypotheses: int
    decoding: Decoding
    banned: tuple[str, ...]
    suppressed: tuple[tuple[str, ...], ...]

    def options(self) -> tuple[int, Decoding, tuple[tuple[str, ...], ...]]:
        """What must be equal within one call of the model."""
        return self.hypotheses, self.decoding, self.suppressed


@dataclass(frozen=True, slots=True)
class _Raw:
    """One output of the model, before it is text."""

    tokens: tuple[str, ...]
    score: float  # as CTranslate2 gives it
    truncated: bool  # the limit on the output's length was reached


class TranslatorEngine(ModelEngine):
    """A CTranslate2 translation model and its family.

    Args:
        model: the folder with ``model.bin``.
        family: how sentences become tokens, and tokens texts.
        fingerprint: see `fingerprint`.
        decoding: options where a request gives none.
        threads: processor threads in all; 0 uses what the machine has.
        device: ``cpu`` or ``cuda``.
        batch_tokens: source tokens of a batch, padding included.
        exact: batch only sentences of equal length, so that a sentence's translation is
            the same to the last bit whatever is translated with it. Without this,
            padding moves scores by about 1e-4, which may turn a near tie. A model that is
            computed in floating point is not exact all the same: its sums depend, in the
            last bits, on how many sentences are in a batch.

    Raises:
        ModelDamaged: the model cannot be loaded.
    """

    abilities = Abilities(scores=True, nbest=True, bans=True, exact=True)

    def __init__(
        self,
        model: Path,
        family: Family,
        *,
        fingerprint: str,
        decoding: Decoding,
        threads: int = 0,
        device: str = "cpu",
        batch_tokens: int = BATCH_TOKENS,
        exact: bool = True,
    ) -> None:
        self.family, self.licence = family.title, family.licence
        self.decoding = decoding
        self.batch_tokens = batch_tokens
        self.exact = exact
        self.fingerprint = fingerprint
        self._family = family
        self._translator = _load_model(model, family, device=device, threads=threads)
        integers = str(self._translator.compute_type).startswith("int8")
        self.abilities = replace(self.abilities, exact=exact and integers)

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's tokens."""
        return [len(self._family.encode(source)) for source in sources]

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate sentences; equal ones once, alike lengths together.

        Raises:
            EngineError: the model failed; the message names the sentence.
        """
        bans = {
            banned: banned_sequences(banned, self._family.cut, self._family.vocabulary)
            for banned in {request.banned for request in batch}
        }
        jobs = [self._job(request, bans[request.banned]) for request in batch]
        for request, job in zip(batch, jobs, strict=True):
            if len(job.tokens) > (limit := self.max_source_tokens):
                raise EngineError(
                    f"a sentence has {len(job.tokens)} tokens; the model reads {limit}",
                    place=_shorten(request.source),
                    next_step="split it before translating",
                )
        answers = self._decode(jobs)
        for _ in range(_BAN_ROUNDS):
            again = {
                index: stricter
                for index, (job, raw) in enumerate(zip(jobs, answers, strict=True))
                if job.banned and (stricter := self._stricter(job, raw)) is not None
            }
            if not again:
                break
            redone = self._decode(list(again.values()))
            for index, raw in zip(again, redone, strict=True):
                jobs[index], answers[index] = again[index], raw
        return [self._render(job, raw) for job, raw in zip(jobs, answers, strict=True)]

    # --- one request ---------------------------------------------------------------

    def _job(self, request: Request, suppressed: tuple[tuple[str, ...], ...]) -> _Job:
        return _Job(
            tokens=tuple(self._family.encode(request.source)),
            hypotheses=request.hypotheses,
            decoding=request.decoding or self.decoding,
            banned=request.banned,
            suppressed=suppressed,
        )

    def _stricter(self, job: _Job, raw: Sequence[_Raw]) -> _Job | None:
        """Give the job with what it wrote in spite of the ban forbidden too."""
        new: dict[tuple[str, ...], None] = {}
        for output in raw:
            seen = observed_sequence(output.tokens, self._family.decode, job.banned)
            if seen and seen not in job.suppressed and self._family.vocabulary.issuperset(seen):
                new[seen] = None
        if not new:
            return None
        return replace(job, suppressed=(*job.suppressed, *new))

    def _render(self, job: _Job, raw: Sequence[_Raw]) -> tuple[Hypothesis, ...]:
        hypotheses = [
            Hypothesis(
                text=self._family.text(output.tokens),
                score=mean_log_probability(
                    output.score,
                    len(output.tokens) + (not output.truncated),
                    job.decoding.length_penalty,
                    forced=len(self._family.prefix),
                ),
                flags=("truncated",) if output.truncated else (),
            )
            for output in raw
        ]
        if job.decoding.length_penalty == 1.0 and self._family.prefix:
            # CTranslate2 counts the prefix as length, which puts short answers before better ones.
            hypotheses.sort(key=lambda h: -(h.score or 0.0))
        clean = [h for h in hypotheses if not find_banned(h.text, job.banned)]
        return tuple(clean or hypotheses)

    # --- the model -----------------------------------------------------------------

    def _decode(self, jobs: Sequence[_Job]) -> list[tuple[_Raw, ...]]:
        return list(
            run_batched(
                jobs,
                self._run,
                length=lambda job: len(job.tokens),
                max_tokens=lambda _job: self.batch_tokens,
                options=_Job.options,
                uniform=self.exact,
            )
        )

    def _run(self, batches: Sequence[Sequence[_Job]]) -> list[list[tuple[_Raw, ...]]]:
        """Keep every worker busy, but only so far ahead that an interruption is quick."""
        answers: list[list[tuple[_Raw, ...]]] = []
        pending: deque[tuple[Sequence[_Job], Sequence[Any]]] = deque()
        ahead = self._translator.num_translators + 1
        for batch in batches:
            pending.append((batch, self._submit(batch)))
            if len(pending) > ahead:
                answers.append(self._collect(*pending.popleft()))
        answers.extend(self._collect(*waiting) for waiting in pending)
        return answers

    def _submit(self, batch: Sequence[_Job]) -> Sequence[Any]:
        hypotheses, decoding, suppressed = batch[0].options()
        try:
            answers: Sequence[Any] = self._translator.translate_batch(
                [list(job.tokens) for job in batch],
                target_prefix=[list(prefix)] * len(batch)
                if (prefix := self._family.prefix)
                else None,
                **self._family.options,
                beam_size=max(hypotheses, decoding.beam),
                num_hypotheses=hypotheses,
                length_penalty=decoding.length_penalty,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram,
                suppress_sequences=[list(sequence) for sequence in suppressed] or None,
                max_input_length=0,
                max_decoding_length=_most_written(batch),
                return_scores=True,
                asynchronous=True,
            )
        except (RuntimeError, ValueError) as error:
            raise self._failed(batch[0], error) from error
        return answers

    def _collect(self, batch: Sequence[_Job], waiting: Sequence[Any]) -> list[tuple[_Raw, ...]]:
        results = []
        limit = _most_written(batch)
        for job, answer in zip(batch, waiting, strict=True):
            # `result()` blocks outside Python, where Ctrl-C is not seen: ask first.
            while not answer.done():
                time.sleep(_POLL)
            try:
                result = answer.result()
            except (RuntimeError, ValueError) as error:
                raise self._failed(job, error) from error
            results.append(
                tuple(
                    _Raw(tuple(tokens), score, len(tokens) >= limit)
                    for tokens, score in zip(result.hypotheses, result.scores, strict=True)
                )
            )
        return results

    def _failed(self, job: _Job, error: Exception) -> EngineError:
        return EngineError(
            f"the {self._family.title} model failed: {error}",
            place=_shorten(self._family.decode(list(job.tokens))),
            next_step=self._family.remedy,
        )


def _most_written(batch: Sequence[_Job]) -> int:
    """Give the limit on a batch's outputs, in tokens: CTranslate2's own, or more if need be."""
    return max(_MIN_WRITTEN, 2 * max(len(job.tokens) for job in batch))


def _shorten(text: str, width: int = 80) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def fingerprint(folder: Path, files: Iterable[Path], identity: str) -> str:
    """Give the SHA-256 over some of a folder's files, by name, and what else matters."""
    total = hashlib.sha256(identity.encode())
    for path in sorted(files):
        with path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256").hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _load_model(model: Path, family: Family, *, device: str, threads: int) -> Any:  # noqa: ANN401 - ctranslate2 has no types
    import ctranslate2

    inter, intra = share_threads(threads)
    try:
        return ctranslate2.Translator(
            str(model),
            device=device,
            inter_threads=inter if device == "cpu" else 1,
            intra_threads=intra,
            max_queued_batches=-1,  # never block outside Python; `_run` keeps the queue short
        )
    except (RuntimeError, ValueError) as error:
        raise ModelDamaged(
            f"the translation model cannot be loaded: {error}",
            place=str(model),
            next_step=family.remedy,
        ) from error
