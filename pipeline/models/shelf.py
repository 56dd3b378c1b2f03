"""What stands in the store's folder: models, what is being put in place, and strays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a model's folder can be called."""

HIDDEN = re.compile(rf"\.(?P<name>{NAME.pattern})\.[^.]+(?P<suffix>\.part|\.old)")
"""What is being put in place, or was when its process died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """Something in the store's folder that is no model."""

    path: Path
    what: str  # for people


def entries(root: Path) -> list[Path]:
    """Give everything that stands in the store's folder, by name.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        found = sorted(root.iterdir())
        for path in found:
            path.is_dir()  # raises where the folder may be listed but not entered
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ModelError(
            f"the model store cannot be read: {error.strerror}",
            place=str(root),
            next_step="check its permissions, or set PASSERELLE_HOME to another folder",
        ) from error
    return found


def strays(root: Path) -> tuple[Stray, ...]:
    """Give what stands in the store's folder and is no model; hidden folders of ours are not.

    Raises:
        ModelError: the store's folder cannot be read.
    """
    found = []
    for path in entries(root):
        if HIDDEN.fullmatch(path.name):
            what = "of an installation under way or cut short; the next one clears it"
        elif path.name.startswith(".") or (path.is_dir() and NAME.fullmatch(path.name)):
            continue
        elif path.suffix == ".argosmodel":
            what = "a package that is not installed: `passerelle models install FILE`"
        else:
            what = "no model of passerelle's; it is left as it is"
        found.append(Stray(path=path, what=what))
    return tuple(found)
