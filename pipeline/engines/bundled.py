r"""The embedded default engine: a small language model that was taught to translate.

Its model completes ``French: {sentence}\nEnglish:`` with the translation. Words may be
suggested on a line before, ``Glossary: French = English; …``; see the adapter's README
under ``pipeline/models/data``.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.base import Abilities, ModelEngine, Quick
from pipeline.engines.batching import run_batched, share_threads
from pipeline.errors import EngineError, ModelDamaged
from pipeline.records import Decoding, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctranslate2 import AsyncGenerationResult, GenerationResult

    from pipeline.records import Request

DEFAULT_DECODING = Decoding(beam=4, length_penalty=1.0)
ADAPTER_VERSION = "1"  # raise it when the same weights and options give other text
MAX_BATCH_TOKENS = 2_048  # prompt tokens × beam (2 at least) that are decoded together
_TOKENS_PER_SOURCE_TOKEN = 2.0  # English needs fewer tokens than French: a wide bound
_TOKENS_AT_LEAST = 24
_BOS, _EOS = "<bos>", "<eos>"
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
# The adapter's training text had typewriter punctuation: on 300 sentences of FLORES dev
# this is worth 0.6 BLEU.
_PUNCTUATION = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_QUOTES = str.maketrans({"«": '"', "»": '"'})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What is equal for two requests whose answers are equal, and how to decode it."""

    prompt: tuple[str, ...]
    hypotheses: int
    decoding: Decoding
    banned: tuple[str, ...]

    def options(self) -> tuple[int, Decoding, tuple[str, ...]]:
        """What must be equal within one call of the model."""
        return self.hypotheses, self.decoding, self.banned


