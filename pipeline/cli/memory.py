"""``passerelle memory``: see, export, correct, check and prune the translation memory."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import AsJson, Given, answer, new_app, settings_options
from pipeline.errors import InputError, MemoryStoreError, NothingChecked, UsageError
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.memory import TranslationMemory

app = new_app("memory", "See, export, correct, check and prune the translation memory.")

_whose = settings_options(
    "out",
    "memory",
    out="Output folder whose memory is meant. [outputs]",
    memory="Memory file. [the one in the output folder]",
)


def _open(given: Given, *, make: bool = False) -> TranslationMemory:
    from pipeline.config import load_settings
    from pipeline.fsio import is_file
    from pipeline.memory import TranslationMemory
    from pipeline.translate.opening import memory_path

    settings = load_settings(given)
    path = memory_path(settings)
    if not make and not is_file(path) and not path.exists():
        raise MemoryStoreError(
            "there is no translation memory here",
            place=str(path),
            next_step="run `passerelle translate` first, or name a folder with --out",
        )
    return TranslationMemory(
        path,
        own=not settings.memory,
        warn=lambda text: typer.echo(f"warning: {text}", err=True),
    )


@app.command("stats")
@_whose
def show_stats(*, given: Given, as_json: AsJson = False) -> None:
    """Say how much the memory holds."""
    from pipeline.memory import stats

    with _open(given) as store:
        counts = stats(store)
    lines = [
        f"{store.path} ({counts.bytes / 1e6:,.1f} MB)",
        f"  {counted(counts.segments, 'finished sentence')}",
        f"  {counted(counts.answers, 'answer')} of engines",
        *(f"    {number:,} of engine {name[:12]}" for name, number in counts.engines),
        f"  {counted(counts.approved, 'entry', 'entries')} approved by a person",
        f"  {counts.unused_30_days:,} not used in the last 30 days",
    ]
    answer(lines, {"path": str(store.path), **asdict(counts)}, as_json=as_json)


@app.command("export")
@_whose
def export(
    file: Annotated[str, typer.Argument(help="CSV to write; - for standard output.")] = "-",
    *,
    drafts: Annotated[
        bool,
        typer.Option("--drafts/--approved-only", help="With or without the machine's own."),
    ] = True,
    given: Given,
) -> None:
    """Write the memory as a CSV (source, target, status, note).

    Correct a target, write `approved` into its status, and give the file to
    `passerelle memory import`.
    """
    from pipeline.fsio import atomic_open
    from pipeline.memory import table_rows

    with (
        _open(given) as store,
        contextlib.closing(table_rows(store, drafts=drafts)) as rows,
    ):
        if file == "-":
            _write_csv(sys.stdout.buffer, rows)
            sys.stdout.buffer.flush()
            return
        with atomic_open(Path(file)) as handle:
            handle.write(b"\xef\xbb\xbf")  # so that a spreadsheet reads the accents
            count = _write_csv(handle, rows)
    typer.echo(f"{counted(count, 'row')} written to {file}", err=True)


def _write_csv(handle: IO[bytes], rows: Iterable[tuple[str, ...]]) -> int:
    import codecs
    import csv

    writer = csv.writer(codecs.getwriter("utf-8")(handle), lineterminator="\n")
    writer.writerow(("source", "target", "status", "note"))
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


@app.command("import")
@_whose
def import_corrections(
    file: Annotated[str, typer.Argument(help="CSV with columns source and target.")],
    *,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Take corrections over: from now on they win over every engine.

    Rows with the status `draft` are passed over, so that an exported table can be
    corrected in place.
    """
    from pipeline.fsio import read_file
    from pipeline.memory import read_corrections

    try:
        data = read_file(Path(file))
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
    with _open(given, make=True) as store:
        count = store.approve(entries)
    told = f"{counted(count, 'correction')} taken over; used from the next run on."
    answer(told, {"approved": count}, as_json=as_json)


@app.command("prune")
@_whose
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
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Delete rows that are of no more use. Approved entries always stay."""
    from pipeline.memory import prune, stats

    if days is None and not engine:
        raise UsageError(
            "say what to delete", next_step="give --days or --keep-engine (see `memory stats`)"
        )
    with _open(given) as store:
        keep = None
        if engine:
            known = [fingerprint for fingerprint, _ in stats(store).engines]
            keep = [f for f in known if f.startswith(tuple(engine))]
            if not keep:
                raise UsageError(
                    f"no engine of this memory begins with {' or '.join(engine)}",
                    next_step="see `passerelle memory stats`",
                )
        deleted = prune(store, days=days, keep=keep)
    answer(f"{counted(deleted, 'row')} deleted.", {"deleted": deleted}, as_json=as_json)


@app.command("verify")
@_whose
def verify(
    *,
    mend: Annotated[bool, typer.Option("--repair", help="As `memory repair` does.")] = False,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Read every row and compare it with its checksum; exit code 10 when one is damaged.

    Approved entries stand in two files; what one of them lost comes back from the other at
    once, and a warning says so.
    """
    _checked(given, mend=mend, as_json=as_json)


@app.command("repair")
@_whose
def repair(*, given: Given, as_json: AsJson = False) -> None:
    """Take damaged rows out, begin anew where the file is damaged, and say what was saved."""
    _checked(given, mend=True, as_json=as_json)


def _checked(given: Given, *, mend: bool, as_json: bool) -> None:
    from pipeline.memory import check

    with _open(given) as store:
        report = check(store, repair=mend)
    place = str(store.path)
    both = f"{counted(report.approved, 'approved entry', 'approved entries')}, each in two files."
    lines = []
    if report.sound:
        lines = [f"{place}: {report.rows:,} rows, all sound.", f"  {both}"]
    elif mend:
        what = f"{counted(report.damaged, 'damaged row')} of {report.rows:,} taken out"
        if report.structure:
            what = "the file was damaged, and is begun anew with every sound row"
        lines = [f"{place}: {what}; the next run makes anew what is gone.", f"  {both}"]
    answer(lines, {"path": place, "sound": report.sound, **asdict(report)}, as_json=as_json)
    if not report.sound and not mend:
        raise MemoryStoreError(
            f"{report.damaged:,} of {report.rows:,} rows are damaged"
            + "".join(f"\n    {line}" for line in report.structure),
            place=place,
            next_step="run `passerelle memory repair`: approved entries are safe, and the next "
            "run makes the other rows anew",
        )
