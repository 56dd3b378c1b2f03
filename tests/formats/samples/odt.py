"""OpenDocument texts, by hand and by odfdo."""

from __future__ import annotations

import io
from typing import Any

import odfdo

from formats.samples import Builder, Sample, made, mixed
from formats.samples.odf import SHAPES, Odf


def headings_and_paragraphs(d: Odf) -> None:
    d.body.append(d.p(d.prose.title(), tag="h", more=' text:outline-level="1"'))
    d.body += [d.p(d.prose.sentences(3)), "<text:p/>", d.p(d.prose.sentence())]


def headers_and_footers(d: Odf) -> None:
    d.header.append(d.p(d.prose.sentence()))
    d.footer.append(d.p(d.prose.title()))
    d.body.append(d.p(d.prose.sentence()))


def footnotes(d: Odf) -> None:
    d.body += [d.p(d.prose.styled("n")), d.p(d.prose.styled("b", "n"))]


def frames(d: Odf) -> None:
    d.body.append(f"<text:p>{d.box(d.p(d.prose.styled('b')))}</text:p>")
    who, does, *rest = d.prose.parts()
    box = d.box(d.p(d.prose.sentence())).replace(
        "<draw:frame ", '<draw:frame text:anchor-type="char" '
    )
    d.say(" ".join((who, does, *rest)) + ".")
    d.body.append(f"<text:p>{box}{who} {does} {' '.join(rest)}.</text:p>")


def tracked_changes(d: Odf) -> None:
    gone = d.keep(
        "<text:deletion><office:change-info><dc:creator>Élise</dc:creator>"
        "<dc:date>2026-03-02T09:30:00</dc:date></office:change-info>"
        "<text:p>toujours la même chose</text:p></text:deletion>"
    )
    d.body.insert(
        0,
        '<text:tracked-changes><text:changed-region xml:id="c1" text:id="c1">'
        f"{gone}</text:changed-region></text:tracked-changes>",
    )
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    d.body.append(
        f'<text:p>{who} {does}<text:change text:change-id="c1"/> {" ".join(rest)}.</text:p>'
    )


def nested_tables(d: Odf) -> None:
    inner = d.table([[d.p(d.prose.title()), d.p(d.prose.styled("i"))]])
    d.body.append(d.table([[d.p(d.prose.sentence()) + inner, d.p(d.prose.title())]]))


def sections(d: Odf) -> None:
    inner = d.p(d.prose.sentence()) + d.p(d.prose.styled("a"))
    d.body.append(f'<text:section text:name="Partie une">{inner}</text:section>')


def marks_in_sentences(d: Odf) -> None:
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    d.body.append(
        f'<text:p><text:bookmark-start text:name="m1"/>{who}<text:bookmark-end text:name="m1"/> '
        f'{does} <text:reference-mark text:name="ici"/>{" ".join(rest)}.</text:p>'
    )


def pictures(d: Odf) -> None:
    d.body.append(f"<text:p>{d.image(d.say(d.prose.sentence()))}</text:p>")
    d.body.append(d.p(d.prose.styled("img")))


def annotations(d: Odf) -> None:
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    note = (
        "<office:annotation><dc:creator>Élise Martin</dc:creator>"
        f"<dc:date>2026-03-02T09:30:00</dc:date>{d.p(d.prose.sentence())}</office:annotation>"
    )
    d.body.append(f"<text:p>{who} {does}{note} {' '.join(rest)}.</text:p>")


def fields(d: Odf) -> None:
    title = d.prose.title()
    number = d.keep('<text:page-number text:select-page="current">3</text:page-number>')
    d.say(f"{title} : 3")
    d.body.append(f"<text:p>{title} : {number}</text:p>")
    who, does, *rest = d.prose.parts()
    d.body.append(d.p(f"{who} {does} {' '.join(rest)} <k>chapitre premier</k>."))


_SHAPES = (
    *SHAPES,
    pictures,
    annotations,
    fields,
    headings_and_paragraphs,
    headers_and_footers,
    footnotes,
    frames,
    nested_tables,
    sections,
    marks_in_sentences,
)


class OdfdoText(Builder):
    """A text that odfdo writes from its own template."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.document: Any = odfdo.Document("text")
        self.document.body.clear()
        self.document.meta.title = ""

    def pack(self) -> bytes:
        data = io.BytesIO()
        self.document.save(data)
        return data.getvalue()


def odfdo_text(d: OdfdoText) -> None:
    body = d.document.body
    body.append(odfdo.Header(1, d.say(d.prose.title())))
    body.append(odfdo.Paragraph(d.say(d.prose.sentences(2))))
    body.append(odfdo.List([d.say(d.prose.title()), d.say(d.prose.title())]))
    d.document.meta.title = d.say(d.prose.title())


def odfdo_table(d: OdfdoText) -> None:
    table = odfdo.Table("Tableau", width=2, height=2)
    for position in ("A1", "B2"):
        table.set_value(position, d.say(d.prose.title()))
    d.document.body.append(table)


def odfdo_note_and_link(d: OdfdoText) -> None:
    who, does, *rest = d.prose.parts()
    paragraph = odfdo.Paragraph(f"{who} {does} {' '.join(rest)}.")
    note = d.say(d.prose.sentence())
    paragraph.insert_note(after=does, note_id="n1", citation="1", body=note)
    d.say(f"{who} {does}<n/> {' '.join(rest)}.")
    d.document.body.append(paragraph)


MIXED = {"odt": (Odf, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    return (
        *made("odt", Odf, (*_SHAPES, tracked_changes, *mixed(6, _SHAPES))),
        *made("odt", OdfdoText, (odfdo_text, odfdo_table, odfdo_note_and_link)),
    )
