"""OpenDocument presentations: slides, their notes and what stands on every one of them."""

from __future__ import annotations

import pytest
from opendocument import NS, body_of, members, packed, parsed, translated

from pipeline.errors import InputError

BOX = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"


def slides(*inner: str) -> bytes:
    pages = enumerate(inner, 1)
    body = "".join(f'<draw:page draw:name="page{n}">{text}</draw:page>' for n, text in pages)
    return packed(body, "presentation")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BOX.format("un chat"), BOX.format("UN CHAT")),
        (f"<draw:g><draw:g>{BOX.format('un')}</draw:g></draw:g>",
         f"<draw:g><draw:g>{BOX.format('UN')}</draw:g></draw:g>"),
        ("<draw:custom-shape><text:p>un</text:p></draw:custom-shape>",
         "<draw:custom-shape><text:p>UN</text:p></draw:custom-shape>"),
        ("<draw:rect><text:p>un</text:p></draw:rect>",
         "<draw:rect><text:p>UN</text:p></draw:rect>"),
        ("<draw:connector><text:p>un</text:p></draw:connector>",
         "<draw:connector><text:p>UN</text:p></draw:connector>"),
        ("<draw:frame><draw:image/><svg:desc>un</svg:desc></draw:frame>",
         "<draw:frame><draw:image/><svg:desc>UN</svg:desc></draw:frame>"),
        (f"<presentation:notes>{BOX.format('un')}</presentation:notes>",
         f"<presentation:notes>{BOX.format('UN')}</presentation:notes>"),
        ("<draw:frame><table:table><table:table-row><table:table-cell><text:p>un</text:p>"
         "</table:table-cell></table:table-row></table:table></draw:frame>",
         "<draw:frame><table:table><table:table-row><table:table-cell><text:p>UN</text:p>"
         "</table:table-cell></table:table-row></table:table></draw:frame>"),
        ("<office:annotation><dc:creator>un</dc:creator><text:p>un</text:p></office:annotation>",
         "<office:annotation><dc:creator>un</dc:creator><text:p>UN</text:p></office:annotation>"),
        (BOX.format("un<text:line-break/>deux<text:tab/>3"),
         BOX.format("UN<text:line-break/>DEUX<text:tab/>3")),
        ('<draw:frame presentation:placeholder="true"><draw:text-box><text:p>un</text:p>'
         "</draw:text-box></draw:frame>",) * 2,
        ("<office:event-listeners><script:event-listener/></office:event-listeners>",) * 2,
    ],
)  # fmt: skip
def test_the_words_of_a_slide_change_and_all_else_stays(before, after) -> None:
    result = translated(slides(before), name="a.odp")
    assert body_of(result) == f'<draw:page draw:name="page1">{after}</draw:page>'


def test_places_are_those_of_the_slides() -> None:
    shape = (
        '<draw:frame presentation:class="{}"><draw:text-box><text:p>un</text:p></draw:text-box>'
        "</draw:frame>"
    )
    cell = "<table:table-cell><text:p>un</text:p></table:table-cell>"
    data = slides(
        shape.format("title") + shape.format("outline").replace("un<", "un</text:p><text:p>deux<"),
        shape.format("title") + shape.format("subtitle") + BOX.format("un") + BOX.format("deux"),
        f"<draw:frame><table:table><table:table-row>{cell}</table:table-row><table:table-row>{cell}"
        f"{cell}</table:table-row></table:table></draw:frame>"
        f"<presentation:notes>{shape.format('notes')}</presentation:notes>",
    )
    assert [block.where for block in parsed(data, "a.odp").blocks] == [
        "slide 1, title",
        "slide 1, text",
        "slide 1, text, ¶ 2",
        "slide 2, title",
        "slide 2, subtitle",
        "slide 2, text box 1",
        "slide 2, text box 2",
        "slide 3, table 1, row 1, column 1",
        "slide 3, table 1, row 2, column 1",
        "slide 3, table 1, row 2, column 2",
        "slide 3, notes",
    ]


def test_what_all_slides_show_is_translated_and_their_prompts_are_not() -> None:
    styles = (
        f"<office:document-styles {NS}><office:master-styles><style:master-page>"
        '<draw:frame presentation:class="title" presentation:placeholder="true"><draw:text-box>'
        "<text:p>Cliquez ici</text:p></draw:text-box></draw:frame>"
        "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
        '<draw:frame presentation:class="footer"><draw:text-box><text:p><presentation:footer/>'
        "</text:p></draw:text-box></draw:frame>"
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    decl = '<presentation:footer-decl presentation:name="f">{}</presentation:footer-decl>'
    data = packed(
        f"{decl.format('un pied')}<draw:page/>", "presentation", styles_xml=styles.format("un logo")
    )
    result = translated(data, name="a.odp")
    assert body_of(result).startswith(decl.format("UN PIED"))
    assert members(result)["styles.xml"].decode() == styles.format("UN LOGO")
    places = [block.where for block in parsed(data, "a.odp").blocks]
    assert places == ["footer of slides", "text box 1"]


def test_a_text_is_no_presentation() -> None:
    with pytest.raises(InputError, match="not an OpenDocument presentation"):
        parsed(packed("<text:p>un</text:p>"), "a.odp")
