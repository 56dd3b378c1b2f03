"""Touch-ups in a run: counted, replayed, off where a person or the settings say so."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.glossary import replay
from pipeline.memory import Approved, TranslationMemory
from pipeline.run.reporting.quality import with_quality
from pipeline.run.reporting.summary import render_summary
from pipeline.table import read_rows
from pipeline.translate import Translator
from pipeline.translate.translator import Hooks

FRENCH = "Le loyer est de 1.250,00 € par mois.\n\nM. Dupont arrive à 18 h 30 : « Bonjour ! »\n"
ENGLISH = {
    "Le loyer est de 1.250,00 € par mois.": "The rent is 1,250,00 € a month.",
    "M. Dupont arrive à 18 h 30 : « Bonjour ! »": "M. Dupont arrives at 18 h 30 : « Hello ! »",
}
RIGHT = "The rent is €1,250.00 a month.\n\nMr Dupont arrives at 6:30 p.m.: “Hello!”\n"


@pytest.fixture
def engine(fake_engine_class):
    return fake_engine_class(say=lambda source: ENGLISH.get(source, f"[{source}]"))


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(FRENCH, encoding="utf-8")
    return path


def english(tmp_path):
    return (tmp_path / "out" / "a.en.txt").read_text(encoding="utf-8")


def test_a_run_touches_up_and_counts_every_kind(translate, engine, article, tmp_path):
    report = translate(article, engine=engine)
    assert english(tmp_path) == RIGHT
    kinds = {"numbers": 1, "titles": 1, "hours": 1, "quotes": 2, "spaces": 2}
    assert dict(report.segments.touched_up) == kinds
    assert "Touch-ups: 7 places written as English does (quotes 2, spaces 2" in render_summary(
        report
    )
    with_quality(report)
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert dict(told["touch_ups"]) == kinds


def test_the_edits_of_the_table_replay(translate, engine, article, tmp_path):
    translate(article, engine=engine)
    for row in read_rows(tmp_path / "out" / "segments.parquet"):
        assert replay(row.draft, row.edits) == row.target
        assert {edit.rung for edit in row.edits} <= {
            f"touch-up:{name}" for name in ("numbers", "titles", "hours", "quotes", "spaces")
        }


def test_they_can_be_switched_off_and_another_setting_makes_the_output_anew_without_the_engine(
    translate, engine, article, tmp_path
):
    translate(article, engine=engine, touch_ups=False)
    assert english(tmp_path) == "\n\n".join(ENGLISH.values()) + "\n"
    asked = len(engine.asked)
    translate(article, engine=engine)
    assert english(tmp_path) == RIGHT
    translate(article, engine=engine, clock="24", variant="uk")
    assert english(tmp_path) == RIGHT.replace("6:30 p.m.", "18:30").replace("“Hello!”", "‘Hello!’")
    assert len(engine.asked) == asked


def test_what_a_person_has_approved_is_not_touched(translate, engine, article, tmp_path):
    memory = tmp_path / "memory.sqlite"
    with TranslationMemory(memory) as kept:
        source, said = next(iter(ENGLISH.items()))
        kept.approve([Approved(source=source, target=said)])
    translate(article, engine=engine, memory=str(memory))
    assert english(tmp_path).startswith("The rent is 1,250,00 € a month.\n")


def test_a_term_keeps_its_form_and_its_place(translate, engine, article, tmp_path):
    glossary = tmp_path / "terms.csv"
    glossary.write_text("source,target\nM. Dupont,M. Dupont\nmois,month\n", encoding="utf-8")
    report = translate(article, engine=engine, glossary=(str(glossary),))
    assert english(tmp_path) == RIGHT.replace("Mr Dupont", "M. Dupont")
    assert report.terms.violated == 0
    for row in read_rows(tmp_path / "out" / "segments.parquet"):
        for term in row.terms:
            assert row.target[term.target.start : term.target.end] == term.found


def test_markup_stands_around_what_was_touched(translate, fake_engine_class, tmp_path):
    (tmp_path / "a.md").write_text(
        "Le prix de **1 234,56 €** et `1 234,56 €` : *M. Dupont*, à [18 h 30](a.html).\n",
        encoding="utf-8",
    )
    said = "The price of 1 234,56 € and 1 234,56 €: M. Dupont, at 18 h 30."
    translate(tmp_path / "a.md", engine=fake_engine_class(say=lambda _: said))
    assert (tmp_path / "out" / "a.en.md").read_text(encoding="utf-8") == (
        "The price of **€1,234.56** and `1 234,56 €`: *Mr Dupont*, at [6:30 p.m](a.html).\n"
    )


def test_a_document_writes_a_name_as_it_wrote_it_first(translate, fake_engine_class, tmp_path):
    pairs = {
        "Hier, Élise Lefèvre a parlé.": "Yesterday, Élise Lefèvre spoke.",
        "Puis Lefèvre est partie.": "Then Lefevre left.",
        "Mais Lefèvre revient.": "But Lefevbre comes back.",
        "LEFÈVRE GAGNE": "LEFEVRE WINS",
    }
    (tmp_path / "a.txt").write_text("\n\n".join(pairs) + "\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Puis Lefèvre est partie.\n", encoding="utf-8")
    engine = fake_engine_class(say=pairs.get)
    translate(tmp_path / "a.txt", tmp_path / "b.txt", engine=engine)
    assert english(tmp_path).split("\n\n")[1:] == [
        "Then Lefèvre left.",
        "But Lefèvre comes back.",
        "LEFEVRE WINS\n",
    ]
    # Another document has not written it.
    assert (tmp_path / "out" / "b.en.txt").read_text(encoding="utf-8") == "Then Lefevre left.\n"


def test_apostrophes_are_the_documents(translate, fake_engine_class, tmp_path):
    for name, mark in (("a", "’"), ("b", "'")):
        (tmp_path / f"{name}.txt").write_text(f"L{mark}IA d{mark}OpenAI.\n", encoding="utf-8")
    engine = fake_engine_class(say=lambda source: "OpenAI's AI isn’t.")
    translate(tmp_path / "a.txt", tmp_path / "b.txt", engine=engine)
    texts = [(tmp_path / "out" / f"{n}.en.txt").read_text(encoding="utf-8") for n in "ab"]
    assert texts == ["OpenAI’s AI isn’t.\n", "OpenAI's AI isn't.\n"]


def test_settings_say_what_they_must_be(tmp_path, monkeypatch):
    assert Settings.of(variant="UK", clock=24).clock == "24"
    assert Settings.of(variant="UK").variant == "uk"
    with pytest.raises(ConfigError, match=r"variant must be one of us, uk, not 'fr'"):
        Settings.of(variant="fr")
    with pytest.raises(ConfigError, match=r"clock must be one of 12, 24, not '13'"):
        Settings.of(clock=13)


def test_numbers_of_lines_without_a_word_are_written_too(translate, engine, tmp_path):
    (tmp_path / "a.txt").write_text("1.250,00 €\n\n2,5 %\n\n« 3 : 1 »\n", encoding="utf-8")
    translate(tmp_path / "a.txt", engine=engine)
    assert english(tmp_path) == "€1,250.00\n\n2.5%\n\n« 3 : 1 »\n"
    assert pl.read_parquet(tmp_path / "out" / "segments.parquet")["engine"].unique().to_list() == [
        "copy"
    ]


def test_a_python_caller_says_it_by_keyword(engine):
    from pipeline.translate.engine_choice import ChosenEngine

    chosen = ChosenEngine(engine=engine, why="the fake engine")
    hooks = Hooks(open_engine=lambda _settings, _say: chosen)
    with Translator(hooks=hooks, glossary=(), clock=24, second_look="off") as translator:
        assert str(translator.translate(FRENCH)) == RIGHT.replace("6:30 p.m.", "18:30")
