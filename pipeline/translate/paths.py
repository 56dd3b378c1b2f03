"""Where a run keeps its own files, and what relative paths in the settings refer to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.config import Settings

__all__ = ["HIDDEN", "memory_path", "settings_path"]

HIDDEN = ".passerelle"
"""Folder below the output folder for lock, journal, memory and parts."""

_SHARED = " [tool.passerelle]"


def settings_path(settings: Settings, name: str, value: str) -> Path:
    """Give the path that a setting's value means.

    A relative path on the command line or by default is relative to the working folder;
    in a configuration file, to the folder of that file.
    """
    path = Path(value).expanduser()
    origin = settings.origin(name).removesuffix(_SHARED)
    if path.is_absolute() or not origin.endswith(".toml"):
        return path
    return Path(origin).parent / path


def memory_path(settings: Settings) -> Path:
    """Give the translation memory's file: in the output folder unless told otherwise.

    Beside the translations it belongs to, it needs no decision from anybody, follows the
    folder when that is moved, and one project's sentences cannot turn up in another's.
    Whoever wants one memory for several output folders sets ``memory``.
    """
    if settings.memory:
        return settings_path(settings, "memory", settings.memory)
    return settings_path(settings, "out", settings.out) / HIDDEN / "memory.sqlite"
