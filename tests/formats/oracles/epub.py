"""A book's parts, found by its container and package and read by lxml.

There is no library under a permissive licence that reads books; epubcheck, the standard's own
judge, looks at them in `formats.test_outside`.
"""

from __future__ import annotations

import io
import zipfile
from posixpath import dirname, join

from lxml import etree

from formats.marked import Marked, of
from formats.oracles.elements import elements
from formats.oracles.html import page

_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"


def frame(data: bytes) -> object:
    """Give what must stay: all elements, ids and links."""
    return elements(data, set())


def read(data: bytes) -> list[Marked]:
    """Read the metadata, all pages and the contents."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        container = etree.fromstring(archive.read("META-INF/container.xml"))
        root = next(container.iter("{*}rootfile")).get("full-path")
        package = etree.fromstring(archive.read(root))
        texts = [
            of([(element.text or "", ())])
            for element in package.iter(_DC + "title", _DC + "description")
        ]
        for item in package.iter(_OPF + "item"):
            name = join(dirname(root), item.get("href"))
            tree = item.get("media-type") in ("application/xhtml+xml", "application/x-dtbncx+xml")
            part = etree.fromstring(archive.read(name)) if tree else None
            if item.get("media-type") == "application/xhtml+xml":
                texts += page(part)
            elif tree:
                texts += [
                    of([(element.text or "", ())])
                    for element in part.iter(_NCX + "text")
                    if element.getparent().tag != _NCX + "docAuthor"
                ]
    return [text for text in texts if text.text.strip()]
