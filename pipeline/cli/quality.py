"""``passerelle quality``: score, compare, report and check translations."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import emit_json, style_for
from pipeline.cli.quality_checks import AsJson, Only, Without, checks
from pipeline.cli.quality_show import show_comparison, show_scores
from pipeline.errors import InputError, NothingChecked, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.quality import CorpusScorer, Score
    from pipeline.quality.metrics.significance import Comparison
    from pipeline.quality.report.compare import RunComparison
    from pipeline.quality.report.gates import Gate

__all__ = ["app"]

app = typer.Typer(
    name="quality",
    help="Score, check and compare translations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


class Level(StrEnum):
    """What is scored one by one."""

    corpus = "corpus"
    document = "document"
    segment = "segment"


class By(StrEnum):
    """What a segment of a text file is."""

    lines = "lines"
    blocks = "blocks"


class Test(StrEnum):
    """A paired significance test."""

    bs = "bs"
    ar = "ar"


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


def _blocks(path: Path) -> list[str]:
    from pipeline.run.reporting.scoring import reference_blocks

    return reference_blocks(path)


def _single(paths: Sequence[Path] | None) -> Path | None:
    if not paths:
        return None
    if len(paths) > 1:
        raise UsageError(
            "two runs are compared with one reference",
            place=", ".join(str(path) for path in paths),
            next_step="give one file or one folder; `quality score` and `report` take several",
        )
    return paths[0]


def _gated(gates: Sequence[Gate], values: Mapping[str, float | None]) -> None:
    """Check the gates and say so where all are passed: in a log, silence reads as forgotten."""
    from pipeline.quality import check_gates

    check_gates(gates, values)
    if gates:
        passed = ", ".join(f"{g.name} {values[g.name]:.4g} (at least {g.least:g})" for g in gates)
        typer.echo(f"Gates passed: {passed}", err=True)


# --- score -------------------------------------------------------------------------


@app.command("score")
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
    level: Annotated[Level, typer.Option(help="What is scored one by one.")] = Level.corpus,
    by: Annotated[
        By, typer.Option(help="lines, or blocks: paragraphs, aligned by length where need be.")
    ] = By.lines,
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
    fit together; 4 a file that cannot be read; 9 a test set that cannot be downloaded.
    """
    from pipeline.quality import CorpusScorer, parse_gates
    from pipeline.quality.metrics.alignment import find_reference

    gates = parse_gates(fail_under or ())
    metrics = tuple(metric or ("bleu", "chrf"))
    if not hypothesis.exists():
        raise InputError(
            "there is no such file or folder", place=str(hypothesis), next_step="check the path"
        )
    if hypothesis.is_dir():
        _score_run(hypothesis, reference or None, metrics, confidence, level, width, gates, as_json)
        return
    if testset and reference:
        raise UsageError("--testset and --reference exclude each other", next_step="give one")
    if testset:
        from pipeline.quality.metrics.testsets import fetch_testset

        references: Sequence[Path] = fetch_testset(testset, langpair)[1]
    elif reference:
        references = reference
    else:
        found = find_reference(hypothesis)
        if not found:
            raise NothingChecked(
                "there is no reference",
                place=str(hypothesis),
                next_step="give one with --reference, or a test set with --testset",
            )
        references = (found,)
    scorer = CorpusScorer(metrics)
    documents: list[tuple[str, range]] = []
    notes: list[str] = []
    if by is By.blocks:
        notes = _add_blocks(scorer, hypothesis, references)
    else:
        documents = _add_lines(scorer, hypothesis, references, doc_ids)
    scores = scorer.scores(bootstrap=confidence)
    rows: list[tuple[str, Sequence[Score] | Sequence[float]]] = []
    if level is Level.document:
        if not documents:
            raise UsageError(
                "the documents of the lines are not known",
                next_step="give --doc-ids FILE, or a run's output folder",
            )
        rows = [(name, scorer.scores(rows=lines)) for name, lines in documents]
    elif level is Level.segment:
        columns = [scorer.segment_values(name) for name in scorer.names]
        rows = [(str(n), values) for n, values in enumerate(zip(*columns, strict=True), 1)]
    show_scores(scores, rows, notes, width, as_json)
    _gated(gates, {item.metric: item.value for item in scores})


def _add_lines(
    scorer: CorpusScorer, hypothesis: Path, references: Sequence[Path], doc_ids: Path | None
) -> list[tuple[str, range]]:
    from pipeline.quality.metrics.lines import parallel_lines

    paths = [hypothesis, *references, *([doc_ids] if doc_ids else [])]
    names: list[str] = []
    first: str | None = None
    alike = True
    blank = [hypothesis, *references]
    for lines, *streams in parallel_lines(paths):
        if doc_ids:
            names += streams.pop()
        blank = [
            path
            for path, stream in zip((hypothesis, *references), (lines, *streams), strict=True)
            if path in blank and not any(stream)
        ]
        scorer.add(lines, streams)
        first = lines[0] if first is None else first
        alike = alike and all(line == first for line in lines)
    if blank:
        raise NothingChecked(
            "there is no text in it, only empty lines",
            place=str(blank[0]),
            next_step="give files with text in them",
        )
    if alike and scorer.n > 1:
        typer.echo(f"warning: all {scorer.n} segments of {hypothesis} are the same text", err=True)
    documents = []
    start = 0
    for name, group in groupby(names):
        stop = start + len(list(group))
        documents.append((name, range(start, stop)))
        start = stop
    return documents


