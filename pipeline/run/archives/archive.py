"""A run over archives: their rows are its documents, and its outputs are archives too."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from pipeline.documents import output_name
from pipeline.errors import InputError, PasserelleError, UsageError
from pipeline.keeping import HIDDEN, Keeper
from pipeline.run.archives.rows import RowWriter, count_rows, expand, is_archive, read_rows
from pipeline.run.discovery import Passed
from pipeline.run.reporting.progress import NAMED, NOTED
from pipeline.translate.reading import Source, load_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.documents import Reading
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


class _Archive(NamedTuple):
    path: str
    target: str
    rows: int
    size: int  # bytes


def archives_of(paths: Sequence[str], *, out: Path, to: str = "") -> Archives | None:
    """Give the archives that a run is to translate; ``None`` where it is about files.

    Args:
        paths: of the run.
        out: its output folder.
        to: where the translations of one archive go instead, here or at a distance.

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
    places = [_place(path) for path in (*targets, *named)]
    for i, target in enumerate(targets):
        if places.index(places[i]) < i or places[i] in places[len(targets) :]:
            raise UsageError(
                "two archives would be written to the same path, or over one of themselves",
                place=target,
                next_step="rename one of them, or choose another --out",
            )
    found = [_Archive(p, target, *count_rows(p)) for p, target in zip(named, targets, strict=True)]
    return Archives(found, out)


def _place(path: str) -> str:
    return path if "://" in path else os.path.realpath(path)


class Archives:
    """The archives of one run: what is read from them, and where it is written.

    Args:
        found: in order.
        out: the output folder.
    """

    def __init__(self, found: Sequence[_Archive], out: Path) -> None:
        self._found = found
        self._out = out
        self._keeper = Keeper()
        self._number = -1  # of the archive that is written at the moment
        self._writer: RowWriter | None = None
        self._article = ""  # that has begun
        self._counts: Counter[str] = Counter()  # of it

    @property
    def targets(self) -> tuple[str, ...]:
        """The paths on this machine that will be written."""
        return tuple(a.target for a in self._found if "://" not in a.target)

    def outputs(self) -> tuple[str, ...]:
        """Name those of them that lie in the output folder, as the journal does."""
        inside = (Path(t) for t in self.targets if Path(t).is_relative_to(self._out))
        return tuple(path.relative_to(self._out).as_posix() for path in inside)

    def totals(self) -> tuple[int, int]:
        """Give the number of rows and their size in bytes."""
        return sum(a.rows for a in self._found), sum(a.size for a in self._found)

    def documents(
        self,
        journal: Journal,
        limits: Limits,
        pass_over: Callable[[Source, Passed], None],
        *,
        reading: Reading,
    ) -> Iterator[Loaded]:
        """Read articles one by one; hand bad rows to ``pass_over``, by name."""
        for number, archive in enumerate(self._found):
            share = archive.size // max(1, archive.rows)
            for row in read_rows(archive.path):
                name, fault = f"{archive.path}:{row.number}", row.fault
                source = Source(path=Path(name), doc_id=row.doc_id, output=row.doc_id, size=share)
                if not fault and not journal.claim(row.doc_id, number, row.number):
                    first, line = journal.claimed(row.doc_id)
                    place = f"{self._found[first].path}:{line}"
                    fault = f"the id {row.doc_id!r} stands in {place} already"
                if not fault:
                    try:
                        yield _load(row, source, limits, reading)
                        continue
                    except InputError as error:
                        fault = error.problem
                    except PasserelleError:
                        raise
                    except Exception as error:
                        # A mistake of ours in one article must not cost a night's run.
                        fault = f"internal error, please report it: {error!r}"
                about = f" (id {row.doc_id!r})" if row.doc_id else ""
                pass_over(source, Passed(name=f"{name}{about}", reason=fault, kind="skipped"))

    @contextmanager
    def store(
        self, *, keeper: Keeper, journal: Journal, table: TableWriter, state: State
    ) -> Iterator[Callable[[Done], None]]:
        """Give what takes finished windows; see `storing.Store`.

        Args:
            keeper: writes the outputs.
            journal: knows which archive a row came from, and what was passed over.
            table: takes the rows of segments.
            state: where numbers and events are left.

        Raises:
            OutputError: nothing can be written any more.
        """
        self._keeper = keeper

        def take(done: Done) -> None:
            for item in done:
                # Rows are never reused as files are: the memory gives them again.
                rows: Rows = item  # type: ignore[assignment] # see above
                self._count(rows)
                table.add(rows.translations)
                if rows.data is not None:
                    self._end(rows.loaded, rows.data, journal, state)

        yield take
        self._move_on(len(self._found), state)
        # Every row that was passed over: the report names the first ones only.
        skipped = [{"row": p.name, "reason": p.reason} for p in journal.passed("skipped")]
        path = self._out / "skipped.jsonl"
        if skipped:
            keeper.write(path, "".join(f"{json.dumps(row)}\n" for row in skipped).encode())
        else:
            keeper.remove(path)

    def _count(self, rows: Rows) -> None:
        if rows.loaded.source.doc_id != self._article:  # the last one has ended, or was given up
            self._article, self._counts = rows.loaded.source.doc_id, Counter()
        for translation in rows.translations:
            self._counts.update(
                segments=1,
                terms=len(translation.terms),
                violations=sum(t.status == "violated" for t in translation.terms),
                findings=sum(f.severity != "info" for f in translation.findings),
            )

    def _end(self, loaded: Loaded, data: bytes, journal: Journal, state: State) -> None:
        doc_id = loaded.source.doc_id
        self._move_on(journal.claimed(doc_id)[0], state)
        assert self._writer is not None  # `_move_on` has opened it
        values = {"id": doc_id, "text": data.decode("utf-8")}
        self._writer.write({name: values.get(name, self._counts[name]) for name in _COLUMNS})
        state.documents += 1
        state.written += 1
        for finding in loaded.document.findings:
            if finding.severity != "info" and len(state.notes) < NOTED:
                state.notes.append(f"{doc_id}: {finding.message}")

    def _move_on(self, number: int, state: State) -> None:
        """Finish archives before ``number``; each gets a file, even without a row."""
        while self._number < number:
            if self._writer is not None:
                self._writer.finish()
                self._writer = None
            self._number += 1
            if self._number < len(self._found):
                target = self._found[self._number].target
                parts = self._out / HIDDEN / "rows"
                self._writer = RowWriter(target, _COLUMNS, parts, self._keeper)
                if len(state.first_outputs) < NAMED:
                    inside = "://" not in target and Path(target).is_relative_to(self._out)
                    name = str(Path(target).relative_to(self._out)) if inside else target
                    state.first_outputs.append(name)


def _load(row: Row, source: Source, limits: Limits, reading: Reading) -> Loaded:
    data = row.text.encode("utf-8")
    named = replace(source, path=Path("row.txt"))  # every row is plain text
    return replace(load_bytes(data, named, limits, reading=reading), source=source)
