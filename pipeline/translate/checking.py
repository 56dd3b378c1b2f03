"""A model looked at before it is used: what it is, what it can, and one sentence of its English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.engines import GuardedEngine
from pipeline.errors import ModelError
from pipeline.records import Decoding, Request
from pipeline.translate.engine_choice import choose, load_engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.config import Settings
    from pipeline.models import Store

SAMPLE = "Le ministre a annoncé une nouvelle loi hier."
"""The sentence that a model is asked for."""

_USELESS = {
    "empty": "nothing",
    "loop": "words that repeat themselves",
    "copied": "the French",
    "truncated": "a text without an end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCheck:
    """What is known of a model that could be loaded."""

    model: str
    engine: str  # its name
    family: str  # for people; "" where the engine has only one
    abilities: tuple[str, ...]  # see `pipeline.engines.Abilities`
    licence: str  # as published, for people; "" where it is not known
    decoding: Decoding  # without --beam
    max_source_tokens: int
    source: str
    translation: str
    problem: str = ""  # what is wrong with the translation
    next_step: str = ""

    def require(self) -> None:
        """Raise what is wrong.

        Raises:
            ModelError: the model's English is of no use.
        """
        if self.problem:
            raise ModelError(self.problem, place=self.model, next_step=self.next_step)


def check_model(
    settings: Settings, store: Store, *, progress: Callable[[str], None] = lambda _: None
) -> ModelCheck:
    """Load the model that the settings name and ask it for one sentence.

    Args:
        settings: ``engine``, ``model``, ``family``, ``beam`` and ``threads`` count.
        store: where models are installed.
        progress: told what takes long.

    Raises:
        ModelError, UsageError: what is wrong with the model, its place and the next step.
        EngineError: the model fails on the sentence.
    """
    kind, model, _ = choose(settings, store, progress)
    engine = load_engine(kind, model, settings)
    ((answer, *_),) = GuardedEngine(engine).translate([Request(source=SAMPLE)])
    useless = [_USELESS[flag] for flag in answer.flags if flag in _USELESS]
    return ModelCheck(
        model=model or kind.name,
        engine=engine.name,
        family=engine.family,
        abilities=tuple(engine.abilities),
        licence=engine.licence,
        decoding=engine.decoding,
        max_source_tokens=engine.max_source_tokens,
        source=SAMPLE,
        translation=answer.text,
        problem=f"asked for an easy sentence, the model gives {useless[0]}" if useless else "",
        next_step="see that --family is right, the tokenizer the model's own, and the model one"
        " from French into English"
        if useless
        else "",
    )
