"""``passerelle models``: list, install, check, verify, remove and describe models."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.common import Given, answer, emit_json, examples, new_app, settings_options
from pipeline.wording import columns, counted

if TYPE_CHECKING:
    from pipeline.models import ModelRecord, Store, VerifyReport

app = new_app(
    "models",
    "Find, install, check, verify and remove translation models.",
    epilog=examples("passerelle models list", "passerelle models install bundled"),
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of an installed model (see list), or its kind.")]

Source = Annotated[
    Path | None, typer.Option("--source", "-s", help="French, one segment a line; or see --tsv.")
]
Reference = Annotated[
    list[Path] | None,
    typer.Option("--reference", "-r", help="Its English, line by line; may be repeated."),
]
Tsv = Annotated[Path | None, typer.Option(help="French, a tab, English: both in one file.")]


def _store() -> Store:
    from pipeline.models import Store, default_root

    return Store(default_root())


def _say(message: str) -> None:
    typer.echo(message, err=True)


def _table(record: ModelRecord, store: Store) -> dict[str, Any]:
    from pipeline.cli.models_show import auto_path, record_table

    return record_table(store, record, auto_path(store))


def _report(report: VerifyReport) -> dict[str, Any]:
    first = {"name": report.name, "path": "", "ok": report.ok}
    return first | asdict(report) | {"path": str(report.path)}


@app.command("list", epilog=examples("passerelle models list", "passerelle models list --paths"))
def list_models(
    *,
    paths: Annotated[bool, typer.Option("--paths", help="Name each model's folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the installed models, argostranslate's own packages too: what, how large, how good."""
    from pipeline.cli.models_show import elsewhere_table, list_lines
    from pipeline.models import strays

    store = _store()
    if as_json:
        records, others = store.list(), strays(store.root)
        told: dict[str, Any] = {"store": str(store.root)}
        told["models"] = [_table(record, store) for record in records]
        if elsewhere := elsewhere_table(store):
            told["elsewhere"] = elsewhere
        if others:
            told["strays"] = [{"path": str(s.path), "what": s.what} for s in others]
        emit_json(told)
        return
    for line in list_lines(store, paths=paths):
        typer.echo(line)


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

    store = _store()
    record = install_model(store, what, force=force, any_language=any_language, progress=_say)
    _say(f"See what it can, and one sentence of it: passerelle models check {record.name}")
    told = f"{record.name} {record.version} is installed in {record.path}"
    answer(told, _table(record, store), as_json=as_json)


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
            next_step="install one: `passerelle models install bundled`",
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


