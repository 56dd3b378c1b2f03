"""What stands in a source: prose, and codes of the original, alone or in pairs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.documents.tagged import Event, Outline, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Block

_PAIRED = frozenset({"g", "pc", "mrk"})
_OPENING = {"bpt": "bpt", "bx": "bx", "sc": "sc", "sm": "sm"}
_CLOSING = {"ept": "bpt", "ex": "bx", "ec": "sc", "em": "sm"}
_LINE = re.compile(r"(?:xlf:)?(?:x-)?(?:lb|pb|br)\Z", re.IGNORECASE)
_LINE_TAG = re.compile(r"\s*(?:<|&lt;)br\b[^<>]{0,100}(?:>|&gt;)\s*\Z|\s*\\n\s*\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"[.!?…»][A-ZÀ-ÖØ-ÞŒ«]")  # two sentences, and nothing else
_ATOM = "code"
_PAIR = "pair"


def blocks_of(text: str, events: Sequence[Event], *, collapse: bool) -> list[Block]:
    """Find the prose of a source.

    Args:
        text: the file.
        events: what stands in the source; texts inside codes are prose of their own.
        collapse: whether white space counts as one space.
    """
    subs: list[list[Event]] = []
    outline = Outline(text, _role, markup=lambda _: _PAIR, collapse=collapse)
    for event in _simple(text, events, subs):
        outline.feed(event)
    blocks = outline.finish()
    for sub in subs:
        blocks += blocks_of(text, sub, collapse=collapse)
    return sorted(blocks, key=lambda b: (b.start, -b.end))


def _local(event: Event) -> str:
    return event.name.rpartition(":")[2]


def _role(event: Event) -> Role:
    local, attributes = _local(event), event.attributes
    if local == _ATOM:
        return Role.BREAK if "line" in attributes else Role.ATOM
    if local == "mrk" and attributes.get("mtype") == "seg":
        return Role.BLOCK
    if attributes.get("translate") == "no" or attributes.get("mtype") == "protected":
        return Role.CODE
    return Role.INLINE


@dataclass(slots=True)
class _Code:
    """An element that stands for a code of the original, with all inside it."""

    start: int
    end: int
    opens: str = ""  # the pair that it opens
    closes: str = ""
    line: bool = False
    kept: bool = False  # what stands behind it is not to be translated
    pair: str = ""  # where both ends are known


def _simple(text: str, events: Sequence[Event], subs: list[list[Event]]) -> Iterator[Event]:
    """Make of codes what an outline understands: atoms, and the two ends of pairs."""
    items: list[Event | _Code] = []
    at = 0
    while at < len(events):
        event = events[at]
        if event.kind != "start" or _local(event) in _PAIRED:
            items.append(event)
            at += 1
            continue
        last = _last(events, at)
        items.append(_code(text, event, events[last]))
        inner = at + 1
        while inner < last:
            if events[inner].kind == "start" and _local(events[inner]) == "sub":
                end = _last(events, inner)
                subs.append(list(events[inner + 1 : end]))
                inner = end
            inner += 1
        at = last + 1
    _pair(items)
    for item in items:
        if isinstance(item, Event):
            yield item
        elif item.pair:
            kept = {"translate": "no"} if item.kept else {}
            yield Event("start" if item.opens else "end", item.start, item.end, item.pair, kept)
        else:
            attributes = {"line": ""} if item.line else {}
            yield Event("start", item.start, item.end, _ATOM, attributes)
            yield Event("end", item.end, item.end, _ATOM)


def _last(events: Sequence[Event], first: int) -> int:
    """Give the index of the end of an element."""
    depth = 0
    for at in range(first, len(events)):
        depth += {"start": 1, "end": -1}.get(events[at].kind, 0)
        if not depth:
            return at
    return len(events) - 1


def _code(text: str, event: Event, end: Event) -> _Code:
    local, attributes = _local(event), event.attributes
    key = attributes.get("startRef") or attributes.get("rid") or attributes.get("id", "")
    inside = text[event.end : end.start]
    shown = attributes.get("equiv-text") or attributes.get("equiv") or attributes.get("disp", "")
    return _Code(
        event.start,
        end.end,
        opens=f"{_PAIR} {_OPENING[local]} {key}" if local in _OPENING else "",
        closes=f"{_PAIR} {_CLOSING[local]} {key}" if local in _CLOSING else "",
        kept=attributes.get("translate") == "no",
        line=local in ("x", "ph")
        and (
            _LINE.match(attributes.get("ctype", "") or attributes.get("subType", "")) is not None
            or _LINE_TAG.match(inside or shown) is not None
            or shown == "\n"
            or _BETWEEN.match(text[event.start - 1 : event.start] + text[end.end : end.end + 1])
            is not None
        ),
    )


def _pair(items: Sequence[Event | _Code]) -> None:
    """Find the pairs that stand properly inside one another."""
    opened: list[Event | _Code] = []
    for item in items:
        if isinstance(item, Event):
            if item.kind == "start":
                opened.append(item)
            elif item.kind == "end":
                while opened and isinstance(opened[-1], _Code):
                    opened.pop()
                if opened:
                    opened.pop()
        elif item.opens:
            opened.append(item)
        elif item.closes and opened:
            last = opened[-1]
            if isinstance(last, _Code) and last.opens == item.closes:
                opened.pop()
                item.pair = last.pair = item.closes
