"""Marking stretches of a text: differences to a reference, and what findings point at."""

from __future__ import annotations

import difflib
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Run", "differences", "mark"]

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_LONGEST = 1500  # tokens of a text that is compared word by word


class Run(NamedTuple):
    """A stretch of text that is marked alike; ``kinds`` is "" where it is plain."""

    text: str
    kinds: str  # class names separated by spaces


Mark = tuple[int, int, str]  # start, end, kind


def differences(target: str, reference: str) -> tuple[list[Mark], list[Mark]]:
    """Mark the words of each side that the other does not have in the same order.

    Returns:
        Marks of kind ``extra`` in the translation and ``missing`` in the reference; none
        for texts too long to compare.
    """
    left = [(m[0].casefold(), m.start(), m.end()) for m in _TOKEN.finditer(target)]
    right = [(m[0].casefold(), m.start(), m.end()) for m in _TOKEN.finditer(reference)]
    if not left or not right or max(len(left), len(right)) > _LONGEST:
        return [], []
    matcher = difflib.SequenceMatcher(
        None, [token for token, _, _ in left], [token for token, _, _ in right], autojunk=False
    )
    extra: list[Mark] = []
    missing: list[Mark] = []
    for kind, i, j, k, n in matcher.get_opcodes():
        if kind == "equal":
            continue
        if j > i:
            extra.append((left[i][1], left[j - 1][2], "extra"))
        if n > k:
            missing.append((right[k][1], right[n - 1][2], "missing"))
    return extra, missing


def mark(text: str, marks: Iterable[Mark]) -> list[Run]:
    """Cut a text where marks begin and end; the runs joined give the text again."""
    inside = [(max(0, a), min(len(text), b), kind) for a, b, kind in marks if a < b]
    cuts = sorted({0, len(text), *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    runs = []
    for start, end in pairwise(cuts):
        kinds = sorted({kind for a, b, kind in inside if a <= start and end <= b})
        runs.append(Run(text=text[start:end], kinds=" ".join(kinds)))
    return runs
