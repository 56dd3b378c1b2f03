"""A start in an empty folder, and what to do next in any other."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.config import FIELDS, load_settings, settings_place
from pipeline.errors import InputError, UsageError
from pipeline.fsio import atomic_open, is_file, is_folder, read_file
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = "articles"
"""The folder that a start makes for French articles."""

_HERE = Path(__file__).parent
_SAMPLE = "sample.fr.txt"
_SETTINGS = "passerelle.toml"
_OFTEN_CHANGED = (
    *("out", "glossary", "engine", "variant", "clock", "touch_ups"),
    *("strict", "report", "threads"),
)
_LOOKED_AT = 1000  # entries of a folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one file of a start."""

    path: str  # relative to the folder where it lies in it
    state: Literal["made", "kept", "missing"]
    told: str  # what it is, or why it was not made


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What there is in a folder, and the commands that come next."""

    told: str
    next_step: str
    further: str = ""


def start(folder: Path) -> tuple[Step, ...]:
    """Make settings, a glossary and a sample article; what stands there already is left.

    Args:
        folder: where to start; it is made where it is missing.

    Raises:
        UsageError: the folder is a file, or settings that stand there are wrong.
        OutputError: a file cannot be written.
    """
    if os.path.lexists(folder) and not is_folder(folder):
        raise UsageError(
            "a file stands where the folder would be",
            place=str(folder),
            next_step="name another folder, or leave it out: `passerelle init`",
        )
    steps = (_settings(folder), _glossary(folder), _articles(folder))
    return tuple(step for step in steps if step)


def settings_text() -> str:
    """Give the text of a `passerelle.toml` that changes nothing yet."""
    lines = [
        "# Settings of Passerelle for this folder and those below it: the defaults, to be changed.",
        "# `passerelle config` shows all settings, and where each value comes from.",
    ]
    for name in _OFTEN_CHANGED:
        field = FIELDS[name]
        value = json.dumps(field.default, ensure_ascii=False)  # as TOML writes it, too
        lines += ["", f"# {field.metadata['help']}", f"{name} = {value}"]
    return "\n".join(lines) + "\n"


def starter_glossary() -> bytes:
    """Give the glossary to begin with: packed into the package, or in the checkout beside it.

    Raises:
        InputError: it is in neither place.
    """
    checkout = _HERE.parents[1] / "glossary" / "terms.csv"
    for path in (_HERE / "data" / "terms.csv", checkout):
        if is_file(path):
            return read_file(path)
    raise InputError(
        "the starter glossary is missing from this installation",
        place=str(_HERE / "data"),
        next_step="install passerelle again",
    )


def _settings(folder: Path) -> Step:
    place = settings_place(folder)
    file = Path(place.partition(" [")[0]) if place else None
    if file and file.parent == folder.resolve():
        return Step(path=file.name, state="kept", told="your settings")
    told = f"the settings; {place} no longer counts here" if file else "the settings"
    return _made(folder, Path(_SETTINGS), settings_text().encode(), told)


def _glossary(folder: Path) -> Step | None:
    settings = load_settings(folder=folder)
    if not (paths := settings.paths("glossary")):
        return None  # so the settings say
    at_home = settings.origin("glossary") == "default"
    path = folder / paths[-1] if at_home else paths[-1]
    if os.path.lexists(path):
        return Step(path=_seen_from(folder, path), state="kept", told="your glossary")
    if not _real(path).is_relative_to(os.path.realpath(folder)):
        told = "the glossary of your settings; it lies outside this folder"
        return Step(path=str(path), state="missing", told=told)
    data = starter_glossary()
    told = f"a glossary of {counted(len(data.splitlines()) - 1, 'term')} to begin with"
    return _made(folder, Path(_seen_from(folder, path)), data, told)


def _articles(folder: Path) -> Step:
    articles = folder / ARTICLES
    if os.path.lexists(articles) and (not is_folder(articles) or any(_entries(articles))):
        return Step(path=ARTICLES, state="kept", told="your articles")
    sample = read_file(_HERE / "data" / _SAMPLE)
    return _made(folder, Path(ARTICLES, _SAMPLE), sample, "a French article to try it with")


def _seen_from(folder: Path, path: Path) -> str:
    real, within = _real(path), os.path.realpath(folder)
    return real.relative_to(within).as_posix() if real.is_relative_to(within) else str(path)


def _real(path: Path) -> Path:
    """Give the place of a name: links on the way are followed, the last one is not."""
    return Path(os.path.realpath(path.parent), path.name)


def _made(folder: Path, path: Path, data: bytes, told: str) -> Step:
    """Write a file where nothing has its name, not even since we looked."""
    target, free = folder / path, True

    def settle(_made: Path) -> bool:
        nonlocal free
        free = not os.path.lexists(target)
        return free

    if not os.path.lexists(target):
        with atomic_open(target, settle=settle) as handle:
            handle.write(data)
        if free:
            return Step(path=path.as_posix(), state="made", told=told)
    return Step(path=path.as_posix(), state="kept", told="it was there already")


def command_after(folder: Path) -> str:
    """Give the command that comes after a start."""
    command = _translate(ARTICLES)
    if folder.resolve() == Path.cwd():
        return command
    name = str(folder)
    return f"cd {shlex.quote(f'./{name}' if name[0] == '-' else name)} && {command}"


def advise(folder: Path) -> Advice:
    """Say what to do next by what a folder holds.

    Args:
        folder: the working folder.

    Raises:
        ConfigError: its settings are wrong.
    """
    settings = load_settings(folder=folder)
    out = settings.path("out")
    articles = next(_french(folder, out), "")
    translate = _translate(articles) if articles else ""
    page = out / "report.html"
    if is_file(page):
        return Advice(
            told=f"Your translations are in {out}.",
            next_step=f"open {page}",
            further=f"After a change: {translate}" if translate else "",
        )
    if is_file(out / "segments.parquet"):
        report = f"passerelle quality report {shlex.quote(str(out))}"
        return Advice(told=f"Your translations are in {out}.", next_step=report)
    if translate:
        return Advice(told=f"There are French articles in {articles}.", next_step=translate)
    if settings_place(folder) or any(is_file(path) for path in settings.paths("glossary")):
        return Advice(
            told="There is no article here yet: name yours, or take a sample.",
            next_step="passerelle init",
            further="Your own: passerelle translate FILE",
        )
    return Advice(told="Nothing is set up in this folder yet.", next_step="passerelle init")


def first_command(folder: Path) -> str:
    """Give the command that comes first where nothing was translated yet.

    Args:
        folder: the working folder.
    """
    articles = next(_french(folder, load_settings(folder=folder).path("out")), "")
    return _translate(articles) if articles else "passerelle init"


def _translate(what: str) -> str:
    return f"passerelle translate {shlex.quote(what)}"


def _french(folder: Path, out: Path) -> Iterator[str]:
    """Name what seems to hold French articles: our folders, others, single files."""

    def holds(inside: Path, mark: str = "") -> bool:
        return any(mark in path.name and is_file(path) for path in _entries(inside))

    yield from (name for name in (ARTICLES, "seeds") if holds(folder / name))
    for path in sorted(_entries(folder), key=lambda p: (not is_folder(p), p.name)):
        ours = os.path.realpath(path) == os.path.realpath(out)
        if (holds(path, ".fr.") and not ours) or (".fr." in path.name and is_file(path)):
            yield path.name


def _entries(folder: Path) -> list[Path]:
    """Give what a folder shows, but for hidden names; nothing where it cannot be read."""
    from itertools import islice

    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in islice(found, _LOOKED_AT)]
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".")]
