"""A model measured on a set that somebody names: translated by the one way, scored, kept."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import NothingChecked, QualityError, UsageError
from pipeline.models import (
    MeasuredScore,
    Measurement,
    keep_measurement,
    measured_name,
    measured_path,
    stamp_of,
)
from pipeline.quality import CorpusScorer, parallel_lines
from pipeline.run.reporting.progress import Snapshot, State
from pipeline.run.threads import supervise
from pipeline.translate import SAMPLE, Hooks, Translator, open_installed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.config import Settings
    from pipeline.models import Store
    from pipeline.run.reporting.progress import Reporter
    from pipeline.translate import Opener

_UNANSWERED = {"empty", "refused", "unrelated", "unanswered"}  # findings: the French stands


# --- the set ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """French lines and their references."""

    __test__ = False  # pytest: no test

    name: str  # for people
    sources: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]  # one or more, each as long as `sources`
    of: int  # lines of the whole set
    blank: int = 0  # lines left out: empty on every side

    @property
    def digest(self) -> str:
        """SHA-256 of the lines: equal digest, equal set."""
        rows = json.dumps([self.sources, self.references], ensure_ascii=True)
        return hashlib.sha256(rows.encode()).hexdigest()


def read_set(
    source: Path, references: Sequence[Path], *, sentences: int = 0, name: str = ""
) -> TestSet:
    """Read a set of one segment a line, French in one file, references in others.

    Args:
        source: the French file; or, without references, a file of two columns, French and
            English, with a tab between them.
        references: English files, lines as in the source.
        sentences: only so many lines, from the beginning; 0 for all.
        name: what it is called; the source's name unless given.

    Raises:
        InputError: a file cannot be read.
        NothingChecked: there is no line with text.
        QualityError: files are not equally long, a line is empty on one side only, or the
            references say what the French says.
        UsageError: a file was given twice.
    """
    paths = (source, *references)
    _refuse_twice(paths)
    rows: list[tuple[str, ...]] = []
    total = blank = 0
    for columns in parallel_lines(paths):
        for cells in zip(*columns, strict=True):
            total += 1
            if sentences and total > sentences:
                continue
            row = cells if references else _two(cells[0], source, total)
            empty = [not cell.strip() for cell in row]
            blank += all(empty)
            if any(empty) and not all(empty):
                place = paths[empty.index(True)] if references else source
                raise QualityError(
                    "this line is empty on one side only",
                    place=f"{place}:{total}",
                    next_step="give each line its counterpart, or take it out of every file",
                )
            if not any(empty):
                rows.append(row)
    if not rows:
        raise NothingChecked(
            "there is no text in it, only empty lines",
            place=str(source),
            next_step="give files with text in them",
        )
    if all(cell == row[0] for row in rows for cell in row[1:]):
        raise QualityError(
            "every line of the reference is the French line itself",
            place=str(paths[-1]),
            next_step="give the English as reference",
        )
    french, *english = zip(*rows, strict=True)
    return TestSet(
        name=name or source.stem.removesuffix(".fr") or source.name,
        sources=french,
        references=tuple(english),
        of=total,
        blank=blank,
    )


def _refuse_twice(paths: Sequence[Path]) -> None:
    for number, path in enumerate(paths):
        for other in paths[:number]:
            if path == other or (path.exists() and other.exists() and path.samefile(other)):
                raise UsageError(
                    "the same file was given twice",
                    place=str(path),
                    next_step="give the French with --source, the English with --reference",
                )


def _two(line: str, path: Path, number: int) -> tuple[str, ...]:
    cells = tuple(line.split("\t"))
    if len(cells) == 1 and not line.strip():
        return ("", "")
    if len(cells) != 2:
        raise QualityError(
            f"there should be French, a tab and English; there are {len(cells)} columns",
            place=f"{path}:{number}",
            next_step="give two columns, or the English in a file of its own with --reference",
        )
    return cells


# --- measuring ----------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Progress:
    """How far it is; written by the thread that translates, read by the one that shows it."""

    lines: int
    began: float = field(default_factory=time.monotonic)
    done: int = 0  # lines
    window: int = 0  # lines that are translated together
    share: float = 0.0  # of them, as far as can be told

    def step(self, done: int, total: int) -> None:
        self.share = max(self.share, 0.9 * done / total)

    def snapshot(self) -> Snapshot:
        done = min(self.lines, self.done + self.window * self.share)
        return Snapshot(
            documents=0,
            documents_total=0,
            fraction=done / self.lines,
            segments=int(done),
            remembered=0,
            decoded=int(done),
            seconds=time.monotonic() - self.began,
        )


def measure(
    test: TestSet,
    settings: Settings,
    store: Store,
    *,
    reporter: Reporter,
    metrics: Sequence[str] = ("bleu", "chrf"),
    open_engine: Opener = open_installed,
) -> tuple[Measurement, int]:
    """Translate a set with a model and score the English. Nothing is kept.

    No translation memory is read or written, so that speed and English are the model's.

    Args:
        test: the set.
        settings: ``engine``, ``model``, ``beam``, ``threads``, ``glossary``,
            ``second_look``, ``touch_ups`` and what its engine reads count.
        store: where models are installed.
        reporter: told how far it is.
        metrics: names from `pipeline.quality.METRICS`.
        open_engine: gives the engine.

    Returns:
        The measurement, and how many lines hold a sentence to which the model gave no
        translation: the French stands there, and was scored.

    Raises:
        ModelError, EngineError, GlossaryError, UsageError: as for a run.
        Interrupted: Ctrl-C.
    """
    from pipeline import __version__
    from pipeline.engines import available_cores

    scorer = CorpusScorer(metrics)
    # The output folder, and with it its memory, is one that nobody makes.
    settings = replace(settings, out=str(store.root / ".measured" / "nowhere"), memory="")
    state, events = _Progress(lines=len(test.sources)), State()
    hooks = Hooks(
        open_engine=open_engine,
        say=events.say,
        warn=lambda text: events.say(text, warning=True),
        make_memory=False,
        on_step=state.step,
    )

    def work() -> tuple[Measurement, int]:
        with Translator(settings, hooks=hooks) as translator:
            chosen = translator.chosen
            name, stamp = _identity(store, chosen.model or settings.model or chosen.engine.name)
            translator.translate(SAMPLE)  # loads what a first sentence loads
            state.window = min(chosen.window, len(test.sources))
            began = state.began = time.monotonic()
            english, unanswered = [], 0
            for done in translator.translate_many(test.sources):
                english.append(" ".join(done.text.split()))
                unanswered += any(f.check in _UNANSWERED for f in done.findings)
                state.done, state.share = len(english), 0.0
            seconds = max(time.monotonic() - began, 1e-9)
            scorer.add(english, test.references)
            scores = tuple(
                MeasuredScore(name=s.name, value=s.value, signature=s.signature)
                for s in scorer.scores()
            )
            measurement = Measurement(
                model=name,
                engine=chosen.engine.name,
                set=test.name,
                digest=test.digest,
                lines=len(test.sources),
                of=test.of,
                references=len(test.references),
                scores=scores,
                lines_per_second=len(test.sources) / seconds,
                seconds=seconds,
                threads=settings.threads or available_cores(),
                way=_way(settings, chosen.engine.decoding.beam),
                fingerprint=chosen.engine.fingerprint,
                stamp=stamp,
                measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
                version=__version__,
            )
            return measurement, unanswered

    def show(reporter: Reporter) -> None:
        events.tell(reporter)
        if state.window:
            reporter.progress(state.snapshot())

    return supervise(
        work,
        stop=hooks.stop,
        reporter=reporter,
        show=show,
        state=lambda: f"{state.done} of {state.lines} lines were translated, nothing is kept",
        again="Fewer lines take less time: --sentences.",
    )


def keep(store: Store, measurement: Measurement) -> Path:
    """Keep a measurement beside the model, in this user's store; give the file.

    Raises:
        OutputError: it cannot be written.
    """
    name = measurement.model
    installed = Path(name).name == name and (store.root / name).is_dir()
    path = measured_path(store.root, name, installed=installed)
    keep_measurement(path, measurement)
    return path


def _identity(store: Store, model: str) -> tuple[str, str]:
    """Give the name that a model's measurements are kept under, and its files' stamp."""
    path = Path(model)
    if path.parent == store.root:
        record = store.get(path.name)
        return record.name, stamp_of(record, record.path)
    return measured_name(model), stamp_of(None, path if path.exists() else None)


def _way(settings: Settings, beam: int) -> str:
    """Say what was done besides the model's own answer."""
    glossary = ", ".join(Path(path).name for path in settings.glossary)
    looks = {"off": "no second look", "french": "second look at French left over"}
    return ", ".join(
        (
            f"beam {beam}",
            looks.get(settings.second_look, "second look as in a run"),
            "touch-ups" if settings.touch_ups else "no touch-ups",
            f"glossary {glossary}" if glossary else "no glossary",
        )
    )
