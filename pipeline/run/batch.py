"""The batch run: files and folders in, translations, table and manifest out."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.documents import read_document
from pipeline.engines import available_cores
from pipeline.errors import InputError, OutputError, UsageError
from pipeline.fsio import file_lock, is_file, is_folder, output_error, read_file, run_mark, sweep
from pipeline.glossary import write_terms_csv
from pipeline.keeping import HIDDEN, OUTPUTS, Keeper, file_digest
from pipeline.run.archives import archives_of
from pipeline.run.discovery import check_inputs, discover, nothing_found
from pipeline.run.journal import Journal
from pipeline.run.reporting.hints import Facts, Hinter
from pipeline.run.reporting.progress import QUICK_DRAFTS, Event, State
from pipeline.run.reporting.report import (
    EngineInfo,
    RunReport,
    SegmentInfo,
    Tally,
    engine_before,
    write_manifest,
)
from pipeline.run.reporting.scoring import References
from pipeline.run.reuse import LastTable, Reuse, run_key
from pipeline.run.storing import Store
from pipeline.run.tables import TableWriter
from pipeline.run.threads import supervise
from pipeline.run.work import Work
from pipeline.translate import Hooks, Translator
from pipeline.translate.finishing import APPROVED, COPIED
from pipeline.translate.opening import memory_path
from pipeline.translate.reading import reading_of
from pipeline.translate.stopping import Stop
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pipeline.config import Settings
    from pipeline.run.archives import Archives
    from pipeline.run.cluster import Cluster, Prefetch
    from pipeline.run.reporting.progress import Reporter
    from pipeline.run.storing import Done
    from pipeline.translate import Opener
    from pipeline.translate.finishing import Finisher

_RUNNING = "running"  # there as long as a run is under way, or was killed: its mark
_NAMED = 1000  # skipped and ignored files that a report names


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run."""

    paths: tuple[str, ...]  # files, folders, patterns
    settings: Settings
    force: bool = False  # translate anew what the memory holds
    cluster: Cluster | None = None  # where the engine works; None: here
    rows: str = ""  # where the translation of an archive goes; "": to the output folder


def run(job: Job, *, open_engine: Opener, reporter: Reporter) -> RunReport:
    """Translate files and folders into the output folder.

    Args:
        job: what to translate, and how.
        open_engine: gives the engine, once it is known that there is work.
        reporter: told what happens; called from this thread only.

    Returns:
        What was done; `RunReport.exit_code` tells how it went.

    Raises:
        UsageError: there is nothing to translate, or two inputs collide.
        GlossaryError: the glossary has errors.
        ModelError: the engine cannot be opened.
        OutputError: the output folder cannot be written, or another run has it.
        EngineError: the engine fails on everything.
        ClusterError: the cluster cannot be used, or what it needs is not installed.
        Interrupted: Ctrl-C; what is finished is kept.
    """
    if job.cluster is not None:
        from pipeline.run.cluster import need_ray

        need_ray()
    settings = job.settings
    out = settings.path("out")
    if is_file(out):
        raise OutputError(
            "this is a file, not a folder",
            place=str(out),
            next_step="choose another folder with --out",
        )

    archives = archives_of(job.paths, out=out, to=job.rows)
    if archives is None and not is_folder(out / HIDDEN):  # a mistyped path leaves no trace
        check_inputs(job.paths, out=out, reading=reading_of(settings))
    state = State()
    stop = Stop()
    here = threading.current_thread()

    def tell(text: str, *, warning: bool = False) -> None:
        state.say(text, warning=warning)
        if threading.current_thread() is here:  # else `supervise` hands it over
            state.tell(reporter)

    hooks = Hooks(
        open_engine=open_engine,
        say=tell,
        warn=lambda text: tell(text, warning=True),
        stop=stop,
        renew=job.force,
        make_memory=True,
        on_step=state.step,
    )
    translator = Translator(settings, hooks=hooks)
    hidden = out / HIDDEN
    lock = hidden / "lock"
    instead = ", or give another folder with --out"
    with file_lock(lock, "is writing to this folder", place=out, instead=instead):
        _tidy(out, hidden)
        journal = Journal(hidden / "journal.sqlite", tell=hooks.warn)
        keeper = Keeper(journal, root=out, tell=hooks.warn)
        _make_sure(job, translator, keeper, archives)
        if archives is None:
            journal.plan(discover(job.paths, out=out, reading=reading_of(job.settings)))
            journal.refuse_overwriting(out)
        for passed in journal.passed("skipped", limit=_NAMED):
            hooks.warn(f"skipped {passed.name}: {passed.reason}")
        count, size = (archives or journal).totals()
        if not count and not journal.count_passed("skipped"):
            raise nothing_found(job.paths)
        state.documents_total, state.bytes_total = count, size
        if count:
            hooks.say(f"Engine: {translator.chosen.why}.")
        body = _Body(job, translator, journal, state, keeper, archives)
        try:
            report = supervise(
                body, stop=stop, reporter=reporter, show=body.show, state=body.summary
            )
        finally:
            body.close()
        journal.close()
        (hidden / _RUNNING).unlink(missing_ok=True)
    return report


