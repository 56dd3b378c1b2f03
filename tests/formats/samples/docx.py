"""Word documents: what Word cuts, marks and doubles, one thing in each and then several."""

from __future__ import annotations

from formats.samples import Sample, made, mixed
from formats.samples.docx_package import Docx
from formats.samples.docx_python import by_python_docx


def headings_and_paragraphs(d: Docx) -> None:
    d.add(d.paragraph(d.prose.title(), style="Titre1"))
    d.add(d.paragraph(d.prose.sentences(3)), d.paragraph(d.prose.sentence()), "<w:p/>")


def looks(d: Docx) -> None:
    for look in ("b", "i", "u", "sup", "sub", "a"):
        d.add(d.paragraph(d.prose.styled(look)))
    d.add(d.paragraph(d.prose.styled("b", "i", "a") + " " + d.prose.styled("a", "b")))


def nested_looks(d: Docx) -> None:
    who, does, *rest = d.prose.parts()
    d.add(d.paragraph(f"{who} <b>{does} <i>{' '.join(rest)}</i></b>."))
    who, does, *rest = d.prose.parts()
    d.add(d.paragraph(f"<b>{who}</b> <a>{does} <b>{' '.join(rest)}</b></a>."))


def words_cut_into_runs(d: Docx) -> None:
    d.cut = True
    for _ in range(5):
        d.add(d.paragraph(d.prose.styled("b") + " " + d.prose.sentence()))
    d.cut = False


def links_cut_into_runs(d: Docx) -> None:
    d.cut = True
    d.add(*(d.paragraph(d.prose.styled("a", "i")) for _ in range(3)))
    d.cut = False


def tables(d: Docx) -> None:
    rows = [[d.paragraph(d.prose.title()), d.paragraph(d.prose.styled("b"))] for _ in range(3)]
    d.add(d.table(rows), "<w:p/>")


def nested_tables(d: Docx) -> None:
    inner = d.table([[d.paragraph(d.prose.title()), d.p(d.run("12,50"))]])
    d.add(d.table([[d.paragraph(d.prose.sentence()) + inner + "<w:p/>", d.p(d.run("2026"))]]))
    d.texts += ["12,50", "2026"]
    d.add("<w:p/>")


def headers_and_footers(d: Docx) -> None:
    d.parts.setdefault("header", []).append(d.paragraph(d.prose.styled("i")))
    d.parts.setdefault("footer", []).append(d.paragraph(d.prose.title()))
    d.add(d.paragraph(d.prose.sentence()))


def footnotes(d: Docx) -> None:
    d.add(d.paragraph(d.prose.styled("n")), d.paragraph(d.prose.styled("b", "n")))


def endnotes(d: Docx) -> None:
    text = d.say(d.prose.styled("n"))
    d.add(d.p(d.runs(text, note="endnote")))


def comments(d: Docx) -> None:
    number = d.number()
    note = d.paragraph(d.prose.sentence())
    d.parts.setdefault("comments", []).append(
        f'<w:comment w:id="{number}" w:author="Élise Martin" w:initials="ÉM">{note}</w:comment>'
    )
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    d.add(
        d.p(
            d.run(f"{who} ")
            + f'<w:commentRangeStart w:id="{number}"/>{d.run(does)}<w:commentRangeEnd '
            f'w:id="{number}"/><w:r><w:commentReference w:id="{number}"/></w:r>'
            + d.run(f" {' '.join(rest)}.")
        )
    )


def text_boxes_that_are_there_twice(d: Docx) -> None:
    inner = f"<w:txbxContent>{d.paragraph(d.prose.styled('b'))}</w:txbxContent>"
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline distT="0" '
        'distB="0" distL="0" distR="0"><wp:extent cx="1800000" cy="720000"/>'
        f'<wp:docPr id="{d.number()}" name="Zone 1"/><a:graphic><a:graphicData uri='
        '"http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f"</wps:spPr><wps:txbx>{inner}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>"
        "</a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f'<v:shape style="width:141pt;height:57pt"><v:textbox>{inner}</v:textbox></v:shape>'
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    d.add(d.p(box), d.paragraph(d.prose.sentence()))


def tracked_changes(d: Docx) -> None:
    who, does, what, *rest = d.prose.parts()
    rest = " ".join((what, *rest))
    by = 'w:author="Élise Martin" w:date="2026-03-02T09:30:00Z"'
    gone = d.keep('<w:delText xml:space="preserve">toujours </w:delText>')
    d.say(f"{who} {does} {rest}.")
    d.add(
        d.p(
            d.run(f"{who} ")
            + f'<w:ins w:id="{d.number()}" {by}>{d.run(does + " ")}</w:ins>'
            + f'<w:del w:id="{d.number()}" {by}><w:r>{gone}</w:r></w:del>'
            + d.run(f"{rest}.")
        )
    )


