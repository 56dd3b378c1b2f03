"""Slides that python-pptx writes, with what it cannot write put in by hand."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pptx
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Cm

from formats.marked import marked
from formats.samples import Builder, Sample, made, mixed
from formats.samples.containers import HEAD, PIXEL

if TYPE_CHECKING:
    from collections.abc import Iterable

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_D = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_DSP = "http://schemas.microsoft.com/office/drawing/2008/diagram"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOX = (Cm(1), Cm(1), Cm(23), Cm(17))


class Pptx(Builder):
    """A presentation; see the shapes below."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.show: Any = pptx.Presentation()
        self.show.core_properties.title = ""
        self.cut = False  # whether runs are cut as PowerPoint does
        self.diagrams = 0

    def slide(self, layout: int = 6) -> Any:
        """Add a slide; layout 6 is empty, 1 has a title and a body."""
        return self.show.slides.add_slide(self.show.slide_layouts[layout])

    def fill(self, frame: Any, *notations: str) -> None:
        """Write texts into a frame, a paragraph each."""
        for i, notation in enumerate(notations):
            self.write(frame.paragraphs[0] if i == 0 else frame.add_paragraph(), notation)

    def write(self, paragraph: Any, notation: str) -> None:
        """Write a text into a paragraph."""
        self.say(notation)
        for stretch, looks in marked(notation).runs:
            for i, line in enumerate(stretch.split("\n")):
                if i:
                    paragraph.add_line_break()
                for piece in self.pieces(line):
                    run = paragraph.add_run()
                    run.text = piece
                    run.font.bold = True if "b" in looks else None
                    run.font.italic = True if "i" in looks else None
                    run.font.underline = True if "u" in looks else None
                    if "a" in looks:
                        run.hyperlink.address = "https://example.org/"
                    if "sup" in looks:
                        run._r.get_or_add_rPr().set("baseline", "30000")
                    if self.cut:
                        self.strew(run._r.get_or_add_rPr())

    def pieces(self, line: str) -> Iterable[str]:
        """Cut a run anywhere, if they are to be cut."""
        at = 0
        while self.cut and at < len(line):
            end = at + self.random.randint(1, 9)
            yield line[at:end]
            at = end
        if not self.cut and line:
            yield line

    def strew(self, properties: Any) -> None:
        """Mark a run as PowerPoint's spell checker does."""
        properties.set("lang", self.random.choice(("fr-FR", "fr-FR", "en-US")))
        for name in ("dirty", "err"):
            if self.random.random() < 0.5:
                properties.set(name, "0")

    def box(self, shapes: Any) -> Any:
        """Add a text box to a slide or a group."""
        frame = shapes.add_textbox(*_BOX).text_frame
        frame.word_wrap = True
        return frame

    def part(self, slide: Any, name: str, kind: str, type_: str, xml: str) -> str:
        """Add a part beside a slide; gives the relation's id."""
        made = Part(PackURI(f"/ppt/{name}"), type_, self.show.part.package, xml.encode())
        return str(slide.part.relate_to(made, kind))

    def pack(self) -> bytes:
        """Save it."""
        data = io.BytesIO()
        self.show.save(data)
        return data.getvalue()


# --- shapes --------------------------------------------------------------------------


def titles_and_bodies(d: Pptx) -> None:
    slide = d.slide(1)
    d.fill(slide.shapes.title.text_frame, d.prose.title())
    d.fill(slide.placeholders[1].text_frame, d.prose.title(), d.prose.sentence(), d.prose.title())


def looks(d: Pptx) -> None:
    frame = d.box(d.slide().shapes)
    d.fill(frame, *(d.prose.styled(look) for look in ("b", "i", "u", "a", "sup")))
    d.write(frame.add_paragraph(), d.prose.styled("b", "i") + " " + d.prose.sentence())


def words_cut_into_runs(d: Pptx) -> None:
    d.cut = True
    d.fill(d.box(d.slide().shapes), *(d.prose.styled("b", "i") for _ in range(4)))
    d.cut = False


def groups_in_groups(d: Pptx) -> None:
    outer = d.slide().shapes.add_group_shape()
    d.fill(d.box(outer.shapes), d.prose.styled("b"))
    inner = outer.shapes.add_group_shape()
    d.fill(d.box(inner.shapes), d.prose.sentence())
    d.fill(d.box(inner.shapes.add_group_shape().shapes), d.prose.title())


