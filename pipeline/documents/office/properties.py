"""What an Office file says of itself: its title, its subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.documents.parts import Part
from pipeline.documents.tagged import Outline, Role

if TYPE_CHECKING:
    from pipeline.documents.office.package import Package
    from pipeline.documents.office.reading import Gathering
    from pipeline.documents.tagged import Event

_PROPERTIES = {
    "dc:title": "document title",
    "dc:subject": "document subject",
    "dc:description": "document description",
    "cp:keywords": "document keywords",
}


_KIND = {"dc:title": "heading", "dc:subject": "heading"}


def read_properties(package: Package, gathering: Gathering) -> None:
    """Add what a file says of itself: its title, its subject."""
    for relation in package.top:
        if relation.kind != "core-properties":
            continue
        xml = package.xml(relation.target)
        outline = Outline(xml.text, _role, kind=lambda event: event.name)
        for event in xml.events():
            outline.feed(event)
        blocks = [
            replace(b, where=_PROPERTIES[b.kind], kind=_KIND.get(b.kind, "paragraph"))
            for b in outline.finish()
            if not b.text.startswith("generated ")  # by python-docx, using python-pptx
        ]
        gathering.members.append(
            Part(text=xml.text, blocks=blocks, member=relation.target, encode=xml.encode)
        )


def _role(event: Event) -> Role:
    return Role.BLOCK if event.name in ("cp:coreProperties", *_PROPERTIES) else Role.SKIP
