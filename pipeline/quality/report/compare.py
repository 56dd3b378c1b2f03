"""Two runs, or two systems' files, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from pipeline.errors import NothingChecked, QualityError
from pipeline.quality.checks.registry import known_checks
from pipeline.quality.metrics.alignment import align_blocks, blocks_of
from pipeline.quality.metrics.reference import DEFAULT_METRICS, score_segments
from pipeline.quality.metrics.references import References, find_references
from pipeline.quality.metrics.significance import Comparison, compare_systems
from pipeline.quality.report.build import TABLE, read_manifest
from pipeline.table import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.records import Span, TermResult, Translation

_SHOWN = 10
_NOTICED = 0.01  # chrF points below which a segment did not move


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A segment (or block) whose score differs between the two."""

    place: str
    delta: float  # chrF of the second minus chrF of the first
    first: str
    second: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A segment without reference that the two render differently."""

    place: str
    source: str
    first: str
    second: str
    alike: float  # chrF of the one against the other, 0 to 100
    findings: tuple[str, ...]  # warnings and errors that only one of them has, by message


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """An occurrence of a term that the two runs render differently."""

    place: str
    term: str
    first: str  # the form found; "" where it was violated
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Everything that differs between the two."""

    comparison: Comparison | None = None  # None without references
    better: tuple[Moved, ...] = ()  # the greatest gains
    worse: tuple[Moved, ...] = ()  # the greatest losses
    better_total: int = 0
    worse_total: int = 0
    same_total: int = 0
    differing: tuple[Differing, ...] = ()  # what to look at first where no reference tells
    differing_total: int = 0
    terms: tuple[TermChange, ...] = ()
    findings: tuple[tuple[str, int, int], ...] = ()  # check, in the first, in the second
    notes: tuple[str, ...] = ()


def _moved(
    places: Sequence[str],
    first: Sequence[str],
    second: Sequence[str],
    references: Sequence[Sequence[str]],
) -> tuple[list[Moved], list[Moved], int]:
    before = score_segments(first, references)
    after = score_segments(second, references)
    rows = [
        Moved(place=place, delta=new - old, first=a, second=b, reference=reference)
        for place, old, new, a, b, reference in zip(
            places, before, after, first, second, references[0], strict=True
        )
    ]
    better = sorted((r for r in rows if r.delta > _NOTICED), key=lambda r: -r.delta)
    worse = sorted((r for r in rows if r.delta < -_NOTICED), key=lambda r: r.delta)
    return better, worse, len(rows) - len(better) - len(worse)


