"""Word's elements: what of a paragraph is text, what goes with it, and what stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.documents.office.capitals import Capital
from pipeline.documents.office.looks import look_of
from pipeline.documents.office.pieces import (
    NO_BREAK_HYPHEN,
    House,
    Look,
    Piece,
    balanced,
    collapsed,
    frozen,
)
from pipeline.documents.office.reading import ALTERNATIVES, Paragraph, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.documents.office.places import Places
    from pipeline.documents.office.reading import Gathering
    from pipeline.documents.tagged import Event, Xml

_CONTAINERS = {  # elements around runs → what they are, for people
    "w:hyperlink": "link",
    "w:ins": "insertion",
    "w:moveTo": "insertion",
    "w:smartTag": "tag",
    "w:customXml": "tag",
    "w:sdt": "control",
    "w:dir": "direction",
    "w:bdo": "direction",
    "w:fldSimple": "field",
}
_HEADS = frozenset({"w:sdtPr", "w:sdtEndPr", "w:smartTagPr", "w:customXmlPr"})
_NAMES = {
    "w:footnoteReference": "note",
    "w:endnoteReference": "note",
    "w:commentReference": "comment",
    "w:drawing": "image",
    "w:pict": "image",
    "w:object": "image",
    "w:del": "deletion",
    "w:sym": "sign",
    "m:oMath": "formula",
    "m:oMathPara": "formula",
}
_MET = frozenset(
    ("w:p", "w:pStyle", "w:outlineLvl", "w:numPr", "w:framePr", "w:tbl", "w:tr", "w:tc")
) | {"w:gridSpan", "w:txbxContent", "w:footnote", "w:endnote", "w:comment", "wp:docPr"}
_TEXT_ART = "v:textpath"
_BOUND = "w:dataBinding"
_OPAQUE = frozenset(
    [
        "w:drawing",
        "w:pict",
        "w:object",
        "w:sym",
        "w:ruby",
        "m:oMath",
        "m:oMathPara",
        "mc:AlternateContent",
    ]
)
_FLOATS = re.compile(r"<wp:anchor\b|position:absolute")
_TRACELESS = frozenset({"w:proofErr", "w:lastRenderedPageBreak"})  # Word makes them anew
_RANGES = re.compile(r"(?:(comment|bookmark|perm)(?:Range)?)(Start|End)\b")
_ID = re.compile(r""":id\s*=\s*["']([^"']*)""")
_TYPE = re.compile(r""":(?:type|fldCharType)\s*=\s*["'](\w+)""")
_TEXTUAL = frozenset({"HYPERLINK", "TOC", "FORMTEXT"})
"""Fields whose results are text of the document; Word makes those of all others anew."""
_HIDDEN = re.compile(r"(?:^| )vanish(?: |$)")


@dataclass(slots=True)
class _Field:
    """A field of which the end has not been met."""

    owner: Paragraph
    index: int  # of the piece that begins it
    code: str = ""
    after: int = -1  # index of the first piece of its result

    @property
    def textual(self) -> bool:
        return self.after >= 0 and is_textual(self.code)


def is_textual(code: str) -> bool:
    """Whether a field's result is text of the document."""
    return (code.split() or [""])[0].upper() in _TEXTUAL


class WordReader(Reader):
    """Reads a member of a Word document.

    Args:
        places: where its text stands.
        headings: ids of styles.
        notes: places of the marks of notes: kind and id → "¶ 12, footnote 2".
    """

    paragraph = "w:p"
    paragraph_properties = frozenset({"w:pPr"})
    run_name = "w:r"
    run_properties = "w:rPr"
    text_name = "w:t"
    dead = frozenset({"w:del", "w:moveFrom"})
    met = dead | ALTERNATIVES | _MET | {_BOUND, _TEXT_ART}

    def __init__(
        self,
        xml: Xml,
        member: int,
        gathering: Gathering,
        *,
        places: Places,
        headings: frozenset[str],
        notes: dict[tuple[str, str], str],
    ) -> None:
        super().__init__(xml, member, gathering)
        self._headings = headings
        self._places = places
        self._notes = notes
        self._levels: dict[int, list[_Field]] = {}
        self._framed = False  # whether the paragraph is a first letter with a frame of its own
        self._capital: Capital | None = None  # the paragraph before, if it is one
        self.left_out: set[str] = set()  # what a reader should know of

    def look(self, raw: str) -> tuple[Look, str]:
        """See `look_of`."""
        return look_of(raw)

    def house(self, prefix: str) -> House:
        """See `Reader.house`."""
        between, after = f'<{prefix}t xml:space="preserve">', f"</{prefix}t>"
        signs = (("\u00ad", "softHyphen"), (NO_BREAK_HYPHEN, "noBreakHyphen"))
        return House(
            before=f"<{prefix}r>",
            between=between,
            after=f"{after}</{prefix}r>",
            signs=tuple((sign, f"{after}<{prefix}{name}/>{between}") for sign, name in signs),
        )

    def heard(self, paragraph: Paragraph, text: str) -> None:
        """Take a field's instruction."""
        if paragraph.copying == "w:instrText" and self._fields:
            self._fields[-1].code += text

    # --- places

    def meet(self, event: Event) -> None:
        """Follow tables, notes and text boxes, and take descriptions of images."""
        name, places = event.name, self._places
        if event.kind == "end":
            places.leave(name)
        elif name == "w:p":
            deep = len(self._open) + 1
            self._levels = {level: f for level, f in self._levels.items() if level <= deep}
        elif name in ("w:pStyle", "w:outlineLvl", "w:numPr"):
            self._kind(event)
        elif name == "w:framePr":
            self._framed = event.attributes.get("w:dropCap", "none") != "none"
        elif name == "w:tbl":
            places.table(name)
        elif name == "w:tr":
            places.row()
        elif name == "w:tc":
            places.cell(name)
        elif name == "w:gridSpan" and len(places.rooms) > 1:
            places.rooms[-2].column += int(event.attributes.get("w:val", "1")) - 1
        elif name == "w:txbxContent":
            box = places.number("text box", again=bool(self.fallback))
            places.enter(name, box, alone=True)
        elif name in ("w:footnote", "w:endnote", "w:comment"):
            kind = name[2:]
            at = self._notes.get((kind, event.attributes.get("w:id", "")))
            places.enter(name, at or places.number(kind), alone=True)
        elif name == "wp:docPr":
            self.described(event, places.number("image", again=bool(self.fallback)))
        elif name == _TEXT_ART:
            mark = places.number("watermark", again=bool(self.fallback))
            self.attribute(event, "string", mark)
        elif name == _BOUND and "core-properties" not in str(event.attributes):
            self.left_out.add("bound")

    def _kind(self, event: Event) -> None:
        if not self._open or self._open[-1].copying != "w:pPr":
            return
        paragraph, value = self._open[-1], event.attributes.get("w:val", "")
        if event.name == "w:numPr":
            paragraph.kind = "item" if paragraph.kind == "paragraph" else paragraph.kind
        elif value in self._headings if event.name == "w:pStyle" else value[:1] in "012345678":
            paragraph.kind = "heading"

    def place(self, paragraph: Paragraph, spoken: bool) -> str:
        """Count paragraphs that say something, and note what they refer to."""
        label = self._places.paragraph(spoken=spoken)
        for note in paragraph.notes:
            kind, _, number = note.partition(" ")
            self._notes.setdefault((kind, number), f"{label}, {self._places.number(kind)}")
        if self._places.room.element == "w:tc" and paragraph.kind == "paragraph":
            paragraph.kind = "cell"
        return label

    def ready(self, paragraph: Paragraph) -> Sequence[Paragraph]:
        """Hold a framed first letter back until the paragraph that it begins."""
        room, framed, held = self._places.room, self._framed, self._capital
        self._framed, self._capital = False, Capital.of(paragraph, room) if framed else None
        rest = [] if self._capital else [paragraph]
        if held is None:
            return rest
        if self._capital is None and held.room is room and paragraph.pieces:
            paragraph.capital = held
            return rest
        return [held.paragraph, *rest]

    # --- elements

    @property
    def _fields(self) -> list[_Field]:
        return self._levels.setdefault(len(self._open), [])

    def inside(self, paragraph: Paragraph, event: Event) -> None:
        """Open a container, or copy what is no text."""
        name, p = event.name, paragraph
        raw = self.text[event.start : event.end]
        if name in _CONTAINERS and not p.run:
            p.pieces.append(Piece("open", raw, name=_CONTAINERS[name]))
            if name == "w:fldSimple":
                code = event.attributes.get("w:instr", "")
                self._fields.append(_Field(p, len(p.pieces) - 1, code, len(p.pieces)))
        elif name == "w:sdtContent" and p.pieces and p.pieces[-1].kind == "open":
            p.pieces[-1].raw += raw
        elif name == "w:softHyphen":
            self.say(p, "\u00ad", raw)
        elif name == "w:noBreakHyphen":
            self.say(p, NO_BREAK_HYPHEN, raw)
        else:
            if name in ("w:footnoteReference", "w:endnoteReference"):
                p.notes.append(f"{name[2:-9]} {event.attributes.get('w:id', '')}")
            self.copy(p, event)

    def left(self, paragraph: Paragraph, event: Event) -> None:
        """Close a container."""
        name, pieces = event.name, paragraph.pieces
        raw = self.text[event.start : event.end]
        if name == "w:sdt":
            if pieces[-1].kind == "open":
                pieces[-1].kind = "atom"
            pieces[-1].raw += raw
        elif name == "w:sdtContent" or (name in _CONTAINERS and not paragraph.run):
            pieces.append(Piece("close", raw))
            if name == "w:fldSimple":
                field = self._fields.pop()
                if not field.textual:
                    self._collapse(paragraph, field)

    def copied(self, paragraph: Paragraph, name: str, raw: str) -> Piece | None:
        """Say what an element is that was copied."""
        if name in _TRACELESS:
            return None
        if name in _HEADS and paragraph.pieces and paragraph.pieces[-1].kind == "open":
            paragraph.pieces[-1].raw += raw
            return None
        whole = self.in_run(paragraph, raw)
        if name == "w:fldChar":
            paragraph.pieces.append(Piece("atom", whole, name="field"))
            said = _TYPE.search(raw)
            self._field(paragraph, said[1] if said else "")
            return None
        if name in ("w:tab", "w:ptab"):
            return Piece("border", whole, name="tab")
        if name in ("w:br", "w:cr"):
            said = _TYPE.search(raw)
            paged = said is not None and said[1] in ("page", "column")
            return Piece("border" if paged else "break", whole, name="page" if paged else "break")
        opaque = name in _OPAQUE and not _FLOATS.search(raw)
        piece = Piece("atom", whole, name=_NAMES.get(name, "mark"), opaque=opaque)
        if ranged := _RANGES.search(name):
            number = _ID.search(raw)
            piece.range = f"{ranged[2]} {ranged[1]} {number[1] if number else ''}"
            piece.name = ranged[1]
        return piece

    def say(self, p: Paragraph, text: str, raw: str) -> None:
        """Add text; hidden text is not seen, and stays."""
        super().say(p, re.sub(r"[\r\n]+", " ", text), raw)
        if p.pieces and _HIDDEN.search(p.pieces[-1].look.key):
            p.pieces[-1:] = frozen(p.pieces[-1:])
            self.left_out.add("hidden")

    # --- fields

    def _field(self, paragraph: Paragraph, kind: str) -> None:
        fields, pieces = self._fields, paragraph.pieces
        if kind == "begin":
            fields.append(_Field(paragraph, len(pieces) - 1))
        elif fields and kind == "separate":
            fields[-1].after = len(pieces)
        elif fields and kind == "end":
            field = fields.pop()
            first = field.index if field.owner is paragraph else 0
            if field.owner is not paragraph or not balanced(pieces[first:]):
                if not field.textual:
                    pieces[first:] = frozen(pieces[first:])
            elif field.textual:
                head, tail = pieces[first : field.after], pieces[-1]
                opening = replace(collapsed(head, "", "link"), kind="open")
                pieces[first : field.after] = [opening]
                pieces[-1] = replace(tail, kind="close")
            else:
                self._collapse(paragraph, field)

    def _collapse(self, paragraph: Paragraph, field: _Field) -> None:
        pieces = paragraph.pieces[field.index :]
        result = paragraph.pieces[field.after :] if field.after >= 0 else []
        visible = "".join(p.text for p in result if p.kind in ("text", "kept"))
        if any(map(str.isalpha, visible)):
            self.left_out.add("fields")
        paragraph.pieces[field.index :] = [collapsed(pieces, visible, "field")]

    def finish(self, paragraph: Paragraph) -> list[Piece]:
        """Leave what stands in open fields; let marks that begin and end something be pairs."""
        # The level of the paragraph itself, which is no longer among the open ones.
        for field in self._levels.get(len(self._open) + 1, []):
            if not field.textual:
                first = field.index if field.owner is paragraph else 0
                paragraph.pieces[first:] = frozen(paragraph.pieces[first:])
        return _ranges(paragraph.pieces)


def _ranges(pieces: list[Piece]) -> list[Piece]:
    """Make pairs of marks that begin and end something and nest with all else."""
    opened: list[tuple[str, int, bool]] = []  # range, index, whether there is text inside
    for index, piece in enumerate(pieces):
        start, _, name = piece.range.partition(" ")
        if piece.kind == "open" or start == "Start":
            opened.append((name, index, False))
        elif piece.kind in ("text", "kept") and opened:
            opened[-1] = (*opened[-1][:2], True)
        elif piece.kind == "close":
            while opened and opened[-1][0]:  # marks that begin here and end elsewhere
                opened.pop()
            if opened:
                opened.pop()
        elif start == "End" and opened and opened[-1][0] == name:
            _, at, spoken = opened.pop()
            if spoken:
                pieces[at] = replace(pieces[at], kind="open")
                pieces[index] = replace(piece, kind="close")
                if opened:
                    opened[-1] = (*opened[-1][:2], True)
    return pieces
