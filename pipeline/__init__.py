"""Passerelle: French articles into English, offline, with the glossary kept.

`Translator` is the face for Python callers; see docs/PYTHON.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.translate import Translated, Translator

    __version__: str

__all__ = ["Translated", "Translator", "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what `__all__` names
    # On demand: reading the version alone imports a third as much as `passerelle --help`.
    if name == "__version__":
        from importlib.metadata import version

        return version("passerelle")
    if name in __all__:
        from pipeline import translate

        return getattr(translate, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
