"""One text from standard input to standard output, without an output folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.run.reporting.progress import QUICK_DRAFTS, Event, State
from pipeline.run.reporting.report import Tally, ToCheck
from pipeline.run.threads import supervise
from pipeline.table import segment_frame
from pipeline.translate import Hooks, Source, Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.config import Settings
    from pipeline.records import Translation
    from pipeline.run.reporting.progress import Reporter
    from pipeline.run.reporting.report import Violation
    from pipeline.translate import Opener


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """A translated text and what is to be said about it."""

    data: bytes  # UTF-8
    violations: tuple[Violation, ...]  # the first ones
    violated: int  # all of them
    found: tuple[ToCheck, ...]  # the sentences with findings other than these, in order


def translate_bytes(
    data: bytes,
    settings: Settings,
    *,
    open_engine: Opener,
    reporter: Reporter,
    name: str = "stdin.txt",
) -> StreamResult:
    """Translate one text in memory.

    The output folder's translation memory is used where there is one; none is made.

    Args:
        data: the text, in any encoding that documents are read in.
        settings: as for a run.
        open_engine: gives the engine.
        reporter: told what happens.
        name: what the text is called in messages; its suffix gives the format.

    Raises:
        InputError: the bytes cannot be read as text.
        GlossaryError, ModelError, EngineError: as for a run.
        Interrupted: Ctrl-C.
    """

    def say(text: str, *, level: Literal["info", "warning"] = "info") -> None:
        reporter.event(Event(level=level, text=text))

    state = State(bytes_total=len(data), window_bytes=len(data))
    hooks = Hooks(
        open_engine=open_engine,
        on_step=state.step,
        say=say,
        warn=lambda text: say(text, level="warning"),
        make_memory=False,
    )
    with Translator(settings, hooks=hooks) as translator:
        loaded = translator.load(
            data, Source(path=Path(name), doc_id=name, output=name, size=len(data))
        )

        finisher = translator.finisher
        state.window_segments = len(loaded.segments)
        state.began = state.window_began = time.monotonic()
        if translator.settings.second_look == "full" and translator.chosen.quick:
            state.drafts = QUICK_DRAFTS

        def work() -> StreamResult:
            tally = Tally()
            assembly = translator.assembly(loaded)
            rows = assembly.add(finisher(loaded.segments))
            state.end_window(finisher.counts)
            tally.add(0, segment_frame(rows))
            return StreamResult(
                data=assembly.data(),
                violations=tally.violations(lambda row: place(row["where"], row["start"])),
                violated=tally.terms.violated,
                found=tuple(_found(rows, place)),
            )

        def place(where: str, start: int) -> str:
            return where or f"line {loaded.document.line(start)}"

        return supervise(
            work,
            stop=hooks.stop,
            reporter=reporter,
            show=lambda shown: shown.progress(state.snapshot(finisher)),
        )


def _found(rows: Sequence[Translation], place: Callable[[str, int], str]) -> Iterator[ToCheck]:
    for row in rows:
        messages = dict.fromkeys(f.message for f in row.findings if f.check != "term")
        if messages:
            yield ToCheck(
                document=row.doc_id,
                place=place(row.segment.where, row.segment.start),
                reason="; ".join(messages),
                source=row.source,
                target=row.target,
            )
