"""Trees of parts, texts with tags and archives: what stands where, and that the rest stays."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Part, Reading, TreeFormat, raw_text
from pipeline.documents.tagged import Outline, Role, XmlSyntax, attribute_block, read_xml
from pipeline.documents.zips import Zip
from pipeline.errors import InputError
from pipeline.records import Block, Markup, Span

ROLES = {
    "b": Role.INLINE,
    "i": Role.INLINE,
    "code": Role.CODE,
    "br": Role.BREAK,
    "img": Role.ATOM,
    "page": Role.SEAM,
    "note": Role.ISLAND,
    "script": Role.SKIP,
}


def outline(text: str, **more: object) -> list[Block]:
    made = Outline(text, lambda event: ROLES.get(event.name, Role.BLOCK), **more)
    for event in read_xml(text.encode(), place="a.xml").events():
        made.feed(event)
    return made.finish()


# --- texts with tags ---------------------------------------------------------------

words = st.text("àé &<>\u00a0\u00ad\n.", max_size=6).map(
    lambda text: re.sub("[&<>]", lambda m: {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[m[0]], text)
)
trees = st.recursive(
    words
    | st.sampled_from(["<br/>", "<page/>", '<img alt="x"/>', "<!-- c -->", "&#233;", "<?a b?>"]),
    lambda inner: st.builds(
        lambda name, inside: f"<{name}>{''.join(inside)}</{name}>",
        st.sampled_from(["p", "b", "i", "div", "code", "note", "script"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(st.lists(trees, max_size=5))
def test_a_block_is_what_stands_in_the_text_and_every_letter_is_in_one(inside) -> None:
    text = f"<doc>{''.join(inside)}</doc>"
    blocks = outline(text)
    for block in blocks:
        assert raw_text(block.text, block.markup) == text[block.start : block.end]
    root = ElementTree.fromstring(text)
    for parent in [*root.iter()]:
        for child in parent:
            if child.tag in ("script", "code"):
                child.text = ""
                del child[:]
    said = [c for text in root.itertext() for c in text if c.isalpha()]
    assert sorted(c for b in blocks for c in prose(b) if c.isalpha()) == sorted(said)


def prose(block: Block) -> str:
    """Give a block's text without code."""
    plain, opened = [*block.text], {}
    for item in block.markup:
        if item.kind == "code" and item.role == "open":
            opened[item.group] = item.position
        elif item.kind == "code" and item.role == "close":
            start = opened[item.group]
            plain[start : item.position] = " " * (item.position - start)
    return "".join(plain)


def test_neighbours_of_the_same_look_are_one_and_soft_hyphens_cut_no_word() -> None:
    (block,) = outline("<p>Le chat <b>no</b><b>ir</b> est cou&#173;ché.</p>")
    assert block.text == "Le chat noir est couché."
    assert [m.kind for m in block.markup] == ["b", "seam", "b", "seam"]


def test_neighbours_may_look_alike_under_other_names_and_over_the_end_of_a_page() -> None:
    text = '<p>Le <b n="1">no</b><page/><b n="2">i</b><b n="3" red="">r</b></p>'
    (block,) = outline(text, look=lambda event: str(event.attributes.get("red")))
    assert block.text == "Le noir"
    kinds = [(m.kind, m.raw) for m in block.markup]
    assert kinds[1:3] == [("seam", '</b><page/><b n="2">'), ("b", "</b>")]
    assert len(kinds) == 5


def test_a_pair_that_is_open_at_a_border_is_no_markup() -> None:
    assert [b.text for b in outline("<p><i>un<p>deux</p>trois</i></p>")] == ["un", "deux", "trois"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<a>", "not well-formed"),
        ("<a>" * 2000 + "</a>" * 2000, "inside one another"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "entity 'x'"),
        ('<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>', "entity 'y'"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
    ],
)
def test_xml_that_harms_is_refused_by_name(text, problem) -> None:
    with pytest.raises(InputError, match=r"a\.xml") as caught:
        list(read_xml(text.encode(), place="a.xml").events())
    assert problem in str(caught.value)


