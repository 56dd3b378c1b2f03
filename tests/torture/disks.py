"""Disks that are full, and files that may not grow: a message, and the next run finishes."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from typing import TYPE_CHECKING

from .kills import asked, command, finish, half_written, undisturbed
from .trials import tries

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[bool]:
    """Mount a small file system; ``False`` where this machine does not let us."""
    place.mkdir(exist_ok=True)
    mounted = False
    if os.name == "posix" and os.getuid() == 0 and shutil.which("mount"):
        line = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
        mounted = not subprocess.run(line, capture_output=True, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=False)


def starve(corpus: Path, out: Path, log: Path, limit: int) -> subprocess.CompletedProcess[str]:
    """Run with files limited to ``limit`` bytes: the disk is full after that."""
    return subprocess.run(
        command(corpus, out, log),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def one(dice: random.Random, folder: Path) -> str:
    """Let a run meet a full disk, give it room, and let it finish."""
    corpus, expected, _ = undisturbed()
    log, out = folder / "log", folder / "out"
    log.touch()
    with small_disk(folder / "disk", dice.randrange(40, 1_500)) as mounted:
        if mounted and dice.random() < 0.5:
            tight = folder / "disk" / "out"
            met = subprocess.run(
                command(corpus, tight, log), capture_output=True, text=True, check=False
            )
            if tight.exists():
                shutil.copytree(tight, out)
        else:
            met = starve(corpus, out, folder / "log-1", round(200 * 2 ** dice.uniform(0, 11)))
    if met.returncode not in (0, 7, 10) or "Traceback" in met.stderr:
        return f"said: exit code {met.returncode}: {met.stderr[-1500:]}"
    if met.returncode and "error: " not in met.stderr:
        return "said: nothing"
    if half := half_written(out, expected):
        return f"half-written: {half}"
    return finish(corpus, out, log, expected) or ("" if asked(log) else "asked nothing")


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    undisturbed()
    return tries(one, seconds, seed)
