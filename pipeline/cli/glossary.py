"""``passerelle glossary``: see, check, edit, suggest, count, exchange, calibrate."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import emit_json, style_for
from pipeline.config import Settings, load_settings
from pipeline.errors import GlossaryError, InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.glossary import TermBase
    from pipeline.glossary.csvfile import Row

__all__ = ["app"]

app = typer.Typer(
    name="glossary",
    help="See, check and edit the glossary of terms.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--glossary", "-g", help="Glossary CSV; may be repeated, later ones win."),
]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", help="Keep only rows of this domain.")
]
InFile = Annotated[
    str | None, typer.Option("--file", "-f", help="Glossary CSV to edit. [the last one in use]")
]
Line = Annotated[int, typer.Option(min=0, help="Line of the row, where a term has several.")]
Source = Annotated[str, typer.Argument(help="The French term, as it stands in the file.")]
Out = Annotated[str | None, typer.Option("--out", "-o", help="Output folder. [outputs]")]


def _settings(
    glossary: list[str] | None = None, domain: list[str] | None = None, **more: object
) -> Settings:
    return load_settings({"glossary": glossary or None, "domain": domain or None, **more})


def _paths(settings: Settings) -> list[Path]:
    from pipeline.run.paths import settings_path

    return [settings_path(settings, "glossary", name) for name in settings.glossary if name]


def _termbase(settings: Settings) -> TermBase:
    from pipeline.glossary import load_termbase

    return load_termbase(_paths(settings), domains=settings.domain)


def _target(file: str | None, source: str = "") -> Path:
    """Choose the file to edit: the one asked for, the last that has the term, or the last."""
    if file:
        return Path(file)
    paths = _paths(_settings())
    if not paths:
        raise UsageError("no glossary is in use", next_step="name the file with --file")
    if source:
        from pipeline.glossary.csvfile import read_sheet
        from pipeline.glossary.normal import compose

        for path in reversed(paths):
            if path.is_file():
                sheet = read_sheet(path)
                if any(compose(sheet.get(r, "source")) == compose(source) for r in sheet.rows):
                    return path
    return paths[-1]


def _row(path: Path, row: Row, did: str, *, as_json: bool) -> None:
    from pipeline.glossary.lint import lint as check

    warnings = [] if did == "removed" else [p for p in check([path]) if p.line == row.line]
    if as_json:
        values = list(row.values)
        found = [asdict(p) for p in warnings]
        place = {"file": str(path), "line": row.line}
        emit_json({"done": did, **place, "values": values, "problems": found})
        return
    typer.echo(f"{did} {path}:{row.line}: {' | '.join(_cut(v) for v in row.values if v)}")
    for problem in warnings:
        typer.echo(str(problem), err=True)


def _cut(text: str) -> str:
    """Give a cell on one line of bearable length."""
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:198] + " …"


@app.command("list")
def list_terms(
    word: Annotated[str, typer.Argument(help="Show only rows that hold this text.")] = "",
    *,
    glossary: Files = None,
    domain: Domains = None,
    as_json: AsJson = False,
) -> None:
    """List the terms in use, with the place of each row."""
    terms = _termbase(_settings(glossary, domain)).terms
    needle = word.casefold()
    shown = [
        t
        for t in terms
        if any(needle in text.casefold() for text in (t.source, *t.targets, t.note))
    ]
    if as_json:
        emit_json([asdict(t) for t in shown])
        return
    for t in shown:
        target = _cut(" | ".join(t.targets)) if t.targets else "(as it is)"
        mark = "" if t.status == "preferred" else f"  [{t.status}]"
        typer.echo(f"{t.place}: {_cut(t.source)} → {target}{mark}")
    typer.echo(f"{len(shown)} of {_count(len(terms), 'term')}", err=True)


@app.command()
def add(
    source: Source,
    target: Annotated[str, typer.Argument(help="English forms, | between them.")] = "",
    *,
    status: Annotated[str, typer.Option(help="preferred, dnt or forbidden.")] = "",
    case: Annotated[str, typer.Option(help="smart, exact or ignore.")] = "",
    inflect: Annotated[str, typer.Option(help="yes or no.")] = "",
    wrong: Annotated[str, typer.Option(help="Known bad renderings, | between them.")] = "",
    domain: Annotated[str, typer.Option(help="Tags, | between them.")] = "",
    priority: Annotated[str, typer.Option(help="Whole number; more wins.")] = "",
    note: Annotated[str, typer.Option(help="For people.")] = "",
    file: InFile = None,
    as_json: AsJson = False,
) -> None:
    """Append a row; without a target the term is kept as it is."""
    from pipeline.glossary.csvedit import add_row

    path = _target(file)
    values = {
        "source": source,
        "target": target,
        "status": status or ("" if target else "dnt"),
        "case": case,
        "inflect": inflect,
        "wrong": wrong,
        "domain": domain,
        "priority": priority,
        "note": note,
    }
    _row(path, add_row(path, values), "added", as_json=as_json)


@app.command("set")
def set_values(
    source: Source,
    changes: Annotated[list[str], typer.Argument(help="column=value, for instance target=AI.")],
    *,
    line: Line = 0,
    file: InFile = None,
    as_json: AsJson = False,
) -> None:
    """Change cells of a row; every other byte of the file stays."""
    from pipeline.glossary.csvedit import set_row

    values: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{change!r} is no column=value", next_step="write target=AI")
        values[name.strip().casefold()] = value
    path = _target(file, source)
    _row(path, set_row(path, source, values, line=line), "changed", as_json=as_json)


@app.command()
def remove(source: Source, *, line: Line = 0, file: InFile = None, as_json: AsJson = False) -> None:
    """Remove a row; every other byte of the file stays."""
    from pipeline.glossary.csvedit import remove_row

    path = _target(file, source)
    _row(path, remove_row(path, source, line=line), "removed", as_json=as_json)


def _sentences(paths: list[str], settings: Settings) -> Iterator[tuple[str, str]]:
    """Read French documents sentence by sentence: (document, sentence)."""
    from pipeline.documents import is_supported, output_name, read_document
    from pipeline.run.inputs import Passed, discover
    from pipeline.run.paths import settings_path
    from pipeline.segmentation import split

    out = settings_path(settings, "out", settings.out)
    for _, found in discover(paths, out=out, supported=is_supported, output_name=output_name):
        if isinstance(found, Passed):
            if found.kind == "skipped":
                typer.echo(f"skipped {found.name}: {found.reason}", err=True)
            continue
        try:
            document = read_document(found.path, doc_id=found.doc_id)
        except InputError as error:
            typer.echo(f"skipped {error}", err=True)
            continue
        for block in document.blocks:
            for span in split(block.text):
                yield found.doc_id, block.text[span.start : span.end]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@app.command()
def lint(
    files: Annotated[list[str] | None, typer.Argument(help="CSV files. [those in use]")] = None,
    *,
    corpus: Annotated[
        list[str] | None,
        typer.Option(help="Documents; terms that occur in none of them are named."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name every problem with file, row, column and next step. Errors exit with 1."""
    from pipeline.glossary.lint import lint as check

    settings = _settings()
    paths = [Path(f) for f in files] if files else _paths(settings)
    if not paths:
        raise UsageError("no glossary is in use", next_step="name the file: lint terms.csv")
    texts = (text for _, text in _sentences(corpus, settings)) if corpus else None
    problems = check(paths, corpus=texts)
    errors = [p for p in problems if p.severity == "error"]
    if as_json:
        emit_json({"errors": len(errors), "problems": [asdict(p) for p in problems]})
    else:
        for problem in problems:
            typer.echo(str(problem))
        names = ", ".join(str(p) for p in paths)
        warnings = len(problems) - len(errors)
        typer.echo(f"{names}: {_count(len(errors), 'error')}, {_count(warnings, 'warning')}")
    if errors:
        raise typer.Exit(1)


