"""The two kinds of servers: OpenAI's interface (llama-server, vLLM, LM Studio …) and Ollama's own.

Interfaces: llama.cpp ``tools/server/README.md``, ``docs.ollama.com/openapi.yaml``.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.engines.chat.client import Client, Failed
from pipeline.errors import EngineError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.engines.chat.profiles import Profile

OLLAMA_CONTEXT = 4096  # tokens, where nothing is said
_LOOK = 30.0  # seconds for a question that needs no model
_LOADING = 900.0  # seconds that a server may take to load its model
_PAUSE = 1.0  # seconds between two looks at a server that is loading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the next word is drawn."""

    temperature: float  # 0: always the likeliest
    seed: int
    repeat_penalty: float = 1.0
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server wrote."""

    text: str
    cut: bool  # at the limit on its length
    score: float | None  # mean log-probability per token


class Server(Protocol):
    """A server, asked who it is."""

    model: str  # the model's name, by which a profile is chosen
    identity: tuple[str, ...]  # all that it says of what its answers depend on
    slots: int  # sentences that it works on at once
    context: int  # tokens of prompt and answer; 0 where it does not say

    def ask(self, profile: Profile, prompt: str, sampling: Sampling, *, scores: bool) -> Answer:
        """Ask for one answer.

        Raises:
            Failed: none came.
        """
        ...

    def is_there(self) -> bool:
        """Say whether somebody still answers."""
        ...


def find_server(client: Client, *, context: int = 0) -> Server:
    """Ask a server which kind it is, and what model it has.

    Args:
        client: knows the address.
        context: tokens of prompt and answer that Ollama is to make room for.

    Raises:
        EngineError: nobody answers, or somebody who speaks another language.
        ModelMissing: the model that the address names is not there, or none is named of several.
    """
    try:
        version = client.ask("/api/version", timeout=_LOOK)
    except Failed as failed:
        if failed.gone:
            raise EngineError(
                failed.what,
                place=str(client.address),
                next_step="start the server, or mend the address: see docs/ENGINES.md",
            ) from failed
        version = None
    if isinstance(version, dict) and isinstance(version.get("version"), str):
        return OllamaServer(client, context)
    return OpenAIServer(client)


class _Known:
    """What both have in common."""

    def __init__(self, client: Client, listing: str) -> None:
        self._client = client
        self._listing = listing

    def is_there(self) -> bool:
        try:
            self._client.ask(self._listing, timeout=_LOOK)
        except Failed as failed:
            return failed.status != 0
        return True

    def _listed(self, key: str, name: str) -> list[dict[str, Any]]:
        """Give the server's list of models; wait for one that is loading."""
        until = time.monotonic() + _LOADING
        while True:
            try:
                table = self._client.ask(self._listing, timeout=_LOOK)
                return [m for m in table[key] if isinstance(m.get(name), str)]
            except Failed as failed:
                if failed.status == 503 and time.monotonic() < until:
                    time.sleep(_PAUSE)
                    continue
                raise self._stranger(failed) from failed
            except (KeyError, TypeError, AttributeError) as error:
                raise self._stranger(error) from error

    def _stranger(self, error: Exception) -> EngineError:
        keyed = getattr(error, "status", 0) in (401, 403)
        return EngineError(
            f"no language model answers here: {error}",
            place=str(self._client.address),
            next_step="start the server without a key"
            if keyed
            else "name a server with OpenAI's interface, or Ollama: see docs/ENGINES.md",
        )

    def _chosen(self, names: list[str]) -> str:
        """Give the model that the address names, or the only one."""
        wanted = self._client.address.model
        for name in (wanted, f"{wanted}:latest"):
            if name in names:
                return name
        if len(names) == 1 and not wanted:
            return names[0]
        listed = ", ".join(names) or "none"
        problem = f"has no model {wanted!r}" if wanted else "has several models"
        raise ModelMissing(
            f"the server {problem if names else 'has no model'}",
            place=str(self._client.address),
            next_step=f"write it into the address, {self._client.address}/MODEL; there: {listed}",
        )