@app.command(
    epilog=examples(
        "passerelle models measure argos-fr-en --source set.fr --reference set.en",
        "passerelle models measure argos-fr-en --tsv set.tsv --sentences 200",
    )
)
@settings_options(
    "engine",
    "family",
    "profile",
    "allow_host",
    "beam",
    "threads",
    "glossary",
    "second_look",
    "touch_ups",
    engine="Engine of the model, where its name or folder does not tell.",
    glossary="Keep this glossary's terms; may be repeated. [none]",
    second_look="Translate doubtful sentences again, as a run does: off, french, full. [off]",
    touch_ups="Write numbers, titles, quotes and the like as English does. [no]",
)
def measure(
    model: Annotated[
        str,
        typer.Argument(
            help="Name of an installed model, or the folder, file or address of another. "
            "[what a run would take]",
            show_default=False,
        ),
    ] = "",
    *,
    given: Given,
    source: Source = None,
    reference: Reference = None,
    tsv: Tsv = None,
    testset: Annotated[
        str, typer.Option(help="sacrebleu's name of a test set, instead of files.")
    ] = "",
    langpair: Annotated[str, typer.Option(help="Language pair of --testset.")] = "fr-en",
    sentences: Annotated[
        int, typer.Option(min=1, help="Only the first so many lines. [all]", show_default=False)
    ] = sys.maxsize,
    name: Annotated[str, typer.Option(help="What the set is called. [the file's name]")] = "",
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", "-m", help="bleu, chrf, chrf++ or ter. [bleu and chrf]"),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but the figures, and warnings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Translate a set that you name with a model, score it, and keep the figures.

    The model alone is measured: without glossary, second look and touch-ups unless asked for,
    and without the translation memory. `models list` and `models info` show what was measured.

    Exit codes: 0 measured; 12 nothing in the files; 11 files that do not fit together; 2 wrong
    usage; 4 a file that cannot be read; 6 model; 7 figures that cannot be kept; 8 engine;
    9 a test set that cannot be downloaded; 130 stopped, nothing is kept.
    """
    from pipeline.cli.models_show import home_of, measured_text, measurement_lines
    from pipeline.config import Settings, load_settings
    from pipeline.errors import UsageError
    from pipeline.home.measuring import keep, read_set
    from pipeline.home.measuring import measure as measured_on
    from pipeline.quality import CorpusScorer, fetch_testset
    from pipeline.run.reporting.progress import make_reporter

    metrics = tuple(metric or ("bleu", "chrf"))
    CorpusScorer(metrics)  # an unknown one is told before the work
    if (source is not None) + (tsv is not None) + bool(testset) != 1 or (tsv and reference):
        raise UsageError(
            "one set is measured on",
            next_step="give --source FILE --reference FILE, or --tsv FILE, or --testset NAME",
        )
    if source is not None and not reference:
        raise UsageError(
            "there is no reference to score against",
            place=str(source),
            next_step="give the English, line by line, with --reference",
        )
    paths = [source or tsv, *(reference or ())]
    if testset:
        french, english = fetch_testset(testset, langpair)
        paths = [french, *english]
    only = sentences if sentences != sys.maxsize else 0
    test = read_set(paths[0], paths[1:], sentences=only, name=name or testset)
    alone = {"glossary": (), "second_look": "off", "touch_ups": False}
    settings = Settings.of(**alone | _said(given), model=model)
    if not model:
        settings = load_settings(alone | _said(given))
    store = _store()
    if not quiet:
        _say(f"{counted(len(test.sources), 'line')} of {test.name}")
    done, unanswered = measured_on(
        test, settings, store, reporter=make_reporter(quiet=quiet), metrics=metrics
    )
    try:
        where = keep(store, done)
    finally:  # an hour's figures are told even where they cannot be kept
        lines = [
            f"{done.model}: {measured_text(done, old=False)}",
            *(f"  {line}" for line in measurement_lines(done)),
        ]
        if unanswered:
            lines.append(
                f"  {counted(unanswered, 'line')} without an answer: the French was scored"
            )
        if test.blank:
            lines.append(f"  {counted(test.blank, 'empty line')} left out")
        answer(
            lines, asdict(done) | {"blank": test.blank, "unanswered": unanswered}, as_json=as_json
        )
    if not (as_json or quiet):
        typer.echo(f"Kept in {home_of(where)}; `passerelle models list` shows it.")


def _said(given: Given) -> Given:
    return {name: value for name, value in given.items() if value is not None}


@app.command(epilog=examples("passerelle models remove argos-fr-en"))
def remove(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of an installed model (see list); or the path or address of another, whose "
            "figures are forgotten."
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Remove an installed model, and what was measured of it."""
    from pipeline.models import forget_measured, measured_name, measured_path

    store = _store()
    there = [_table(r, store) for r in store.list() if r.name == name]
    other = measured_path(store.root, measured_name(name), installed=False)
    if not there and forget_measured(other):
        told = f"what was measured of {name} is forgotten; its files are left as they are"
        answer(told, {"forgotten": name}, as_json=as_json)
        return
    record = store.remove(name)
    told = f"{record.name} was removed, {there[0]['bytes'] / 1e6:,.0f} MB"
    answer(told, there[0], as_json=as_json)


@app.command(
    epilog=examples("passerelle models info argos-fr-en", "passerelle models info bundled --json")
)
def info(name: Name, *, as_json: AsJson = False) -> None:
    """Describe an installed model: origin, size, how good, files and their hashes."""
    from pipeline.cli.models_show import info_lines
    from pipeline.models import TERMS_NOTICE

    store = _store()
    record = store.get(name)
    table = _table(record, store)
    shown = [
        (key, "→".join(value) if isinstance(value, list) else str(value))
        for key, value in table.items()
        if key not in ("published", "measured", "auto") and value not in ("", [])
    ]
    if table["auto"]:
        shown.append(("auto", "what --engine auto takes"))
    if record.kind == "bundled":
        shown.append(("terms", TERMS_NOTICE))
    files = [(f"{f.size:,}", f"{f.sha256[:16]}…", f.path) for f in record.files]
    answer(
        [
            *columns(shown, least=(12,)),
            *info_lines(store, record),
            *(f"  {line}" for line in columns(files, right=(0,), least=(12,))),
        ],
        {
            **table,
            "recipe": record.recipe,
            "files": [{"path": f.path, "bytes": f.size, "sha256": f.sha256} for f in record.files],
        },
        as_json=as_json,
    )
