"""What a run says while it runs. Reporters are called from one thread only."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import IO, TYPE_CHECKING, Literal, Protocol

from pipeline.run.reporting.pace import Pace, describe, fitted
from pipeline.run.reporting.pace import format_seconds as format_seconds
from pipeline.run.windows import Slice
from pipeline.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.run.windows import Window
    from pipeline.translate.finishing import Finisher, SegmentCounts

NAMED = 5  # outputs that a report names
NOTED = 1000  # notes that are kept
DRAFTS = 0.9  # share of a window's time; the glossary's retranslations are the rest
QUICK_DRAFTS = 0.5  # the same where drafts are made in a quick first pass, see `Quick`
_LATER = 0.9  # share that a later call takes of what is left then
_WINDOWS = 3  # the last ones tell what is to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something worth a line: a stage begins, a file is passed over."""

    level: Literal["info", "warning"]
    text: str

    def __str__(self) -> str:
        return f"warning: {self.text}" if self.level == "warning" else self.text


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
    tokens: float = 0.0  # of French that the engine has decoded
    tokens_left: float | None = None  # that it has still to decode; None: cannot be told


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """A line of ``--json-log``: an event."""

    time: float  # seconds since 1970
    event: Literal["info", "warning"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressLine(Snapshot):
    """A line of ``--json-log``: how far the run is."""

    time: float  # seconds since 1970
    event: Literal["progress"] = "progress"
    segments_per_second: float  # in the last minute
    seconds_left: float | None  # None: not known yet


@dataclass(slots=True, kw_only=True)
class State:
    """What the working threads leave for the one that shows it; each number has one writer."""

    documents_total: int = 0
    bytes_total: int = 0
    documents: int = 0  # written
    written: int = 0  # of these, whose file changed
    unchanged_rows: int = 0  # segments of documents that were not even read
    bytes_done: float = 0.0  # of finished windows, and of documents that were passed over
    window_bytes: float = 0.0  # of the window at hand
    window_segments: int = 0
    window_done: float = 0.0  # share of it that is done, 0 to 1, as far as can be told
    window_tokens: float = 0.0  # that the engine decodes for it; 0 until it has begun
    window_began: float = 0.0
    calls: int = 0  # to the engine, for this window; the first one makes the drafts
    call_began: float = 0.0  # `window_done` by then
    drafted: float = 0.0  # seconds until the drafts were made
    drafts: float = DRAFTS  # share of a window's time that its drafts take: told, then learnt
    learnt: tuple[float, float] = (0.0, 0.0)  # seconds of drafts, of all, in finished windows
    far: bool = False  # the engine works elsewhere: its steps are not seen
    segments: int = 0  # of finished windows
    remembered: int = 0  # of these, from memory
    tokens: float = 0.0  # decoded for finished windows
    recent: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_WINDOWS))
    first_outputs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    events: deque[Event] = field(default_factory=deque)
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str, *, warning: bool = False) -> None:
        """Leave an event."""
        self.events.append(Event(level="warning" if warning else "info", text=text))

    def tell(self, reporter: Reporter) -> None:
        """Hand the events over; called from the reporter's thread."""
        while self.events:
            reporter.event(self.events.popleft())

    def begin_window(self, window: Window) -> None:
        """Note that a window begins."""
        slices = [piece for piece in window if isinstance(piece, Slice)]
        self.window_done = self.window_tokens = self.call_began = self.drafted = 0.0
        self.calls = 0
        self.window_began = time.monotonic()
        self.window_bytes = sum(
            piece.size if isinstance(piece, Slice) else piece.source.size for piece in window
        )
        self.window_segments = sum(piece.stop - piece.start for piece in slices)

    def end_window(self, counts: SegmentCounts) -> None:
        """Note that the window is finished, and how many segments are by now."""
        self.recent.append((self.window_bytes, self.window_tokens))
        if self.drafted:
            drafts, all_of_it = self.learnt
            all_of_it += time.monotonic() - self.window_began
            self.learnt = (drafts + self.drafted, all_of_it)
            self.drafts = min(0.95, max(0.05, (drafts + self.drafted) / all_of_it))
        # Another thread reads: a moment of too little does no harm, one of too much would.
        self.window_done = 0.0
        self.tokens += self.window_tokens
        self.bytes_done += self.window_bytes
        self.segments, self.remembered = counts.total, counts.remembered
        self.window_bytes = self.window_tokens = 0.0
        self.window_segments = 0

    def step(self, done: int, total: int) -> None:
        """Note that the engine has decoded ``done`` of ``total`` tokens of one call."""
        if self.calls == 0:
            self.window_tokens = 0.0 if self.far else total
            share = self.drafts
        else:
            share = (1.0 - self.call_began) * _LATER
        self.window_done = self.call_began + share * done / total
        if done >= total:
            self.calls += 1
            self.call_began = self.window_done
            self.drafted = self.drafted or time.monotonic() - self.window_began

    def _tokens_left(self) -> float | None:
        """Give the tokens to decode: of the window at hand, and of what is to come like it."""
        windows = list(self.recent)
        if self.window_tokens:
            windows.append((self.window_bytes, self.window_tokens))
        if windows and windows[-1][1]:  # what was all known before tells nothing of what is new
            windows = [each for each in windows if each[1]]
        size = sum(each for each, _ in windows)
        if self.far or not size:
            return None
        share = sum(tokens for _, tokens in windows) / size
        at_hand = self.window_tokens or share * self.window_bytes
        to_come = max(0.0, self.bytes_total - self.bytes_done - self.window_bytes)
        return at_hand * (1.0 - self.window_done) + to_come * share

    def snapshot(self, finisher: Finisher) -> Snapshot:
        """Give the numbers of this moment."""
        done = self.bytes_done + self.window_bytes * self.window_done
        return Snapshot(
            documents=self.documents,
            documents_total=self.documents_total,
            fraction=min(1.0, done / self.bytes_total) if self.bytes_total else 0.0,
            segments=self.segments
            + int(self.window_segments * self.window_done)
            + self.unchanged_rows,
            remembered=self.remembered + self.unchanged_rows,
            decoded=finisher.recall.use.sentences,
            seconds=time.monotonic() - self.began,
            tokens=self.tokens + self.window_tokens * self.window_done,
            tokens_left=self._tokens_left(),
        )


