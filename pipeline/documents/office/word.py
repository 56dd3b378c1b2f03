"""Word documents: .docx and .dotx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.parts import TreeFormat
from pipeline.documents.tagged import XmlSyntax, value_span
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.parts import Container, Part
    from pipeline.documents.tagged import Xml

_KINDS = ("header", "footer", "footnotes", "endnotes", "comments")
_HEADING = re.compile(r"(?:heading|titre) \d|(?:sub)?title|(?:sous-)?titre", re.IGNORECASE)
_LEFT = {
    "fields": "what fields say (references, dates, merged names) is left as it is: update them "
    "in Word (Ctrl+A, F9)",
    "hidden": "hidden text is left as it is",
    "bound": "some content controls show data of the file, which is left as it is: Word may show "
    "them in French again",
}


class Word(XmlSyntax, TreeFormat):
    """Body, tables, headers, footers, notes, comments, text boxes, descriptions, the title.

    Fields, deletions, hidden text, custom XML and building blocks stay as they are.
    """

    name = "docx"
    suffixes = (".docx", ".dotx")

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], Container | None, Sequence[Finding]]:
        """Take a document to pieces."""
        from pipeline.documents.office.graphics import read_graphics
        from pipeline.documents.office.package import Package
        from pipeline.documents.office.places import Places
        from pipeline.documents.office.properties import read_properties
        from pipeline.documents.office.reading import Gathering
        from pipeline.documents.office.word_reading import WordReader

        package = Package(data, place=name, what="a Word document", root="w:document")
        gathering = Gathering()
        headings: frozenset[str] = frozenset()
        for member in package.members(package.main, ["styles"]):
            styles = package.xml(member)
            headings, edits = _styles(styles)
            gathering.member(member, styles, edits)
        count: dict[str, int] = {}
        notes: dict[tuple[str, str], str] = {}
        left: set[str] = set()
        for member in [package.main, *package.members(package.main, _KINDS)]:
            kind = next((k for k in _KINDS[:2] if k in member.rpartition("/")[2]), "")
            if kind:
                count[kind] = count.get(kind, 0) + 1
            xml = package.xml(member)
            reader = WordReader(
                xml,
                gathering.member(member, xml),
                gathering,
                places=Places(f"{kind} {count[kind]}" if kind else "", count),
                headings=headings,
                notes=notes,
            )
            reader.read()
            left |= reader.left_out
            read_graphics(package, member, gathering, Places("", count))
        read_properties(package, gathering)
        findings = [
            Finding(check="document", severity="info", message=message)
            for what, message in _LEFT.items()
            if what in left
        ]
        return gathering.parts(), package.archive, findings


def _styles(xml: Xml) -> tuple[frozenset[str], list[tuple[Span, str]]]:
    """Give the ids of headings' styles, and the edits that make French styles English."""
    headings: set[str] = set()
    edits: list[tuple[Span, str]] = []
    style = ""
    for event in xml.events():
        if event.kind != "start":
            continue
        if event.name == "w:style":
            style = event.attributes.get("w:styleId", "")
        elif (
            event.name == "w:name" and _HEADING.fullmatch(event.attributes.get("w:val", ""))
        ) or event.name == "w:outlineLvl":
            headings.add(style)
        elif event.name == "w:lang" and event.attributes.get("w:val", "").startswith("fr"):
            span = value_span(xml.text[event.start : event.end], "val")
            if span is not None:
                at = Span(start=event.start + span.start, end=event.start + span.end)
                edits.append((at, "en-US"))
    return frozenset(headings), edits
