"""Going through a member of an Office file: paragraphs become parts, all else stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.documents.office.pieces import House, Look, Piece, balanced, compose
from pipeline.documents.office.words import settle
from pipeline.documents.parts import Part, Place
from pipeline.documents.tagged import attribute_block, value_span
from pipeline.documents.tagged.spelling import spelt
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.office.capitals import Capital
    from pipeline.documents.tagged import Event, Xml
    from pipeline.records import Block

_FILE = re.compile(r"\S+\.[A-Za-z]{3,4}")  # an image's name, where its description should stand
_GAPS = re.compile(r"(\t+|[ \u00a0]{4,}|_{4,}|[.…·]{6,})")  # columns, and lines to write on


Known = dict[str, list[Place]]
"""Text of a part → the twins that it has so far."""


class Gathering:
    """The parts of a document as they are found: members, and what stands in them."""

    def __init__(self) -> None:
        self.members: list[Part] = []
        self._parts: list[Part] = []

    def member(self, name: str, xml: Xml, edits: Sequence[tuple[Span, str]] = ()) -> int:
        """Add a member of the archive; gives its number."""
        self.members.append(Part(text=xml.text, member=name, encode=xml.encode, edits=edits))
        return len(self.members) - 1

    def add(self, part: Part) -> None:
        """Add a part of a member."""
        self._parts.append(part)

    def parts(self) -> list[Part]:
        """Give the members and then all parts in the order of the text."""
        self._parts.sort(key=lambda part: (part.parent, part.at.start))
        return [*self.members, *self._parts]


@dataclass(slots=True)
class Paragraph:
    """A paragraph that is being read."""

    start: int  # of what stands after its properties
    end: int = -1  # of its content, where something else follows
    kind: str = "paragraph"  # of its blocks
    pieces: list[Piece] = field(default_factory=list)
    run: str = ""  # the start tag of the run at hand
    properties: str = ""  # of the run, raw
    copying: str = ""  # the element that is being copied
    depth: int = 0  # … in its like
    begin: int = 0  # … where it starts
    reading: bool = False  # whether text is the run's
    said: str = ""  # so far
    notes: list[str] = field(default_factory=list)  # ids of what it refers to
    capital: Capital | None = None  # its first letter, if that stands in a paragraph before it


ALTERNATIVES = frozenset({"mc:AlternateContent", "mc:Fallback"})


class Reader:
    """Reads one member; what its elements are is the business of those derived from it.

    Args:
        xml: the member.
        member: its number.
        gathering: where its parts go.
        known: paragraphs of other members that say the same, to be written alike.
    """

    paragraph = ""  # names of elements
    paragraph_properties: frozenset[str] = frozenset()
    run_name = ""
    run_properties = ""
    text_name = ""
    dead: frozenset[str] = frozenset()  # elements whose text nobody sees any more
    met: frozenset[str] = frozenset()  # all those that `meet` is told of, and the dead

    def __init__(
        self,
        xml: Xml,
        member: int,
        gathering: Gathering,
        known: Known | None = None,
    ) -> None:
        self.xml = xml
        self.text = xml.text
        self.known: Known = {}  # what was found
        self._twins_of = known
        self._member = member
        self._gathering = gathering
        self._open: list[Paragraph] = []
        self._dead: tuple[str, int] | None = None  # element, depth in its like
        self._choices: list[Known] = []  # paragraphs of open alternatives
        self.fallback = 0  # depth in what older programs read instead
        self._looks: dict[str, tuple[Look, str]] = {}
        self._house: House | None = None

    # --- what others say

    def look(self, raw: str) -> tuple[Look, str]:
        """Read a run's properties: its look, and how they are written for English text."""
        raise NotImplementedError

    def house(self, prefix: str) -> House:
        """Say how runs are written; the file has ``prefix`` for paragraphs and all that is in them.

        It ends in a colon where there is one.
        """
        raise NotImplementedError

    def meet(self, event: Event) -> None:
        """Take notice of an element's start or end, wherever it is."""

    def heard(self, paragraph: Paragraph, text: str) -> None:
        """Take notice of text in what is copied."""

    def inside(self, paragraph: Paragraph, event: Event) -> None:
        """Take the start of an element in a paragraph that is no run, text or properties."""
        self.copy(paragraph, event)

    def left(self, paragraph: Paragraph, event: Event) -> None:
        """Take the end of such an element."""

    def copied(self, paragraph: Paragraph, name: str, raw: str) -> Piece | None:
        """Say what an element is that was copied; ``None`` if it may be left out."""
        return Piece("atom", raw)

    def finish(self, paragraph: Paragraph) -> list[Piece]:
        """Settle a paragraph's pieces at its end."""
        return paragraph.pieces

    def ready(self, paragraph: Paragraph) -> Sequence[Paragraph]:
        """Say which paragraphs are complete, told of one at its end."""
        return [paragraph]

    def place(self, paragraph: Paragraph, spoken: bool) -> str:
        """Say where a paragraph stands, at its end; ``spoken`` if it has any letter or figure."""
        raise NotImplementedError

    # --- events

    def read(self) -> None:
        """Read the member."""
        for event in self.xml.events():
            self.feed(event)
        for rest in self.ready(Paragraph(len(self.text), len(self.text))):
            self._close(rest)

    def feed(self, event: Event) -> None:
        """Take the next event."""
        if self._dead is not None:
            name, depth = self._dead
            if event.name == name and event.kind in ("start", "end"):
                depth += 1 if event.kind == "start" else -1
                self._dead = (name, depth) if depth else None
            if self._dead is not None:
                return
        elif event.name in self.met:
            if event.kind == "start" and event.name in self.dead:
                self._dead = (event.name, 1)
            else:
                self._alternatives(event)
                self.meet(event)
                if event.name == self.paragraph:
                    self._paragraph(event)
                    return
        if self._open:
            self._in_paragraph(self._open[-1], event)

    def _alternatives(self, event: Event) -> None:
        if event.name == "mc:AlternateContent":
            if event.kind == "start":
                self._choices.append({})
            else:
                self._choices.pop()
        elif event.name == "mc:Fallback":
            self.fallback += 1 if event.kind == "start" else -1

    def _paragraph(self, event: Event) -> None:
        if event.kind == "start":
            if self._house is None:
                name = self.text[event.start + 1 : event.end].split()[0]
                prefix, colon, _ = name.rpartition(":")
                self._house = self.house(prefix + colon)
            self._open.append(Paragraph(event.end))
            return
        paragraph = self._open.pop()
        paragraph.end = event.start if paragraph.end < 0 else paragraph.end
        paragraph.pieces = self.finish(paragraph)
        for ready in self.ready(paragraph):
            self._close(ready)

    def _close(self, p: Paragraph) -> None:
        first = p.capital
        pieces = p.pieces if first is None else first.joined(p.pieces)
        said = [piece for piece in pieces if piece.kind == "text" and piece.text]
        letters = any(any(map(str.isalpha, piece.text)) for piece in said)
        spoken = letters or any(any(map(str.isalnum, piece.text)) for piece in said)
        where = self.place(p, spoken) + ", for older programs" * bool(self.fallback)
        if not letters or self._house is None or not balanced(pieces):
            return
        made = compose(settle(pieces), self._house)
        if made is None:
            return
        start = p.start
        write: Callable[[str], str] = made.write
        if first is not None:
            start = first.paragraph.start
            write = first.write(made.write, self.text[first.paragraph.end : p.start])
        at = Span(start=start, end=p.end)
        self.add(made.text, made.blocks, at, write, made.kept, where, p.kind)

    def add(
        self,
        text: str,
        blocks: Sequence[Block],
        at: Span,
        write: Callable[[str], str],
        kept: Sequence[Span],
        where: str,
        kind: str,
    ) -> None:
        """Add a part, or a twin where the same was said before in another way."""
        sources = [self._twins_of] if self._twins_of is not None else []
        sources += self._choices if self.fallback else []
        for source in reversed(sources):
            if text in source:
                twin = Place(parent=self._member, at=at, write=write, kept=kept)
                source[text].append(twin)
                return
        several = len(blocks) > 1
        told = [
            replace(b, kind=kind, where=f"{where}, part {n}" if several else where)
            for n, b in enumerate(blocks, 1)
        ]
        twins: list[Place] = []
        self._gathering.add(
            Part(
                text=text,
                blocks=told,
                parent=self._member,
                at=at,
                write=write,
                kept=kept,
                twins=twins,
            )
        )
        for known in (self.known, *self._choices):
            known[text] = twins

    def attribute(self, event: Event, name: str, where: str) -> None:
        """Add a part that is the value of an attribute."""
        tag = self.text[event.start : event.end]
        span = value_span(tag, name)
        value = "" if span is None else tag[span.start : span.end]
        block = attribute_block(value, 0, len(value))
        if span is None or block is None or _FILE.fullmatch(value):
            return
        self.add_text(value, block, event.start + span.start, where)

    def add_text(self, text: str, block: Block, start: int, where: str) -> None:
        """Add a part that stands in the member as it is."""
        at = Span(start=start, end=start + len(text))
        self.add(text, [block], at, str, (), where, block.kind)

    def described(self, event: Event, what: str) -> None:
        """Add what is said of an image to those who do not see it."""
        self.attribute(event, "descr", f"{what}, description")
        self.attribute(event, "title", f"{what}, title")

    # --- inside a paragraph

    def _in_paragraph(self, p: Paragraph, event: Event) -> None:
        if p.copying:
            if event.kind == "text":
                self.heard(p, event.text)
            elif event.name == p.copying:
                p.depth += 1 if event.kind == "start" else -1
                if not p.depth:
                    self._copied(p, event)
        elif event.kind == "start":
            if event.name in self.paragraph_properties:
                if p.pieces:
                    p.end = event.start
                self.copy(p, event)
            elif event.name == self.run_name:
                p.run, p.properties = self.text[event.start : event.end], ""
            elif event.name == self.run_properties and p.run:
                self.copy(p, event)
            elif event.name == self.text_name and p.run:
                p.reading, p.begin, p.said = True, event.start, ""
            else:
                self.inside(p, event)
        elif event.kind == "end":
            if event.name == self.run_name:
                p.run = ""
            elif event.name == self.text_name:
                if p.reading:
                    self.say(p, p.said, self.text[p.begin : event.end])
                p.reading = False
            else:
                self.left(p, event)
        elif event.kind == "text" and p.reading:
            p.said += event.text

    def copy(self, p: Paragraph, event: Event) -> None:
        """Copy an element as it is, from its start on."""
        p.copying, p.depth, p.begin = event.name, 1, event.start

    def _copied(self, p: Paragraph, event: Event) -> None:
        name, p.copying = p.copying, ""
        raw = self.text[p.begin : event.end]
        if name in self.paragraph_properties:
            if p.end < 0:
                p.start = event.end
        elif name == self.run_properties and p.run:
            p.properties = raw
        else:
            piece = self.copied(p, name, raw)
            if piece is not None:
                piece.kept = (Span(start=p.begin, end=event.end),)
                p.pieces.append(piece)

    def in_run(self, p: Paragraph, raw: str) -> str:
        """Give what stands in a run as a run of its own."""
        return p.run + p.properties + raw + self.closing(p) if p.run else raw

    def closing(self, p: Paragraph) -> str:
        """Give the end tag of the run at hand."""
        return "</" + p.run[1:].split(">")[0].split()[0] + ">"

    def say(self, p: Paragraph, text: str, raw: str) -> None:
        """Add text of the run at hand; ``raw`` is the element that holds it."""
        found = self._looks.get(p.properties)
        if found is None:
            found = self._looks[p.properties] = self.look(p.properties)
        if not _GAPS.search(text):
            p.pieces.append(Piece("text", self.in_run(p, raw), text, *found))
            return
        assert self._house is not None
        between, end = self._house.between, self._house.after
        for part in _GAPS.split(text):
            raw = p.run + p.properties + between + spelt(part) + end
            if _GAPS.fullmatch(part):
                p.pieces.append(Piece("border", raw, name="tab"))
            elif part:
                p.pieces.append(Piece("text", raw, part, *found))
