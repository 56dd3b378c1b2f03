"""Which processes use an installed model: a mark each, gone with the process however it ends."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path


def hold(root: Path, model: str) -> object | None:
    """Mark a model as in use, so that nobody removes it meanwhile.

    Args:
        root: the store's folder.
        model: path of the model's folder; what is not in the store is not removed by us.

    Returns:
        What the mark lasts as long as; ``None`` where none is needed, or the store cannot be
        written.
    """
    from filelock import FileLock, Timeout

    folder = Path(model)
    if folder.parent != root:
        return None
    marks = root / ".locks"
    own = f"{folder.name}.{os.getpid()}-{secrets.token_hex(4)}.use"
    lock = FileLock(marks / own, thread_local=False)  # released when nobody knows it any more
    try:
        users_of(root, folder.name)  # clears the marks of processes that have ended
        marks.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=1.0)
    except (OSError, Timeout, NotImplementedError):  # a file system may know no locks
        return None
    return lock


def users_of(root: Path, name: str) -> list[str]:
    """Name the processes that use a model, for people."""
    from filelock import FileLock, Timeout

    found = []
    for path in sorted((root / ".locks").glob(f"{name}.*.use")):
        told = re.fullmatch(rf"{re.escape(name)}\.(\d+)-[0-9a-f]{{8}}\.use", path.name)
        if told is None:
            continue
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            found.append(f"process {told[1]}")
        except (OSError, NotImplementedError):
            continue
        else:
            with contextlib.suppress(OSError):
                path.unlink()
            lock.release()
    return list(dict.fromkeys(found))
