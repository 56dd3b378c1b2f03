"""What the command line takes, as records: completion and the manual are made of them.

Importing the commands to ask them would take longer than a person waits for a Tab, so what they
say is kept in ``data/commands.json``; `tests/unit/test_manual.py` holds it against them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Path(__file__).parent / "data" / "commands.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An option or an argument."""

    name: str  # as Python has it: "second_look"
    flags: tuple[str, ...] = ()  # every way to write an option; none of an argument
    value: str = ""  # what it takes: "str", "path", "corpus|document"; "" of a switch
    many: bool = False
    required: bool = False
    help: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have, where they are told."""
        return tuple(self.value.split("|")) if "|" in self.value else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, or a group of commands."""

    path: tuple[str, ...]  # ("passerelle", "glossary", "set")
    help: str
    options: tuple[Parameter, ...] = ()
    arguments: tuple[Parameter, ...] = ()
    commands: tuple[Command, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path[-1]

    @property
    def summary(self) -> str:
        """What the help begins with, on one line."""
        return " ".join(self.help.split("\n\n")[0].split())

    def walk(self) -> Iterator[Command]:
        """Yield the command and every one below it."""
        yield self
        for command in self.commands:
            yield from command.walk()

    def below(self, name: str) -> Command | None:
        """Give the command of a group that has this name."""
        return next((c for c in self.commands if c.name == name), None)


def to_json(command: Command) -> str:
    """Write a command and every one below it, a value a line."""
    return json.dumps(_lean(asdict(command)), ensure_ascii=False, indent=1) + "\n"


def _lean(value: Any) -> Any:  # noqa: ANN401 - what JSON knows
    """Leave out what a record says by default."""
    if isinstance(value, dict):
        return {key: _lean(each) for key, each in value.items() if each or key == "help"}
    return [_lean(each) for each in value] if isinstance(value, (list, tuple)) else value


def from_json(text: str) -> Command:
    """Read what `to_json` wrote."""
    return _command(json.loads(text))


def _command(table: dict[str, Any]) -> Command:
    return Command(
        path=tuple(table["path"]),
        help=table["help"],
        options=tuple(map(_parameter, table.get("options", ()))),
        arguments=tuple(map(_parameter, table.get("arguments", ()))),
        commands=tuple(map(_command, table.get("commands", ()))),
        examples=tuple(table.get("examples", ())),
    )


def _parameter(table: dict[str, Any]) -> Parameter:
    return Parameter(**(table | {"flags": tuple(table.get("flags", ()))}))


def kept() -> Command:
    """Read the commands as they were when they last changed."""
    return from_json(KEPT.read_text(encoding="utf-8"))
