"""The engine behind its memory: what was answered once is not asked again.

Every request of the run passes here, drafts and the glossary's retranslations alike.
Answers are stored batch by batch, so that a killed run loses one batch at most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.engines import pack
from pipeline.memory import request_key
from pipeline.translate.lines import Line, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.engines import Engine
    from pipeline.memory import TranslationMemory
    from pipeline.records import Hypothesis, Request, Span
    from pipeline.translate.stopping import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one request."""

    hypotheses: tuple[Hypothesis, ...]
    seconds: float  # share of the batch's decoding time; 0.0 from memory
    remembered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer that the engine has just made."""

    key: bytes
    source: str  # as the engine read it
    hypotheses: tuple[Hypothesis, ...]
    seconds: float  # share of the batch's decoding time


@dataclass(slots=True, kw_only=True)
class EngineUse:
    """How much was asked of the engine. Read by other threads, written by one."""

    sentences: int = 0  # decoded by the engine
    batches: int = 0
    seconds: float = 0.0  # inside the engine
    remembered: int = 0  # answers that came from memory
    shared: int = 0  # requests that another request of the same call answered


class Recall:
    """Answers requests from memory where it can, from the engine where it must.

    Batches are planned over the missing requests alone and stored in the order in which
    they are decoded. A run that was killed and starts again therefore decodes what was
    left in the same batches, so that even an engine whose last digits depend on the
    batch gives the same text.

    Args:
        engine: the engine, guarded.
        memory: where answers are looked up and stored.
        stop: looked at before every step.
        step_tokens: source tokens, padding included, that one step may hold.
        renew: answer from memory only what was decoded since this object was made.
        on_step: called after every step with the tokens of French, decoded and to be
            decoded by the call at hand.
        on_made: given every step's answers once they are stored.
    """

    def __init__(
        self,
        engine: Engine,
        memory: TranslationMemory,
        *,
        stop: Stop,
        step_tokens: int = 4096,
        renew: bool = False,
        on_step: Callable[[int, int], None] = lambda _done, _all: None,
        on_made: Callable[[Sequence[Made]], None] = lambda _made: None,
    ) -> None:
        self.use = EngineUse()
        self._engine = engine
        self._memory = memory
        self._stop = stop
        self._step_tokens = step_tokens
        self._on_step = on_step
        self._on_made = on_made
        self._learned: dict[bytes, Made] = {}
        self._renewed: set[bytes] | None = set() if renew else None

    def __call__(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Translate as :class:`pipeline.engines.Engine` does; see `ask`."""
        return [answer.hypotheses for answer in self.ask(requests)]

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer requests: as many answers, same order.

        Alignments refer to the requests' sources as they were given, though the engine
        reads them as one line.

        Raises:
            EngineError: the engine failed.
            OutputError, MemoryStoreError: an answer could not be stored.
            Stopped: a stop was asked for.
        """
        lines = [Line(request.source) for request in requests]
        asked = [replace(r, source=line.text) for r, line in zip(requests, lines, strict=True)]
        keys = [self._key(request) for request in asked]
        unique = dict(zip(keys, asked, strict=True))
        learned = {key: self._learned.pop(key) for key in unique if key in self._learned}
        known = self._recall([key for key in unique if key not in learned])
        self.use.shared += len(keys) - len(unique)
        self.use.remembered += len(known)
        missing = [key for key in unique if key not in known and key not in learned]
        answers = {
            key: Answer(hypotheses=hypotheses, seconds=0.0, remembered=True)
            for key, hypotheses in known.items()
        }
        for key, made in learned.items():
            answers[key] = Answer(
                hypotheses=made.hypotheses, seconds=made.seconds, remembered=False
            )
        answers.update(self._decode(missing, [unique[key] for key in missing]))
        return [
            replace(answers[key], hypotheses=_laid_back(answers[key].hypotheses, line))
            for key, line in zip(keys, lines, strict=True)
        ]

    def known(self, requests: Sequence[Request]) -> dict[bytes, tuple[Hypothesis, ...] | None]:
        """Give what memory answers to requests, by key; ``None`` where it does not know."""
        keys = [self._key(replace(r, source=one_line(r.source))) for r in requests]
        known = self._recall(list(dict.fromkeys(keys)))
        return {key: known.get(key) for key in keys}

    def learn(self, made: Sequence[Made]) -> None:
        """Store answers that the same engine has made elsewhere.

        The next call that asks for one of them has it as one that was made for it. What
        memory knew already stands. Answers of an earlier call count as remembered now.

        Raises:
            OutputError, MemoryStoreError: an answer could not be stored.
        """
        known = self._recall([m.key for m in made])
        self._learned = {m.key: m for m in made if m.key not in known}
        self._memory.keep_answers(
            (m.key, self._engine.fingerprint, m.source, m.hypotheses)
            for m in self._learned.values()
        )
        if self._renewed is not None:
            self._renewed.update(self._learned)
        self.use.sentences += len(self._learned)
        self.use.seconds += sum(m.seconds for m in self._learned.values())

    def _key(self, request: Request) -> bytes:
        return request_key(self._engine.fingerprint, self._engine.decoding, request)

    def _recall(self, keys: list[bytes]) -> dict[bytes, tuple[Hypothesis, ...]]:
        if self._renewed is not None:
            keys = [key for key in keys if key in self._renewed]
        return self._memory.answers(keys)

    def _decode(self, keys: list[bytes], requests: list[Request]) -> dict[bytes, Answer]:
        answers: dict[bytes, Answer] = {}
        if not requests:
            return answers
        tokens = self._engine.count_tokens([request.source for request in requests])
        done, total = 0, sum(tokens) + len(tokens)
        for batch in self._steps(requests, tokens):
            self._stop.check()
            began = time.perf_counter()
            results = self._engine.translate([requests[i] for i in batch])
            seconds = time.perf_counter() - began
            weight = sum(tokens[i] + 1 for i in batch)
            for i, hypotheses in zip(batch, results, strict=True):
                share = seconds * (tokens[i] + 1) / weight
                answers[keys[i]] = Answer(
                    hypotheses=tuple(hypotheses), seconds=share, remembered=False
                )
            self._memory.keep_answers(
                (
                    keys[i],
                    self._engine.fingerprint,
                    requests[i].source,
                    answers[keys[i]].hypotheses,
                )
                for i in batch
            )
            if self._renewed is not None:
                self._renewed.update(keys[i] for i in batch)
            self._on_made([_made(keys[i], requests[i], answers[keys[i]]) for i in batch])
            self.use.sentences += len(batch)
            self.use.batches += 1
            self.use.seconds += seconds
            done += weight
            self._on_step(done, total)
        return answers

    def _steps(self, requests: Sequence[Request], tokens: Sequence[int]) -> Iterator[list[int]]:
        """Cut the requests into steps; each step is one call and one transaction.

        An engine packs a step into its own batches and may decode several at a time, so
        a step is several batches long where the engine is quick.
        """
        groups: dict[int, list[int]] = {}
        for i, request in enumerate(requests):
            groups.setdefault(request.hypotheses, []).append(i)
        for _, members in sorted(groups.items()):
            for step in pack([tokens[i] for i in members], max_tokens=self._step_tokens):
                yield [members[place] for place in step]


def _made(key: bytes, request: Request, answer: Answer) -> Made:
    return Made(
        key=key, source=request.source, hypotheses=answer.hypotheses, seconds=answer.seconds
    )


def _laid_back(hypotheses: tuple[Hypothesis, ...], line: Line) -> tuple[Hypothesis, ...]:
    if not any(h.alignment for h in hypotheses):
        return hypotheses
    return tuple(replace(h, alignment=_alignment(h, line)) for h in hypotheses)


def _alignment(hypothesis: Hypothesis, line: Line) -> tuple[tuple[Span, Span], ...]:
    sources = line.back(source for source, _ in hypothesis.alignment)
    if sources is None:
        return ()
    targets = [target for _, target in hypothesis.alignment]
    return tuple(zip(sources, targets, strict=True))
