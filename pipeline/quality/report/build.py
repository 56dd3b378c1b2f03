"""Building the quality report of a run from its segment table.

Rows pass one document at a time; of a very large run, only the worst segments are kept.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipeline.errors import NothingChecked
from pipeline.fsio import is_file, read_file
from pipeline.quality.checks.corpus import CORPUS_CHECKS
from pipeline.quality.checks.registry import choose_checks
from pipeline.quality.metrics.references import References, find_references, paragraphs, read_text
from pipeline.quality.report.builder import ReportBuilder
from pipeline.quality.report.headline import read_history
from pipeline.table import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.quality.checks.pair import Check
    from pipeline.quality.report.model import QualityReport
    from pipeline.records import Translation

TABLE = "segments.parquet"
HISTORY = "history.parquet"


def _text_blocks(path: Path) -> tuple[str, ...]:
    return paragraphs(read_text(path))


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a run's manifest; an empty one where there is none.

    What a damaged one says is not known; one that says so, as a note, stands for it.
    """
    try:
        value = json.loads(read_file(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return {"notes": [f"{path.name} is damaged: what the run left out is not known"]}
    return value if isinstance(value, dict) else {}


def _from_run(manifest: Mapping[str, Any], documents: int) -> Iterator[str]:
    """Say what the run left out, so that nobody takes the figures for those of all files."""
    total = manifest.get("documents")
    if isinstance(total, int) and total > documents:
        yield (
            f"{total - documents} of {total} documents hold no text that was translated, "
            "and were not checked"
        )
    for item in _list(manifest, "skipped"):
        if isinstance(item, dict):
            yield f"skipped by the run: {item.get('name')}: {item.get('reason')}"
    yield from (str(note) for note in _list(manifest, "notes"))


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    value = manifest.get(name)
    return value if isinstance(value, list) else []


def build_report(
    outputs: Path,
    *,
    references: References = None,
    roots: Sequence[Path] = (),
    read_blocks: Callable[[Path], Sequence[str]] | None = None,
    checks: Sequence[Check] | None = None,
    corpus_checks: Collection[str] = tuple(CORPUS_CHECKS),
    metrics: Sequence[str] = ("bleu", "chrf"),
    bootstrap: int = 1000,
    now: datetime | None = None,
) -> QualityReport:
    """Compute the quality report of a run.

    Args:
        outputs: the folder that the run wrote to: ``segments.parquet``, ``manifest.json``
            and, of earlier reports, ``history.parquet``.
        references: a file, a folder, or for each document id its references; ``None``
            looks beside the sources that the manifest names or that lie below ``roots``.
        roots: folders below which the sources may lie.
        read_blocks: gives a reference's blocks of prose; paragraphs of plain text unless
            given. Pass the reader that cut the sources, so that blocks agree.
        checks: those to run; the default ones unless given.
        corpus_checks: names of the checks across segments to run; all unless given.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
        bootstrap: resamples for the confidence intervals; 0 for none.
        now: the report's time; the clock's unless given.

    Raises:
        InputError: the table or a reference cannot be read.
        NothingChecked: the table has no rows.
    """
    table = outputs / TABLE
    manifest = read_manifest(outputs / "manifest.json")
    builder = ReportBuilder(
        checks=choose_checks() if checks is None else checks,
        corpus_checks=corpus_checks,
        metrics=metrics,
    )
    names: dict[str, None] = {}
    digest, texts = hashlib.sha256(), hashlib.sha256()
    for row in read_rows(table):
        _add_row(digest, row)
        texts.update(repr((row.doc_id, row.source)).encode("utf-8", "surrogatepass"))
        builder.tally.add(row)
        names.setdefault(row.doc_id)
    if not names:
        raise NothingChecked(
            "the segment table is empty",
            place=str(table),
            next_step="translate a text that has words in it",
        )
    found = find_references(
        list(names), references, manifest=manifest, roots=roots, outputs=outputs
    )
    read = read_blocks or _text_blocks
    for document, rows in groupby(read_rows(table), key=attrgetter("doc_id")):
        paths = found.get(document, ())
        builder.document(document, list(rows), [(path, read(path)) for path in paths])
    history = read_history(outputs / HISTORY)
    notes = list(_from_run(manifest, len(names)))
    if not history and is_file(outputs / HISTORY):
        notes.append(f"{HISTORY} is damaged: earlier reports are not compared")
    created = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    return builder.result(
        created=created,
        manifest=manifest,
        history=history,
        fingerprint=_fingerprint(digest, found),
        texts=_fingerprint(texts, found),
        bootstrap=bootstrap,
        notes=notes,
    )


def is_current(outputs: Path, *, references: References = None, roots: Sequence[Path] = ()) -> bool:
    """Say whether the last report is of these very translations and references.

    Args:
        outputs: the folder that the run wrote to.
        references: as in :func:`build_report`.
        roots: as in :func:`build_report`.

    Raises:
        InputError: the table or a reference cannot be read.
    """
    history = read_history(outputs / HISTORY)
    if not history or not all(
        (outputs / name).is_file() for name in ("report.html", "report.json")
    ):
        return False
    digest = hashlib.sha256()
    names: dict[str, None] = {}
    for row in read_rows(outputs / TABLE):
        names.setdefault(row.doc_id)
        _add_row(digest, row)
    manifest = read_manifest(outputs / "manifest.json")
    found = find_references(
        list(names), references, manifest=manifest, roots=roots, outputs=outputs
    )
    return history[-1].table == _fingerprint(digest, found)


def _add_row(digest: hashlib._Hash, row: Translation) -> None:
    # Whether a segment came from memory, and how long it took, changes no figure.
    digest.update(repr(replace(row, memory=False, seconds=0.0)).encode("utf-8", "surrogatepass"))


def _fingerprint(rows: hashlib._Hash, references: dict[str, tuple[Path, ...]]) -> str:
    """Name what the figures were computed from: an unchanged run adds no history."""
    digest = rows.copy()
    for document in sorted(references):
        for path in references[document]:
            digest.update(document.encode() + b"\0" + read_file(path))
    return digest.hexdigest()[:16]
