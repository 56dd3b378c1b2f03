"""HTML: what of a page is prose, and that everything else stays byte for byte."""

from __future__ import annotations

import contextlib
import re
import time
from html import unescape

import pytest
from hypothesis import example, given
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
