"""What the fault kinds share: many tries, each with dice of its own, and what went wrong."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PasserelleError

if TYPE_CHECKING:
    from collections.abc import Iterator

REPRODUCERS = Path("outputs/torture-failures.jsonl")
BUSY, WAITING = 30, 600  # seconds that one try may compute, and take in all

Try = Callable[[random.Random, Path], str]
"""Makes one try in an empty folder: "" where all went well, else "kind: what went wrong"."""


def name_of(one: Try) -> str:
    """Give the name of the fault kind that a try is of."""
    return one.__module__.rpartition(".")[2]


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Bound a try: it must neither compute nor wait for ever, on a busy machine either."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"more than {BUSY} s of processor time, or {WAITING} s in all")

    old = {number: signal.signal(number, ring) for number in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, BUSY)
    signal.setitimer(signal.ITIMER_REAL, WAITING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in old.items():
            signal.signal(number, handler)


def attempt(one: Try, seed: int, number: int) -> tuple[str, str]:
    """Make one try again, or for the first time; give the kind of failure and the details."""
    with tempfile.TemporaryDirectory(prefix="passerelle-torture-") as name:
        folder = Path(name)
        try:
            with _bounded():
                fault = one(random.Random(f"{seed}/{number}"), folder)
        except TimeoutError as error:
            fault = f"slow: {error}"
        except PasserelleError as error:
            fault = f"refused: {error}"
        except Exception as error:
            fault = f"raised: {type(error).__name__}: {error}"
        if fault:
            kept = (
                REPRODUCERS.parent / f"torture-{one.__module__.rpartition('.')[2]}-{seed}-{number}"
            )
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept, symlinks=True, dirs_exist_ok=True)
    kind, _, details = fault.partition(": ")
    return kind, details


def tries(one: Try, seconds: float, seed: int) -> dict[str, int]:
    """Make tries until the time is spent.

    Returns:
        ``tries``, and how often each kind of failure was seen.
    """
    end = time.monotonic() + seconds
    found: Counter[str] = Counter(tries=0)
    while time.monotonic() < end or not found["tries"]:
        number = found["tries"]
        kind, details = attempt(one, seed, number)
        found["tries"] += 1
        if kind:
            found[kind] += 1
            record(name_of(one), seed, number, f"{kind}: {details}")
    return dict(found)


def record(fault: str, seed: int, number: int, what: str) -> None:
    """Append what makes a failure come again to the file of reproducers."""
    REPRODUCERS.parent.mkdir(exist_ok=True)
    again = f"PYTHONPATH=tests python -m torture --only {fault} --seed {seed} --again {number}"
    line = json.dumps({"fault": fault, "what": what[:2000], "again": again}, ensure_ascii=False)
    with REPRODUCERS.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