def _make_sure(job: Job, translator: Translator, keeper: Keeper, archives: Archives | None) -> None:
    """Refuse a run whose outputs would take the place of what it reads, before it works.

    Raises:
        UsageError: the output folder holds an input, a glossary or the memory under a name
            that every run writes.
        OutputError: a folder or a device stands where an output would be written.
    """
    out = job.settings.path("out")
    read = (*translator.glossary.paths, memory_path(job.settings))
    inputs = set(map(os.path.realpath, (*job.paths, *map(str, read))))
    targets = [out / name for name in OUTPUTS]
    targets += [Path(target) for target in (archives.targets if archives else ())]
    for target in targets:
        if os.path.realpath(target) in inputs and is_file(target):
            raise UsageError(
                f"the run would write {target.name} in the place of a file that it reads",
                place=str(target),
                next_step="choose another folder with --out",
            )
        keeper.check(target)


def _tidy(out: Path, hidden: Path) -> None:
    """Sweep up after runs that were killed; mark this one as running."""
    marker = hidden / _RUNNING
    try:
        marks = read_file(marker).decode("ascii", "replace").split() if marker.exists() else []
        sweep(out, marks)
        marker.write_text(f"{run_mark()}\n", encoding="ascii")
    except OSError as error:
        raise output_error(marker, error) from error


