"""Checks of what must come through unchanged: URLs, addresses, placeholders, markup."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.quality.checks.pair import check, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"“”«»]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TRAILING = ".,;:!?)]}'’…*_`"

_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{[\w.:-]*\}|%\([\w.]+\)[sdif]|%(?:\d+\$)?[sdif](?![\w%])"
    r"|\[\[[^\[\]\n]*\]\]"
)

_TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL)
_MARKS = re.compile(
    r"(?P<link>\]\([^)\s]*\))|(?P<code>`+)|(?P<strong>\*\*|(?<!_)__(?!_))|(?P<image>!\[)|(?P<strike>~~)"
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,20});")


def _found(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(match[0] for match in pattern.finditer(text))


def _differences(
    check: str, what: str, wanted: Counter[str], found: Counter[str], pair: Pair
) -> Iterator[Finding]:
    for item in wanted - found:
        at = pair.source.find(item)
        yield make_finding(
            check,
            "error",
            f"{what} of the source is missing or changed: {item}",
            source=(at, at + len(item)) if at >= 0 else None,
        )
    for item in found - wanted:
        at = pair.target.find(item)
        yield make_finding(
            check,
            "error",
            f"{what} is not in the source: {item}",
            target=(at, at + len(item)) if at >= 0 else None,
        )


def _addresses(text: str) -> Counter[str]:
    return Counter(match[0].rstrip(_TRAILING) for match in _URL.finditer(text))


@check("urls", "Addresses", "error", "A URL or an e-mail address is missing, changed or added.")
def urls(pair: Pair) -> Iterator[Finding]:
    """Find URLs and e-mail addresses that are missing, changed or added."""
    if not any(mark in pair.source or mark in pair.target for mark in ("://", "www.", "@")):
        return
    yield from _differences(
        "urls", "an address", _addresses(pair.source), _addresses(pair.target), pair
    )


@check(
    "placeholders",
    "Placeholders",
    "error",
    "A placeholder such as {name} or %s is missing, changed or added.",
)
def placeholders(pair: Pair) -> Iterator[Finding]:
    """Find placeholders (``{name}``, ``%s``, ``${x}``) that are missing, changed or added."""
    if not any(mark in pair.source or mark in pair.target for mark in ("{", "%", "[[")):
        return
    yield from _differences(
        "placeholders",
        "a placeholder",
        _found(_PLACEHOLDER, pair.source),
        _found(_PLACEHOLDER, pair.target),
        pair,
    )


def _skeleton(text: str) -> Counter[str]:
    found = Counter(re.sub(r"\s+", " ", tag).lower() for tag in _TAG.findall(text))
    found.update(match[0] for match in _MARKS.finditer(text))
    return found


@check("markup", "Markup", "error", "HTML tags or Markdown marks are missing, changed or added.")
def markup(pair: Pair) -> Iterator[Finding]:
    """Find HTML tags and Markdown marks that are missing, changed or added."""
    if not any(mark in pair.source or mark in pair.target for mark in "<`*_]~"):
        return
    yield from _differences(
        "markup", "markup", _skeleton(pair.source), _skeleton(pair.target), pair
    )


@check("entities", "HTML entities", "error", "An HTML entity such as &#39; stands as text.")
def entities(pair: Pair) -> Iterator[Finding]:
    """Find HTML entities (``&#39;``) in the translation of a source that has none of them."""
    if "&" not in pair.target:
        return
    own = _found(_ENTITY, pair.source)
    for match in _ENTITY.finditer(pair.target):
        if not own[match[0]] and html.unescape(match[0]) != match[0]:
            yield make_finding(
                "entities",
                "error",
                f"an HTML entity stands as text: {match[0]}",
                target=match.span(),
            )
            return
