"""Which elements a container's parts have: what a translation must neither lose nor double."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree

from formats.samples.containers import unzipped

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def elements(data: bytes, loose: AbstractSet[str]) -> Counter[tuple[str, ...]]:
    """Count the elements of each part, each with what identifies it.

    Args:
        data: a zip file.
        loose: local names of elements that may be joined or cut, and so are not counted.
    """
    found: Counter[tuple[str, ...]] = Counter()
    for name, part in unzipped(data).items():
        if part and name.endswith((".xml", ".xhtml", ".opf", ".ncx", ".rels")):
            for element in etree.fromstring(part).iter("*"):
                local = etree.QName(element).localname
                if local not in loose:
                    keys = ("id", "href", "name", "src")
                    said = (f"{k}={v}" for k, v in element.attrib.items() if k.endswith(keys))
                    found[(name, local, *sorted(said))] += 1
    return found
