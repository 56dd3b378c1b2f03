"""Presentations: shapes in groups, tables, charts, diagrams, and the order of the slides."""

from __future__ import annotations

import io
import re

import pptx
import pytest
from formats.laws import translated
from formats.samples import Sample
from formats.samples.containers import unzipped, zipped
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn
from pptx.util import Cm

from pipeline.documents import parse_document
from pipeline.errors import InputError

BOX = (Cm(1), Cm(1), Cm(12), Cm(3))
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
FRENCH = 'lang="fr-FR"'


def run(text: str, attributes: str = "", inside: str = "") -> str:
    """Give a run."""
    properties = f"<a:rPr {attributes}>{inside}</a:rPr>" if attributes or inside else ""
    return f"<a:r>{properties}<a:t>{text}</a:t></a:r>"


def saved(show) -> bytes:
    """Give a presentation's bytes."""
    data = io.BytesIO()
    show.save(data)
    return data.getvalue()


def slides(*paragraphs: str) -> bytes:
    """Give a presentation of one box, of which each paragraph is the XML in it."""
    show = pptx.Presentation()
    frame = show.slides.add_slide(show.slide_layouts[6]).shapes.add_textbox(*BOX).text_frame
    body = frame._txBody
    for old in body.findall(qn("a:p")):
        body.remove(old)
    for inner in paragraphs:
        body.append(etree.fromstring(f"<a:p {A}>{inner}</a:p>"))
    return saved(show)


def through(data: bytes, answer=str.upper) -> bytes:
    """Translate by an engine that answers so."""
    return translated(Sample(name="a", format="pptx", data=data, texts=()), answer)


def xml(data: bytes, member: str = "ppt/slides/slide1.xml") -> str:
    """Give a member without namespaces' declarations."""
    return re.sub(r' xmlns:\w+="[^"]*"', "", unzipped(data)[member].decode())


def said(data: bytes) -> list[str]:
    """Give the paragraphs of the first slide's first box."""
    (shape, *_) = pptx.Presentation(io.BytesIO(data)).slides[0].shapes
    return [p.text for p in shape.text_frame.paragraphs]


def blocks(data: bytes) -> dict[str, str]:
    """Give the texts with their places."""
    found = parse_document(data, doc_id="a", name="a.pptx").blocks
    assert len({b.where for b in found}) == len(found)
    return {b.text: b.where for b in found}


@pytest.mark.parametrize(
    "more",
    [
        'lang="en-US"',
        'lang="fr-FR" dirty="0"',
        'err="1"',
        'kern="1200"',
        'spc="-10"',
        'noProof="1"',
    ],
)
def test_what_nobody_sees_cuts_no_word(more):
    data = slides(run("Le chat no", FRENCH) + run("ir dort.", more))
    (block,) = parse_document(data, doc_id="a", name="a.pptx").blocks
    assert (block.text, block.markup) == ("Le chat noir dort.", ())
    assert said(through(data)) == ["LE CHAT NOIR DORT."]


@pytest.mark.parametrize(
    "look", ['b="1"', 'i="1"', 'u="sng"', 'strike="sngStrike"', 'cap="small"', 'sz="4800"']
)
def test_a_look_is_on_the_words_that_had_it(look):
    out = through(
        slides(run("Le chat ") + run("no", look) + run("ir", f"{look} {FRENCH}") + run(" dort."))
    )
    paragraph = re.search("<a:p>.*?</a:p>", xml(out))[0]
    looking = re.findall(
        f"<a:rPr[^>]*{re.escape(look)}[^>]*>(?:</a:rPr>)?<a:t>(.*?)</a:t>", paragraph
    )
    assert looking == ["NOIR"]
    assert said(out) == ["LE CHAT NOIR DORT."]


def test_what_is_written_is_marked_as_english():
    out = xml(through(slides(run("Le chat", FRENCH), run("12", FRENCH))))
    assert '<a:rPr lang="en-US"' in out.partition("<a:t>LE CHAT")[0]
    assert run("12", FRENCH).replace("></a:rPr>", "/>") in out


def test_a_link_is_one_whatever_looks_are_in_it():
    show = pptx.Presentation()
    frame = show.slides.add_slide(show.slide_layouts[6]).shapes.add_textbox(*BOX).text_frame
    paragraph = frame.paragraphs[0]
    for text, bold, link in [("Le ", 0, 0), ("chat ", 0, 1), ("noir", 1, 1), (" dort.", 0, 0)]:
        made = paragraph.add_run()
        made.text, made.font.bold = text, bool(bold) or None
        made.hyperlink.address = "https://a.org" if link else None
    data = saved(show)
    (block,) = parse_document(data, doc_id="a", name="a.pptx").blocks
    assert [m.kind for m in block.markup if m.role == "open"] == ["link", "bold"]
    (shape,) = pptx.Presentation(io.BytesIO(through(data))).slides[0].shapes
    runs = shape.text_frame.paragraphs[0].runs
    assert "".join(r.text for r in runs if r.hyperlink.address).strip() == "CHAT NOIR"
    assert [r.text for r in runs if r.font.bold] == ["NOIR"]


def test_a_soft_break_stays_between_its_sentences():
    out = through(
        slides(run("Le chat dort.") + "<a:br><a:rPr b='1'/></a:br>" + run("Le chien aussi."))
    )
    assert said(out) == ["LE CHAT DORT.\vLE CHIEN AUSSI."]


@pytest.mark.parametrize("kind", ["slidenum", "datetime1", "footer"])
def test_a_field_stays(kind):
    field = f'<a:fld id="{{B1}}" type="{kind}"><a:rPr lang="fr-FR"/><a:t>douze</a:t></a:fld>'
    out = through(slides(run("Le chat voit ") + field + run(" chiens.")))
    assert field in xml(out)
    assert said(out) == ["LE CHAT VOIT douze CHIENS."]


