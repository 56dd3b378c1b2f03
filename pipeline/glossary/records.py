"""Records that only the glossary room knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Case", "Entry", "MaskShape", "Match", "Matches", "Status", "Term"]

Status = Literal["preferred", "dnt", "forbidden"]
Case = Literal["smart", "exact", "ignore"]

ANYWHERE = "*"
"""The source of a forbidden row that holds in every sentence."""


class Entry(dict[str, str]):
    """A row of another tool's glossary: column → value, and where it was read."""

    def __init__(self, values: Mapping[str, str], *, file: str, line: int) -> None:
        super().__init__(values)
        self.file = file
        self.line = line  # from 1; 0 where the format has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row of the glossary, read and checked."""

    source: str
    targets: tuple[str, ...]  # accepted (or, where forbidden, refused) forms, preferred first
    status: Status = "preferred"
    case: Case = "smart"
    inflect: bool = True
    wrong: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    priority: int = 0
    note: str = ""
    place: str = ""  # "FILE:LINE"

    def content(self) -> tuple[object, ...]:
        """Give what decides this row's effect on a translation (not its note or place)."""
        return (self.source, self.targets, self.status, self.case, self.inflect, self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A term seen in a source sentence."""

    term: Term
    start: int  # code points into the source
    end: int
    text: str
    plural: bool  # the matched form, or the determiner before it, is plural
    inflected: bool  # another form than the row's own matched
    caps: bool  # stands in ALL CAPS although the row does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Everything the matcher saw in one sentence."""

    matches: tuple[Match, ...]  # chosen, in order, never overlapping
    overlaps: tuple[tuple[Match, Match], ...] = ()  # (kept, given up)
    forbidden: tuple[Term, ...] = field(default=())  # forbidden rows that hold here


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskShape:
    """A placeholder that the installed model was seen to carry through.

    ``template`` holds ``{n}`` where the number goes, or ``{a}`` for a letter.
    """

    template: str
    survival: float = 1.0  # share of placeholders that came back exactly once

    def render(self, index: int) -> str:
        """Give the placeholder with the number ``index`` (0, 1, 2 …)."""
        return self.template.replace("{n}", str(index + 1)).replace("{a}", chr(ord("A") + index))