def test_looks_without_end_inside_one_another_are_refused_by_name() -> None:
    assert [b.text for b in outline(f"<p>{'<b>' * 150}mot{'</b>' * 150} dit</p>")] == ["mot dit"]
    with pytest.raises(InputError, match="looks stand inside one another"):
        outline(f"<p>{'<b>' * 900}mot{'</b>' * 900} dit</p>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_stays_and_what_it_lacks_is_a_reference(encoding) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>été</a>'
    xml = read_xml(text.encode(encoding), place="a")
    assert xml.text == text
    assert xml.encode(text) == text.encode(encoding)
    assert "“" in xml.encode("<a>“</a>").decode(encoding) or b"&#8220;" in xml.encode("<a>“</a>")


def test_an_attribute_is_plain_text_with_references() -> None:
    block = attribute_block('<a b="R&amp;D d’été">', 6, 19)
    assert block is not None
    assert (block.text, block.syntax) == ("R&D d’été", "xml")
    assert XmlSyntax().spell([(True, '"R&D"')], "attribute") == "&quot;R&amp;D&quot;"


# --- edits, one inside the other ------------------------------------------------------


class _Nested(XmlSyntax, TreeFormat):
    """``p`` is the text; an image's ``alt`` in it is a block too; ``[…]`` is a part in capitals."""

    name, suffixes = "nested", (".nested",)

    def read(self, data, *, name, reading):
        text = data.decode()
        tag = re.search("<img alt='([^']*)'>", text)
        blocks = [
            Block(
                block_id=0,
                kind="paragraph",
                start=0,
                end=len(text),
                text=text[: tag.start()] + text[tag.end() :],
                markup=(
                    Markup(position=tag.start(), raw=tag[0], role="atom", group=0, kind="img"),
                ),
            ),
            attribute_block(text, tag.start(1), tag.end(1)),
        ]
        inner = re.search(r"\[(.*?)\]", tag[1])
        parts = [Part(text=text, blocks=[b for b in blocks if b])]
        if inner:
            start = tag.start(1) + inner.start(1)
            own = Block(block_id=0, kind="paragraph", start=0, end=len(inner[1]), text=inner[1])
            parts.append(
                Part(
                    text=inner[1],
                    blocks=[own],
                    parent=0,
                    at=Span(start=start, end=start + len(inner[1])),
                    write=str.upper,
                )
            )
        return parts, None, ()


def test_what_stands_in_a_copied_tag_is_changed_there_wherever_the_tag_goes() -> None:
    form = _Nested()
    text = "Un <img alt='chat'> noir"
    document = form.parse(text.encode(), doc_id="a", name="a", reading=Reading())
    assert [b.text for b in document.blocks] == ["Un  noir", "chat"]
    assert form.write(document, {}) == text.encode()
    assert form.write(document, {1: "cat"}) == b"Un <img alt='cat'> noir"
    moved = "black <img alt='chat'>"
    assert form.write(document, {0: moved}) == moved.encode()
    assert form.write(document, {0: moved, 1: "cat"}) == b"black <img alt='cat'>"


def test_a_part_is_spelt_by_its_codec_and_only_if_something_changed() -> None:
    form = _Nested()
    text = "Un <img alt='[chat]'> noir"
    document = form.parse(text.encode(), doc_id="a", name="a", reading=Reading())
    assert form.write(document, {}) == text.encode()
    assert form.write(document, {2: "cat"}) == b"Un <img alt='[CAT]'> noir"


# --- archives ------------------------------------------------------------------------


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_an_archive_keeps_order_and_packing_and_what_was_not_changed() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", b"a/b", zipfile.ZIP_STORED)
        archive.writestr("b.xml", b"<b/>" * 99, zipfile.ZIP_DEFLATED)
        archive.writestr("a/", b"")
        archive.writestr("a/c.bin", bytes(range(256)), zipfile.ZIP_DEFLATED)
    opened = Zip(made.getvalue(), place="a", what="a book")
    assert opened.write({}) == made.getvalue()
    again = zipfile.ZipFile(io.BytesIO(opened.write({"b.xml": b"<c/>"})))
    assert again.namelist() == ["mimetype", "b.xml", "a/", "a/c.bin"]
    assert [i.compress_type for i in again.infolist()] == [0, 8, 0, 8]
    assert again.read("b.xml") == b"<c/>"
    assert again.read("a/c.bin") == bytes(range(256))


def _encrypted() -> bytes:
    data = bytearray(packed(a=b"x"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "damaged or is not a book"),
        (b"no archive", "damaged or is not a book"),
        (packed(a=b"x" * 999)[:-30], "damaged or is not a book"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted or an old Microsoft Office file"),
        (packed(**{"../a": b"x"}), "leads out"),
        (packed(**{"/etc/a": b"x"}), "leads out"),
        (packed(**{"C:a": b"x"}), "leads out"),
        (packed(a=bytes(60_000_000)), "unpacks to"),
        (_encrypted(), "encrypted"),
        (_twice(), "two members"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_an_archive_that_harms_is_refused_by_name(data, problem) -> None:
    with pytest.raises(InputError, match=r"a\.book") as caught:
        Zip(data, place="a.book", what="a book")
    assert problem in str(caught.value)


def test_a_damaged_member_is_named() -> None:
    data = bytearray(packed(a=b"une phrase assez longue pour la compression " * 9))
    data[60] ^= 255
    with pytest.raises(InputError, match=r"a\.book: a"):
        Zip(bytes(data), place="a.book", what="a book").read("a")
