"""Threads of a run: stages that work ahead or behind, and the watch over all of it."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from pipeline.translate.stopping import Interrupted, Stop, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.run.reporting.progress import Reporter


_T = TypeVar("_T")
_WAIT = 0.1  # seconds between looks at the stop


class _End:
    """Marks the end of a queue, with the error that caused it, if any."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def _put(target: queue.Queue[_T], item: _T, *stops: Stop) -> None:
    while True:
        for stop in stops:
            stop.check()
        try:
            target.put(item, timeout=_WAIT)
        except queue.Full:
            continue
        return


def ahead(items: Iterable[_T], *, stop: Stop, depth: int = 1) -> Iterator[_T]:
    """Iterate over ``items`` in a thread, at most ``depth`` items ahead of the caller.

    An error that the iteration raises is raised here, after the items before it. The
    thread ends when the caller leaves early.

    Raises:
        Stopped: a stop was asked for.
    """
    ready: queue.Queue[_T | _End] = queue.Queue(maxsize=depth)
    left = Stop()

    def put(item: _T | _End) -> None:
        _put(ready, item, stop, left)

    def work() -> None:
        with contextlib.suppress(Stopped):
            try:
                for item in items:
                    put(item)
            except Stopped:
                raise
            except BaseException as error:
                put(_End(error))
            else:
                put(_End())

    threading.Thread(target=work, name="passerelle-ahead", daemon=True).start()
    try:
        while True:
            stop.check()
            try:
                item = ready.get(timeout=_WAIT)
            except queue.Empty:
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        left.ask()


class Behind(Generic[_T]):
    """Consumes items in a thread, at most ``depth`` items behind the caller.

    Args:
        consume: called with every item, in order, in the thread.
        stop: looked at while waiting.
        depth: how many items may wait.
    """

    def __init__(self, consume: Callable[[_T], None], *, stop: Stop, depth: int = 2) -> None:
        self._consume = consume
        self._stop = stop
        self._waiting: queue.Queue[_T | _End] = queue.Queue(maxsize=depth)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="passerelle-behind", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                item = self._waiting.get(timeout=_WAIT)
            except queue.Empty:
                if self._stop.asked:
                    return
                continue
            if isinstance(item, _End):
                return
            if self._error is not None:
                continue  # drain, so that nobody waits for room
            try:
                self._consume(item)
            except BaseException as error:
                self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def put(self, item: _T) -> None:
        """Hand over an item.

        Raises:
            Stopped: a stop was asked for.
            Exception: what ``consume`` raised for an earlier item.
        """
        self._raise()
        _put(self._waiting, item, self._stop)

    def close(self) -> None:
        """Wait until everything is consumed.

        Raises:
            Stopped: a stop was asked for.
            Exception: what ``consume`` raised.
        """
        _put(self._waiting, _End(), self._stop)
        self._thread.join()
        self._raise()


_GRACE = 0.7  # seconds in which interrupted work may end by itself
_LOOK = 0.1  # seconds between two looks at the progress


def supervise(
    body: Callable[[], _T],
    *,
    stop: Stop,
    reporter: Reporter,
    show: Callable[[Reporter], None] = lambda _: None,
    state: Callable[[], str] = lambda: "nothing was written",
    again: str = "Run the same command again to go on.",
) -> _T:
    """Run ``body`` in a thread; show its progress and watch for Ctrl-C in this one.

    Args:
        body: the work; it looks at ``stop`` between batches.
        stop: asked on Ctrl-C, and when the work is over, to end helper threads.
        reporter: closed at the end.
        show: hands what has happened to the reporter, several times a second.
        state: says how far the work is.
        again: what somebody who stops it can do next.

    Returns:
        What ``body`` returns; what it raises is raised here.

    Raises:
        Interrupted: Ctrl-C. A batch in flight may still be in the engine; its thread is
            abandoned: it stores the batch's answers at most, and ends.
    """
    outcome: list[_T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            outcome.append(body())
        except BaseException as error:
            errors.append(error)
        finally:
            stop.ask()
            done.set()

    threading.Thread(target=work, name="passerelle-work", daemon=True).start()
    try:
        while not done.wait(_LOOK):
            show(reporter)
        show(reporter)
    except KeyboardInterrupt:
        stop.ask()
        done.wait(_GRACE)
        if not outcome:
            raise Interrupted(f"Stopped: {state()}. {again}") from None
    finally:
        reporter.close()
    if errors:
        raise errors[0]
    return outcome[0]
