"""Writing a glossary file back: whole or not at all, and never over somebody else's edit."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.fsio import atomic_write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.glossary.file.sheet import Sheet

__all__ = ["write_sheet"]

PATIENCE = 10.0
"""How long another process of ours may take to write the file, in seconds."""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes of ours from writing ``path`` between our check and our write.

    The lock lies in the system's folder for temporary files, so that nothing is left beside
    the glossary.
    """
    from filelock import FileLock, Timeout

    name = hashlib.sha256(str(path).encode()).hexdigest()[:24]
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    lock = FileLock(Path(tempfile.gettempdir()) / f"passerelle-{owner}-{name}.lock")
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout as error:
        raise GlossaryError(
            "another process is writing the file",
            place=str(path),
            next_step="nothing was written; run again when it has ended",
        ) from error
    try:
        yield
    finally:
        lock.release()


def write_sheet(sheet: Sheet) -> Sheet:
    """Write a sheet back, unless the file changed since it was read.

    The file keeps its permissions.

    Returns:
        The sheet as it now stands on disk.

    Raises:
        GlossaryError: the file changed, vanished or is write-protected, or a character
            cannot be encoded.
        OutputError: the file cannot be written.
    """
    data = sheet.to_bytes()
    path = sheet.path.resolve()
    with _locked(path):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            current = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise GlossaryError(
                "the file vanished since it was read",
                place=str(sheet.path),
                next_step="nothing was written; restore the file and run again",
            ) from error
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise GlossaryError(
                "the file is write-protected",
                place=str(sheet.path),
                next_step="nothing was written; take the protection off, or edit another file",
            )
        if current != sheet.digest:
            raise GlossaryError(
                "the file changed since it was read",
                place=str(sheet.path),
                next_step="nothing was written; close the other program and run again",
            )
        atomic_write(path, data, mode=mode)
    return replace(sheet, digest=hashlib.sha256(data).hexdigest())
