"""``passerelle memory``: see, export, correct, check and prune the translation memory."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import (
    AsJson,
    Given,
    answer,
    examples,
    first_step,
    new_app,
    settings_options,
)
from pipeline.config import load_settings
from pipeline.errors import EXIT_SKIPPED, InputError, MemoryStoreError, NothingChecked, UsageError
from pipeline.wording import counted, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.memory import Approved, TranslationMemory

app = new_app(
    "memory",
    "See, export, correct, check and prune the translation memory.",
    epilog=examples(
        "passerelle memory stats",
        "passerelle memory export corrections.csv",
        "passerelle memory import corrections.csv",
    ),
)

_SHOWN = 5  # corrections without a sentence that are named

_whose = settings_options(
    "out",
    "memory",
    out="Output folder whose memory is meant. [outputs]",
    memory="Memory file. [the one in the output folder]",
)


def _open(given: Given, *, make: bool = False) -> TranslationMemory:
    from pipeline.fsio import is_file
    from pipeline.memory import TranslationMemory
    from pipeline.translate.opening import memory_path

    settings = load_settings(given)
    path = memory_path(settings)
    if not make and not is_file(path) and not path.exists():
        raise MemoryStoreError(
            "there is no translation memory here",
            place=str(path),
            next_step=f"{first_step()}, or name a folder with --out",
        )
    return TranslationMemory(
        path,
        own=not settings.memory,
        warn=_warn,
    )


def _warn(text: str) -> None:
    typer.echo(f"warning: {text}", err=True)


@app.command(
    "stats",
    epilog=examples("passerelle memory stats", "passerelle memory stats --out outputs --json"),
)
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


@app.command(
    "export",
    epilog=examples(
        "passerelle memory export corrections.csv",
        "passerelle memory export --approved-only > approved.csv",
    ),
)
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
    from pipeline.memory import table_rows
    from pipeline.translate.opening import keeper_of_user

    with (
        _open(given) as store,
        contextlib.closing(table_rows(store, drafts=drafts)) as rows,
    ):
        if file == "-":
            _write_csv(sys.stdout.buffer, rows)
            sys.stdout.buffer.flush()
            return
        if os.path.realpath(file) == os.path.realpath(str(store.path)):
            raise UsageError(
                "that is the memory itself", place=file, next_step="write to another file"
            )
        with keeper_of_user(_warn).open(Path(file)) as handle:
            handle.write(b"\xef\xbb\xbf")  # so that a spreadsheet reads the accents
            count = _write_csv(handle, rows)
    typer.echo(f"{counted(count, 'row')} written to {file}", err=True)


def _write_csv(handle: IO[bytes], rows: Iterable[tuple[str, ...]]) -> int:
    from pipeline.lists import as_table
    from pipeline.memory import COLUMNS

    count = -1  # without the header
    for row in itertools.chain((COLUMNS,), rows):
        line = as_table([dict(zip(COLUMNS, row, strict=True))], COLUMNS, ",")
        handle.write(line.encode("utf-8", "replace"))
        count += 1
    return count


@app.command(
    "import",
    epilog=examples(
        "passerelle memory import corrections.csv",
        "passerelle memory import agency.tmx --memory desk.sqlite",
    ),
)
@_whose
def import_corrections(
    file: Annotated[str, typer.Argument(help="CSV, TSV, TMX or TBX with French and English.")],
    *,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Take corrections over: from now on they win over every engine.

    Rows with the status `draft` are passed over, so that an exported table can be
    corrected in place. Rows that cannot be taken are named: exit code 3.
    """
    from pipeline.memory import read_corrections

    found = read_corrections(Path(file))
    if not found.entries:
        for problem in found.problems:
            raise problem
        raise NothingChecked(
            "no correction in this table",
            place=file,
            next_step="write `approved` into the status of the rows that you corrected",
        )
    with _open(given, make=True) as store:
        count = store.approve(found.entries)
    unmatched = _unmatched(found.entries, load_settings(given).path("out") / "segments.parquet")
    lines = [f"{counted(count, 'correction')} taken over; used from the next run on."]
    if unmatched:
        lines.append(
            f"{len(unmatched):,} of {counted(count, 'correction')} "
            f"{'matches' if len(unmatched) == 1 else 'match'} no sentence of the last run:"
        )
        lines += [f"  {excerpt(source, 100)}" for source in unmatched[:_SHOWN]]
        if len(unmatched) > _SHOWN:
            lines.append(f"  … and {len(unmatched) - _SHOWN:,} more (all of them with --json)")
    lines += [f"left out: {problem}" for problem in found.problems]
    told = {
        "approved": count,
        "unmatched": unmatched,
        "problems": [{"problem": p.problem, "place": p.place} for p in found.problems],
    }
    answer(lines, told, as_json=as_json)
    if found.problems:
        raise typer.Exit(EXIT_SKIPPED)


def _unmatched(entries: Sequence[Approved], table: Path) -> list[str]:
    """Give the sources that are no sentence of the last run; none where there was no run."""
    from pipeline.fsio import is_file
    from pipeline.memory import approved_key
    from pipeline.table import read_rows

    missing = {approved_key(entry.source): entry.source for entry in entries}
    if not is_file(table):
        return []
    try:
        for row in read_rows(table):
            missing.pop(approved_key(row.source), None)
    except InputError:
        return []  # a damaged table: the next run writes it anew
    return list(missing.values())


@app.command("prune", epilog=examples("passerelle memory prune --days 90"))
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


@app.command(
    "verify",
    epilog=examples("passerelle memory verify", "passerelle memory verify --out outputs --repair"),
)
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


@app.command("repair", epilog=examples("passerelle memory repair"))
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
