"""What can be known of a place on disk without writing there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.fsio import may_write

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder that is there, or the nearest one above it that is."""

    wanted: Path
    nearest: Path
    writable: bool
    free: int  # bytes
    full: bool  # no further file fits, however small

    @property
    def is_there(self) -> bool:
        """Whether the folder itself is there."""
        return self.wanted == self.nearest


def place_of(wanted: Path) -> Place:
    """Look at a folder that is there or would be made."""
    nearest = Path(os.path.abspath(wanted))  # noqa: PTH100 - links stay
    while not os.path.isdir(nearest) and nearest != nearest.parent:  # noqa: PTH112 - raises nothing
        if os.path.lexists(nearest):
            break  # a file stands where a folder would have to be
        nearest = nearest.parent
    usable = os.path.isdir(nearest)  # noqa: PTH112 - as above
    free, full = 0, False
    try:
        free = shutil.disk_usage(nearest).free
        if hasattr(os, "statvfs"):
            state = os.statvfs(nearest)
            full = bool(state.f_files) and not state.f_favail
    except OSError:
        usable = False
    return Place(
        wanted=Path(os.path.abspath(wanted)),  # noqa: PTH100 - as above
        nearest=nearest,
        writable=usable and may_write(nearest),
        free=free,
        full=full or free < MEGABYTE,
    )


def size_limit() -> int | None:
    """Give the bytes that a file of this process may have at most; ``None`` for any number."""
    try:
        import resource
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return None if soft == resource.RLIM_INFINITY else soft


def in_words(size: int) -> str:
    """Give a number of bytes for people: ``57 kB``, ``388 MB``, ``62.3 GB``."""
    if size < MEGABYTE:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
