"""``passerelle memory``: see, export, correct, check and prune the translation memory."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import counted, emit_json
from pipeline.config import load_settings
from pipeline.errors import InputError, MemoryStoreError, NothingChecked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.memory import TranslationMemory

__all__ = ["app"]

app = typer.Typer(
    name="memory",
    help="See, export, correct, check and prune the translation memory.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Out = Annotated[
    str | None, typer.Option("--out", "-o", help="Output folder whose memory is meant. [outputs]")
]
File = Annotated[
    str | None, typer.Option("--memory", help="Memory file. [the one in the output folder]")
]


def _path(out: str | None, file: str | None) -> Path:
    from pipeline.translate.opening import memory_path

    return memory_path(load_settings({"out": out, "memory": file}))


def _open(out: str | None, file: str | None, *, make: bool = False) -> TranslationMemory:
    from pipeline.fsio import is_file
    from pipeline.memory import TranslationMemory

    path = _path(out, file)
    if not make and not is_file(path):
        raise MemoryStoreError(
            "there is no translation memory here",
            place=str(path),
            next_step="run `passerelle translate` first, or name a folder with --out",
        )
    return TranslationMemory(path, warn=lambda text: typer.echo(f"warning: {text}", err=True))


@app.command("stats")
def show_stats(*, out: Out = None, memory: File = None, as_json: AsJson = False) -> None:
    """Say how much the memory holds."""
    from pipeline.memory import stats

    with _open(out, memory) as store:
        counts = stats(store)
        if as_json:
            emit_json({"path": str(store.path), **asdict(counts)})
            return
        typer.echo(f"{store.path} ({counts.bytes / 1e6:,.1f} MB)")
        typer.echo(f"  {counted(counts.segments, 'finished sentence')}")
        typer.echo(f"  {counted(counts.answers, 'answer')} of engines")
        for fingerprint, number in counts.engines:
            typer.echo(f"    {number:,} of engine {fingerprint[:12]}")
        typer.echo(f"  {counted(counts.approved, 'entry', 'entries')} approved by a person")
        typer.echo(f"  {counts.unused_30_days:,} not used in the last 30 days")


@app.command("export")
def export(
    file: Annotated[str, typer.Argument(help="CSV to write; - for standard output.")] = "-",
    *,
    drafts: Annotated[
        bool,
        typer.Option("--drafts/--approved-only", help="With or without the machine's own."),
    ] = True,
    out: Out = None,
    memory: File = None,
) -> None:
    """Write the memory as a CSV (source, target, status, note).

    Correct a target, write `approved` into its status, and give the file to
    `passerelle memory import`.
    """
    from pipeline.fsio import atomic_open
    from pipeline.memory import table_rows

    with (
        _open(out, memory) as store,
        contextlib.closing(table_rows(store, drafts=drafts)) as rows,
    ):
        lines = _csv(rows)
        if file == "-":
            for line in lines:
                sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            return
        count = -1  # the heading
        with atomic_open(Path(file)) as handle:
            handle.write(b"\xef\xbb\xbf")  # so that a spreadsheet reads the accents
            for line in lines:
                handle.write(line)
                count += 1
    typer.echo(f"{counted(count, 'row')} written to {file}", err=True)


def _csv(rows: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    import csv
    import io

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("source", "target", "status", "note"))
    yield text.getvalue().encode("utf-8")
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow(row)
        yield text.getvalue().encode("utf-8")


@app.command("import")
def import_corrections(
    file: Annotated[str, typer.Argument(help="CSV with columns source and target.")],
    *,
    out: Out = None,
    memory: File = None,
    as_json: AsJson = False,
) -> None:
    """Take corrections over: from now on they win over every engine.

    Rows with the status `draft` are passed over, so that an exported table can be
    corrected in place.
    """
    from pipeline.memory import read_corrections

    path = Path(file)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", place=file, next_step="check the path"
        ) from error
    entries = read_corrections(data, name=file)
    if not entries:
        raise NothingChecked(
            "no correction in this table",
            place=file,
            next_step="write `approved` into the status of the rows that you corrected",
        )
    with _open(out, memory, make=True) as store:
        count = store.approve(entries)
    if as_json:
        emit_json({"approved": count})
    else:
        typer.echo(f"{counted(count, 'correction')} taken over; used from the next run on.")


@app.command("prune")
def prune_rows(
    *,
    days: Annotated[
        int | None, typer.Option(min=1, help="Delete what no run has used in so many days.")
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            "--keep-engine", help="Keep only this engine's rows: the start of its fingerprint."
        ),
    ] = None,
    out: Out = None,
    memory: File = None,
    as_json: AsJson = False,
) -> None:
    """Delete rows that are of no more use. Approved entries always stay."""
    from pipeline.errors import UsageError
    from pipeline.memory import prune, stats

    if days is None and not engine:
        raise UsageError(
            "say what to delete", next_step="give --days or --keep-engine (see `memory stats`)"
        )
    with _open(out, memory) as store:
        keep = None
        if engine:
            known = [fingerprint for fingerprint, _ in stats(store).engines]
            keep = [f for f in known if any(f.startswith(prefix) for prefix in engine)]
            if not keep:
                raise UsageError(
                    f"no engine of this memory begins with {' or '.join(engine)}",
                    next_step="see `passerelle memory stats`",
                )
        deleted = prune(store, days=days, keep=keep)
    if as_json:
        emit_json({"deleted": deleted})
    else:
        typer.echo(f"{counted(deleted, 'row')} deleted.")


@app.command("verify")
def verify(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Delete damaged rows.")] = False,
    out: Out = None,
    memory: File = None,
    as_json: AsJson = False,
) -> None:
    """Read every row and compare it with its checksum; exit code 10 when one is damaged."""
    from pipeline.memory import check

    with _open(out, memory) as store:
        report = check(store, repair=repair)
        place = str(store.path)
    if as_json:
        emit_json({"path": place, "sound": report.sound, **asdict(report)})
    elif report.sound:
        typer.echo(f"{place}: {report.rows:,} rows, all sound.")
    elif repair and not report.structure:
        typer.echo(f"{place}: {report.damaged:,} damaged rows deleted of {report.rows:,}.")
    if not report.sound and not (repair and not report.structure):
        raise MemoryStoreError(
            f"{report.damaged:,} of {report.rows:,} rows are damaged"
            + "".join(f"\n    {line}" for line in report.structure),
            place=place,
            next_step="run `passerelle memory verify --repair`; the next run makes the rows anew",
        )
