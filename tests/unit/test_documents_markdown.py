from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.documents import (
    Reading,
    cut_block,
    parse_document,
    raw_text,
    read_document,
    write_document,
)
from pipeline.documents.markdown.blocks import blocks_of
from pipeline.documents.markdown.inline import BlockBuilder
from pipeline.documents.markdown.templates import FILLER, mask_templates
from pipeline.documents.markdown.tracing import parser
from pipeline.records import Span

if TYPE_CHECKING:
    from pipeline.records import Block, Document

DATA = Path(__file__).parents[1] / "data" / "documents"
BLOG = Path(__file__).parents[3] / "shared" / "testsets" / "canada-blog"

INLINE = (
    'a|mot|é|«\u00a0|\u00a0»| |  |*|**|_|__|***|~~|~|`|``|[|]|(|)|](u)|](<u v> "t")|![|!|<b>'
    "|</b>|<br>|<https://x.y/z>|<a@b.c>|https://ex.org/a_b|<!-- c -->|&eacute;|&nbsp;|&amp|\\"
    "|\\*|> |- |1. |# |## |[^1]|[ref]|[ ] |[!NOTE]|{{ x }}|{% y %}|{: .c}|{#i}|    |<kbd>|</kbd>"
)
BREAKS = ["\n", "\n\n", "\r\n", "\t", "\\\n", "  \n", "\f", "\u2028", "\ufeff"]
LINES = ["===\n", "---\n", "```\n", ":::n\n", "<div>\n", "{{ a\n> b }}", "[^1]: n\n", "[ref]: /u\n"]
TABLE = ["| ", "|", "|---|---|\n", "\\|", "\n| a | b |\n|---|---|\n| "]
PIECES = st.sampled_from([*INLINE.split("|"), *BREAKS, *LINES, *TABLE])
MARKDOWN = st.lists(PIECES, max_size=40).map("".join)


KEYS = ("title", "subtitle", "description", "summary")


def parse(text: str, *, front_matter: bool = False) -> Document:
    keys = KEYS if front_matter else ()
    return parse_document(
        text.encode(), doc_id="a", name="a.md", reading=Reading(front_matter=keys)
    )


def only(text: str) -> Block:
    (block,) = parse(text).blocks
    return block


def assert_rebuilds(document: Document) -> None:
    at = 0
    for number, block in enumerate(document.blocks):
        assert block.block_id == number
        assert at <= block.start < block.end
        at = block.end
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
        for item in block.markup:
            assert 0 <= item.position <= item.position + item.covers <= len(block.text)


