"""What a person with little time should look at first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["varied"]

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
