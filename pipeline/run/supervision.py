"""Work in a thread, so that Ctrl-C is heard even while the engine is deep in a batch."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from pipeline.translate.stopping import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.run.reporting.progress import Reporter
    from pipeline.translate.stopping import Stop

__all__ = ["supervise"]

_T = TypeVar("_T")
_GRACE = 0.7  # seconds in which interrupted work may end by itself
_LOOK = 0.1  # seconds between two looks at the progress


def supervise(
    body: Callable[[], _T],
    *,
    stop: Stop,
    reporter: Reporter,
    show: Callable[[Reporter], None] = lambda _: None,
    state: Callable[[], str] = lambda: "nothing was written",
) -> _T:
    """Run ``body`` in a thread; show its progress and watch for Ctrl-C in this one.

    Args:
        body: the work; it looks at ``stop`` between batches.
        stop: asked on Ctrl-C, and when the work is over, to end helper threads.
        reporter: closed at the end.
        show: hands what has happened to the reporter, several times a second.
        state: says how far the work is.

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
            message = f"Stopped: {state()}. Run the same command again to go on."
            raise Interrupted(message) from None
    finally:
        reporter.close()
    if errors:
        raise errors[0]
    return outcome[0]
