"""What an engine does not say that it can is not asked for: ladder, second look, choice."""

from __future__ import annotations

from itertools import product

import pytest

from pipeline.engines import Abilities, GuardedEngine
from pipeline.records import Decoding, Hypothesis

TEXT = (
    "La pépite a levé des fonds.\n\n"
    "Le chat dort sur la table du salon.\n\n"
    "Cette démarche surprenante a étonné tout le monde hier.\n\n"
    "Le boulanger a acheté une forêt.\n\n"
    "Le directeur a présenté un chat à la presse.\n"
)
TERMS = "source,target,status\nchat,tomcat,\npépite,start-up,\n*,bad,forbidden\n"
GLOSSARY = {"tomcat", "start-up"}
SAID = {  # terms missed, French left over, a forbidden word: every rung has something to do
    "chat dort": "The bad tomcat sleeps on the table of the living room.",
    "pépite": "The bad nugget raised funds.",
    "démarche": "This surprising démarche astonished everybody yesterday.",
    "boulanger": "The butcher bought a forest.",
    "presse": "The director presented a cat to the presse.",
}


def say(source):
    return next((english for word, english in SAID.items() if word in source), "The cat sleeps.")


def _suggested(request):
    """Say whether words are suggested that stand in no glossary."""
    return any(h.target not in GLOSSARY for h in request.hints)


@pytest.fixture
def asked(fake_engine_class, translate, tmp_path):
    """Run with an engine of some abilities; give every request that it got."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "terms.csv").write_text(TERMS, encoding="utf-8")

    def call(abilities, scores):
        class Able(fake_engine_class):
            def translate(self, batch):
                answers = super().translate(batch)
                return [
                    tuple(Hypothesis(text=h.text, score=h.score if scores else None) for h in a)
                    for a in answers
                ]

        Able.abilities = abilities
        engine = Able(say=say, decoding=Decoding(beam=3))
        name = "-".join(abilities) or "none"
        translate(
            tmp_path / "a.txt",
            engine=GuardedEngine(engine),
            glossary=(str(tmp_path / "terms.csv"),),
            second_look="full",
            out=tmp_path / name,
        )
        target = (tmp_path / name / "a.en.txt").read_text("utf-8")
        return [r for calls in engine.calls for r in calls], target

    return call


def test_all_that_is_there_is_used(asked):
    requests, _ = asked(Abilities(scores=True, nbest=True, bans=True, hints=True), True)
    assert any("bad" in r.banned for r in requests), "a rung of the ladder"
    assert any("démarche" in r.banned for r in requests), "the second look"
    assert any(h.target in GLOSSARY for r in requests for h in r.hints)
    assert any(_suggested(r) for r in requests), "the second look"
    assert any(r.hypotheses > 1 for r in requests)


@pytest.mark.parametrize("can", list(product([False, True], repeat=4)))
def test_nothing_is_asked_that_is_not_there(asked, can):
    scores, nbest, bans, hints = can
    requests, target = asked(Abilities(scores=scores, nbest=nbest, bans=bans, hints=hints), scores)
    assert requests
    assert bans or not any(r.banned for r in requests)
    assert hints or not any(r.hints for r in requests)
    assert nbest or all(r.hypotheses == 1 for r in requests)
    # Of two answers without scores none is better: only what takes French out is asked again.
    assert scores or not any(_suggested(r) and not r.banned for r in requests)
    assert target.count("\n") == TEXT.count("\n"), "no sentence is lost"
    assert all(line.strip() for line in target.split("\n\n"))


def test_the_guard_can_what_its_engine_can(fake_engine_class):
    for can in product([False, True], repeat=5):
        fake = fake_engine_class()
        fake.abilities = Abilities(
            **dict(zip(("scores", "nbest", "bans", "hints", "exact"), can, strict=True))
        )
        assert GuardedEngine(fake).abilities is fake.abilities
        assert len(list(fake.abilities)) == sum(can)
