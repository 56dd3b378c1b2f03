"""A run beyond one machine: the engine's answers are made elsewhere, all else happens here.

The driver reads, cuts, asks its memory, and sends what a window lacks to workers, several
windows ahead. A worker takes the window through engine and glossary as a run would, and
gives back every answer that the engine made. The driver stores the answers and then
finishes the window by the very code of a local run, which finds them in its memory. So
outputs are those of a local run by construction: the windows are the same, and within
them the batches.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline import __version__, errors
from pipeline.errors import ClusterError, ModelError, PasserelleError
from pipeline.run.cluster.worker import Known, Parcel, Piece
from pipeline.run.windows import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.records import Hypothesis
    from pipeline.run.cluster.worker import Reply, Trouble
    from pipeline.run.windows import Window
    from pipeline.translate.finishing import Finisher, Todo

    _Known = dict[bytes, tuple[Hypothesis, ...] | None]

__all__ = ["Cluster", "Link", "Prefetch"]

_LINED_UP = 8  # windows that may wait, for each that is on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where to run."""

    address: str = "local"  # as Ray writes it; "local" starts a cluster on this machine
    workers: int = 0  # 0: as many as there is room for
    threads: int = 1  # processor threads of each worker


class Link(Protocol):
    """The way to the workers."""

    @property
    def workers(self) -> int:
        """How many there are."""
        ...

    def send(self, parcel: Parcel) -> None:
        """Hand over a parcel; some worker will take it."""
        ...

    def receive(self) -> Reply:
        """Wait for the next reply; they come in any order.

        Raises:
            ClusterError: the cluster has failed.
            Stopped: a stop was asked for.
        """
        ...


class Prefetch:
    """Has what windows lack translated elsewhere, while earlier windows are finished.

    Args:
        finisher: says what a window lacks, and learns the answers.
        connect: gives the link once there is something to send.
        fingerprint: of the engine here; a worker's must be the same.
        say: told what goes wrong without ending the run.
        renew: nothing counts that was translated before this run.
    """

    def __init__(
        self,
        *,
        finisher: Finisher,
        connect: Callable[[], Link],
        fingerprint: str,
        say: Callable[[str], None],
        renew: bool = False,
    ) -> None:
        self._finisher = finisher
        self._connect = connect
        self._fingerprint = fingerprint
        self._say = say
        self._renew = renew
        self._link: Link | None = None
        self._next = 0
        self._on_their_way: dict[int, Parcel] = {}
        self._replies: dict[int, Reply] = {}
        self._segments: set[bytes] = set()  # keys of segments that were sent
        self._requests: set[bytes] = set()  # and of their first requests

    def __call__(self, windows: Iterator[Window]) -> Iterator[Window]:
        """Give the windows again, in order, each when its answers are known.

        Raises:
            ClusterError: the cluster has failed.
            ModelError: a worker has no engine, or another one.
            Stopped: a stop was asked for.
        """
        waiting: deque[tuple[Window, Parcel | None]] = deque()
        for window in windows:
            lacking, known = self._lacking(window)
            if any(answer is None and key in self._requests for key, answer in known.items()):
                # A segment needs an answer that is on its way for another one. Rare: the
                # same words with other white space, or touched by other terms. A worker
                # would make that answer twice.
                yield from self._finish(waiting, sent=0)
                lacking, known = self._lacking(window)
            waiting.append((window, self._send(window, lacking, known)))
            yield from self._finish(waiting, sent=2 * self._link.workers if self._link else 0)
        yield from self._finish(waiting, sent=0)

    def _lacking(self, window: Window) -> tuple[list[Todo], _Known]:
        """Give the segments to send, and what memory answers to their first requests."""
        segments = [
            segment
            for piece in window
            if isinstance(piece, Slice)
            for segment in piece.loaded.segments[piece.start : piece.stop]
        ]
        lacking = [t for t in self._finisher.lacking(segments) if t.key not in self._segments]
        return lacking, self._finisher.recall.known([self._finisher.request(t) for t in lacking])

    def _send(self, window: Window, lacking: list[Todo], known: _Known) -> Parcel | None:
        if all(known.values()) and not any(t.seen for t in lacking):
            return None  # this machine needs no engine for them
        if self._link is None:
            self._link = self._connect()
        formats = {
            piece.loaded.source.doc_id: piece.loaded.document.format
            for piece in window
            if isinstance(piece, Slice)
        }
        parcel = Parcel(
            number=self._next,
            pieces=tuple(
                Piece(segment=t.segment, key=t.key, format=formats[t.segment.doc_id])
                for t in lacking
            ),
            known=tuple(Known(key=k, hypotheses=h) for k, h in known.items() if h),
            requests=tuple(known),
        )
        self._next += 1
        self._on_their_way[parcel.number] = parcel
        self._segments.update(piece.key for piece in parcel.pieces)
        self._requests.update(parcel.requests)
        self._link.send(parcel)
        return parcel

    def _finish(
        self, waiting: deque[tuple[Window, Parcel | None]], *, sent: int
    ) -> Iterator[Window]:
        """Give windows from the left until no more than ``sent`` are on their way."""
        while waiting:
            window, parcel = waiting[0]
            crowded = len(waiting) > _LINED_UP * max(1, sent)
            if parcel is not None and len(self._on_their_way) <= sent and not crowded:
                return
            waiting.popleft()
            if parcel is not None:
                self._learn(self._reply(parcel.number))
            yield window
            if parcel is not None:
                self._settle(parcel)

    def _settle(self, parcel: Parcel) -> None:
        """Note that a window is finished: memory knows it now."""
        del self._on_their_way[parcel.number]
        if not self._renew:
            self._segments.difference_update(piece.key for piece in parcel.pieces)
            self._requests.difference_update(parcel.requests)

    def _reply(self, number: int) -> Reply:
        while number not in self._replies:
            assert self._link is not None  # something was sent
            reply = self._link.receive()
            self._replies[reply.number] = reply
        return self._replies.pop(number)

    def _learn(self, reply: Reply) -> None:
        if reply.trouble is not None and reply.trouble.fatal:
            raise _as_error(reply.trouble, reply.host)
        if reply.version != __version__:
            raise ClusterError(
                f"this worker has Passerelle {reply.version}, this machine has {__version__}",
                place=reply.host,
                next_step="install the same version on every machine",
            )
        if reply.fingerprint != self._fingerprint:
            raise ModelError(
                "this worker's engine is not the one of this machine: translations would differ",
                place=reply.host,
                next_step="install the same model on every machine, and name it with --engine "
                "and --model; `passerelle models list` shows what is there",
            )
        self._finisher.recall.learn(reply.made)
        if reply.trouble is not None:
            self._say(
                f"a worker on {reply.host} failed, so that this machine takes over its "
                f"{reply.trouble.size} sentences: {reply.trouble.problem}"
            )


def _as_error(trouble: Trouble, host: str) -> PasserelleError:
    kind = getattr(errors, trouble.kind, ClusterError)
    place = f"worker on {host}: {trouble.place}" if trouble.place else f"worker on {host}"
    error: PasserelleError = kind(trouble.problem, place=place, next_step=trouble.next_step)
    return error
