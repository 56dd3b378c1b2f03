"""What the working threads of a run leave for the thread that shows it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.run.reporting.progress import Event, Snapshot
from pipeline.run.windows import Slice

if TYPE_CHECKING:
    from pipeline.run.reporting.progress import Reporter
    from pipeline.run.windows import Window
    from pipeline.translate.finishing import Finisher

__all__ = ["NAMED", "NOTED", "State"]

NAMED = 5  # outputs that a report names
NOTED = 1000  # notes that are kept
_DRAFTS = 0.9  # share of a window's work; the glossary's retranslations are the rest


@dataclass(slots=True, kw_only=True)
class State:
    """Numbers and events of a run; each number is written by one thread."""

    documents_total: int = 0
    bytes_total: int = 0
    documents: int = 0  # written
    written: int = 0  # of these, whose file changed
    unchanged_rows: int = 0  # segments of documents that were not even read
    bytes_done: float = 0.0  # of finished windows, and of documents that were passed over
    window_bytes: float = 0.0  # of the window at hand
    window_segments: int = 0
    window_done: float = 0.0  # share of it that is done, 0 to 1, as far as can be told
    calls: int = 0  # to the engine, for this window; the first one makes the drafts
    first_outputs: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
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
        self.window_done = 0.0
        self.calls = 0
        self.window_bytes = sum(
            piece.size if isinstance(piece, Slice) else piece.source.size for piece in window
        )
        self.window_segments = sum(piece.stop - piece.start for piece in slices)

    def end_window(self) -> None:
        """Note that the window's segments are counted as finished."""
        self.bytes_done += self.window_bytes
        self.window_bytes = 0.0
        self.window_segments = 0

    def step(self, done: int, total: int) -> None:
        """Note that the engine has decoded ``done`` of ``total`` sentences of one call."""
        if self.calls == 0:
            self.window_done = _DRAFTS * done / total
        self.calls += done == total

    def snapshot(self, finisher: Finisher) -> Snapshot:
        """Give the numbers of this moment."""
        done = self.bytes_done + self.window_bytes * self.window_done
        finished = finisher.counts.total + int(self.window_segments * self.window_done)
        return Snapshot(
            documents=self.documents,
            documents_total=self.documents_total,
            fraction=min(1.0, done / self.bytes_total) if self.bytes_total else 0.0,
            segments=finished + self.unchanged_rows,
            remembered=finisher.counts.remembered + self.unchanged_rows,
            decoded=finisher.recall.use.sentences,
            seconds=time.monotonic() - self.began,
        )
