"""A slide's shapes: which of them is the title, a box, a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents.office.graphics import DrawingReader
from pipeline.documents.tagged import attribute_block

if TYPE_CHECKING:
    from pipeline.documents.office.reading import Paragraph
    from pipeline.documents.tagged import Event

_HOLDERS = {"title": "title", "ctrTitle": "title", "subTitle": "subtitle"}


class SlideReader(DrawingReader):
    """Reads a slide, its notes or its comments."""

    met = DrawingReader.met | {"p:sp", "p:cNvPr", "p:ph", "p:text"}
    _title = False
    _plain = -1  # where a comment's text starts

    def meet(self, event: Event) -> None:
        """Follow the shapes, and take their descriptions."""
        super().meet(event)
        name = event.name
        if event.kind == "end":
            if name == "p:text" and self._plain >= 0:
                self._comment(event)
        elif event.kind != "start":
            return
        elif name == "p:sp":
            self.places.enter(name, "")  # it is known below what it is
            self._title = False
        elif name == "p:cNvPr":
            self._shape(event)
        elif name == "p:ph":
            self._holder(event.attributes.get("type", "body"))
        elif name == "p:text":
            self._plain = event.end

    def _shape(self, event: Event) -> None:
        room = self.places.room
        if room.element == "p:sp" and room.label.endswith(", "):
            room.label = f"{self.places.label}, {self._number('shape')}"
        if any(event.attributes.get(name) for name in ("descr", "title")):
            self.described(event, f"{self.places.label}, {self._number('image')}")

    def _holder(self, kind: str) -> None:
        room, held = self.places.room, _HOLDERS.get(kind, "")
        if room.element != "p:sp":
            return
        if self.places.label.endswith("notes"):
            room.label = self.places.label
            if kind != "body":
                room.label += f", {self._number('field')}"
        elif held:
            self._title = True
            again = self._number(held)
            room.label = f"{self.places.label}, {held if again.endswith(' 1') else again}"

    def _number(self, what: str) -> str:
        return self.places.number(what, again=bool(self.fallback))

    def _comment(self, event: Event) -> None:
        text = self.text[self._plain : event.start]
        block = attribute_block(text, 0, len(text))
        if block is not None:
            where = f"{self.places.label}, {self._number('comment')}"
            self.add_text(text, block, self._plain, where)
        self._plain = -1

    def place(self, paragraph: Paragraph, spoken: bool) -> str:
        """Say where a paragraph stands; a title's is a heading."""
        label = super().place(paragraph, spoken)
        if self._title and self.places.room.element == "p:sp":
            paragraph.kind = "heading"
        return label
