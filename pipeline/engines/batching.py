"""The batching planner that serves every engine: equal items once, alike lengths together.

A batch costs what the model computes for it: its longest item times the number of its
items, because shorter ones are padded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

_Item = TypeVar("_Item", bound="Hashable")
_Result = TypeVar("_Result")


def pack(
    lengths: Sequence[int], *, max_tokens: int, uniform: bool = False
) -> tuple[tuple[int, ...], ...]:
    """Sort by length and cut into batches that stay within a limit.

    Args:
        lengths: of each item, in tokens.
        max_tokens: most that a batch may cost, padding included. An item longer than
            this gets a batch of its own.
        uniform: put only items of equal length together. Without padding, what a model
            computes for an item does not depend on its company, to the last bit.

    Returns:
        Batches of positions into ``lengths``, longest items first: the batch that needs
        most memory runs first, and the small ones at the end keep all workers busy.
        Items of equal length stay in order, so the plan depends on ``lengths`` alone.

    Raises:
        ValueError: the limit is below 1.
    """
    if max_tokens < 1:
        raise ValueError("a batch must be allowed at least one token")
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        longest = lengths[batches[-1][0]] if batches else 0
        if (
            not batches
            or (len(batches[-1]) + 1) * max(longest, 1) > max_tokens
            or (uniform and lengths[index] != longest)
        ):
            batches.append([])
        batches[-1].append(index)
    return tuple(map(tuple, batches))


def run_batched(
    items: Sequence[_Item],
    run: Callable[[Sequence[Sequence[_Item]]], Sequence[Sequence[_Result]]],
    *,
    length: Callable[[_Item], int],
    max_tokens: Callable[[_Item], int],
    options: Callable[[_Item], object] = lambda _item: None,
    uniform: bool = False,
) -> tuple[_Result, ...]:
    """De-duplicate, group by options, pack, run, and put the results back in order.

    Args:
        items: what to run; equal items are run once.
        run: takes all batches of a group at once (so that it may overlap them) and gives
            for each batch as many results as it has items, in order.
        length: of an item, in tokens.
        max_tokens: see :func:`pack`; equal for items of equal options.
        options: what must be equal within a batch.
        uniform: see :func:`pack`.

    Returns:
        One result per item, in the order of ``items``.

    Raises:
        ValueError: ``run`` gave too few or too many results.
    """
    groups: dict[object, list[_Item]] = {}
    for item in dict.fromkeys(items):
        groups.setdefault(options(item), []).append(item)
    results: dict[_Item, _Result] = {}
    for group in groups.values():
        plan = pack(list(map(length, group)), max_tokens=max_tokens(group[0]), uniform=uniform)
        batches = [[group[i] for i in batch] for batch in plan]
        for batch, answer in zip(batches, run(batches), strict=True):
            results.update(zip(batch, answer, strict=True))
    return tuple(results[item] for item in items)


def run_at_once(
    items: Iterable[_Item], run: Callable[[_Item], _Result], *, workers: int
) -> dict[_Item, _Result]:
    """Run each item in a thread of its own, as many at once as there are workers.

    For what waits for another process. Equal items are run once; an error ends it all, and what
    has not begun by then never does.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="passerelle-ask")
    try:
        running = {item: pool.submit(run, item) for item in dict.fromkeys(items)}
        return {item: future.result() for item, future in running.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def available_cores() -> int:
    """Give the number of cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return max(os.cpu_count() or 1, 1)


def share_threads(threads: int = 0, *, cores: int | None = None) -> tuple[int, int]:
    """Split ``threads`` into batches at a time and threads of each (``inter``, ``intra``).

    One thread per worker as long as there are at most four: batches are independent, so
    workers scale better than threads that must meet after every matrix product. Above
    four, workers hold four threads each at most, because every worker keeps its own
    activations in memory (weights are shared).

    Args:
        threads: wanted in all; 0 takes every core.
        cores: of the machine; asked of the system unless given.
    """
    total = threads if threads > 0 else (available_cores() if cores is None else cores)
    intra = 1 if total <= 4 else next(n for n in (4, 3, 2, 1) if total % n == 0)
    return total // intra, intra
