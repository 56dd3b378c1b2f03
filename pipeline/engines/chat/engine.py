"""Translating by asking: one sentence a request, looked at before it counts as a translation."""

from __future__ import annotations

import hashlib
import json
import time
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.engines.base import Abilities, ModelEngine
from pipeline.engines.batching import run_at_once
from pipeline.engines.chat.address import is_address, look_up
from pipeline.engines.chat.cleaning import clean
from pipeline.engines.chat.client import Client, Failed
from pipeline.engines.chat.profiles import profile_for, restore
from pipeline.engines.chat.servers import Sampling, find_server
from pipeline.errors import EngineError
from pipeline.records import Decoding, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.engines.chat.servers import Answer, Server
    from pipeline.records import Request

VERSION = 1  # raised whenever this room's output for the same model changes
_CHARACTERS = 3  # of French a token, at the least
_MOST_READ = 400  # tokens of a sentence
_FRAME = 400  # tokens of instructions and terms
_SYSTEMIC = 4  # sentences without answer, all of a batch, that mean the server and not them
_PAUSE = 1.0  # seconds before a sentence is asked for again
_NO_USE = (401, 403, 404)  # answers that every sentence would get
_TOO_MUCH = (400, 413, 422)  # answers that a shorter question may not get
_NO_TEXT = frozenset({"refused", "unrelated"})  # the French stands instead


