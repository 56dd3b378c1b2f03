"""Settings: frozen, checked at entry, each value with the place it came from.

Precedence, highest first: what the caller gives (command line or Python),
``passerelle.toml``, ``[tool.passerelle]`` in ``pyproject.toml``, built-in default. The file
is looked for in the working folder and then in its parents; the nearest folder that has one
wins.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipeline.errors import ConfigError
from pipeline.fsio import is_folder, read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEFAULT = "default"
COMMAND_LINE = "command line"
ARGUMENT = "argument"  # of a Python caller
FRONT_MATTER_KEYS = ("title", "description", "summary")
_SHARED = " [tool.passerelle]"
_NO_SWITCH: Mapping[bool, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value as ``passerelle config`` shows it."""

    name: str
    value: object
    origin: str  # "default", "command line", "argument" or "FILE [section]"


def _option(
    default: object,
    help_text: str,
    *,
    short: str = "",
    choices: tuple[str, ...] = (),
    loose: bool = False,  # a choice may be written in capitals, or as a number
    switch: Mapping[bool, object] = _NO_SWITCH,  # what true and false stand for
) -> Any:  # noqa: ANN401 - dataclasses.field's own type
    metadata = {"help": help_text, "short": short, "choices": choices}
    return field(default=default, metadata=metadata | {"loose": loose, "switch": switch})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run can be told.

    A field's name is the key in ``passerelle.toml``, the keyword of a Python caller and,
    with dashes, the option of the command line, of which its text is the help.
    """

    out: str = _option("outputs", "Folder for translations. [outputs]", short="-o")
    glossary: tuple[str, ...] = _option(
        ("glossary/terms.csv",),
        "Glossary CSV; may be repeated, later ones win.",
        short="-g",
    )
    domain: tuple[str, ...] = _option(
        (), "Keep only glossary rows of this domain; may be repeated."
    )
    strict: bool = _option(False, "Exit with 14 when a term is violated.")
    engine: str = _option(
        "auto", "auto, argos, bundled, firefox, ct2, llama, server, or a plug-in's. [auto]"
    )
    model: str = _option("", "Name, folder or address of a model, instead of the installed one.")
    family: str = _option("", "Family of a ct2 model, where its folder does not tell: small100, ….")
    profile: str = _option(
        "", "How a server's model is asked: a profile's name, or a prompt. [by the model's name]"
    )
    allow_host: str = _option("", "Host of a server that need not be this machine.")
    parallel: int = _option(0, "Sentences that a server is asked for at once. [its slots]")
    context: int = _option(0, "Tokens that a server makes room for. [its own; Ollama: 4096]")
    temperature: float = _option(0.0, "How freely a server's model chooses words. [0: not at all]")
    seed: int = _option(0, "Seed of a server's model.")
    beam: int = _option(0, "Beam size: 1 is quickest. [the engine's own]")
    threads: int = _option(0, "Processor threads; of each worker with --cluster. [all; 1]")
    front_matter: tuple[str, ...] = _option(
        FRONT_MATTER_KEYS,
        "Translate title, description and summary of Markdown front matter. [yes]",
        switch={True: FRONT_MATTER_KEYS, False: ()},
    )
    lines: str = _option(
        "auto",
        "Line breaks of plain text: auto decides one by one, keep, join. [auto]",
        choices=("auto", "keep", "join"),
    )
    format: str = _option(
        "", "Format of standard input, and of named files whose ending (.txt, none) says little."
    )
    columns: tuple[str, ...] = _option(
        (), "Columns of tables to translate: names, letters or numbers; may be repeated."
    )
    mark: str = _option(
        "none",
        "How entries of PO files that are filled are marked: none, fuzzy, note. [none]",
        choices=("none", "fuzzy", "note"),
    )
    second_look: str = _option(
        "full",
        "Sentences to translate again: with French left over (french), and with words that have "
        "no counterpart or where the model is unsure (full). [full]",
        choices=("off", "french", "full"),
        switch={True: "full", False: "off"},  # as it was said before there was more
    )
    touch_ups: bool = _option(
        True, "Write numbers, titles, quotes and the like as English does. [yes]"
    )
    variant: str = _option(
        "",
        "us or uk: spelling, dates and quotes. [as translated]",
        choices=("", "us", "uk"),
        loose=True,
    )
    clock: str = _option(
        "",
        "12 or 24: every time of the day. [12 where French was left]",
        choices=("", "12", "24"),
        loose=True,
    )
    memory: str = _option("", "Translation memory file. [in the output folder]")
    report: bool = _option(True, "Write report.html after the run. [yes]")
    max_file_mb: int = _option(64, "Skip larger files (megabytes); 0 for no limit.")
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, **values: object) -> Self:
        """Make settings of values alone; no file is read.

        Args:
            values: by field name. Texts may be paths, several texts one; ``None`` stands for
                the default.

        Raises:
            ConfigError: an option is unknown or has a value that it cannot have.
        """
        given = dict(_checked(values, _argument, ARGUMENT))
        return cls(**given, origins=dict.fromkeys(given, ARGUMENT))

    def origin(self, name: str) -> str:
        """Say where ``name``'s value came from."""
        return self.origins.get(name, DEFAULT)

    def named(self, name: str) -> bool:
        """Say whether the caller, not a file, gave ``name`` its value."""
        return self.origin(name) in {COMMAND_LINE, ARGUMENT}

    def path(self, name: str, value: str | None = None) -> Path:
        """Give the path that ``name`` means, or that ``value`` would mean in its place.

        A relative path from the caller or by default is relative to the working folder; in
        a configuration file, to the folder of that file.
        """
        path = Path(getattr(self, name) if value is None else value).expanduser()
        origin = self.origin(name).removesuffix(_SHARED)
        if path.is_absolute() or not origin.endswith(".toml"):
            return path
        folder = Path(origin).parent
        return path if folder == Path.cwd() else folder / path  # as short as people say it

    def paths(self, name: str) -> tuple[Path, ...]:
        """Give the paths that ``name`` means, as `path` does; empty ones are left out."""
        return tuple(self.path(name, value) for value in getattr(self, name) if value)

    def listing(self) -> tuple[Setting, ...]:
        """Give every setting with value and origin, in declaration order."""
        return tuple(
            Setting(name=name, value=getattr(self, name), origin=self.origin(name))
            for name in FIELDS
        )

    def to_json(self) -> dict[str, Any]:
        """Give every setting's value and origin as a JSON-ready table."""
        return {s.name: {"value": s.value, "origin": s.origin} for s in self.listing()}


