"""A segment's markup as a tree, its places in a target, and what both make: raw text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.documents.base import BREAK, REFERENCE, TEXTUAL, flat, raw_text
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Markup

Alignment = tuple[tuple[Span, Span], ...]
"""Source spans and the target spans that translate them."""


@dataclass(slots=True)
class Node:
    """A pair, an atom or (the root) a whole segment.

    ``opening`` or ``closing`` is empty where that end lies outside the segment.
    """

    start: int  # in the source's plain text
    end: int
    opening: str = ""
    closing: str = ""
    kind: str = ""
    role: str = "pair"  # "pair", "protected" (its text is not prose), "atom"
    inner: str = ""  # raw text between the ends of a protected node
    open_ended: tuple[bool, bool] = (False, False)  # its start, its end lies outside
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Give all nodes below, parents first, in source order."""
        for child in self.children:
            yield child
            yield from child.walk()

    @property
    def name(self) -> str:
        """How a message calls it."""
        whole = self.opening + self.inner + self.closing
        return f"{self.kind} {whole if len(whole) <= 60 else whole[:57] + '…'}".strip()


def build_tree(source: str, markup: Sequence[Markup]) -> Node:
    """Build the tree of a segment's markup.

    Markup that only spells characters (escapes, entities, soft breaks) is left out, and pairs
    that mean nothing.
    A pair around nothing but white space is an atom: there is no text to go with.

    Args:
        source: the segment's plain text.
        markup: its markup; openings and closings whose partner lies in another
            segment reach to the end or from the start.
    """
    opened = {m.group for m in markup if m.role == "open"}
    closed = {m.group for m in markup if m.role == "close"}
    root = Node(0, len(source))
    stack = [(root, 0)]  # with the index of the first markup inside

    def push(item: Markup, start: int, opening: str, ends: tuple[bool, bool], first: int) -> None:
        role = "protected" if item.protected else "pair"
        node = Node(start, len(source), opening, "", item.kind, role, open_ended=ends)
        stack[-1][0].children.append(node)
        stack.append((node, first))

    for item in reversed(markup):
        if item.role == "close" and item.group not in opened:
            push(item, 0, "", (True, False), 0)
    for index, item in enumerate(markup):
        whole = item.role == "atom" or (item.group in opened and item.group in closed)
        if item.kind in TEXTUAL and whole:
            continue
        if item.role == "atom":
            start = end = _outside_word(source, markup, index)
            if item.covers:
                start, end = item.position, item.position + item.covers
            before = stack[-1][0].children[-1:]
            if before and before[0].role == "atom" and before[0].start == end:
                before[0].opening += item.raw  # an image and its attribute list
                continue
            atom = Node(start, end, item.raw, kind=item.kind, role="atom")
            stack[-1][0].children.append(atom)
        elif item.role == "open":
            push(item, item.position, item.raw, (False, item.group not in closed), index + 1)
        elif len(stack) > 1:
            node, first = stack.pop()
            node.end = item.position
            node.closing = item.raw
            _close(source, markup[first:index], node)
    for node, first in stack[:0:-1]:
        _close(source, markup[first:], node)
    return root


def _outside_word(source: str, markup: Sequence[Markup], index: int) -> int:
    """Give the place of an atom; one inside a word goes behind it, if nothing else is in it."""
    at = start = markup[index].position
    later = (m.position for m in markup[index + 1 :] if m.kind not in TEXTUAL)
    limit = next(later, len(source))
    if source[max(at - 1, 0) : at].isalnum():
        while at < len(source) and source[at].isalnum():
            at += 1
    return at if at <= limit else start


def _close(source: str, inside: Sequence[Markup], node: Node) -> None:
    """Settle what a node is, now that its text is known."""
    raw = raw_text(source[: node.end], inside)[node.start :]
    if not source[node.start : node.end].strip() and not any(node.open_ended):
        node.role = "atom"
        node.opening += raw + node.closing
        node.closing = ""
    elif node.role == "protected" or node.kind == REFERENCE:
        node.inner = raw
    if node.role != "pair":
        node.children = []


@dataclass(slots=True)
class Placement:
    """Where the nodes of a tree stand in a target, as far as is known."""

    target: str
    alignment: Alignment = ()
    ranges: dict[int, Span] = field(default_factory=dict)  # id of node → span of target
    findings: list[Finding] = field(default_factory=list)

    def of(self, node: Node) -> Span | None:
        """Give a node's span."""
        return self.ranges.get(id(node))

    def put(self, node: Node, start: int, end: int) -> None:
        """Say where a node stands."""
        self.ranges[id(node)] = Span(start=start, end=end)

    def replace(self, start: int, end: int, new: str) -> None:
        """Change the target, moving what stands behind."""
        self.target = self.target[:start] + new + self.target[end:]
        by = len(new) - (end - start)

        def moved(span: Span) -> Span:
            return Span(
                start=span.start + by if span.start >= end else span.start,
                end=span.end + by if span.end >= end else span.end,
            )

        self.ranges = {key: moved(span) for key, span in self.ranges.items()}
        self.alignment = tuple((a, moved(b)) for a, b in self.alignment)

    def note(self, message: str, *, info: bool = False) -> None:
        """Add a finding on markup."""
        severity: Literal["info", "warning"] = "info" if info else "warning"
        self.findings.append(Finding(check="markup", severity=severity, message=message))

    def pieces(self, source: str, node: Node) -> Iterator[tuple[bool, str]]:
        """Give the target of a node in pieces, with all markup: (whether it is prose, text).

        Raises:
            Misplaced: a node has no place, or places overlap.
        """
        span = self.ranges[id(node)]
        at = span.start
        places = [(self.of(child), child) for child in node.children]
        if any(place is None for place, _ in places):
            raise Misplaced
        placed = [(p.start, p.end, n, child) for n, (p, child) in enumerate(places) if p]
        for start, end, _, child in sorted(placed, key=lambda p: p[:3]):
            if start < at or end > span.end:
                raise Misplaced
            yield True, self.target[at:start]
            if child.role == "atom":
                yield False, self._atom(source, child, start, end)
            elif child.role == "protected":
                yield False, child.opening + child.inner + child.closing
            else:
                yield False, child.opening
                yield from self.pieces(source, child)
                yield False, _closing(child)
            at = end
        yield True, self.target[at : span.end]

    def _atom(self, source: str, node: Node, start: int, end: int) -> str:
        """Give an atom the spaces around it that it had."""
        before = after = ""
        if node.kind == BREAK and end > start:
            if source[max(node.start - 1, 0)].isspace() and not self.target[start - 1].isspace():
                before = " "
            if source[node.end : node.end + 1].isspace() and not self.target[end].isspace():
                after = " "
            return before + node.opening + after
        if end > start or node.end > node.start:
            return node.opening
        if start and _parted(self.target[start - 1], _CLOSING):
            before = " " * (node.start == 0 or source[node.start - 1].isspace())
        if end < len(self.target) and _parted(self.target[end], _OPENING):
            after = " " * (node.end == len(source) or source[node.end].isspace())
        return before + node.opening + after


_OPENING = "([“‘«"
_CLOSING = ".,;:!?…)]”’»"


def _parted(char: str, marks: str) -> bool:
    """Say whether a space is wanted beside a character: a letter, or one of these marks."""
    return char.isalnum() or char in marks


class Misplaced(Exception):
    """Places overlap, or one is missing: no raw text can be written."""


def _closing(node: Node) -> str:
    """Give the closing of a pair; a link whose label was its text keeps the label."""
    if node.kind != REFERENCE or not node.closing:
        return node.closing
    return f"][{' '.join(flat(node.inner).split())}]"
