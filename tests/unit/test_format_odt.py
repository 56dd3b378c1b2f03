"""OpenDocument texts: words change, and nothing that stands around them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from opendocument import NOTE, NS, body_of, content, members, packed, parsed, translated

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAME = "<draw:frame>{}</draw:frame>"
BOX = FRAME.format("<draw:text-box><text:p>{}</text:p></draw:text-box>")
PICTURE = FRAME.format("<draw:image/><svg:title>{}</svg:title><svg:desc>{}</svg:desc>")
MATH = FRAME.format("<draw:object><math:math><math:mi>sin</math:mi></math:math></draw:object>")

# --- what of a paragraph changes --------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("un chat", "UN CHAT"),
        ("  un\n   chat ", "  UN CHAT "),
        ("un &amp; deux &lt; trois", "UN &amp; DEUX &lt; TROIS"),
        ("un&#xA0;chat &#233;t&#233;", "UN&#xA0;CHAT ÉTÉ"),
        # spaces, tabs and breaks
        ("un<text:s/>chat", "UN CHAT"),
        ('un<text:s text:c="1"/>chat', "UN CHAT"),
        ("<text:s/>un chat", "<text:s/>UN CHAT"),
        ('un chat.<text:s text:c="4"/>42', 'UN CHAT.<text:s text:c="4"/>42'),
        ('un chat <text:s text:c="3"/>gris', 'UN CHAT <text:s text:c="3"/>GRIS'),
        ("un<text:s/><text:s/><text:s/>chat", "UN<text:s/><text:s/><text:s/>CHAT"),
        ("un chat<text:tab/>gris", "UN CHAT<text:tab/>GRIS"),
        ("<text:tab/>un<text:tab/><text:tab/>deux", "<text:tab/>UN<text:tab/><text:tab/>DEUX"),
        ("un chat<text:line-break/>gris", "UN CHAT<text:line-break/>GRIS"),
        (
            "un<text:line-break/><text:line-break/>deux",
            "UN<text:line-break/><text:line-break/>DEUX",
        ),
        ('<text:s text:c="2"></text:s>un', '<text:s text:c="2"></text:s>UN'),
        # spans
        (
            'un <text:span text:style-name="B">chat</text:span> gris',
            'UN <text:span text:style-name="B">CHAT</text:span> GRIS',
        ),
        (
            'un<text:span text:style-name="B"><text:s/>chat</text:span><text:span '
            'text:style-name="L"><text:s/>gris</text:span>',
            'UN <text:span text:style-name="B">CHAT</text:span> GRIS',
        ),
        (
            '<text:span text:style-name="B">un ch</text:span><text:span text:style-name="B4">at'
            "</text:span> gris",
            '<text:span text:style-name="B">UN CHAT</text:span> GRIS',
        ),
        (
            'un <text:span text:style-name="B">ch</text:span><text:span text:style-name="B2">a'
            '</text:span><text:span text:style-name="B3">t</text:span> gris',
            'UN <text:span text:style-name="B">CHAT</text:span> GRIS',
        ),
        (
            'un <text:span text:style-name="B">ch</text:span><text:bookmark text:name="b"/>'
            '<text:span text:style-name="B2">at</text:span> gris',
            'UN <text:span text:style-name="B">CHAT<text:bookmark text:name="b"/></text:span> GRIS',
        ),
        (
            'un <text:span text:style-name="B">ch</text:span><text:soft-page-break/><text:span '
            'text:style-name="B2">at</text:span> gris',
            'UN <text:span text:style-name="B">CHAT</text:span> GRIS',
        ),
        (
            'un c<text:span text:style-name="R">ha</text:span><text:span text:style-name="L">t'
            '</text:span><text:span text:style-name="R"> gris</text:span>',
            "UN CHAT GRIS",
        ),
        (
            '<text:span text:style-name="B">un chat</text:span><text:span text:style-name="I"> '
            "gris</text:span>",
            '<text:span text:style-name="B">UN CHAT</text:span> <text:span text:style-name="I">'
            "GRIS</text:span>",
        ),
        (
            '<text:span text:style-name="R">Un chat. Un chien</text:span>.',
            '<text:span text:style-name="R">UN CHAT. UN CHIEN</text:span>.',
        ),
        (
            '<text:span text:style-name="Emphase">un</text:span> chat',
            '<text:span text:style-name="Emphase">UN</text:span> CHAT',
        ),
        ("<text:span>un</text:span> chat", "UN CHAT"),
        # links, marks, notes, fields
        (
            'un <text:a xlink:href="#a&amp;b">chat gris</text:a>.',
            'UN <text:a xlink:href="#a&amp;b">CHAT GRIS</text:a>.',
        ),
        (
            '<text:a xlink:href="#a">1. Un chat<text:tab/>3</text:a>',
            '<text:a xlink:href="#a">1. UN CHAT<text:tab/>3</text:a>',
        ),
        (
            '<text:bookmark-start text:name="b"/>Un chat<text:bookmark-end text:name="b"/> gris',
            '<text:bookmark-start text:name="b"/>UN CHAT<text:bookmark-end text:name="b"/> GRIS',
        ),
        (
            "un chat" + NOTE.format("<text:p>Une note.</text:p>") + " gris",
            "UN CHAT" + NOTE.format("<text:p>UNE NOTE.</text:p>") + " GRIS",
        ),
        (
            'la figure <text:sequence text:name="F">1</text:sequence> montre un chat',
            'LA FIGURE <text:sequence text:name="F">1</text:sequence> MONTRE UN CHAT',
        ),
        (
            "page <text:page-number>2</text:page-number> sur <text:page-count>3</text:page-count>",
            "PAGE <text:page-number>2</text:page-number> SUR <text:page-count>3</text:page-count>",
        ),
        (
            "par <text:author-name>Élise</text:author-name>, un chat",
            "PAR <text:author-name>Élise</text:author-name>, UN CHAT",
        ),
        (
            'un chat<text:bibliography-mark text:identifier="x">[Dup20]</text:bibliography-mark>.',
            'UN CHAT<text:bibliography-mark text:identifier="x">[Dup20]</text:bibliography-mark>.',
        ),
        (
            'un chat<text:change text:change-id="c"/> gris',
            'UN CHAT<text:change text:change-id="c"/> GRIS',
        ),
        (
            "un <text:ruby><text:ruby-base>chat</text:ruby-base><text:ruby-text>x</text:ruby-text>"
            "</text:ruby>.",
            "UN <text:ruby><text:ruby-base>chat</text:ruby-base><text:ruby-text>x</text:ruby-text>"
            "</text:ruby>.",
        ),
        (
            "<text:placeholder>&lt;Votre nom&gt; ici</text:placeholder> un chat",
            "<text:placeholder>&lt;Votre nom&gt; ICI</text:placeholder> UN CHAT",
        ),
        (
            "<loext:content-control>un chat</loext:content-control> gris",
            "<loext:content-control>UN CHAT</loext:content-control> GRIS",
        ),
        (
            'un<text:hidden-text text:string-value="un secret" text:condition="a"/> chat',
            'UN<text:hidden-text text:string-value="UN SECRET" text:condition="a"/> CHAT',
        ),
        (
            'un chat<text:alphabetical-index-mark text:string-value="chat" text:key1="bêtes"/>.',
            'UN CHAT<text:alphabetical-index-mark text:string-value="CHAT" text:key1="BÊTES"/>.',
        ),
        (
            "un chat<office:annotation><dc:creator>Élise Martin</dc:creator><dc:date>2026-01-02"
            "</dc:date><text:p>à revoir</text:p></office:annotation> gris",
            "UN CHAT<office:annotation><dc:creator>Élise Martin</dc:creator><dc:date>2026-01-02"
            "</dc:date><text:p>À REVOIR</text:p></office:annotation> GRIS",
        ),
        (
            BOX.format("un chien") + "un chat",
            BOX.format("UN CHIEN") + "UN CHAT",
        ),
        (
            f"un{PICTURE.format('un titre', 'une image')} chat",
            f"UN{PICTURE.format('UN TITRE', 'UNE IMAGE')} CHAT",
        ),
        (
            f"un {MATH} chat",
            f"UN {MATH} CHAT",
        ),
        ("42", "42"),
        ("<!-- un mot -->un chat", "<!-- un mot -->UN CHAT"),
    ],
)
def test_the_words_of_a_paragraph_change_and_all_else_stays(before, after) -> None:
    result = translated(packed(f'<text:p text:style-name="P1">{before}</text:p>'))
    assert body_of(result) == f'<text:p text:style-name="P1">{after}</text:p>'


@pytest.mark.parametrize(
    "body",
    [
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>un mot'
        "</text:p></text:deletion></text:changed-region></text:tracked-changes>",
        '<text:sequence-decls><text:sequence-decl text:name="Tableau"/></text:sequence-decls>',
        "<office:forms><form:form><form:text form:name='nom'/></form:form></office:forms>",
        "<text:p><text:note text:note-class='footnote'><text:note-citation>un</text:note-citation>"
        "<text:note-body><text:p/></text:note-body></text:note></text:p>",
        "<text:p>12,50 €</text:p><text:p/><text:p> </text:p>",
    ],
)
def test_what_is_no_prose_stays(body) -> None:
    assert body_of(translated(packed(body))) == body


def test_a_table_of_contents_is_translated_with_its_title() -> None:
    body = (
        '<text:table-of-content text:name="t"><text:table-of-content-source>'
        "<text:index-title-template>{0}</text:index-title-template>"
        "<text:table-of-content-entry-template><text:index-entry-link-start/>"
        "<text:index-entry-text/><text:index-entry-tab-stop/></text:table-of-content-entry-template>"
        "</text:table-of-content-source><text:index-body><text:index-title><text:p>{0}</text:p>"
        '</text:index-title><text:p><text:a xlink:href="#x">{1}<text:tab/>1</text:a></text:p>'
        "</text:index-body></text:table-of-content><text:h>{1}</text:h>"
    )
    result = translated(packed(body.format("Table des matières", "Un chat")))
    assert body_of(result) == body.format("TABLE DES MATIÈRES", "UN CHAT")


def test_heads_feet_and_properties_are_translated_and_prompts_and_people_are_not() -> None:
    styles = (
        f"<office:document-styles {NS}><office:styles><style:style style:name='S'>"
        "<style:text-properties fo:language='fr' fo:country='FR'/></style:style>"
        "<text:notes-configuration><text:note-continuation-notice-forward>suite"
        "</text:note-continuation-notice-forward></text:notes-configuration></office:styles>"
        "<office:master-styles><style:master-page style:name='Standard'><style:header><text:p>{0}"
        "</text:p></style:header><style:footer><text:p>Page <text:page-number>1</text:page-number>"
        "</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>"
    )
    meta = (
        f"<office:document-meta {NS}><office:meta><meta:generator>Un outil</meta:generator>"
        "<dc:title>{0}</dc:title><dc:subject>{0} bis</dc:subject><dc:description>{0} ter"
        "</dc:description><dc:creator>Élise</dc:creator><dc:language>fr-FR</dc:language>"
        "<meta:keyword>un mot</meta:keyword></office:meta></office:document-meta>"
    )
    data = packed(
        "<text:p>Un chat</text:p>",
        styles_xml=styles.format("Un titre"),
        meta_xml=meta.format("Un nom"),
    )
    result = members(translated(data))
    english = styles.format("UN TITRE").replace("Page ", "PAGE ")
    english = english.replace("'fr'", "'en'").replace("'FR'", "'US'")
    assert result["styles.xml"].decode() == english
    english = meta.format("UN NOM").replace(" bis", " BIS").replace(" ter", " TER")
    assert result["meta.xml"].decode() == english.replace("fr-FR", "en-US")
    assert [b.where for b in parsed(data).blocks] == [
        "¶ 1",
        "header",
        "footer",
        "document's title",
        "document's subject",
        "document's description",
    ]


def test_the_language_of_styles_becomes_english_and_others_stay() -> None:
    data = packed("<text:p>Un chat</text:p>")
    before, after = members(data)["content.xml"].decode(), members(translated(data))["content.xml"]
    expected = before.replace('"fr" fo:country="FR"', '"en" fo:country="US"')
    expected = expected.replace('"fr" fo:country="CA"', '"en" fo:country="CA"')
    assert after.decode() == expected.replace("Un chat", "UN CHAT")
    assert 'fo:language="en" fo:country="GB"' in after.decode()


def test_charts_are_translated_formulas_and_sheets_inside_are_not() -> None:
    chart = content(
        "<chart:chart><chart:title><text:p>{}</text:p></chart:title></chart:chart>", "chart"
    )
    sheet = content("<table:table><text:p>Un mot</text:p></table:table>", "spreadsheet")
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mtext>si</mtext></math>'
    extra = {
        "Object 1/content.xml": chart.format("Un titre"),
        "Object 2/content.xml": math,
        "Object 3/content.xml": sheet,
    }
    data = packed("<text:p>Un chat</text:p>", **extra)
    result = members(translated(data))
    assert "<text:p>UN TITRE</text:p>" in result["Object 1/content.xml"].decode()
    assert result["Object 2/content.xml"].decode() == math
    assert b"Un mot" in result["Object 3/content.xml"]
    document = parsed(data)
    assert [b.where for b in document.blocks] == ["¶ 1", "chart 1, title"]
    assert "spreadsheets" in document.findings[0].message


def test_prefixes_are_the_file_s_own() -> None:
    text = content('<text:p text:style-name="a">un<text:s text:c="4"/>chat<text:tab/>gris</text:p>')
    text = (
        text.replace("xmlns:text=", "xmlns:t=").replace("<text:", "<t:").replace("</text:", "</t:")
    )
    text = text.replace(" text:", " t:")
    flat = text.replace("document-content", "document")
    result = translated(flat.encode(), name="a.fodt").decode()
    assert '<t:p t:style-name="a">UN<t:s t:c="4"/>CHAT<t:tab/>GRIS</t:p>' in result


# --- places --------------------------------------------------------------------------------


def test_places_are_said_as_people_do() -> None:
    cell = "<table:table-cell>{}</table:table-cell>"
    note = NOTE.format("<text:p>Une note</text:p><text:p>et sa suite</text:p>")
    body = (
        "<text:h>Un titre</text:h><text:p/><text:p>12</text:p>"
        f"<text:p>Un chat{note}.</text:p>"
        "<table:table><table:table-column/><table:table-row>"
        + cell.format("<text:p>a</text:p>")
        + '<table:table-cell table:number-columns-repeated="2"/>'
        + cell.format("<text:p>b</text:p><text:p>c</text:p>")
        + "</table:table-row><table:table-header-rows><table:table-row>"
        + cell.format("<table:table><table:table-row>" + cell.format("<text:p>d</text:p>")
                      + "</table:table-row></table:table>")
        + "</table:table-row></table:table-header-rows></table:table>"
        "<text:list><text:list-item><text:p>Le pain</text:p></text:list-item></text:list>"
        "<text:p><draw:frame><draw:text-box><text:p>un cadre</text:p></draw:text-box></draw:frame>"
        "<draw:frame><draw:image/><svg:desc>une image</svg:desc></draw:frame></text:p>"
        "<text:p>Fin<office:annotation><dc:creator>É</dc:creator><text:p>à voir</text:p>"
        "</office:annotation></text:p>"
    )  # fmt: skip
    assert [(b.text, b.where) for b in parsed(packed(body)).blocks] == [
        ("Un titre", "¶ 1"),
        ("Un chat.", "¶ 3"),
        ("Une note", "¶ 3, footnote 1"),
        ("et sa suite", "¶ 3, footnote 1, ¶ 2"),
        ("a", "table 1, row 1, column 1"),
        ("b", "table 1, row 1, column 4"),
        ("c", "table 1, row 1, column 4, ¶ 2"),
        ("d", "table 2, row 1, column 1"),
        ("Le pain", "¶ 4"),
        ("un cadre", "¶ 5, text box 1"),
        ("une image", "¶ 5, description 1"),
        ("Fin", "¶ 6"),
        ("à voir", "¶ 6, comment 1"),
    ]


def test_kinds_are_those_of_the_paragraphs() -> None:
    body = (
        "<text:h>un</text:h><text:p>deux</text:p><text:list><text:list-item><text:p>trois</text:p>"
        "</text:list-item></text:list><table:table><table:table-row><table:table-cell>"
        "<text:p>quatre</text:p></table:table-cell></table:table-row></table:table>"
    )
    kinds = [block.kind for block in parsed(packed(body)).blocks]
    assert kinds == ["heading", "paragraph", "item", "cell"]


# --- what is refused, what is said ---------------------------------------------------------


def changed(data: bytes, new: Mapping[str, bytes | None]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content_ in ({**members(data), **new}).items():
            if content_ is not None:
                archive.writestr(name, content_)
    return made.getvalue()


GOOD = packed("<text:p>un chat</text:p>")
ENTITY = b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (changed(GOOD, {"META-INF/manifest.xml": b"<m:encryption-data/>"}), "encrypted"),
        (changed(GOOD, {"content.xml": None}), "no content.xml"),
        (changed(GOOD, {"content.xml": b"<a>"}), "well-formed"),
        (changed(GOOD, {"content.xml": b"<a/>"}), "not an OpenDocument text"),
        (changed(GOOD, {"content.xml": b""}), "well-formed"),
        (changed(GOOD, {"content.xml": ENTITY}), "entity"),
        (changed(GOOD, {"styles.xml": b"<a><b></a>"}), "well-formed"),
        (changed(GOOD, {"content.xml": b"<a>" * 2000 + b"</a>" * 2000}), "inside one another"),
        (packed("<draw:page/>", "presentation"), "not an OpenDocument text"),
        (GOOD[:200], "damaged"),
        (GOOD[:-30], "damaged"),
        (b"\xd0\xcf\x11\xe0", "Microsoft Office"),
        (b"un chat", "damaged"),
        (b"<html><body>un chat</body></html>", "not an OpenDocument text"),
    ],
)
def test_what_is_no_such_document_is_refused_by_name(data, problem) -> None:
    with pytest.raises(InputError, match=r"a\.odt") as caught:
        parsed(data)
    assert problem in str(caught.value)


def test_an_empty_file_is_a_document_without_text() -> None:
    assert translated(b"") == b""


def test_macros_stay_and_a_signature_is_named() -> None:
    data = packed(
        "<text:p>un chat</text:p>",
        Basic__Standard__M_xml="<script>Sub Main : MsgBox un chat</script>",
        **{"META-INF__documentsignatures_xml": "<s/>"},
    )
    result = members(translated(data))
    assert b"MsgBox un chat" in result["Basic/Standard/M.xml"]
    assert "signed" in parsed(data).findings[0].message
