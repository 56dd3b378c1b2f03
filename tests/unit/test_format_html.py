"""HTML: what of a page is prose, and that everything else stays byte for byte."""

from __future__ import annotations

import contextlib
import re
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from making import written

from pipeline.documents import parse_document, raw_text, write_document
from pipeline.documents.tagged import read_html
from pipeline.errors import InputError


def read(page: str | bytes, name: str = "a.html"):
    data = page.encode() if isinstance(page, str) else page
    return parse_document(data, doc_id="a", name=name)


def texts(page: str, name: str = "a.html") -> list[str]:
    return [block.text for block in read(page, name).blocks]


def shouted(page: str, name: str = "a.html") -> str:
    """Give the translation by an engine that shouts."""
    return written(page, str.upper, name=name)


# --- the tokenizer -----------------------------------------------------------------

PIECES = [
    *("<", ">", "</", "/>", "<!--", "-->", "--!>", "<!", "<?", "<?php", "?>", "<![CDATA[", "]]>"),
    *("&", "&amp;", "&nbsp", "&nbsp;", "&#233;", "&#x;", "&#0;", "&rien;", "&notit;", "é", "mot "),
    *("<p>", "</p>", "<P CLASS=x>", "<b>", "</b>", "<i>", "</i>", "<a href='#n'>", "</a>", "<br>"),
    *("</br>", "<br/>", "<li>", "<ul>", "</ul>", "<td>", "<tr>", "<table>", "</table>", "<svg>"),
    *("</svg>", "<title>", "</title>", "<script>", "</script>", "<textarea>", "</textarea>"),
    *(
        '<img alt="Un chat">',
        "<img alt=chat",
        " alt='",
        '"',
        "'",
        "=",
        "<o:p>",
        "</o:p>",
        "<%",
        "%>",
    ),
    *("<span lang=en>", "</span>", "<div translate=no>", "</div>", "<sup>1</sup>", "<wbr>", "\n"),
    *("<!DOCTYPE html>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<pre>", "</pre>", "<code>", "</code>"),
    *(
        "<option>",
        "<select>",
        "</select>",
        "<body>",
        "</html>",
        "<html lang=fr>",
        "1. ",
        "\r\n",
        "\u00ad",
    ),
]
soups = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.parametrize("strict", [False, True])
@given(text=soups)
@example(text="<b><p></b></p>")
@example(text="<a b='c")
@example(text="<p/x=/>")
@example(text="<svg><![CDATA[<b>]]></svg><![CDATA[<b>]]>")
def test_events_nest_and_cover_the_text_and_say_what_stands_there(text, strict) -> None:
    at, opened = 0, []
    for event in read_html(text, place="a", strict=strict):
        assert event.start == at
        at, raw = event.end, text[event.start : event.end]
        if event.kind == "start":
            assert raw.lower().startswith((f"<{event.name}", f"</{event.name}", "<"))
            assert event.name in raw.lower()
            opened.append(event.name)
        elif event.kind == "end":
            assert opened.pop() == event.name
            assert raw == "" or event.name in raw.lower()
        elif event.kind == "text":
            assert event.text in (raw, unescape(raw)) or raw.lower().startswith("<wbr")
            assert raw
    assert at == len(text)
    assert opened == []


@given(soups)
def test_a_page_is_written_as_it_was_and_its_blocks_are_what_stands_there(text) -> None:
    try:
        document = read(text)
    except InputError:
        return  # no text at all: NUL, control characters
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    starts = [(b.start, -b.end) for b in document.blocks]
    assert starts == sorted(starts)
    if "lang" not in text:
        assert write_document(document, {}).decode() == text


@given(soups)
def test_whatever_is_translated_what_is_no_prose_stays(text) -> None:
    assume(not re.search("<(?:textarea|title|xmp|plaintext)", text, re.IGNORECASE))  # tags are text
    try:
        result = shouted(text)
    except InputError:
        return
    for pattern in (r"<!--.*?-->", r"<script>[^<]*</script>", r"href='[^']*'", "<[oO]:p>", "<br>"):
        assert len(re.findall(pattern, result)) == len(re.findall(pattern, text))


