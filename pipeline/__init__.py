"""Passerelle: French articles into English, offline, with the glossary kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    # Reading the version imports a third as much as all of `passerelle --help`: only on demand.
    if name == "__version__":
        from importlib.metadata import version

        return version("passerelle")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
