"""The check ``meaning``: rare French words that nothing in the English answers."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError, ModelDamaged
from pipeline.lexicon import missing
from pipeline.lexicon import senses as room
from pipeline.lexicon.build_senses import build
from pipeline.quality import Pair
from pipeline.quality.checks import CHECKS
from pipeline.quality.checks.senses import senses

LOST = [
    # French, English without the word's sense, the word
    ("Le fermier a acheté trois moutons.", "The farmer bought three buttons.", "moutons"),
    ("Les moustiques transmettent la maladie.", "Goose bumps transmit disease.", "moustiques"),
    ("Il mange du fromage.", "He eats bread.", "fromage"),
    ("Le requin a mordu un nageur.", "The shark bit a swine.", "nageur"),
    ("Le boulanger vend du pain.", "The butler sells bread.", "boulanger"),
    ("Elle porte une jupe.", "She wears a jumper.", "jupe"),
    ("Le voleur a fui.", "The flyer fled.", "voleur"),
    ("L’évêque a béni la foule.", "The event blessed the crowd.", "évêque"),
    (
        "Il s’est pris les pieds dans le tapis.",
        "He took his feet in the carpet.",
        "s’est pris les pieds dans le tapis",
    ),
    (
        "Des investissements se chiffrant en milliards.",
        "Investments blurring in billions.",
        "se chiffrant en",
    ),
]
HELD = [
    # the word itself, a synonym, another part of speech, a name, a number, an idiom
    ("Il a tiré avec une arbalète.", "He fired with a crossbow."),
    ("Le fermier a acheté trois moutons.", "The farmer bought three sheep."),
    ("Elle a posé un coussin sur la chaise.", "She put a cushion on the chair."),
    ("Les moustiques transmettent la maladie.", "Mosquitoes transmit the disease."),
    ("Le voleur a pris le collier.", "The thief took the necklace."),
    ("Le voleur a pris le collier.", "The robber took the necklace."),
    ("Une journée ensoleillée.", "A day of sunshine."),
    ("Les avocats ont été incarcérés.", "The lawyers were imprisoned."),
    ("Il vit dans une grotte.", "He lives in a cave."),
    ("Le navire a sombré.", "The ship sank."),
    ("Le bateau a coulé.", "The vessel went down."),
    ("M. Mouton est arrivé à Lyon.", "Mr Mouton arrived in Lyon."),
    ("Un Boulanger est venu, dit le maire Boulanger.", "A Boulanger came, says mayor Boulanger."),
    ("En effet, il a mis à jour le site au moyen de ce lien.", "Indeed, he updated the site."),
    ("Il a vendu 3 000 voitures.", "He sold 3,000 cars."),
    ("Elle en a eu plein le dos.", "She was fed up with it."),
    ("Le lendemain, il faisait beau.", "The weather was fine the next day."),
    # a number or an hour in words, a denied word
    ("La réunion commence à midi.", "The meeting starts at 12 p.m."),
    ("Ils étaient soixante et onze.", "There were 71 of them."),
    ("Il n'a pas tort.", "He is right."),
    ("Il n’est pas mécontent.", "He is pleased."),
    ("Ne bougez pas !", "Stay still!"),
]
COINED = [
    ("Une tentative de rapprocher les camps.", "An attempt to rapproche the camps.", "rapproche"),
    ("Un condamné.", "A condenmer.", "condenmer"),
    ("Le ministre a été limogé.", "The minister was limogued.", "limogued"),
]
ENGLISH = [
    ("Un ministre.", "A minister who is pro-European, well-paid and self-made."),
    ("Le sikhisme.", "Sikhism and its colourful, colorful festivals."),
    (
        "Voyez www.exemple.fr et le fichier.",
        "See www.zzxample.fr and data_filez.txt and @someuzer.",
    ),
    ("Le café naïf.", "The naïve café; a cliché, a résumé, a façade."),
    ("Un hangi est un repas.", "A hangi is a meal."),
    ("Les deux.", "The outsole and the midsole."),
    ("Habilement.", "Skilfully organising, analysing and colourfully, skilfully; favouring."),
    ("Voilà.", "He didn't, it isn't, they've gone; O'Brien's."),
]


def found(source, target, **more):
    return list(senses.find(Pair(source=source, target=target, **more)))


@pytest.mark.parametrize(("source", "target", "word"), LOST)
def test_a_rare_word_without_counterpart_is_pointed_at(source, target, word):
    spans = [finding.source for finding in found(source, target) if finding.source]
    assert word in [source[span.start : span.end] for span in spans]


@pytest.mark.parametrize(("source", "target"), HELD + ENGLISH)
def test_what_is_rendered_freely_or_is_english_is_let_be(source, target):
    assert found(source, target) == []


@pytest.mark.parametrize(("source", "target", "word"), COINED)
def test_a_word_that_is_no_english_is_pointed_at(source, target, word):
    spans = [finding.target for finding in found(source, target) if finding.target]
    assert [target[span.start : span.end] for span in spans] == [word]


def test_the_message_names_the_word_and_its_usual_english():
    (finding,) = found("Il mange du fromage.", "He eats bread.")
    assert finding.message == "“fromage” (cheese) has no counterpart"
    assert (finding.check, finding.severity) == ("meaning", "info")


def test_terms_and_forms_that_the_glossary_keeps_are_let_be():
    source, target = "Il mange du fromage.", "He eats zorblatt."
    start = source.index("fromage")
    assert len(found(source, target)) >= 1
    spans = ((start, start + len("fromage")),)
    kept = ((target.index("zorblatt"), target.index("zorblatt") + len("zorblatt")),)
    assert found(source, target, term_spans=spans, kept_spans=kept) == []


def test_it_runs_unless_switched_off():
    assert [check.name for check in CHECKS if check.name == "meaning" and check.default]


@given(st.text(max_size=80), st.text(max_size=80))
def test_spans_lie_in_the_texts_and_nothing_breaks(source, target):
    for finding in found(source, target):
        for span, text in ((finding.source, source), (finding.target, target)):
            assert span is None or 0 <= span.start < span.end <= len(text)


@given(st.sampled_from([source for source, _, word in LOST if " " not in word]))
def test_a_sentence_that_stands_unchanged_misses_nothing(source):
    assert missing(source, source) == ()


def test_importing_the_package_and_the_check_reads_no_lexicon():
    code = (
        "import pipeline, pipeline.quality.checks\n"
        "from pipeline.lexicon import senses, tables\n"
        "print(senses._table.cache_info().currsize, tables._lists.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.split() == ["0", "0"]


def test_a_damaged_file_is_an_error_that_says_so(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "senses.xz").write_bytes(b"no archive")
    monkeypatch.setattr(room, "files", lambda _: tmp_path)
    room._table.cache_clear()
    try:
        with pytest.raises(ModelDamaged, match="cannot be read"):
            room._table()
    finally:
        room._table.cache_clear()


SYNSETS = {
    "noun": (
        "00000001 06 n 01 cheese 0 001 @ 00000002 n 0000 | a food\n"
        "00000002 06 n 02 food 0 fare 0 000 | what is eaten\n"
    ),
    "verb": "00000003 30 v 01 shoot 0 000 01 + 08 00 | to fire\n",
    "adj": "",
    "adv": "",
}


def test_the_file_is_built_from_pairs_and_wordnet(tmp_path, monkeypatch):
    for name, text in SYNSETS.items():
        (tmp_path / f"data.{name}").write_text("  1 a licence\n" + text, "latin-1")
    pairs = [["Un fromage est là.", "A cheese is there."]] * 40
    pairs += [["Le jour.", f"The day {'food fare' * (i < 2)}."] for i in range(400)]
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, pairs)).encode()))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "senses.xz").write_bytes(build(path, tmp_path))
    monkeypatch.setattr(room, "files", lambda _: tmp_path)
    room._table.cache_clear()
    room._answers.cache_clear()
    try:
        thing, answers = room._answers("fromage")
        assert thing
        assert {"chees", "food", "fare", "froma"} <= answers
        assert room._answers("jour") == (False, frozenset()), "too common to tell anything"
        assert missing("Un fromage.", "A stone.") != ()
        assert missing("Un fromage.", "A food.") == ()
    finally:
        room._table.cache_clear()
        room._answers.cache_clear()


def test_a_folder_without_wordnet_is_an_error_with_a_next_step(tmp_path):
    with pytest.raises(InputError, match="cannot be read") as caught:
        build(tmp_path / "none.gz", tmp_path)
    assert caught.value.next_step
