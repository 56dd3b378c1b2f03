"""Glossary commands that read a corpus, a run or a model: suggest, stats, calibrate."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import (
    AsJson,
    Given,
    answer,
    emit_json,
    settings_options,
    style_for,
    table_of_run,
)
from pipeline.config import Settings, load_settings
from pipeline.errors import InputError
from pipeline.wording import columns, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.quality.metrics.terms import TermMetrics


def sentences_of(paths: Sequence[str], settings: Settings) -> Iterator[tuple[str, str]]:
    """Read French documents sentence by sentence: (document, sentence)."""
    from pipeline.documents import read_document
    from pipeline.run.discovery import Passed, discover
    from pipeline.segmentation import split
    from pipeline.translate.reading import reading_of

    out, reading = settings.path("out"), reading_of(settings)
    for _, found in discover(paths, out=out):
        if isinstance(found, Passed):
            if found.kind == "skipped":
                typer.echo(f"skipped {found.name}: {found.reason}", err=True)
            continue
        try:
            document = read_document(found.path, doc_id=found.doc_id, reading=reading)
        except InputError as error:
            typer.echo(f"skipped {error}", err=True)
            continue
        for block in document.blocks:
            for span in split(block.text):
                yield found.doc_id, block.text[span.start : span.end]


@settings_options("out", "glossary", out="Output folder. [outputs]")
def suggest(
    paths: Annotated[list[str], typer.Argument(help="French documents: files, folders, patterns.")],
    *,
    min_count: Annotated[int, typer.Option(min=1, help="Occurrences of a multi-word term.")] = 3,
    limit: Annotated[int, typer.Option(min=1, help="Rows of each kind.")] = 30,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Print rows for terms that the glossary lacks, ready to paste under its header."""
    from pipeline.glossary.file import COLUMNS
    from pipeline.glossary.suggest import Candidate, suggest, unstable_names
    from pipeline.lists import as_table
    from pipeline.table import read_rows
    from pipeline.translate.opening import open_glossary

    settings = load_settings(given)
    termbase = open_glossary(settings, warn=lambda _: None).termbase
    found: list[Candidate] = list(
        suggest(sentences_of(paths, settings), termbase, min_count=min_count)
    )
    table = settings.path("out") / "segments.parquet"
    if table.is_file():
        rows = ((row.doc_id, row.source, row.target) for row in read_rows(table))
        found += unstable_names(rows, termbase)
    kinds = ("unstable", "name", "term")
    shown = [c for kind in kinds for c in [f for f in found if f.kind == kind][:limit]]
    if as_json:
        emit_json([{**asdict(c), "status": c.status} for c in shown])
        return
    shape = _shape(settings)
    names, delimiter = shape or (COLUMNS, ",")
    lines = [] if shape else [{name: name for name in names}]
    lines += [
        {
            "source": c.source,
            "status": "" if c.status == "preferred" else c.status,
            "note": _remark(c.kind, c.count, c.documents, c.variants, c.example),
        }
        for c in shown
    ]
    typer.echo(as_table(lines, names, delimiter), nl=False)
    new = "" if shape else "; no glossary yet: with this header they are one"
    total = counted(len(found), "candidate")
    typer.echo(f"{len(shown):,} of {total}; fill in the targets{new}", err=True)


def _remark(kind: str, count: int, documents: int, variants: tuple[str, ...], example: str) -> str:
    also = f"; {'rendered as' if kind == 'unstable' else 'also'} {', '.join(variants[:4])}"
    place = f"{count} in {counted(documents, 'document')}"
    short = example if len(example) <= 160 else example[:157].rsplit(" ", 1)[0] + " …"
    return f"{place}{also if variants else ''}; {short}"


def _shape(settings: Settings) -> tuple[tuple[str, ...], str] | None:
    from pipeline.glossary.file import read_sheet

    for path in reversed(settings.paths("glossary")):
        if path.is_file():
            sheet = read_sheet(path)
            return sheet.columns, sheet.delimiter
    return None


@settings_options("out", out="Output folder. [outputs]")
def stats(
    *,
    given: Given,
    limit: Annotated[int, typer.Option(min=1, help="Terms to show, worst first.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Count, term by term, what the last run made of the glossary."""
    from pipeline.quality import TermTally
    from pipeline.table import read_rows

    table = table_of_run(load_settings(given).path("out"))
    tally = TermTally()
    for row in read_rows(table):
        tally.add(row)
    for row in read_rows(table):
        tally.add_over_use(row)
    result = tally.result()
    lines = _tallied(result, limit)
    if not result.occurrences and not result.forbidden:
        lines = iter([f"{table}: no term of the glossary occurs in it"])
    answer(lines, asdict(result), as_json=as_json)


def _tallied(result: TermMetrics, limit: int) -> Iterator[str]:
    style = style_for(typer.get_text_stream("stdout"))
    share = f"{result.satisfied / result.occurrences:.1%}" if result.occurrences else "–"
    yield style(f"{result.satisfied} of {result.occurrences} occurrences ({share})", "strong")
    yield f"  by rung: {_rungs(result.by_rung)}"
    yield (
        f"  violated {result.violated}, forbidden forms {result.forbidden}, "
        f"beyond the source {result.over_use}"
    )
    if result.consistency_frequent_micro is not None:
        yield f"  rendered alike {result.consistency_frequent_micro:.1%}"
    width = min(max((len(t.term) for t in result.terms[:limit]), default=0), 32)
    for term in result.terms[:limit]:
        forms = ", ".join(f"{form} ×{count}" for form, count in term.renderings) or "–"
        line = f"  {term.term:<{width}}  {term.satisfied}/{term.occurrences}  {forms}"
        line += f"  ({_rungs(term.rungs)})" if term.rungs else ""
        line += f"  {term.violated} violated" if term.violated else ""
        line += f"  +{term.over_use} beyond the source" if term.over_use else ""
        yield style(line, "bad") if term.violated else line


def _rungs(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)


@settings_options(
    "engine",
    "model",
    "beam",
    "threads",
    model="Name or folder of a model.",
    beam="Beam size of the runs.",
    threads="Processor threads.",
)
def calibrate(*, given: Given, as_json: AsJson = False) -> None:
    """Measure which placeholder the model carries through, and keep the answer."""
    from pipeline.glossary.enforce import NEEDED, calibrate, save_shape
    from pipeline.models import Store, default_root
    from pipeline.translate.engine_choice import open_engine

    root = default_root()
    # Without a glossary an engine opens unmeasured.
    chosen = open_engine(
        replace(load_settings(given), glossary=()),
        Store(root),
        progress=lambda t: typer.echo(t, err=True),
    )
    shape, measured = calibrate(chosen.engine.translate)
    path = save_shape(root, chosen.engine.fingerprint, shape, measured)
    verdict = f"no masked passes: none is whole in {NEEDED:.0%} of the sentences"
    if shape:
        verdict = f"masked passes use {shape.template}"
    counts = (
        (
            m.template,
            f"{m.survived}/{m.placeholders} placeholders, {m.whole}/{m.sentences} sentences",
        )
        for m in measured
    )
    table = [{**asdict(m), "survival": m.survival, "usable": m.usable} for m in measured]
    answer(
        [
            f"engine: {chosen.why}",
            *(f"  {line}" for line in columns(list(counts), least=(12,))),
            f"{verdict}; kept in {path}",
        ],
        {
            "engine": chosen.why,
            "template": shape.template if shape else None,
            "measured": table,
            "file": str(path),
        },
        as_json=as_json,
    )
