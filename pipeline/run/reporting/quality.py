"""The quality report at the end of a run: written where something changed, told in short."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError, NothingChecked
from pipeline.fsio import read_file
from pipeline.keeping import Keeper
from pipeline.run.reporting.report import QualityInfo, ToCheck
from pipeline.run.reporting.scoring import reference_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.run.reporting.report import RunReport

_SHOWN = 5  # segments that are named
_NEEDED = frozenset({"segments", "errors", "warnings", "notes_found"})


def with_quality(
    report: RunReport, *, tell: Callable[[str], None] = lambda _text: None
) -> RunReport:
    """Write the quality report of a finished run and give the run's report with its findings.

    Nothing is computed where neither the translations nor the references have changed
    since the last quality report.

    A reference that cannot be read is not compared; the run has already said so.

    Args:
        report: of the run.
        tell: told of files that were damaged, or are somebody's and are kept.

    Raises:
        OutputError: a file cannot be written.
    """
    from pipeline.quality import build_report, is_current, plain_report, write_report

    out = Path(report.out)
    keeper = Keeper.of_folder(out, tell=tell)
    try:
        told = None
        if keeper.is_as_written(out / "report.json") and is_current(out):
            told = _told(out)
        if told is None:
            found = build_report(out, read_blocks=_blocks_if_readable)
            write_report(found, out, keeper=keeper)
            told = plain_report(found)
    except NothingChecked:
        return report  # no segment to look at
    return _with_findings(report, told)


def _told(out: Path) -> dict[str, Any] | None:
    """Read what the last quality report says; ``None`` where it is damaged."""
    try:
        told = json.loads(read_file(out / "report.json"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and told.keys() >= _NEEDED else None


def _blocks_if_readable(path: Path) -> list[str]:
    try:
        return reference_blocks(path)
    except InputError:
        return []


def _with_findings(report: RunReport, told: dict[str, Any]) -> RunReport:
    from pipeline.quality import varied

    grave = [s for s in told["segments"] if any(_counts(f) for f in s["findings"])]
    return replace(
        report,
        quality=QualityInfo(
            page=f"{report.out}/report.html",
            errors=told["errors"],
            warnings=told["warnings"],
            notes=told["notes_found"],
        ),
        check_first=tuple(
            ToCheck(
                document=s["document"],
                place=s["place"].removeprefix(s["document"]).lstrip(", "),
                reason="; ".join(dict.fromkeys(f["message"] for f in s["findings"] if _counts(f))),
                source=s["source"],
                target=s["target"],
            )
            for s in varied(grave, _kind, _SHOWN)
        ),
    )


def _kind(segment: dict[str, Any]) -> str:
    return str(next(f["check"] for f in segment["findings"] if _counts(f)))


def _counts(finding: dict[str, Any]) -> bool:
    # Violated terms have a list of their own.
    return bool(finding["severity"] != "info" and finding["check"] != "term")
