"""Measuring a text against the terms of its source. Deciding is the ladder's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.glossary.match.targets import Hit, Target, accepted, assign, find_form

if TYPE_CHECKING:
    from pipeline.glossary.records import Matches, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a text makes of the terms of its source."""

    target: Target
    hits: tuple[Hit | None, ...]  # one for each match
    forbidden: tuple[tuple[Term, Hit], ...]  # forbidden forms that stand in the text

    @property
    def satisfied(self) -> int:
        """How many occurrences hold an accepted form."""
        return sum(h is not None for h in self.hits)

    @property
    def violations(self) -> int:
        """How many occurrences hold none, plus forbidden forms."""
        return len(self.hits) - self.satisfied + len(self.forbidden)

    @property
    def missing(self) -> tuple[int, ...]:
        """The indexes of the occurrences that hold no accepted form."""
        return tuple(i for i, h in enumerate(self.hits) if h is None)

    def taken(self) -> tuple[tuple[int, int], ...]:
        """Give the spans that satisfy an occurrence."""
        return tuple((h.start, h.end) for h in self.hits if h is not None)


def assess(text: str, matches: Matches) -> Assessment:
    """Measure ``text`` against the terms of its source."""
    target = Target.of(text)
    hits = assign(target, [(m.term, accepted(m), m.caps) for m in matches.matches])
    used = [(h.start, h.end) for h in hits if h is not None]
    refused: list[tuple[Term, Hit]] = []
    seen: set[tuple[int, int]] = set()
    for term in matches.forbidden:
        for form in term.targets:
            for start, end in find_form(target, form, case=term.case, inflect=term.inflect):
                covered = any(low <= start and end <= high for low, high in used)
                if not covered and (start, end) not in seen:
                    seen.add((start, end))
                    refused.append((term, Hit(start=start, end=end, form=form)))
    refused.sort(key=lambda pair: pair[1].start)
    return Assessment(target=target, hits=hits, forbidden=tuple(refused))