FIELDS = {f.name: f for f in dataclasses.fields(Settings) if f.name != "origins"}
"""Every setting's field, with its help and short option as metadata."""


def _checked(
    values: Mapping[str, object], place: Callable[[str], str], origin: str
) -> Iterator[tuple[str, Any]]:
    """Give names and values as settings have them; ``None`` counts as not given."""
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in FIELDS:
            import difflib

            near = difflib.get_close_matches(name, FIELDS, n=1)
            what = "option" if origin in {COMMAND_LINE, ARGUMENT} else "key"
            raise ConfigError(
                f"unknown {what} {key!r}",
                place=place(name),
                next_step=(f"did you mean {near[0]!r}? " if near else "")
                + f"known {what}s: {', '.join(FIELDS)}",
            )
        if value is not None:
            yield name, _check(name, value, place(name), python=origin == ARGUMENT)


def _check(name: str, value: object, place: str, *, python: bool) -> object:
    """Give a value in the form that settings have, or say what it must be."""
    spec = FIELDS[name]
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bool):
        value = spec.metadata["switch"].get(value, value)
    elif spec.metadata["loose"]:
        value = str(value).lower()  # clock = 24 and variant = "UK" are plain enough
    match str(spec.type):
        case "bool":
            if isinstance(value, bool):
                return value
            must, example = "be true or false", f"write {name} = true or {name} = false"
            example = "give True or False" if python else example
        case "int":
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return value
            must, example = "be a whole number, 0 or more", f"write for instance {name} = 2"
        case "float":
            if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 2:
                return float(value)
            must, example = "be a number from 0 to 2", f"write for instance {name} = 0.3"
        case "str":
            must, example = "be a text", f'write for instance {name} = "{spec.default}"'
            choices = spec.metadata["choices"]
            if choices:
                must = f"be one of {', '.join(filter(None, choices))}"
                example = "choose one of these"
            if isinstance(value, str) and (not choices or value in choices):
                known = _KNOWN.get(name)
                if known is None or known(value) is None:
                    return value
                must, example = f"be one of {known(value)}", "choose one of these"
        case _:  # several texts
            items = value if isinstance(value, (list, tuple)) else [value]
            texts = [os.fspath(i) if isinstance(i, os.PathLike) else i for i in items]
            if all(isinstance(text, str) for text in texts):
                return tuple(texts)
            must = "be a text or a list of texts"
            example = f'write for instance {name} = ["one", "two"]'
    raise ConfigError(f"{name} must {must}, not {value!r}", place=place, next_step=example)


