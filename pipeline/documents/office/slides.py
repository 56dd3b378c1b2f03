"""PowerPoint presentations: .pptx, .ppsx and .potx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents.parts import TreeFormat
from pipeline.documents.tagged import XmlSyntax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.office.package import Package
    from pipeline.documents.parts import Container, Part
    from pipeline.records import Finding


class Slides(XmlSyntax, TreeFormat):
    """Slides, tables, groups, notes, comments, charts, diagrams, descriptions, the title.

    Masters, layouts, fields, media and the data of charts stay as they are.
    """

    name = "pptx"
    suffixes = (".pptx", ".ppsx", ".potx")

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], Container | None, Sequence[Finding]]:
        """Take a presentation to pieces."""
        from pipeline.documents.office.graphics import read_graphics
        from pipeline.documents.office.package import Package
        from pipeline.documents.office.places import Places
        from pipeline.documents.office.properties import read_properties
        from pipeline.documents.office.reading import Gathering
        from pipeline.documents.office.slide_reading import SlideReader

        what = "a PowerPoint presentation"
        package = Package(data, place=name, what=what, root="p:presentation")
        gathering = Gathering()
        for number, slide in enumerate(_slides(package), 1):
            label = f"slide {number}"
            others = {kind: package.members(slide, (kind,)) for kind in ("notesSlide", "comments")}
            for member, place in (
                (slide, label),
                *((m, f"{label}, notes") for m in others["notesSlide"]),
                *((m, f"{label}, comments") for m in others["comments"]),
            ):
                if any(part.member == member for part in gathering.members):
                    continue
                xml = package.xml(member)
                where = gathering.member(member, xml)
                SlideReader(xml, where, gathering, places=Places(place)).read()
                read_graphics(package, member, gathering, Places(place))
        read_properties(package, gathering)
        return gathering.parts(), package.archive, ()


def _slides(package: Package) -> list[str]:
    """Give the slides in the order in which they are shown."""
    targets = {r.id: r.target for r in package.relations(package.main)}
    shown = [
        targets.get(event.attributes.get("r:id", ""), "")
        for event in package.xml(package.main).events()
        if event.kind == "start" and event.name == "p:sldId"
    ]
    return [slide for slide in shown if slide]
