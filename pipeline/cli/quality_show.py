"""What ``passerelle quality`` prints."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING

import typer

from pipeline.cli.common import answer, style_for
from pipeline.wording import columns, counted, excerpt, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.quality import Check, Comparison, RunComparison
    from pipeline.records import Finding
    from pipeline.run.reporting.scoring import Scored
    from pipeline.wording import Style

_WIDTH = 66  # characters of a text beside its label
_SHOWN = 5  # segments to either side; --json gives ten
_SHOWN_TERMS = 20


def show_scores(result: Scored, width: int, as_json: bool) -> None:
    """Print corpus scores with ``width`` decimals, after the rows of a finer level."""
    rows = ("\t".join([name, *(f"{v:.{width}f}" for v in values)]) for name, values in result.rows)
    told = {
        "scores": [asdict(item) for item in result.scores],
        "rows": [{"name": name, "values": list(values)} for name, values in result.rows],
        "notes": list(result.notes),
    }
    answer([*rows, *(item.line(width) for item in result.scores)], told, as_json=as_json)
    if not as_json:
        _note(result.notes)


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        typer.echo(f"note: {one_line(note)}", err=True)


def comparison_lines(comparison: Comparison | None, result: RunComparison | None) -> Iterator[str]:
    """Tell a comparison: figures, segments that moved, terms and findings that changed."""
    style = style_for(sys.stdout)
    if comparison:
        yield from _systems(comparison, style)
    else:
        yield "No scores: no document has a reference."
    if result is None:
        return
    if result.better_total or result.worse_total:
        yield (
            f"{result.better_total} got better, {result.worse_total} got worse, "
            f"{result.same_total} did not move (chrF)"
        )
    for title, moved in (("Worse:", result.worse), ("Better:", result.better)):
        if moved:
            yield style(title, "strong")
        for row in moved[:_SHOWN]:
            before, after = where_they_part(row.first, row.second)
            yield f"  {row.delta:+.1f}  {row.place}"
            yield f"    before: {excerpt(before, _WIDTH)}"
            yield f"    after:  {excerpt(after, _WIDTH)}"
    if result.differing:
        yield style(
            f"{counted(result.differing_total, 'sentence')} without reference differ; "
            "look at these first:",
            "strong",
        )
    for difference in result.differing[:_SHOWN]:
        before, after = where_they_part(difference.first, difference.second)
        yield f"  {difference.place}: {'; '.join(difference.findings) or 'nothing was found'}"
        yield f"    before: {excerpt(before, _WIDTH)}"
        yield f"    after:  {excerpt(after, _WIDTH)}"
    if result.terms:
        yield style(f"Terms that changed ({len(result.terms):,}):", "strong")
    for change in result.terms[:_SHOWN_TERMS]:
        before, after = change.first or "(violated)", change.second or "(violated)"
        yield f"  {change.place}: {change.term}: {before} → {after}"
    if len(result.terms) > _SHOWN_TERMS:
        yield f"  and {len(result.terms) - _SHOWN_TERMS:,} more: see --json"
    if result.findings:
        yield style("Findings, before → after:", "strong")
    for name, first, second in result.findings:
        yield f"  {name}: {first} → {second}"
    _note(result.notes)


def _systems(comparison: Comparison, style: Style) -> Iterator[str]:
    """Give one line a system under each metric, the baseline first."""
    what = "paired bootstrap" if comparison.test == "bs" else "approximate randomisation"
    yield f"{counted(comparison.n, 'segment')}, {what}, {comparison.samples:,} samples"
    paths = [PurePath(name).parts for name in comparison.systems]
    # Files are named by the part of their paths that tells them apart.
    shared = min(min(_alike(paths[0], parts), len(parts) - 1) for parts in paths)
    names = {
        name: str(PurePath(*parts[shared:]))
        for name, parts in zip(comparison.systems, paths, strict=True)
    }
    cells = []
    for item in comparison.scores:
        told = "baseline"
        if item.p_value is not None:
            sure = "" if item.significant() else " (may be chance)"
            told = f"{item.delta:+.2f}  p = {item.p_value:.4f}{sure}"
        cells.append((f"{item.value:.2f}", told, names[item.system]))
    metric = ""
    for item, line in zip(
        comparison.scores, columns(cells, right=(0,), least=(7, 24)), strict=True
    ):
        if item.name != metric:
            metric = item.name
            yield style(metric, "strong")
        yield style(f"  {line}", "strong") if item.significant() else f"  {line}"
    for name, signature in comparison.signatures:
        yield style(f"  {name}|{signature}", "faint")


def where_they_part(first: str, second: str) -> tuple[str, str]:
    """Leave out what two texts begin with alike, but for two words of it."""
    before, after = first.split(), second.split()
    same = _alike(before, after)
    if same < 5:
        return first, second
    return f"… {' '.join(before[same - 2 :])}", f"… {' '.join(after[same - 2 :])}"


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """Count what two sequences begin with alike."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))


def finding_lines(place: str, finding: Finding, target: str) -> Iterator[str]:
    """Tell a finding: where and what it is, and the text."""
    style = style_for(sys.stdout)
    gravity = style(finding.severity, "bad" if finding.severity == "error" else "strong")
    yield f"{place}: {gravity} {finding.check}: {finding.message}"
    yield style(f"  {excerpt(target, _WIDTH)}", "faint")


def list_checks(chosen: Sequence[Check], corpus: frozenset[str], as_json: bool) -> None:
    """Print the chosen checks with what they find."""
    from pipeline.quality import CORPUS_CHECKS

    rows = [(c.name, c.severity, c.explanation) for c in chosen]
    rows += [(name, "warning", text) for name, (_, text) in CORPUS_CHECKS.items() if name in corpus]
    names = ("name", "severity", "explanation")
    answer(columns(rows), [dict(zip(names, row, strict=True)) for row in rows], as_json=as_json)
