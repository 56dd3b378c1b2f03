"""A handwritten engine for tests: quick, deterministic, and it counts what it is asked.

Its "English" is the French with a mark, so that a test can see at a glance which
sentence went where. It is no translator and lives nowhere but in the tests.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from pipeline.engines import Abilities
from pipeline.errors import EngineError
from pipeline.records import Decoding, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.records import Request


class FakeEngine:
    """Gives ``«source»`` back as ``[source]`` unless told otherwise.

    Args:
        say: makes the English of a source.
        log: file to which every sentence that is asked for is appended, one JSON string a
            line, before it is answered: survives a SIGKILL.
        delay: seconds that each sentence takes.
        poison: a sentence that holds this text makes the engine fail.
        deadly: one that holds this text ends the process, as a crash of the engine would.
    """

    name = "fake"
    abilities = Abilities(scores=True, nbest=True, bans=True, exact=True)

    def __init__(
        self,
        *,
        say: Callable[[str], str] | None = None,
        fingerprint: str = "fake-1",
        decoding: Decoding | None = None,
        max_source_tokens: int = 100,
        log: Path | None = None,
        delay: float = 0.0,
        poison: str = "",
        deadly: str = "",
    ) -> None:
        self.fingerprint = fingerprint
        self.decoding = decoding or Decoding(beam=2)
        self.max_source_tokens = max_source_tokens
        self.asked: list[str] = []
        self.calls: list[list[Request]] = []
        self._say = say or (lambda source: f"[{source}]")
        self._log = log
        self._delay = delay
        self._poison = poison
        self._deadly = deadly

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Count words; a long word counts more, as in a real tokenizer."""
        return [sum(1 + len(word) // 8 for word in source.split()) for source in sources]

    def translate(self, batch: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Answer a batch."""
        self.calls.append(list(batch))
        results = []
        for request in batch:
            if self._poison and self._poison in request.source:
                raise EngineError("the fake engine was poisoned", place=request.source[:40])
            if self._deadly and self._deadly in request.source:
                os._exit(1)
            self.asked.append(request.source)
            if self._log is not None:
                line = json.dumps(request.source, ensure_ascii=False) + "\n"
                handle = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
                os.write(handle, line.encode())
                os.close(handle)
            if self._delay:
                time.sleep(self._delay)
            text = self._say(request.source)
            results.append(
                tuple(
                    Hypothesis(text=text if i == 0 else f"{text} ({i})", score=-0.1 - i)
                    for i in range(request.hypotheses)
                )
            )
        return results


class FakeOpener:
    """Opens the fake engine, in this process or in another: it can be pickled.

    Args:
        window: segments that go together.
        step: tokens that go together.
        options: of the engine.
    """

    def __init__(self, *, window: int, step: int, **options: object) -> None:
        self._window = window
        self._step = step
        self._options = options

    def __call__(self, _settings: object, _say: object) -> object:
        """Give the engine as the run wants it."""
        from pipeline.run import ChosenEngine

        return ChosenEngine(
            engine=FakeEngine(**self._options),
            why="the fake engine",
            step_tokens=self._step,
            window=self._window,
        )
