"""One XML file of OpenDocument: its blocks, and the languages that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents.odf.roles import PARAGRAPHS, SPOKEN, role
from pipeline.documents.tagged import Outline, Role, attribute_block, value_span
from pipeline.records import Span

if TYPE_CHECKING:
    from pipeline.documents.odf.places import Places
    from pipeline.documents.tagged import Event, Xml
    from pipeline.records import Block

_FRANCOPHONE = frozenset({"FR", "BE", "CH", "LU", "MC"})
"""Countries whose English is written as in the United States, for want of another."""

_IDLE = ("rsid", "language", "country", "script", "language-tag")
"""Ends of names of text properties that nobody sees."""


class Reader:
    """Reads a file of OpenDocument.

    Attributes:
        blocks: its texts, in order.
        edits: what changes whatever is translated: the language.
        roots: names of the elements that say what kind of file it is.
    """

    def __init__(self, xml: Xml, places: Places) -> None:
        self.edits: list[tuple[Span, str]] = []
        self.roots: list[str] = []
        self._xml = xml
        self._text = xml.text
        self._places = places
        self._looks: dict[str, str] = {}  # automatic style → what it looks like
        self._style = ""
        self._more: list[Block] = []  # attributes
        self._links = 0
        self._outline = Outline(
            xml.text,
            self._role,
            kind=_kind,
            markup=self._markup,
            look=self._look,
            where=lambda _: places.where(),
        )
        self._last = Role.BLOCK
        self._open: list[tuple[str, tuple[int, int]]] = []
        self._skipped = 0  # elements that are open in one whose inside is nothing to us
        self._read()
        self.blocks = sorted(
            [*self._outline.finish(), *self._more], key=lambda b: (b.start, -b.end)
        )

    def _read(self) -> None:
        for event in self._xml.events():
            if event.kind == "start":
                self._start(event)
            elif event.kind == "end":
                self._end(event)
            elif self._skipped or self._places.in_paragraph:
                if event.kind == "text" and not self._skipped and event.text.strip():
                    self._places.seen()
                self._outline.feed(event)
            elif self._open and self._open[-1][0] == "dc:language":
                english = _english(event.text)
                span = Span(start=event.start, end=event.end)
                self.edits += [(span, english)] if english else []

    def _start(self, event: Event) -> None:
        if event.name.startswith("style:"):
            self._note_style(event)
        if self._skipped:
            self._skipped += 1
            self._outline.feed(event)
            return
        if event.name.startswith("office:"):
            self.roots.append(event.name)
        self._outline.feed(event)
        if self._last not in (Role.BLOCK, Role.INLINE, Role.ISLAND):
            self._skipped = 1
        else:
            paragraph = event.name in PARAGRAPHS
            island = self._last is Role.ISLAND
            depths = self._places.enter(event, paragraph=paragraph, island=island)
            self._open.append((event.name, depths))
            self._links += event.name == "text:a"
        if self._last is not Role.SKIP:
            self._attributes(event)

    def _end(self, event: Event) -> None:
        if event.name == "style:style":
            self._style = ""  # list styles have text properties, too
        self._outline.feed(event)
        if self._skipped:
            self._skipped -= 1
            return
        name, depths = self._open.pop()
        self._links -= name == "text:a"
        self._places.leave(depths)

    def _role(self, event: Event) -> Role:
        inside = self._places.in_paragraph
        self._last = role(event, self._text, inside=inside, link=self._links > 0)
        return self._last

    def _attributes(self, event: Event) -> None:
        names = SPOKEN.get(event.name, ())
        for name in ("form:label",) if event.name.startswith("form:") else names:
            if name in event.attributes and (span := self._value(event, name)):
                where = self._places.where(name.partition(":")[2].replace("-", " "))
                block = attribute_block(self._text, span.start, span.end, where=where)
                self._more += [block] if block else []

    def _value(self, event: Event, name: str) -> Span | None:
        span = value_span(self._text[event.start : event.end], name.partition(":")[2])
        return span and Span(start=event.start + span.start, end=event.start + span.end)

    # --- styles

    def _note_style(self, event: Event) -> None:
        attributes = event.attributes
        if event.name == "style:style":
            self._style = attributes.get("style:name", "")
            if attributes.get("style:family") == "text":
                self._looks[self._style] = attributes.get("style:parent-style-name", "")
        elif event.name == "style:text-properties":
            if self._style in self._looks:
                seen = sorted(i for i in attributes.items() if not i[0].endswith(_IDLE))
                self._looks[self._style] += repr(seen) if seen else ""
            if attributes.get("fo:language") == "fr":
                self._speak_english(event)

    def _speak_english(self, event: Event) -> None:
        for name in ("fo:language", "fo:country"):
            value = event.attributes.get(name, "")
            english = "en" if name == "fo:language" else "US" if value in _FRANCOPHONE else ""
            if english and (span := self._value(event, name)):
                self.edits.append((span, english))

    def _look(self, event: Event) -> str:
        if event.name != "text:span" or len(event.attributes) > 1:
            return ""  # as its tag says
        name = event.attributes.get("text:style-name", "")
        return f"look {self._looks.get(name, name)}"

    def _markup(self, event: Event) -> str:
        if self._look(event) == "look ":
            return "seam"  # it only cuts words
        return "link" if event.name == "text:a" else event.name


def _kind(event: Event) -> str:
    kinds = {"text:h": "heading", "text:list-item": "item", "table:table-cell": "cell"}
    inner = ("text:note-body", "office:annotation", "draw:text-box", "svg:title", "svg:desc")
    return "paragraph" if event.name in inner else kinds.get(event.name, "")


def _english(language: str) -> str:
    """Give the language tag of the translation; "" if this is not French."""
    language, dash, country = language.strip().partition("-")
    if language != "fr":
        return ""
    return "en" + dash + ("US" if country in _FRANCOPHONE else country)
