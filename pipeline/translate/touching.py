"""Touching up a rendering: its edits, terms and findings stay right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.touchups import Style, is_curly, told_names, touch_up
from pipeline.translate.finishing import APPROVED, COPIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.config import Settings
    from pipeline.records import Rendering, Segment, Span

_STILL_FRENCH = frozenset({"empty", "copied"})
"""Findings of renderings that are no English."""


def style_of(settings: Settings, text: str) -> Style | None:
    """Give the style in which a document is to be written; ``None`` for no touch-ups."""
    if not settings.touch_ups:
        return None
    return Style(variant=settings.variant, clock=settings.clock, curly=is_curly(text))


def touched(
    segment: Segment, rendering: Rendering, style: Style | None, names: set[str]
) -> tuple[Rendering, Sequence[tuple[Span, Span]]]:
    """Touch a rendering up.

    What a person wrote is left as it is; of a segment without a word only its numbers are
    touched.

    Args:
        segment: the segment.
        rendering: what became of it.
        style: of the document; ``None`` for no touch-ups.
        names: that the document has written so far; those of this segment are added.

    Returns:
        The rendering, and the places of source and target that the touch-ups tell of.
    """
    if (
        style is None
        or rendering.engine == APPROVED
        or any(f.check in _STILL_FRENCH for f in rendering.findings)
    ):
        return rendering, ()
    result = touch_up(
        segment.source,
        rendering.target,
        style,
        protected=[(s.start, s.end) for s in segment.protected],
        kept=[(t.target.start, t.target.end) for t in rendering.terms if t.target],
        names=names,
        only=("numbers",) if rendering.engine == COPIED else (),
    )
    names |= told_names(segment.source, result.text)
    if not result.edits:
        return rendering, ()

    def moved(span: Span | None) -> Span | None:
        return None if span is None else result.moved(span)

    return (
        replace(
            rendering,
            target=result.text,
            edits=(*rendering.edits, *result.edits),
            terms=tuple(replace(t, target=moved(t.target)) for t in rendering.terms),
            findings=tuple(replace(f, target=moved(f.target)) for f in rendering.findings),
        ),
        result.alignment(),
    )
