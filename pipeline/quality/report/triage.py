"""What a person with little time should look at first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pipeline.quality.report.model import SegmentReport

__all__ = ["furthest", "least_sure", "varied"]

_FEWEST_WORDS = 5  # fewer are seen at a glance, and the model is always unsure of them

_Item = TypeVar("_Item")


def varied(
    items: Sequence[_Item], kind: Callable[[_Item], str], count: int, *, most: int = 2
) -> list[_Item]:
    """Choose the first items, but not six of one kind while others wait.

    Args:
        items: worst first.
        kind: what is wrong with an item.
        count: how many are wanted.
        most: of a kind, as long as there are items of other kinds.

    Returns:
        At most ``count`` items, in the order given.
    """
    seen: Counter[str] = Counter()
    chosen: list[int] = []
    rest: list[int] = []
    for index, item in enumerate(items):
        if len(chosen) == count:
            break
        seen[kind(item)] += 1
        (chosen if seen[kind(item)] <= most else rest).append(index)
    chosen += rest[: count - len(chosen)]
    return [items[index] for index in sorted(chosen)]


def _quiet(segments: Sequence[SegmentReport]) -> list[int]:
    return [
        index
        for index, segment in enumerate(segments)
        if not segment.gravity and len(segment.source.split()) >= _FEWEST_WORDS
    ]


def least_sure(segments: Sequence[SegmentReport], count: int) -> list[int]:
    """Give the places of segments that no check spoke of and the model was least sure of."""
    return sorted(_quiet(segments), key=lambda index: segments[index].confidence)[:count]


def furthest(
    segments: Sequence[SegmentReport], count: int, *, taken: Collection[int] = ()
) -> list[int]:
    """Give the places of segments that no check spoke of, furthest from their reference.

    Args:
        segments: of the report.
        count: how many are wanted.
        taken: places that are shown already.
    """
    scored = [
        (chrf, index)
        for index in _quiet(segments)
        if index not in taken and (chrf := segments[index].chrf) is not None
    ]
    return [index for _, index in sorted(scored)[:count]]
