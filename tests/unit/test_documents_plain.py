from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import (
    cut_block,
    join_block,
    parse_document,
    raw_text,
    read_document,
    write_document,
)
from pipeline.records import Document, Span

DATA = Path(__file__).parents[1] / "data" / "documents"
SEED = Path(__file__).parents[2] / "seeds" / "musk-zuckerberg-openai.fr.txt"


def parse(text: str, name: str = "a.txt") -> Document:
    return parse_document(text.encode(), doc_id=name, name=name)


def texts(text: str) -> list[str]:
    return [b.text for b in parse(text).blocks]


PIECES = st.sampled_from(
    [
        "Le chat",
        " dort.",
        "é",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\f",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x85",
        "- ",
        "1. ",
        "• ",
        "— ",
        "https://a.org/b",
        "\u00a0",
        "\ufeff",
        "***",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
def test_reading_and_writing_gives_the_same_bytes(text: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    document = parse_document(data, doc_id="a", name="a.txt")
    assert write_document(document, {}) == data
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end
        at = block.end
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
        assert block.text == block.text.strip()


def test_seed_article_has_one_block_a_line() -> None:
    document = read_document(SEED, doc_id="seed")
    lines = [line.strip() for line in SEED.read_text(encoding="utf-8").splitlines()]
    assert [b.text for b in document.blocks] == [line for line in lines if line]
    assert write_document(document, {}) == SEED.read_bytes()


def test_wrapped_and_unwrapped_copies_of_a_text_give_the_same_prose() -> None:
    lines = read_document(DATA / "verne-lines.fr.txt", doc_id="a").blocks
    wrapped = read_document(DATA / "verne-wrapped.fr.txt", doc_id="b").blocks
    assert [b.text for b in lines] == [b.text.replace("\n", " ") for b in wrapped]


def test_soft_breaks_are_line_feeds_whatever_they_were() -> None:
    text = (DATA / "verne-wrapped.fr.txt").read_text(encoding="utf-8")
    plain = texts(text)
    assert texts(text.replace("\n", "\r\n")) == plain
    assert texts(text.replace("\n", "\r")) == plain
    assert texts(text.replace("\n", "  \n   ")) == plain


def test_heading_above_wrapped_lines_is_its_own_block() -> None:
    body = (DATA / "verne-wrapped.fr.txt").read_text(encoding="utf-8").split("\n\n")[1]
    assert texts("Un chapitre court\n" + body) == ["Un chapitre court", body]


@pytest.mark.parametrize("bullet", ["- ", "* ", "• ", "1. ", "2) ", "a) ", "– "])
def test_list_items_stay_apart_and_their_marks_outside(bullet: str) -> None:
    assert texts(f"{bullet}premier point\n{bullet}second point\n") == [
        "premier point",
        "second point",
    ]


def test_hanging_line_belongs_to_its_list_item() -> None:
    assert texts("- un point qui\n  continue ici\n- un autre\n") == [
        "un point qui\ncontinue ici",
        "un autre",
    ]


def test_dialogue_lines_are_blocks() -> None:
    assert texts("— Bonjour, dit-il.\n— Bonsoir.\n") == ["— Bonjour, dit-il.", "— Bonsoir."]


def test_short_lines_are_not_glued() -> None:
    assert texts("farine\nsucre\nœufs\n") == ["farine", "sucre", "œufs"]


def test_rules_and_blank_text_give_no_block() -> None:
    assert texts("-----\n\n* * *\n\n \t \n") == []
    assert texts("") == []


def test_urls_and_addresses_are_protected() -> None:
    block = parse("Voir https://a.org/b_c(d), ou écrire à nom@exemple.fr.").blocks[0]
    protected = [
        block.text[a.position : b.position]
        for a, b in zip(block.markup[::2], block.markup[1::2], strict=True)
    ]
    assert protected == ["https://a.org/b_c(d)", "nom@exemple.fr"]


def test_wrapped_paragraph_is_wrapped_again_as_wide_as_it_was() -> None:
    document = read_document(DATA / "verne-wrapped.fr.txt", doc_id="a")
    block = document.blocks[1]
    segments = cut_block(document, block, [Span(start=0, end=len(block.text))])
    english = "In the year 1872 the house was inhabited by Phileas Fogg. " * 5
    lines = join_block(document, block, segments, [english]).split("\n")
    width = max(len(line) for line in block.text.split("\n"))
    assert len(lines) > 3
    assert all(len(line) <= width for line in lines)
    assert " ".join(lines) == english.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Le chat dort. " * 375_000,
        "a" * 5_000_000,
        "http://" * 700_000,
        "\n" * 5_000_000,
        "a@" * 2**21,
    ],
    ids=["prose", "one word", "urls", "blank", "addresses"],
)
def test_five_megabytes_are_read_in_seconds(text: str) -> None:
    start = time.process_time()
    document = parse(text)
    assert time.process_time() - start < 10
    assert document.text == text