class BundledEngine(ModelEngine):
    """Gemma 3 270M with our adapter, through CTranslate2.

    Args:
        folder: the converted model with its ``tokenizer.model``.
        decoding: the options where a request gives none.
        threads: processor threads; 0 takes every core.
        device: CTranslate2's device name.

    Raises:
        ModelDamaged: the folder does not hold a model that can be loaded.
    """

    name = "bundled"
    title = "the bundled model"
    family = "Gemma 3 270M with our adapter"
    licence = "Gemma Terms of Use"
    default_decoding = DEFAULT_DECODING
    # A few batches for each worker, so that none waits long for another at a step's end.
    step_tokens = 3_072
    window = 256
    abilities = Abilities(scores=True, nbest=True, bans=True, hints=True)
    # Two in five of FLORES dev's sentences are below: asked for again with beam 4, they give
    # all of what beam 4 for every sentence gives (benchmarks/RESULTS.md).
    quick = Quick(decoding=Decoding(beam=1), unsure=-0.69)
    # The adapter was trained on single sentences; the local attention window is 512 tokens.
    max_source_tokens = 200

    def __init__(
        self,
        folder: Path | str,
        *,
        decoding: Decoding = DEFAULT_DECODING,
        threads: int = 0,
        device: str = "cpu",
    ) -> None:
        import ctranslate2
        import sentencepiece

        folder = Path(folder)
        self.decoding = decoding
        workers, each = share_threads(threads)
        try:
            record = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            hashes = sorted(file["sha256"] for file in record["files"])
            self._tokenizer = sentencepiece.SentencePieceProcessor(
                model_file=str(folder / "tokenizer.model")
            )
            self._generator = ctranslate2.Generator(
                str(folder), device=device, inter_threads=workers, intra_threads=each
            )
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise ModelDamaged(
                f"the bundled model cannot be loaded: {error}",
                place=str(folder),
                next_step="run `passerelle models remove bundled` and then "
                "`passerelle models install bundled`",
            ) from error
        identity = json.dumps(
            [ADAPTER_VERSION, hashes, asdict(self.decoding)], separators=(",", ":")
        )
        self.fingerprint = hashlib.sha256(identity.encode()).hexdigest()

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept a folder with a record of ours."""
        return os.path.isfile(os.path.join(model, "model.json"))  # noqa: PTH113, PTH118 - raises nothing

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's tokens, without the prompt's frame."""
        return [len(ids) for ids in self._tokenizer.encode(list(sources))]

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate a batch; see :class:`pipeline.engines.base.Engine`.

        Raises:
            EngineError: the model failed; the message names the first sentence.
        """
        jobs = [
            _Job(
                prompt=self._prompt(request),
                hypotheses=request.hypotheses,
                decoding=request.decoding or self.decoding,
                banned=tuple(sorted(set(request.banned))),
            )
            for request in batch
        ]
        sources = {job: request.source for job, request in zip(jobs, batch, strict=True)}

        def run(batches: Sequence[Sequence[_Job]]) -> list[list[tuple[Hypothesis, ...]]]:
            answers = []
            # All are queued at once, so that every worker has something to do.
            for jobs, waiting in [(jobs, self._generate(jobs)) for jobs in batches]:
                try:
                    answers.append([self._hypotheses(w.result(), jobs[0]) for w in waiting])
                except (RuntimeError, ValueError) as error:
                    raise EngineError(
                        f"the bundled model failed: {error}",
                        place=f"sentence {sources[jobs[0]][:80]!r}",
                        next_step="run again; if it fails again, report it with this sentence",
                    ) from error
            return answers

        return run_batched(
            jobs,
            run,
            length=lambda job: len(job.prompt),
            max_tokens=lambda job: max(
                1, MAX_BATCH_TOKENS // max(2, job.decoding.beam, job.hypotheses)
            ),
            options=_Job.options,
        )

    def _prompt(self, request: Request) -> tuple[str, ...]:
        suggested = "; ".join(f"{_line(h.source)} = {_line(h.target)}" for h in request.hints)
        text = f"French: {_line(request.source)}\nEnglish:"
        if suggested:
            text = f"Glossary: {suggested}\n{text}"
        tokens: list[str] = self._tokenizer.encode(text, out_type=str)
        return (_BOS, *tokens)

    def _banned_sequences(self, banned: tuple[str, ...]) -> list[list[str]] | None:
        """Give the token sequences of every casing and position of the banned strings."""
        sequences: dict[tuple[str, ...], None] = {}
        for form in banned:
            for cased in (form, form.lower(), form.upper(), form[:1].upper() + form[1:]):
                for text in (cased, f" {cased}"):
                    sequences[tuple(self._tokenizer.encode(text, out_type=str))] = None
        return [list(sequence) for sequence in sequences if sequence] or None

    def _generate(self, batch: Sequence[_Job]) -> list[AsyncGenerationResult]:
        wanted, decoding, banned = batch[0].options()
        longest = max(len(job.prompt) for job in batch)
        waiting: list[AsyncGenerationResult] = self._generator.generate_batch(
            [list(job.prompt) for job in batch],
            max_batch_size=0,  # the batch was planned
            beam_size=max(decoding.beam, wanted),
            num_hypotheses=wanted,
            sampling_topk=1,
            length_penalty=decoding.length_penalty,
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram,
            max_length=_TOKENS_AT_LEAST + math.ceil(_TOKENS_PER_SOURCE_TOKEN * longest),
            end_token=_EOS,
            return_end_token=True,
            return_scores=True,
            include_prompt_in_result=False,
            suppress_sequences=self._banned_sequences(banned),
            asynchronous=True,
        )
        return waiting

    def _hypotheses(self, answer: GenerationResult, job: _Job) -> tuple[Hypothesis, ...]:
        return tuple(
            self._hypothesis(pieces, score, job.decoding)
            for pieces, score in zip(answer.sequences, answer.scores, strict=True)
        )

    def _hypothesis(self, pieces: list[str], score: float, decoding: Decoding) -> Hypothesis:
        finished = bool(pieces) and pieces[-1] == _EOS
        text = self._tokenizer.decode(pieces[:-1] if finished else pieces)
        # CTranslate2 divides the sum of log-probabilities by length ** length_penalty.
        length = max(1, len(pieces))
        return Hypothesis(
            text=" ".join(text.translate(_SPACES).split()),
            score=score * length ** (decoding.length_penalty - 1.0),
            flags=() if finished else ("truncated",),
        )


def _line(text: str) -> str:
    """Write a text as the adapter's training text was written: one line, typewriter signs."""
    line = text.translate(_SPACES).translate(_PUNCTUATION)
    return " ".join(line.replace("« ", '"').replace(" »", '"').translate(_QUOTES).split())
