"""The working thread of a run: windows through memory, engine and glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import EngineError
from pipeline.run.discovery import Passed, show_path
from pipeline.run.reuse import Unchanged
from pipeline.run.storing import Rows
from pipeline.run.threads import Behind, ahead
from pipeline.run.windows import Slice, documents, windows
from pipeline.translate.reading import reading_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.records import Rendering
    from pipeline.run.archives import Archives
    from pipeline.run.journal import Journal
    from pipeline.run.reporting.progress import State
    from pipeline.run.reuse import Reuse
    from pipeline.run.storing import Done
    from pipeline.run.windows import Window
    from pipeline.translate import Translator
    from pipeline.translate.assembling import Assembly
    from pipeline.translate.reading import Loaded, Source
    from pipeline.translate.stopping import Stop

_PATIENCE = 3  # documents in a row on which the engine may fail before the run gives up


class Work:
    """Everything between the plan and the disk.

    Args:
        journal: with the plan.
        translator: the way of a sentence.
        reuse: knows documents that keep their output.
        archives: where documents are read instead of the plan.
        store: takes what is finished.
        state: where numbers and events are left.
        stop: looked at everywhere.
        window: segments in a window.
        through: what the windows pass through on their way, in order: a cluster fetches
            their answers there.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        translator: Translator,
        reuse: Reuse,
        archives: Archives | None = None,
        store: Callable[[Done], None],
        state: State,
        stop: Stop,
        window: int,
        through: Callable[[Iterator[Window]], Iterator[Window]] = iter,
    ) -> None:
        self._journal = journal
        self._translator = translator
        self._reuse = reuse
        self._archives = archives
        self._store = store
        self._state = state
        self._stop = stop
        self._window = window
        self._through = through
        self._open: dict[str, Assembly] = {}  # by output: documents that began, not ended
        self._failed: set[str] = set()  # outputs of documents on which the engine failed
        self._failures = 0  # in a row

    def run(self) -> None:
        """Translate everything that is planned.

        Raises:
            Stopped: a stop was asked for.
            PasserelleError: the run cannot go on.
        """
        behind = Behind(self._store, stop=self._stop)
        read = windows(self._documents(), size=self._window)
        for window in self._through(ahead(read, stop=self._stop)):
            self._state.begin_window(window)
            done = self._finish(window)
            self._state.end_window(self._translator.finisher.counts)
            self._stop.check()
            behind.put(done)
        behind.close()

    def _documents(self) -> Iterator[Loaded | Unchanged]:
        settings = self._translator.settings
        limits = self._translator.limits(settings.max_file_mb * 1_000_000)
        if self._archives is not None:
            return self._archives.documents(
                self._journal, limits, self._unread, reading=reading_of(settings)
            )
        return documents(
            self._journal.sources(),
            limits,
            reading=reading_of(settings),
            pass_over=self._unread,
            reuse=self._reuse,
        )

    def _finish(self, window: Window) -> Done:
        slices = [piece for piece in window if isinstance(piece, Slice)]
        renderings = dict(self._translate(slices))
        done: list[Rows | Unchanged] = []
        for piece in window:
            if isinstance(piece, Unchanged):
                done.append(piece)
            elif id(piece) in renderings:
                rows = self._assemble(piece, renderings[id(piece)])
                if rows is not None:
                    done.append(rows)
        return tuple(done)

    def _assemble(self, piece: Slice, renderings: Sequence[Rendering]) -> Rows | None:
        loaded, output = piece.loaded, piece.loaded.source.output
        assembly = self._open.setdefault(output, self._translator.assembly(loaded))
        try:
            placed = assembly.add(renderings)
            data = assembly.data() if piece.last else None
        except (ValueError, KeyError, IndexError, RecursionError) as error:
            # A mistake of ours in one article must not cost a night's run.
            self._give_up(piece, f"internal error, please report it: {error!r}")
            return None
        if piece.last:
            del self._open[output]
        return Rows(loaded=loaded, translations=placed, data=data)

    def _translate(self, slices: Sequence[Slice]) -> list[tuple[int, Sequence[Rendering]]]:
        """Give the renderings of slices under their ``id``; leave out failed documents."""
        slices = [piece for piece in slices if piece.loaded.source.output not in self._failed]
        try:
            done = self._finish_segments(slices)
        except EngineError:
            # Find the document that the engine cannot take; the others go on.
            return self._one_by_one(slices)
        self._failures = 0
        return done

    def _finish_segments(self, slices: Sequence[Slice]) -> list[tuple[int, Sequence[Rendering]]]:
        segments = [s for piece in slices for s in piece.loaded.segments[piece.start : piece.stop]]
        finished = iter(self._translator.finisher(segments))
        return [(id(p), [next(finished) for _ in range(p.start, p.stop)]) for p in slices]

    def _one_by_one(self, slices: Sequence[Slice]) -> list[tuple[int, Sequence[Rendering]]]:
        result = []
        for piece in slices:
            try:
                result += self._finish_segments([piece])
            except EngineError as error:
                self._failures += 1
                if self._failures >= _PATIENCE:
                    raise
                where = f"{error.place}: " if error.place else ""
                self._give_up(piece, f"{where}{error.problem}")
            else:
                self._failures = 0
        return result

    def _give_up(self, piece: Slice, reason: str) -> None:
        source = piece.loaded.source
        self._failed.add(source.output)
        self._open.pop(source.output, None)
        self._pass_over(Passed(name=show_path(source.path), reason=reason, kind="skipped"))

    def _unread(self, source: Source, passed: Passed) -> None:
        self._pass_over(passed)
        self._state.bytes_done += source.size

    def _pass_over(self, passed: Passed) -> None:
        self._journal.pass_over(passed)
        self._state.say(f"skipped {passed.name}: {passed.reason}", warning=True)