@given(MARKDOWN, st.booleans())
@example("| a \\| | `b\\|c` |\n|---|---|\n| \\| | x |", False)
@example("~~~~~a~~~~~ ****b**c**", False)
@example("`a`  \nb `` `c` `` <x:y>  \n[z](u)\\\n", False)
def test_reading_and_writing_gives_the_same_bytes(text: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    document = parse_document(data, doc_id="a", name="a.md", reading=Reading(front_matter=KEYS))
    assert write_document(document, {}) == data
    assert_rebuilds(document)


@given(MARKDOWN)
def test_nothing_is_lost_and_plain_text_is_what_markdown_it_reads(text: str) -> None:
    masked, templates = mask_templates(text)
    structure = blocks_of(masked, env := {})
    assert structure.lost == ()
    for inline in structure.inlines:
        if re.match(r"\[[ xX!]", inline.content):
            continue
        plain, _ = BlockBuilder(text, inline, templates).build(env)
        children = parser().parseInline(inline.content, dict(env))[0].children or []
        if any(t.type == "code_inline" and FILLER in t.content for t in children):
            continue  # a tag inside code is code
        expected = "".join(
            t.content
            if t.type in ("text", "text_special", "code_inline")
            else "\n" * (t.tag == "br")
            for t in children
        )
        expected = expected.replace(FILLER, "")
        assert _blind(plain) == _blind(expected)


def _blind(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("text", ["", "\n", "---\n---\n", "---\ntitle: a", "+++\n+++\n"])
def test_empty_corners_have_no_block(text: str) -> None:
    document = parse(text, front_matter=True)
    assert [b.text for b in document.blocks] in ([], ["title: a"])
    assert write_document(document, {}) == text.encode()


def test_kitchen_sink_blocks_are_the_prose_and_nothing_else() -> None:
    path = DATA / "kitchen-sink.fr.md"
    document = read_document(path, doc_id="k", reading=Reading(front_matter=KEYS))
    assert_rebuilds(document)
    assert write_document(document, {}) == path.read_bytes()
    assert [(b.kind, b.text) for b in document.blocks] == [
        ("front-matter", "L’IA : un « pari » à 10 €"),
        ("front-matter", "Une description sur deux lignes."),
        ("front-matter", "L'essor d'OpenAI"),
        ("front-matter", "Un résumé sans guillemets"),
        ("heading", "Titre de niveau un"),
        ("heading", "Sous-titre souligné"),
        (
            "paragraph",
            "Un texte important, un mot souligné, un très gras, un mot barré et du code.\n"
            "Une deuxième ligne avec un lien et une note.",
        ),
        (
            "paragraph",
            "Voir https://example.org/auto, https://example.org/nu?a=b_c. ou écrire à "
            "contact@example.org.",
        ),
        (
            "paragraph",
            "Une image  dans la phrase, et du HTML : Ctrl puis entrée\n suite.",
        ),
        (
            "paragraph",
            "Des entités\u00a0: l’été & l'hiver, des échappements 2 * 3, _nu_, C:\\dossier.",
        ),
        ("paragraph", "Une adresse\n12 rue de la Paix\n75002 Paris"),
        ("paragraph", "Lien de référence, repli, raccourci et Liquid."),
        ("quote", "Une citation\nsur deux lignes\nsans marque à la troisième."),
        ("quote", "Une citation dans la citation."),
        ("quote", "Une remarque utile."),
        ("item", "premier point"),
        ("item", "deuxième point, qui\ncontinue ici"),
        ("item", "sous-point un"),
        ("item", "sous-point deux"),
        ("item", "à faire"),
        ("item", "fait"),
        ("cell", "Nom"),
        ("cell", "Valeur du champ"),
        ("cell", "un | deux"),
        ("cell", "gras et a|b"),
        ("cell", "trois"),
        ("cell", "quatre"),
        ("paragraph", "Un bloc HTML."),
        ("heading", "Titre avec ancre"),
        ("footnote", "La note de bas de page, avec emphase."),
        ("footnote", "Son deuxième paragraphe."),
    ]


def test_front_matter_is_left_alone_unless_asked_for() -> None:
    document = parse('---\ntitle: "Un titre"\n---\nTexte.\n')
    assert [b.text for b in document.blocks] == ["Texte."]


@pytest.mark.skipif(not BLOG.is_dir(), reason="the canada-blog test set is not here")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_real_blog_rebuilds_with_nothing_lost(language: str) -> None:
    paths = sorted((BLOG / language).glob("*.md"))
    assert len(paths) == 16
    for path in paths:
        document = read_document(path, doc_id=path.name, reading=Reading(front_matter=KEYS))
        assert write_document(document, {}) == path.read_bytes()
        assert_rebuilds(document)
        assert document.findings == (), path.name


def test_markup_says_role_kind_and_protection() -> None:
    block = only('Un **mot**, `code`, [lien](/a "T"), ![i](/j) et https://a.org.')
    assert [(m.position, m.raw, m.role, m.kind, m.protected) for m in block.markup] == [
        (3, "**", "open", "strong", False),
        (6, "**", "close", "strong", False),
        (8, "`", "open", "code", True),
        (12, "`", "close", "code", True),
        (14, "[", "open", "link", False),
        (18, '](/a "T")', "close", "link", False),
        (20, "![i](/j)", "atom", "image", False),
        (24, "", "open", "url", True),
        (37, "", "close", "url", True),
    ]


def test_entities_and_escapes_cover_the_characters_they_spell() -> None:
    block = only("l&rsquo;a \\* &nbsp;b\\c")
    assert block.text == "l’a * \u00a0b\\c"
    assert [(m.raw, m.covers) for m in block.markup] == [("&rsquo;", 1), ("\\*", 1), ("&nbsp;", 1)]


def test_liquid_in_a_link_target_is_part_of_the_link() -> None:
    block = only('[texte]( {{ "/a" | prepend: site.u[ page.l ] }} ) fin')
    assert block.text == "texte fin"
    assert block.markup[1].raw == ']( {{ "/a" | prepend: site.u[ page.l ] }} )'


def test_html_pairs_only_where_it_nests() -> None:
    block = only("<b>un *deux</b> trois* <i>quatre</i>")
    assert [(m.raw, m.role) for m in block.markup if m.kind == "html"] == [
        ("</b>", "atom"),  # <b> stands before the block: it is nobody's pair
        ("<i>", "open"),
        ("</i>", "close"),
    ]
    nested = only("*un <b>deux* trois</b> quatre")
    assert [(m.raw, m.role) for m in nested.markup if m.kind == "html"] == [
        ("<b>", "atom"),
        ("</b>", "atom"),
    ]


@pytest.mark.parametrize("name", ["kbd", "code", "samp"])
def test_text_in_code_like_html_is_protected(name: str) -> None:
    assert all(m.protected for m in only(f"a <{name}>x</{name}> b").markup)


def test_marked_text_is_protected() -> None:
    assert all(m.protected for m in only('a <span translate="no">x</span> b').markup)


def test_a_segment_says_where_its_text_is_not_prose() -> None:
    document = parse("Un `a` ici.\nVoir `b c` et <kbd>K `d`</kbd> sur **a.org**, https://a.org.")
    (block,) = document.blocks
    halves = (Span(start=0, end=9), Span(start=10, end=len(block.text)))
    code = [
        [segment.source[s.start : s.end] for s in segment.protected]
        for segment in cut_block(document, block, halves)
    ]
    assert code == [["a"], ["b c", "d", "K d", "https://a.org"]]


def test_quotation_prefix_is_part_of_the_line_break() -> None:
    block = only("> un\r\n>   deux\n")
    assert block.text == "un\ndeux"
    assert block.markup[0].raw == "\r\n>   "


@pytest.mark.parametrize(
    "text",
    [
        "```\ncode\n```",
        "    code",
        "<div>\n12 %\n</div>",
        "[a]: /url 'titre'",
        "https://example.org/a",
        "`code`",
        "![alt](src)",
        "{% include a.html %}",
        "***",
        "<!-- commentaire -->",
        "| --- |",
    ],
)
def test_what_is_not_prose_gives_no_block(text: str) -> None:
    assert parse(text + "\n").blocks == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<p align=a>\n  <b>Un mot</b> &amp; deux\n</p>\n", ["Un mot & deux"]),
        ('- a\n\n  <div>\n  un\n  mot\n  </div>\n- <p title="Trois">deux</p>\n', ["a", "un\nmot"]),
        ("<table>\r\n<tr><td>un<td>deux\r\n</table>\r\n\r\ntrois\r\n", ["un", "deux", "trois"]),
        ("<details>\n<summary>un</summary>\n\ndeux\n\n</details>\n", ["un", "deux"]),
        ("<script>\nvar un = 'deux';\n\n</script>\n\n<pre>\ntrois\n</pre>\n", []),
    ],
)
def test_html_blocks_are_read_as_pages_are(text: str, said: list[str]) -> None:
    document = parse(text)
    assert [b.text for b in document.blocks][: len(said)] == said
    assert document.findings == ()
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    english = {b.block_id: b.text.upper() for b in document.blocks if not b.markup}
    result = write_document(document, english).decode()
    assert re.findall("<[^>]*>", result.lower()) == re.findall("<[^>]*>", text.lower())


