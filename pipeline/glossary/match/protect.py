"""Stretches of a sentence that are not prose: addresses, code, handles, tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUFFIXES = (
    "ai|app|be|biz|blog|ca|ch|cloud|co|com|de|dev|edu|eu|fr|gouv|gov|info|io|it|lu|me|net|news|"
    "nl|org|paris|tech|tv|uk|us|xyz"
)
_NOT_PROSE = re.compile(
    r"(?P<hard>"
    r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"«»]+"  # a URL
    r"|www\.[^\s<>\"«»]+"
    r"|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w@])@\w[\w.-]*"  # a handle
    r"|(`+)(?!`).+?(?<!`)\2(?!`)"  # inline code
    r"|</?[A-Za-z][^<>]*>"  # a tag with its attributes
    r"|\{\{.*?\}\}|\$\{[^}]*\}"  # a template's field
    r")"
    r"|(?P<domain>(?<![\w@.-])(?:[A-Za-z0-9](?:[\w-]*[\w])?\.)+(?:" + _SUFFIXES + r")(?![\w-])"
    r"(?:/[^\s<>\"«»]*)?)",
    re.DOTALL,
)
_QUICK = re.compile(r"[@`<{$]|://|\w\.\w")


def not_prose(text: str) -> tuple[tuple[int, int, bool], ...]:
    """Find what is not prose in a plain text.

    Returns:
        (start, end, soft) in code points; ``soft`` marks a bare domain name, which may
        itself be a term when the term covers all of it.
    """
    if not _QUICK.search(text):
        return ()
    return tuple(
        (m.start(), m.end(), m.group("domain") is not None) for m in _NOT_PROSE.finditer(text)
    )


def inside(start: int, end: int, ranges: Iterable[tuple[int, int, bool]]) -> bool:
    """Say whether ``start:end`` touches a range that is not prose."""
    for low, high, soft in ranges:
        if start < high and end > low and not (soft and start <= low and end >= high):
            return True
    return False
