"""odfdo opens a document; paragraphs are read in content, pages' heads and feet, and meta."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import odfdo
from lxml import etree

from formats.marked import Marked, atom, of
from formats.oracles.elements import elements

if TYPE_CHECKING:
    from collections.abc import Iterator

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _OFFICE = f"{{{_URN}text:1.0}}", f"{{{_URN}office:1.0}}"
_DRAW, _SVG = f"{{{_URN}drawing:1.0}}", f"{{{_URN}svg-compatible:1.0}}"
_STYLE, _FO = f"{{{_URN}style:1.0}}", f"{{{_URN}xsl-fo-compatible:1.0}}"
_TRANSPARENT = {
    _TEXT + name for name in ("ruby", "ruby-base", "meta", "text-input")
}  # all others are fields
_PARAGRAPHS = {_TEXT + "p", _TEXT + "h"}


def read(data: bytes) -> list[Marked]:
    """Read all paragraphs, descriptions of pictures and the title."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    document = odfdo.Document(io.BytesIO(data))
    texts = [of([(document.meta.title or "", ())])]
    for part in (document.content, document.styles):
        root = etree.fromstring(part.serialize())
        looks = {
            style.get(_STYLE + "name"): _look(style)
            for style in root.iter(_STYLE + "style")
            if style.get(_STYLE + "family") == "text"
        }
        for element in root.iter():
            if element.tag in _PARAGRAPHS and not _gone(element):
                texts.append(of(_runs(element, frozenset(), looks)))
            elif element.tag == _SVG + "desc":
                texts.append(of([(element.text or "", ())]))
    return [text for text in texts if text.text.strip()]


def frame(data: bytes) -> object:
    """Give what must stay: the elements but spans and spaces."""
    return elements(data, {"span", "s", "a", "soft-page-break"})


def _gone(element: Any) -> bool:
    return any(parent.tag == _TEXT + "deletion" for parent in element.iterancestors())


def _look(style: Any) -> frozenset[str]:
    looks = set()
    for properties in style.iter(_STYLE + "text-properties"):
        looks |= {"b"} if properties.get(_FO + "font-weight") == "bold" else set()
        looks |= {"i"} if properties.get(_FO + "font-style") == "italic" else set()
        looks |= (
            {"u"} if properties.get(_STYLE + "text-underline-style", "none") != "none" else set()
        )
        position = properties.get(_STYLE + "text-position", "")
        looks |= {"sup"} if position.startswith("super") else set()
        looks |= {"sub"} if position.startswith("sub") else set()
    return frozenset(looks)


def _runs(
    element: Any, looks: frozenset[str], known: dict[str, frozenset[str]]
) -> Iterator[tuple[str, frozenset[str]]]:
    yield element.text or "", looks
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == _TEXT + "s":
            yield " " * int(child.get(_TEXT + "c", 1)), looks
        elif tag == _TEXT + "tab":
            yield "\t", looks
        elif tag == _TEXT + "line-break":
            yield "\n", looks
        elif tag == _TEXT + "note":
            yield atom("n")
        elif tag == _DRAW + "frame":
            if child.find(_DRAW + "image") is not None and child.find(_SVG + "desc") is None:
                yield atom("img")
        elif tag == _TEXT + "span":
            more = known.get(child.get(_TEXT + "style-name"), frozenset())
            yield from _runs(child, looks | more, known)
        elif tag == _TEXT + "a":
            yield from _runs(child, looks | {"a"}, known)
        elif tag in _PARAGRAPHS:
            pass  # in a shape that stands in the line: read on its own
        elif tag and tag != _OFFICE + "annotation":
            field = {"k"} if tag.startswith(_TEXT) and tag not in _TRANSPARENT else set()
            yield from _runs(child, looks | field, known)
        yield child.tail or "", looks
