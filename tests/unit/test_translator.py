"""The sentence's way: once for a sentence, the same from every door, and easy from Python."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline import Translator, records
from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError, InputError
from pipeline.glossary.match.matcher import Matcher
from pipeline.run.reporting.progress import Quiet
from pipeline.run.stream import translate_bytes
from pipeline.table import read_rows
from pipeline.translate import ChosenEngine, Hooks

ROOT = Path(__file__).parents[2]
ARTICLE = """# xAI lance Grok

Le modèle `données` de xAI a bouleversé le paysage numérique. OpenAI répond !

- Une [levée de fonds](https://example.org) de 3 milliards d’euros.
- Meta n’a pas **commenté**.
"""
GLOSSARY = (
    "source,target\nlevée de fonds,funding round\nxAI,xAI\nOpenAI,OpenAI\nGrok,Grok\nMeta,Meta\n"
)


@pytest.fixture
def desk(tmp_path, monkeypatch, fake_engine_class):
    """A folder with an article and a glossary; ``open`` gives a translator in it."""
    monkeypatch.chdir(tmp_path)
    Path("terms.csv").write_text(GLOSSARY, encoding="utf-8")
    Path("a.fr.md").write_text(ARTICLE, encoding="utf-8")
    engine = fake_engine_class()

    def opener(_settings, _say):
        return ChosenEngine(engine=engine, why="the fake engine", window=4, step_tokens=30)

    class Desk:
        folder = tmp_path
        asked = engine.asked

        @staticmethod
        def open(**options) -> Translator:
            options.setdefault("glossary", "terms.csv")
            options.setdefault("second_look", "off")
            return Translator(hooks=Hooks(open_engine=opener), **options)

    Desk.opener = staticmethod(opener)
    return Desk


def facts(translations):
    return [(t.source, t.target, t.terms, t.findings, t.confidence) for t in translations]


# --- once ------------------------------------------------------------------------------


def test_a_sentence_makes_one_segment_one_translation_one_row_and_is_matched_once(
    translate, desk, monkeypatch
):
    made = Counter()
    for kind in (records.Segment, records.Translation):
        monkeypatch.setattr(kind, "__init__", counted(kind, made))
    seen = Counter()
    match = Matcher.match

    def counting(self, source, *more):
        seen[source] += 1
        return match(self, source, *more)

    monkeypatch.setattr(Matcher, "match", counting)
    article = desk.folder / "in" / "a.fr.txt"
    article.parent.mkdir()
    text = "xAI a lancé Grok. OpenAI a répondu.\n\nMeta n’a rien dit. Il pleut sur Paris.\n"
    article.write_text(text, encoding="utf-8")
    report = translate(article, glossary=(str(desk.folder / "terms.csv"),))
    assert report.segments.total == 4
    assert made["Segment"] == 4
    rows = pl.read_parquet(desk.folder / "out" / "segments.parquet")
    assert made["Translation"] == 4
    assert rows.height == 4
    assert set(seen.values()) == {1}
    assert len(seen) == 4


def counted(kind, made):
    original = kind.__init__

    def init(self, *args, **values):
        made[kind.__name__] += 1
        original(self, *args, **values)

    return init


# --- the same from every door ------------------------------------------------------------


def test_batch_standard_input_and_translator_give_the_same_sentences(translate, desk):
    with desk.open() as translator:
        whole = translator.translate(ARTICLE, format="markdown")
        from_file = translator.translate_file("a.fr.md", "a.en.md")
    translate("a.fr.md", glossary=("terms.csv",), out="out")
    batch = list(read_rows(desk.folder / "out" / "segments.parquet"))
    stream = translate_bytes(
        ARTICLE.encode(),
        load_settings({"glossary": ("terms.csv",), "second_look": "off", "out": "nowhere"}),
        open_engine=desk.opener,
        reporter=Quiet(sys.stderr),
        name="stdin.md",
    )
    assert facts(whole.sentences) == facts(from_file.sentences) == facts(batch)
    english = (desk.folder / "out" / "a.en.md").read_text(encoding="utf-8")
    assert whole.text == from_file.text == english == stream.data.decode()
    assert Path("a.en.md").read_text(encoding="utf-8") == english
    assert [t.occurrence.term for t in whole.terms][:2] == ["xAI", "Grok"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="aé .!?\n'xAI", max_size=40), max_size=8))
def test_texts_together_come_out_as_texts_alone_in_order(fake_engine_class, texts):
    def opened() -> Translator:
        chosen = ChosenEngine(engine=fake_engine_class(), why="", window=3, step_tokens=20)
        hooks = Hooks(open_engine=lambda _settings, _say: chosen)
        return Translator(Settings(glossary=(), second_look="off"), hooks=hooks)

    with opened() as together, opened() as alone:
        many = list(together.translate_many(texts))
        assert [m.source for m in many] == texts
        assert [str(m) for m in many] == [str(alone.translate(text)) for text in texts]


# --- from Python -------------------------------------------------------------------------


def test_many_texts_are_taken_lazily_and_batched(desk):
    taken = []

    def texts():
        for number in range(100):
            taken.append(number)
            yield f"Phrase numéro {number}."

    with desk.open() as translator:
        results = translator.translate_many(texts())
        assert str(next(results)) == "[Phrase numéro 0.]"
        assert len(taken) == 4  # a window of the engine, no more
        assert len(list(results)) == 99


def test_a_result_shows_source_english_terms_and_findings_in_a_notebook(desk):
    with desk.open() as translator:
        result = translator.translate("xAI a dit <b>bonjour</b> à 3 chats & chiens.")
    page = result._repr_html_()
    assert "<mark>xAI</mark>" in page
    assert "&lt;b&gt;bonjour&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "left in French" in page
    assert str(result) == result.text
    assert 0 < result.confidence < 1


def test_an_empty_text_is_an_empty_text(desk):
    with desk.open() as translator:
        result = translator.translate("")
    assert (result.text, result.sentences, result.confidence) == ("", (), 1.0)


def test_half_a_character_and_an_unknown_option_are_named(desk):
    with desk.open() as translator, pytest.raises(InputError, match="half a character"):
        translator.translate("a\ud800b")
    with pytest.raises(ConfigError, match="beem"):
        desk.open(beem=2)
    with pytest.raises(ConfigError, match="beam"):
        desk.open(beam="two")


def test_a_named_memory_is_made_and_answers_the_next_translator(desk):
    with desk.open(memory="memory.db") as translator:
        translator.translate("Il pleut.")
    asked = len(desk.asked)
    with desk.open(memory=desk.folder / "memory.db") as translator:
        (sentence,) = translator.translate("Il pleut.").sentences
    assert sentence.memory
    assert len(desk.asked) == asked


def test_without_a_name_no_memory_is_made(desk):
    with desk.open() as translator:
        translator.translate("Il pleut.")
    assert sorted(p.name for p in desk.folder.iterdir()) == ["a.fr.md", "terms.csv"]


def test_somebody_elses_file_is_kept_and_its_own_is_replaced(desk):
    Path("a.en.md").write_text("Somebody's own translation.", encoding="utf-8")
    with desk.open() as translator:
        with pytest.warns(UserWarning, match=r"kept as a.en.md.kept-1"):
            translator.translate_file("a.fr.md", "a.en.md")
        Path("a.fr.md").write_text("Il neige.\n", encoding="utf-8")
        translator.translate_file("a.fr.md", "a.en.md")
    assert Path("a.en.md.kept-1").read_text(encoding="utf-8") == "Somebody's own translation."
    assert not Path("a.en.md.kept-2").exists()
    assert Path("a.en.md").read_text(encoding="utf-8") == "[Il neige.]\n"
    with desk.open() as translator, pytest.raises(InputError, match="replace its source"):
        translator.translate_file("a.fr.md", "a.fr.md")


def test_threads_may_share_a_translator(desk):
    results = {}

    def work(number):
        results[number] = str(translator.translate(f"Fil numéro {number}. Encore."))

    with desk.open() as translator:
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {n: f"[Fil numéro {n}.] [Encore.]" for n in range(8)}


# --- the face ------------------------------------------------------------------------------


def test_every_name_of_the_face_is_there():
    assert {"Translator", "Translated", "__version__"} <= set(dir(pipeline))
    assert all(getattr(pipeline, name) for name in pipeline.__all__)


def test_importing_the_package_loads_next_to_nothing():
    code = (
        "import sys, time; began = time.process_time(); import pipeline; "
        "print(time.process_time() - began, *(m for m in sys.modules if m.startswith('pipeline')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    seconds, *modules = done.stdout.split()
    assert float(seconds) < 0.05
    assert modules == ["pipeline"]
