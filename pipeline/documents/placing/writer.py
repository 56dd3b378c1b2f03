"""A placed tree to raw text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.markdown.escaping import escape_prose
from pipeline.documents.markdown.kinds import REFERENCE

if TYPE_CHECKING:
    from pipeline.documents.placing.protecting import Placement
    from pipeline.documents.placing.tree import Node

__all__ = ["Writer", "flat"]

_CONTINUED = re.compile(r"(?:\r\n|\r|\n)[ \t>]*")


def flat(raw: str) -> str:
    """Drop quotation prefixes and indentation after line ends: inline content alone."""
    return _CONTINUED.sub("\n", raw)


class Writer:
    """Writes targets and markup in the syntax of one kind of block.

    Args:
        prose: whether nothing is markup (plain text, front matter).
        kind: of the block.
    """

    def __init__(self, *, prose: bool, kind: str) -> None:
        self._prose = prose
        self._cell = kind == "cell"
        self._heading = kind == "heading"

    def text(self, target: str) -> str:
        """Write a target that has no markup."""
        return self._join([(True, target)])

    def raw(self, source: str, root: Node, placement: Placement) -> str | None:
        """Write a target with all its markup; ``None`` if places overlap."""
        pieces: list[tuple[bool, str]] = []
        if not self._node(source, root, placement, pieces):
            return None
        return self._join(pieces)

    def _node(
        self, source: str, node: Node, placement: Placement, pieces: list[tuple[bool, str]]
    ) -> bool:
        span = placement.ranges[id(node)]
        target = placement.target
        at = span.start
        placed = [
            (place.start, place.end, number, child)
            for number, child in enumerate(node.children)
            if (place := placement.of(child)) is not None
        ]
        if len(placed) != len(node.children):
            return False
        for start, end, _, child in sorted(placed, key=lambda p: p[:3]):
            if start < at or end > span.end:
                return False
            pieces.append((True, target[at:start]))
            if child.role == "atom":
                pieces.append((False, self._atom(source, child, target, start, end)))
            elif child.role == "protected":
                pieces.append((False, child.opening + child.inner + child.closing))
            else:
                pieces.append((False, child.opening))
                if not self._node(source, child, placement, pieces):
                    return False
                pieces.append((False, self._closing(child)))
            at = end
        pieces.append((True, target[at : span.end]))
        return True

    @staticmethod
    def _closing(node: Node) -> str:
        if node.kind != REFERENCE or not node.closing:
            return node.closing
        return f"][{' '.join(flat(node.inner).split())}]"

    @staticmethod
    def _atom(source: str, node: Node, target: str, start: int, end: int) -> str:
        """Give an atom the spaces around it that it had."""
        if end > start or node.end > node.start:
            return node.opening
        before = after = ""
        if start and not target[start - 1].isspace():
            before = " " * (node.start == 0 or source[node.start - 1].isspace())
        if end < len(target) and not target[end].isspace():
            after = " " * (node.end == len(source) or source[node.end].isspace())
        return before + node.opening + after

    def _join(self, pieces: list[tuple[bool, str]]) -> str:
        if self._prose:
            return "".join(text for _, text in pieces)
        out: list[str] = []
        last = ""  # the last character written
        follows = [""] * len(pieces)
        for number in range(len(pieces) - 2, -1, -1):
            follows[number] = pieces[number + 1][1] or follows[number + 1]
        for number, (is_text, text) in enumerate(pieces):
            if not text:
                continue
            if is_text:
                text = escape_prose(
                    text,
                    before=last,
                    after=follows[number],
                    line_start=last in ("", "\n") or (last in "> \t" and self._starts_line(out)),
                    cell=self._cell,
                    heading=self._heading and not follows[number],
                )
            out.append(text)
            last = text[-1]
        return "".join(out)

    @staticmethod
    def _starts_line(out: list[str]) -> bool:
        """Say whether what was written last is a line end with a prefix."""
        return bool(out) and re.search(r"[\r\n][ \t>]*\Z", out[-1]) is not None
