"""One text from standard input to standard output, without an output folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.fsio import is_file
from pipeline.memory import TranslationMemory
from pipeline.run.reporting.progress import Event
from pipeline.run.reporting.report import Tally
from pipeline.run.supervision import supervise
from pipeline.table import segment_frame
from pipeline.translate.assembling import Assembly
from pipeline.translate.finishing import Finisher
from pipeline.translate.glossaries import open_glossary
from pipeline.translate.paths import memory_path
from pipeline.translate.reading import Limits, Source, load_bytes
from pipeline.translate.recall import Recall
from pipeline.translate.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.config import Settings
    from pipeline.run.reporting.progress import Reporter
    from pipeline.run.reporting.report import Violation
    from pipeline.translate.engine_choice import ChosenEngine

__all__ = ["StreamResult", "translate_bytes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """A translated text and what is to be said about it."""

    data: bytes  # UTF-8
    violations: tuple[Violation, ...]  # the first ones
    violated: int  # all of them


def translate_bytes(
    data: bytes,
    settings: Settings,
    *,
    open_engine: Callable[[Settings, Callable[[str], None]], ChosenEngine],
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

    def warn(text: str) -> None:
        reporter.event(Event(level="warning", text=text))

    glossary = open_glossary(settings, warn=warn)
    chosen = open_engine(settings, lambda text: reporter.event(Event(level="info", text=text)))
    engine = chosen.engine
    source = Source(path=Path(name), doc_id=name, output=name, size=len(data))
    loaded = load_bytes(
        data,
        source,
        Limits(tokens=engine.max_source_tokens, measure=engine.count_tokens, file_bytes=0),
        front_matter=settings.front_matter,
    )
    stop = Stop()
    path = memory_path(settings)

    def work() -> StreamResult:
        tally = Tally()
        with TranslationMemory(path if is_file(path) else None, warn=warn) as memory:
            recall = Recall(engine, memory, stop=stop, step_tokens=chosen.step_tokens)
            finisher = Finisher(
                engine,
                recall,
                memory,
                glossary.termbase,
                masks=chosen.masks,
                look_again=settings.second_look,
            )
            assembly = Assembly(loaded, finisher.texts)
            tally.add(0, segment_frame(assembly.add(finisher(loaded.segments))))
            return StreamResult(
                data=assembly.data(),
                violations=tally.violations(
                    lambda _, start: loaded.document.text.count("\n", 0, start) + 1
                ),
                violated=tally.terms.violated,
            )

    return supervise(work, stop=stop, reporter=reporter)
