"""What a look at a machine leaves: records that text and JSON render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["ok", "note", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From nothing to the worst: a note is to be known, a warning costs something, an error stops."""

VERSION = 1
"""Of the JSON: within one version keys keep their names and meanings; others may be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is not as it should be, and what helps."""

    level: Level
    what: str
    where: str = ""  # a path as `Discreet` shows it, an option, a place in the machine
    next_step: str  # commands stand in backticks
    exit_code: int = 0  # of an error: what a run would end with

    def to_json(self) -> dict[str, str]:
        """Give it as a JSON-ready table."""
        return {
            "level": self.level,
            "what": self.what,
            "where": self.where,
            "next_step": self.next_step,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one examination found."""

    summary: str  # one line, for people
    facts: Mapping[str, Any]  # JSON-ready, for a bug report
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An examination's name and what it found."""

    name: str
    found: Found

    @property
    def level(self) -> Level:
        """The worst of its troubles."""
        return max((t.level for t in self.found.troubles), key=LEVELS.index, default="ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Everything that was examined, in order."""

    passerelle: str  # its version
    examined: tuple[Examined, ...]

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Every trouble, the worst first, else in the order of the examinations."""
        found = [trouble for each in self.examined for trouble in each.found.troubles]
        return tuple(sorted(found, key=lambda t: -LEVELS.index(t.level)))

    @property
    def level(self) -> Level:
        """The worst level of all."""
        return max((each.level for each in self.examined), key=LEVELS.index, default="ok")

    @property
    def exit_code(self) -> int:
        """0 unless an error stands: then what a run would end with, of the first one."""
        return self.troubles[0].exit_code if self.level == "error" else 0

    @property
    def first(self) -> str:
        """What to do first, in one sentence."""
        if self.level in ("warning", "error"):
            return f"Do this first: {self.troubles[0].next_step}."
        return "Nothing stands in the way: `passerelle translate FILE`."

    def to_json(self) -> dict[str, Any]:
        """Give everything as a JSON-ready table; see `VERSION`."""
        return {
            "version": VERSION,
            "passerelle": self.passerelle,
            "level": self.level,
            "exit_code": self.exit_code,
            "first": self.first,
            "examined": [
                {
                    "name": each.name,
                    "level": each.level,
                    "summary": each.found.summary,
                    "facts": dict(each.found.facts),
                    "troubles": [trouble.to_json() for trouble in each.found.troubles],
                }
                for each in self.examined
            ],
        }
