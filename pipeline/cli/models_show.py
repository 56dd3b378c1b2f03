"""What ``passerelle models`` prints of models and of what is known of how good they are."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelError
from pipeline.models import (
    elsewhere,
    folder_bytes,
    licence_of,
    measured_path,
    published_for,
    read_measured,
    stamp_of,
    strays,
)
from pipeline.wording import at_home, columns, counted, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from pipeline.models import Measurement, Measurements, ModelRecord, Published, Store

_ASK = "Measure your own: passerelle models measure NAME --source X.fr --reference X.en"


def home_of(path: Path | str) -> str:
    """Give a path with ``~`` for this user's home."""
    return at_home(str(path), os.path.expanduser("~"))  # noqa: PTH111 - raises nothing


def measurements_of(store: Store, record: ModelRecord) -> Measurements:
    """Give what was measured of a model that is installed here."""
    ours = record.owner == "passerelle"
    name = record.name if ours else os.path.realpath(record.path)
    path = measured_path(store.root, name, installed=ours)
    return read_measured(path, model=name, stamp=stamp_of(record, record.path))


def auto_path(store: Store) -> Path | None:
    """Give the folder of the model that ``--engine auto`` takes."""
    with suppress(ModelError):
        taken = store.auto()
        return taken.path if taken else None
    return None


def record_table(store: Store, record: ModelRecord, taken: Path | None) -> dict[str, Any]:
    """Give all that is known of a model but its files, as JSON has it."""
    measured = measurements_of(store, record)
    return {
        "name": record.name,
        "kind": record.kind,
        "version": record.version,
        "languages": list(record.languages),
        "owner": record.owner,
        "origin": record.origin,
        "installed_at": record.installed_at,
        "bytes": _bytes(record),
        "path": str(record.path),
        "damage": record.damage,
        "licence": licence_of(record),
        "auto": record.path == taken,
        "published": [asdict(figure) for figure in published_for(record)],
        "measured": [asdict(m) | {"old": measured.is_old(m)} for m in measured.kept],
    }


def _bytes(record: ModelRecord) -> int:
    return record.size or folder_bytes(record.path)


def measured_text(measurement: Measurement, *, old: bool) -> str:
    """Say in one line what was measured, the figure that people know first."""
    best = measurement.score("BLEU") or measurement.scores[0]
    lines = counted(measurement.lines, "line")
    told = f"{lines}, measured {one_line(measurement.day)}"
    told += "; old: the model has changed since" if old else ""
    return f"{best.name} {best.value:.1f} on {one_line(measurement.set)} ({told})"


def published_text(figure: Published) -> str:
    """Say in one line what is published, and who measured it."""
    return f"{figure.metric} {figure.value:.1f} on {figure.set} ({figure.by})"


def _good(figures: Sequence[Published], measured: Measurements) -> Iterator[str]:
    for figure in figures:
        yield f"published  {published_text(figure)}"
    if measured.damage:
        yield f"here       cannot be read and is ignored: {one_line(measured.damage)}"
    if measured.kept:
        best = max(measured.kept, key=lambda m: (not measured.is_old(m), m.lines, m.measured_at))
        more = len(measured.kept) - 1
        told = measured_text(best, old=measured.is_old(best))
        yield f"here       {told}" + (f", and {more} more (models info)" if more else "")


def list_lines(store: Store, *, paths: bool) -> Iterator[str]:
    """Give what ``models list`` prints."""
    records, taken = store.list(), auto_path(store)
    if not records:
        yield f"No model is installed in {home_of(store.root)}."
        yield "Install one: passerelle models install bundled"
    groups = {
        f"Models in {home_of(store.root)}": [r for r in records if r.owner == "passerelle"],
    }
    for record in records:
        if record.owner != "passerelle":
            title = f"argostranslate's own, in {home_of(record.path.parent)}"
            groups.setdefault(title, []).append(record)
    measured = {record.path: measurements_of(store, record) for record in records}
    rows = iter(_rows(records))
    for title, members in groups.items():
        if members:
            yield title
        for record in members:
            yield "  " + next(rows) + ("  ← auto takes this one" if record.path == taken else "")
            if paths:
                yield f"    {home_of(record.path)}"
            yield from (f"    {t}" for t in _good(published_for(record), measured[record.path]))
    yield from _other_lines(store, {os.path.realpath(record.path) for record in records})
    if records and taken is None:
        yield _no_auto(store)
    if records and not any(m.kept for m in measured.values()):
        yield _ASK


