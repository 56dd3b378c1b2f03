"""Models put in place: the system's errors in words, and files that outlast a power cut."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from pipeline.errors import ModelError, OutputError
from pipeline.fsio import fsync_folder, output_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn operating-system errors met while putting ``target`` in place into ours."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or target)
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise OutputError(
                output_error(target, error).problem,
                place=place,
                next_step="set PASSERELLE_HOME to a folder that can be written",
            ) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise output_error(target, error) from error
        raise ModelError(
            f"the model could not be put in place: {error.strerror or error}",
            place=place,
            next_step="check the file or folder that is named and try again",
        ) from error


def make_durable(folder: Path) -> None:
    """Flush every file and folder below ``folder`` to the disk."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            fsync_folder(path)
        elif path.is_file():
            # Windows flushes only handles that may write; elsewhere reading is enough.
            with path.open("r+b" if os.name == "nt" else "rb") as handle:
                os.fsync(handle.fileno())
