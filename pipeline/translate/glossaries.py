"""The glossary of a run: which files, in which order, and what they hash to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.glossary import TermBase, load_termbase
from pipeline.translate.paths import settings_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.config import Settings

__all__ = ["Glossary", "open_glossary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """A term base and the files that it came from."""

    termbase: TermBase
    paths: tuple[Path, ...]


def open_glossary(settings: Settings, *, warn: Callable[[str], None]) -> Glossary:
    """Read the glossary files that the settings name.

    The default file may be missing: then there is no glossary, and a warning says so. A
    file that somebody asked for must be there.

    Raises:
        GlossaryError: a file cannot be read or has errors.
    """
    paths = tuple(settings_path(settings, "glossary", name) for name in settings.glossary if name)
    if settings.origin("glossary") == "default":
        missing = [path for path in paths if _is_absent(path)]
        paths = tuple(path for path in paths if path not in missing)
        for path in missing:
            warn(f"no glossary: {path} is not there; names and terms are not checked")
    if not paths:
        return Glossary(termbase=TermBase.empty(), paths=())
    return Glossary(termbase=load_termbase(paths, domains=settings.domain), paths=paths)


def _is_absent(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False  # there is something that cannot be seen: reading it says why
    return False