# --- reporters ---------------------------------------------------------------------


class Reporter(Protocol):
    """Takes a run's events and snapshots."""

    def event(self, event: Event) -> None:
        """Show an event."""

    def progress(self, snapshot: Snapshot) -> None:
        """Show how far the run is; called several times a second."""

    def close(self) -> None:
        """Show what is left to show; clear what is not meant to stay on the screen."""


class PlainReporter:
    """Lines for a log file or a pipe: at most one every ``every`` seconds."""

    def __init__(self, stream: IO[str], *, every: float = 5.0) -> None:
        self._stream = stream
        self._every = every
        self._last = 0.0
        self._pace = Pace()

    def _line(self, text: str) -> None:
        print(one_line(text), file=self._stream, flush=True)

    def event(self, event: Event) -> None:
        """Show an event on a line of its own."""
        self._line(str(event))

    def progress(self, snapshot: Snapshot) -> None:
        """Show a line now and then."""
        pace = self._pace.update(snapshot)
        if snapshot.seconds - self._last >= self._every:
            self._last = snapshot.seconds
            self.show(snapshot, *pace)

    def show(self, snapshot: Snapshot, speed: float, left: float | None) -> None:
        """Show a snapshot, with segments per second and seconds left."""
        self._line(describe(snapshot, speed, left))

    def close(self) -> None:
        """Do nothing: lines stay."""


class Quiet(PlainReporter):
    """Says nothing but warnings."""

    def event(self, event: Event) -> None:
        """Show a warning."""
        if event.level == "warning":
            super().event(event)

    def progress(self, snapshot: Snapshot) -> None:
        """Say nothing."""


class JsonReporter(PlainReporter):
    """One JSON object a line, for programs; the last one tells how the run ended."""

    def __init__(
        self, stream: IO[str], *, every: float = 1.0, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(stream, every=every)
        self._last = float("-inf")
        self._now = now
        self._held: Snapshot | None = None  # the newest one that was not shown

    def _write(self, line: EventLine | ProgressLine) -> None:
        first = {"time": line.time, "event": line.event}
        self._line(json.dumps(first | asdict(line), ensure_ascii=False))

    def _time(self) -> float:
        return round(self._now(), 3)

    def event(self, event: Event) -> None:
        """Write an event."""
        self._write(EventLine(time=self._time(), event=event.level, text=event.text))

    def progress(self, snapshot: Snapshot) -> None:
        """Write a snapshot now and then."""
        self._held = snapshot
        super().progress(snapshot)

    def show(self, snapshot: Snapshot, speed: float, left: float | None) -> None:
        """Write a snapshot."""
        self._held = None
        rounded = {"fraction": round(snapshot.fraction, 4), "seconds": round(snapshot.seconds, 2)}
        line = ProgressLine(
            **asdict(snapshot) | rounded,
            time=self._time(),
            segments_per_second=round(speed, 2),
            seconds_left=None if left is None else round(left, 1),
        )
        self._write(line)

    def close(self) -> None:
        """Write the last snapshot, where it came too soon after the one before."""
        if self._held is not None:
            self.show(self._held, *self._pace.update(self._held))


class TerminalReporter:
    """One live line on a terminal, drawn by rich."""

    def __init__(self, stream: IO[str]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
        from rich.table import Column

        # rich steers the terminal itself: it gets the stream below the command line's `Console`.
        self._console = Console(file=getattr(stream, "stream", stream), highlight=False)
        self._width = BarColumn(bar_width=24)
        text = TextColumn("{task.description}", table_column=Column(no_wrap=True))
        self._text = (SpinnerColumn(), text)
        self._bar = Progress(*self._text, console=self._console, transient=True)
        self._task = self._bar.add_task("", total=1.0)
        self._pace = Pace()

    def event(self, event: Event) -> None:
        """Show an event above the live line."""
        from rich.text import Text

        self._console.print(
            Text(one_line(str(event)), style="yellow" if event.level == "warning" else "")
        )

    def progress(self, snapshot: Snapshot) -> None:
        """Redraw the live line."""
        room = self._console.width - 3  # beside the spinner
        told = fitted(snapshot, *self._pace.update(snapshot), room)
        # The bar takes what is left; where that is little, it would tell nothing.
        left = room - len(told) - 1
        self._width.bar_width = min(24, max(6, left))
        self._bar.columns = (*self._text, self._width) if left >= 6 else self._text
        self._bar.update(self._task, completed=snapshot.fraction, description=told)
        self._bar.start()

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
