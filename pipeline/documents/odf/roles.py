"""What OpenDocument's elements are to the prose around and inside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.tagged import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.documents.tagged import Event

PARAGRAPHS = frozenset(
    {
        "text:p",
        "text:h",
        "text:index-title-template",
        "text:index-entry-span",
        "svg:title",
        "svg:desc",
        "table:title",
        "table:desc",
        "presentation:header-decl",
        "presentation:footer-decl",
        "presentation:date-time-decl",
        "dc:title",
        "dc:subject",
        "dc:description",
    }
)
"""Elements that hold prose; of others the text is none."""

_LEFT = frozenset(
    {
        "office:scripts",
        "office:event-listeners",
        "office:styles",
        "office:automatic-styles",
        "office:spreadsheet",
        "office:change-info",
        "text:tracked-changes",
        "table:tracked-changes",
        "text:note-citation",
        "text:notes-configuration",
        "math:math",
    }
)
_INLINE = frozenset(
    {
        "text:span",
        "text:a",
        "text:meta",
        "text:placeholder",
        "text:text-input",
        "?:content-control",
    }
)
_SHAPES = ("draw:", "office:annotation", "text:note")
_PLAIN = frozenset({"draw:page", "draw:text-box", "text:note-body"})
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "text:a": ("office:title",),
    "text:hidden-text": ("text:string-value",),
    "text:conditional-text": ("text:string-value-if-true", "text:string-value-if-false"),
    "text:alphabetical-index-mark": ("text:string-value", "text:key1", "text:key2"),
    "text:alphabetical-index-mark-start": ("text:key1", "text:key2"),
    "text:toc-mark": ("text:string-value",),
    "text:user-index-mark": ("text:string-value",),
}
"""Attributes that a reader sees, sooner or later; of ``form:`` elements that is their label."""

_BLANK = r"""(?: |<(?:[\w.-]+:)?s(?:\s+(?:[\w.-]+:)?c\s*=\s*["'](?P<count>\d{1,4})["'])?\s*/>)"""
_ONE = re.compile(_BLANK)
_UNNAMED = _BLANK.replace("?P<count>", "?:")
_AFTER = re.compile(rf"{_UNNAMED}{{0,9}}")
_BEFORE = re.compile(rf"{_UNNAMED}{{0,9}}\Z")
_NEAR = 200  # characters in which the blanks before one are sought
_GAP = 3  # blanks in a row: so many are a column, not a slip


def role(event: Event, text: str, *, inside: bool, link: bool) -> Role:
    """Say what an element is.

    Args:
        event: its start.
        text: the file's.
        inside: whether it stands in a paragraph.
        link: whether it stands in a link.
    """
    name = event.name
    if name in _LEFT or event.attributes.get("presentation:placeholder") == "true":
        return Role.SKIP
    if name.startswith(_SHAPES) and name != "office:annotation-end":
        return Role.BLOCK if name in _PLAIN else Role.ISLAND
    if not inside or name in PARAGRAPHS:
        return Role.BLOCK
    if name in ("text:line-break", "text:tab") or (name == "text:s" and _is_gap(text, event.start)):
        return Role.BLOCK if link else Role.BREAK  # a link is one sentence unless it is cut
    if name == "text:s":
        return Role.SPACE
    if name == "text:soft-page-break":
        return Role.SEAM
    if name in _INLINE:
        return Role.INLINE
    shown = text[event.end : text.find("<", event.end)]
    numbers = any(map(str.isdigit, shown)) and not any(map(str.isalpha, shown))
    return Role.CODE if numbers and name != "text:number" else Role.ATOM


def _is_gap(text: str, at: int) -> bool:
    """Say whether a blank is one of several, which lay out columns."""
    before = _BEFORE.search(text, max(0, at - _NEAR), at)
    after = _AFTER.match(text, at)
    assert before is not None and after is not None  # nothing matches, too  # noqa: PT018
    blanks = _ONE.finditer(before[0] + after[0])
    return sum(int(blank["count"] or 1) for blank in blanks) >= _GAP
