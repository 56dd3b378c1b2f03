"""python-pptx opens a presentation and walks its shapes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pptx
from lxml import etree
from pptx.oxml.ns import qn

from formats.marked import Marked, of
from formats.oracles.elements import elements

if TYPE_CHECKING:
    from collections.abc import Iterator

_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read(data: bytes) -> list[Marked]:
    """Read slides, tables, notes, charts, diagrams, alt texts and the title."""
    show = pptx.Presentation(io.BytesIO(data))
    texts = [of([(show.core_properties.title, ())])]
    for slide in show.slides:
        texts += _shapes(slide.shapes)
        if slide.has_notes_slide:
            texts += _shapes(slide.notes_slide.shapes)
        data_parts, drawings = [], []
        for relation in slide.part.rels.values():
            if relation.reltype.endswith("/diagramData"):
                data_parts += _diagram(relation.target_part.blob)
            elif relation.reltype.endswith("/diagramDrawing"):
                drawings += _diagram(relation.target_part.blob)
        assert not drawings or drawings == data_parts, "a diagram's two parts say the same"
        texts += data_parts
    return [text for text in texts if text.text.strip()]


def frame(data: bytes) -> object:
    """Give what must stay: the elements but runs and their looks."""
    return elements(data, {"r", "t", "rPr", "hlinkClick"})


def _shapes(shapes: Any) -> Iterator[Marked]:
    for shape in shapes:
        properties = next(shape._element.iter(qn("p:cNvPr")))
        yield of([(properties.get("descr", ""), ())])
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif getattr(shape, "has_table", False) and shape.has_table:
            for row in shape.table.rows:
                for cell in row.cells:
                    yield from _frame(cell.text_frame)
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            for paragraph in shape.chart._chartSpace.iter(qn("a:p")):
                yield of(_runs(paragraph))
        elif shape.has_text_frame:
            yield from _frame(shape.text_frame)


def _frame(frame: Any) -> Iterator[Marked]:
    for paragraph in frame.paragraphs:
        text = of(_runs(paragraph._p))
        assert text.text == paragraph.text.replace("\v", "\n"), "python-pptx reads the same"
        yield text


def _diagram(blob: bytes) -> list[Marked]:
    return [of(_runs(paragraph)) for paragraph in etree.fromstring(blob).iter(qn("a:p"))]


def _runs(paragraph: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for child in paragraph:
        if child.tag == qn("a:br"):
            yield "\n", frozenset()
        elif child.tag in (qn("a:r"), qn("a:fld")):
            properties = child.find(qn("a:rPr"))
            looks: set[str] = set()
            if properties is not None:
                looks |= {"b"} if properties.get("b") == "1" else set()
                looks |= {"i"} if properties.get("i") == "1" else set()
                looks |= {"u"} if properties.get("u", "none") != "none" else set()
                looks |= {"sup"} if int(properties.get("baseline", 0)) > 0 else set()
                looks |= {"a"} if properties.find(qn("a:hlinkClick")) is not None else set()
            looks |= {"k"} if child.tag == qn("a:fld") else set()
            yield child.findtext(qn("a:t"), ""), frozenset(looks)
