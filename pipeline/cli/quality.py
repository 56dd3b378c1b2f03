"""``passerelle quality``: score, compare, report and check translations."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from pipeline import quality  # imports its rooms when they are asked for
from pipeline.cli.common import (
    AsJson,
    answer,
    check_there,
    emit_json,
    examples,
    new_app,
    output_folder,
    style_for,
    table_of_run,
)
from pipeline.cli.quality_show import comparison_lines, finding_lines, list_checks, show_scores
from pipeline.errors import BelowThreshold, NothingChecked, UsageError
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.quality import Comparison, Pair

app = new_app(
    "quality",
    "Score, check and compare translations.",
    epilog=examples(
        "passerelle quality report", "passerelle quality score outputs/ --reference references/"
    ),
)

Gravity = Literal["error", "warning", "info"]  # the gravest first

Outputs = Annotated[
    Path | None, typer.Argument(help="A run's output folder. [outputs]", show_default=False)
]
Reference = Annotated[
    list[Path] | None,
    typer.Option("--reference", "-r", help="Reference file (or folder, for a run's outputs)."),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option("--metric", "-m", help="bleu, chrf, chrf++ or ter; may be repeated."),
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(help="Exit with 13 below this: bleu=30, chrf=55, terms=0.98; may be repeated."),
]
Only = Annotated[list[str] | None, typer.Option(help="Run this check only; may be repeated.")]
Without = Annotated[list[str] | None, typer.Option(help="Leave this check out; may be repeated.")]

_METRICS = ("bleu", "chrf")  # unless others are asked for


def _warn(text: str) -> None:
    typer.echo(f"warning: {text}", err=True)


def _check_gates(texts: Sequence[str] | None, values: Mapping[str, float | None]) -> None:
    """Check the gates and say so where all are passed: in a log, silence reads as forgotten."""
    gates = quality.parse_gates(texts or ())
    quality.check_gates(gates, values)
    if gates:
        passed = ", ".join(f"{g.name} {values[g.name]:.4g} (at least {g.least:g})" for g in gates)
        typer.echo(f"Gates passed: {passed}", err=True)


@app.command(
    epilog=examples(
        "passerelle quality score outputs/ --reference references/",
        "passerelle quality score ours.txt -r reference.txt --confidence 1000",
        "passerelle quality score ours.txt -r reference.txt --fail-under bleu=30",
    )
)
def score(
    hypothesis: Annotated[
        Path,
        typer.Argument(help="A translation, one segment a line; or a run's output folder."),
    ],
    *,
    reference: Reference = None,
    testset: Annotated[
        str | None, typer.Option(help="sacrebleu's name of a test set, instead of --reference.")
    ] = None,
    langpair: Annotated[str, typer.Option(help="Language pair of --testset.")] = "fr-en",
    metric: Metrics = None,
    level: Annotated[
        Literal["corpus", "document", "segment"],
        typer.Option(help="What is scored one by one."),
    ] = "corpus",
    by: Annotated[
        Literal["lines", "blocks"],
        typer.Option(help="lines, or blocks: paragraphs, aligned by length where need be."),
    ] = "lines",
    doc_ids: Annotated[
        Path | None, typer.Option(help="File with each line's document, for --level document.")
    ] = None,
    confidence: Annotated[
        int, typer.Option(min=0, help="Resamples for confidence intervals; 0 for none.")
    ] = 0,
    width: Annotated[int, typer.Option(min=0, max=15, help="Decimals.")] = 1,
    fail_under: FailUnder = None,
    as_json: AsJson = False,
) -> None:
    """Score a translation against references, as the sacrebleu command line does.

    Exit codes: 0 scored; 12 nothing to score; 13 below --fail-under; 11 files that do not
    fit together; 2 wrong usage; 4 a file that cannot be read; 9 a test set that cannot be
    downloaded.
    """
    from pipeline.run.reporting.scoring import Scoring

    quality.parse_gates(fail_under or ())
    scoring = Scoring(metrics=metric or _METRICS, level=level, confidence=confidence)
    check_there(hypothesis)
    if hypothesis.is_dir():
        result = scoring.run(hypothesis, reference or None)
    else:
        references = _references(hypothesis, reference, testset, langpair)
        if by == "blocks":
            result = scoring.blocks(hypothesis, references)
        else:
            result = scoring.lines(hypothesis, references, doc_ids=doc_ids, warn=_warn)
    show_scores(result, width, as_json)
    _check_gates(fail_under, result.figures)


def _references(
    hypothesis: Path, given: Sequence[Path] | None, testset: str | None, langpair: str
) -> Sequence[Path]:

    if testset and given:
        raise UsageError("--testset and --reference exclude each other", next_step="give one")
    if testset:
        return quality.fetch_testset(testset, langpair)[1]
    found = given or [path for path in [quality.find_reference(hypothesis)] if path]
    if not found:
        raise NothingChecked(
            "there is no reference",
            place=str(hypothesis),
            next_step="give one with --reference, or a test set with --testset",
        )
    return found


@app.command(
    epilog=examples(
        "passerelle quality compare before/ outputs/",
        "passerelle quality compare theirs.txt ours.txt -r reference.txt -m chrf++",
    )
)
def compare(
    systems: Annotated[
        list[Path],
        typer.Argument(
            help="Two or more translations, or two runs' output folders; baseline first."
        ),
    ],
    *,
    reference: Reference = None,
    metric: Metrics = None,
    test: Annotated[
        Literal["bs", "ar"],
        typer.Option(help="bs: paired bootstrap; ar: approximate randomisation."),
    ] = "bs",
    samples: Annotated[
        int, typer.Option(min=0, help="Resamples or trials; 0 for sacrebleu's default.")
    ] = 0,
    fail_under: FailUnder = None,
    as_json: AsJson = False,
) -> None:
    """Compare translations with a baseline: deltas, p-values, what got better and worse.

    Exit codes: 0 compared; 12 nothing to compare (the same text twice, too); 13 the last
    system is below --fail-under; 11 files that do not fit together; 2 wrong usage; 4 a file
    that cannot be read.
    """
    from pipeline.run.reporting.scoring import reference_blocks

    quality.parse_gates(fail_under or ())
    wanted: dict[str, Any] = {"metrics": metric or _METRICS, "test": test, "samples": samples}
    check_there(*systems)
    folders = [path.is_dir() for path in systems]
    if len(systems) < 2:
        raise UsageError("two translations are compared", next_step="give a second one")
    if any(folders) and not all(folders):
        raise UsageError(
            "a run's folder and a file cannot be compared",
            place=", ".join(map(str, systems)),
            next_step="give two folders, or files with one segment a line",
        )
    result = None
    comparison: Comparison | None
    if all(folders):
        if len(systems) > 2:
            raise UsageError("two runs are compared at a time", next_step="give two folders")
        if reference and len(reference) > 1:
            raise UsageError(
                "two runs are compared with one reference",
                place=", ".join(map(str, reference)),
                next_step="give one file or one folder; `quality score` and `report` take several",
            )
        result = quality.compare_runs(
            *systems,
            references=reference[0] if reference else None,
            read_blocks=reference_blocks,
            **wanted,
        )
        comparison = result.comparison
    else:
        outputs, references = _columns(systems, reference or ())
        names = [str(path) for path in systems]
        if len(systems) == 2:
            (one, two), (first, second) = names, outputs
            result = quality.compare_outputs((one, two), first, second, references, **wanted)
            comparison = result.comparison
        else:
            named = list(zip(names, outputs, strict=True))
            comparison = quality.compare_systems(named, references, **wanted)
    told = asdict(result) if result else {"comparison": asdict(comparison) if comparison else None}
    answer(comparison_lines(comparison, result), told, as_json=as_json)
    last = comparison.systems[-1] if comparison else ""
    scores = comparison.scores if comparison else ()
    _check_gates(fail_under, {s.metric: s.value for s in scores if s.system == last})


def _columns(
    paths: Sequence[Path], references: Sequence[Path]
) -> tuple[list[list[str]], list[list[str]]]:

    if not references:
        raise NothingChecked(
            "there is no reference", next_step="give one with --reference, lines as in the outputs"
        )
    columns: list[list[str]] = [[] for _ in (*paths, *references)]
    for slices in quality.parallel_lines([*paths, *references]):
        for column, lines in zip(columns, slices, strict=True):
            column += lines
    return columns[: len(paths)], columns[len(paths) :]


@app.command(
    epilog=examples(
        "passerelle quality report",
        "passerelle quality report outputs/ -r references/ --fail-under terms=0.9",
    )
)
def report(
    outputs: Outputs = None,
    *,
    reference: Reference = None,
    metric: Metrics = None,
    only: Only = None,
    without: Without = None,
    fail_under: FailUnder = None,
    as_json: AsJson = False,
) -> None:
    """Write report.html, report.json, quality.csv and quality.parquet for a run.

    Exit codes: 0 written; 12 the table is empty, or a gate's figure was not measured;
    13 below --fail-under; 2 wrong usage; 4 a file that cannot be read; 7 one that cannot be
    written.
    """
    from pipeline.keeping import Keeper
    from pipeline.run.reporting.scoring import reference_blocks

    quality.parse_gates(fail_under or ())
    folder = output_folder(outputs)
    table_of_run(folder)
    result = quality.build_report(
        folder,
        references=reference or None,
        read_blocks=reference_blocks,
        checks=quality.choose_checks(only or (), without or ()),
        corpus_checks=quality.choose_corpus_checks(only or (), without or ()),
        metrics=tuple(metric or _METRICS),
    )
    page = quality.write_report(result, folder, keeper=Keeper.of_folder(folder, tell=_warn))
    if as_json:
        typer.echo(quality.render_json(result))
    else:
        typer.echo(quality.render_text(result, style=style_for(sys.stdout)))
        typer.echo(f"The whole report: {page}")
    _check_gates(fail_under, result.gate_values())


@app.command(
    epilog=examples(
        "passerelle quality checks",
        "passerelle quality checks --source article.txt --target article.en.txt",
        "passerelle quality checks --list",
    )
)
def checks(
    outputs: Outputs = None,
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
    that do not fit together; 2 wrong usage; 4 a file that cannot be read.
    """
    chosen = quality.choose_checks(only or (), without or ())
    corpus = quality.choose_corpus_checks(only or (), without or ())
    if list_all:
        list_checks(chosen, corpus, as_json)
        return
    if (source is None) != (target is None) or (source and outputs):
        raise UsageError(
            "--source and --target belong together and exclude an output folder",
            next_step="give both files, or a folder",
        )
    pairs = _pairs(source, target) if source and target else _rows(output_folder(outputs))
    check, across = quality.check_pair, quality.CorpusChecks(corpus)
    gravities: tuple[Gravity, ...] = get_args(Gravity)
    counts = dict.fromkeys(gravities, 0)
    by_check: Counter[str] = Counter()
    shown: list[dict[str, object]] = []
    total = 0
    for place, pair, where in pairs:
        total += 1
        for finding in (*check(pair, chosen), *across.add(pair, place, **where)):
            counts[finding.severity] += 1
            by_check[finding.check] += 1
            if as_json:
                shown.append({"place": place, **asdict(finding)})
                continue
            for line in finding_lines(place, finding, pair.target):
                typer.echo(line)
    if total == 0:
        raise NothingChecked("there is no segment to check", next_step="give a text with words")
    if as_json:
        emit_json({"segments": total, "counts": counts, "findings": shown})
    else:
        typer.echo(
            f"{counted(total, 'sentence')} checked: {counted(counts['error'], 'error')}, "
            f"{counted(counts['warning'], 'warning')}, {counted(counts['info'], 'note')}."
        )
        if by_check:
            typer.echo(f"  {', '.join(f'{name} {n:,}' for name, n in by_check.most_common())}")
            if not source:
                folder = output_folder(outputs)
                typer.echo(f"Next: `passerelle quality report {folder}` shows them.")
    grave = gravities[: gravities.index(fail_on) + 1] if fail_on else ()
    found = sum(counts[name] for name in grave)
    if found:
        raise BelowThreshold(
            f"{counted(found, 'finding')} of gravity {fail_on} or graver",
            next_step="mend the segments, or leave a check out with --without",
        )


def _pairs(source: Path, target: Path) -> Iterator[tuple[str, Pair, dict[str, Any]]]:
    lines = (zip(*both, strict=True) for both in quality.parallel_lines([source, target]))
    make = quality.Pair
    for number, (french, english) in enumerate(chain.from_iterable(lines), 1):
        yield f"line {number}", make(source=french, target=english), {}


def _rows(outputs: Path) -> Iterator[tuple[str, Pair, dict[str, Any]]]:
    from pipeline.table import read_rows

    make = quality.pair_of
    for row in read_rows(table_of_run(outputs)):
        where = {"document": row.doc_id, "paragraph": row.segment.block_id}
        yield row.place, make(row.segment, row), where
