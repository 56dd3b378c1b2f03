"""Expressions whose words don't give their sense. The sentences are our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon import coverage, hints
from pipeline.lexicon.idioms import _idioms, idioms
from pipeline.records import Span

LISTED = sorted({i for found in _idioms().values() for i in found}, key=lambda i: i.french)


@pytest.mark.parametrize("idiom", LISTED, ids=lambda idiom: idiom.french)
def test_every_listed_expression_is_found_in_its_own_words_and_its_english_shows_its_sense(idiom):
    words = {"SE": "se", "POSS": "son"}
    text = " ".join(words.get(w, w).split("/")[0] for w in idiom.french.split())
    found = idioms(f"On dit {text}.")
    assert any(seen.idiom.words == idiom.words for seen in found), [s.idiom.french for s in found]
    assert idiom.signs.search(idiom.english)


@pytest.mark.parametrize(
    ("french", "stands", "wrong", "right"),
    [
        (
            "Le maire a finalement jeté l’éponge.",
            "jeté l’éponge",
            "The mayor finally threw the sponge.",
            "The mayor has finally given up.",
        ),
        (
            "Faute de neige, la station a fermé.",
            "Faute de",
            "Snowfall, the resort closed.",
            "With no snow, the resort closed.",
        ),
        (
            "Ils se sont renvoyé la balle toute la soirée.",
            "se sont renvoyé la balle",
            "They sent the bullet all evening.",
            "They blamed each other all evening.",
        ),
        (
            "L’usine est au bord du dépôt de bilan.",
            "dépôt de bilan",
            "The plant is on the verge of the stock market.",
            "The plant is on the verge of bankruptcy.",
        ),
        (
            "Il a écopé de deux ans avec sursis.",
            "avec sursis",
            "He got two years on remand.",
            "He got a two-year suspended sentence.",
        ),
        (
            "Des projets se chiffrant en milliards.",
            "se chiffrant en",
            "Projects encrypting billions.",
            "Projects running into billions.",
        ),
        (
            "Elle a rendu son tablier hier.",
            "rendu son tablier",
            "She returned her apron yesterday.",
            "She quit yesterday.",
        ),
        (
            "Ils se prennent les pieds dans le tapis.",
            "se prennent les pieds dans le tapis",
            "They take their feet in the carpet.",
            "They trip over themselves.",
        ),
    ],
)
def test_a_lost_expression_is_a_hole_with_its_english_and_a_held_one_is_none(
    french, stands, wrong, right
):
    bad, good = coverage(french, wrong), coverage(french, right)
    (hole,) = [h for h in bad.holes if h.idiom]
    assert french[hole.span.start : hole.span.end] == stands
    assert not [h for h in good.holes if h.idiom]
    assert good.french > bad.french
    assert stands in [h.source for h in hints(bad.holes)]


def test_the_words_of_an_expression_are_no_holes_of_their_own():
    seen = coverage("Le club a jeté l’éponge.", "The club gave up.")
    assert "éponge" not in [h.word for h in seen.holes]


def test_what_the_glossary_answers_for_is_no_expression():
    french = "Le maire a jeté l’éponge."
    seen = coverage(french, "The mayor threw the sponge.", covered=[Span(start=10, end=23)])
    assert not [h for h in seen.holes if h.idiom]


@pytest.mark.parametrize(
    "french",
    [
        "Il a jeté une pierre.",
        "Le dépôt de la ville a brûlé.",
        "Elle a lavé l’éponge.",
        "Il rend un livre à son père.",
        "La balle est partie.",
        "Un tapis rouge couvre les pieds.",
        "Le bilan est bon.",
    ],
)
def test_the_same_words_in_another_order_or_alone_are_no_expression(french):
    assert idioms(french) == ()


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at(text):
    for seen in idioms(text):
        assert 0 <= seen.span.start < seen.span.end <= len(text)


@pytest.mark.parametrize(
    ("french", "english", "told"),
    [
        ("Des projets se chiffrant en milliards.", "Projects of billions.", "amounting to"),
        (
            "En jetant l’éponge, il part.",
            "Throwing the sponge, he leaves.",
            "throwing in the towel",
        ),
        ("Faute de neige, on ferme.", "Snow, we close.", "For lack of"),
        ("Il a fait long feu.", "He made a long fire.", "fizzle out"),
    ],
)
def test_a_suggestion_has_the_form_of_the_french(french, english, told):
    assert [h.target for h in hints(coverage(french, english).holes)][:1] == [told]


def test_a_suggestion_is_one_line_where_the_sentence_stands_on_several():
    (hint,) = hints(coverage("Des projets se\nchiffrant en milliards.", "Projects.").holes)[:1]
    assert (hint.source, hint.target) == ("se chiffrant en", "amounting to")
