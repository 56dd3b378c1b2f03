"""``passerelle quality checks``: what can be found without a reference."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import emit_json, style_for
from pipeline.cli.quality_show import count, excerpt, list_checks
from pipeline.errors import BelowThreshold, NothingChecked, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.quality.checks.pair import Pair
    from pipeline.quality.checks.registry import Check
    from pipeline.records import Finding

__all__ = ["AsJson", "Gravity", "Only", "Without", "checks"]


class Gravity(StrEnum):
    """The gravest finding that is let pass is the one below."""

    error = "error"
    warning = "warning"
    info = "info"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Only = Annotated[list[str] | None, typer.Option(help="Run this check only; may be repeated.")]
Without = Annotated[list[str] | None, typer.Option(help="Leave this check out; may be repeated.")]


def checks(
    outputs: Annotated[
        Path | None, typer.Argument(help="A run's output folder. [outputs]", show_default=False)
    ] = None,
    *,
    source: Annotated[
        Path | None, typer.Option(help="French file, one segment a line, with --target.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option(help="English file, as many lines as --source.")
    ] = None,
    only: Only = None,
    without: Without = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="Name the checks and what they find.")
    ] = False,
    fail_on: Annotated[
        Gravity | None, typer.Option(help="Exit with 13 on findings of this gravity or graver.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check translations without a reference.

    Exit codes: 0 checked; 12 nothing to check; 13 findings as grave as --fail-on; 11 files
    that do not fit together; 4 a file that cannot be read.
    """
    from pipeline.quality import choose_checks, choose_corpus_checks

    chosen = choose_checks(only or (), without or ())
    corpus = choose_corpus_checks(only or (), without or ())
    if list_all:
        list_checks(chosen, corpus, as_json)
        return
    if (source is None) != (target is None) or (source and outputs):
        raise UsageError(
            "--source and --target belong together and exclude an output folder",
            next_step="give both files, or a folder",
        )
    pairs = _pairs(source, target) if source and target else _rows(outputs or Path("outputs"))
    counts = {"error": 0, "warning": 0, "info": 0}
    by_check: Counter[str] = Counter()
    total = 0
    shown: list[dict[str, object]] = []
    style = style_for(sys.stdout)
    for place, pair, findings in _findings(pairs, chosen, corpus):
        total += 1
        for finding in findings:
            counts[finding.severity] += 1
            by_check[finding.check] += 1
            if as_json:
                shown.append({"place": place, **asdict(finding)})
                continue
            colour = "bad" if finding.severity == "error" else "strong"
            typer.echo(
                f"{place}: {style(finding.severity, colour)} {finding.check}: {finding.message}"
            )
            typer.echo(style(f"  {excerpt(pair.target)}", "faint"))
    if total == 0:
        raise NothingChecked("there is no segment to check", next_step="give a text with words")
    if as_json:
        emit_json({"segments": total, "counts": counts, "findings": shown})
    else:
        typer.echo(
            f"{count(total, 'sentence')} checked: {count(counts['error'], 'error')}, "
            f"{count(counts['warning'], 'warning')}, {count(counts['info'], 'note')}."
        )
        if by_check:
            typer.echo(f"  {', '.join(f'{name} {n:,}' for name, n in by_check.most_common())}")
        if not source and any(counts.values()):
            typer.echo(f"Next: `passerelle quality report {outputs or 'outputs'}` shows them.")
    grave = list(counts)[: list(Gravity).index(fail_on) + 1] if fail_on else []
    found = sum(counts[name] for name in grave)
    if found:
        raise BelowThreshold(
            f"{count(found, 'finding')} of gravity {fail_on} or graver",
            next_step="mend the segments, or leave a check out with --without",
        )


def _pairs(source: Path, target: Path) -> Iterator[tuple[str, Pair]]:
    from pipeline.quality import Pair
    from pipeline.quality.metrics.lines import parallel_lines

    number = 0
    for french, english in parallel_lines([source, target]):
        for left, right in zip(french, english, strict=True):
            number += 1
            yield f"line {number}", Pair(source=left, target=right)


def _rows(outputs: Path) -> Iterator[tuple[str, Pair]]:
    from pipeline.quality import pair_of
    from pipeline.quality.report.build import TABLE
    from pipeline.table import read_rows

    for row in read_rows(outputs / TABLE):
        yield row.place, pair_of(row.segment, row)


def _findings(
    pairs: Iterator[tuple[str, Pair]], chosen: Sequence[Check], corpus: frozenset[str]
) -> Iterator[tuple[str, Pair, tuple[Finding, ...]]]:
    from pipeline.quality import check_pair
    from pipeline.quality.checks.corpus import CorpusChecks

    across = CorpusChecks(corpus)
    for place, pair in pairs:
        yield place, pair, (*check_pair(pair, chosen), *across.add(pair, place))
