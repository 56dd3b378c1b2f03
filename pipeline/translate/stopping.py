"""Asking a run to stop, from a signal or from another thread."""

from __future__ import annotations

import threading


class Stopped(Exception):
    """Raised inside a run's threads when the run was asked to stop."""


class Interrupted(KeyboardInterrupt):
    """A run was interrupted and has stopped. Everything that was finished is kept."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Stop:
    """A request to stop, looked at between batches and between files."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ask(self) -> None:
        """Ask every thread of the run to stop at its next `check`."""
        self._event.set()

    @property
    def asked(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Do nothing, unless a stop was asked for.

        Raises:
            Stopped: it was.
        """
        if self._event.is_set():
            raise Stopped
