"""``passerelle models``: list, install, verify, remove and describe models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.models import ModelRecord, Store, VerifyReport

app = typer.Typer(
    name="models",
    help="Find, install, verify and remove translation models.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of an installed model (see list), or its kind.")]


def _store() -> Store:
    from pipeline.models import Store, default_root

    return Store(default_root())


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _emit(table: object) -> None:
    typer.echo(json.dumps(table, ensure_ascii=False, indent=2))


def _table(record: ModelRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "kind": record.kind,
        "version": record.version,
        "languages": list(record.languages),
        "owner": record.owner,
        "origin": record.origin,
        "installed_at": record.installed_at,
        "bytes": record.size,
        "path": str(record.path),
        "damage": record.damage,
    }


def _report(report: VerifyReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "path": str(report.path),
        "ok": report.ok,
        "checked": report.checked,
        "missing": list(report.missing),
        "changed": list(report.changed),
        "unexpected": list(report.unexpected),
        "problem": report.problem,
    }


def _line(record: ModelRecord) -> str:
    if record.damage:
        return f"{record.name:<20} DAMAGED: {record.damage}"
    pair = "→".join(record.languages)
    size = f"{record.size / 1e6:,.0f} MB" if record.files else "–"
    owner = "" if record.owner == "passerelle" else f"  (installed by {record.owner})"
    return f"{record.name:<20} {record.kind:<8} {record.version:<8} {pair:<7} {size:>9}{owner}"


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """List the installed models, argostranslate's own packages too."""
    store = _store()
    records = store.list()
    if as_json:
        _emit({"store": str(store.root), "models": [_table(record) for record in records]})
    elif records:
        for record in records:
            typer.echo(_line(record))
    else:
        typer.echo(f"No model is installed in {store.root}.")
        typer.echo("Install one: passerelle models install bundled")


@app.command()
def install(
    what: Annotated[
        str,
        typer.Argument(
            help="bundled, an Argos code such as fr-en (needs the network once), or the path of"
            " an .argosmodel file.",
        ),
    ],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Install again even where it is installed already.")
    ] = False,
    any_language: Annotated[
        bool,
        typer.Option("--any-language", help="Accept a package that is not French to English."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Install a model, whole or not at all."""
    from pipeline.models import install_model

    record = install_model(_store(), what, force=force, any_language=any_language, progress=_say)
    if as_json:
        _emit(_table(record))
    else:
        typer.echo(f"{record.name} {record.version} is installed in {record.path}")


@app.command()
def verify(
    name: Annotated[
        str, typer.Argument(help="Name or kind of one model; all of ours unless given.")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Compare installed files with the hashes written at installation."""
    from pipeline.errors import ModelDamaged, NothingChecked

    store = _store()
    names = [name] if name else [r.name for r in store.list() if r.owner == "passerelle"]
    reports = [store.verify(each) for each in names]
    if as_json:
        _emit({"ok": all(report.ok for report in reports), "models": list(map(_report, reports))})
    else:
        for report in reports:
            state = f"{report.checked} files, all as installed" if report.ok else "DAMAGED"
            typer.echo(f"{report.name}: {state}")
    damaged = [report for report in reports if not report.ok]
    if damaged:
        raise ModelDamaged(
            damaged[0].describe(),
            place=str(damaged[0].path),
            next_step=f"run `passerelle models remove {damaged[0].name}` and install it again",
        )
    if not reports:
        raise NothingChecked(
            "no model is installed",
            place=str(store.root),
            next_step="install one: passerelle models install bundled",
        )


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="Name of an installed model (see list).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Remove an installed model."""
    record = _store().remove(name)
    if as_json:
        _emit(_table(record))
    else:
        typer.echo(f"{record.name} was removed, {record.size / 1e6:,.0f} MB")


@app.command()
def info(name: Name, *, as_json: AsJson = False) -> None:
    """Describe an installed model: origin, size, files and their hashes."""
    record = _store().get(name)
    files = [{"path": f.path, "bytes": f.size, "sha256": f.sha256} for f in record.files]
    if as_json:
        _emit({**_table(record), "recipe": record.recipe, "files": files})
        return
    for key, value in _table(record).items():
        if value not in ("", []):
            shown = "→".join(value) if isinstance(value, list) else value
            typer.echo(f"{key:<13} {shown}")
    if record.kind == "bundled":
        from pipeline.models import TERMS_NOTICE

        typer.echo(f"{'terms':<13} {TERMS_NOTICE}")
    for file in record.files:
        typer.echo(f"  {file.size:>12,}  {file.sha256[:16]}…  {file.path}")
