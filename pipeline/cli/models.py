"""``passerelle models``: list, install, check, verify, remove and describe models."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.common import answer, emit_json, examples, new_app
from pipeline.wording import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.models import ModelRecord, Store, VerifyReport

app = new_app(
    "models",
    "Find, install, check, verify and remove translation models.",
    epilog=examples("passerelle models list", "passerelle models install bundled"),
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of an installed model (see list), or its kind.")]


def _store() -> Store:
    from pipeline.models import Store, default_root

    return Store(default_root())


def _say(message: str) -> None:
    typer.echo(message, err=True)


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
    first = {"name": report.name, "path": "", "ok": report.ok}
    return first | asdict(report) | {"path": str(report.path)}


def _lines(records: Sequence[ModelRecord]) -> Iterator[str]:
    rows = [
        (
            r.kind,
            r.version,
            "→".join(r.languages),
            f"{r.size / 1e6:,.0f} MB" if r.files else "–",
            "" if r.owner == "passerelle" else f"(installed by {r.owner})",
        )
        for r in records
        if not r.damage
    ]
    sound = columns(rows, right=(3,), least=(8, 8, 7, 9))
    told = [(r.name, f"DAMAGED: {r.damage}" if r.damage else next(sound)) for r in records]
    return columns(told, least=(20,))


@app.command("list", epilog=examples("passerelle models list", "passerelle models list --json"))
def list_models(*, as_json: AsJson = False) -> None:
    """List the installed models, argostranslate's own packages too."""
    store = _store()
    records = store.list()
    none = (
        f"No model is installed in {store.root}.",
        "Install one: passerelle models install bundled",
    )
    told = {"store": str(store.root), "models": [_table(record) for record in records]}
    answer(_lines(records) if records else none, told, as_json=as_json)


@app.command(
    epilog=examples(
        "passerelle models install bundled",
        "passerelle models install fr-en",
        "passerelle models install translate-fr_en-1_9.argosmodel",
    )
)
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
    told = f"{record.name} {record.version} is installed in {record.path}"
    answer(told, _table(record), as_json=as_json)


@app.command(epilog=examples("passerelle models verify", "passerelle models verify argos-fr-en"))
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
    damaged = [report for report in reports if not report.ok]
    lines = (
        f"{r.name}: {f'{r.checked} files, all as installed' if r.ok else 'DAMAGED'}"
        for r in reports
    )
    answer(lines, {"ok": not damaged, "models": list(map(_report, reports))}, as_json=as_json)
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


@app.command(
    epilog=examples(
        "passerelle models check argos-fr-en",
        "passerelle models check opus-mt-fr-en/ --family marian",
    )
)
def check(
    path: Annotated[str, typer.Argument(help="A model's folder, or the name of an installed one.")],
    *,
    family: Annotated[str, typer.Option(help="Family of a ct2 model, where none is told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a model is and can, and translate one sentence with it; or say what is wrong."""
    from pipeline.config import Settings
    from pipeline.errors import PasserelleError
    from pipeline.translate import check_model

    try:
        done = check_model(Settings.of(model=path, family=family), _store(), progress=_say)
    except PasserelleError as error:
        if as_json:
            told = {"problem": error.problem, "place": error.place, "next_step": error.next_step}
            emit_json({"ok": False, "model": path, **told})
        raise
    rows = (
        ("model", done.model),
        ("engine", done.engine),
        ("family", done.family),
        ("abilities", ", ".join(done.abilities) or "none beyond translating"),
        ("licence", f"{done.licence} (as published: check yours)" if done.licence else ""),
        ("decoding", f"beam {done.decoding.beam}, length penalty {done.decoding.length_penalty}"),
        ("reads", f"{done.max_source_tokens} tokens a sentence; longer ones are cut"),
        ("French", done.source),
        ("English", done.translation),
    )
    answer(
        columns([row for row in rows if row[1]], least=(12,)),
        {"ok": not done.problem, **asdict(done)},
        as_json=as_json,
    )
    done.require()


@app.command(epilog=examples("passerelle models remove argos-fr-en"))
def remove(
    name: Annotated[str, typer.Argument(help="Name of an installed model (see list).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Remove an installed model."""
    record = _store().remove(name)
    told = f"{record.name} was removed, {record.size / 1e6:,.0f} MB"
    answer(told, _table(record), as_json=as_json)


@app.command(
    epilog=examples("passerelle models info argos-fr-en", "passerelle models info bundled --json")
)
def info(name: Name, *, as_json: AsJson = False) -> None:
    """Describe an installed model: origin, size, files and their hashes."""
    record = _store().get(name)
    table = _table(record)
    shown = [
        (key, "→".join(value) if isinstance(value, list) else str(value))
        for key, value in table.items()
        if value not in ("", [])
    ]
    if record.kind == "bundled":
        from pipeline.models import TERMS_NOTICE

        shown.append(("terms", TERMS_NOTICE))
    files = [(f"{f.size:,}", f"{f.sha256[:16]}…", f.path) for f in record.files]
    answer(
        [
            *columns(shown, least=(12,)),
            *(f"  {line}" for line in columns(files, right=(0,), least=(12,))),
        ],
        {
            **table,
            "recipe": record.recipe,
            "files": [{"path": f.path, "bytes": f.size, "sha256": f.sha256} for f in record.files],
        },
        as_json=as_json,
    )
