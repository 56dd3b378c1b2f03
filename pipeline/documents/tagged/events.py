"""XML as a sequence of events, each with its place in the text: tags, texts, the rest."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pipeline.documents.encoding import DECLARED, mark_of
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CHUNK = 65_536  # bytes given to the parser at a time
_DEEP = 1_000  # elements inside one another
_ENTITY = re.compile(r"&[A-Za-z][\w.-]*;")
_OPEN_XML = "http://schemas.openxmlformats.org/"
_STRICT = "http://purl.oclc.org/ooxml/"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/1999/xhtml": "",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.w3.org/2000/svg": "svg",
    "http://www.w3.org/1998/Math/MathML": "math",
    "http://www.idpf.org/2007/ops": "epub",
    "http://www.idpf.org/2007/opf": "opf",
    "http://www.daisy.org/z3986/2005/ncx/": "ncx",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "urn:oasis:names:tc:opendocument:xmlns:container": "container",
    "urn:oasis:names:tc:xliff:document:1.1": "xliff",
    "urn:oasis:names:tc:xliff:document:1.2": "xliff",
    "urn:oasis:names:tc:xliff:document:2.0": "xliff2",
    "urn:oasis:names:tc:xliff:document:2.1": "xliff2",
    "urn:oasis:names:tc:xliff:document:2.2": "xliff2",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/drawing/2008/diagram": "dsp",
    f"{_OPEN_XML}markup-compatibility/2006": "mc",
    f"{_OPEN_XML}package/2006/metadata/core-properties": "cp",
    f"{_OPEN_XML}package/2006/relationships": "rel",
    f"{_OPEN_XML}package/2006/content-types": "ct",
    **{
        uri: prefix
        for path, prefix in {
            "wordprocessingml/2006/main": "w",
            "drawingml/2006/main": "a",
            "presentationml/2006/main": "p",
            "spreadsheetml/2006/main": "s",
            "drawingml/2006/wordprocessingDrawing": "wp",
            "drawingml/2006/spreadsheetDrawing": "xdr",
            "drawingml/2006/chart": "c",
            "drawingml/2006/diagram": "dgm",
            "drawingml/2006/picture": "pic",
            "officeDocument/2006/relationships": "r",
            "officeDocument/2006/math": "m",
        }.items()
        for uri in (_OPEN_XML + path, _STRICT + path.replace("2006/", ""))
    },
    **{
        f"{_ODF}{path}:1.0": prefix
        for path, prefix in {
            "office": "office",
            "text": "text",
            "table": "table",
            "drawing": "draw",
            "presentation": "presentation",
            "style": "style",
            "meta": "meta",
            "svg-compatible": "svg",
            "xsl-fo-compatible": "fo",
            "chart": "chart",
            "datastyle": "number",
            "script": "script",
            "form": "form",
        }.items()
    },
}
"""Namespace → the prefix by which our code calls it, whatever the file calls it."""


_NONE: Mapping[str, str] = MappingProxyType({})


class Event(NamedTuple):
    """A tag, a stretch of text or anything else, at ``text[start:end]``.

    An empty element (``<a/>``) is a start followed by an end without length.
    """

    kind: Literal["start", "end", "text", "other"]
    start: int  # code points
    end: int
    name: str = ""  # of the element, with our prefix for its namespace
    attributes: Mapping[str, str] = _NONE  # likewise named, values decoded
    text: str = ""  # what a text stands for: differs from what is written for an entity


class Xml:
    """An XML file: its text, its events, and how a changed text becomes bytes again.

    Args:
        data: the file.
        place: its name, for messages.

    Raises:
        InputError: it is in no known encoding.
    """

    def __init__(self, data: bytes, *, place: str) -> None:
        self.place = place
        mark, encoding = mark_of(data)
        if not encoding:
            declared = DECLARED.match(data)
            encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        self._mark, self._encoding = mark, encoding
        try:
            self.text = data[len(mark) :].decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise InputError(
                f"it is not in the encoding that it names: {error}",
                place=place,
                next_step="save it anew as UTF-8",
            ) from error

    def encode(self, text: str) -> bytes:
        """Write a text in the file's encoding; what it lacks as character references."""
        return self._mark + text.encode(self._encoding, "xmlcharrefreplace")

    def events(self) -> Iterator[Event]:
        """Read the text.

        Raises:
            InputError: it is not well-formed, or made to harm: entities that grow, depth.
        """
        yield from _Reader(self.text, self.place).events()


