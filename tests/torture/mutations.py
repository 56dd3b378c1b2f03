"""Damage to the memory's state files, one at a time, by the thousand: no approved row is lost.

``python tests/torture/mutations.py SECONDS [SEED]`` prints how it went; ``run`` is for a
campaign, ``trials`` for a test.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.memory import Approved, TranslationMemory, check
from pipeline.records import Hypothesis, Rendering

_NAME = "m.sqlite"
_LENGTHS = (0, 1, 1, 3, 3, 3, 5, 9, 250)  # words; the longest do not fit on a page with others
_NEW = Approved(source="Une phrase toute neuve.", target="A brand-new sentence.")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """State files of one memory, and what a person approved in it."""

    files: dict[str, bytes]
    approved: dict[str, str]  # source → target


def _rendering(target: str) -> Rendering:
    guess = Hypothesis(text=target, score=-0.5)
    return Rendering(
        draft=target,
        target=target,
        engine="fake",
        fingerprint="f",
        score=-0.5,
        hypotheses=(guess,),
    )


def _fill(memory: TranslationMemory, dice: random.Random, first: int, count: int) -> dict[str, str]:
    entries = [
        Approved(
            source=f"Phrase n° {i} « {'très ' * dice.choice(_LENGTHS)}longue ».",
            target=f"Sentence {i}: {'very ' * dice.choice(_LENGTHS)}long {dice.random()}.",
            note=dice.choice(("", "vu par Zoé")),
        )
        for i in range(first, first + count)
    ]
    memory.approve(entries)
    memory.keep_answers(
        (bytes([i, 7]) * 9, "f", f"s{i}", (Hypothesis(text="t" * 90, score=-0.1),))
        for i in range(first, first + count)
    )
    memory.keep_finished(
        (bytes([i, 9]) * 9, f"s{i}", _rendering("u" * 90)) for i in range(first, first + count)
    )
    return {entry.source: entry.target for entry in entries}


def states(folder: Path, seed: int) -> list[State]:
    """Make memories: closed, and as a killed process leaves them (with a write-ahead log)."""
    dice = random.Random(seed)
    made = []
    path = folder / _NAME
    with TranslationMemory(path) as memory:
        approved = _fill(memory, dice, 0, 16)
        approved |= _fill(memory, dice, 6, 4)  # the same sentences, corrected again
    made.append(State(files=_files(folder), approved=approved))
    with TranslationMemory(path) as memory:
        approved = approved | _fill(memory, dice, 12, 9)
        made.append(State(files=_files(folder), approved=approved))
    return made


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damage(data: bytes, dice: random.Random) -> tuple[str, bytes | None]:
    """Give a kind of damage, and the content after it; ``None`` where the file is gone."""
    kind = dice.choices(
        ("byte", "bit", "cut", "stretch", "gone"), weights=(50, 20, 20, 9, 1 if data else 0)
    )[0]
    place = dice.randrange(len(data)) if data else 0
    if not data or kind == "gone":
        return "gone", None
    if kind == "cut":
        return kind, data[:place]
    changed = bytearray(data)
    if kind == "byte":
        changed[place] = (changed[place] + dice.randrange(1, 256)) % 256
    elif kind == "bit":
        changed[place] ^= 1 << dice.randrange(8)
    else:
        length = min(dice.choice((2, 64, 4096)), len(data) - place)
        changed[place : place + length] = dice.randbytes(length)
    return kind, bytes(changed)


def trial(state: State, folder: Path, dice: random.Random) -> str:
    """Damage one file of a memory and use the memory; give what went wrong, "" where nothing."""
    for name, data in state.files.items():
        (folder / name).write_bytes(data)
    victim = dice.choice(sorted(state.files))
    kind, data = damage(state.files[victim], dice)
    if data is None:
        (folder / victim).unlink()
    else:
        (folder / victim).write_bytes(data)
    wanted = dict(state.approved)
    what = f"{kind} {victim}"
    try:
        for turn in range(2):
            with TranslationMemory(folder / _NAME) as memory:
                if _missing(memory, wanted):
                    return f"lost: {what}, turn {turn}"
                memory.answers([bytes([3, 7]) * 9])
                memory.finished([bytes([3, 9]) * 9])
                memory.keep_answers([(b"new", "f", "s", (Hypothesis(text="t", score=0.0),))])
                memory.approve([_NEW])
                wanted[_NEW.source] = _NEW.target
                if turn:
                    check(memory, repair=True)
                if _missing(memory, wanted):
                    return f"lost: {what}, turn {turn}, after writing"
    except Exception as error:
        return f"raised: {what}: {type(error).__name__}: {error}"
    return ""


def _missing(memory: TranslationMemory, wanted: dict[str, str]) -> bool:
    found = {source: entry.target for source, entry in memory.approved(wanted).items()}
    listed = {entry.source: entry.target for entry in memory.approved_entries()}
    return found != wanted or listed != wanted


def trials(count: int, seed: int, *, seconds: float = float("inf")) -> tuple[int, Counter[str]]:
    """Make trials until there are so many or so much time is spent.

    Returns:
        How many were made, and what went wrong in how many.
    """
    dice = random.Random(seed)
    wrong: Counter[str] = Counter()
    end = time.monotonic() + seconds
    done = 0
    # Memories are made durable at every step: without a disk that is a hundred times quicker.
    fast = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="passerelle-torture-", dir=fast) as name:
        made = Path(name, "made")
        made.mkdir()
        kinds = states(made, seed)
        while done < count and time.monotonic() < end:
            folder = Path(name, str(done))
            folder.mkdir()
            fault = trial(dice.choice(kinds), folder, dice)
            if fault:
                wrong[fault] += 1
            shutil.rmtree(folder)
            done += 1
    return done, wrong


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make trials for so many seconds.

    Returns:
        ``mutations``, and of these ``lost`` (an approved row) and ``raised`` (an error).
    """
    done, wrong = trials(sys.maxsize, seed, seconds=seconds)
    for fault, times in wrong.most_common(20):
        print(f"  {times} × {fault}", file=sys.stderr)
    return {
        "mutations": done,
        **{k: sum(n for f, n in wrong.items() if f.startswith(k)) for k in ("lost", "raised")},
    }


if __name__ == "__main__":
    print(run(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
