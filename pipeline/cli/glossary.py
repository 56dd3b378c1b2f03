"""``passerelle glossary``: see, check, edit, suggest, count, exchange, calibrate."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import AsJson, Given, answer, examples, new_app, settings_options
from pipeline.cli.glossary_impact import impact
from pipeline.cli.glossary_words import calibrate, sentences_of, stats, suggest
from pipeline.config import load_settings
from pipeline.errors import EXIT_SKIPPED, GlossaryError, UsageError
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.glossary import Term
    from pipeline.glossary.file import Problem
    from pipeline.lists import Row

app = new_app(
    "glossary",
    "See, check and edit the glossary of terms.",
    epilog=examples(
        "passerelle glossary list",
        'passerelle glossary add "jumeau numérique" "digital twin"',
        "passerelle glossary lint",
    ),
)

InFile = Annotated[
    str | None, typer.Option("--file", "-f", help="Glossary CSV to edit. [the last one in use]")
]
Line = Annotated[int, typer.Option(min=0, help="Line of the row, where a term has several.")]
Source = Annotated[str, typer.Argument(help="The French term, as it stands in the file.")]
Format = Annotated[str, typer.Option("--format", help="tsv, csv, tbx or tmx. [suffix]")]

_FEW = 10  # errors that a hook names

_in_use = settings_options("glossary", "domain", domain="Keep only rows of this domain.")


def _terms(given: Given) -> Sequence[Term]:
    from pipeline.glossary import load_termbase

    settings = load_settings(given)
    return load_termbase(settings.paths("glossary"), domains=settings.domain).terms


def _target(file: str | None, source: str = "") -> Path:
    """Choose the file to edit: the one asked for, the last that has the term, or the last."""
    if file:
        return Path(file)
    paths = load_settings().paths("glossary")
    if not paths:
        raise UsageError("no glossary is in use", next_step="name the file with --file")
    if source:
        from pipeline.glossary.file import read_sheet
        from pipeline.glossary.match import compose

        for path in reversed(paths):
            if path.is_file():
                sheet = read_sheet(path)
                if any(compose(sheet.get(r, "source")) == compose(source) for r in sheet.rows):
                    return path
    return paths[-1]


def _row(path: Path, row: Row, did: str, *, as_json: bool) -> None:
    from pipeline.glossary.file import lint as check

    warnings = [] if did == "removed" else [p for p in check([path]) if p.line == row.line]
    place = {"file": str(path), "line": row.line}
    found = {"values": list(row.values), "problems": [asdict(p) for p in warnings]}
    told = f"{did} {path}:{row.line}: {' | '.join(_cut(v) for v in row.values if v)}"
    answer(told, {"done": did, **place, **found}, as_json=as_json)
    for problem in warnings if not as_json else ():
        typer.echo(str(problem), err=True)


def _cut(text: str) -> str:
    """Give a cell on one line of bearable length."""
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:198] + " …"


@app.command(
    "list",
    epilog=examples(
        "passerelle glossary list IA", "passerelle glossary list --domain medecine --json"
    ),
)
@_in_use
def list_terms(
    word: Annotated[str, typer.Argument(help="Show only rows that hold this text.")] = "",
    *,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """List the terms in use, with the place of each row."""
    terms = _terms(given)
    needle = word.casefold()
    shown = [
        t
        for t in terms
        if any(needle in text.casefold() for text in (t.source, *t.targets, t.note))
    ]
    answer(map(_line, shown), [asdict(t) for t in shown], as_json=as_json)
    if not as_json:
        typer.echo(f"{len(shown):,} of {counted(len(terms), 'term')}", err=True)


def _line(term: Term) -> str:
    target = _cut(" | ".join(term.targets)) if term.targets else "(as it is)"
    mark = "" if term.status == "preferred" else f"  [{term.status}]"
    return f"{term.place}: {_cut(term.source)} → {target}{mark}"


@app.command(
    epilog=examples(
        'passerelle glossary add "jumeau numérique" "digital twin"',
        'passerelle glossary add OpenAI --note "a name: stays as it is"',
        'passerelle glossary add puce "chip | microchip" --wrong flea',
    )
)
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
    from pipeline.glossary.file import add_row

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
    if file and not path.parent.is_dir():
        raise GlossaryError("there is no such folder", place=file, next_step="check the path")
    new = not path.exists()
    row = add_row(path, values)
    if new:
        typer.echo(f"{path} was made: there was no glossary here", err=True)
    _row(path, row, "added", as_json=as_json)


@app.command(
    "set",
    epilog=examples(
        'passerelle glossary set IA "target=AI | artificial intelligence"',
        'passerelle glossary set IA case=exact "note=never for L\'IA de Meta"',
    ),
)
def set_values(
    source: Source,
    changes: Annotated[list[str], typer.Argument(help="column=value, for instance target=AI.")],
    *,
    line: Line = 0,
    file: InFile = None,
    as_json: AsJson = False,
) -> None:
    """Change cells of a row; every other byte of the file stays."""
    from pipeline.glossary.file import set_row

    values: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{change!r} is no column=value", next_step="write target=AI")
        values[name.strip().casefold()] = value
    path = _target(file, source)
    _row(path, set_row(path, source, values, line=line), "changed", as_json=as_json)


@app.command(
    epilog=examples(
        'passerelle glossary remove "apprentissage profond"',
        "passerelle glossary remove IA --line 2 --file glossary/terms.csv",
    )
)
def remove(source: Source, *, line: Line = 0, file: InFile = None, as_json: AsJson = False) -> None:
    """Remove a row; every other byte of the file stays."""
    from pipeline.glossary.file import remove_row

    path = _target(file, source)
    _row(path, remove_row(path, source, line=line), "removed", as_json=as_json)


@app.command(
    epilog=examples(
        "passerelle glossary lint",
        "passerelle glossary lint client.csv --corpus articles/",
        "passerelle glossary lint client.csv --quiet",
    )
)
def lint(
    files: Annotated[list[str] | None, typer.Argument(help="CSV files. [those in use]")] = None,
    *,
    corpus: Annotated[
        list[str] | None,
        typer.Option(help="Documents; terms that occur in none of them are named."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Name the first errors alone: for a hook.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Name every problem with file, row, column and next step.

    Exit code 5 on errors, as for every command that meets them; 0 on warnings only.
    """
    from pipeline.glossary.file import lint as check

    settings = load_settings()
    paths = [Path(f) for f in files] if files else settings.paths("glossary")
    if not paths:
        raise UsageError("no glossary is in use", next_step="name the file: lint terms.csv")
    texts = (text for _, text in sentences_of(corpus, settings)) if corpus else None
    problems = check(paths, corpus=texts)
    errors = [p for p in problems if p.severity == "error"]
    names, warnings = ", ".join(map(str, paths)), len(problems) - len(errors)
    total = f"{names}: {counted(len(errors), 'error')}, {counted(warnings, 'warning')}"
    told = {"errors": len(errors), "problems": [asdict(p) for p in problems]}
    lines = [*map(str, problems), total]
    if quiet:
        lines = [*map(str, errors[:_FEW]), total] if errors else []
    answer(lines, told, as_json=as_json)
    if errors:
        raise typer.Exit(GlossaryError.exit_code)


