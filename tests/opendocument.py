"""OpenDocument files for tests, of as little as a test has to say, and what stands in them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from making import written_bytes

from pipeline.documents import Reading, parse_document

if TYPE_CHECKING:
    from pipeline.records import Document

URN = "urn:oasis:names:tc:opendocument:xmlns:"
NS = " ".join(
    f'xmlns:{prefix}="{URN}{path}:1.0"'
    for prefix, path in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "meta": "meta",
        "chart": "chart",
        "form": "form",
        "script": "script",
    }.items()
)
NS += (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:officeooo="http://openoffice.org/2009/office" xmlns:loext="urn:x:loext"'
    ' xmlns:math="http://www.w3.org/1998/Math/MathML"'
)
STYLES = "".join(
    f'<style:style style:name="{name}" style:family="text"><style:text-properties {look}/>'
    "</style:style>"
    for name, look in {
        "B": 'fo:font-weight="bold"',
        "B2": 'fo:font-weight="bold" officeooo:rsid="0012"',
        "B3": 'officeooo:rsid="0013" fo:font-weight="bold" fo:language="fr" fo:country="CA"',
        "I": 'fo:font-style="italic"',
        "R": 'officeooo:rsid="0014"',
        "L": 'fo:language="fr" fo:country="FR"',
        "E": 'fo:language="en" fo:country="GB"',
        "B4": 'fo:font-weight="bold" fo:language="en" fo:country="GB"',
    }.items()
)
STYLES += (  # lists come after them, and have text properties
    '<text:list-style style:name="D"><text:list-level-style-bullet text:level="1">'
    '<style:text-properties fo:color="#000000"/></text:list-level-style-bullet></text:list-style>'
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/></manifest:manifest>'
)


def content(body: str, kind: str = "text") -> str:
    """Give a content.xml."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {NS}>'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )


def packed(body: str, kind: str = "text", **members: str | bytes) -> bytes:
    """Give a document; members' names have ``__`` for a slash, ``_`` for a dot."""
    made = io.BytesIO()
    mime = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content(body, kind))
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(mime=mime))
    return made.getvalue()


def shout(source: str) -> str:
    return source.upper()


def translated(data: bytes, answer=shout, *, name: str = "a.odt") -> bytes:
    return written_bytes(data, answer, name=name)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body_of(data: bytes) -> str:
    text = members(data)["content.xml"].decode()
    return re.search(r"<office:body><office:\w+>(.*)</office:\w+></office:body>", text, re.S)[1]


def parsed(data: bytes, name: str = "a.odt") -> Document:
    return parse_document(data, doc_id="a", name=name, reading=Reading())


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


NOTE = (
    '<text:note text:id="n" text:note-class="footnote"><text:note-citation>a</text:note-citation>'
    "<text:note-body>{}</text:note-body></text:note>"
)
