"""Glossary commands that read a corpus, a run or a model: suggest, stats, calibrate."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import emit_json, style_for
from pipeline.cli.glossary_common import (
    AsJson,
    Files,
    Out,
    count,
    glossary_paths,
    sentences_of,
    settings_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.config import Settings

__all__ = ["calibrate", "stats", "suggest"]


def suggest(
    paths: Annotated[list[str], typer.Argument(help="French documents: files, folders, patterns.")],
    *,
    min_count: Annotated[int, typer.Option(min=1, help="Occurrences of a multi-word term.")] = 3,
    limit: Annotated[int, typer.Option(min=1, help="Rows of each kind.")] = 30,
    out: Out = None,
    glossary: Files = None,
    as_json: AsJson = False,
) -> None:
    """Print rows for terms that the glossary lacks, ready to paste under its header."""
    from pipeline.glossary.file import COLUMNS, as_table
    from pipeline.glossary.suggest import Candidate, suggest, unstable_names
    from pipeline.translate.opening import open_glossary

    settings = settings_of(glossary, None, out=out)
    termbase = open_glossary(settings, warn=lambda _: None).termbase
    found: list[Candidate] = list(
        suggest(sentences_of(paths, settings), termbase, min_count=min_count)
    )
    rows = _last_run(settings)
    if rows is not None:
        found += unstable_names(rows, termbase)
    kinds = ("unstable", "name", "term")
    shown = [c for kind in kinds for c in [f for f in found if f.kind == kind][:limit]]
    if as_json:
        emit_json([{**asdict(c), "status": c.status} for c in shown])
        return
    shape = _shape(settings)
    columns, delimiter = shape or (COLUMNS, ",")
    lines = [] if shape else [{name: name for name in columns}]
    lines += [
        {
            "source": c.source,
            "status": "" if c.status == "preferred" else c.status,
            "note": _remark(c.kind, c.count, c.documents, c.variants, c.example),
        }
        for c in shown
    ]
    typer.echo(as_table(lines, columns, delimiter), nl=False)
    new = "" if shape else "; no glossary yet: with this header they are one"
    total = count(len(found), "candidate")
    typer.echo(f"{len(shown)} of {total}; fill in the targets{new}", err=True)


def _remark(kind: str, count: int, documents: int, variants: tuple[str, ...], example: str) -> str:
    also = f"; {'rendered as' if kind == 'unstable' else 'also'} {', '.join(variants[:4])}"
    place = f"{count} in {documents} document{'s' if documents != 1 else ''}"
    short = example if len(example) <= 160 else example[:157].rsplit(" ", 1)[0] + " …"
    return f"{place}{also if variants else ''}; {short}"


def _shape(settings: Settings) -> tuple[tuple[str, ...], str] | None:
    from pipeline.glossary.file import read_sheet

    for path in reversed(glossary_paths(settings)):
        if path.is_file():
            sheet = read_sheet(path)
            return sheet.columns, sheet.delimiter
    return None


def _last_run(settings: Settings) -> Iterator[tuple[str, str, str]] | None:
    from pipeline.table import read_rows
    from pipeline.translate.opening import settings_path

    table = settings_path(settings, "out", settings.out) / "segments.parquet"
    if not table.is_file():
        return None
    return ((row.doc_id, row.source, row.target) for row in read_rows(table))


def stats(
    *,
    out: Out = None,
    limit: Annotated[int, typer.Option(min=1, help="Terms to show, worst first.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Count, term by term, what the last run made of the glossary."""
    from pipeline.quality import TermTally
    from pipeline.table import read_rows
    from pipeline.translate.opening import settings_path

    settings = settings_of(out=out)
    table = settings_path(settings, "out", settings.out) / "segments.parquet"
    tally = TermTally()
    for row in read_rows(table):
        tally.add(row)
    for row in read_rows(table):
        tally.add_over_use(row)
    result = tally.result()
    if as_json:
        emit_json(asdict(result))
        return
    if not result.occurrences and not result.forbidden:
        typer.echo(f"{table}: no term of the glossary occurs in it")
        return
    style = style_for(typer.get_text_stream("stdout"))
    rungs = ", ".join(f"{name} {count}" for name, count in result.by_rung)
    share = f"{result.satisfied / result.occurrences:.1%}" if result.occurrences else "–"
    typer.echo(style(f"{result.satisfied} of {result.occurrences} occurrences ({share})", "strong"))
    typer.echo(f"  by rung: {rungs}")
    typer.echo(
        f"  violated {result.violated}, forbidden forms {result.forbidden}, "
        f"beyond the source {result.over_use}"
    )
    if result.consistency_frequent_micro is not None:
        typer.echo(f"  rendered alike {result.consistency_frequent_micro:.1%}")
    width = min(max((len(t.term) for t in result.terms[:limit]), default=0), 32)
    for term in result.terms[:limit]:
        forms = ", ".join(f"{form} ×{count}" for form, count in term.renderings) or "–"
        rungs = ", ".join(f"{name} {count}" for name, count in term.rungs)
        more = f"  {term.violated} violated" if term.violated else ""
        more += f"  +{term.over_use} beyond the source" if term.over_use else ""
        line = f"  {term.term:<{width}}  {term.satisfied}/{term.occurrences}  {forms}"
        line += f"  ({rungs}){more}" if rungs else more
        typer.echo(style(line, "bad") if term.violated else line)


def calibrate(
    *,
    engine: Annotated[
        str | None, typer.Option(help="auto, argos, bundled, or a plug-in's. [auto]")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name or folder of a model.")] = None,
    beam: Annotated[int | None, typer.Option(min=1, help="Beam size of the runs.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure which placeholder the model carries through, and keep the answer."""
    from pipeline.glossary.enforce import NEEDED, calibrate, save_shape
    from pipeline.models import Store, default_root
    from pipeline.translate.engine_choice import open_engine

    settings = settings_of(engine=engine, model=model, beam=beam, threads=threads)
    root = default_root()
    # Without a glossary an engine opens unmeasured.
    chosen = open_engine(
        replace(settings, glossary=()), Store(root), progress=lambda t: typer.echo(t, err=True)
    )
    shape, measured = calibrate(chosen.engine.translate)
    path = save_shape(root, chosen.engine.fingerprint, shape, measured)
    if as_json:
        table = [{**asdict(m), "survival": m.survival, "usable": m.usable} for m in measured]
        template = shape.template if shape else None
        emit_json(
            {"engine": chosen.why, "template": template, "measured": table, "file": str(path)}
        )
        return
    typer.echo(f"engine: {chosen.why}")
    for m in measured:
        typer.echo(
            f"  {m.template:<12} {m.survived}/{m.placeholders} placeholders, "
            f"{m.whole}/{m.sentences} sentences"
        )
    if shape:
        typer.echo(f"masked passes use {shape.template}; kept in {path}")
    else:
        typer.echo(
            f"no masked passes: none is whole in {NEEDED:.0%} of the sentences; kept in {path}"
        )
