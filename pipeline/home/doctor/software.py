"""What is installed: versions, extras, plug-ins, and how the terminal spells letters."""

from __future__ import annotations

import contextlib
import io
import locale
import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, entry_points, requires, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError
from pipeline.home.doctor.records import Found, Trouble
from pipeline.home.doctor.system import exported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.metadata import EntryPoint

    from pipeline.home.doctor.visit import Visit

_UTF8 = {"PYTHONUTF8": "1"} if os.name == "nt" else {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
_SHOWN = ("ctranslate2", "sentencepiece", "argos-translate-lt", "polars", "numpy", "sacrebleu")
EXTRAS = {"cluster": "ray", "firefox": "fxtranslate", "llama": "xllamacpp"}
"""Extras of ours, and the module that each brings."""


def version_of(name: str) -> str:
    """Give the version of an installed distribution, "" where it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def software(visit: Visit) -> Found:
    """Say which versions are at work, and which needed distribution is missing."""
    ours = version_of("passerelle")
    system = visit.discreet.text(f"{platform.system()} {platform.machine()}")
    needed = [_name(each) for each in (requires("passerelle") or () if ours else ())]
    missing = [name for name in needed if name and not version_of(name)]
    versions = {name: version_of(name) for name in _SHOWN}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    troubles = []
    if missing:
        troubles.append(
            Trouble(
                level="error",
                what=f"not installed, though Passerelle needs it: {', '.join(missing)}",
                where="this Python",
                next_step="run `python -m pip install --upgrade passerelle`",
                exit_code=UsageError.exit_code,
            )
        )
    return Found(
        summary=f"Passerelle {ours or 'not installed'}, {python}, {system}, "
        f"ctranslate2 {versions['ctranslate2'] or 'missing'}",
        facts={
            "passerelle": ours,
            "python": python,
            "system": visit.discreet.text(platform.platform()),
            "virtual_environment": sys.prefix != sys.base_prefix,
            "installed": versions,
            "missing": missing,
        },
        troubles=tuple(troubles),
    )


def _name(requirement: str) -> str:
    """Give the distribution that a requirement names; "" where it is for an extra or elsewhere."""
    name, _, marker = requirement.partition(";")
    found = re.match(r"[\w.-]+", name)
    return found[0] if found and not marker.strip() else ""


# --- extras and plug-ins ------------------------------------------------------------------


def extras(visit: Visit) -> Found:
    """Say which extras are installed, and load what other distributions add."""
    there = {name: find_spec(module) is not None for name, module in EXTRAS.items()}
    every = entry_points()  # slow, so once
    points = [(p, load) for group, load in _LOADERS.items() for p in every.select(group=group)]
    points.sort(key=lambda each: (each[0].group, each[0].name, each[0].value))
    added = sorted({point.name for point, _ in points})
    told = [f"{name}: {'installed' if has else 'not installed'}" for name, has in there.items()]
    shown = [visit.discreet.text(name) for name in added]
    return Found(
        summary=", ".join(told) + (f"; plug-ins: {', '.join(shown)}" if shown else ""),
        facts={"extras": there, "plug_ins": shown},
        troubles=tuple(_broken(visit, points)),
    )


def _engine(point: EntryPoint) -> object:
    from pipeline.engines import ENGINES

    return ENGINES.load(point.name)


def _imported(point: EntryPoint) -> object:
    return point.load()


_LOADERS: dict[str, Callable[[EntryPoint], object]] = {
    "passerelle.engines": _engine,
    "passerelle.checks": _imported,
    "passerelle.formats": _imported,
}


def _broken(
    visit: Visit, points: Sequence[tuple[EntryPoint, Callable[[EntryPoint], object]]]
) -> Iterator[Trouble]:
    """Load each plug-in as a run would; what it prints meanwhile is not our output."""
    for point, load in points:
        error = _error_of(point, load)
        if error is None:
            continue
        owner = visit.discreet.text(point.dist.name if point.dist else point.value)
        kind = type((error.__cause__ or error) if isinstance(error, UsageError) else error)
        stops = not point.group.endswith("engines")  # an engine stops only who asks for it
        yield Trouble(
            level="error" if stops else "warning",
            what=f"the plug-in {visit.discreet.text(point.name)} of {owner} cannot be loaded "
            f"({visit.discreet.text(kind.__name__)})",
            where=point.group,
            next_step=f"update it, `python -m pip install --upgrade {owner}`, or uninstall it",
            exit_code=UsageError.exit_code if stops else 0,
        )


def _error_of(point: EntryPoint, load: Callable[[EntryPoint], object]) -> BaseException | None:
    said = io.StringIO()
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            load(point)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:
        return raised
    finally:
        sys.dont_write_bytecode = wrote
    return None


# --- terminal and locale ------------------------------------------------------------------


def terminal(visit: Visit) -> Found:
    """Say how letters are spelt on the screen and in file names."""
    names = sys.getfilesystemencoding()
    screen = getattr(sys.stdout, "encoding", "") or "unknown"
    told = locale.getencoding()
    facts: dict[str, Any] = {
        "screen": screen,
        "file_names": names,
        "locale": told,
        "utf8_mode": bool(sys.flags.utf8_mode),
        "is_terminal": bool(getattr(sys.stdout, "isatty", bool)()),
    }
    troubles = []
    if not all(map(_spells, (screen, names))):
        troubles.append(
            Trouble(
                level="warning",
                what=f"this session has no UTF-8 ({told}): letters with accents come out wrong on "
                "the screen and in file names",
                where="locale",
                next_step=f"say so before the next command: {exported(**_UTF8)}",
            )
        )
    del visit
    return Found(
        summary=f"screen {screen}, file names {names}", facts=facts, troubles=tuple(troubles)
    )


def _spells(encoding: str) -> bool:
    """Say whether an encoding has the letters of French and the signs that we print."""
    try:
        return bool("éœ→…“”".encode(encoding))
    except (LookupError, UnicodeError):
        return False
