"""What every engine is: a batch in, equally many results out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Protocol

from pipeline.records import Decoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Hypothesis, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """A first pass that costs less than the engine's own decoding."""

    decoding: Decoding
    unsure: float  # merit, nats, below which a second look is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an engine can do. What is not there is not asked for."""

    scores: bool = False  # hypotheses carry the mean log-probability per token
    nbest: bool = False  # more than one hypothesis, where more are asked for
    bans: bool = False  # `Request.banned` reaches the model
    hints: bool = False  # `Request.hints` reach the model
    exact: bool = False  # a sentence's answer does not depend on its company, to the last bit

    def __iter__(self) -> Iterator[str]:
        """Name what it can."""
        return (f.name for f in fields(self) if getattr(self, f.name))


class Engine(Protocol):
    """A French-to-English translator of single sentences, ready to work."""

    @property
    def name(self) -> str:
        """The engine's name: ``argos``, ``bundled`` …."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of the weights and the decoding options: equal means equal output."""
        ...

    @property
    def decoding(self) -> Decoding:
        """The options used where a request gives none."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What it can do."""
        ...

    @property
    def max_source_tokens(self) -> int:
        """The longest source, in tokens, that the model reads whole."""
        ...

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's tokens (for batching and limits)."""
        ...

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate a batch.

        Returns as many tuples as there are requests, in the same order, each holding
        between one and ``request.hypotheses`` hypotheses, best first.

        Raises:
            EngineError: the model failed; the message names the sentence.
        """
        ...


class ModelEngine(ABC):
    """An engine that is entered in the registry: what must be known before its model is loaded.

    Args:
        model: path or address of the model; empty where none was named and none is needed.
        decoding: the options where a request gives none.
        threads: processor threads; 0 takes every core.

    Raises:
        ModelMissing, ModelDamaged: the model cannot be loaded.
    """

    name: ClassVar[str]
    title: ClassVar[str] = "the engine {name}"  # for people; {model} is the model's name
    needs_model: ClassVar[bool] = True  # an installed one, or one named with --model
    default_decoding: ClassVar[Decoding] = Decoding()
    # A step is what a killed run loses; a window is what passes before its documents are written.
    # A quicker first pass, and the merit (`pipeline.translate.choice`) below which a sentence is
    # asked for again in full; None where every sentence is asked for in full.
    quick: ClassVar[Quick | None] = None
    step_tokens: ClassVar[int] = 4096  # source tokens, padding included, between two commits
    window: ClassVar[int] = 1024  # segments that are planned together
    abilities: Abilities = Abilities()
    max_source_tokens: int
    # Settings that it reads, by name: `decoding_for` and `__init__` get them as keywords.
    options: ClassVar[tuple[str, ...]] = ()

    decoding: Decoding
    fingerprint: str
    family: str = ""  # what kind of model was loaded, for people
    licence: str = ""  # of the model as published, for people

    @abstractmethod
    def __init__(self, model: str, *, decoding: Decoding, threads: int) -> None: ...

    @classmethod
    def decoding_for(cls, model: str, **_options: str) -> Decoding:
        """Give the options with which a model is best asked, without ``--beam``.

        Raises:
            ModelError: it is no model for this engine.
        """
        return cls.default_decoding

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Say whether ``--model MODEL``, a path or an address, is one for this engine.

        Asked before anything is loaded: a look, no more.
        """
        return False

    @abstractmethod
    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """See `Engine.count_tokens`."""

    @abstractmethod
    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """See `Engine.translate`."""