class ChatEngine(ModelEngine):
    """A language model behind a server.

    Args:
        model: what `_connect` finds a server by.
        decoding: the options where a request gives none; others mean: ask differently.
        threads: processor threads; 0 takes every core.
        profile: a profile's name or a prompt; empty to go by the model's name.
        parallel: sentences asked for at once; 0 for as many as the server has room for.
        context: tokens of prompt and answer; 0 for as many as `_connect` takes.
        temperature, seed: how words are drawn; 0.0 takes the likeliest.
        allow_host: a host that need not be this machine.

    Raises:
        UsageError: there is no such profile.
        EngineError: the server does not answer a sentence.
    """

    default_decoding = Decoding(beam=1)
    step_tokens = 1024  # a server takes seconds a sentence: little is lost
    max_source_tokens = _MOST_READ
    window = 256
    options = ("profile", "parallel", "context", "temperature", "seed", "allow_host")

    def __init__(
        self,
        model: str,
        *,
        decoding: Decoding = default_decoding,
        threads: int = 0,
        profile: str = "",
        parallel: int = 0,
        context: int = 0,
        temperature: float = 0.0,
        seed: int = 0,
        allow_host: str = "",
    ) -> None:
        server, identity = self._connect(
            model, threads=threads, parallel=parallel, context=context, allow_host=allow_host
        )
        self._server = server
        self._profile = profile_for(server.model, profile)
        self._parallel = parallel or server.slots
        self._temperature, self._seed = temperature, seed
        self.decoding = decoding
        self.family = f"{server.model}, profile {self._profile.name}"
        self.licence = self._profile.licence
        if server.context:
            room = server.context - _FRAME
            self.max_source_tokens = max(16, min(_MOST_READ, room // 3))
        scores = self._try()
        self.abilities = Abilities(
            scores=scores, hints=True, exact=bool(identity) and self._parallel < 2
        )
        asked = replace(self._profile, names=(), source="", licence="")
        told = identity or server.identity
        parts = (VERSION, told, repr(asked), temperature, seed, scores)
        self.fingerprint = hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @abstractmethod
    def _connect(
        self, model: str, *, threads: int, parallel: int, context: int, allow_host: str
    ) -> tuple[Server, str]:
        """Give a server that is ready, and what its answers depend on.

        The latter is empty where the server itself must say it. Where it is not, the server is
        ours, and asked for one sentence at a time it is exact.
        """

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give about how many tokens each source has: servers do not all count them."""
        return [len(source) // _CHARACTERS + 1 for source in sources]

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate sentences, as many at once as the server has room for.

        A sentence that got no answer is empty and flagged ``unanswered``.

        Raises:
            EngineError: the server is gone, or answers nothing any more.
        """
        answers = run_at_once(batch, self._one, workers=self._parallel)
        if len(answers) >= _SYSTEMIC and all("unanswered" in h.flags for h in answers.values()):
            raise self._useless("it answers nothing any more", batch[0])
        return [(answers[request],) for request in batch]

    def _one(self, request: Request) -> Hypothesis:
        way, bare = self._turn(request), False
        for last in (False, True):
            try:
                answer = self._ask(request, way, bare=bare)
            except Failed as failed:
                if failed.status in _NO_USE:
                    raise self._useless(failed.what, request) from failed
                if last:
                    break
                if failed.status not in _TOO_MUCH:
                    time.sleep(_PAUSE)
                if failed.status == 0 and not self._server.is_there():
                    if not self._revive():
                        raise self._useless(failed.what, request) from failed
                else:  # after a restart the same question; else another
                    way, bare = way + 1, True
            else:
                return self._hypothesis(request.source, answer)
        if not self._server.is_there() and not self._revive():
            raise self._useless("it went away", request)
        return Hypothesis(text="", score=None, flags=("unanswered",))

    def _turn(self, request: Request) -> int:
        """Say the how-manieth way of asking the guard wants: its options mean no more here."""
        if request.decoding is None or request.decoding == self.decoding:
            return 0
        return 1 if request.decoding.beam == self.decoding.beam else 2

    def _ask(self, request: Request, attempt: int, *, bare: bool) -> Answer:
        """Ask; each attempt draws differently and has more room, a bare one names no terms."""
        sampling = Sampling(
            temperature=max(self._temperature, (0.0, 0.3, 0.6, 0.8)[attempt]),
            seed=self._seed + attempt,
            repeat_penalty=(1.0, 1.1, 1.2, 1.2)[attempt],
            max_tokens=(2 * self.count_tokens([request.source])[0] + 64) * (2 if attempt else 1),
        )
        prompt = self._profile.render(request.source, () if bare else request.hints)
        scores = self.abilities.scores
        return self._server.ask(self._profile, prompt, sampling, scores=scores)

    def _hypothesis(self, source: str, answer: Answer) -> Hypothesis:
        cleaned = clean(source, restore(source, answer.text))
        flags = (*cleaned.flags, *(("truncated",) if answer.cut else ()))
        text = "" if _NO_TEXT & set(flags) else cleaned.text
        return Hypothesis(text=text, score=answer.score, flags=flags)

    def _try(self) -> bool:
        """Ask for one sentence, so that a model is loaded; say whether scores come with it."""
        sampling = Sampling(temperature=0.0, seed=self._seed, max_tokens=64)
        prompt = self._profile.render("Bonjour.")
        try:
            try:
                answer = self._server.ask(self._profile, prompt, sampling, scores=True)
            except Failed as failed:
                if failed.status not in _TOO_MUCH:
                    raise
                answer = self._server.ask(self._profile, prompt, sampling, scores=False)
        except Failed as failed:
            raise EngineError(
                f"the server does not answer a sentence: {failed.what}",
                place=self._server.model,
                next_step="look at the server's own messages, or name another --profile",
            ) from failed
        return answer.score is not None

    def _revive(self) -> bool:
        """Bring back a server that is gone; one that is not ours stays gone."""
        return False

    def _useless(self, why: str, request: Request) -> EngineError:
        return EngineError(
            f"the server is of no use any more: {why}",
            place=f"sentence {request.source[:80]!r}",
            next_step="start it again and run again: what is translated stays",
        )


class ServerEngine(ChatEngine):
    """A local server with OpenAI's interface, or Ollama.

    Args:
        model: its address, with the model's name as its path where it has several.
        context: tokens of prompt and answer that Ollama makes room for; 0 for 4,096.
        allow_host: a host that need not be this machine.
        threads: the server's own business.
        decoding, profile, parallel, temperature, seed: see `ChatEngine`.

    Raises:
        UsageError: the address is none, or that of another machine.
        ModelMissing: the server has no such model.
        EngineError: no server answers there.
    """

    name = "server"
    title = "the server {model}"

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept an address."""
        return is_address(model)

    def _connect(
        self, model: str, *, threads: int, parallel: int, context: int, allow_host: str
    ) -> tuple[Server, str]:
        del threads, parallel  # the server's own business
        return find_server(Client(look_up(model, allow_host=allow_host)), context=context), ""
