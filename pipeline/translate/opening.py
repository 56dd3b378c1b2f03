"""What settings mean before an engine is opened: the glossary, and where a run keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.glossary import TermBase, load_termbase
from pipeline.keeping import HIDDEN, Keeper
from pipeline.models import default_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.config import Settings


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
    paths = settings.paths("glossary")
    if settings.origin("glossary") == "default":
        missing = [path for path in paths if _is_absent(path)]
        paths = tuple(path for path in paths if path not in missing)
        for path in missing:
            warn(f"no glossary: {path} is not there (`passerelle init` makes one)")
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


def memory_path(settings: Settings) -> Path:
    """Give the translation memory's file: in the output folder unless told otherwise.

    Beside the translations it belongs to, it needs no decision from anybody, follows the
    folder when that is moved, and one project's sentences cannot turn up in another's.
    Whoever wants one memory for several output folders sets ``memory``.
    """
    if settings.memory:
        return settings.path("memory")
    return settings.path("out") / HIDDEN / "memory.sqlite"


def keeper_of_user(tell: Callable[[str], None] = lambda _text: None) -> Keeper:
    """Give what writes files that somebody names, anywhere; see `Keeper`."""
    return Keeper.of_user(default_root().parent, tell=tell)