class _Body:
    """The part of a run that happens in the working thread."""

    def __init__(
        self,
        job: Job,
        translator: Translator,
        journal: Journal,
        state: State,
        keeper: Keeper,
        archives: Archives | None,
    ) -> None:
        self.state = state
        self._job = job
        self._translator = translator
        self._journal = journal
        self._out = job.settings.path("out")
        self._keeper = keeper
        self._archives = archives
        self._cluster: Prefetch | None = None
        self._tally = Tally()
        self._references = References(reading_of(job.settings))
        self.finisher: Finisher | None = None
        self._hinter = Hinter(self._facts())

    def _facts(self) -> Facts:
        settings = self._job.settings
        said = settings.origin("threads")
        return Facts(
            engine=self._translator.chosen.engine.name if self.state.documents_total else "",
            beam=settings.beam,
            second_look=settings.second_look,
            threads=settings.threads,
            threads_from=Path(said.split(" [")[0]).name if ".toml" in said else "",
            cores=available_cores(),
            documents=self.state.documents_total,
            cluster=self._job.cluster is not None,
            auto=settings.engine == "auto" and not settings.model,
        )

    def __call__(self) -> RunReport:
        began = time.monotonic()
        final, keeper = self._out / "segments.parquet", self._keeper
        table = TableWriter(self._out / HIDDEN / "parts", look=self._tally.add)
        key = self._translate(table) if self.state.documents_total else b""
        self._translator.hooks.stop.check()
        table.finish(final, keeper)
        write_terms_csv(self._out / "terms.csv", table.terms(), keeper=keeper)
        table.discard()
        self._journal.end_run(key, file_digest(final))
        report = self._report(time.monotonic() - began)
        write_manifest(
            self._out / "manifest.json",
            report,
            self._job.settings,
            self._translator.glossary,
            self._job.paths,
            keeper=keeper,
        )
        return report

    def close(self) -> None:
        """Leave the cluster, if there is one."""
        if self._cluster is not None:
            self._cluster.close()

    def show(self, reporter: Reporter) -> None:
        """Hand events and numbers to the reporter; called from its own thread."""
        self.state.tell(reporter)
        if self.finisher:
            snapshot = self.state.snapshot(self.finisher)
            reporter.progress(snapshot)
            if told := self._hinter.look(snapshot):
                reporter.event(Event(level="info", text=told))

    def summary(self) -> str:
        """Say how far the run is, for somebody who stops it."""
        done = self.state.snapshot(self.finisher).segments if self.finisher else 0
        return (
            f"{self.state.documents} of {self.state.documents_total} documents are "
            f"written, the work on {counted(done, 'sentence')} is kept"
        )

    def _translate(self, table: TableWriter) -> bytes:
        translator = self._translator
        last = self._out / "segments.parquet"
        with translator:
            key = run_key(translator)
            self.finisher = translator.finisher
            if translator.settings.second_look == "full" and translator.chosen.quick:
                self.state.drafts = QUICK_DRAFTS
            fingerprint = translator.chosen.engine.fingerprint
            if before := engine_before(self._out / "manifest.json", fingerprint):
                self.state.say(f"The last run had another engine or other options: {before}.")
            if self._job.cluster is not None:
                from pipeline.run.cluster import Prefetch

                self._cluster = Prefetch(self._job.cluster, translator, say=self.state.say)
                self.state.far = True
            with self._store(table, last) as store:
                Work(
                    journal=self._journal,
                    translator=translator,
                    reuse=Reuse(self._out, self._journal, last, key, allowed=not self._job.force),
                    archives=self._archives,
                    store=store,
                    state=self.state,
                    stop=translator.hooks.stop,
                    window=translator.chosen.window,
                    through=self._cluster or iter,
                ).run()
        return key

    def _store(
        self, table: TableWriter, last: Path
    ) -> AbstractContextManager[Callable[[Done], None]]:
        if self._archives is not None:
            return self._archives.store(
                keeper=self._keeper, journal=self._journal, table=table, state=self.state
            )
        return Store(
            out=self._out,
            keeper=self._keeper,
            journal=self._journal,
            table=table,
            last=LastTable(last),
            references=self._references,
            state=self.state,
        )

    def _place_of(self, row: Mapping[str, Any]) -> str:
        if row["where"]:
            return str(row["where"])
        doc_id = row["doc_id"]
        path = self._journal.path_of(doc_id)
        reading = reading_of(self._job.settings)
        try:
            document = read_document(path, doc_id=doc_id, reading=reading) if path else None
        except InputError:
            return "line 0"
        return f"line {document.line(row['start']) if document else 0}"

    def _report(self, seconds: float) -> RunReport:
        tally, glossary = self._tally, self._translator.glossary
        chosen = self._translator.chosen if self.state.documents_total else None
        translated = self.finisher.counts.translated if self.finisher else 0
        ours = (*OUTPUTS, *(self._archives.outputs() if self._archives else ()))
        approved, copied = tally.engines.get(APPROVED, 0), tally.engines.get(COPIED, 0)
        return RunReport(
            out=str(self._out),
            documents=self.state.documents,
            first_outputs=tuple(self.state.first_outputs),
            written=self.state.written,
            skipped_total=self._journal.count_passed("skipped"),
            skipped=self._journal.passed("skipped", limit=_NAMED),
            ignored_total=self._journal.count_passed("ignored"),
            ignored=self._journal.passed("ignored", limit=_NAMED),
            segments=SegmentInfo(
                total=tally.rows,
                translated=translated,
                remembered=tally.rows - translated - approved - copied,
                approved=approved,
                copied=copied,
                flagged=tally.flagged,
                asked_again=max(0, self.finisher.recall.use.sentences - translated)
                if self.finisher
                else 0,
                looked_at_again=tally.looked_at_again,
                touched_up=tally.touched_up,
            ),
            engine=EngineInfo(
                name=chosen.engine.name,
                why=chosen.why,
                fingerprint=chosen.engine.fingerprint,
                beam=chosen.engine.decoding.beam,
            )
            if chosen
            else None,
            glossary=tuple(str(path) for path in glossary.paths),
            glossary_terms=len(glossary.termbase),
            terms=tally.terms,
            violations=tally.violations(self._place_of),
            check_first=tally.check_first(self._place_of),
            scores=self._references.result(),
            kept=tuple(self._keeper.kept),
            left=tuple(
                name
                for name in self._journal.written_before(but=ours, limit=_NAMED)
                if is_file(self._out / name)
            ),
            notes=tuple(self.state.notes),
            seconds=seconds,
        )