def tables(d: Pptx) -> None:
    table = d.slide().shapes.add_table(2, 2, *_BOX).table
    d.fill(table.cell(0, 0).text_frame, d.prose.styled("b"))
    d.fill(table.cell(0, 1).text_frame, "12,50")
    d.fill(table.cell(1, 0).text_frame, d.prose.sentence(), d.prose.title())
    d.fill(table.cell(1, 1).text_frame, d.prose.title())


def notes(d: Pptx) -> None:
    slide = d.slide(5)
    d.fill(slide.shapes.title.text_frame, d.prose.title())
    d.fill(slide.notes_slide.notes_text_frame, d.prose.sentences(2), d.prose.styled("b"))


def chart_titles(d: Pptx) -> None:
    data = CategoryChartData()
    data.categories = ["2024", "2025"]
    data.add_series("A", (1.5, 2.5))
    frame = d.slide().shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *_BOX, data)
    d.fill(frame.chart.chart_title.text_frame, d.prose.styled("b"))
    d.fill(frame.chart.value_axis.axis_title.text_frame, d.prose.title())


def _smart_art(d: Pptx, *, drawn: bool) -> None:
    slide = d.slide()
    d.diagrams += 1
    said = [d.say(d.prose.title()) for _ in range(2)]
    points = "".join(
        f'<dgm:pt modelId="{i}"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/><a:lstStyle/><a:p><a:r>'
        f'<a:rPr lang="fr-FR"/><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for i, text in enumerate(said, 2)
    )
    data = (
        f'{HEAD}<dgm:dataModel xmlns:dgm="{_D}" xmlns:a="{_A}"><dgm:ptLst>'
        f'<dgm:pt modelId="1" type="doc"><dgm:prSet/></dgm:pt>{points}</dgm:ptLst><dgm:cxnLst>'
        '<dgm:cxn modelId="8" srcId="1" destId="2" srcOrd="0" destOrd="0"/>'
        '<dgm:cxn modelId="9" srcId="1" destId="3" srcOrd="1" destOrd="0"/>'
        "</dgm:cxnLst><dgm:bg/><dgm:whole/></dgm:dataModel>"
    )
    kinds = {
        "data": ("dm", "diagramData", data),
        "layout": (
            "lo",
            "diagramLayout",
            f'{HEAD}<dgm:layoutDef xmlns:dgm="{_D}" uniqueId="u"><dgm:title val="Le plan"/>'
            '<dgm:layoutNode name="n"/></dgm:layoutDef>',
        ),
        "quickStyle": (
            "qs",
            "diagramQuickStyle",
            f'{HEAD}<dgm:styleDef xmlns:dgm="{_D}" uniqueId="s"/>',
        ),
        "colors": (
            "cs",
            "diagramColors",
            f'{HEAD}<dgm:colorsDef xmlns:dgm="{_D}" uniqueId="c"/>',
        ),
    }
    ids = ""
    for name, (attribute, kind, xml) in kinds.items():
        type_ = (
            f"application/vnd.openxmlformats-officedocument.drawingml.{kind}+xml"
            if name in ("data", "layout")
            else f"application/vnd.openxmlformats-officedocument.drawingml.{kind[:7]}"
            f"{'Style' if name == 'quickStyle' else 'Colors'}+xml"
        )
        relation = d.part(slide, f"diagrams/{name}{d.diagrams}.xml", f"{_R}/{kind}", type_, xml)
        ids += f' r:{attribute}="{relation}"'
    if drawn:
        shapes = "".join(
            f'<dsp:sp modelId="{i}"><dsp:nvSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvSpPr/>'
            f"</dsp:nvSpPr><dsp:spPr/><dsp:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r>"
            "</a:p></dsp:txBody></dsp:sp>"
            for i, text in enumerate(said, 2)
        )
        d.part(
            slide,
            f"diagrams/drawing{d.diagrams}.xml",
            "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing",
            "application/vnd.ms-office.drawingml.diagramDrawing+xml",
            f'{HEAD}<dsp:drawing xmlns:dsp="{_DSP}" xmlns:a="{_A}"><dsp:spTree><dsp:nvGrpSpPr>'
            f'<dsp:cNvPr id="0" name=""/><dsp:cNvGrpSpPr/></dsp:nvGrpSpPr><dsp:grpSpPr/>{shapes}'
            "</dsp:spTree></dsp:drawing>",
        )
    slide.shapes._spTree.append(
        etree.fromstring(
            '<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
            f'xmlns:a="{_A}" xmlns:r="{_R}" xmlns:dgm="{_D}"><p:nvGraphicFramePr><p:cNvPr id="9" '
            'name="Diagramme"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm>'
            '<a:off x="0" y="0"/><a:ext cx="3000000" cy="3000000"/></p:xfrm><a:graphic>'
            f'<a:graphicData uri="{_D}"><dgm:relIds{ids}/></a:graphicData></a:graphic>'
            "</p:graphicFrame>"
        )
    )