@app.command()
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
    from pipeline.glossary.exchange import as_csv_rows
    from pipeline.glossary.rows import COLUMNS
    from pipeline.glossary.suggest import Candidate, suggest, unstable_names

    settings = _settings(glossary, None, out=out)
    termbase = _termbase(settings)
    found: list[Candidate] = list(
        suggest(_sentences(paths, settings), termbase, min_count=min_count)
    )
    rows = _last_run(settings)
    if rows is not None:
        found += unstable_names(rows, termbase)
    kinds = ("unstable", "name", "term")
    shown = [c for kind in kinds for c in [f for f in found if f.kind == kind][:limit]]
    if as_json:
        emit_json([{**asdict(c), "status": c.status} for c in shown])
        return
    columns, delimiter = _shape(settings) or (COLUMNS, ",")
    lines = [
        {
            "source": c.source,
            "status": "" if c.status == "preferred" else c.status,
            "note": _remark(c.kind, c.count, c.documents, c.variants, c.example),
        }
        for c in shown
    ]
    typer.echo(as_csv_rows(lines, columns, delimiter), nl=False)
    typer.echo(f"{len(shown)} of {_count(len(found), 'candidate')}; fill in the targets", err=True)


def _remark(kind: str, count: int, documents: int, variants: tuple[str, ...], example: str) -> str:
    also = f"; {'rendered as' if kind == 'unstable' else 'also'} {', '.join(variants[:4])}"
    place = f"{count} in {documents} document{'s' if documents != 1 else ''}"
    short = example if len(example) <= 160 else example[:157].rsplit(" ", 1)[0] + " …"
    return f"{place}{also if variants else ''}; {short}"


