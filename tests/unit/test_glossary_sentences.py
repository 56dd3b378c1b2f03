"""Hand-written sentences: what must be seen in each, and what must become of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from making import draft

from pipeline.glossary import enforce, load_termbase, replay
from pipeline.records import Hypothesis

DATA = Path(__file__).parents[1] / "data" / "glossary"
CASES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def termbase():
    return load_termbase([DATA / "terms.csv"])


def run(case, termbase):
    """Enforce the glossary with an engine that knows one more answer at most."""
    asked = []

    def translate(batch):
        asked.extend(batch)
        return [(Hypothesis(text=case.get("again", case["draft"]), score=-1.0),) for _ in batch]

    (done,) = enforce([draft(case["fr"], case["draft"])], termbase, translate)
    return done, asked


def test_there_are_enough_sentences_and_none_stands_twice():
    assert len(CASES) >= 120
    assert len({c["fr"] for c in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["fr"][:40])
def test_a_sentence_comes_out_as_the_glossary_wants(case, termbase):
    found = [m.occurrence for m in termbase.match(case["fr"]).matches]
    assert [o.text for o in found] == case["seen"]

    done, asked = run(case, termbase)
    assert done.target == case["want"]
    assert replay(done.draft, done.edits) == done.target
    for alternatives in case.get("must", []):
        assert any(form in done.target for form in alternatives.split("|"))
    for form in case.get("not", []):
        assert form not in done.target
    violated = [t.occurrence.text for t in done.terms if t.status == "violated"]
    assert violated == case.get("flagged", [])
    assert [f.check for f in done.findings] == ["term"] * len(violated)
    places = [(t.target.start, t.target.end) for t in done.terms if t.satisfied]
    assert [done.target[a:b] for a, b in places] == [
        t.found for t in done.terms if t.status == "satisfied"
    ]
    assert len(set(places)) == len(places)
    if case["want"] == case["draft"] and not violated:
        assert (done.edits, asked) == ((), [])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["fr"][:40])
def test_enforcing_twice_changes_nothing(case, termbase):
    once, _ = run(case, termbase)
    (twice,) = enforce(
        [draft(case["fr"], once.target)],
        termbase,
        lambda batch: [
            (Hypothesis(text=case.get("again", case["draft"]), score=-1.0),) for _ in batch
        ],
    )
    assert (twice.target, twice.edits) == (once.target, ())


def test_all_sentences_together_come_out_as_each_alone(termbase):
    answers = {c["draft"]: c.get("again", c["draft"]) for c in CASES}
    sources = {}

    def translate(batch):
        # A request is recognised by what its sentence shares with the one it was made from.
        import difflib

        result = []
        for request in batch:
            near = difflib.get_close_matches(request.source, sources, n=1, cutoff=0.0)
            result.append((Hypothesis(text=answers[sources[near[0]]], score=-1.0),))
        return result

    sources.update({c["fr"]: c["draft"] for c in CASES})
    done = enforce([draft(c["fr"], c["draft"]) for c in CASES], termbase, translate)
    assert [d.target for d in done] == [c["want"] for c in CASES]