def smart_art(d: Pptx) -> None:
    _smart_art(d, drawn=False)


def smart_art_that_is_drawn(d: Pptx) -> None:
    _smart_art(d, drawn=True)


def breaks_and_tabs(d: Pptx) -> None:
    d.fill(
        d.box(d.slide().shapes),
        f"{d.prose.sentence()}\n{d.prose.sentence()}",
        f"{d.prose.styled('b')}\n{d.prose.title()}",
        f"{d.prose.title()}\t{d.prose.title()}",
    )


def pictures(d: Pptx) -> None:
    picture = d.slide().shapes.add_picture(io.BytesIO(PIXEL), *_BOX)
    picture._element.nvPicPr.cNvPr.set("descr", d.say(d.prose.sentence()))


def presentation_title(d: Pptx) -> None:
    d.show.core_properties.title = d.show.core_properties.title or d.say(d.prose.title())
    d.fill(d.box(d.slide().shapes), d.prose.sentence())


def characters_to_escape(d: Pptx) -> None:
    d.fill(
        d.box(d.slide().shapes),
        f"{d.prose.title()} &amp; {d.prose.title()} &lt; dix.",
        f"«\u00a0{d.prose.title()}\u00a0» : c’est l’été.",
    )


def fields(d: Pptx) -> None:
    frame = d.box(d.slide().shapes)
    d.fill(frame, d.prose.sentence())
    field = d.keep('<a:fld id="{B1}" type="slidenum"><a:rPr lang="fr-FR"/><a:t>1</a:t></a:fld>')
    paragraph = frame.add_paragraph()._p
    paragraph.append(etree.fromstring(field.replace("<a:fld ", f'<a:fld xmlns:a="{_A}" ')))
    d.texts.append("1")


def empty_paragraphs(d: Pptx) -> None:
    frame = d.box(d.slide().shapes)
    d.write(frame.paragraphs[0], d.prose.sentence())
    frame.add_paragraph()
    d.write(frame.add_paragraph(), d.prose.sentence())


def the_same_look_everywhere(d: Pptx) -> None:
    frame = d.box(d.slide().shapes)
    d.fill(frame, f"<b>{d.prose.sentence()}</b>", f"<a>{d.prose.title()}</a>")


def words_and_images_of_one_paragraph(d: Pptx) -> None:
    frame = d.box(d.slide().shapes)
    d.fill(frame, f"{d.prose.styled('a', 'b', 'i')} {d.prose.styled('u', 'a')}")


def two_slides(d: Pptx) -> None:
    titles_and_bodies(d)
    looks(d)


def hidden_slide(d: Pptx) -> None:
    slide = d.slide()
    slide._element.set("show", "0")
    d.fill(d.box(slide.shapes), d.prose.sentence())
    d.fill(d.box(d.slide().shapes), d.prose.sentence())


def shapes_with_text(d: Pptx) -> None:
    shape = d.slide().shapes.add_shape(5, *_BOX)
    d.fill(shape.text_frame, d.prose.styled("i"), d.prose.title())


_SHAPES = (
    titles_and_bodies,
    looks,
    words_cut_into_runs,
    groups_in_groups,
    tables,
    notes,
    chart_titles,
    smart_art,
    smart_art_that_is_drawn,
    breaks_and_tabs,
    pictures,
    presentation_title,
    characters_to_escape,
    fields,
    empty_paragraphs,
    the_same_look_everywhere,
    words_and_images_of_one_paragraph,
    two_slides,
    hidden_slide,
    shapes_with_text,
)


MIXED = {"pptx": (Pptx, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    return made("pptx", Pptx, (*_SHAPES, *mixed(6, _SHAPES)))