def _differing(first: Sequence[Translation], second: Sequence[Translation]) -> list[Differing]:
    """Give the segments that two runs render differently, with what was found in one alone."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a.target != b.target]
    alike = score_segments([b.target for _, b in pairs], [[a.target for a, _ in pairs]])
    return [
        Differing(
            place=a.place,
            source=a.source,
            first=a.target,
            second=b.target,
            alike=value,
            findings=tuple(sorted(_grave(a) ^ _grave(b))),
        )
        for (a, b), value in zip(pairs, alike, strict=True)
    ]


def _grave(row: Translation) -> set[str]:
    return {f.message for f in row.findings if f.severity != "info"}


def compare_outputs(
    names: tuple[str, str],
    first: Sequence[str],
    second: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    metrics: Sequence[str] = DEFAULT_METRICS,
    test: Literal["bs", "ar"] = "bs",
    samples: int = 0,
    places: Sequence[str] = (),
) -> RunComparison:
    """Compare two systems' segments.

    Args:
        names: what the two are called.
        first: the baseline's segments.
        second: the other's.
        references: one or more streams, as long as both.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
        test: ``bs`` for the paired bootstrap, ``ar`` for approximate randomisation.
        samples: of the test; 0 for sacrebleu's default.
        places: by which segments are named; line numbers unless given.

    Raises:
        NothingChecked: there is nothing to compare, or the two are the same.
        QualityError: lengths differ.
    """
    comparison = compare_systems(
        [(names[0], first), (names[1], second)],
        references,
        metrics=metrics,
        test=test,
        samples=samples,
    )
    named = places or [f"line {number}" for number in range(1, len(first) + 1)]
    better, worse, same = _moved(named, first, second, references)
    return RunComparison(
        comparison=comparison,
        better=tuple(better[:_SHOWN]),
        worse=tuple(worse[:_SHOWN]),
        better_total=len(better),
        worse_total=len(worse),
        same_total=same,
    )


def compare_runs(
    first: Path,
    second: Path,
    *,
    references: References = None,
    roots: Sequence[Path] = (),
    read_blocks: Callable[[Path], Sequence[str]],
    metrics: Sequence[str] = DEFAULT_METRICS,
    test: Literal["bs", "ar"] = "bs",
    samples: int = 0,
) -> RunComparison:
    """Compare two runs' segment tables over the same sources.

    Args:
        first: the baseline's output folder.
        second: the other's.
        references: as for `pipeline.quality.report.build.build_report`.
        roots: as there.
        read_blocks: as there.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
        test: ``bs`` or ``ar``.
        samples: of the test; 0 for sacrebleu's default.

    Raises:
        InputError: a table or a reference cannot be read.
        NothingChecked: the runs share no segment, or are the same.
        QualityError: the sources of the runs differ within a document.
    """
    left, right = _documents(first), _documents(second)
    shared = [document for document in left if document in right]
    if not shared:
        raise NothingChecked(
            "the two runs have no document in common",
            place=f"{first}, {second}",
            next_step="compare runs over the same sources",
        )
    notes = [f"only in {first}: {name}" for name in left if name not in right]
    notes += [f"only in {second}: {name}" for name in right if name not in left]
    found = find_references(
        shared,
        references,
        manifest=read_manifest(second / "manifest.json"),
        roots=roots,
        outputs=second,
    )
    ours: list[str] = []
    theirs: list[str] = []
    streams: list[str] = []
    places: list[str] = []
    terms: list[TermChange] = []
    differing: list[Differing] = []
    counts = (Counter[str](), Counter[str]())
    lost: dict[str, list[int]] = {}
    gained: dict[str, list[int]] = {}
    checks = known_checks()
    same = True
    for document in shared:
        a, b = left[document], right[document]
        if [row.source for row in a] != [row.source for row in b]:
            raise QualityError(
                "the runs were made from different sources",
                place=document,
                next_step="translate the same text with both settings",
            )
        same = same and [row.target for row in a] == [row.target for row in b]
        terms += _term_changes(a, b)
        _count_alone(a, b, lost)
        _count_alone(b, a, gained)
        for rows, counter in zip((a, b), counts, strict=True):
            for row in rows:
                counter.update(f.check for f in row.findings if f.check in checks)
                counter["glossary"] += sum(not term.satisfied for term in row.terms)
        if document not in found:
            notes.append(f"{document}: no reference, not scored")
            differing += _differing(a, b)
            continue
        # Only the first reference: streams of all documents must be equally many.
        blocks = [block for block in read_blocks(found[document][0]) if block.strip()]
        aligned = align_blocks(document, blocks_of(a)[1], [blocks])
        if aligned.note:
            notes.append(f"{document}: {aligned.note}")
        ours += aligned.blocks
        others = blocks_of(b)[1]
        theirs += [" ".join(others[start:end]) for start, end in aligned.groups]
        streams += aligned.references[0]
        places += [f"{document} ¶{start + 1}" for start, _ in aligned.groups]
    for folder, tally in ((first, lost), (second, gained)):
        notes += [
            f"glossary term only in {folder}: {term} ({right} of {total} right)"
            for term, (total, right) in sorted(tally.items())
        ]
    if same:
        raise NothingChecked(
            "the two runs give the same text everywhere: nothing to compare",
            place=f"{first}, {second}",
            next_step="compare runs with different settings",
        )
    result = RunComparison(same_total=len(streams))
    if streams and ours != theirs:
        result = compare_outputs(
            (str(first), str(second)),
            ours,
            theirs,
            [streams],
            metrics=metrics,
            test=test,
            samples=samples,
            places=places,
        )
    elif streams:
        notes.append("the documents with references are the same in both runs: not scored")
    differing.sort(key=lambda d: (-len(d.findings), d.alike))
    return replace(
        result,
        differing=tuple(differing[:_SHOWN]),
        differing_total=len(differing),
        terms=tuple(terms),
        findings=tuple(
            (name, counts[0][name], counts[1][name])
            for name in sorted({*counts[0], *counts[1]})
            if counts[0][name] != counts[1][name]
        ),
        notes=tuple(notes),
    )


def _documents(outputs: Path) -> dict[str, list[Translation]]:
    return {
        document: list(rows)
        for document, rows in groupby(read_rows(outputs / TABLE), key=attrgetter("doc_id"))
    }


def _terms(row: Translation) -> dict[tuple[str, Span], TermResult]:
    """Give the terms of the source by name and place."""
    return {(t.occurrence.term, t.occurrence.span): t for t in row.terms if not t.forbidden}


def _count_alone(
    rows: Sequence[Translation], others: Sequence[Translation], tally: dict[str, list[int]]
) -> None:
    """Count occurrences, and those that are right, of places that one glossary alone has."""
    for row, other in zip(rows, others, strict=True):
        known = _terms(other)
        for (name, span), term in _terms(row).items():
            if (name, span) not in known:
                counts = tally.setdefault(name, [0, 0])
                counts[0] += 1
                counts[1] += term.satisfied


def _term_changes(first: Sequence[Translation], second: Sequence[Translation]) -> list[TermChange]:
    changes = []
    for a, b in zip(first, second, strict=True):
        before, after = _terms(a), _terms(b)
        # Terms that only one glossary has are counted apart.
        for key in before.keys() & after.keys():
            old, new = before[key], after[key]
            if (old.satisfied, old.found) != (new.satisfied, new.found):
                changes.append(
                    TermChange(
                        place=b.place,
                        term=new.occurrence.term,
                        first=old.found if old.satisfied else "",
                        second=new.found if new.satisfied else "",
                    )
                )
    return sorted(changes, key=lambda change: (change.place, change.term))
