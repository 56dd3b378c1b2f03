"""What holds for every text, term base and engine."""

from __future__ import annotations

import itertools
from dataclasses import replace

import making
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.glossary import MaskShape, Term, TermBase, enforce, hints_for, replay
from pipeline.glossary.enforce.assess import assess
from pipeline.records import Draft, Hypothesis

FAST = settings(max_examples=50, deadline=None)

TERMS = TermBase(
    [
        Term(source="IA", targets=("AI", "artificial intelligence"), place="t:2"),
        Term(source="IA générative", targets=("generative AI",), wrong=("generating AI",)),
        Term(source="OpenAI", targets=(), status="dnt", inflect=False, wrong=("Open IA",)),
        Term(source="Meta", targets=(), status="dnt", inflect=False),
        Term(source="Le Monde", targets=(), status="dnt", inflect=False, wrong=("The World",)),
        Term(source="jeu de données", targets=("dataset",), wrong=("data game",)),
        Term(source="*", targets=("artificial brain",), status="forbidden"),
    ]
)
FRENCH = ["IA", "l’IA", "IA générative", "d’OpenAI", "OpenAI", "Meta", "Le Monde", "un"]
FRENCH += ["jeux de données", "jeu de données", "le monde", "lit", "méta-analyse", "et"]
ENGLISH = ["AI", "IA", "ai", "generative AI", "generating AI", "OpenAI", "Openai", "Open AI"]
ENGLISH += ["Open IA", "Meta", "meta", "a", "an", "the", "The World", "Le Monde", "the world", "it"]
ENGLISH += ["dataset", "datasets", "data game", "data games", "artificial intelligence", "and"]
ENGLISH += ["meta-analysis", "A.I.", "artificial brain", "reads", "OpenAI's", "Metas'"]
ENDS = st.sampled_from(["", ".", " ?", " !", "…"])


def sentences(words):
    chosen = st.lists(st.sampled_from(words), min_size=0, max_size=9)
    return st.builds(lambda ws, end: " ".join(ws) + end, chosen, ENDS)


@st.composite
def batches(draw):
    drafts = []
    for number in range(draw(st.integers(1, 3))):
        source = draw(sentences(FRENCH))
        texts = draw(st.lists(sentences(ENGLISH), min_size=1, max_size=3))
        scores = [-0.5 - 0.2 * i for i in range(len(texts))]
        drafts.append(making.draft(source, *texts, scores=scores, segment_id=number))
    return drafts


def engine(answers):
    """Answer every request from a fixed list, by the request's own content."""

    def translate(batch):
        results = []
        for request in batch:
            pick = sum(map(ord, request.source)) + len(request.banned) + 7 * len(request.hints)
            text = answers[pick % len(answers)].replace("ZX", _placeholder(request.source))
            results.append((Hypothesis(text=text, score=-0.8),))
        return results

    return translate


def _placeholder(source):
    return next((w.strip(".?!…") for w in source.split() if "ZX" in w), "ZX")


ANSWERS = st.lists(sentences([*ENGLISH, "ZX"]), min_size=1, max_size=4)
MASKS = st.sampled_from([None, MaskShape(template="ZX{n}")])


@FAST
@given(batches(), ANSWERS, st.booleans(), MASKS)
def test_the_promise_is_kept_whatever_the_engine_says(drafts, answers, hints, masks):
    if hints:
        told = [hints_for(TERMS.match(d.segment.source)) for d in drafts]
        drafts = [replace(d, hints=h) for d, h in zip(drafts, told, strict=True)]
    done = enforce(drafts, TERMS, engine(answers), masks=masks)
    for translation, draft in zip(done, drafts, strict=True):
        target = translation.target
        assert translation.draft == draft.hypotheses[0].text
        assert replay(translation.draft, translation.edits) == target
        found = [m.occurrence for m in TERMS.match(draft.segment.source).matches]
        real = [t for t in translation.terms if t.expected]
        assert [t.occurrence for t in real] == list(found)
        places = sorted((t.target.start, t.target.end) for t in real if t.satisfied)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(places))
        for term in real:
            if term.status == "satisfied":
                assert target[term.target.start : term.target.end] == term.found
                assert any(f.casefold() in term.found.casefold() for f in term.expected)
            else:
                assert (term.target, term.found) == (None, "")
        violated = [t for t in translation.terms if t.status == "violated"]
        assert [f.check for f in translation.findings if f.severity == "error"] == [
            "term" for _ in violated
        ]
        if not found and "artificial brain" not in draft.hypotheses[0].text:
            assert (target, translation.edits) == (draft.hypotheses[0].text, ())


@FAST
@given(batches(), ANSWERS, MASKS)
def test_enforcing_twice_changes_nothing(drafts, answers, masks):
    translate = engine(answers)
    once = enforce(drafts, TERMS, translate, masks=masks)
    again = [
        Draft(
            segment=d.segment,
            hypotheses=(Hypothesis(text=t.target, score=t.score),),
            engine="fake",
            fingerprint="f",
        )
        for d, t in zip(drafts, once, strict=True)
        if all(term.status == "satisfied" for term in t.terms)
    ]
    twice = enforce(again, TERMS, translate, masks=masks)
    kept = [t.target for t in once if all(term.status == "satisfied" for term in t.terms)]
    assert [t.target for t in twice] == kept
    assert all(t.edits == () for t in twice)


@FAST
@given(batches(), ANSWERS)
def test_a_draft_alone_comes_out_as_in_a_batch(drafts, answers):
    translate = engine(answers)
    together = enforce(drafts, TERMS, translate)
    alone = [enforce([d], TERMS, translate)[0] for d in drafts]
    assert list(together) == alone


@FAST
@given(batches(), ANSWERS)
def test_no_rung_makes_more_violations_than_the_draft_had(drafts, answers):
    for done, draft in zip(enforce(drafts, TERMS, engine(answers)), drafts, strict=True):
        before = assess(draft.hypotheses[0].text, TERMS.match(draft.segment.source))
        after = assess(done.target, TERMS.match(draft.segment.source))
        assert after.violations <= before.violations
        assert after.violations == sum(t.status == "violated" for t in done.terms)


@FAST
@given(batches())
def test_without_new_answers_a_second_pass_changes_nothing_even_where_terms_are_violated(drafts):
    def mute(batch):
        return [(Hypothesis(text="", score=-9.0),) for _ in batch]

    once = enforce(drafts, TERMS, mute)
    again = [
        Draft(
            segment=d.segment,
            hypotheses=(Hypothesis(text=t.target, score=t.score),),
            engine="fake",
            fingerprint="f",
        )
        for d, t in zip(drafts, once, strict=True)
    ]
    twice = enforce(again, TERMS, mute)
    assert [t.target for t in twice] == [t.target for t in once]
    assert all(t.edits == () for t in twice)