@pytest.mark.parametrize(
    ("page", "events"),
    [
        ("<P>un<p>deux", "<p 'un' >p <p 'deux' >p"),
        ("<ul><li>un<li>deux</ul>", "<ul <li 'un' >li <li 'deux' >li >ul"),
        ("<dl><dt>un<dd>deux</dl>", "<dl <dt 'un' >dt <dd 'deux' >dd >dl"),
        (
            "<table><tr><td>un<td>deux<tr><td>trois</table>",
            "<table <tr <td 'un' >td <td 'deux' >td >tr <tr <td 'trois' >td >tr >table",
        ),
        ("<td><table><td>un</table>", "<td <table <td 'un' >td >table >td"),
        ("<b><i>un</b></i>", "<b <i 'un' >i >b -"),
        ("<b><p>un</b>deux</p>", "<b <p 'un' - 'deux' >p >b"),
        ("un</p>deux", "'un' <p >p 'deux'"),
        ("un</br>deux", "'un' <br >br 'deux'"),
        ("<p>un<ul><li>x</ul>", "<p 'un' >p <ul <li 'x' >li >ul"),
        ("a < b && c<", "'a < b && c<'"),
        ("<br></br>x<img/>", "<br >br 'x' <img >img"),
        ("<title>a <b> &amp; c</title>", "<title 'a <b> ' '&' ' c' >title"),
        (
            "<script>if (a</b>1) '</scrip'</SCRIPT >x",
            "<script \"if (a</b>1) '</scrip'\" >script 'x'",
        ),
        ("<!-- a > b -->x<!--> y -->", "- 'x' - ' y -->'"),
        ("<!--[if mso]><p>x</p><![endif]-->y", "- 'y'"),
        ("<![if !mso]>y<![endif]>", "- 'y' -"),
        ("<a href=a/>x</a>", "<a 'x' >a"),
        ("<a id='b'/>x", "<a >a 'x'"),
        ("<a title='x>y'>z</a>", "<a 'z' >a"),
        ("<a b = 'c' d>x", "<a 'x' >a"),
        ("<?php echo '<b>'; ?>x", "- 'x'"),
        ("<% if a > b %>x<% y", "- 'x<% y'"),
        ("un<a href='", "'un' -"),
        ("&rien;&copy;&#233;&eacute&R&D", "'&rien;' '©' 'é' 'é' '&R&D'"),
        ("<plaintext>a</plaintext>", "<plaintext 'a</plaintext>' >plaintext"),
    ],
)
def test_what_is_broken_is_forgiven(page, events) -> None:
    signs = {"start": "<", "end": ">"}
    said = [
        repr(e.text) if e.kind == "text" else signs.get(e.kind, "-") + e.name
        for e in read_html(page, place="a")
    ]
    assert " ".join(said) == events


def test_xhtml_has_empty_elements_and_sections_of_text() -> None:
    page = "<p><script/>un <![CDATA[<b> & ]]>deux</p>"
    kinds = [(e.kind, e.text) for e in read_html(page, place="a", strict=True)]
    assert ("text", "<b> & ") in kinds
    assert texts(page, "a.xhtml") == ["un", "<b> &", "deux"]


def test_a_page_without_end_is_read_in_no_time() -> None:
    shapes = [
        "<a ",
        "<!--",
        "<%",
        "<![CDATA[",
        "&",
        "<",
        "</b>",
        "<b>",
        "<p>",
        "<li>",
        "<a b='",
        "<sup>",
    ]
    for shape in [*shapes, "<title>", "<i></b>", "<td>", "&#", "<?php", "<!DOCTYPE [", "a</p>"]:
        start = time.process_time()
        with contextlib.suppress(InputError):  # too deep: tested below
            read(shape * 5_000)
        assert time.process_time() - start < 1, shape


# --- what is prose -------------------------------------------------------------------


def pages() -> list[str]:
    lines = (Path(__file__).parents[1] / "data" / "html_pages.txt").read_text("utf-8").splitlines()
    return [line.replace("⏎", "\n") for line in lines if not line.startswith("# ")]


@pytest.mark.parametrize("page", pages())
def test_what_is_shown_is_translated_and_all_else_stays(page) -> None:
    source = page.replace("'‹›en'", "'fr'").translate({ord("‹"): None, ord("›"): None})
    wanted = re.sub("‹(.*?)›", lambda m: m[1].upper(), page)
    assert shouted(source) == wanted


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            "<p>Le chat<b> noir </b>dort <i> ici</i> .</p>",
            "<p>LE CHAT <b>NOIR</b> DORT <i>ICI</i> .</p>",
        ),
        ("<p>un\n  <b>\n deux</b>\n trois</p>", "<p>UN <b>DEUX</b> TROIS</p>"),
        ("<p>ex<wbr>em&shy;ple <b>no</b><b>ir</b></p>", "<p>EXEMPLE <b>NOIR</b></p>"),
        ("<p>Une.<br> Deux <br>\n  trois.</p>", "<p>UNE.<br> DEUX <br>\n  TROIS.</p>"),
        ("<p>a < b & c, R&D</p>", "<p>A &lt; B &amp; C, R&amp;D</p>"),
        ("<img alt=chat>", "<img alt=CHAT>"),
    ],
)
def test_spaces_stay_single_and_signs_are_spelt(page, said) -> None:
    assert shouted(page) == said