def _add_blocks(scorer: CorpusScorer, hypothesis: Path, references: Sequence[Path]) -> list[str]:
    from pipeline.quality.metrics.alignment import align_blocks

    texts = [
        [block for block in _blocks(path) if block.strip()] for path in (hypothesis, *references)
    ]
    for path, blocks in zip((hypothesis, *references), texts, strict=True):
        if not blocks:
            raise NothingChecked(
                "there is no text in it", place=str(path), next_step="give a text with words in it"
            )
    aligned = align_blocks(hypothesis.name, texts[0], texts[1:])
    scorer.add(aligned.blocks, aligned.references)
    return [f"{hypothesis}: {aligned.note}"] if aligned.note else []


def _score_run(
    outputs: Path,
    reference: Sequence[Path] | None,
    metrics: Sequence[str],
    confidence: int,
    level: Level,
    width: int,
    gates: Sequence[Gate],
    as_json: bool,
) -> None:
    from pipeline.quality import build_report

    report = build_report(
        outputs,
        references=reference,
        read_blocks=_blocks,
        checks=(),
        corpus_checks=(),
        metrics=metrics,
        bootstrap=confidence,
    )
    if not report.scores:
        raise NothingChecked(
            "no document has a reference",
            place=str(outputs),
            next_step="give the folder of the references with --reference",
        )
    rows: list[tuple[str, Sequence[Score] | Sequence[float]]] = []
    if level is Level.document:
        rows = [(doc.document, doc.scores) for doc in report.documents if doc.scores]
    elif level is Level.segment:
        rows = [(s.place, (s.chrf,)) for s in report.segments if s.chrf is not None]
    show_scores(report.scores, rows, report.notes, width, as_json)
    _gated(gates, report.gate_values())


# --- compare -----------------------------------------------------------------------


@app.command("compare")
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
        Test, typer.Option(help="bs: paired bootstrap; ar: approximate randomisation.")
    ] = Test.bs,
    samples: Annotated[
        int, typer.Option(min=0, help="Resamples or trials; 0 for sacrebleu's default.")
    ] = 0,
    fail_under: FailUnder = None,
    as_json: AsJson = False,
) -> None:
    """Compare translations with a baseline: deltas, p-values, what got better and worse.

    Exit codes: 0 compared; 12 nothing to compare (the same text twice, too); 13 the last
    system is below --fail-under; 11 files that do not fit together.
    """
    from pipeline.quality import compare_outputs, compare_runs, parse_gates
    from pipeline.quality.metrics.significance import compare_systems

    gates = parse_gates(fail_under or ())
    metrics = tuple(metric or ("bleu", "chrf"))
    if len(systems) < 2:
        raise UsageError("two translations are compared", next_step="give a second one")
    kind = test.value
    result: RunComparison | None = None
    comparison: Comparison | None = None
    if all(path.is_dir() for path in systems):
        if len(systems) > 2:
            raise UsageError("two runs are compared at a time", next_step="give two folders")
        result = compare_runs(
            systems[0],
            systems[1],
            references=_single(reference),
            read_blocks=_blocks,
            metrics=metrics,
            test="ar" if kind == "ar" else "bs",
            samples=samples,
        )
        comparison = result.comparison
    elif any(path.is_dir() for path in systems):
        raise UsageError(
            "a run's folder and a file cannot be compared",
            place=", ".join(str(path) for path in systems),
            next_step="give two folders, or files with one segment a line",
        )
    else:
        names, outputs, references = _systems(systems, reference or ())
        if len(outputs) == 2:
            result = compare_outputs(
                (names[0], names[1]),
                outputs[0],
                outputs[1],
                references,
                metrics=metrics,
                test="ar" if kind == "ar" else "bs",
                samples=samples,
            )
            comparison = result.comparison
        else:
            comparison = compare_systems(
                list(zip(names, outputs, strict=True)),
                references,
                metrics=metrics,
                test="ar" if kind == "ar" else "bs",
                samples=samples,
            )
    if as_json:
        emit_json(asdict(result) if result else {"comparison": asdict(comparison or _nothing())})
    else:
        show_comparison(comparison, result)
    last = comparison.systems[-1] if comparison else ""
    scores = comparison.scores if comparison else ()
    _gated(gates, {item.metric: item.value for item in scores if item.system == last})


def _nothing() -> Comparison:
    raise NothingChecked("nothing was compared", next_step="give references")


def _systems(
    paths: Sequence[Path], references: Sequence[Path]
) -> tuple[list[str], list[list[str]], list[list[str]]]:
    from pipeline.quality.metrics.lines import parallel_lines

    if not references:
        raise NothingChecked(
            "there is no reference", next_step="give one with --reference, lines as in the outputs"
        )
    columns: list[list[str]] = [[] for _ in (*paths, *references)]
    for slices in parallel_lines([*paths, *references]):
        for column, lines in zip(columns, slices, strict=True):
            column += lines
    names = [str(path) for path in paths]
    return names, columns[: len(paths)], columns[len(paths) :]


# --- report ------------------------------------------------------------------------


@app.command("report")
def report(
    outputs: Annotated[Path, typer.Argument(help="A run's output folder.")] = Path("outputs"),
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
    13 below --fail-under; 4 a file that cannot be read.
    """
    from pipeline.quality import (
        build_report,
        choose_checks,
        choose_corpus_checks,
        parse_gates,
        render_json,
        render_text,
        write_report,
    )

    gates = parse_gates(fail_under or ())
    result = build_report(
        outputs,
        references=reference or None,
        read_blocks=_blocks,
        checks=choose_checks(only or (), without or ()),
        corpus_checks=choose_corpus_checks(only or (), without or ()),
        metrics=tuple(metric or ("bleu", "chrf")),
    )
    page = write_report(result, outputs)
    if as_json:
        typer.echo(render_json(result))
    else:
        typer.echo(render_text(result, style=style_for(sys.stdout)))
        typer.echo(f"The whole report: {page}")
    _gated(gates, result.gate_values())


app.command("checks")(checks)