def _shape(settings: Settings) -> tuple[tuple[str, ...], str] | None:
    from pipeline.glossary.csvfile import read_sheet

    for path in reversed(_paths(settings)):
        if path.is_file():
            sheet = read_sheet(path)
            return sheet.columns, sheet.delimiter
    return None


def _last_run(settings: Settings) -> Iterator[tuple[str, str, str]] | None:
    from pipeline.quality.rows import read_rows
    from pipeline.run.paths import settings_path

    table = settings_path(settings, "out", settings.out) / "segments.parquet"
    if not table.is_file():
        return None
    return ((row.doc_id, row.source, row.target) for row in read_rows(table))


@app.command()
def stats(
    *,
    out: Out = None,
    limit: Annotated[int, typer.Option(min=1, help="Terms to show, worst first.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Count, term by term, what the last run made of the glossary."""
    from pipeline.quality.rows import read_rows
    from pipeline.quality.terms import TermTally
    from pipeline.run.paths import settings_path

    settings = _settings(out=out)
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


@app.command("import")
def import_terms(
    file: Annotated[str, typer.Argument(help="TSV, CSV, TBX or TMX file.")],
    *,
    into: InFile = None,
    form: Annotated[str, typer.Option("--format", help="tsv, csv, tbx or tmx. [suffix]")] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace rows that say something else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add the terms of another tool's glossary. Rows with errors are left out: exit code 1."""
    from pipeline.glossary.csvedit import merge_rows
    from pipeline.glossary.exchange import read_terms_of

    path = _target(into)
    result = merge_rows(path, read_terms_of(Path(file), form=form), overwrite=overwrite)
    if as_json:
        emit_json({"file": str(path), **asdict(result)})
    else:
        typer.echo(
            f"{path}: {result.added} added, {result.changed} changed, {result.same} there already"
        )
        for source in result.conflicts:
            typer.echo(f"left alone: {source!r} has another target here (see --overwrite)")
        for problem in result.problems:
            typer.echo(f"left out: {problem}")
    if result.problems:
        raise typer.Exit(1)


@app.command("export")
def export_terms(
    file: Annotated[str, typer.Argument(help="TSV, CSV, TBX or TMX file to write.")],
    *,
    form: Annotated[str, typer.Option("--format", help="tsv, csv, tbx or tmx. [suffix]")] = "",
    glossary: Files = None,
    domain: Domains = None,
    as_json: AsJson = False,
) -> None:
    """Write the terms in use for another tool."""
    from pipeline.glossary.exchange import write_terms_as

    settings = _settings(glossary, domain)
    path = Path(file)
    if any(path.resolve() == p.resolve() for p in _paths(settings)):
        raise GlossaryError(
            "that is a glossary in use", place=file, next_step="write to another file"
        )
    count = write_terms_as(path, _termbase(settings).terms, form=form)
    if as_json:
        emit_json({"file": file, "entries": count})
    else:
        typer.echo(f"{file}: {count} {'entry' if count == 1 else 'entries'}")


@app.command()
def calibrate(
    *,
    engine: Annotated[str | None, typer.Option(help="auto, argos or bundled. [auto]")] = None,
    model: Annotated[str | None, typer.Option(help="Name or folder of a model.")] = None,
    beam: Annotated[int | None, typer.Option(min=1, help="Beam size of the runs.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure which placeholder the model carries through, and keep the answer."""
    from pipeline.glossary.calibrate import NEEDED, calibrate, save_shape
    from pipeline.models import Store, default_root
    from pipeline.run.engine_choice import open_engine

    settings = _settings(engine=engine, model=model, beam=beam, threads=threads)
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