def fields(d: Docx) -> None:
    who, does, *rest = d.prose.parts()
    d.add(d.paragraph(f"{who} {does} {' '.join(rest)} <k>chapitre premier</k>."))
    page = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    text = d.prose.title()
    d.say(f"{text} : 3")
    d.add(d.p(d.run(f"{text} : ") + d.keep(page)))


def bookmarks_and_content_controls(d: Docx) -> None:
    number = d.number()
    text = d.paragraph(d.prose.sentence())
    d.add(text.replace("<w:r>", f'<w:bookmarkStart w:id="{number}" w:name="ici"/><w:r>', 1))
    d.body[-1] = d.body[-1].replace("</w:p>", f'<w:bookmarkEnd w:id="{number}"/></w:p>')
    block = d.paragraph(d.prose.styled("b"))
    d.add(
        '<w:sdt><w:sdtPr><w:tag w:val="étiquette"/></w:sdtPr>'
        f"<w:sdtContent>{block}</w:sdtContent></w:sdt>"
    )
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    inner = f"<w:sdt><w:sdtPr/><w:sdtContent>{d.run(does)}</w:sdtContent></w:sdt>"
    d.add(d.p(d.run(f"{who} ") + inner + d.run(f" {' '.join(rest)}.")))


def tabs_and_breaks(d: Docx) -> None:
    d.add(d.paragraph(f"{d.prose.title()}\t{d.prose.title()}"))
    d.add(d.paragraph(f"{d.prose.sentence()}\n{d.prose.sentence()}"))
    d.add(d.paragraph(f"{d.prose.styled('b')}\n{d.prose.styled('i')}"))
    d.add(
        d.paragraph(d.prose.sentence()).replace("</w:p>", '<w:r><w:br w:type="page"/></w:r></w:p>')
    )


def hyphens_and_spaces(d: Docx) -> None:
    d.add(d.paragraph(f"{d.prose.title()} et demi\u2011tour."))
    d.add(d.paragraph(d.prose.sentence().replace("er", "e\u00adr").replace("e p", "\u00ade p")))
    d.add(d.paragraph(f"{d.prose.title()}\u00a0: {d.prose.title().lower()}\u00a0!"))


def images(d: Docx) -> None:
    d.add(d.p(d.image(d.say(d.prose.sentence()))))
    d.add(d.paragraph(d.prose.styled("img")))


def document_title(d: Docx) -> None:
    d.title = d.title or d.say(d.prose.title())
    d.add(d.paragraph(d.prose.sentence()))


def characters_to_escape(d: Docx) -> None:
    d.add(d.paragraph(f"{d.prose.title()} &amp; {d.prose.title()} &lt; dix."))
    d.add(d.paragraph(f"«\u00a0{d.prose.title()}\u00a0» : c’est l’été."))


def moved_text(d: Docx) -> None:
    by = 'w:author="Élise Martin" w:date="2026-03-02T09:30:00Z"'
    sentence = d.prose.sentence()
    from_ = d.run(sentence)
    d.add(d.p(f'<w:moveFrom w:id="{d.number()}" {by}>{d.keep(from_)}</w:moveFrom>'))
    d.add(d.p(f'<w:moveTo w:id="{d.number()}" {by}>{d.run(d.say(d.prose.sentence()))}</w:moveTo>'))


def drop_cap(d: Docx) -> None:
    sentence = d.say(d.prose.sentence())
    big = d.run(sentence[0]).replace("<w:r>", '<w:r><w:rPr><w:sz w:val="48"/></w:rPr>')
    d.add(d.p(big + d.run(sentence[1:])))


_SHAPES = (
    headings_and_paragraphs,
    looks,
    nested_looks,
    words_cut_into_runs,
    links_cut_into_runs,
    tables,
    nested_tables,
    headers_and_footers,
    footnotes,
    endnotes,
    comments,
    text_boxes_that_are_there_twice,
    tracked_changes,
    fields,
    bookmarks_and_content_controls,
    tabs_and_breaks,
    hyphens_and_spaces,
    images,
    document_title,
    characters_to_escape,
    moved_text,
    drop_cap,
)


MIXED = {"docx": (Docx, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    return made("docx", Docx, (*_SHAPES, *mixed(8, _SHAPES))) + by_python_docx()
