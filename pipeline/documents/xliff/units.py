"""The units of an XLIFF file: what is French, and what lacks its English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.documents.tagged import value_span
from pipeline.errors import InputError
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from pipeline.documents.tagged import Event, Xml

_FRESH = frozenset({"new", "needs-translation", "initial"})


@dataclass(slots=True)
class Element:
    """A source or a target: its tags and what stands between them."""

    tag: Event
    end: Event | None = None
    inside: list[Event] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """What stands between the tags."""
        assert self.end is not None
        return Span(start=self.tag.end, end=self.end.start)

    @property
    def whole(self) -> Span:
        """Tags and all."""
        assert self.end is not None
        return Span(start=self.tag.start, end=self.end.end)


@dataclass(slots=True)
class Unit:
    """A trans-unit, or a segment of XLIFF 2."""

    tag: Event
    where: str
    translate: bool
    preserve: bool
    second: bool  # XLIFF 2
    icu: bool = False  # a message with forms of its own, which is left
    elements: dict[str, Element] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """What the file says of the translation; "" for nothing."""
        target = self.elements.get("target")
        tag = self.tag if self.second else target.tag if target else self.tag
        return tag.attributes.get("state", "")

    @property
    def todo(self) -> bool:
        """Whether an English text is missing."""
        source, target = self.elements.get("source"), self.elements.get("target")
        if not self.translate or source is None or not source.inside:
            return False
        if self.tag.attributes.get("approved") == "yes":
            return False
        if target is None:
            return not self.second or self.state in ("", "initial")
        said = _said(target)
        if not said:
            return self.state in ("", *_FRESH)
        return self.state in _FRESH and said == _said(source)


def _said(element: Element) -> list[str]:
    """Give texts and tags, as far as they count."""
    texts = ["".join(e.text for e in element.inside if e.kind == "text").strip()]
    tags = [e.name for e in element.inside if e.kind == "start"]
    return list(filter(None, [*texts, *(t for t in tags if t.rpartition(":")[2] != "mrk")]))


class _Frame(NamedTuple):
    name: str  # without prefix; "" for what is not XLIFF's own
    translate: bool
    preserve: bool
    wanted: bool  # the languages are right


class File:
    """Reads a file's units."""

    def __init__(self, xml: Xml) -> None:
        self._xml, self._text = xml, xml.text
        self.units: list[Unit] = []
        self.edits: list[tuple[Span, str]] = []
        self.findings: list[Finding] = []
        self._own = ""
        self._second = False
        self._frames: list[_Frame] = []
        self._unit: Unit | None = None
        self._element: tuple[Element, int] | None = None  # that is read, and its depth
        self._unit_id = ""
        self._others: list[str] = []  # files in other languages

    def read(self) -> None:
        """Read all.

        Raises:
            InputError: it is no XLIFF, or none of its texts is French that becomes English.
        """
        for event in self._xml.events():
            if event.kind == "start":
                self._start(event)
            elif event.kind == "end":
                self._end(event)
            elif self._element is not None:
                self._element[0].inside.append(event)
        if self._others:
            what = f"left as they are: {'; '.join(sorted(set(self._others)))}"
            if not self.units:
                raise InputError(
                    what.replace("left as they are: ", ""),
                    place=self._xml.place,
                    next_step="French texts are translated into English: export such a file",
                )
            self._say(what)
        elif self.units and not any(unit.todo for unit in self.units):
            self._say("all units have a target, are approved or are not to be translated")

    def _say(self, message: str) -> None:
        self.findings.append(Finding(check="document", severity="warning", message=message))

    def _local(self, name: str) -> str:
        """Give the name of an element of XLIFF's own; "" for others."""
        prefix, _, local = name.rpartition(":")
        return local if prefix == self._own else ""

    def _start(self, event: Event) -> None:
        if not self._frames:
            self._root(event)
        above = self._frames[-1] if self._frames else _Frame("", True, False, True)
        local, attributes = self._local(event.name), event.attributes
        if self._element is not None:
            self._element[0].inside.append(event)
        wanted = above.wanted
        if local == "file" or (local == "xliff" and self._second):
            wanted = wanted and self._languages(event)
        translate = {"no": False, "yes": True}.get(attributes.get("translate", ""), above.translate)
        preserve = {"preserve": True, "default": False}.get(
            attributes.get("xml:space", ""), above.preserve
        )
        frame = _Frame(local, translate, preserve, wanted)
        if self._element is None:
            if local == "unit":
                self._unit_id = attributes.get("id", "")
            elif local == "trans-unit" or (local == "segment" and above.name == "unit"):
                self._begin(event, frame)
            elif (
                self._unit is not None
                and above.name in ("trans-unit", "segment")
                and local in ("source", "seg-source", "target")
                and local not in self._unit.elements
            ):
                self._unit.preserve |= preserve
                self._element = (Element(event), len(self._frames))
                self._unit.elements[local] = self._element[0]
        self._frames.append(frame)

    def _root(self, event: Event) -> None:
        self._own, _, local = event.name.rpartition(":")
        self._second = self._own == "xliff2" or event.attributes.get("version", "").startswith("2")
        if local != "xliff":
            raise InputError(
                f"it is no XLIFF: its first element is {local!r}",
                place=self._xml.place,
                next_step="export it anew as XLIFF 1.2 or 2.0",
            )

    def _begin(self, event: Event, frame: _Frame) -> None:
        own = event.attributes.get("id", "")
        if not self._second:
            where = f"unit {own or event.attributes.get('resname', '')}".strip()
        else:
            where = f"unit {self._unit_id}" + (f", segment {own}" if own else "")
        self._unit = Unit(
            event, where, frame.translate and frame.wanted, frame.preserve, self._second
        )

    def _languages(self, event: Event) -> bool:
        """Say whether a file is French and becomes English; name English where nothing does."""
        source, target = (
            ("srcLang", "trgLang")
            if self._second
            else (
                "source-language",
                "target-language",
            )
        )
        if event.name.endswith("file") and self._second:
            return True
        of = event.attributes.get("original", "")
        name = f"the file {of!r}" if of else "the file"
        from_, into = event.attributes.get(source, "fr"), event.attributes.get(target, "")
        if not from_.lower().startswith("fr"):
            self._others.append(f"{name} is in {from_}, not in French")
            return False
        if into and not into.lower().startswith("en"):
            self._others.append(f"{name} is for {into}, not for English")
            return False
        if not into:
            tag = self._text[event.start : event.end]
            at = value_span(tag, source)
            where = event.start + (at.end + 1 if at else len(tag) - 1 - tag.endswith("/>"))
            self.edits.append((Span(start=where, end=where), f' {target}="en"'))
        return True

    def _end(self, event: Event) -> None:
        self._frames.pop()
        if self._element is not None:
            element, depth = self._element
            if len(self._frames) == depth:
                element.end = event
                self._element = None
            else:
                element.inside.append(event)
        elif self._unit is not None and self._unit.tag.name == event.name:
            self.units += [self._unit] if self._frames[-1].wanted else []
            self._unit = None
