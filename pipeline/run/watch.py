"""``--watch``: run again whenever a source, the glossary or the settings change."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import settings_files
from pipeline.errors import GlossaryError, InputError, PasserelleError, UsageError
from pipeline.run.batch import Job, run
from pipeline.run.discovery import discover
from pipeline.run.reporting.progress import Event
from pipeline.translate.reading import Source, reading_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.config import Settings
    from pipeline.run.reporting.progress import Reporter
    from pipeline.run.reporting.report import RunReport
    from pipeline.translate.engine_choice import ChosenEngine


State = dict[str, tuple[int, int]]
"""Path → (modification time in nanoseconds, size in bytes)."""

_EVERY = 1.0  # seconds between two looks
_SETTLED = 0.3  # seconds in which nothing may change before a run starts


def look(job: Job) -> State:
    """Take down every file that the run depends on; what cannot be seen is left out."""
    settings = job.settings
    out = settings.path("out")
    paths = [*settings.paths("glossary"), *settings_files(Path.cwd())]
    try:
        found = discover(job.paths, out=out, reading=reading_of(settings))
        paths += [item.path for _, item in found if isinstance(item, Source)]
    except UsageError:
        pass  # an input is gone for the moment
    state: State = {}
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 - one call for a Path or a text
        except OSError:
            continue
        state[str(path)] = (status.st_mtime_ns, status.st_size)
    return state


def keep_running(
    job: Job,
    *,
    settings: Callable[[], Settings],
    open_engine: Callable[[Settings, Callable[[str], None]], ChosenEngine],
    reporter: Callable[[], Reporter],
    render: Callable[[RunReport, Settings], None],
    wait: Callable[[float], None] = time.sleep,
    rounds: int | None = None,
) -> None:
    """Run, then run again after every change, until Ctrl-C.

    The engine stays loaded as long as the settings that choose it stay the same. An error
    in the glossary, an input that is gone for a moment or a file that cannot be read ends a
    round, not the watching.

    Args:
        job: what to run first.
        settings: reads the settings anew.
        open_engine: gives the engine.
        reporter: makes a reporter for each round.
        render: shows each round's report.
        wait: sleeps for so many seconds.
        rounds: end after so many rounds; ``None`` to go on until Ctrl-C.

    Raises:
        PasserelleError: anything but an error in glossary, inputs or usage.
    """
    loaded: dict[tuple[object, ...], ChosenEngine] = {}

    def keep(chosen: Settings, say: Callable[[str], None]) -> ChosenEngine:
        key = (chosen.engine, chosen.model, chosen.beam, chosen.threads)
        if key not in loaded:
            loaded.clear()
            loaded[key] = open_engine(chosen, say)
        return loaded[key]

    done = 0
    while True:
        before = look(job)
        current = reporter()
        try:
            render(run(job, open_engine=keep, reporter=current), job.settings)
        except (GlossaryError, InputError, UsageError) as error:
            current.event(Event(level="warning", text=_on_one_line(error)))
        done += 1
        if rounds is not None and done >= rounds:
            return
        current.event(Event(level="info", text="Watching for changes; Ctrl-C ends."))
        _until_changed(job, before, wait)
        try:
            job = Job(paths=job.paths, settings=settings())
        except PasserelleError as error:
            current.event(Event(level="warning", text=_on_one_line(error)))


def _on_one_line(error: PasserelleError) -> str:
    return " ".join(map(str.strip, str(error).splitlines()))


def _until_changed(job: Job, before: State, wait: Callable[[float], None]) -> None:
    while True:
        now = look(job)
        if now != before:
            wait(_SETTLED)
            settled = look(job)
            while settled != now:  # an editor is still writing
                now = settled
                wait(_SETTLED)
                settled = look(job)
            return
        wait(_EVERY)
