"""Settings: frozen, checked at entry, each value with the place it came from.

Precedence, highest first: command line, ``passerelle.toml``, ``[tool.passerelle]`` in
``pyproject.toml``, built-in default. The file is looked for in the working folder and
then in its parents; the nearest folder that has one wins.
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines import ENGINES
from pipeline.errors import ConfigError
from pipeline.fsio import is_file

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value as ``passerelle config`` shows it."""

    name: str
    value: object
    origin: str  # "default", "command line" or "FILE [section]"


def _option(default: object, help_text: str) -> Any:  # noqa: ANN401 - dataclasses.field's own type
    metadata = {"help": help_text}
    if isinstance(default, tuple):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run can be told. Field names are the keys of ``passerelle.toml``."""

    out: str = _option("outputs", "folder for translations, table and manifest")
    glossary: tuple[str, ...] = _option(
        ("glossary/terms.csv",), "glossary CSV files, later ones win"
    )
    domain: tuple[str, ...] = _option((), "keep only glossary rows with one of these domains")
    strict: bool = _option(False, "exit with 14 when a term is violated")
    engine: str = _option("auto", "auto, argos, bundled, or one that a plug-in adds")
    model: str = _option("", "path or name of a model, instead of the installed one")
    beam: int = _option(0, "beam size; 1 is greedy; 0 leaves the choice to the engine")
    threads: int = _option(0, "processor threads; 0 uses what the machine has")
    front_matter: bool = _option(False, "translate title and description of front matter")
    second_look: bool = _option(
        True, "translate sentences with French left over again, those words banned"
    )
    memory: str = _option("", "translation memory file; empty for one in the output folder")
    report: bool = _option(True, "write the quality report after the run")
    max_file_mb: int = _option(64, "skip larger files (megabytes); 0 for no limit")
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, name: str) -> str:
        """Say where ``name``'s value came from."""
        return self.origins.get(name, DEFAULT)

    def listing(self) -> tuple[Setting, ...]:
        """Give every setting with value and origin, in declaration order."""
        return tuple(
            Setting(name=f.name, value=getattr(self, f.name), origin=self.origin(f.name))
            for f in dataclasses.fields(self)
            if f.name != "origins"
        )


_FIELDS = {f.name: f for f in dataclasses.fields(Settings) if f.name != "origins"}


def _check(name: str, value: object, place: str) -> object:
    spec = _FIELDS[name]
    wanted = str(spec.type)
    good: object
    if wanted.startswith("tuple"):
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(i, str) for i in items):
            raise ConfigError(
                f"{name} must be a text or a list of texts, not {value!r}",
                place=place,
                next_step=f'write for instance {name} = ["one", "two"]',
            )
        good = tuple(items)
    elif wanted == "bool":
        if not isinstance(value, bool):
            raise ConfigError(
                f"{name} must be true or false, not {value!r}",
                place=place,
                next_step=f"write {name} = true or {name} = false",
            )
        good = value
    elif wanted == "int":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(
                f"{name} must be a whole number, 0 or more, not {value!r}",
                place=place,
                next_step=f"write for instance {name} = 2",
            )
        good = value
    else:
        if not isinstance(value, str):
            raise ConfigError(
                f"{name} must be a text, not {value!r}",
                place=place,
                next_step=f'write for instance {name} = "{spec.default}"',
            )
        if name == "engine" and value != "auto" and value not in ENGINES:
            raise ConfigError(
                f"engine must be one of {', '.join(('auto', *ENGINES))}, not {value!r}",
                place=place,
                next_step="choose one of these",
            )
        good = value
    return good


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"not valid TOML: {error}", place=str(path), next_step="mend the line it names"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", place=str(path), next_step="check its permissions"
        ) from error


def settings_files(folder: Path) -> tuple[Path, ...]:
    """Name every file that could hold the settings of ``folder``, there or not, nearest first."""
    return tuple(
        candidate / name
        for candidate in (folder, *folder.parents)
        for name in ("passerelle.toml", "pyproject.toml")
    )


def _find(folder: Path) -> tuple[dict[str, Any], str]:
    """Find the nearest configuration; give its table and the name to call it by."""
    for path in settings_files(folder):
        if not is_file(path):
            continue
        table = _read_toml(path)
        if path.name == "passerelle.toml":
            return table, str(path)
        tool = table.get("tool", {})
        if isinstance(tool, dict) and "passerelle" in tool:
            place, own = f"{path} [tool.passerelle]", tool["passerelle"]
            if not isinstance(own, dict):
                raise ConfigError(
                    f"this must be a table, not {own!r}",
                    place=place,
                    next_step="write [tool.passerelle] on a line and the settings below it",
                )
            return own, place
    return {}, ""


def load_settings(
    overrides: Mapping[str, object] | None = None, *, folder: Path | None = None
) -> Settings:
    """Read the nearest configuration and lay the command line's values over it.

    Args:
        overrides: values given on the command line; ``None`` values count as not given.
        folder: where to start looking; the working folder unless told.

    Raises:
        ConfigError: a key is unknown or a value has the wrong type or is not a choice.
    """
    table, place = _find((folder or Path.cwd()).resolve())
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in _FIELDS:
            import difflib

            near = difflib.get_close_matches(name, _FIELDS, n=1)
            raise ConfigError(
                f"unknown key {key!r}",
                place=place,
                next_step=(f"did you mean {near[0]!r}? " if near else "")
                + f"known keys: {', '.join(_FIELDS)}",
            )
        values[name] = _check(name, value, place)
        origins[name] = place
    for name, value in (overrides or {}).items():
        if value is None:
            continue
        values[name] = _check(name, value, f"--{name.replace('_', '-')}")
        origins[name] = COMMAND_LINE
    return Settings(**values, origins=origins)
