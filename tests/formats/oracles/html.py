"""lxml's own HTML parser reads a page; nothing of it is the product's way of reading."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from lxml import etree
from lxml import html as lxml_html

from formats.marked import Marked, atom, collapsed, of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKS = {
    "b": "b",
    "strong": "b",
    "em": "i",
    "i": "i",
    "u": "u",
    "sup": "sup",
    "sub": "sub",
    "a": "a",
}
_INLINE = {*_LOOKS, "span", "code", "br", "img", "small", "abbr"}
_UNSEEN = {"script", "style", "pre"}
_SAID = ("alt", "title", "placeholder", "aria-label")


def read(data: bytes) -> list[Marked]:
    """Read a page: its texts, attributes that are said or shown, description."""
    return [t for t in (collapsed(t) for t in page(_tree(data))) if t.text]


def frame(data: bytes) -> object:
    """Give what must stay: all elements with the attributes that nobody sees."""
    return Counter(
        (
            _name(element),
            *sorted(
                f"{name}={value}"
                for name, value in element.attrib.items()
                if name not in _SAID and not name.endswith("lang") and name != "content"
            ),
        )
        for element in _tree(data).iter("*")
    )


def _tree(data: bytes) -> Any:
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:1024])
    encoding = "utf-8" if data.startswith(codecs.BOM_UTF8) or not declared else declared[1].decode()
    strict = data.lstrip().startswith(b"<?xml")
    parser: Any = etree.XMLParser if strict else lxml_html.HTMLParser
    text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    text = re.sub(r"^\s*<\?xml.*?\?>", "", text)
    return etree.fromstring(text, parser())


def page(root: Any) -> Iterator[Marked]:
    """Give the texts of a tree."""
    for element in root.iter("*"):
        if _left(element):
            continue
        for name in _SAID:
            if element.get(name):
                yield of([(element.get(name), ())])
        if _name(element) == "meta" and element.get("name") == "description":
            yield of([(element.get("content"), ())])
        if _name(element) not in _INLINE:
            yield from _blocks(element)


def _name(element: Any) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _left(element: Any) -> bool:
    chain = [element, *element.iterancestors()]
    return any(
        _name(e) in _UNSEEN or (e.get("translate") == "no" and _name(e) not in _INLINE)
        for e in chain
        if isinstance(e.tag, str)
    )


def _blocks(element: Any) -> Iterator[Marked]:
    """Give the element's own texts: those between its blocks."""
    runs: list[tuple[str, frozenset[str]]] = [(element.text or "", frozenset())]
    for child in element:
        if _name(child) in _INLINE or not isinstance(child.tag, str):
            runs += _inline(child, frozenset())
        else:
            yield of(runs)
            runs = []
        runs.append((child.tail or "", frozenset()))
    yield of(runs)


def _inline(element: Any, looks: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(element.tag, str):
        return
    name = _name(element)
    if name == "br":
        yield "\n", looks
    elif name == "img":
        if not element.get("alt"):
            yield atom("img")
    elif name == "sup" and element.get("class") == "note":
        link = element[0]
        assert link.get("href"), "a note's mark is a link"
        yield atom("n")
    else:
        inside = looks | ({_LOOKS[name]} if name in _LOOKS else frozenset())
        yield element.text or "", inside
        for child in element:
            yield from _inline(child, inside)
            yield child.tail or "", inside
