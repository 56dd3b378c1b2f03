"""Records that only the glossary room knows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pipeline.records import Occurrence, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.records import Rendering

Status = Literal["preferred", "dnt", "forbidden"]
Case = Literal["smart", "exact", "ignore"]

ANYWHERE = "*"
"""The source of a forbidden row that holds in every sentence."""

RULES = "2"
"""Raised when the ladder changes what it makes of the same row."""


def digest(contents: Iterable[object]) -> str:
    """Hash what rows say, whatever their order, together with the ladder's `RULES`."""
    lines = sorted(json.dumps(c, ensure_ascii=False, default=list) for c in contents)
    return hashlib.sha256("\n".join((RULES, *lines)).encode()).hexdigest()


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

    @property
    def forms(self) -> tuple[str, ...]:
        """The English forms, preferred first: a term that is not translated is its own."""
        return self.targets or (self.source,)

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

    @property
    def occurrence(self) -> Occurrence:
        """The public record of this match."""
        return Occurrence(
            term=self.term.source,
            row=self.term.place,
            span=Span(start=self.start, end=self.end),
            text=self.text,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Everything the glossary has to say about one sentence: seen once, handed on."""

    matches: tuple[Match, ...]  # chosen, in order, never overlapping
    overlaps: tuple[tuple[Match, Match], ...] = ()  # (kept, given up)
    forbidden: tuple[Term, ...] = ()  # forbidden rows that hold here

    def __bool__(self) -> bool:
        """Say whether the glossary has anything to say; ``key`` is "" where it has not."""
        return bool(self.matches or self.forbidden)

    @property
    def key(self) -> str:
        """A hash of what the glossary has to say; "" where it has nothing.

        Two term bases that give the same key treat the sentence alike, so a finished
        translation may be used again. Editing a row changes the keys of the sentences that
        it touches and of no others; notes, domains and file names do not count.
        """
        if not self:
            return ""
        rows = [("match", m.start, m.end, *m.term.content()) for m in self.matches]
        return digest([*rows, *(("forbidden", *t.content()) for t in self.forbidden)])

    def located(self, rendering: Rendering) -> Rendering:
        """Name the rows of a remembered rendering by where they stand now.

        A rendering keeps its key, and stays in the memory, when its rows only moved in
        their file; the places in its term results are brought up to date here.

        Args:
            rendering: of the sentence that these matches were seen in, under their key.
        """
        if not rendering.terms:
            return rendering
        seen = {(m.start, m.end): m.term.place for m in self.matches}
        refused = {t.source: t.place for t in self.forbidden}
        terms = []
        for result in rendering.terms:
            old = result.occurrence
            row = seen.get((old.span.start, old.span.end)) or refused.get(old.term, old.row)
            terms.append(replace(result, occurrence=replace(old, row=row)))
        return replace(rendering, terms=tuple(terms))


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
