"""What ``passerelle quality`` prints."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING

import typer

from pipeline.cli.common import emit_json, style_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.quality import Score
    from pipeline.quality.checks.registry import Check
    from pipeline.quality.metrics.significance import Comparison
    from pipeline.quality.report.compare import RunComparison

__all__ = [
    "count",
    "excerpt",
    "list_checks",
    "show_comparison",
    "show_scores",
    "where_they_part",
]

_WIDTH = 66  # characters of a text beside its label
_SHOWN = 5  # segments to either side; --json gives ten
_SHOWN_TERMS = 20


def _values(scores: Sequence[Score] | Sequence[float]) -> list[float]:
    return [item if isinstance(item, float) else item.value for item in scores]


def show_scores(
    scores: Sequence[Score],
    rows: Sequence[tuple[str, Sequence[Score] | Sequence[float]]],
    notes: Sequence[str],
    width: int,
    as_json: bool,
) -> None:
    """Print corpus scores, after the rows of a finer level."""
    if as_json:
        emit_json(
            {
                "scores": [asdict(item) for item in scores],
                "rows": [{"name": name, "values": _values(values)} for name, values in rows],
                "notes": list(notes),
            }
        )
        return
    for name, values in rows:
        typer.echo("\t".join([name, *(f"{value:.{width}f}" for value in _values(values))]))
    for item in scores:
        typer.echo(item.line(width))
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def show_comparison(comparison: Comparison | None, result: RunComparison | None) -> None:
    """Print a comparison: figures, segments that moved, terms and findings that changed."""
    style = style_for(sys.stdout)
    if comparison:
        _show_systems(comparison, style)
    else:
        typer.echo("No scores: no document has a reference.")
    if result is None:
        return
    if result.better_total or result.worse_total:
        typer.echo(
            f"{result.better_total} got better, {result.worse_total} got worse, "
            f"{result.same_total} did not move (chrF)"
        )
    for title, moved in (("Worse:", result.worse), ("Better:", result.better)):
        if moved:
            typer.echo(style(title, "strong"))
        for row in moved[:_SHOWN]:
            typer.echo(f"  {row.delta:+.1f}  {row.place}")
            before, after = where_they_part(row.first, row.second)
            typer.echo(f"    before: {excerpt(before)}")
            typer.echo(f"    after:  {excerpt(after)}")
    if result.terms:
        typer.echo(style(f"Terms that changed ({len(result.terms):,}):", "strong"))
    for change in result.terms[:_SHOWN_TERMS]:
        before, after = change.first or "(violated)", change.second or "(violated)"
        typer.echo(f"  {change.place}: {change.term}: {before} → {after}")
    if len(result.terms) > _SHOWN_TERMS:
        typer.echo(f"  and {len(result.terms) - _SHOWN_TERMS:,} more: see --json")
    if result.findings:
        typer.echo(style("Findings, before → after:", "strong"))
    for name, first, second in result.findings:
        typer.echo(f"  {name}: {first} → {second}")
    for note in result.notes:
        typer.echo(f"note: {note}", err=True)


def _show_systems(comparison: Comparison, style: Callable[[str, str], str]) -> None:
    """Print one line a system under each metric, the baseline first."""
    what = "paired bootstrap" if comparison.test == "bs" else "approximate randomisation"
    typer.echo(f"{count(comparison.n, 'segment')}, {what}, {comparison.samples:,} samples")
    names = _short_names(comparison.systems)
    metric = ""
    for item in comparison.scores:
        if item.name != metric:
            metric = item.name
            typer.echo(style(metric, "strong"))
        text = f"  {item.value:7.2f}"
        if item.p_value is None:
            text += f"  {'baseline':24}"
        else:
            sure = "" if item.significant() else " (may be chance)"
            text += f"  {item.delta:+.2f}  p = {item.p_value:.4f}{sure}".ljust(26)
        text += f"  {names[item.system]}"
        typer.echo(style(text, "strong") if item.significant() else text)
    for name, signature in comparison.signatures:
        typer.echo(style(f"  {name}|{signature}", "faint"))


def _short_names(paths: Sequence[str]) -> dict[str, str]:
    """Name files by the part of their paths that tells them apart."""
    parts = {path: PurePath(path).parts for path in paths}
    shared = 0
    while all(len(p) > shared + 1 for p in parts.values()) and (
        len({p[shared] for p in parts.values()}) == 1
    ):
        shared += 1
    return {path: str(PurePath(*p[shared:])) for path, p in parts.items()}


def count(number: int, noun: str) -> str:
    """Give a number with its noun, in the plural where it must be."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def where_they_part(first: str, second: str) -> tuple[str, str]:
    """Leave out what two texts begin with alike, but for two words of it."""
    before, after = first.split(), second.split()
    same = 0
    for left, right in zip(before, after, strict=False):  # up to the end of the shorter one
        if left != right:
            break
        same += 1
    if same < 5:
        return first, second
    return f"… {' '.join(before[same - 2 :])}", f"… {' '.join(after[same - 2 :])}"


def excerpt(text: str) -> str:
    """Give a text's beginning on one line that fits a terminal of 80 columns."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _WIDTH else f"{flat[: _WIDTH - 1]}…"


def list_checks(chosen: Sequence[Check], corpus: frozenset[str], as_json: bool) -> None:
    """Print the chosen checks with what they find."""
    from pipeline.quality.checks.corpus import CORPUS_CHECKS

    rows = [(c.name, c.severity, c.explanation) for c in chosen]
    rows += [(name, "warning", text) for name, (_, text) in CORPUS_CHECKS.items() if name in corpus]
    if as_json:
        names = ("name", "severity", "explanation")
        emit_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    for name, severity, text in rows:
        typer.echo(f"{name:18} {severity:8} {text}")
