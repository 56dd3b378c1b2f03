"""The sentence's room: memory, engine, second look, glossary, checks and assembly, wired once.

Enters: a text, a document's bytes, or segments. Leaves: `Translation` records and the English
document. Batch, standard input, archives, cluster and Python callers all come through here;
no other room sees an engine, the memory and the glossary at the same time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.translate.assembling import Assembly
    from pipeline.translate.checking import SAMPLE, ModelCheck, check_model
    from pipeline.translate.engine_choice import ChosenEngine, open_engine
    from pipeline.translate.reading import Limits, Loaded, Source
    from pipeline.translate.stopping import Interrupted, Stop, Stopped
    from pipeline.translate.translator import Hooks, Opener, Translated, Translator, open_installed

__all__ = [
    "SAMPLE",
    "Assembly",
    "ChosenEngine",
    "Hooks",
    "Interrupted",
    "Limits",
    "Loaded",
    "ModelCheck",
    "Opener",
    "Source",
    "Stop",
    "Stopped",
    "Translated",
    "Translator",
    "check_model",
    "open_engine",
    "open_installed",
]

_HOMES = {
    "Assembly": "assembling",
    "SAMPLE": "checking",
    "ModelCheck": "checking",
    "check_model": "checking",
    "ChosenEngine": "engine_choice",
    "open_engine": "engine_choice",
    "Limits": "reading",
    "Loaded": "reading",
    "Source": "reading",
    "Interrupted": "stopping",
    "Stop": "stopping",
    "Stopped": "stopping",
    "Hooks": "translator",
    "Opener": "translator",
    "Translated": "translator",
    "Translator": "translator",
    "open_installed": "translator",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what `__all__` names
    # On demand: whoever only decides which engine is meant needs no reader of documents.
    if name in _HOMES:
        return getattr(import_module(f"pipeline.translate.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
