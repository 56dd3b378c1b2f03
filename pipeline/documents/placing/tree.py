"""A segment's markup as a tree of pairs and atoms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.documents.cutting import raw_text
from pipeline.documents.markdown.kinds import REFERENCE, TEXTUAL
from pipeline.records import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Node", "build_tree"]


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
        return f"{self.kind} {whole if len(whole) <= 60 else whole[:57] + '…'!s}".strip()


def build_tree(source: str, markup: Sequence[Markup]) -> Node:
    """Build the tree of a segment's markup.

    Markup that only spells characters (escapes, entities, soft breaks) is left out.
    A pair around nothing but white space is an atom: there is no text to go with.

    Args:
        source: the segment's plain text.
        markup: its markup; openings and closings whose partner lies in another
            segment reach to the end or from the start.
    """
    groups: dict[int, list[int]] = {}
    for index, item in enumerate(markup):
        if item.role != "atom":
            groups.setdefault(item.group, []).append(index)
    unopened = [m for m in markup if m.role == "close" and len(groups[m.group]) == 1]
    root = Node(0, len(source))
    stack = [root]
    for item in reversed(unopened):
        node = Node(0, len(source), kind=item.kind, open_ended=(True, False))
        node.role = "protected" if item.protected else "pair"
        stack[-1].children.append(node)
        stack.append(node)
    firsts = {id(node): 0 for node in stack}  # index of the first markup inside
    for index, item in enumerate(markup):
        if item.kind in TEXTUAL:
            continue
        if item.role == "atom":
            atom = Node(item.position, item.position + item.covers, item.raw, kind=item.kind)
            atom.role = "atom"
            stack[-1].children.append(atom)
        elif item.role == "open":
            node = Node(item.position, len(source), item.raw, kind=item.kind)
            node.role = "protected" if item.protected else "pair"
            node.open_ended = (False, len(groups[item.group]) == 1)
            stack[-1].children.append(node)
            stack.append(node)
            firsts[id(node)] = index + 1
        elif len(stack) > 1:
            node = stack.pop()
            node.end = item.position
            node.closing = item.raw
            _close(source, markup[firsts[id(node)] : index], node)
    while len(stack) > 1:
        node = stack.pop()
        _close(source, markup[firsts[id(node)] :], node)
    return root


def _close(source: str, inside: Sequence[Markup], node: Node) -> None:
    """Settle what a node is, now that its text is known."""
    text = source[node.start : node.end]
    if node.role == "protected" or node.kind == REFERENCE:
        node.inner = raw_text(text, [_shift(m, node.start) for m in inside])
    if node.role == "protected":
        node.children = []
    if not text.strip() and not any(node.open_ended):
        node.opening += raw_text(text, [_shift(m, node.start) for m in inside]) + node.closing
        node.closing = node.inner = ""
        node.role = "atom"
        node.children = []


def _shift(item: Markup, by: int) -> Markup:
    return Markup(
        position=item.position - by,
        raw=item.raw,
        role=item.role,
        group=item.group,
        kind=item.kind,
        covers=item.covers,
    )
