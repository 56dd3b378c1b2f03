"""Markup in translations: the structure of the source, whatever the engine answers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from making import garbled, written

from pipeline.documents import parse_document
from pipeline.documents.markdown.templates import mask_templates
from pipeline.documents.markdown.tracing import parser
from pipeline.translate.reading import Limits, Source, load_bytes

KITCHEN_SINK = Path(__file__).parents[1] / "data" / "documents" / "kitchen-sink.fr.md"
NASTY = Path(__file__).parents[1] / "data" / "documents" / "nasty.fr.md"


def translated(text: str, answers: dict[str, str]) -> str:
    return written(text, lambda source: answers.get(source, source))


def structure(text: str) -> tuple[list[str], Counter[tuple[str, ...]]]:
    """Give the blocks in order, and what stands in them in any order."""
    blocks: list[str] = []
    inline: Counter[tuple[str, ...]] = Counter()
    masked, spans = mask_templates(text)
    inline.update(("template", text[s.start : s.end]) for s in spans)
    for token in parser().parse(masked):
        blocks.append(token.type + token.info)
        if token.type == "html_block":
            inline.update(("tag", tag) for tag in re.findall("<[^>]*>", token.content))
        if token.type in ("fence", "code_block"):
            inline[token.type, token.content] += 1
        for child in token.children or ():
            if child.type in ("code_inline", "html_inline", "image", "footnote_ref"):
                inline[child.type, child.content, str(child.attrs), str(child.meta)] += 1
            elif child.type not in ("text", "softbreak", "text_special") and child.nesting >= 0:
                inline[child.type, str(child.attrs)] += 1
    return blocks, inline


@pytest.mark.parametrize("path", [KITCHEN_SINK, NASTY], ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [None, *range(12)])
def test_a_translation_has_the_structure_of_its_source_whatever_the_engine_says(path, seed):
    text = path.read_text(encoding="utf-8")
    result = garbled(text, seed=seed)
    assert structure(result) == structure(text)
    assert result != text


INLINE = (
    'Le chat|dort.|*mot*|**gras**|[lien](/u "t")|`code`|<b>|</b>|<https://x.y>|« Oui »|[^1]|'
    "![image](i.png)|deux\\*|&amp;|[ref]|_mot_|anti*consti*tution|***les deux***|~~non~~|"
    "**[lien](v)**|*« Non ! »*|\\\n|  \n|https://a.b/c_d|2 * 3|a_b_c|1. |# |- |+ |> |<br>|é|:"
)
WORDS = st.sampled_from(INLINE.split("|"))


@given(st.lists(WORDS, min_size=1, max_size=14), st.integers(0, 9))
@example(["Le chat", "*mot*", "dort.", "`code`"], 3)
def test_a_paragraph_keeps_its_structure_when_its_words_change_places(words, seed):
    text = f"Début {' '.join(words)} fin.\n\n[ref]: /r\n\n[^1]: Note.\n"
    wanted = structure(text)
    assume("title_open" not in wanted[0])  # a line that begins with a colon is a definition
    assert structure(garbled(text, seed=seed)) == wanted


@pytest.mark.parametrize(
    ("markdown", "answers", "expected"),
    [
        (  # a link does not end with the preposition of the next words
            "Il sera présenté [au Parlement](/p) en mars.",
            {
                "Il sera présenté au Parlement en mars.": "It will be presented to Parliament in"
                " March.",
                "au Parlement": "in Parliament",
            },
            "It will be presented [to Parliament](/p) in March.",
        ),
        (  # English puts the stop inside the quotation marks
            "Il dit *« Peut-être »*.",
            {"Il dit « Peut-être ».": "He says “Maybe.”", "« Peut-être »": "“Maybe”"},
            "He says *“Maybe.”*",
        ),
        (
            "La **réforme** est *absolument nécessaire* ici.",
            {
                "La réforme est absolument nécessaire ici.": "The reform is absolutely necessary"
                " here.",
                "réforme": "reform",
                "absolument nécessaire": "absolutely necessary",
            },
            "The **reform** is *absolutely necessary* here.",
        ),
        (
            "Voir `code` puis [la page](u).",
            {"Voir code puis la page.": "Then see the page, code.", "la page": "the page"},
            "Then see [the page](u), `code`.",
        ),
        (
            "Appuyez sur <kbd>Entrée[^1]</kbd> ici.\n\n[^1]: Ou Retour.",
            {"Appuyez sur Entrée ici.": "Press Entrée here."},
            "Press <kbd>Entrée[^1]</kbd> here.\n\n[^1]: Ou Retour.",
        ),
        (
            "> Voir [la\n> page] ici.\n\n[la page]: /x",
            {"Voir la\npage ici.": "See the page here.", "la page": "the page"},
            "> See [the page][la page] here.\n\n[la page]: /x",
        ),
    ],
)
def test_markup_stands_where_a_reader_expects_it(markdown, answers, expected):
    assert translated(markdown, answers) == expected


@pytest.mark.parametrize(
    "line",
    [
        "import Chart from '../components/chart'",
        'import "./style.css";',
        "import { a, b } from 'c'",
        "export const year = 2018",
        "export default Layout",
        "export { a } from './b'",
        "export * from './b'",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_mdx_are_left_as_they_are(line, end):
    text = f"{line}{end}{line}{end}{end}Le titre.{end}"
    assert garbled(text) == text.replace("Le titre", "LE TITRE")


@pytest.mark.parametrize(
    "text",
    ["import de pétrole et export de blé", "import de la notion de « liberté »", 'import de "x"'],
)
def test_prose_about_trade_is_translated(text):
    assert garbled(f"On parle de l’\n{text}\n") != f"On parle de l’\n{text}\n"
    (block,) = parse_document(text.encode(), doc_id="a", name="a.md").blocks
    assert block.text == text


def test_a_space_beside_protected_text_that_the_engine_lost_is_given_back() -> None:
    answers = {"Écrivez <b> ou <i> ici.": "Write <b>or<i> here."}
    said = written("Écrivez `<b>` ou `<i>` ici.", lambda s: answers.get(s, s))
    assert said == "Write `<b>` or `<i>` here."


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("La grève  \ndes trains", ["La grève\ndes trains"]),
        ("Lyon,  \nhier soir", ["Lyon,\nhier soir"]),
        ("Jean Dupont  \nLyon", ["Jean Dupont", "Lyon"]),
        ("12 rue Haute  \n69000 Lyon", ["12 rue Haute", "69000 Lyon"]),
        ("La grève.  \ndes trains", ["La grève.", "des trains"]),
        ("Prix : 12  \neuros", ["Prix : 12", "euros"]),
    ],
)
def test_a_line_break_ends_a_sentence_but_in_the_middle_of_a_phrase(text, sentences) -> None:
    source = Source(path=Path("a.md"), doc_id="a", output="o", size=1)
    limits = Limits(tokens=10**9, measure=lambda texts: [1] * len(texts), file_bytes=0)
    assert [s.source for s in load_bytes(text.encode(), source, limits).segments] == sentences


def test_a_line_break_in_a_phrase_stays_one_between_words() -> None:
    assert written("La grève  \ndes trains", lambda _: "The train strike") in (
        "The  \ntrain strike",
        "The train  \nstrike",
    )


def test_a_look_on_a_space_alone_does_not_make_it_two() -> None:
    page = "<p><b>mange</b><u> </u><i>son manteau</i> ici.</p>"
    said = written(page, lambda source: source.upper(), name="a.html")
    assert said == "<p><b>MANGE</b><u> </u><i>SON MANTEAU</i> ICI.</p>"
