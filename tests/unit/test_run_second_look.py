"""Sentences with French left over are translated again, or stay to be reported."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.engines import Abilities, Quick
from pipeline.glossary import replay
from pipeline.records import Decoding, Edit, Hint, Hypothesis
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


# --- meaning ------------------------------------------------------------------------

BAKER = "Le boulanger a acheté une forêt."
WRONG = Hypothesis(text="The butcher bought a forest.", score=-0.3)
RIGHT = Hypothesis(text="The baker bought a forest.", score=-0.32)
GREEDY = Quick(decoding=Decoding(beam=1), unsure=-0.35)


class Scripted:
    """Answers a first, quick request with one text, and a request in full with others."""

    def __init__(self, fake_engine_class, quick, full, *, hints=True):
        self.fake = fake_engine_class()
        self.quick, self.full = quick, full
        self.abilities = Abilities(scores=True, nbest=True, bans=True, hints=hints)
        self.asked = []

    def __getattr__(self, name):
        return getattr(self.fake, name)

    def translate(self, batch):
        self.asked += batch
        return [
            (self.quick,) if r.decoding == GREEDY.decoding else tuple(self.full[: r.hypotheses])
            for r in batch
        ]


@pytest.fixture
def baker(tmp_path):
    path = tmp_path / "in" / "a.fr.txt"
    path.parent.mkdir()
    path.write_text(BAKER + "\n", encoding="utf-8")
    return path


def test_a_word_without_counterpart_is_suggested_once_and_the_better_answer_taken(
    translate, fake_engine_class, baker, tmp_path
):
    engine = Scripted(fake_engine_class, WRONG, [WRONG, RIGHT])
    report = translate(baker, engine=engine, quick=GREEDY)
    assert english(tmp_path) == RIGHT.text
    first, again = engine.asked
    assert (first.hypotheses, first.hints) == (1, ())
    assert (again.decoding, again.hypotheses) == (None, 2)
    assert again.hints == (Hint(source="boulanger", target="baker"),)
    assert report.segments.looked_at_again == 1
    found = row(tmp_path)
    edits = [from_plain(Edit, edit) for edit in found["edits"]]
    assert (found["draft"], replay(found["draft"], edits)) == (WRONG.text, RIGHT.text)
    assert found["coverage"] > -2.0


def test_what_the_engine_is_sure_of_is_not_asked_for_again(
    translate, fake_engine_class, baker, tmp_path
):
    sure = Hypothesis(text="The baker bought a forest.", score=-0.1)
    engine = Scripted(fake_engine_class, sure, [RIGHT])
    translate(baker, engine=engine, quick=GREEDY)
    assert (english(tmp_path), len(engine.asked)) == (sure.text, 1)


def test_an_engine_that_reads_no_hints_is_asked_in_full_without_them(
    translate, fake_engine_class, baker, tmp_path
):
    engine = Scripted(fake_engine_class, WRONG, [WRONG, RIGHT], hints=False)
    translate(baker, engine=engine, quick=GREEDY)
    assert [r.hints for r in engine.asked] == [(), ()]
    assert english(tmp_path) == RIGHT.text


@pytest.mark.parametrize(
    "answer",
    [
        Hypothesis(text="The mayor bought.", score=-4.0),  # surer of the first
        Hypothesis(text="The baker bought a forest.", score=-0.32, flags=("loop",)),
        Hypothesis(text="The baker bought a forest.", score=None),
    ],
)
def test_an_answer_that_is_not_better_by_the_same_measure_is_not_taken(
    translate, fake_engine_class, baker, tmp_path, answer
):
    engine = Scripted(fake_engine_class, WRONG, [answer])
    translate(baker, engine=engine, quick=GREEDY)
    assert len(engine.asked) == 2
    assert english(tmp_path) == WRONG.text


def test_without_a_quick_pass_only_words_without_counterpart_cost_a_second_look(
    translate, fake_engine_class, baker, tmp_path
):
    engine = Scripted(fake_engine_class, WRONG, [WRONG, WRONG])
    translate(baker, engine=engine)
    assert [r.hypotheses for r in engine.asked] == [2, 2]
    assert engine.asked[1].hints == (Hint(source="boulanger", target="baker"),)
    engine = Scripted(fake_engine_class, RIGHT, [RIGHT])
    translate(baker, engine=engine, force=True)
    assert len(engine.asked) == 1


def test_the_glossary_is_told_from_the_start_and_again_with_suggestions(
    translate, fake_engine_class, baker, tmp_path
):
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target\nforêt,woodland\n", encoding="utf-8")
    wood = Hypothesis(text="The baker bought a woodland.", score=-0.3)
    engine = Scripted(fake_engine_class, WRONG, [wood])
    translate(baker, engine=engine, quick=GREEDY, glossary=(str(terms),))
    told = Hint(source="forêt", target="woodland")
    assert engine.asked[0].hints == (told,)
    assert engine.asked[-1].hints[0] == told
    assert english(tmp_path) == wood.text


def test_only_french_looks_at_no_meaning(translate, fake_engine_class, baker, tmp_path):
    engine = Scripted(fake_engine_class, WRONG, [WRONG])
    translate(baker, engine=engine, quick=GREEDY, second_look="french")
    assert [(r.decoding, r.hypotheses) for r in engine.asked] == [(None, 2)]


def test_among_several_answers_the_one_that_holds_the_words_is_chosen(
    translate, fake_engine_class, baker, tmp_path
):
    for second in ("off", "french"):
        engine = Scripted(fake_engine_class, WRONG, [WRONG, RIGHT], hints=False)
        translate(baker, engine=engine, second_look=second, force=True)
        assert english(tmp_path) == RIGHT.text
        assert row(tmp_path)["draft"] == RIGHT.text
    flagged = Hypothesis(text=RIGHT.text, score=-0.3, flags=("loop",))
    unknown = Hypothesis(text=RIGHT.text, score=None)
    for other in (flagged, unknown):
        engine = Scripted(fake_engine_class, WRONG, [WRONG, other], hints=False)
        translate(baker, engine=engine, second_look="off", force=True)
        assert english(tmp_path) == WRONG.text
