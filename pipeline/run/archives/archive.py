"""A run over archives: their rows are its documents, and its outputs are archives too."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self

from pipeline.documents import output_name
from pipeline.errors import InputError, PasserelleError, UsageError
from pipeline.fsio import atomic_write
from pipeline.run.archives.rows import RowWriter, count_rows, expand, is_archive, read_rows
from pipeline.run.discovery import Passed
from pipeline.run.reporting.progress import NAMED, NOTED
from pipeline.translate.opening import HIDDEN
from pipeline.translate.reading import Source, load_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.run.archives.rows import Row
    from pipeline.run.journal import Journal
    from pipeline.run.reporting.progress import State
    from pipeline.run.storing import Done, Rows
    from pipeline.run.tables import TableWriter
    from pipeline.translate.reading import Limits, Loaded

_COLUMNS = {
    "id": str,
    "text": str,  # English
    "segments": int,
    "terms": int,  # occurrences of the glossary's terms
    "violations": int,  # of these, not as the glossary says
    "findings": int,  # warnings and errors, violations among them
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    path: str
    target: str
    rows: int
    size: int  # bytes


def archives_of(paths: Sequence[str], *, out: Path, to: str = "") -> Archives | None:
    """Give the archives that a run is to translate; ``None`` where it is about files.

    Args:
        paths: of the run.
        out: its output folder.
        to: where the translations of one archive go instead, local or any fsspec path.

    Raises:
        UsageError: archives and files are mixed, or two have the same name.
        InputError: an archive cannot be read.
    """
    named = [found for path in paths if is_archive(path) for found in expand(path)]
    if not named:
        if to or any("://" in path for path in paths):
            raise UsageError(
                "only archives (.jsonl, .parquet) can be read from afar or have --rows",
                place=", ".join(paths),
                next_step="give the path of an archive, or files and folders of this machine",
            )
        return None
    others = [path for path in paths if not is_archive(path)]
    if others:
        raise UsageError(
            "archives and other files do not go together in one run",
            place=", ".join(others),
            next_step="translate them in two runs, with two --out folders",
        )
    if to and (len(named) > 1 or not is_archive(to)):
        raise UsageError(
            "--rows takes one .jsonl or .parquet path, for one archive",
            place=to,
            next_step="leave it out: every archive then has its translation in the --out folder",
        )
    targets = [to or str(out / output_name(PurePosixPath(path).name)) for path in named]
    for i, target in enumerate(targets):
        if target in targets[:i] or target in named:
            raise UsageError(
                "two archives would be written to the same path, or over one of themselves",
                place=target,
                next_step="rename one of them, or choose another --out",
            )
    found = []
    for path, target in zip(named, targets, strict=True):
        rows, size = count_rows(path)
        found.append(_Archive(path=path, target=target, rows=rows, size=size))
    return Archives(tuple(found), out)


class Archives:
    """The archives of one run: what is read from them, and where it is written.

    Args:
        found: in order.
        out: the output folder.
    """

    def __init__(self, found: tuple[_Archive, ...], out: Path) -> None:
        self._found = found
        self._out = out

    def totals(self) -> tuple[int, int]:
        """Give the number of rows and their size in bytes."""
        return sum(a.rows for a in self._found), sum(a.size for a in self._found)

    def documents(
        self,
        journal: Journal,
        limits: Limits,
        pass_over: Callable[[Source, Passed], None],
    ) -> Iterator[Loaded]:
        """Read articles one by one; hand bad rows to ``pass_over``, by name."""
        for number, archive in enumerate(self._found):
            share = archive.size // max(1, archive.rows)
            for row in read_rows(archive.path):
                source = Source(
                    path=Path(f"{archive.path}:{row.number}"),
                    doc_id=row.doc_id,
                    output=row.doc_id,
                    size=share,
                )
                fault = row.fault
                if not fault and not journal.claim(row.doc_id, number, row.number):
                    fault = f"the id {row.doc_id!r} stands in {self._first(journal, row)} already"
                if not fault:
                    try:
                        yield _load(row, source, limits)
                        continue
                    except InputError as error:
                        fault = error.problem
                    except PasserelleError:
                        raise
                    except Exception as error:
                        # A mistake of ours in one article must not cost a night's run.
                        fault = f"internal error, please report it: {error!r}"
                pass_over(source, _passed(archive.path, row, fault))

    def _first(self, journal: Journal, row: Row) -> str:
        number, line = journal.claimed(row.doc_id)
        return f"{self._found[number].path}:{line}"

    def store(self, *, journal: Journal, table: TableWriter, state: State) -> ArchiveStore:
        """Give what takes finished windows."""
        return ArchiveStore(self._found, self._out, journal=journal, table=table, state=state)


def _passed(path: str, row: Row, fault: str) -> Passed:
    about = f" (id {row.doc_id!r})" if row.doc_id else ""
    return Passed(name=f"{path}:{row.number}{about}", reason=fault, kind="skipped")


def _load(row: Row, source: Source, limits: Limits) -> Loaded:
    data = row.text.encode("utf-8")
    named = replace(source, path=Path("row.txt"))  # every row is plain text
    return replace(load_bytes(data, named, limits), source=source)


class ArchiveStore:
    """Puts finished windows into the table and into archives; see `storing.Store`.

    Args:
        found: the archives, in order.
        out: the output folder.
        journal: knows which archive a row came from, and what was passed over.
        table: takes the rows of segments.
        state: where numbers and events are left.
    """

    def __init__(
        self,
        found: tuple[_Archive, ...],
        out: Path,
        *,
        journal: Journal,
        table: TableWriter,
        state: State,
    ) -> None:
        self._found = found
        self._out = out
        self._journal = journal
        self._table = table
        self._state = state
        self._number = -1  # of the archive that is written at the moment
        self._writer: RowWriter | None = None
        self._article = ""  # that has begun
        self._counts: Counter[str] = Counter()  # of it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._move_on(len(self._found))
            self._name_skipped()

    def _name_skipped(self) -> None:
        """List every row that was passed over: the report names the first ones only."""
        path = self._out / "skipped.jsonl"
        skipped = self._journal.passed("skipped")
        if not skipped:
            path.unlink(missing_ok=True)
            return
        lines = (json.dumps({"row": p.name, "reason": p.reason}) for p in skipped)
        atomic_write(path, "".join(f"{line}\n" for line in lines).encode())

    def __call__(self, done: Done) -> None:
        """Store a window.

        Raises:
            OutputError: nothing can be written any more.
        """
        for item in done:
            # Rows are never reused as files are: the memory gives them again.
            rows: Rows = item  # type: ignore[assignment] # see above
            doc_id = rows.loaded.source.doc_id
            if doc_id != self._article:  # the last one has ended, or was given up
                self._article, self._counts = doc_id, Counter()
            for translation in rows.translations:
                self._counts["segments"] += 1
                self._counts["terms"] += len(translation.terms)
                self._counts["violations"] += sum(t.status == "violated" for t in translation.terms)
                self._counts["findings"] += sum(f.severity != "info" for f in translation.findings)
            self._table.add(rows.translations)
            if rows.data is not None:
                self._end(rows.loaded, rows.data)

    def _end(self, loaded: Loaded, data: bytes) -> None:
        doc_id, state = loaded.source.doc_id, self._state
        self._move_on(self._journal.claimed(doc_id)[0])
        values = {"id": doc_id, "text": data.decode("utf-8")}
        assert self._writer is not None  # `_move_on` has opened it
        self._writer.write({name: values.get(name, self._counts[name]) for name in _COLUMNS})
        state.documents += 1
        state.written += 1
        for finding in loaded.document.findings:
            if finding.severity != "info" and len(state.notes) < NOTED:
                state.notes.append(f"{doc_id}: {finding.message}")

    def _move_on(self, number: int) -> None:
        """Finish archives before ``number``; each gets a file, even without a row."""
        while self._number < number:
            if self._writer is not None:
                self._writer.finish()
                self._writer = None
            self._number += 1
            if self._number < len(self._found):
                target = self._found[self._number].target
                self._writer = RowWriter(target, _COLUMNS, self._out / HIDDEN / "rows")
                if len(self._state.first_outputs) < NAMED:
                    name = target
                    with suppress(ValueError):
                        name = str(Path(target).relative_to(self._out))
                    self._state.first_outputs.append(name)
