"""Running the touch-ups over a sentence, each change an edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.records import Edit, Span
from pipeline.touchups.base import Change, Ends, Sentence, Style, TouchUp, no_prose
from pipeline.touchups.dates import dates
from pipeline.touchups.hours import hours
from pipeline.touchups.names import names as names_kind
from pipeline.touchups.numbers import numbers
from pipeline.touchups.spelling import spelling
from pipeline.touchups.titles import titles
from pipeline.touchups.typography import apostrophes, quotes, spaces
from pipeline.wording import TOUCH_UP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

TOUCH_UPS: tuple[TouchUp, ...] = (
    titles,
    names_kind,
    numbers,
    hours,
    dates,
    quotes,
    spaces,
    apostrophes,
    spelling,
)
"""Every touch-up, in the order in which they run."""

_ROUNDS = 4  # one touch-up may show another what to do; the last round finds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What became of a sentence."""

    text: str
    edits: tuple[Edit, ...] = ()

    def moved(self, span: Span) -> Span | None:
        """Give the place of a stretch of the old text; ``None`` where it was changed."""
        ends = self.moved_ends(span.start, span.end)
        return None if ends is None else Span(start=ends[0], end=ends[1])

    def moved_ends(self, start: int, end: int) -> Ends | None:
        """Give the same as `moved`, of plain offsets."""
        for edit in self.edits:
            grown = len(edit.after) - len(edit.before)
            if edit.span.end <= start:
                start, end = start + grown, end + grown
            elif edit.span.start < end:
                return None
        return start, end

    def alignment(self) -> tuple[tuple[Span, Span], ...]:
        """Give source and target places of what was written anew."""
        pairs = []
        for number, edit in enumerate(self.edits):
            if edit.source is not None:
                start = edit.span.start
                here = Span(start=start, end=start + len(edit.after))
                moved = Touched(text=self.text, edits=self.edits[number + 1 :]).moved(here)
                if moved is not None:
                    pairs.append((edit.source, moved))
        return tuple(pairs)


def touch_up(
    source: str,
    target: str,
    style: Style,
    *,
    protected: Iterable[Ends] = (),
    kept: Iterable[Ends] = (),
    names: Collection[str] = (),
    only: Collection[str] = (),
) -> Touched:
    """Write numbers, titles, quotes and the like of a translation as English writes them.

    What is right already is not touched: touching up what was touched up changes nothing.

    Args:
        source: the French, which says what a number is.
        target: its English.
        style: of the document.
        protected: stretches of the source that are not prose; they stay as they stand.
        kept: stretches of the target that hold a term of the glossary; likewise.
        names: that the document has written before, in French and in English alike.
        only: names of touch-ups to run; all unless given.
    """
    sentence = Sentence(source=source, target=target, style=style, names=names)
    off: list[Ends] | None = None  # found only where there is something to touch
    edits: list[Edit] = []
    for _ in range(_ROUNDS):
        before = len(edits)
        for kind in TOUCH_UPS:
            found = () if only and kind.name not in only else tuple(kind.find(sentence))
            if not found:
                continue
            if off is None:
                off = [*kept, *no_prose(source, target, protected)]
            made = _edits(sentence.target, found, off, TOUCH_UP + kind.name)
            off = [ends for ends in (made.moved_ends(*ends) for ends in off) if ends]
            sentence = replace(sentence, target=made.text)
            edits += made.edits
        if len(edits) == before:
            break
    return Touched(text=sentence.target, edits=tuple(edits))


def _edits(old: str, changes: Iterable[Change], off: Sequence[Ends], rung: str) -> Touched:
    """Make changes from the left, longest first; what is off and what overlaps is left."""
    text, grown, done = old, 0, -1
    made: list[Edit] = []
    for change in sorted(changes, key=lambda c: (c.start, -c.end)):
        before = old[change.start : change.end]
        if before == change.after or change.start < done:
            continue
        if any(a < change.end and change.start < b for a, b in off):
            continue
        span = Span(start=change.start + grown, end=change.end + grown)
        text = text[: span.start] + change.after + text[span.end :]
        said = change.source
        source = None if said is None else Span(start=said[0], end=said[1])
        made.append(
            Edit(span=span, before=before, after=change.after, rung=rung, term="", source=source)
        )
        grown += len(change.after) - len(before)
        done = change.end
    return Touched(text=text, edits=tuple(made))
