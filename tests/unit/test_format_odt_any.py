"""Any OpenDocument text: spans, marks, notes and frames inside one another."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import odfdo
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from opendocument import NOTE, URN, members, packed, parsed, translated

from pipeline.documents import raw_text

TEXT = f"{{{URN}text:1.0}}"
FRAME = f"{{{URN}drawing:1.0}}frame"

plain = st.sampled_from(["chat", "l’été.", "gris", "Un", "à", "42", "&amp;", "« oui »"])
marks = st.sampled_from(
    [
        *("<text:s/>", '<text:s text:c="5"/>', "<text:tab/>", "<text:line-break/>", "\n  "),
        *("<text:soft-page-break/>", '<text:bookmark text:name="b"/>', "<!-- x -->"),
        "<text:page-number>7</text:page-number>",
    ]
)
few = settings(max_examples=40)


@st.composite
def paragraphs(draw, deep: int = 2) -> str:
    """A paragraph with spans, marks, notes and frames inside one another."""
    pieces = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["plain", "mark", "span", "note", "frame"]))
        inner = draw(st.lists(plain | marks, max_size=4).map(" ".join))
        if kind == "plain":
            pieces.append(draw(plain))
        elif kind == "mark":
            pieces.append(draw(marks))
        elif kind == "span":
            tag = draw(st.sampled_from(["B", "B2", "B3", "B4", "R", "I", "L"]))
            pieces.append(f'<text:span text:style-name="{tag}">{inner}</text:span>')
        elif deep:
            below = draw(paragraphs(deep - 1))
            box = "<draw:frame><draw:text-box>{}</draw:text-box></draw:frame>"
            pieces.append((NOTE if kind == "note" else box).format(below))
        pieces.append(draw(st.sampled_from(["", " "])))
    return f"<text:p>{''.join(pieces)}</text:p>"


bodies = st.lists(paragraphs(), min_size=1, max_size=4).map("".join)


def words(data: bytes) -> list[list[str]]:
    """Give the words of each paragraph, without those of paragraphs inside it."""
    root = etree.fromstring(members(data)["content.xml"])
    gaps = {TEXT + name for name in ("s", "tab", "line-break")}

    def read(element: Any) -> str:
        found = element.text or ""
        for child in element:
            inside = isinstance(child.tag, str) and child.tag not in (TEXT + "note", FRAME)
            found += " " if child.tag in gaps else read(child) if inside else ""
            found += child.tail or ""
        return found

    return [re.findall(r"\w+", read(paragraph)) for paragraph in root.iter(TEXT + "p")]


@few
@given(bodies)
def test_a_document_in_which_nothing_changes_is_the_same_but_for_its_language(body) -> None:
    data = packed(body)
    before, after = members(data), members(translated(data, lambda source: source))
    same = before["content.xml"].decode().replace('"fr" fo:country="FR"', '"en" fo:country="US"')
    before["content.xml"] = same.replace('"fr" fo:country="CA"', '"en" fo:country="CA"').encode()
    assert after == before


@few
@given(bodies)
def test_every_text_is_one_block_with_a_place_of_its_own(body) -> None:
    data = packed(body)
    document = parsed(data)
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    places = [block.where for block in document.blocks]
    assert len(places) == len({*places})


@few
@given(bodies)
def test_whatever_is_translated_the_document_is_read_and_every_word_has_changed(body) -> None:
    data = packed(body)
    result = translated(data)
    expected = [[word.upper() for word in paragraph] for paragraph in words(data)]
    assert words(result) == expected
    assert odfdo.Document(io.BytesIO(result)).body is not None
    first = zipfile.ZipFile(io.BytesIO(result)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