def _no_engine(value: str) -> str | None:
    """Name the engines if none has this name; distributions are asked for others than ours."""
    from pipeline.engines import ENGINES

    return None if value == "auto" or value in ENGINES else ", ".join(("auto", *ENGINES))


def _no_format(value: str) -> str | None:
    """Name the formats if none has this name."""
    from pipeline.documents import formats

    names = [form.name for form in formats()] if value else []
    return ", ".join(names) if value and value not in names else None


_KNOWN = {"engine": _no_engine, "format": _no_format}
"""What tells the known values of a setting if a value is not one of them."""


def _argument(name: str) -> str:
    return f"{name}="


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _read_toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(read_file(path).decode("utf-8"))
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
        if is_folder(path) or not os.path.exists(path):  # noqa: PTH110 - raises nothing
            continue
        table = _read_toml(path)
        if path.name == "passerelle.toml":
            return table, str(path)
        tool = table.get("tool", {})
        if isinstance(tool, dict) and "passerelle" in tool:
            place, own = f"{path}{_SHARED}", tool["passerelle"]
            if not isinstance(own, dict):
                raise ConfigError(
                    f"this must be a table, not {own!r}",
                    place=place,
                    next_step="write [tool.passerelle] on a line and the settings below it",
                )
            return own, place
    return {}, ""


def settings_place(folder: Path) -> str:
    """Name the file, and the table in it, whose settings hold in ``folder``; "" where none do.

    Raises:
        ConfigError: the file cannot be read.
    """
    return _find(folder.resolve())[1]


def load_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    folder: Path | None = None,
    origin: str = COMMAND_LINE,
) -> Settings:
    """Read the nearest configuration and lay the caller's values over it.

    Args:
        overrides: values that the caller gives, in the forms that `Settings.of` takes;
            ``None`` values count as not given.
        folder: where to start looking; the working folder unless told.
        origin: who the caller is, `COMMAND_LINE` or `ARGUMENT`: how errors name a value.

    Raises:
        ConfigError: a key or option is unknown, or a value has the wrong type or is not a
            choice.
    """
    table, file = _find((folder or Path.cwd()).resolve())
    kept = dict(_checked(table, lambda _: file, file))
    place = _flag if origin == COMMAND_LINE else _argument
    given = dict(_checked(overrides or {}, place, origin))
    if kept.get("front_matter") and given.get("front_matter") == FRONT_MATTER_KEYS:
        del given["front_matter"]  # the file's own keys are meant
    origins = dict.fromkeys(kept, file) | dict.fromkeys(given, origin)
    return Settings(**(kept | given), origins=origins)
