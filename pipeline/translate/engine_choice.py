"""Which engine a run uses, and why."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.engines import ENGINES, GuardedEngine
from pipeline.errors import ModelDamaged, ModelMissing, OutputError, UsageError
from pipeline.models import hold, ready_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.config import Settings
    from pipeline.engines import Engine, ModelEngine, Quick
    from pipeline.glossary import MaskShape
    from pipeline.models import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenEngine:
    """An engine that is ready to translate."""

    engine: Engine
    why: str  # which one and why, for people
    step_tokens: int = 4096  # source tokens, padding included, between two commits
    window: int = 1024  # segments that are planned together
    masks: MaskShape | None = None  # placeholder that was measured on the model
    quick: Quick | None = None  # a first pass that costs less
    model: str = ""  # its path or address; empty where it has none
    held: object | None = None  # what keeps the model from being removed meanwhile


def open_engine(
    settings: Settings, store: Store, *, progress: Callable[[str], None] = lambda _: None
) -> ChosenEngine:
    """Load the engine that the settings ask for, behind the guard.

    ``auto`` takes an installed French-to-English Argos package, else the bundled model.

    Args:
        settings: ``engine``, ``model``, ``beam`` and ``threads`` count.
        store: where models are installed.
        progress: told what takes long, one sentence at a time.

    Raises:
        ModelMissing: the model that was asked for is not installed.
        ModelDamaged: it is damaged.
        UsageError: ``model`` and ``engine`` contradict each other, or a plug-in is broken.
        OutputError: the bundled model cannot be prepared.
        EngineError: the model fails on the sentences that a placeholder is measured with.
    """
    kind, model, why = choose(settings, store, progress)
    held = hold(store.root, model)
    guarded = GuardedEngine(load_engine(kind, model, settings))
    return ChosenEngine(
        engine=guarded,
        why=why,
        step_tokens=kind.step_tokens,
        window=kind.window,
        masks=_placeholder(guarded, store, progress) if settings.glossary else None,
        quick=None if settings.beam else kind.quick,
        model=model,
        held=held,
    )


def load_engine(kind: type[ModelEngine], model: str, settings: Settings) -> ModelEngine:
    """Load a model with the settings that its engine reads.

    Raises:
        ModelError, UsageError: see `open_engine`.
    """
    options = {name: getattr(settings, name) for name in kind.options}
    if settings.family and settings.named("family") and "family" not in options:
        raise UsageError(
            f"models of the engine {kind.name} have no family", next_step="leave out --family"
        )
    decoding = kind.decoding_for(model, **options)
    if settings.beam:
        decoding = replace(decoding, beam=settings.beam)
    return kind(model, decoding=decoding, threads=settings.threads, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which engine is meant, before its model is got ready."""

    kind: type[ModelEngine]
    why: str  # for people: "as asked", "because …"
    given: str = ""  # the model's path or address, where one was given
    installed: str = ""  # else the name or kind of the installed model

    def told(self, model: str = "") -> str:
        """Say which engine and why, for people; ``model`` is the installed one's name."""
        title = self.kind.title.format(name=self.kind.name, model=model)
        if self.given:
            title = f"the {self.kind.name} model in {self.given}"
        return f"{title}, {self.why}"


def decide(settings: Settings, store: Store) -> Decision:
    """Decide which engine is meant; nothing is loaded or made.

    Raises:
        ModelMissing, ModelDamaged, UsageError: see `open_engine`.
    """
    name, model, why = settings.engine, settings.model, "as asked"
    kind = None if name == "auto" else ENGINES.load(name)
    if model:
        ours = (ENGINES.load(each) for each in ENGINES.built_in)
        for each in (*((kind,) if kind else ()), *ours):
            if each.accepts(model):
                _agree(settings, each.name)
                return Decision(kind=each, given=model, why=why)
        record = store.find(model)
        if record is None and os.path.isdir(model):  # noqa: PTH112 - raises nothing
            raise ModelMissing(
                "this folder holds no model of any engine",
                place=model,
                next_step="name the folder that holds model.bin or metadata.json: docs/ENGINES.md",
            )
        if record is None:
            raise ModelMissing(
                f"no model {model!r} is installed, and there is no such folder",
                next_step=store.known(model) or "see `passerelle models --help`",
            )
        _agree(settings, record.kind)
        kind = ENGINES.load(record.kind)
    elif kind is None:
        taken = store.auto()
        argos = taken is not None and taken.kind == "argos"
        kind = ENGINES.load("argos" if argos else "bundled")
        why = "because " + ("it is installed" if argos else "no Argos package is installed")
    return Decision(kind=kind, why=why, installed=model or (kind.name if kind.needs_model else ""))


def choose(
    settings: Settings, store: Store, progress: Callable[[str], None]
) -> tuple[type[ModelEngine], str, str]:
    """Give the engine's class, its model's path or address, and why it is this one.

    Raises:
        ModelMissing, ModelDamaged, UsageError, OutputError: see `open_engine`.
    """
    decision = decide(settings, store)
    if not decision.installed:
        return decision.kind, decision.given, decision.told()
    ready = ready_model(store, decision.installed, progress=progress)
    return decision.kind, str(ready.path), decision.told(ready.name)


def _agree(settings: Settings, kind: str) -> None:
    if settings.engine not in ("auto", kind):
        raise UsageError(
            f"the model {settings.model!r} is for the engine {kind}, not {settings.engine}",
            next_step=f"leave out --engine, or say --engine {kind}",
        )


def _placeholder(engine: Engine, store: Store, progress: Callable[[str], None]) -> MaskShape | None:
    """Give the placeholder that was measured on a model; measure it at the first use.

    Every run measures the same, so that it makes no difference whether it could be kept.
    """
    from pipeline.glossary.enforce import calibrate, is_measured, load_shape, save_shape

    if is_measured(store.root, engine.fingerprint):
        with suppress(ModelDamaged):
            return load_shape(store.root, engine.fingerprint)
    progress("Measuring, once, which placeholder this model carries through for the glossary.")
    shape, measured = calibrate(engine.translate, thorough=False)
    try:
        save_shape(store.root, engine.fingerprint, shape, measured)
    except OutputError as error:
        progress(f"It could not be kept and is measured again in the next run: {error}")
    return shape
