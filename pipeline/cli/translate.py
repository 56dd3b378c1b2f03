"""``passerelle translate``: files, folders, patterns or standard input."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import (
    Given,
    answer,
    emit_json,
    examples,
    first_step,
    new_app,
    settings_options,
    style_for,
)
from pipeline.config import Settings, load_settings
from pipeline.errors import EXIT_VIOLATIONS, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.run import ChosenEngine, RunReport
    from pipeline.run.cluster import Cluster
    from pipeline.run.reporting.progress import Reporter

app = new_app("translate", "")


@app.command(
    epilog=examples(
        "passerelle translate articles/",
        "passerelle translate article.docx --out english --variant uk",
        "passerelle translate 'articles/**/*.md' --glossary client.csv --strict",
        "passerelle translate news.csv --columns titre --columns texte",
        "passerelle translate - < article.txt > article.en.txt",
        "passerelle translate articles/ --watch",
    )
)
@settings_options(
    "out",
    "glossary",
    "domain",
    "engine",
    "model",
    "family",
    "profile",
    "allow_host",
    "beam",
    "threads",
    "memory",
    "strict",
    "front_matter",
    "lines",
    "format",
    "columns",
    "mark",
    "second_look",
    "touch_ups",
    "variant",
    "clock",
    "report",
)
def translate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, or patterns in quotation marks ('in/**/*.md'); archives of "
            "articles (.jsonl, .parquet); - for standard input.",
            show_default=False,
        ),
    ] = None,
    *,
    given: Given,
    stdin_name: Annotated[
        str,
        typer.Option(
            help="File name for standard input, for messages; its ending says how to read it."
        ),
    ] = "stdin.txt",
    force: Annotated[
        bool, typer.Option("--force", help="Translate anew what the memory holds.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be translated; write nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Run again whenever a source or the glossary changes.")
    ] = False,
    cluster: Annotated[
        bool,
        typer.Option("--cluster", help="Translate on workers of a Ray cluster. [this machine's]"),
    ] = False,
    address: Annotated[
        str | None, typer.Option(help="Ray cluster to use with --cluster. [started here]")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Workers of the cluster. [as many as there is room for]"),
    ] = None,
    rows: Annotated[
        str, typer.Option(help="Path or URL for an archive's translation. [in the output folder]")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON on standard output.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but warnings and errors.")
    ] = False,
    json_log: Annotated[
        bool, typer.Option("--json-log", help="Progress as one JSON object a line, on stderr.")
    ] = False,
) -> None:
    """Translate French documents into English.

    Plain text, Markdown, web pages, Word, slides, OpenDocument, books, subtitles, notebooks,
    XLIFF, PO, and the named columns of tables; all but the words stays as it is.

    Folders are mirrored in the output folder. What was translated before is not
    translated again; a run that was stopped goes on where it stopped.

    Exit codes: 0 all translated; 3 some files were skipped; 14 terms violated (--strict);
    2 wrong usage; 4 standard input, an archive or an earlier report that cannot be read;
    5 glossary; 6 model; 7 output; 8 engine; 10 memory; 15 cluster; 130 stopped.
    """
    from pipeline.run import Job, run
    from pipeline.run.archives import is_archive
    from pipeline.run.reporting.progress import make_reporter

    if not paths:
        raise UsageError(
            "say what to translate", next_step=f"{first_step()}, or name files and folders"
        )
    settings = partial(load_settings, given)
    reporter = partial(make_reporter, quiet=quiet, json_log=json_log)
    render = partial(_render, as_json=as_json, quiet=quiet, reporter=reporter)
    archives = any(map(is_archive, paths))
    if "-" in paths:
        if len(paths) > 1 or watch or dry_run or as_json or cluster:
            raise UsageError(
                "- stands for standard input and goes with no other path, nor with --watch, "
                "--dry-run, --json or --cluster",
                next_step="run `passerelle translate - < article.txt > article.en.txt`",
            )
        raise typer.Exit(_stream(settings(), reporter(), stdin_name, quiet=quiet))
    chosen = settings()
    where = _cluster(cluster, address, workers, chosen.threads)
    if watch and (where or archives):
        raise UsageError(
            "--watch goes neither with --cluster nor with archives",
            next_step="leave out one of the two",
        )
    job = Job(paths=tuple(paths), settings=chosen, force=force, cluster=where, rows=rows)
    if dry_run:
        if archives:
            raise UsageError(
                "--dry-run does not read archives", next_step="leave it out, or give files"
            )
        from pipeline.run.preview import preview, render_preview

        plan = preview(job)
        answer(render_preview(plan), plan.to_json(), as_json=as_json)
        raise typer.Exit(plan.exit_code())
    if watch:
        from pipeline.run.watch import keep_running

        keep_running(job, settings=settings, open_engine=_open, reporter=reporter, render=render)
        return
    report = run(job, open_engine=_open, reporter=reporter())
    render(report, chosen)
    raise typer.Exit(report.exit_code(strict=chosen.strict))


def _cluster(
    wanted: bool, address: str | None, workers: int | None, threads: int
) -> Cluster | None:
    if not wanted:
        if address is not None or workers is not None:
            raise UsageError(
                "--address and --workers are for a cluster",
                next_step="add --cluster, or leave them out",
            )
        return None
    from pipeline.run.cluster import Cluster

    return Cluster(address=address or "local", workers=workers or 0, threads=max(1, threads))


def _open(settings: Settings, say: Callable[[str], None]) -> ChosenEngine:
    from pipeline.translate import open_installed

    return open_installed(settings, say)


def _render(
    report: RunReport,
    settings: Settings,
    *,
    as_json: bool,
    quiet: bool,
    reporter: Callable[[], Reporter],
) -> None:
    from pipeline.run.reporting.progress import Event

    def tell(text: str) -> None:
        reporter().event(Event(level="warning", text=text))

    shown = report
    try:
        if settings.report and report.segments.total:
            from pipeline.run.reporting.quality import with_quality

            shown = with_quality(report, tell=tell)
    finally:  # the run is told of even where its quality report fails or is interrupted
        if as_json:
            emit_json(shown.to_json())
        elif not quiet:
            from pipeline.run.reporting.summary import render_summary

            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
            typer.echo(render_summary(shown, style=style_for(sys.stdout), width=width))


def _stream(settings: Settings, reporter: Reporter, name: str, *, quiet: bool) -> int:
    from pipeline.run.reporting.summary import render_found
    from pipeline.run.stream import translate_bytes
    from pipeline.wording import unkept

    data = sys.stdin.buffer.read()
    result = translate_bytes(data, settings, open_engine=_open, reporter=reporter, name=name)
    if sys.stdout.isatty():  # for eyes, not for a file
        try:
            sys.stdout.write(result.data.decode())
        except UnicodeDecodeError as error:
            raise UsageError(
                "the translation is no text that a terminal could show",
                next_step="send it to a file: `passerelle translate - … > article.en.docx`",
            ) from error
    else:
        sys.stdout.buffer.write(result.data)
        sys.stdout.buffer.flush()
    for violation in result.violations:
        said = unkept(violation.term, violation.expected, violation.found)
        typer.echo(f"warning: {violation.place}: {said}", err=True)
    if not quiet:
        for line in render_found(result.found, style=style_for(sys.stderr)):
            typer.echo(line, err=True)
    return EXIT_VIOLATIONS if settings.strict and result.violated else 0
