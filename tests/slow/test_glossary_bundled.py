"""The hand-written sentences with the bundled engine: what share of terms comes out right."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from making import segment

from pipeline.engines.guard import GuardedEngine
from pipeline.glossary import enforce, hints_for, load_termbase, replay
from pipeline.records import Draft, Request

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data" / "glossary"
CASES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def finished(bundled_engine):
    engine = GuardedEngine(bundled_engine)
    termbase = load_termbase([DATA / "terms.csv"])
    told = [hints_for(termbase.match(case["fr"])) for case in CASES]
    wanted = engine.decoding.beam
    answers = engine.translate(
        [
            Request(source=case["fr"], hypotheses=wanted, hints=hints)
            for case, hints in zip(CASES, told, strict=True)
        ]
    )
    drafts = [
        Draft(
            segment=segment(case["fr"], segment_id=number),
            hypotheses=tuple(answer),
            engine=engine.name,
            fingerprint=engine.fingerprint,
            hints=hints,
        )
        for number, (case, hints, answer) in enumerate(zip(CASES, told, answers, strict=True))
    ]
    return enforce(drafts, termbase, engine.translate)


def test_at_least_99_of_100_occurrences_come_out_right_and_the_rest_is_named(finished):
    terms = [t for done in finished for t in done.terms]
    rungs = Counter(t.rung for t in terms)
    satisfied = sum(t.status == "satisfied" for t in terms)
    flagged = [t for t in terms if t.status == "violated"]
    print(
        f"bundled: {satisfied}/{len(terms)} occurrences satisfied "
        f"({satisfied / len(terms):.1%}), {len(flagged)} flagged; by rung {dict(rungs)}"
    )
    for term in flagged:
        print(f"  flagged: {term.occurrence.text}")
    assert satisfied / len(terms) >= 0.99
    # The model is told the terms: the ladder has little left to do.
    assert (rungs["draft"] + rungs["hypothesis"]) / len(terms) >= 0.85
    assert sum(len(done.findings) for done in finished) == len(flagged)


def test_no_sentence_is_silently_wrong(finished):
    silent = []
    for case, done in zip(CASES, finished, strict=True):
        assert replay(done.draft, done.edits) == done.target
        if not case["seen"]:
            # Nothing to keep: whatever the engine said stands untouched.
            assert (done.target, done.edits, done.terms) == (done.draft, (), ())
            continue
        kept = all(
            any(form in done.target for form in wanted.split("|"))
            for wanted in case.get("must", [])
        ) and not any(form in done.target for form in case.get("not", []))
        if not kept and all(t.status == "satisfied" for t in done.terms):
            silent.append((case["fr"], done.target))
    assert silent == []
