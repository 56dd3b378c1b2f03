"""How quick a run is, how long it will take, and how to say so in little room."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.run.reporting.progress import Snapshot

_SECONDS = 60.0  # of which the speed that is shown is the mean
_MEMORY = 180.0  # seconds of steps that the time left is told from
_STEPS = 4  # steps that it is told from at least, however long they take
_SOON = 0.5  # seconds after which anything can be told


def format_seconds(seconds: float) -> str:
    """Give a duration as people say it: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def about(seconds: float) -> str:
    """Give a time left no more exactly than it can be known: from ten minutes on in minutes."""
    if seconds < 60:
        return format_seconds(seconds)
    if seconds < 600:
        return format_seconds(round(seconds / 5) * 5)
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 60 else format_seconds(whole * 60)


class Steps:
    """The time that is left of work that is done in steps.

    Nothing is known between two steps, so the time is told from their ends and runs down until
    the next; a step that takes longer than those before makes all that follow as slow.

    Args:
        skip_first: leave the first step out, which may hold what happens only once.
    """

    def __init__(self, *, skip_first: bool) -> None:
        self._ends: deque[tuple[float, float]] = deque()  # time, work done by then
        self._skip_first = skip_first

    def add(self, now: float, done: float) -> None:
        """Note how much work is done, in any unit; less than before is taken for nothing new."""
        ends = self._ends
        if not ends and self._skip_first and done <= 0:
            return
        if not ends or done > ends[-1][1]:
            ends.append((now, done))
        while len(ends) > _STEPS + 1 and ends[1][0] < now - _MEMORY:
            ends.popleft()

    def left(self, now: float, todo: float) -> float | None:
        """Give the seconds that ``todo``, in the same unit, will take; ``None``: not known yet."""
        if len(self._ends) < 2:
            return None
        (began, first), (ended, last) = self._ends[0], self._ends[-1]
        if ended - began < _SOON:
            return None
        steps = len(self._ends) - 1
        took, gained = (ended - began) / steps, (last - first) / steps
        at_hand = took * min(1.0, todo / gained)  # the step that is under way
        late = max(0.0, now - ended - took)
        pace = (ended - began + took + late) / (last - first + gained)  # seconds a unit
        return max(0.0, at_hand - (now - ended)) + max(0.0, todo - gained) * pace


class Pace:
    """Speed and time left of a run.

    Time goes into what the engine decodes: where it is known how much of that is left, it
    decides; else the share of the input's bytes does.
    """

    def __init__(self) -> None:
        self._segments: deque[tuple[float, int]] = deque()
        self._decoding = Steps(skip_first=True)
        self._bytes = Steps(skip_first=False)

    def update(self, snapshot: Snapshot) -> tuple[float, float | None]:
        """Give segments per second and the seconds left, ``None`` where not known yet."""
        now = snapshot.seconds
        self._decoding.add(now, snapshot.tokens)
        self._bytes.add(now, snapshot.fraction)
        if snapshot.tokens_left:
            left = self._decoding.left(now, snapshot.tokens_left)
        else:
            left = self._bytes.left(now, 1.0 - snapshot.fraction)
        return self._speed(now, snapshot.segments), left

    def _speed(self, now: float, segments: int) -> float:
        """Give the mean of the last minute; nothing is finished between two steps' ends."""
        samples = self._segments
        if not samples or segments > samples[-1][1]:
            samples.append((now, segments))
        while len(samples) > 2 and samples[1][0] < now - _SECONDS:
            samples.popleft()
        (then, before), (last, by_then) = samples[0], samples[-1]
        took = last - then
        if now - last > took:  # longer than all steps before: it has become slower
            took = now - then
        return (by_then - before) / took if took >= _SOON else 0.0


# --- in words -----------------------------------------------------------------------


def describe(snapshot: Snapshot, speed: float, left: float | None) -> str:
    """Say how far a run is."""
    return ", ".join(
        _parts(snapshot, speed, left, "documents", "sentences", "from memory", "about")
    )


def fitted(snapshot: Snapshot, speed: float, left: float | None, width: int) -> str:
    """Say how far a run is in at most ``width`` characters: the less room, the less is said.

    Documents and the time left stay longest.
    """
    told = (snapshot, speed, left)
    for words in (
        ("documents", "sentences", "from memory", "about"),
        ("documents", "sentences", "known", ""),
        ("docs", "sentences", "known", ""),
        ("docs", "sentences", "", ""),
        ("docs", "", "", ""),
        ("", "", "", ""),
    ):
        text = ", ".join(_parts(*told, *words))
        if len(text) <= width:
            return text
    return text[: max(0, width)]


def _parts(
    snapshot: Snapshot,
    speed: float,
    left: float | None,
    documents: str,
    sentences: str,
    memory: str,
    nearly: str,
) -> list[str]:
    parts = []
    if snapshot.documents_total:
        count = f"{snapshot.documents:,}/{snapshot.documents_total:,} {documents}"
        parts.append(count.rstrip())
    if sentences or not snapshot.documents_total:
        parts.append(f"{snapshot.segments:,} {sentences}".rstrip())
    if speed >= 0.05:
        parts.append(f"{speed:,.1f}/s")
    if snapshot.remembered and memory:
        parts.append(f"{snapshot.remembered:,} {memory}")
    if left is not None and snapshot.fraction < 1:
        parts.append(f"{nearly} {about(max(1.0, left))} left".lstrip())
    return parts
