"""The ``argos`` engine: an Argos Translate package's own model and tokenizer, driven directly.

argostranslate translates one paragraph at a time in batches of 32 tokens. Here the
sentences of all documents share batches; what the model is asked for is the same as in
``argostranslate.translate.apply_packaged_translation`` 1.12.1, and so is the answer.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines.argos_tokens import (
    banned_sequences,
    damaged,
    find_banned,
    load_tokenizer,
    observed_sequence,
    read_vocabulary,
)
from pipeline.engines.base import ModelEngine
from pipeline.engines.batching import run_batched, share_threads
from pipeline.errors import EngineError, ModelMissing
from pipeline.records import Decoding, Hypothesis, Request

if TYPE_CHECKING:
    from collections.abc import Sequence

ADAPTER_VERSION = 1  # raised whenever this module's output for the same model changes
ARGOS_DECODING = Decoding(beam=4, length_penalty=0.2)  # argostranslate's own

_BATCH_TOKENS = 1024  # source tokens, padding included
_MIN_WRITTEN = 256  # CTranslate2's default limit, which argostranslate keeps
_BAN_ROUNDS = 4  # decodings spent on keeping banned words out
_POLL = 0.002  # seconds
_KEPT_BY_HASH = ("metadata.json", "sentencepiece.model", "bpe.model")


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


class ArgosEngine(ModelEngine):
    """An installed Argos Translate package.

    Args:
        package: the package's folder, with ``metadata.json``, ``model/`` and a tokenizer.
        device: ``cpu`` or ``cuda``.
        threads: processor threads in all; 0 uses what the machine has.
        decoding: options where a request gives none; argostranslate's own (beam 4,
            length penalty 0.2) unless given.
        batch_tokens: source tokens of a batch, padding included.
        exact: batch only sentences of equal length, so that a sentence's translation is
            the same to the last bit whatever is translated with it. Without this,
            padding moves scores by about 1e-4, which may turn a near tie.

    Raises:
        ModelMissing: the folder is not a package.
        ModelDamaged: the model or its tokenizer cannot be loaded.
    """

    name = "argos"
    title = "Argos package {model}"
    default_decoding = ARGOS_DECODING
    # Several batches are decoded at once: many of them keep every core busy.
    step_tokens = 16_384
    window = 4096
    max_source_tokens = 512  # twice as many are written at most

    def __init__(
        self,
        package: Path | str,
        *,
        device: str = "cpu",
        threads: int = 0,
        decoding: Decoding = ARGOS_DECODING,
        batch_tokens: int = _BATCH_TOKENS,
        exact: bool = True,
    ) -> None:
        package = Path(package)
        metadata = _read_metadata(package)
        self._prefix = str(metadata.get("target_prefix") or "")
        self.decoding = decoding
        self.batch_tokens = batch_tokens
        self.exact = exact
        self._tokenizer = load_tokenizer(
            package,
            source=str(metadata.get("from_code")),
            target=str(metadata.get("to_code")),
        )
        self._vocabulary = read_vocabulary(package / "model")
        self._translator = _load_model(package / "model", device=device, threads=threads)
        self.fingerprint = _fingerprint(package, f"{astuple(decoding)} {exact}")

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept an unpacked package's folder."""
        return (Path(model) / "metadata.json").is_file()

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's tokens."""
        return [len(self._tokenizer.encode(source)) for source in sources]

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate sentences; equal ones once, alike lengths together.

        Raises:
            EngineError: the model failed; the message names the sentence.
        """
        bans = {
            banned: banned_sequences(banned, self._tokenizer, self._vocabulary)
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
            tokens=tuple(self._tokenizer.encode(request.source)),
            hypotheses=request.hypotheses,
            decoding=request.decoding or self.decoding,
            banned=request.banned,
            suppressed=suppressed,
        )

    def _stricter(self, job: _Job, raw: Sequence[_Raw]) -> _Job | None:
        """Give the job with what it wrote in spite of the ban forbidden too."""
        new: dict[tuple[str, ...], None] = {}
        for output in raw:
            seen = observed_sequence(output.tokens, self._tokenizer, job.banned)
            if seen and seen not in job.suppressed and self._vocabulary.issuperset(seen):
                new[seen] = None
        if not new:
            return None
        return replace(job, suppressed=(*job.suppressed, *new))

    def _render(self, job: _Job, raw: Sequence[_Raw]) -> tuple[Hypothesis, ...]:
        hypotheses = [
            Hypothesis(
                text=self._text(output.tokens),
                score=mean_log_probability(
                    output.score,
                    len(output.tokens) + (not output.truncated),
                    job.decoding.length_penalty,
                    forced=1 if self._prefix else 0,
                ),
                flags=("truncated",) if output.truncated else (),
            )
            for output in raw
        ]
        clean = [h for h in hypotheses if not find_banned(h.text, job.banned)]
        return tuple(clean or hypotheses)

    def _text(self, tokens: tuple[str, ...]) -> str:
        """Put an output together as argostranslate does, underscores and all."""
        text = self._tokenizer.decode(list(tokens))
        if self._prefix and text.startswith(self._prefix):
            text = text[len(self._prefix) :]
        return text.removeprefix(" ")

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
                target_prefix=[[self._prefix]] * len(batch) if self._prefix else None,
                replace_unknowns=True,
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
            f"the argos model failed: {error}",
            place=_shorten(self._tokenizer.decode(list(job.tokens))),
            next_step="check the package with `passerelle models verify`",
        )


def _most_written(batch: Sequence[_Job]) -> int:
    """Give the limit on a batch's outputs, in tokens: CTranslate2's own, or more if need be."""
    return max(_MIN_WRITTEN, 2 * max(len(job.tokens) for job in batch))


def _shorten(text: str, width: int = 80) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _read_metadata(package: Path) -> dict[str, Any]:
    path = package / "metadata.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(
            "this folder is not an Argos package: it has no metadata.json",
            place=str(package),
            next_step="install one: passerelle models install FILE.argosmodel",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(f"the package's metadata cannot be read: {error}", path) from error
    return table if isinstance(table, dict) else {}


def _fingerprint(package: Path, options: str) -> str:
    """SHA-256 over the model's files, the tokenizer, the options and this adapter."""
    total = hashlib.sha256(f"argos {ADAPTER_VERSION} {options}".encode())
    files = [path for path in (package / "model").rglob("*") if path.is_file()]
    files += [path for name in _KEPT_BY_HASH if (path := package / name).is_file()]
    for path in sorted(files):
        with path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256").hexdigest()
        total.update(f"{path.relative_to(package).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _load_model(model: Path, *, device: str, threads: int) -> Any:  # noqa: ANN401 - ctranslate2 has no types
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
        raise damaged(f"the translation model cannot be loaded: {error}", model) from error