app.command(
    epilog=examples(
        "passerelle glossary impact articles/ --base glossary/terms.csv",
        "passerelle glossary impact articles/ --head client.csv --markdown",
    )
)(impact)
app.command(
    epilog=examples(
        "passerelle glossary suggest articles/",
        "passerelle glossary suggest articles/ --min-count 5 --limit 10 > new.csv",
    )
)(suggest)
app.command(
    epilog=examples(
        "passerelle glossary stats", "passerelle glossary stats --out outputs --limit 5"
    )
)(stats)


@app.command(
    "import",
    epilog=examples(
        "passerelle glossary import client.tbx",
        "passerelle glossary import client.tsv --overwrite --file client.csv",
    ),
)
def import_terms(
    file: Annotated[str, typer.Argument(help="CSV, TSV, TBX, TMX or MultiTerm file.")],
    *,
    into: InFile = None,
    form: Format = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace rows that say something else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add the terms of another tool's glossary; what it is, is found in the file.

    Rows with errors, and rows that say something else than one that is there, are left out and
    named: exit code 3.
    """
    from pipeline.glossary.exchange import read_terms_of
    from pipeline.glossary.file import merge_rows

    path = _target(into)
    unread: list[Problem] = []
    found = read_terms_of(Path(file), form=form, tell=unread.append)
    result = merge_rows(path, found, overwrite=overwrite)
    result = replace(result, problems=(*unread, *result.problems))
    lines = [
        f"{path}: {result.added} added, {result.changed} changed, {result.same} there already",
        *(f"left alone: {problem}" for problem in result.conflicts),
        *(f"left out: {problem}" for problem in result.problems),
    ]
    answer(lines, {"file": str(path), **asdict(result)}, as_json=as_json)
    if result.problems or result.conflicts:
        raise typer.Exit(EXIT_SKIPPED)


@app.command(
    "export",
    epilog=examples(
        "passerelle glossary export terms.tbx",
        "passerelle glossary export terms.tsv --domain medecine",
    ),
)
@_in_use
def export_terms(
    file: Annotated[str, typer.Argument(help="TSV, CSV, TBX or TMX file to write.")],
    *,
    form: Format = "",
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Write the terms in use for another tool."""
    from pipeline.glossary.exchange import write_terms_as
    from pipeline.translate.opening import keeper_of_user

    path = Path(file)
    if any(path.resolve() == p.resolve() for p in load_settings(given).paths("glossary")):
        raise GlossaryError(
            "that is a glossary in use", place=file, next_step="write to another file"
        )
    keeper = keeper_of_user(lambda text: typer.echo(f"warning: {text}", err=True))
    count = write_terms_as(path, _terms(given), form=form, keeper=keeper)
    told = f"{file}: {counted(count, 'entry', 'entries')}"
    answer(told, {"file": file, "entries": count}, as_json=as_json)


app.command(
    epilog=examples(
        "passerelle glossary calibrate", "passerelle glossary calibrate --engine argos --beam 2"
    )
)(calibrate)
