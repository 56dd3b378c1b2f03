"""Text that is drawn: paragraphs of slides, charts and diagrams."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.office.pieces import House, Look, Piece, collapsed
from pipeline.documents.office.places import Places
from pipeline.documents.office.reading import ALTERNATIVES, Paragraph, Reader
from pipeline.documents.tagged import attribute_block

if TYPE_CHECKING:
    from pipeline.documents.office.package import Package
    from pipeline.documents.office.reading import Gathering, Known
    from pipeline.documents.tagged import Event, Xml

_ATTRIBUTE = re.compile(r"""\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LANGUAGE = re.compile(r"""(\slang\s*=\s*["'])(?!en\b)[^"']*""")
_LINK = re.compile(r"<(?:[\w.-]+:)?hlinkClick\b([^>]*)>")
_NO_LOOK = frozenset(
    ("lang", "altLang", "dirty", "err", "smtClean", "smtId", "noProof", "bmk", "kern", "spc")
)
_SEEN = {"b": "bold", "i": "italic", "u": "underline", "strike": "strike"}
_CACHES = frozenset({"c:strCache", "c:multiLvlStrCache"})


def look_of(raw: str) -> tuple[Look, str]:
    """Read ``a:rPr``: the look, and the properties of English text that has it."""
    if not raw:
        return Look(), ""
    head, _, inner = raw.partition(">")
    said = {m[1]: m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(head)}
    seen = {name: value for name, value in said.items() if name not in _NO_LOOK}
    name = next((n for a, n in _SEEN.items() if seen.get(a, "0") not in _OFF), "look")
    baseline = seen.get("baseline", "0").lstrip("+").rstrip("%")
    raised = "" if baseline == "0" else "sub" if baseline.startswith("-") else "super"
    if raised:
        name = f"{raised}script"
    inner = inner.rpartition("</")[0]
    key = " ".join([*(f"{k}={v}" for k, v in sorted(seen.items())), inner])
    return Look(key.strip(), name, raised), _LANGUAGE.sub(r"\g<1>en-US", head) + raw[len(head) :]


_OFF = ("0", "false", "none", "noStrike", "off")


class DrawingReader(Reader):
    """Reads a member with drawn text.

    Args:
        places: where its text stands.
    """

    paragraph = "a:p"
    paragraph_properties = frozenset({"a:pPr", "a:endParaRPr"})
    run_name = "a:r"
    run_properties = "a:rPr"
    text_name = "a:t"
    met = ALTERNATIVES | _CACHES | {"a:p", "a:tbl", "a:tr", "a:tc", "c:v"}

    def __init__(
        self,
        xml: Xml,
        member: int,
        gathering: Gathering,
        *,
        places: Places,
        known: Known | None = None,
    ) -> None:
        super().__init__(xml, member, gathering, known)
        self.places = places
        self._cache = False  # whether text is that of a chart's data, as it was last seen
        self._labels = 0
        self._begin = 0  # of a label

    def look(self, raw: str) -> tuple[Look, str]:
        """See `look_of`."""
        return look_of(raw)

    def house(self, prefix: str) -> House:
        """See `Reader.house`."""
        return House(
            before=f"<{prefix}r>", between=f"<{prefix}t>", after=f"</{prefix}t></{prefix}r>"
        )

    def heard(self, paragraph: Paragraph, text: str) -> None:
        """Take what a field shows."""
        paragraph.said += text

    def meet(self, event: Event) -> None:
        """Follow tables, and take a chart's labels."""
        name = event.name
        if event.kind == "end":
            self.places.leave(name)
            if name in _CACHES:
                self._cache = False
            elif name == "c:v" and self._cache:
                self._label(event)
        elif name == "a:tbl":
            self.places.table(name)
        elif name == "a:tr":
            self.places.row()
        elif name == "a:tc":
            self.places.cell(name)
        elif name in _CACHES:
            self._cache = True
        elif name == "c:v":
            self._begin = event.end

    def _label(self, event: Event) -> None:
        text = self.text[self._begin : event.start]
        block = attribute_block(text, 0, len(text))
        if block is not None:
            self._labels += 1
            where = f"{self.places.label}, label {self._labels}"
            self.add_text(text, block, self._begin, where)

    def place(self, paragraph: Paragraph, spoken: bool) -> str:
        """Count paragraphs that say something."""
        if self.places.room.element == "a:tc":
            paragraph.kind = "cell"
        return self.places.paragraph(spoken=spoken)

    def inside(self, paragraph: Paragraph, event: Event) -> None:
        """Copy what is no run."""
        paragraph.said = ""
        self.copy(paragraph, event)

    def copied(self, paragraph: Paragraph, name: str, raw: str) -> Piece | None:
        """Say what an element is that was copied: a line break, a field, a formula."""
        if name == "a:br":
            return Piece("break", raw, name="break")
        if name == "a:fld":
            return collapsed([Piece("atom", raw)], paragraph.said, "field")
        return Piece("atom", raw, name="formula", opaque=True)

    def finish(self, paragraph: Paragraph) -> list[Piece]:
        """Let runs of one link be a pair."""
        made: list[Piece] = []
        link = ""
        for piece in paragraph.pieces:
            if piece.kind == "text":
                found = _LINK.search(piece.properties)
                target = found[1].rstrip("/").strip() if found else ""
                if target != link:
                    made += [Piece("close")] * bool(link)
                    made += [Piece("open", name="link")] * bool(target)
                    link = target
            made.append(piece)
        return [*made, *([Piece("close")] * bool(link))]


# --- charts and diagrams -------------------------------------------------------------


def read_graphics(package: Package, owner: str, gathering: Gathering, place: Places) -> None:
    """Read the charts and diagrams of a member.

    Args:
        package: the file.
        owner: the member that shows them.
        gathering: where their parts go.
        place: of the member: "slide 4", with the numbers given so far.
    """
    around = f"{place.label}, " if place.label else ""
    count = {} if place.label else place.count
    here = Places("", count)
    charts = package.members(owner, ("chart", "chartEx"))
    for chart in charts:
        label = around + here.number("chart")
        _read(package, chart, gathering, Places(label))
        for shapes in package.members(chart, ("chartUserShapes",)):
            _read(package, shapes, gathering, Places(f"{label}, drawing"))
    known: Known = {}
    for data in package.members(owner, ("diagramData",)):
        label = around + here.number("diagram")
        known |= _read(package, data, gathering, Places(label))
    for number, drawing in enumerate(package.members(owner, ("diagramDrawing",)), 1):
        _read(package, drawing, gathering, Places(f"{around}drawn diagram {number}"), known)


def _read(
    package: Package,
    member: str,
    gathering: Gathering,
    places: Places,
    known: Known | None = None,
) -> Known:
    if any(part.member == member for part in gathering.members):
        return {}
    xml = package.xml(member)
    number = gathering.member(member, xml)
    reader = DrawingReader(xml, number, gathering, places=places, known=known)
    reader.read()
    return reader.known
