"""lxml reads XLIFF: what is to be translated, as its target says it once it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from formats.marked import Marked, atom, of

if TYPE_CHECKING:
    from collections.abc import Iterator

_DONE = {"final", "signed-off"}


def read(data: bytes) -> list[Marked]:
    """Read the targets of the units that are to be translated, or sources that have none."""
    root = etree.fromstring(data)
    texts = []
    for unit in root.iter("{*}trans-unit", "{*}segment"):
        chain = [unit, *unit.iterancestors()]
        if unit.get("approved") == "yes" or any(e.get("translate") == "no" for e in chain):
            continue
        source, target = unit.find("{*}source"), unit.find("{*}target")
        if target is not None and (target.text or len(target)):
            assert sorted(_codes(target)) == sorted(_codes(source)), "target and source: the codes"
            if unit.get("state") not in _DONE and target.get("state") not in _DONE:
                texts.append(of(_runs(target)))
        else:
            texts.append(of(_runs(source)))
    return texts


def frame(data: bytes) -> object:
    """Give what must stay: all but targets that are not final, states, the target's language."""
    root = etree.fromstring(data)
    assert b"ns0:" not in data
    for element in list(root.iter("{*}target")):
        parent = element.getparent()
        done = parent.get("approved") == "yes" or parent.get("state") in _DONE
        if not done and not parent.tag.endswith("alt-trans"):
            parent.remove(element)
    for element in root.iter():
        for name in ("target-language", "trgLang", "state", "subState"):
            element.attrib.pop(name, None)
        if isinstance(element.tag, str) and len(element) and not (element.text or "").strip():
            element.text = None
        if not _inside_source(element):
            element.tail = None
    return etree.tostring(root, method="c14n").decode()


def _inside_source(element: Any) -> bool:
    return any(etree.QName(e).localname == "source" for e in element.iterancestors())


def _codes(element: Any) -> list[str]:
    """Give the codes with what identifies them."""
    return [
        f"{etree.QName(code).localname} {code.get('id')} {code.get('startRef')}"
        for code in element.iterdescendants()
    ]


def _runs(element: Any) -> Iterator[tuple[str, frozenset[str]]]:
    opened: set[str] = set()

    def walk(node: Any, looks: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
        yield node.text or "", looks | opened
        for child in node:
            name = etree.QName(child).localname
            if name in ("g", "pc"):
                yield from walk(child, looks | {"b"})
            elif name in ("bpt", "sc"):
                opened.add("a")
            elif name in ("ept", "ec"):
                opened.discard("a")
            else:
                yield atom("img")
            yield child.tail or "", looks | opened

    yield from walk(element, frozenset())