@pytest.mark.parametrize(
    "text", ["> <p>\n> Du texte.\n", "<p markdown=1>\n**Du** texte.\n", "<p>un\n" + "<b>" * 2000]
)
def test_text_in_html_blocks_that_are_no_html_alone_is_reported(text: str) -> None:
    (finding,) = parse("a\n\n" + text).findings
    assert "line 3" in finding.message
    assert [b.text for b in parse("a\n\n" + text).blocks] == ["a"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('"Un \\"titre\\" : oui"', 'A "title": yes \\ no'),
        ("'L''été'", "It's summer: 1 # 2"),
        ("Un titre", "A title: the story"),
        ("Un titre", "2020"),
        ("Un titre", "- no"),
        ("Un titre", "A title"),
        ("Un titre # note", "[A] title"),
        (">-\n  Deux\n  lignes", "Two lines: yes"),
        ("|\n  Deux\n  lignes", "Two lines # yes"),
        (">2\n    Deux", "Two"),
        ('"Sur\n  deux lignes"', "On two lines"),
        ("Sur\n  deux lignes", "On two: lines"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_value_is_valid_yaml_after_writing(raw: str, value: str, newline: str) -> None:
    text = f"---\ndate: 2020-01-02\ntitle: {raw}\nother: 1\n---\nTexte.\n".replace("\n", newline)
    document = parse(text, front_matter=True)
    assert_rebuilds(document)
    assert [b.kind for b in document.blocks] == ["front-matter", "paragraph"]
    written = write_document(document, {0: value}).decode()
    assert written.endswith(f"---{newline}Texte.{newline}")
    loaded = yaml.safe_load(written.split("---")[1])
    assert loaded["title"].strip() == value
    assert loaded["other"] == 1


@given(
    st.text(alphabet="aé :#\"'\\-[]{}&*!|>%@`,?\n\t0\u2028\x85", max_size=20),
    st.sampled_from("\"'a|"),
)
def test_any_front_matter_value_reads_back(value: str, style: str) -> None:
    raw = {'"': '"x y"', "'": "'x y'", "a": "x y", "|": "|-\n  x y"}[style]
    document = parse(f"---\ntitle: {raw}\nother: 1\n---\n", front_matter=True)
    written = write_document(document, {0: value}).decode()
    loaded = yaml.safe_load(written.removeprefix("---\n").removesuffix("---\n"))
    assert " ".join(str(loaded["title"] or "").split()) == " ".join(value.split())


def test_invalid_front_matter_is_reported_and_left() -> None:
    text = "---\ntitle: [a\n---\nTexte.\n"
    document = parse(text, front_matter=True)
    assert [b.text for b in document.blocks] == ["Texte."]
    assert "not valid YAML" in document.findings[0].message
    assert write_document(document, {}) == text.encode()


@pytest.mark.parametrize(
    "character",
    [*"[*<`]&!_~\\|#>-{\"'", "a*", "[a](", "![", "{{ ", "<a ", "- ", "import a ", "export {\n"],
)
def test_a_megabyte_of_one_character_is_read_in_seconds(character: str) -> None:
    text = character * (1_000_000 // len(character))
    start = time.process_time()
    document = parse(text)
    assert time.process_time() - start < 10
    assert write_document(document, {}) == text.encode()


def test_deep_nesting_is_bounded() -> None:
    for text in (">" * 5000 + " a\n", "".join(" " * (2 * i) + "- a\n" for i in range(500))):
        assert write_document(parse(text), {}) == text.encode()
    dense = parse("[" * 50_000)
    assert dense.blocks == ()
    assert "too many markup characters" in dense.findings[0].message
