"""The corpus as a stream of windows: equally many segments each, across documents.

Windows are cut by the corpus alone, whatever the memory already knows, so that a run
that starts again meets the same windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import InputError, PasserelleError
from pipeline.run.discovery import Passed, show_path
from pipeline.run.reuse import Unchanged
from pipeline.translate.reading import load_bytes, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.documents import Reading
    from pipeline.run.reuse import Reuse
    from pipeline.translate.reading import Limits, Loaded, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some segments of a document: ``loaded.segments[start:stop]``."""

    loaded: Loaded
    start: int
    stop: int

    @property
    def last(self) -> bool:
        """Whether the document ends here."""
        return self.stop == len(self.loaded.segments)

    @property
    def size(self) -> float:
        """Bytes of the source that this is, by the share of segments."""
        total = len(self.loaded.segments)
        share = (self.stop - self.start) / total if total else 1.0
        return self.loaded.source.size * share


Window = tuple["Slice | Unchanged", ...]


def documents(
    sources: Iterable[Source],
    limits: Limits,
    *,
    reading: Reading,
    pass_over: Callable[[Source, Passed], None],
    reuse: Reuse | None = None,
) -> Iterator[Loaded | Unchanged]:
    """Read documents one by one; hand those that cannot be read to ``pass_over``.

    Args:
        sources: what to read.
        limits: of the engine and of files.
        reading: what formats may need to know.
        pass_over: told of every source that cannot be read, and why.
        reuse: knows documents that keep the output of the last run.
    """
    for source in sources:
        try:
            data = read_source(source, limits)
            kept = reuse.find(source, data) if reuse else None
            yield kept or load_bytes(data, source, limits, reading=reading)
        except InputError as error:
            reason = error.problem
            if error.next_step:
                reason = f"{reason} ({error.next_step})"
            pass_over(source, Passed(name=show_path(source.path), reason=reason, kind="skipped"))
        except PasserelleError:
            raise
        except Exception as error:
            # A mistake of ours in one article must not cost a night's run.
            reason = f"internal error, please report it: {type(error).__name__}: {error}"
            pass_over(source, Passed(name=show_path(source.path), reason=reason, kind="skipped"))


def windows(loaded: Iterable[Loaded | Unchanged], *, size: int) -> Iterator[Window]:
    """Cut a stream of documents into windows of ``size`` segments; the last may be shorter.

    A document without segments is a slice of its own, so that it is written too; it and
    an unchanged document take the room of one segment.
    """
    window: list[Slice | Unchanged] = []
    room = size
    for document in loaded:
        start, total = 0, 0 if isinstance(document, Unchanged) else len(document.segments)
        while True:
            stop = min(total, start + room)
            if isinstance(document, Unchanged):
                window.append(document)
            else:
                window.append(Slice(loaded=document, start=start, stop=stop))
            room -= max(1, stop - start)
            if room <= 0:
                yield tuple(window)
                window, room = [], size
            start = stop
            if start == total:
                break
    if window:
        yield tuple(window)
