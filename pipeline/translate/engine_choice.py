"""Which engine a run uses, and why."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import ModelDamaged, ModelMissing, OutputError, UsageError
from pipeline.fsio import is_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.config import Settings
    from pipeline.engines import Engine
    from pipeline.glossary import MaskShape
    from pipeline.models import Store
    from pipeline.models.record import ModelRecord


# (step_tokens, window). A step is what a killed run loses; a window is what passes before
# its documents are written. The bundled model decodes one small batch at a time; an Argos
# package decodes several at once and needs many of them to keep every core busy.
_SIZES = {"bundled": (512, 256), "argos": (16_384, 4096)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenEngine:
    """An engine that is ready to translate."""

    engine: Engine
    why: str  # which one and why, for people
    step_tokens: int = 4096  # source tokens, padding included, between two commits
    window: int = 1024  # segments that are planned together
    masks: MaskShape | None = None  # placeholder that was measured on the model


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
        UsageError: ``model`` and ``engine`` contradict each other.
        OutputError: the bundled model cannot be prepared.
        EngineError: the model fails on the sentences that a placeholder is measured with.
    """
    from pipeline.engines.guard import GuardedEngine

    engine, why = _choose(settings, store, progress)
    step_tokens, window = _SIZES[engine.name]
    guarded = GuardedEngine(engine)
    return ChosenEngine(
        engine=guarded,
        why=why,
        step_tokens=step_tokens,
        window=window,
        masks=_placeholder(guarded, store, progress) if settings.glossary else None,
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


def _choose(
    settings: Settings, store: Store, progress: Callable[[str], None]
) -> tuple[Engine, str]:
    if settings.model:
        return _named(settings, store, progress)
    if settings.engine == "bundled":
        return _bundled(settings, store, progress), "the bundled model, as asked"
    record = store.find("argos")
    if record is not None:
        why = "as asked" if settings.engine == "argos" else "because it is installed"
        return _argos(settings, store, record), f"Argos package {record.name}, {why}"
    if settings.engine == "argos":
        raise ModelMissing(
            "no Argos package for French to English is installed",
            next_step="run `passerelle models install fr-en` (needs the network once), "
            "give a package file to `passerelle models install`, or use --engine bundled",
        )
    why = "because no Argos package is installed"
    return _bundled(settings, store, progress), f"the bundled model, {why}"


def _named(settings: Settings, store: Store, progress: Callable[[str], None]) -> tuple[Engine, str]:
    """Open the model that ``--model`` names: an installed one, or a folder."""
    from pathlib import Path

    folder = Path(settings.model)
    if is_folder(folder):
        kind = "argos" if (folder / "metadata.json").is_file() else "bundled"
        _agree(settings, kind)
        return _at(settings, folder, kind), f"the {kind} model in {folder}, as asked"
    record = store.find(settings.model)
    if record is None:
        known = ", ".join(dict.fromkeys(r.name for r in store.list()))
        raise ModelMissing(
            f"no model {settings.model!r} is installed, and there is no such folder",
            next_step=f"installed: {known}" if known else "see `passerelle models --help`",
        )
    _agree(settings, record.kind)
    if record.kind == "bundled":
        return _bundled(settings, store, progress), "the bundled model, as asked"
    return _argos(settings, store, record), f"Argos package {record.name}, as asked"


def _agree(settings: Settings, kind: str) -> None:
    if settings.engine not in ("auto", kind):
        raise UsageError(
            f"the model {settings.model!r} is for the engine {kind}, not {settings.engine}",
            next_step=f"leave out --engine, or say --engine {kind}",
        )


def _argos(settings: Settings, store: Store, record: ModelRecord) -> Engine:
    if record.owner == "passerelle":
        report = store.verify(record.name)
        if not report.ok:
            raise ModelDamaged(
                f"the Argos package {record.name} is damaged ({report.describe()})",
                place=str(record.path),
                next_step=f"run `passerelle models remove {record.name}` and install it again, "
                "or use --engine bundled",
            )
    return _at(settings, record.path, "argos")


def _bundled(settings: Settings, store: Store, progress: Callable[[str], None]) -> Engine:
    from pipeline.models.bundled import ensure_bundled

    return _at(settings, ensure_bundled(store, progress=progress), "bundled")


def _at(settings: Settings, folder: Path, kind: str) -> Engine:
    if kind == "argos":
        from pipeline.engines.argos import ARGOS_DECODING, ArgosEngine

        decoding = replace(ARGOS_DECODING, beam=settings.beam) if settings.beam else None
        return ArgosEngine(folder, decoding=decoding, threads=settings.threads)
    from pipeline.engines.bundled import DEFAULT_DECODING, BundledEngine

    decoding = replace(DEFAULT_DECODING, beam=settings.beam) if settings.beam else None
    return BundledEngine(folder, decoding=decoding, threads=settings.threads)
