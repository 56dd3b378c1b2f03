"""One run at a time on an output folder."""

from __future__ import annotations

import contextlib
import os
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import OutputError
from pipeline.fsio import output_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Byte 0 is what is locked; the text stands behind it, because on Windows a locked byte
# cannot be read by others.
_TEXT_AT = 1


def _try_lock(handle: IO[Any]) -> bool:
    """Take the lock, or say that another process has it. The system frees it at exit."""
    try:
        if os.name == "nt":  # pragma: no cover - tested on the platform that has it
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if os.name == "nt" and isinstance(error, PermissionError):  # pragma: no cover
            return False
        raise
    return True


@contextlib.contextmanager
def folder_lock(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` as long as the block runs.

    The operating system owns the lock: a process that dies, however it dies, gives it
    back, so that there are no stale locks to clear. The file itself stays.

    Raises:
        OutputError: another run holds it (its process id is named), or the file cannot
            be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+b", buffering=0)
    except OSError as error:
        raise output_error(path, error) from error
    with handle:
        try:
            free = _try_lock(handle)
        except OSError as error:
            raise output_error(path, error) from error
        if not free:
            handle.seek(_TEXT_AT)
            holder = handle.read().decode("ascii", "replace").strip()
            raise OutputError(
                "another run is writing to this folder"
                + (f" (process {holder})" if holder else ""),
                place=str(path.parent.parent),
                next_step="wait until it has finished, or give another folder with --out",
            )
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            handle.truncate(0)
            handle.write(b" " + str(os.getpid()).encode("ascii") + b"\n")
        yield
