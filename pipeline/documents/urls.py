"""URLs and e-mail addresses in running text: found, so that no engine rewrites them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pipeline.documents.markdown.kinds import BARE_URL
from pipeline.records import Markup, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["find_urls", "protect_urls"]

# The lengths are bounded so that no input makes the search quadratic.
_URL = re.compile(
    r"""
    (?<![\w@/.])
    (?:
        (?:https?|ftps?|sftp|ssh|git|file)://[^\s<>"«»“”`]{1,2000}
      | mailto:[^\s<>"«»“”`]{1,2000}
      | www\.[^\s<>"«»“”`]{1,2000}
      | [\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TRAILING = ".,;:!?…'’*_~|"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def _trim(url: str) -> str:
    """Drop the punctuation of the sentence around the URL, as GitHub's autolinks do."""
    while url:
        last = url[-1]
        opening = _BRACKETS.get(last)
        if last in _TRAILING or (opening and url.count(last) > url.count(opening)):
            url = url[:-1]
        else:
            break
    return url


def find_urls(text: str) -> tuple[Span, ...]:
    """Find bare URLs and e-mail addresses, without the punctuation that follows them."""
    if "://" not in text and "@" not in text and "www." not in text.lower():
        return ()
    spans = []
    for match in _URL.finditer(text):
        url = _trim(match.group())
        if len(url) > 4:
            spans.append(Span(start=match.start(), end=match.start() + len(url)))
    return tuple(spans)


def protect_urls(text: str, markup: Sequence[Markup], group: int) -> tuple[Markup, ...]:
    """Add a protected pair (``raw`` is empty) around each bare URL of a plain text.

    Args:
        text: plain text.
        markup: its markup; a URL inside protected text or cut by markup is left alone.
        group: the first free group number.
    """
    urls = find_urls(text)
    if not urls:
        return tuple(markup)
    added: list[tuple[int, Markup]] = []  # where in markup to insert
    index = 0
    depth = 0
    for url in urls:
        while index < len(markup) and markup[index].position <= url.start:
            item = markup[index]
            if item.covers and item.position == url.start:
                break
            depth += _protection(item)
            index += 1
        if depth > 0:
            continue
        last = index
        while last < len(markup) and markup[last].position < url.end:
            last += 1
        if any(not m.covers for m in markup[index:last]):
            continue
        added.append((index, _fence(url.start, "open", group)))
        added.append((last, _fence(url.end, "close", group)))
        group += 1
    merged: list[Markup] = []
    at = 0
    for where, item in added:
        merged.extend(markup[at:where])
        merged.append(item)
        at = where
    merged.extend(markup[at:])
    return tuple(merged)


def _fence(position: int, role: Literal["open", "close"], group: int) -> Markup:
    return Markup(position=position, raw="", role=role, group=group, kind=BARE_URL, protected=True)


def _protection(item: Markup) -> int:
    if not item.protected:
        return 0
    return {"open": 1, "close": -1, "atom": 0}[item.role]