def test_a_value_without_quotation_marks_stays_one() -> None:
    page = written("<img alt=chat src=a>", lambda _: 'a "cat" = one', name="a.html")
    assert page == "<img alt=a&#32;&quot;cat&quot;&#32;&#61;&#32;one src=a>"


def test_the_language_of_the_page_becomes_english() -> None:
    page = (
        '<html lang="fr-CA" xml:lang="fr"><meta http-equiv=content-language content=fr>'
        '<meta property="og:locale" content="fr_FR"><meta name="dc.language" content="fre">'
        '<p lang=FR>mot<p lang="en">cat<p lang="fr" translate="no">Le nom<link hreflang=fr>'
    )
    assert write_document(read(page), {}).decode() == (
        '<html lang="en" xml:lang="en"><meta http-equiv=content-language content=en>'
        '<meta property="og:locale" content="en_US"><meta name="dc.language" content="en">'
        '<p lang=en>mot<p lang="en">cat<p lang="fr" translate="no">Le nom<link hreflang=fr>'
    )


def test_a_page_whose_root_names_a_wrong_language_is_translated() -> None:
    assert shouted("<html lang=en><p>mot") == "<html lang=en><p>MOT"
    assert shouted("<html lang=de><body lang=nl><p>mot") == "<html lang=en><body lang=en><p>MOT"


def test_a_page_that_asks_to_be_left_is_left_and_that_is_told() -> None:
    document = read("<html translate=no lang=fr><p>mot")
    assert document.blocks == ()
    assert ["asks not to be translated" in f.message for f in document.findings] == [True]
    assert write_document(document, {}) == b"<html translate=no lang=fr><p>mot"


# --- encodings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "cp1252"),
        ("<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=windows-1252'>", "cp1252"),
        ("<meta charset=iso-8859-15>", "iso-8859-15"),
        ("<meta charset=macintosh>", "mac-roman"),
        ('<?xml version="1.0" encoding="iso-8859-1"?>', "latin-1"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=utf-16>", "utf-8"),
        ("", "utf-8"),
        ("", "cp1252"),
        ("<meta charset=klingon>", "cp1252"),
        ("<meta charset=utf-8>", "cp1252"),
        ("<meta charset=iso-8859-1>", "utf-8"),
    ],
)
def test_the_encoding_stays_and_what_it_lacks_is_a_reference(head, encoding) -> None:
    data = f"{head}\r\n<p>L'été à Nîmes, où ça brûle.</p>\r\n".encode(encoding)
    document = read(data)
    assert write_document(document, {}) == data
    (block,) = document.blocks
    assert block.text == "L'été à Nîmes, où ça brûle."
    result = write_document(document, {0: "été ☃"})
    assert result == f"{head}\r\n<p>été ☃</p>\r\n".encode(encoding, "xmlcharrefreplace")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_stays(encoding) -> None:
    data = "<p>L'été.</p>".encode(encoding)
    document = read(data)
    assert [b.text for b in document.blocks] == ["L'été."]
    assert write_document(document, {}) == data
    assert write_document(document, {0: "É"}) == "<p>É</p>".encode(encoding)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.7 <p>", "PDF"),
        (b"<p>\x00\x01\x02</p>", "not a text file"),
        (b"<div>" * 10_000, "inside one another"),
        (b"<b>" * 10_000, "inside one another"),
        (b"<p>\xc3\xa9\xc3\xa9\xc3\xa9 \xff</p>", "UTF-8"),
    ],
)
def test_what_is_no_page_is_refused_by_name(data, problem) -> None:
    with pytest.raises(InputError, match=r"a\.html") as caught:
        read(data)
    assert problem in str(caught.value)


def test_a_large_page_is_read_and_written_quickly() -> None:
    one = (
        "<div class=a><p>Le chat <b>noir</b> dort sur la <a href='/x'>chaise</a> du salon et mange "
        "trois pommes, le chien dort dans la cour.</p>\n<img src=a alt='Un chat'></div>\n"
    )
    page = one * (1_000_000 // len(one))
    start = time.process_time()
    document = read(page)
    write_document(document, {b.block_id: "mot" for b in document.blocks})
    assert time.process_time() - start < 6  # far less where nothing else runs
