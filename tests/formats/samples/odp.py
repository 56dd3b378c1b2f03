"""OpenDocument presentations, by hand: slides of boxes, groups, notes."""

from __future__ import annotations

from formats.samples import Sample, made, mixed
from formats.samples.odf import SHAPES, SIZE, Odf


class Odp(Odf):
    """A presentation: what is put into the body stands in a box on the last slide."""

    kind = "presentation"

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.slides: list[str] = []
        self.notes = ""

    def turn(self) -> None:
        """Put what was added on slides of its own, one for each, so that none hides another."""
        notes = f"<presentation:notes>{self.notes}</presentation:notes>" if self.notes else ""
        for piece in self.body:
            framed = piece
            if piece.startswith("<table:"):
                framed = f"<draw:frame {SIZE}>{piece}</draw:frame>"
            elif not piece.startswith("<draw:"):
                framed = self.box(piece)
            number = len(self.slides) + 1
            self.slides.append(
                f'<draw:page draw:name="page{number}" draw:master-page-name="Standard">'
                f"{framed}{notes}</draw:page>"
            )
            notes = ""
        self.body, self.notes = [], ""

    def content(self) -> str:
        self.turn()
        return "".join(self.slides)


def tables(d: Odp) -> None:
    for _ in range(2):
        d.body.append(d.table([[d.p(d.prose.title()), d.p(d.prose.styled("b"))] for _ in range(2)]))


def titles_and_bodies(d: Odp) -> None:
    d.body += [d.p(d.prose.title()), d.p(d.prose.sentence()) + d.p(d.prose.styled("b"))]


def groups_in_groups(d: Odp) -> None:
    inner = f"<draw:g>{d.box(d.p(d.prose.styled('b')))}</draw:g>"
    d.body.append(f"<draw:g>{d.box(d.p(d.prose.sentence()))}{inner}</draw:g>")


def notes(d: Odp) -> None:
    d.body.append(d.p(d.prose.title()))
    d.notes = d.box(d.p(d.prose.sentences(2)) + d.p(d.prose.styled("i")))
    d.turn()


def several_slides(d: Odp) -> None:
    for _ in range(3):
        d.body.append(d.p(d.prose.styled("a")))
        d.turn()


def shapes_with_text(d: Odp) -> None:
    d.body.append(f"<draw:custom-shape {SIZE}>{d.p(d.prose.styled('b'))}</draw:custom-shape>")
    d.body.append(f"<draw:rect {SIZE}>{d.p(d.prose.title())}</draw:rect>")


def pictures(d: Odp) -> None:
    d.body.append(d.image(d.say(d.prose.sentence())).replace(' text:anchor-type="as-char"', ""))


def annotations(d: Odp) -> None:
    d.body.append(d.p(d.prose.sentence()))
    d.turn()
    note = (
        "<office:annotation><dc:creator>Élise Martin</dc:creator>"
        f"<dc:date>2026-03-02T09:30:00</dc:date>{d.p(d.prose.sentence())}</office:annotation>"
    )
    d.slides[-1] = d.slides[-1].replace("</draw:page>", f"{note}</draw:page>")


def fields(d: Odp) -> None:
    title = d.prose.title()
    number = d.keep("<text:page-number>1</text:page-number>")
    d.say(f"{title} : 1")
    d.body.append(f"<text:p>{title} : {number}</text:p>")


_SHAPES = (
    pictures,
    annotations,
    fields,
    *(shape for shape in SHAPES if shape.__name__ != "tables"),
    tables,
    titles_and_bodies,
    groups_in_groups,
    notes,
    several_slides,
    shapes_with_text,
)


MIXED = {"odp": (Odp, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    return made("odp", Odp, (*_SHAPES, *mixed(6, _SHAPES)))
