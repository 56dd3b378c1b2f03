"""The quality room: metrics with references, checks without, and the report.

A name is looked up in the inner rooms when it is first asked for: checks are all that a
translation needs, and they are quick to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.quality.checks import *  # noqa: F403
    from pipeline.quality.metrics import *  # noqa: F403
    from pipeline.quality.report import *  # noqa: F403


_ROOMS = ("checks", "metrics", "report")


def __getattr__(name: str) -> object:
    faces = (import_module(f"{__name__}.{room}") for room in _ROOMS)
    if name == "__all__":
        return sorted(known for face in faces for known in face.__all__)
    for face in faces:
        if name in face.__all__:
            return getattr(face, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