def _no_auto(store: Store) -> str:
    try:
        store.auto()
    except ModelError as error:
        return f"--engine auto stops: {one_line(error.problem)} ({home_of(error.place)})"
    return "--engine auto makes the bundled model at the first run: about a minute, 350 MB."


def _rows(records: Sequence[ModelRecord]) -> Iterator[str]:
    sound = columns(
        [
            (r.kind, r.version, "→".join(r.languages), f"{_bytes(r) / 1e6:,.0f} MB", licence_of(r))
            for r in records
            if not r.damage
        ],
        right=(3,),
    )
    told = [(r.name, _damage(r) if r.damage else next(sound)) for r in records]
    return columns(told)


def _elsewhere(store: Store, installed: Collection[str]) -> Iterator[tuple[Path, Measurements]]:
    for path in elsewhere(store.root):
        measured = read_measured(path)
        if measured.model not in installed:
            yield path, measured


def elsewhere_table(store: Store) -> list[dict[str, Any]]:
    """Give what was measured of models that are not installed here, as JSON has it."""
    installed = {os.path.realpath(record.path) for record in store.list()}
    rows = []
    for path, measured in _elsewhere(store, installed):
        now = stamp_of_other(measured.model)
        kept = [asdict(m) | {"old": m.stamp != now} for m in measured.kept]
        rows.append({"model": measured.model, "file": str(path), "measured": kept})
    return rows


def _damage(record: ModelRecord) -> str:
    return f"DAMAGED: {record.damage}" if record.kind else record.damage


def _other_lines(store: Store, installed: set[str]) -> Iterator[str]:
    """Name what was measured and is not installed here, and what is no model."""
    others = list(_elsewhere(store, installed))
    if others:
        yield "Measured, and not installed by passerelle"
    for path, each in others:
        if each.damage:
            yield f"  {home_of(path)} cannot be read and is ignored: {one_line(each.damage)}"
            continue
        gone = "" if "://" in each.model or os.path.lexists(each.model) else " (gone)"
        yield f"  {one_line(home_of(each.model))}{gone}"
        for kept in each.kept[:1]:
            old = not gone and kept.stamp != stamp_of_other(each.model)
            yield f"    here       {measured_text(kept, old=old)}"
    found = strays(store.root)
    if found:
        yield f"No models, in {home_of(store.root)}"
    for stray in found:
        yield f"  {one_line(stray.path.name)}: {stray.what}"


def stamp_of_other(model: str) -> str:
    """Give the stamp of a model that is named by path or address; "" for an address."""
    from pathlib import Path

    return stamp_of(None, Path(model) if os.path.lexists(model) else None)


def info_lines(store: Store, record: ModelRecord) -> Iterator[str]:
    """Give what is known of how good a model is, with signatures."""
    for figure in published_for(record):
        yield f"published     {published_text(figure)}: {figure.source}"
    measured = measurements_of(store, record)
    if measured.damage:
        yield f"measured      cannot be read and is ignored: {one_line(measured.damage)}"
    for each in measured.kept:
        yield f"measured      {measured_text(each, old=measured.is_old(each))}"
        yield from (f"              {line}" for line in measurement_lines(each))


def measurement_lines(measurement: Measurement) -> Iterator[str]:
    """Give the figures of a measurement with all that is needed to reproduce them."""
    yield ", ".join(f"{s.name} {s.value:.1f}" for s in measurement.scores)
    yield (
        f"{measurement.lines_per_second:.1f} lines/s, loading left out; "
        f"{counted(measurement.threads, 'thread')}"
    )
    yield one_line(measurement.way)
    if measurement.lines != measurement.of:
        yield f"the first {measurement.lines:,} lines of {measurement.of:,}"
    yield from (one_line(f"{s.name}|{s.signature}") for s in measurement.scores)
    yield f"set {measurement.digest[:16]}…, engine {measurement.fingerprint[:16]}…"
