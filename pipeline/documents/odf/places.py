"""Where a text stands in a document, as a person says it: "slide 4, title", "¶ 12, footnote 2"."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.documents.tagged import Event

_TITLES = {"title": "title", "subtitle": "subtitle", "outline": "text"}
_META = {"dc:title": "title", "dc:subject": "subject", "dc:description": "description"}
_PAGES = {
    "style:header": "header",
    "style:footer": "footer",
    "style:header-left": "header of left pages",
    "style:footer-left": "footer of left pages",
    "style:header-first": "header of the first page",
    "style:footer-first": "footer of the first page",
    "presentation:header-decl": "header of slides",
    "presentation:footer-decl": "footer of slides",
    "presentation:date-time-decl": "date of slides",
}
_CHARTS = {
    "chart:title": "title",
    "chart:subtitle": "subtitle",
    "chart:footer": "footer",
    "chart:axis": "axis",
    "chart:legend": "legend",
}
_BOXES = frozenset(
    f"draw:{name}"
    for name in (
        *("text-box", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon"),
        *("regular-polygon", "path", "connector", "caption", "measure"),
    )
)


@dataclass(slots=True, kw_only=True)
class Scope:
    """What texts stand in: the body, a slide, a cell, a note."""

    label: str
    flows: bool = False  # whether its paragraphs are all called by their number
    paragraphs: int = 0
    things: Counter[str] = field(default_factory=Counter)  # inside it, by what they are called
    row: int = 0  # of a table
    column: int = 0

    def thing(self, what: str) -> str:
        """Call one more thing inside it."""
        self.things[what] += 1
        return self.inside(f"{what} {self.things[what]}")

    def inside(self, what: str) -> str:
        """Call a thing of which there is one inside it."""
        return f"{self.label}, {what}" if self.label else what


@dataclass(slots=True, kw_only=True)
class Paragraph:
    """A text inside a scope; its number is given when somebody asks for it."""

    scope: Scope
    label: str = ""

    def where(self) -> str:
        """Say where it stands."""
        if not self.label:
            self.scope.paragraphs += 1
            number = f"¶ {self.scope.paragraphs}"
            only = self.scope.paragraphs == 1 and not self.scope.flows
            self.label = self.scope.label if only else self.scope.inside(number)
        return self.label


class Places:
    """Follows where in a document its events stand; one for all its members."""

    def __init__(self) -> None:
        self._body = Scope(label="", flows=True)
        self._scopes = [self._body]
        self._paragraphs: list[Paragraph | None] = [None]
        self._class = ""  # of the shape on a slide
        self._notes: Counter[str] = Counter()
        self._slides = 0
        self._given: Counter[str] = Counter()

    @property
    def in_paragraph(self) -> bool:
        """Whether what comes next stands in a paragraph."""
        return self._paragraphs[-1] is not None

    def enter(self, event: Event, *, paragraph: bool, island: bool) -> tuple[int, int]:
        """Go into an element; give what `leave` must be told."""
        depths = len(self._scopes), len(self._paragraphs)
        if event.name.startswith("draw:") and event.name != "draw:text-box":
            self._class = event.attributes.get("presentation:class", "")
        if scope := self._scope(event):
            self._scopes.append(scope)
        if paragraph:
            self._paragraphs.append(Paragraph(scope=self._scopes[-1]))
        elif island:
            self._paragraphs.append(None)
        return depths

    def leave(self, depths: tuple[int, int]) -> None:
        """Go out of an element."""
        del self._scopes[depths[0] :], self._paragraphs[depths[1] :]

    def seen(self) -> None:
        """Count the paragraph: there is something to read in it."""
        if paragraph := self._paragraphs[-1]:
            paragraph.where()

    def where(self, more: str = "") -> str:
        """Say where the next block stands; no two stand at the same place."""
        label = self._outer(more)
        self._given[label] += 1
        return label if self._given[label] == 1 else f"{label}, part {self._given[label]}"

    def _outer(self, more: str = "") -> str:
        around = next((p.where() for p in reversed(self._paragraphs) if p), "")
        label = around or self._scopes[-1].label
        return ", ".join(filter(None, (label, more)))

    def _scope(self, event: Event) -> Scope | None:
        name, scope = event.name, self._scopes[-1]
        if name == "draw:page":
            self._slides += 1
            return Scope(label=f"slide {self._slides}")
        if name == "presentation:notes":
            return Scope(label=scope.inside("notes"))
        if name == "text:note":
            kind = event.attributes.get("text:note-class", "footnote")
            self._notes[kind] += 1
            return self._within(f"{kind} {self._notes[kind]}")
        if name == "office:annotation":
            self._notes["comment"] += 1
            return self._within(f"comment {self._notes['comment']}")
        if name.startswith("table:"):
            return self._table(event, scope)
        if name in _BOXES:
            if self._class == "notes":  # the page of a slide's notes has said so
                return None
            if what := _TITLES.get(self._class):
                return Scope(label=scope.inside(what))
            return Scope(label=self._thing("text box"))
        if name in ("svg:title", "svg:desc"):
            return Scope(label=self._thing("description"))
        if what := _META.get(name):
            return Scope(label=f"document's {what}")
        if what := _PAGES.get(name):
            return Scope(label=what)
        if what := _CHARTS.get(name):
            return Scope(label=scope.inside(what))
        return Scope(label=self._body.thing("chart")) if name == "office:chart" else None

    def _within(self, what: str) -> Scope:
        """Make the scope of a thing that is counted over the whole document."""
        return Scope(label=", ".join(filter(None, (self._outer(), what))))

    def _thing(self, what: str) -> str:
        """Call a thing in the paragraph or the scope around it."""
        scope = self._scopes[-1]
        if self._paragraphs[-1] is None and len(self._paragraphs) > 1 and self._paragraphs[-2]:
            paragraph = self._paragraphs[-2]
            return Scope(label=paragraph.where()).thing(what)
        return scope.thing(what)

    def _table(self, event: Event, scope: Scope) -> Scope | None:
        if event.name == "table:table":
            on_slide = scope.label.startswith("slide ")
            return Scope(label=(scope if on_slide else self._body).thing("table"))
        if event.name == "table:table-row":
            scope.row += 1
            scope.column = 0
        elif event.name in ("table:table-cell", "table:covered-table-cell"):
            at = scope.column + 1
            repeated = event.attributes.get("table:number-columns-repeated", "1")
            scope.column += int(repeated) if repeated.isdecimal() and len(repeated) < 6 else 1
            return Scope(label=f"{scope.label}, row {scope.row}, column {at}")
        return None
