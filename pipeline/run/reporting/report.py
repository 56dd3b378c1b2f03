"""What a run did: one object that the manifest, JSON and the terminal all render."""

from __future__ import annotations

import hashlib
import heapq
import json
import platform
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipeline.errors import EXIT_SKIPPED, EXIT_VIOLATIONS, InputError
from pipeline.fsio import read_file
from pipeline.translate.second_look import RUNG as SECOND_LOOK
from pipeline.wording import TOUCH_UP, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from pipeline.config import Settings
    from pipeline.keeping import Keeper
    from pipeline.run.discovery import Passed
    from pipeline.run.reporting.scoring import ReferenceScores
    from pipeline.translate.opening import Glossary

    PlaceOf = Callable[[dict[str, Any]], str]  # row of the table → where a person finds it

_Row = dict[str, Any]

_SHOWN = 5  # violations and segments to check that a report names
_LIBRARIES = (
    "passerelle",
    "ctranslate2",
    "sentencepiece",
    "markdown-it-py",
    "charset-normalizer",
    "ahocorasick-rs",
    "simplemma",
    "polars",
    "sacrebleu",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The engine of a run."""

    name: str
    why: str
    fingerprint: str
    beam: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentInfo:
    """Where the segments of a run came from."""

    total: int
    translated: int  # by the engine, in this run
    remembered: int  # from the translation memory, or met twice
    approved: int  # settled by a person
    copied: int  # nothing to translate
    flagged: int  # with a finding of severity warning or error
    asked_again: int = 0  # further requests to the engine: for terms, for words left over
    looked_at_again: int = 0  # translated a second time because French was left over
    touched_up: tuple[tuple[str, int], ...] = ()  # touch-ups by kind, most first


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A term that is not as the glossary says."""

    document: str
    place: str  # as in `ToCheck`
    term: str
    expected: tuple[str, ...]  # () where what was found is forbidden
    found: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCheck:
    """A segment that somebody should look at."""

    document: str
    place: str  # "line 12", "slide 4, title", or "¶2.1": paragraph and sentence, from 1
    reason: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityInfo:
    """What the quality report found."""

    page: str  # path of report.html
    errors: int
    warnings: int
    notes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermInfo:
    """What became of the glossary's terms."""

    occurrences: int
    satisfied: int
    violated: int
    rungs: tuple[tuple[str, int], ...]  # how satisfied ones were reached, most first


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """Everything about a finished run."""

    out: str
    documents: int  # translated
    written: int  # of these, whose file changed
    first_outputs: tuple[str, ...]  # paths below ``out`` of the first documents
    skipped_total: int
    skipped: tuple[Passed, ...]  # the first ones
    ignored_total: int
    ignored: tuple[Passed, ...]  # the first ones
    segments: SegmentInfo
    engine: EngineInfo | None  # None where there was nothing to translate
    glossary: tuple[str, ...]  # files
    glossary_terms: int
    terms: TermInfo
    violations: tuple[Violation, ...]  # the first ones
    check_first: tuple[ToCheck, ...]
    scores: ReferenceScores | None
    kept: tuple[str, ...]  # outputs that somebody had edited, under their new names
    left: tuple[str, ...]  # outputs of earlier runs that this one had no source for
    notes: tuple[str, ...]  # on single documents: encoding …
    seconds: float
    quality: QualityInfo | None = None  # None until the quality report is written
    dry_run: bool = False

    def exit_code(self, *, strict: bool = False) -> int:
        """Give 14 where terms are violated and ``strict``, 3 where inputs were skipped, else 0."""
        if strict and self.terms.violated:
            return EXIT_VIOLATIONS
        return EXIT_SKIPPED if self.skipped_total else 0

    def to_json(self) -> dict[str, Any]:
        """Give the report as a JSON-ready table."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When a run was finished, and how long it took."""

    finished: str  # ISO 8601, UTC
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryFile:
    """A glossary file as a run read it."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What made a run's outputs: the manifest's head. `RunReport` without seconds follows."""

    time: When
    versions: dict[str, str]  # of Python and libraries, by name
    inputs: tuple[str, ...]  # files, folders and patterns, as they were given
    settings: dict[str, Any]  # value and origin, by name
    glossary_files: tuple[GlossaryFile, ...]
    glossary_fingerprint: str


def write_manifest(
    path: Path,
    report: RunReport,
    settings: Settings,
    glossary: Glossary,
    inputs: Sequence[str],
    *,
    keeper: Keeper,
) -> None:
    """Write ``manifest.json``: what made these outputs. Deterministic apart from ``time``.

    Args:
        path: of the manifest.
        report: of the run.
        settings: of the run.
        glossary: of the run.
        inputs: files, folders and patterns that were translated, as they were given.
        keeper: writes it.

    Raises:
        OutputError: the file cannot be written.
        InputError: a glossary file is gone.
    """
    table = report.to_json()
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    head = Made(
        time=When(finished=finished, seconds=round(table.pop("seconds"), 3)),
        versions={"python": platform.python_version()} | dict(_versions()),
        inputs=tuple(inputs),
        settings=settings.to_json(),
        glossary_files=tuple(
            GlossaryFile(path=str(path), sha256=_sha256(path)) for path in glossary.paths
        ),
        glossary_fingerprint=glossary.termbase.fingerprint,
    )
    manifest = asdict(head) | table
    text = visible(json.dumps(manifest, ensure_ascii=False, indent=2))
    keeper.write(path, f"{text}\n".encode())


def engine_before(path: Path, fingerprint: str) -> str:
    """Name the engine of the last finished run where it was another; "" where not, or not known.

    Args:
        path: of that run's manifest.
        fingerprint: of the engine at hand.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        engine = json.loads(read_file(path))["engine"]
        if engine["fingerprint"] != fingerprint:
            return str(engine["why"])
    return ""


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(read_file(path)).hexdigest()
    except OSError as error:
        raise InputError(
            f"cannot be read again: {error.strerror}",
            place=str(path),
            next_step="it was moved or changed while the run went on; run again",
        ) from error


class Tally:
    """Counts the rows of the segment table as they pass, and keeps the few to be named."""

    def __init__(self) -> None:
        self.rows = 0
        self.flagged = 0
        self.looked_at_again = 0
        self._touched: Counter[str] = Counter()
        self.engines: Counter[str] = Counter()  # rows by engine
        self._rungs: Counter[str] = Counter()
        self._violated = 0
        self._violations: list[_Row] = []
        # (urgency, -row number) decides; the smallest is thrown out first.
        self._check: list[tuple[float, int, _Row]] = []

    def add(self, first: int, frame: pl.DataFrame) -> None:
        """Take some rows of the table, of which the first has the number ``first``."""
        import polars as pl

        self.rows += frame.height
        self.engines.update(dict(frame["engine"].value_counts().iter_rows()))
        self.looked_at_again += frame.filter(
            pl.col("edits").list.eval(pl.element().struct.field("rung") == SECOND_LOOK).list.any()
        ).height
        rungs = frame.select(pl.col("edits").list.eval(pl.element().struct.field("rung")).explode())
        touched = rungs["edits"].drop_nulls().value_counts().iter_rows()
        self._touched.update(
            {rung.removeprefix(TOUCH_UP): n for rung, n in touched if rung.startswith(TOUCH_UP)}
        )
        numbered = frame.with_row_index("number", offset=first)
        self._add_terms(numbered.filter(pl.col("terms").list.len() > 0))
        self._add_findings(numbered.filter(pl.col("findings").list.len() > 0))

    def _add_terms(self, frame: pl.DataFrame) -> None:
        import polars as pl

        terms = frame.select("number", "terms").explode("terms").unnest("terms")
        for status, rung, count in terms.group_by("status", "rung").len().iter_rows():
            if status == "satisfied":
                self._rungs[rung] += count
            else:
                self._violated += count
        room = _SHOWN - len(self._violations)
        if room > 0:
            violated = terms.filter(pl.col("status") == "violated").unique("number")
            rows = frame.join(violated, on="number", how="semi").head(room)
            self._violations += rows.iter_rows(named=True)

    def _add_findings(self, frame: pl.DataFrame) -> None:
        for row in frame.iter_rows(named=True):
            worst = [f for f in row["findings"] if f["severity"] != "info"]
            if not worst:
                continue
            self.flagged += 1
            if all(f["check"] == "term" for f in worst):
                continue  # named among the violations
            urgency = sum(10.0 if f["severity"] == "error" else 1.0 for f in worst)
            if row["score"] is not None:
                urgency += min(1.0, max(0.0, -row["score"] / 10))
            heapq.heappush(self._check, (urgency, -row["number"], row))
            if len(self._check) > _SHOWN:
                heapq.heappop(self._check)

    @property
    def touched_up(self) -> tuple[tuple[str, int], ...]:
        """Give the counts of touch-ups by kind, most first."""
        return tuple(sorted(self._touched.items(), key=lambda item: (-item[1], item[0])))

    @property
    def terms(self) -> TermInfo:
        """Give the counts of term occurrences."""
        satisfied = sum(self._rungs.values())
        return TermInfo(
            occurrences=satisfied + self._violated,
            satisfied=satisfied,
            violated=self._violated,
            rungs=tuple(sorted(self._rungs.items(), key=lambda item: (-item[1], item[0]))),
        )

    def violations(self, place_of: PlaceOf) -> tuple[Violation, ...]:
        """Give the first violations; ``place_of`` says where the segment of a row stands."""
        found = [
            Violation(
                document=row["doc_id"],
                place=place_of(row),
                term=term["occurrence"]["term"],
                expected=tuple(term["expected"]),
                found=term["found"],
                source=row["source"],
                target=row["target"],
            )
            for row in self._violations
            for term in row["terms"]
            if term["status"] == "violated"
        ]
        return tuple(found[:_SHOWN])

    def check_first(self, place_of: PlaceOf) -> tuple[ToCheck, ...]:
        """Give the segments to look at, most urgent first."""
        return tuple(
            ToCheck(
                document=row["doc_id"],
                place=place_of(row),
                reason="; ".join(
                    dict.fromkeys(
                        f["message"]
                        for f in row["findings"]
                        if f["severity"] != "info" and f["check"] != "term"
                    )
                ),
                source=row["source"],
                target=row["target"],
            )
            for _, _, row in sorted(self._check, key=lambda entry: (-entry[0], -entry[1]))
        )