class OpenAIServer(_Known):
    """``/v1/chat/completions``; llama-server says more of itself than others."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, "/v1/models")
        models = self._listed("data", "id")
        self._id = self._chosen([model["id"] for model in models])
        meta = next(model for model in models if model["id"] == self._id).get("meta")
        props = self._props()
        self.model = str(props.get("model_path") or self._id).replace("\\", "/").rsplit("/", 1)[-1]
        self.slots = _whole(props.get("total_slots")) or 4
        settings = props.get("default_generation_settings")
        self.context = _whole(settings.get("n_ctx")) if isinstance(settings, dict) else 0
        self._llama = bool(props)
        said = {key: props.get(key) for key in ("model_path", "chat_template")}
        self.identity: tuple[str, ...] = (
            "openai",
            self._id,
            json.dumps([meta, said], sort_keys=True),
        )
        self._completes = True  # whole texts are taken at /v1/completions

    def _props(self) -> dict[str, Any]:
        try:
            props = self._client.ask("/props", timeout=_LOOK)
        except Failed:
            return {}
        return props if isinstance(props, dict) and "total_slots" in props else {}

    def ask(self, profile: Profile, prompt: str, sampling: Sampling, *, scores: bool) -> Answer:
        """See `Server.ask`."""
        body: dict[str, Any] = {
            "model": self._id,
            "temperature": sampling.temperature,
            "seed": sampling.seed,
            "max_tokens": sampling.max_tokens,
            "stream": False,
        }
        if profile.stop:
            body["stop"] = list(profile.stop)
        if self._llama:
            # Several sentences begin alike: kept prompts would let one depend on another.
            body |= {"repeat_penalty": sampling.repeat_penalty, "cache_prompt": False}
        elif sampling.repeat_penalty != 1.0:
            body["frequency_penalty"] = 0.3
        if profile.raw and self._completes:
            try:
                return self._complete(body, profile.wrapped(prompt), scores=scores)
            except Failed as failed:
                if failed.status not in (404, 405):
                    raise
                self._completes = False
        body["messages"] = [{"role": "user", "content": prompt}]
        if scores:
            body |= {"logprobs": True, "top_logprobs": 1}
        if self._llama or not profile.thinking:
            body["chat_template_kwargs"] = {"enable_thinking": False}
        table = self._client.ask("/v1/chat/completions", body)
        return _answer(table, lambda choice: choice["message"]["content"])

    def _complete(self, body: dict[str, Any], text: str, *, scores: bool) -> Answer:
        body = body | {"prompt": text} | ({"logprobs": 1} if scores else {})
        return _answer(self._client.ask("/v1/completions", body), lambda choice: choice["text"])


class OllamaServer(_Known):
    """Ollama's own ``/api/chat``: the other interface cuts long prompts without a word."""

    def __init__(self, client: Client, context: int) -> None:
        super().__init__(client, "/api/tags")
        models = self._listed("models", "name")
        self.model = self._chosen([model["name"] for model in models])
        digest = next(m for m in models if m["name"] == self.model).get("digest")
        self.slots = 1  # OLLAMA_NUM_PARALLEL, which it does not tell
        self.context = context or OLLAMA_CONTEXT
        self.identity: tuple[str, ...] = ("ollama", self.model, str(digest), str(self.context))

    def ask(self, profile: Profile, prompt: str, sampling: Sampling, *, scores: bool) -> Answer:
        """See `Server.ask`."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "stream": False,
            "think": False,
            "options": {
                "temperature": sampling.temperature,
                "seed": sampling.seed,
                "num_predict": sampling.max_tokens,
                "num_ctx": self.context,
                "repeat_penalty": sampling.repeat_penalty,
                "stop": list(profile.stop),
            },
        }
        if scores:
            body["logprobs"] = True
        table = self._client.ask("/api/chat", body)
        try:
            text, reason = table["message"]["content"], table.get("done_reason")
            read = _whole(table.get("prompt_eval_count")) + _whole(table.get("eval_count"))
            if not isinstance(text, str):
                raise TypeError(f"content is {type(text).__name__}")
            score = _mean(table.get("logprobs"))
        except (KeyError, TypeError, AttributeError) as error:
            raise Failed(f"the answer has another form: {error!r}") from error
        return Answer(text=text, cut=reason == "length" or read >= self.context, score=score)


def _answer(table: Any, text: Callable[[Any], Any]) -> Answer:  # noqa: ANN401 - JSON
    """Read what an OpenAI interface sends."""
    try:
        choice = table["choices"][0]
        written = text(choice)
        if written is None:  # all of it was thinking
            written = ""
        if not isinstance(written, str):
            raise TypeError(f"content is {type(written).__name__}")
        given = choice.get("logprobs") or {}
        score = _mean(given.get("content") or given.get("token_logprobs"))
        return Answer(text=written, cut=choice.get("finish_reason") == "length", score=score)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Failed(f"the answer has another form: {error!r}") from error


def _mean(tokens: Any) -> float | None:  # noqa: ANN401 - JSON
    """Give the mean of tokens' log-probabilities, of either form; None where they are not given."""
    if not isinstance(tokens, list):
        return None
    values = [token.get("logprob") if isinstance(token, dict) else token for token in tokens]
    known = [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return sum(known) / len(known) if known else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
