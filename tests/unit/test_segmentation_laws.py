from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline.segmentation as room
from pipeline.records import Span
from pipeline.segmentation import MAX_CHARS, segment, split, split_long
from pipeline.segmentation.tables import load_tables, read_sections

# Pieces that the rules care about, so that random texts reach the rules.
WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        """
        M. Mme Dupont Le La Il Elle Les En av. J.-C. etc. art. 5 p. 12 2008. 20 h. 30 fin fin.
        Fin. est venu, dit-il. Pourquoi ? Non ! … ... ?! « » “ ” " ( ) [2] (…) ; : - — • a) 1. IV.
        xAI OpenAI.com U.S.A. C. l'art. L'État été. Été é 😀 vitamine J. K. km. Inc. A À Ö
        """,
    )
)
GAPS = st.sampled_from([" ", " ", " ", "", "\u00a0", "\u202f", "\n", "\n\n", "\r\n", "  "])
FRENCH = st.lists(st.tuples(WORDS, GAPS), max_size=40).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
TEXTS = st.one_of(FRENCH, st.text(max_size=200))


def spans_in(text: str) -> st.SearchStrategy[list[Span]]:
    ends = st.integers(min_value=0, max_value=len(text))
    return st.lists(st.tuples(ends, ends).map(lambda p: Span(start=min(p), end=max(p))), max_size=4)


def assert_well_formed(text: str, spans: tuple[Span, ...]) -> None:
    rebuilt = ""
    at = 0
    for span in spans:
        gap = text[at : span.start]
        assert gap == "" or gap.isspace()
        sentence = text[span.start : span.end]
        assert sentence
        assert sentence == sentence.strip()
        rebuilt += gap + sentence
        at = span.end
    assert text[at:] == "" or text[at:].isspace()
    assert rebuilt + text[at:] == text


@given(TEXTS)
@settings(deadline=None)
def test_spans_and_gaps_rebuild_the_text(text: str) -> None:
    assert_well_formed(text, split(text))


@given(TEXTS, st.integers(min_value=1, max_value=40))
@settings(deadline=None)
def test_no_span_is_longer_than_the_bound_and_whole_sentences_are_reported(
    text: str, bound: int
) -> None:
    result = segment(text, max_chars=bound)

    assert_well_formed(text, result.spans)
    assert all(span.end - span.start <= bound for span in result.spans)
    assert result.cut == tuple(s for s in split(text) if s.end - s.start > bound)


@given(st.data())
@settings(deadline=None)
def test_unsplittable_spans_are_never_cut(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    kept = data.draw(spans_in(text))

    spans = split(text, unsplittable=kept, max_chars=data.draw(st.sampled_from([3, 25, MAX_CHARS])))

    assert_well_formed(text, spans)
    for whole in kept:
        stretch = text[whole.start : whole.end]
        start = whole.start + len(stretch) - len(stretch.lstrip())
        end = start + len(stretch.strip())
        assert start >= end or any(s.start <= start and end <= s.end for s in spans)


# A single line break is judged by the layout of the whole paragraph, a straight quotation
# mark by its neighbours: both are left out here.
@given(FRENCH.map(lambda text: re.sub(r'"|(?<!\n)\r?\n(?!\n)', " ", text)))
@settings(max_examples=150, deadline=None)
def test_a_sentence_cut_out_and_split_again_stays_whole(text: str) -> None:
    for span in split(text):
        sentence = text[span.start : span.end]
        assert split(sentence) == (Span(start=0, end=len(sentence)),), sentence


@given(TEXTS)
@settings(deadline=None)
def test_splitting_is_a_function_of_the_text(text: str) -> None:
    assert split(text) == split(text)


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\u00a0"])
def test_blank_text_has_no_sentence(text: str) -> None:
    assert split(text) == ()


def test_sentence_ends_inside_an_unsplittable_span_do_not_count() -> None:
    text = "Tapez `Fin. Le début` ici. Puis validez."
    start = text.index("`")
    kept = Span(start=start, end=text.rindex("`") + 1)

    parts = [text[s.start : s.end] for s in split(text, unsplittable=[kept])]

    assert parts == ["Tapez `Fin. Le début` ici.", "Puis validez."]
    assert len(split(text)) == 3


def test_a_bound_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split("Oui.", max_chars=0)
    with pytest.raises(ValueError, match="at least 1"):
        split_long("Oui.", Span(start=0, end=4), 0)


@pytest.mark.parametrize(
    "unit",
    [
        "\n" * 50 + "a",
        "M. Dupont vint. Il « dort ! » dit-il. ",
        ".",
        ". ",
        "A. ",
        "etc. ",
        "?! ",
        "\n",
        "\n\n",
        "\n- ",
        "a\nB",
        "(a. ",
        ".)",
        '"',
        '" . ',
        " - ",
        "; ",
        "a",
        "a ",
        ".[1]",
        "«\u00a0",
        "e\u0301",
    ],
)
def test_time_grows_in_proportion_to_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            segment(text)
            best = min(best, time.process_time() - begin)
        return best

    # Eight times the text: quadratic code would take 64 times as long, each time that it is
    # measured; a machine that is busy at one moment would not.
    assert any(seconds(32_000) < 24 * seconds(4_000) + 0.02 for _ in range(3))


def test_the_room_shows_its_public_face() -> None:
    assert set(room.__all__) == {
        "MAX_CHARS",
        "Bounded",
        "Piece",
        "Segmentation",
        "bounded",
        "segment",
        "split",
        "split_long",
    }
    assert all(hasattr(room, name) for name in room.__all__)


def test_tables_are_well_formed_and_read_once() -> None:
    tables = load_tables()
    assert tables is load_tables()
    assert set(tables.abbreviations.values()) == {
        "title",
        "forename",
        "place",
        "reference",
        "inside",
        "final",
        "unit",
        "closing",
    }
    assert not tables.starters & tables.particles
    assert not any(form.endswith(".") for form in tables.abbreviations)
    assert all(word[0].isupper() for word in tables.starters | tables.particles)


def test_a_table_that_breaks_its_format_is_refused_with_the_line() -> None:
    assert read_sections("# note\n[a]\nx y # z\nU+00A0 #\n") == {"a": ["x", "y", "\u00a0"]}
    with pytest.raises(ValueError, match="line 1"):
        read_sections("x\n[a]")
    with pytest.raises(ValueError, match=r"line 3: 'x' stands twice"):
        read_sections("[a]\nx\nx")
