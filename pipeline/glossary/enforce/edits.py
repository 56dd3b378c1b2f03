"""Edits: making them, and replaying them over the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.records import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


def apply(text: str, edit: Edit) -> str:
    """Make one edit.

    Raises:
        GlossaryError: the text does not hold what the edit replaces.
    """
    start, end = edit.span.start, edit.span.end
    if text[start:end] != edit.before:
        raise GlossaryError(
            f"an edit expects {edit.before!r} at {start}, the text has {text[start:end]!r}",
            next_step="replay the edits over the draft they were made for, in order",
        )
    return text[:start] + edit.after + text[end:]


def replay(draft: str, edits: Iterable[Edit]) -> str:
    """Replay edits over the draft: gives the target.

    Args:
        draft: ``Translation.draft``.
        edits: ``Translation.edits``, in order.

    Raises:
        GlossaryError: the edits were made for another text.
    """
    text = draft
    for edit in edits:
        text = apply(text, edit)
    return text


def rewrite(
    before: str, after: str, *, rung: str, term: str = "", source: Span | None = None
) -> tuple[Edit, ...]:
    """Give the edit that turns one whole text into another, cut down to the words that differ.

    Returns:
        One edit, or none where the texts are the same.
    """
    if before == after:
        return ()
    low = 0
    limit = min(len(before), len(after))
    while low < limit and before[low] == after[low]:
        low += 1
    while low and not (before[low - 1].isspace()):
        low -= 1
    high = 0
    limit -= low
    while high < limit and before[-1 - high] == after[-1 - high]:
        high += 1
    while high and not before[len(before) - high].isspace():
        high -= 1
    return (
        Edit(
            span=Span(start=low, end=len(before) - high),
            before=before[low : len(before) - high],
            after=after[low : len(after) - high],
            rung=rung,
            term=term,
            source=source,
        ),
    )
