"""python-docx opens a document; paragraphs are read in each of its parts."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.text.run import Run
from lxml import etree

from formats.marked import Marked, atom, of
from formats.oracles.elements import elements

if TYPE_CHECKING:
    from collections.abc import Iterator

_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_NOT_SEEN = {qn("w:del"), qn("w:moveFrom"), f"{{{_MC}}}Fallback", qn("w:instrText")}
_KINDS = ("document.main", "header", "footer", "footnotes", "endnotes", "comments")


def read(data: bytes) -> list[Marked]:
    """Read all paragraphs, alt texts and the title."""
    document = docx.Document(io.BytesIO(data))
    texts = [of([(document.core_properties.title, ())])]
    for part in document.part.package.iter_parts():
        if part.content_type.endswith(tuple(f".{kind}+xml" for kind in _KINDS)):
            texts += _part(etree.fromstring(part.blob), document)
    return [text for text in texts if text.text.strip()]


def frame(data: bytes) -> object:
    """Give what must stay: the elements but runs, their looks, and what spell checkers strew."""
    return elements(data, _LOOSE)


_LOOSE = {"r", "t", "rPr", "b", "bCs", "i", "iCs", "u", "sz", "szCs", "lang", "vertAlign"}
_LOOSE |= {"proofErr", "lastRenderedPageBreak", "softHyphen", "noBreakHyphen"}


def _part(root: Any, document: Any) -> Iterator[Marked]:
    for paragraph in root.iter(qn("w:p")):
        if not any(parent.tag in _NOT_SEEN for parent in paragraph.iterancestors()):
            yield _trimmed(of(_runs(paragraph, document)))
    for drawing in root.iter(qn("wp:docPr")):
        if not any(parent.tag in _NOT_SEEN for parent in drawing.iterancestors()):
            yield of([(drawing.get("descr", ""), ())])


def _trimmed(text: Marked) -> Marked:
    """Drop the space that stands between a note's own mark and its text."""
    start = len(text.text) - len(text.text.lstrip(" "))
    return Marked(text=text.text[start:], tags=text.tags[start:])


def _runs(paragraph: Any, document: Any) -> Iterator[tuple[str, frozenset[str]]]:
    field = ""
    for run in paragraph.iter(qn("w:r")):
        for mark in run.iter(qn("w:fldChar")):
            field = mark.get(qn("w:fldCharType"))
        parents = list(run.iterancestors())
        mine = next(parent for parent in parents if parent.tag == qn("w:p"))
        if mine is not paragraph or any(parent.tag in _NOT_SEEN for parent in parents):
            continue
        looks = set()
        seen = Run(docx.oxml.parse_xml(etree.tostring(run)), document)
        looks |= {"b"} if seen.bold else set()
        looks |= {"i"} if seen.italic else set()
        looks |= {"u"} if seen.underline else set()
        looks |= {"sup"} if seen.font.superscript else set()
        looks |= {"sub"} if seen.font.subscript else set()
        looks |= {"a"} if any(parent.tag == qn("w:hyperlink") for parent in parents) else set()
        if field == "separate" or any(parent.tag == qn("w:fldSimple") for parent in parents):
            looks.add("k")
        if next(run.iter(qn("w:footnoteReference"), qn("w:endnoteReference")), None) is not None:
            yield atom("n")
        elif run.find(qn("w:drawing")) is not None:
            if run.getparent().tag == qn("w:p") and len(paragraph.findall(qn("w:r"))) > 1:
                yield atom("img")
        elif not any(e.get(qn("w:type")) == "page" for e in run.iter(qn("w:br"))):
            yield seen.text.replace("\u00ad", ""), frozenset(looks)