def read_xml(data: bytes, *, place: str) -> Xml:
    """Read an XML file; see `Xml`."""
    return Xml(data, place=place)


class _Names(dict[str, str]):
    """The name that expat gives → ours, worked out once."""

    def __missing__(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        prefix = _PREFIXES.get(uri, "?") if uri else ""
        self[name] = f"{prefix}:{local}" if prefix else local
        return self[name]


class _Reader:
    def __init__(self, text: str, place: str) -> None:
        from xml.parsers import expat

        self._place = place
        self._text = text
        # A declared encoding is that of the bytes, which are text by now.
        self._data = text.encode("utf-8", "surrogatepass")
        self._ascii = len(self._data) == len(text)
        self._byte = self._at = 0  # the same place, in bytes and in code points
        self._events: list[tuple[Any, ...]] = []  # all but the end
        self._names = _Names()
        self._depth = 0
        self._error = expat.ExpatError
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = False
        parser.UseForeignDTD(True)  # an entity of HTML is no error in a file without a DTD
        parser.ExternalEntityRefHandler = lambda *_: 1  # nothing is fetched
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.DefaultHandler = self._default
        parser.StartCdataSectionHandler = lambda: self._default("<![CDATA[")
        parser.EndCdataSectionHandler = lambda: self._default("]]>")
        parser.EntityDeclHandler = self._entity
        self._parser = parser

    def events(self) -> Iterator[Event]:
        """Give the events; the end of each is where the next one starts."""
        total = len(self._data)
        for at in [*range(0, total, _CHUNK), total]:
            chunk = self._data[at : at + _CHUNK]
            try:
                self._parser.Parse(chunk, at >= total)
            except self._error as error:
                raise InputError(
                    f"it is not well-formed XML: {error}",
                    place=self._place,
                    next_step="mend it, or save it anew in the program that made it",
                ) from error
            for (kind, start, name, attributes, text), after in pairwise(self._events):
                yield Event(kind, start, after[1], name, attributes, text)
            del self._events[:-1]
        for kind, start, name, attributes, text in self._events:
            yield Event(kind, start, len(self._text), name, attributes, text)

    def _place_now(self) -> int:
        byte = self._parser.CurrentByteIndex
        if self._ascii:
            return byte
        if byte > self._byte:
            self._at += len(self._data[self._byte : byte].decode("utf-8", "surrogatepass"))
            self._byte = byte
        return self._at

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEP:
            raise InputError(
                f"more than {_DEEP:,} elements stand inside one another, as in no document",
                place=self._place,
                next_step="make it anew in the program that it comes from; do not trust it",
            )
        names = self._names
        named = {names[k]: v for k, v in attributes.items()} if attributes else _NONE
        self._events.append(("start", self._place_now(), names[name], named, ""))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._events.append(("end", self._place_now(), self._names[name], _NONE, ""))

    def _characters(self, text: str) -> None:
        self._events.append(("text", self._place_now(), "", _NONE, text))

    def _default(self, raw: str) -> None:
        if _ENTITY.fullmatch(raw) and (text := unescape(raw)) != raw:
            self._events.append(("text", self._place_now(), "", _NONE, text))
        else:
            self._events.append(("other", self._place_now(), "", _NONE, ""))

    def _entity(self, name: str, _parameter: bool, value: str | None, *_: object) -> None:
        if value is None or "&" in value or "%" in value or len(value) > 100:
            raise InputError(
                f"it declares the entity {name!r} by other entities or files",
                place=self._place,
                next_step="write its text where it is used; do not trust files that come so",
            )
