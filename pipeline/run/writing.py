"""Putting a translation in its place without losing what somebody else put there."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.errors import OutputError
from pipeline.fsio import atomic_write, free_name, output_error
from pipeline.translate.reading import digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.run.journal import Journal

__all__ = ["Written", "is_hopeless", "sweep", "write_translation"]

_HOPELESS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one output file."""

    state: Literal["written", "unchanged"]
    kept: str = ""  # name under which a file that somebody had edited was kept


def is_hopeless(error: OutputError) -> bool:
    """Whether no other file of the run could be written either (full, read-only)."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _HOPELESS


def write_translation(out: Path, output: str, data: bytes, journal: Journal) -> Written:
    """Write ``data`` to ``out / output`` unless that is what stands there already.

    A file that differs both from ``data`` and from what the last runs wrote there was
    changed by somebody: it is kept under another name.

    Raises:
        OutputError: the file cannot be written.
    """
    path = out / output
    try:
        existing = path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise output_error(path, error) from error
    if existing is None and path.is_dir():
        raise OutputError(
            "a folder stands where the translation would be written",
            place=str(path),
            next_step="rename the folder, or choose another one with --out",
        )
    digest = digest_of(data)
    kept = ""
    if (
        existing is not None
        and existing != data
        and digest_of(existing) not in journal.known(output)
    ):
        kept = _keep(path)
    journal.will_write(output, digest)
    if existing == data:
        return Written(state="unchanged")
    atomic_write(path, data, sync_folder=False)
    return Written(state="written", kept=kept)


def _keep(path: Path) -> str:
    aside = free_name(path, "kept")
    try:
        path.rename(aside)
    except OSError as error:
        raise output_error(path, error) from error
    return aside.name


def sweep(folder: Path) -> int:
    """Delete the temporary files that a killed run left in ``folder`` and below.

    Returns:
        How many there were.
    """
    swept = 0
    for path in folder.rglob(".*.part"):
        # Never a file that merely looks alike: ours have two dots and a random part.
        if path.is_file() and path.name.count(".") >= 3:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