def test_the_words_before_and_after_a_tab_are_no_sentence():
    data = slides(run("Le chat\tle chien"))
    assert list(blocks(data)) == ["Le chat", "le chien"]
    assert said(through(data)) == ["LE CHAT\tLE CHIEN"]


def test_places_are_told_as_people_tell_them():
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Un titre"
    slide.placeholders[1].text = "Un texte\nUn autre"
    slide.notes_slide.notes_text_frame.text = "Une note"
    table = slide.shapes.add_table(1, 2, *BOX).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Une cellule", "Une voisine"
    group = slide.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(*BOX).text_frame.text = "Un groupe"
    assert blocks(saved(show)) == {
        "Un titre": "slide 1, title",
        "Un texte": "slide 1, shape 2",
        "Un autre": "slide 1, shape 2, ¶ 2",
        "Une cellule": "slide 1, table 1, row 1, column 1",
        "Une voisine": "slide 1, table 1, row 1, column 2",
        "Un groupe": "slide 1, shape 3",
        "Une note": "slide 1, notes",
    }


@given(st.permutations(range(4)))
def test_slides_are_read_in_the_order_in_which_they_are_shown(order):
    show = pptx.Presentation()
    for number in range(4):
        slide = show.slides.add_slide(show.slide_layouts[6])
        slide.shapes.add_textbox(*BOX).text_frame.text = f"Le chat {number}"
    listed = show.slides._sldIdLst
    ids = list(listed)
    for number in order:
        listed.remove(ids[number])
        listed.append(ids[number])
    found = blocks(saved(show))
    assert list(found.items()) == [
        (f"Le chat {n}", f"slide {i}, shape 1") for i, n in enumerate(order, 1)
    ]


def test_a_charts_words_are_translated_and_its_numbers_and_data_stay():
    show = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["Nord", "Sud"]
    data.add_series("Ventes de l’année", (1.5, 2.5))
    data.add_series("2026", (3, 4))
    shapes = show.slides.add_slide(show.slide_layouts[6]).shapes
    chart = shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data).chart
    chart.chart_title.text_frame.text = "Le marché"
    before = saved(show)
    after = through(before)
    chart = pptx.Presentation(io.BytesIO(after)).slides[0].shapes[0].chart
    assert chart.chart_title.text_frame.text == "LE MARCHÉ"
    assert list(chart.plots[0].categories) == ["NORD", "SUD"]
    assert [s.name for s in chart.plots[0].series] == ["VENTES DE L’ANNÉE", "2026"]
    assert [tuple(s.values) for s in chart.plots[0].series] == [(1.5, 2.5), (3, 4)]
    workbooks = [n for n in unzipped(before) if "embeddings" in n]
    assert workbooks
    assert [unzipped(before)[n] for n in workbooks] == [unzipped(after)[n] for n in workbooks]


def test_masters_and_layouts_are_untouched():
    data = slides(run("Le chat dort."))
    before, after = unzipped(data), unzipped(through(data))
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["ppt/slides/slide1.xml"]


def test_old_comments_are_translated():
    parts = unzipped(slides(run("Le chat dort.")))
    p = "http://schemas.openxmlformats.org/presentationml/2006/main"
    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    comment = (
        f'<p:cmLst xmlns:p="{p}"><p:cm authorId="0" idx="1"><p:pos x="0" y="0"/>'
        "<p:text>C&apos;est beau &amp; bon</p:text></p:cm></p:cmLst>"
    )
    rels = parts["ppt/slides/_rels/slide1.xml.rels"].decode()
    link = f'<Relationship Id="rC" Type="{r}/comments" Target="../comments/comment1.xml"/>'
    parts["ppt/slides/_rels/slide1.xml.rels"] = rels.replace("</Rel", f"{link}</Rel").encode()
    parts["ppt/comments/comment1.xml"] = comment.encode()
    data = zipped(parts)
    assert blocks(data)["C'est beau & bon"] == "slide 1, comments, comment 1"
    out = xml(through(data), "ppt/comments/comment1.xml")
    assert "C&#39;EST BEAU &amp; BON" in out or "C'EST BEAU &amp; BON" in out


def test_macros_are_refused_by_name():
    parts = unzipped(slides(run("Le chat dort.")))
    with pytest.raises(InputError, match="macros"):
        parse_document(zipped({**parts, "ppt/vbaProject.bin": b"x"}), doc_id="a", name="a.pptx")


# --- runs of any kind ----------------------------------------------------------------

LOOKS = ["", 'b="1"', 'i="1"', 'b="1" i="1"', FRENCH, f'b="1" {FRENCH}', 'lang="en-US"']
texts = st.text("ab é.,&<\u00a0", min_size=1, max_size=6)
breaks = st.just("<a:br/>")


@given(st.lists(st.tuples(texts, st.sampled_from(LOOKS)) | breaks, max_size=8))
def test_runs_of_any_kind_say_the_same_again(pieces):
    made = "".join(
        p if isinstance(p, str) else run(p[0].replace("&", "&amp;").replace("<", "&lt;"), p[1])
        for p in pieces
    )
    data = slides(made + run(" fin."))
    assert unzipped(through(data, lambda source: source)) == unzipped(data)
    (before,), (after,) = said(data), said(through(data))
    assert after.count("\v") == before.count("\v")  # where, is told above
    before, after = (text.replace("\v", " ") for text in (before, after))
    assert after.upper().split() == before.upper().split()
