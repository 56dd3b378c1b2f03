"""Translating a sentence in pieces, around its markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.placing.protecting import Placement
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.placing.tree import Node

__all__ = ["piecewise"]

_EDGES = re.compile(r"(\W*)([\s\S]*?)([^\w%€$)]*)\Z")
_FRENCH_SPACE = re.compile(r"[ \u00a0\u202f]+(?=[;:!?»])|(?<=«)[ \u00a0\u202f]+")
_QUOTES = str.maketrans({"«": "“", "»": "”"})


def piecewise(
    source: str,
    root: Node,
    translate: Callable[[Sequence[str]], Sequence[str]],
) -> Placement:
    """Translate the texts between the markup, each by itself, and keep their order.

    Args:
        source: the segment's plain text.
        root: its markup.
        translate: translates pieces of it, as many as given and in order.
    """
    builder = _Builder(source)
    builder.collect(root)
    texts = list(dict.fromkeys(builder.texts))
    results = translate(texts) if texts else ()
    builder.translations = dict(zip(texts, results, strict=True))
    builder.build(root)
    placement = Placement(target="".join(builder.out), ranges=builder.ranges)
    names = ", ".join(child.name for child in root.children[:3])
    placement.note(f"translated in pieces around its markup ({names}); read it again")
    return placement


class _Builder:
    def __init__(self, source: str) -> None:
        self.source = source
        self.texts: list[str] = []
        self.translations: dict[str, str] = {}
        self.out: list[str] = []
        self.length = 0
        self.ranges: dict[int, Span] = {}

    def _runs(self, node: Node) -> list[tuple[int, int]]:
        """Give the text before each child and after the last."""
        edges = [node.start]
        for child in node.children:
            edges += [child.start, child.end]
        edges.append(node.end)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _parts(self, start: int, end: int) -> tuple[str, str, str]:
        match = _EDGES.match(self.source[start:end])
        return (match[1], " ".join(match[2].split()), match[3]) if match else ("", "", "")

    def collect(self, node: Node) -> None:
        for start, end in self._runs(node):
            core = self._parts(start, end)[1]
            if any(c.isalpha() for c in core):
                self.texts.append(core)
        for child in node.children:
            if child.role == "pair":
                self.collect(child)

    def build(self, node: Node) -> None:
        begin = self.length
        runs = self._runs(node)
        for number, (start, end) in enumerate(runs):
            self._write(self._run(start, end))
            if number < len(node.children):
                self._child(node.children[number])
        self.ranges[id(node)] = Span(start=begin, end=self.length)

    def _child(self, child: Node) -> None:
        if child.role == "pair":
            self.build(child)
            return
        begin = self.length
        if child.role == "protected":
            self._write(self.source[child.start : child.end])
        elif child.end > child.start:
            self._write(" ")
        self.ranges[id(child)] = Span(start=begin, end=self.length)

    def _run(self, start: int, end: int) -> str:
        before, core, after = self._parts(start, end)
        new = self.translations.get(core, core).strip()
        if core and new:
            # An engine ends and starts a piece like a sentence; the source tells.
            if core[-1] not in ".!?…":
                new = new.rstrip(".") or new
            if core[0].islower() and new[:2].istitle() and new[1:2].islower():
                new = new[0].lower() + new[1:]
        edges = [_FRENCH_SPACE.sub("", edge).translate(_QUOTES) for edge in (before, after)]
        return " ".join((edges[0] + new + edges[1]).split("\n"))

    def _write(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)
