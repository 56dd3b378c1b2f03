"""What a run says while it runs. Reporters are called from one thread only."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Event",
    "JsonReporter",
    "PlainReporter",
    "Quiet",
    "Reporter",
    "Snapshot",
    "TerminalReporter",
    "format_seconds",
    "make_reporter",
]

Level = Literal["info", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something worth a line: a stage begins, a file is passed over."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far a run is."""

    documents: int  # finished
    documents_total: int
    fraction: float  # of the input's bytes, 0 to 1
    segments: int  # finished
    remembered: int  # of these, from memory
    decoded: int  # sentences that the engine translated
    seconds: float  # since the run began


class Reporter(Protocol):
    """Takes a run's events and snapshots."""

    def event(self, event: Event) -> None:
        """Show an event."""
        ...

    def progress(self, snapshot: Snapshot) -> None:
        """Show how far the run is; called several times a second."""
        ...

    def close(self) -> None:
        """Clear what is not meant to stay on the screen."""
        ...


def format_seconds(seconds: float) -> str:
    """Give a duration as people say it: ``42 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class _Pace:
    """Speed and time left, from the last minute rather than from the whole run."""

    def __init__(self, window: float = 60.0) -> None:
        self._window = window
        self._samples: deque[tuple[float, float, int]] = deque()

    def update(self, snapshot: Snapshot) -> tuple[float, float | None]:
        """Give segments per second and the seconds left, ``None`` where not known yet."""
        now = snapshot.seconds
        self._samples.append((now, snapshot.fraction, snapshot.segments))
        while len(self._samples) > 2 and self._samples[1][0] < now - self._window:
            self._samples.popleft()
        then, fraction, segments = self._samples[0]
        elapsed = now - then
        if elapsed < 0.5:
            return 0.0, None
        speed = (snapshot.segments - segments) / elapsed
        gained = snapshot.fraction - fraction
        if gained <= 0:
            return speed, None
        return speed, elapsed * (1 - snapshot.fraction) / gained


def _describe(snapshot: Snapshot, speed: float, left: float | None) -> str:
    parts = [
        f"{snapshot.documents:,}/{snapshot.documents_total:,} documents",
        f"{snapshot.segments:,} sentences",
    ]
    if speed >= 0.05:
        parts.append(f"{speed:,.1f}/s")
    if snapshot.remembered:
        parts.append(f"{snapshot.remembered:,} from memory")
    if left is not None and snapshot.fraction < 1:
        parts.append(f"about {format_seconds(left)} left")
    return ", ".join(parts)


class Quiet:
    """Says nothing but warnings."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def event(self, event: Event) -> None:
        """Show a warning."""
        if event.level == "warning":
            print(f"warning: {event.text}", file=self._stream, flush=True)

    def progress(self, snapshot: Snapshot) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing."""


class PlainReporter:
    """Lines for a log file or a pipe: at most one every ``every`` seconds."""

    def __init__(self, stream: IO[str], *, every: float = 5.0) -> None:
        self._stream = stream
        self._every = every
        self._last = 0.0
        self._pace = _Pace()

    def event(self, event: Event) -> None:
        """Show an event on a line of its own."""
        prefix = "warning: " if event.level == "warning" else ""
        print(f"{prefix}{event.text}", file=self._stream, flush=True)

    def progress(self, snapshot: Snapshot) -> None:
        """Show a line now and then."""
        speed, left = self._pace.update(snapshot)
        if snapshot.seconds - self._last < self._every:
            return
        self._last = snapshot.seconds
        print(_describe(snapshot, speed, left), file=self._stream, flush=True)

    def close(self) -> None:
        """Do nothing: lines stay."""


class JsonReporter:
    """One JSON object a line, for programs."""

    def __init__(
        self, stream: IO[str], *, every: float = 1.0, now: Callable[[], float] = time.time
    ) -> None:
        self._stream = stream
        self._every = every
        self._last = float("-inf")
        self._now = now
        self._pace = _Pace()

    def _write(self, kind: str, **values: Any) -> None:  # noqa: ANN401 - JSON values
        line = {"time": round(self._now(), 3), "event": kind, **values}
        print(json.dumps(line, ensure_ascii=False), file=self._stream, flush=True)

    def event(self, event: Event) -> None:
        """Write an event."""
        self._write(event.level, text=event.text)

    def progress(self, snapshot: Snapshot) -> None:
        """Write a snapshot now and then."""
        speed, left = self._pace.update(snapshot)
        if snapshot.seconds - self._last < self._every:
            return
        self._last = snapshot.seconds
        self._write(
            "progress",
            documents=snapshot.documents,
            documents_total=snapshot.documents_total,
            fraction=round(snapshot.fraction, 4),
            segments=snapshot.segments,
            remembered=snapshot.remembered,
            decoded=snapshot.decoded,
            seconds=round(snapshot.seconds, 2),
            segments_per_second=round(speed, 2),
            seconds_left=None if left is None else round(left, 1),
        )

    def close(self) -> None:
        """Do nothing: lines stay."""


class TerminalReporter:
    """One live line on a terminal, drawn by rich."""

    def __init__(self, stream: IO[str]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._console = Console(file=stream, highlight=False)
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=1.0)
        self._pace = _Pace()

    def event(self, event: Event) -> None:
        """Show an event above the live line."""
        from rich.text import Text

        if event.level == "warning":
            self._console.print(Text(f"warning: {event.text}", style="yellow"))
        else:
            self._console.print(Text(event.text))

    def progress(self, snapshot: Snapshot) -> None:
        """Redraw the live line."""
        self._bar.start()
        speed, left = self._pace.update(snapshot)
        self._bar.update(
            self._task,
            completed=snapshot.fraction,
            description=_describe(snapshot, speed, left),
        )

    def close(self) -> None:
        """Take the live line away."""
        self._bar.stop()


def make_reporter(
    *, quiet: bool = False, json_log: bool = False, stream: IO[str] | None = None
) -> Reporter:
    """Choose the reporter that suits the stream (standard error unless given)."""
    stream = sys.stderr if stream is None else stream
    if json_log:
        return JsonReporter(stream)
    if quiet:
        return Quiet(stream)
    return TerminalReporter(stream) if stream.isatty() else PlainReporter(stream)
