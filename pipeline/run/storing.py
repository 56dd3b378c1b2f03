"""The storing thread of a run: finished windows into files, table and journal."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pipeline.errors import OutputError
from pipeline.keeping import digest_of
from pipeline.records import is_unanswered
from pipeline.run.discovery import Passed, show_path
from pipeline.run.journal import Finished
from pipeline.run.reporting.progress import NAMED, NOTED
from pipeline.run.reuse import Unchanged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.keeping import Keeper, Written
    from pipeline.records import Translation
    from pipeline.run.journal import Journal
    from pipeline.run.reporting.progress import State
    from pipeline.run.reporting.scoring import References
    from pipeline.run.reuse import LastTable
    from pipeline.run.tables import TableWriter
    from pipeline.translate.reading import Loaded, Source


_WRITERS = 8  # files that are made durable at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Finished segments of a document, and the whole translation where it ends."""

    loaded: Loaded
    translations: Sequence[Translation]
    data: bytes | None = None


Done = tuple["Rows | Unchanged", ...]
"""A finished window, documents in order."""


class Store:
    """Puts finished windows on the disk.

    Args:
        out: the output folder.
        keeper: writes there.
        journal: notes what is written.
        table: takes the rows.
        last: the last run's rows.
        references: compares outputs with references.
        state: where numbers and events are left.
    """

    def __init__(
        self,
        *,
        out: Path,
        keeper: Keeper,
        journal: Journal,
        table: TableWriter,
        last: LastTable,
        references: References,
        state: State,
    ) -> None:
        self._out = out
        self._keeper = keeper
        self._journal = journal
        self._table = table
        self._last = last
        self._references = references
        self._state = state
        self._first: dict[str, int] = {}  # by output: first row of documents not yet ended
        self._again: set[str] = set()  # outputs with sentences to ask for again
        self._pool = ThreadPoolExecutor(_WRITERS, thread_name_prefix="passerelle-write")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __call__(self, done: Done) -> None:
        """Store a window.

        Raises:
            OutputError: nothing can be written any more.
        """
        ended: list[tuple[Rows, int, int]] = []
        for item in done:
            first = self._table.rows
            if isinstance(item, Unchanged):
                rows = self._last.rows(item.finished.first, item.finished.count)
                self._table.copy(rows)
                self._keep(item, first)
                continue
            output = item.loaded.source.output
            begun = self._first.setdefault(output, first)
            self._table.add(item.translations)
            if any(is_unanswered(t.hypotheses) for t in item.translations):
                self._again.add(output)
            if item.data is not None:
                ended.append((item, begun, self._table.rows - begun))
                del self._first[output]
        # Each file waits for the disk; waiting together is several times quicker.
        outcomes = list(self._pool.map(self._put, [item for item, _, _ in ended]))
        for (item, begun, count), outcome in zip(ended, outcomes, strict=True):
            self._wrote(item.loaded, item.data or b"", outcome, begun, count)

    def _put(self, rows: Rows) -> Written | OutputError:
        output = rows.loaded.source.output
        try:
            return self._keeper.write(self._out / output, rows.data or b"", sync_folder=False)
        except OutputError as error:
            return error

    def _keep(self, item: Unchanged, first: int) -> None:
        old = item.finished
        self._state.unchanged_rows += old.count
        self._end(item.source, item.data, old.notes.splitlines())
        self._journal.end_document(
            Finished(
                output=old.output,
                source=old.source,
                target=old.target,
                first=first,
                count=old.count,
                notes=old.notes,
            )
        )

    def _wrote(
        self, loaded: Loaded, data: bytes, written: Written | OutputError, first: int, count: int
    ) -> None:
        source, state = loaded.source, self._state
        if isinstance(written, OutputError):
            if is_hopeless(written):
                raise written
            place = f"{written.place}: " if written.place else ""
            passed = Passed(
                name=show_path(source.path), reason=f"{place}{written.problem}", kind="skipped"
            )
            self._journal.pass_over(passed)
            state.say(f"skipped {passed.name}: {passed.reason}", warning=True)
            return
        state.written += written.state == "written"
        notes = [
            f"{source.doc_id}: {finding.message}"
            for finding in loaded.document.findings
            if finding.severity != "info"
        ]
        self._end(source, data, notes)
        self._journal.end_document(
            Finished(
                output=source.output,
                source=b"" if source.output in self._again else loaded.digest,
                target=digest_of(data),
                first=first,
                count=count,
                notes="\n".join(notes),
            )
        )

    def _end(self, source: Source, data: bytes, notes: Sequence[str]) -> None:
        state = self._state
        state.documents += 1
        if len(state.first_outputs) < NAMED:
            state.first_outputs.append(source.output)
        if len(state.notes) < NOTED:
            state.notes.extend(notes)
        output = self._out / source.output
        self._references.add(source.path, output, source.doc_id, data)


_HOPELESS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


def is_hopeless(error: OutputError) -> bool:
    """Whether no other file of the run could be written either (full, read-only)."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _HOPELESS
