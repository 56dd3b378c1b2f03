"""The lexicon: what French words usually become. The sentences are our own."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline.lexicon as room
from pipeline.errors import InputError, ModelDamaged
from pipeline.lexicon import coverage, hints, tables
from pipeline.lexicon.build import build
from pipeline.records import Hint, Span

WRONG_SENSE = [
    # French, English with a wrong sense, the French word, an English lemma it usually becomes
    (
        "Le maire a inauguré la piscine municipale.",
        "The mayor opened the municipal pond.",
        "piscine",
        "pool",
    ),
    (
        "Le tribunal a condamné l'entreprise à une amende.",
        "The court sentenced the company to an almond.",
        "amende",
        "fine",
    ),
    (
        "Les grévistes ont bloqué l’autoroute près de Lyon.",
        "The strikers blocked the engine near Lyon.",
        "autoroute",
        "motorway",
    ),
    ("L’incendie a ravagé la forêt.", "The incident ravaged the forest.", "incendie", "fire"),
    (
        "Le chercheur a publié un article sur la rougeole.",
        "The researcher published an article on redness.",
        "rougeole",
        "measle",
    ),
]
RIGHT = [
    ("Le maire a inauguré la piscine municipale.", "The mayor opened the municipal pool."),
    (
        "Le tribunal a condamné l'entreprise à une amende.",
        "The court sentenced the company to a fine.",
    ),
    (
        "Les grévistes ont bloqué l’autoroute près de Lyon.",
        "The strikers blocked the motorway near Lyon.",
    ),
    ("L’incendie a ravagé la forêt.", "The fire ravaged the forest."),
    (
        "Le chercheur a publié un article sur la rougeole.",
        "The researcher published an article on measles.",
    ),
]


@pytest.mark.parametrize(("source", "target", "word", "english"), WRONG_SENSE)
def test_a_word_whose_sense_the_english_does_not_hold_is_a_hole(source, target, word, english):
    (hole,) = coverage(source, target).holes
    assert source[hole.span.start : hole.span.end] == hole.word == word
    assert english in hole.likeliest
    assert hole.weight > 2


@pytest.mark.parametrize(("source", "target"), RIGHT)
def test_a_right_translation_has_no_holes(source, target):
    assert coverage(source, target).holes == ()


@pytest.mark.parametrize(
    ("wrong", "right"), [(row[:2], good) for row, good in zip(WRONG_SENSE, RIGHT, strict=True)]
)
def test_the_right_translation_is_covered_better_both_ways(wrong, right):
    bad, good = coverage(*wrong), coverage(*right)
    assert bad.french < good.french <= 0
    assert bad.english <= good.english <= 0


def test_an_english_word_that_nothing_calls_for_is_extra():
    target = "The court sentenced the company to an almond."
    (extra,) = coverage("Le tribunal a condamné l'entreprise à une amende.", target).extra
    assert target[extra.span.start : extra.span.end] == "almond"
    assert extra.likeliest == ("amande",)


def test_covered_stretches_are_no_holes_and_no_extra():
    source, target = "Le musée montre une amende.", "The museum shows an almond."
    plain = coverage(source, target)
    term = Span(start=source.index("amende"), end=source.index("amende") + 6)
    place = Span(start=target.index("almond"), end=target.index("almond") + 6)
    kept = coverage(source, target, covered=[term], covered_target=[place])
    assert [hole.word for hole in plain.holes] == ["amende"]
    assert kept.holes == ()
    assert "almond" not in [extra.word for extra in kept.extra]
    assert (kept.french, kept.english) > (plain.french, plain.english)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Ils ont rencontré Monsieur Amende à Paris.", "They met Mr Almond in Paris."),  # a name
        ("Le cocktail s’appelle « Amende ».", "The cocktail is called 'Penalty'."),
        ("Il a vécu 1234 jours à 2,5 km.", "He lived 99 days there at 7 km."),  # numbers
        ("Le mot amende y figure.", "The word amende is in it."),  # stands unchanged
    ],
)
def test_names_numbers_and_words_that_stand_are_no_holes(source, target):
    assert {hole.word for hole in coverage(source, target).holes} & {"Amende", "amende"} == set()
    assert not any(c.isdigit() for hole in coverage(source, target).holes for c in hole.word)


def test_a_piece_of_a_word_with_an_apostrophe_is_no_hole():
    found = coverage("Une presqu'île et deux chefs-d’œuvre.", "A peninsula and two masterpieces.")
    assert found.holes == ()


def test_a_part_of_a_hyphenated_word_is_a_counterpart():
    assert coverage("Un pont vieux de 48 ans.", "A 48-year-old bridge.").holes == ()


def test_the_first_word_of_a_sentence_is_no_name():
    (hole,) = coverage("Amende annulée. Vide.", "Almond cancelled. Empty.").holes
    assert hole.word == "Amende"


def test_hints_give_the_word_as_it_stands_and_its_likeliest_english():
    found = coverage("Les grévistes ont bloqué les autoroutes.", "The mice blocked the engines.")
    assert hints(found.holes) == (
        Hint(source="grévistes", target="striker"),
        Hint(source="autoroutes", target="highway"),
    )


def test_hints_are_the_rarest_words_in_the_order_of_the_sentence():
    found = coverage("Les grévistes ont bloqué les autoroutes.", "The mice blocked the engines.")
    rarest = max(found.holes, key=lambda hole: hole.weight)
    assert [hint.source for hint in hints(found.holes, most=1)] == [rarest.word]


def test_empty_texts_have_nothing_to_cover():
    assert coverage("", "") == coverage("« … »", "'...'")
    assert coverage("", "").french == 0.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_a_coverage_whose_spans_are_its_words(source, target):
    found = coverage(source, target)
    assert found.french <= 0
    assert found.english <= 0
    assert all(source[h.span.start : h.span.end] == h.word for h in found.holes)
    assert all(target[e.span.start : e.span.end] == e.word for e in found.extra)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lemmas_are_those_of_simplemma_for_words_that_the_lexicon_knows(language):
    import simplemma

    words = {
        "fr": "chevaux données amendes journaux condamnée grévistes hôpitaux été l' qu' week-ends",
        "en": "courts children found went mayors strikers studies motorways swimming better",
    }[language].split()
    found = [tables.lemma(word, language) for word in words]
    assert found == [simplemma.lemmatize(word, lang=language).lower() for word in words]


def test_a_hyphenated_form_is_read_as_simplemma_reads_it():
    assert tables.lemma("co-fondateurs", "fr") in {"cofondateur", "co-fondateur"}
    assert tables.lemma("inconnu-zzyzx", "fr") == "inconnu-zzyzx"


def test_every_line_is_found_again():
    lists = tables._lists()
    for lines in (lists.french, lists.english, *lists.forms.values()):
        rows = lists.data[lines[0] + 1 : lines[1]].decode().split("\n")
        for row in (rows[0], rows[-1], *rows[:: len(rows) // 97]):
            key, *cells = row.split("\t")
            assert tables._cells(lines, key) == cells
        for absent in ("", "\x01", "zzzzzzzz", "\uffff"):
            assert tables._cells(lines, absent) == []


def test_importing_the_room_loads_neither_the_lexicon_nor_simplemma():
    code = (
        "import sys, pipeline.lexicon, pipeline.lexicon.tables as t; "
        "assert t._lists.cache_info().currsize == 0; "
        "pipeline.lexicon.coverage('La piscine.', 'The pond.'); "
        "assert 'simplemma' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))


def test_a_damaged_lexicon_is_said_to_be_damaged(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fr-en.lexicon.gz").write_bytes(gzip.compress(b"1\t2\n\nx"))
    monkeypatch.setattr(tables, "files", lambda _room: tmp_path)
    tables._lists.cache_clear()
    try:
        with pytest.raises(ModelDamaged, match="lexicon that comes with passerelle"):
            tables.totals()
    finally:
        tables._lists.cache_clear()


def test_building_gives_the_same_bytes_and_the_lists_in_order(tmp_path):
    (tmp_path / "lexicon.tsv.gz").write_bytes(
        gzip.compress(b"chat\t9\tcat:0.900\ttomcat:0.050\nchien\t3\tdog:1.000\n")
    )
    (tmp_path / "english.tsv.gz").write_bytes(gzip.compress(b"dog\t4\ncat\t10\n"))
    made = build(tmp_path)
    head, french, english, forms, _ = gzip.decompress(made).decode().split("\n\n")
    assert head.startswith("12\t14\t")
    assert french == "chat\t9\tcat\t900\ttomcat\t50\nchien\t3\tdog\t1000"
    assert english.split("\n")[0] == "cat\t10\t8.10\tchat\t1000"
    assert "chats\tchat" in forms.split("\n")
    assert made == build(tmp_path)


def test_building_without_counts_says_which_folder_is_wanted(tmp_path):
    with pytest.raises(InputError, match="cannot be read") as caught:
        build(tmp_path)
    assert "lexicon.tsv.gz" in caught.value.next_step


def test_the_face_of_the_room_is_what_it_says():
    assert all(hasattr(room, name) for name in room.__all__)
