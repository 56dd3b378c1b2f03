"""Sentences with French left over are translated again, or stay to be reported."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.glossary import replay
from pipeline.records import Edit, Hypothesis
from pipeline.table import from_plain

FRENCH = "Derrière cette démarche se cachent des enjeux colossaux."
DRAFT = "Behind this démarche hide colossal stakes."


class Stubborn:
    """Leaves *démarche* in French until it is banned; then gives the answers it was told."""

    def __init__(self, fake_engine_class, answers, draft=DRAFT):
        self.fake = fake_engine_class()
        self.answers = answers
        self.draft = draft

    def __getattr__(self, name):
        return getattr(self.fake, name)

    def translate(self, batch):
        self.fake.translate(batch)
        return [
            tuple(self.answers) if request.banned else (Hypothesis(text=self.draft, score=-0.5),)
            for request in batch
        ]

    @property
    def banned(self):
        return [r.banned for call in self.fake.calls for r in call if r.banned]


@pytest.fixture
def translate(translate):
    """The run, second look and all."""

    def call(*paths, **options):
        return translate(*paths, **{"second_look": "full", **options})

    return call


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "in" / "a.fr.txt"
    path.parent.mkdir()
    path.write_text(FRENCH + "\n", encoding="utf-8")
    return path


def english(tmp_path):
    return (tmp_path / "out" / "a.en.txt").read_text(encoding="utf-8").strip()


def row(tmp_path):
    return pl.read_parquet(tmp_path / "out" / "segments.parquet").row(0, named=True)


def test_an_answer_without_the_word_is_taken_and_its_history_kept(
    translate, fake_engine_class, article, tmp_path
):
    better = "Behind this approach hide colossal stakes."
    engine = Stubborn(fake_engine_class, [Hypothesis(text=better, score=-0.55)])
    report = translate(article, engine=engine)
    assert english(tmp_path) == better
    assert engine.banned == [("démarche",)]
    assert report.segments.looked_at_again == 1
    assert (report.segments.translated, report.segments.asked_again) == (1, 1)
    found = row(tmp_path)
    assert found["draft"] == DRAFT
    edits = [from_plain(Edit, edit) for edit in found["edits"]]
    assert [edit.rung for edit in edits] == ["second-look"]
    assert replay(found["draft"], edits) == better
    assert found["score"] == pytest.approx(-0.55)


@pytest.mark.parametrize(
    "answer",
    [
        Hypothesis(text="Behind this pedestrian hide colossal stakes.", score=-0.61),  # a guess
        Hypothesis(text="Behind this démarche hide giant stakes.", score=-0.5),  # no better
        Hypothesis(text="Behind these enjeux hide stakes.", score=-0.5),  # other French
        Hypothesis(text="Behind this approach.", score=-0.5, flags=("length",)),
        Hypothesis(text="", score=-0.5),
    ],
)
def test_an_answer_that_is_no_better_is_not_taken(
    translate, fake_engine_class, article, tmp_path, answer
):
    engine = Stubborn(fake_engine_class, [answer])
    report = translate(article, engine=engine)
    assert english(tmp_path) == DRAFT
    assert len(engine.banned) == 1
    assert report.segments.looked_at_again == 0


def test_the_best_of_several_answers_that_may_be_taken_is(
    translate, fake_engine_class, article, tmp_path
):
    answers = [
        Hypothesis(text="Behind this démarche hide giant stakes.", score=-0.5),
        Hypothesis(text="Behind this move hide colossal stakes.", score=-0.52),
        Hypothesis(text="Behind this step hide colossal stakes.", score=-0.53),
    ]
    translate(article, engine=Stubborn(fake_engine_class, answers))
    assert english(tmp_path) == "Behind this move hide colossal stakes."


def test_an_answer_that_loses_a_term_is_not_taken(translate, fake_engine_class, article, tmp_path):
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target\nenjeu,stake\n", encoding="utf-8")
    worse = Hypothesis(text="Behind this approach hide colossal issues.", score=-0.5)
    translate(article, engine=Stubborn(fake_engine_class, [worse]), glossary=(str(terms),))
    assert english(tmp_path) == DRAFT
    better = Hypothesis(text="Behind this approach hide colossal stakes.", score=-0.5)
    translate(
        article,
        engine=Stubborn(fake_engine_class, [better]),
        glossary=(str(terms),),
        force=True,
    )
    assert english(tmp_path) == better.text
    assert [term["status"] for term in row(tmp_path)["terms"]] == ["satisfied"]


def test_a_word_that_the_glossary_keeps_is_no_french_left_over(
    translate, fake_engine_class, article, tmp_path
):
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target,status\ndémarche,,dnt\n", encoding="utf-8")
    engine = Stubborn(fake_engine_class, [Hypothesis(text="never asked", score=-0.1)])
    translate(article, engine=engine, glossary=(str(terms),))
    assert english(tmp_path) == DRAFT
    assert engine.banned == []


def test_code_is_no_french_left_over(translate, fake_engine_class, tmp_path):
    path = tmp_path / "in" / "a.fr.md"
    path.parent.mkdir()
    path.write_text("Derrière cette `démarche` se cachent des enjeux.\n", encoding="utf-8")
    engine = Stubborn(fake_engine_class, [], draft="Behind this démarche hide stakes.")
    translate(path, engine=engine)
    assert engine.banned == []
    text = (tmp_path / "out" / "a.en.md").read_text(encoding="utf-8")
    assert text == "Behind this `démarche` hide stakes.\n"


def test_it_can_be_switched_off_and_on_again(translate, fake_engine_class, article, tmp_path):
    better = "Behind this approach hide colossal stakes."
    engine = Stubborn(fake_engine_class, [Hypothesis(text=better, score=-0.5)])
    translate(article, engine=engine, second_look="off")
    assert (english(tmp_path), engine.banned) == (DRAFT, [])
    translate(article, engine=engine, second_look="full")
    assert english(tmp_path) == better
    translate(article, engine=engine, second_look="off")
    assert english(tmp_path) == DRAFT


def test_what_was_looked_at_twice_is_remembered(translate, fake_engine_class, article, tmp_path):
    engine = Stubborn(
        fake_engine_class, [Hypothesis(text="Behind this move hide stakes.", score=-0.5)]
    )
    translate(article, engine=engine)
    asked = len(engine.fake.asked)
    copy = Path(article).with_name("b.fr.txt")
    copy.write_bytes(article.read_bytes())
    report = translate(str(article.parent), engine=engine)
    assert len(engine.fake.asked) == asked
    assert report.segments.looked_at_again == 2


def test_a_sentence_that_is_french_throughout_is_not_asked_for_again(
    translate, fake_engine_class, tmp_path
):
    path = tmp_path / "a.fr.txt"
    path.write_text("Cette démarche surprenante dévoile des enjeux colossaux.\n", encoding="utf-8")
    engine = Stubborn(fake_engine_class, [], draft="This démarche surprenante dévoile enjeux.")
    translate(path, engine=engine)
    assert engine.banned == []
