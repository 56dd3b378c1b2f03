"""Terminology figures, worked out by hand."""

from __future__ import annotations

import pytest
from making import segment

from pipeline.quality.metrics.term_reference import (
    term_reference_metrics,
    terms_edit_rate,
    window_overlap,
)
from pipeline.quality.metrics.terms import TermTally, count_forms, exact_matches, success_rate
from pipeline.records import Occurrence, Span, TermResult, Translation


def term(name, expected, found="", rung="draft", *, at=0):
    return TermResult(
        occurrence=Occurrence(
            term=name, row="terms.csv:2", span=Span(start=at, end=at + len(name)), text=name
        ),
        expected=tuple(expected),
        found=found,
        target=Span(start=0, end=len(found)) if found else None,
        rung=rung,
        status="satisfied" if found else "violated",
    )


def row(target, *terms, doc="a", number=0):
    return Translation(
        segment=segment("", doc_id=doc, segment_id=number),
        draft=target,
        target=target,
        engine="fake",
        fingerprint="0",
        score=-0.1,
        hypotheses=(),
        terms=tuple(terms),
    )


def term_metrics(rows):
    tally = TermTally()
    for each in rows:
        tally.add(each)
    for each in rows:
        tally.add_over_use(each)
    return tally.result()


def test_each_place_of_the_target_serves_one_occurrence_only():
    assert exact_matches("AI and more AI", [["AI"], ["AI"], ["AI"]]) == [True, True, False]
    assert exact_matches("artificial intelligence", [["AI", "artificial intelligence"]]) == [True]
    assert exact_matches("She said so.", [["ai"]]) == [False]


def test_forms_are_counted_at_word_boundaries_and_the_longest_first():
    assert count_forms("Open AI, OpenAI, AI", ["AI"]) == 2
    assert count_forms("New York Times in New York", ["New York", "New York Times"]) == 2
    assert count_forms("C++ and c++!", ["C++"], ignore_case=True) == 2


def test_success_counts_inflected_forms_by_their_lemmas():
    assert success_rate("Two start-ups and three startups", ["startup"])
    assert success_rate("MACHINE LEARNING", ["machine learning"])
    assert not success_rate("He learns about machines", ["machine learning"])


def test_figures_of_a_small_run():
    figures = term_metrics(
        [
            row("AI and AI", term("IA", ["AI"], "AI"), term("IA", ["AI"], "AI"), number=0),
            row("IA again", term("IA", ["AI"], rung="flag"), number=1),
            row("The startups of AI", term("startups", ["startup"], "startups"), number=2),
            row("A new company", term("startups", ["startup"], rung="flag"), doc="b"),
        ]
    )
    assert (figures.occurrences, figures.satisfied, figures.violated) == (5, 3, 2)
    assert figures.accuracy == pytest.approx(3 / 5)
    # "startups" is not the listed form "startup": surface-exact match misses it.
    assert figures.exact_match == pytest.approx(2 / 5)
    # Track 1 counts segment × term: AI yes, AI no, startup yes, company no.
    assert figures.success_rate == pytest.approx(2 / 4)
    # Track 2: a/IA 2 of 3, a/startup 0 of 1 (surface), b/startup 0 of 1.
    assert figures.document_success_rate == pytest.approx((2 / 3 + 0 + 0) / 3)
    assert figures.consistency_first_micro == pytest.approx(3 / 5)
    assert figures.consistency_first_macro == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert figures.over_use == 1  # "AI" in the third segment has no source
    assert dict(figures.by_rung) == {"draft": 3, "flag": 2}
    assert [t.term for t in figures.terms] == ["IA", "startups"]
    assert figures.terms[0].renderings == (("AI", 2),)


def test_two_renderings_of_one_term_are_inconsistent():
    figures = term_metrics(
        [
            row("car", term("voiture", ["car", "automobile"], "car"), number=0),
            row("automobile", term("voiture", ["car", "automobile"], "automobile"), number=1),
            row("automobiles", term("voiture", ["car", "automobile"], "automobiles"), number=2),
        ]
    )
    assert figures.consistency_first_micro == pytest.approx(1 / 3)
    assert figures.consistency_frequent_micro == pytest.approx(2 / 3)
    assert figures.accuracy == 1.0


def test_a_form_inside_another_terms_form_is_not_over_use():
    figures = term_metrics(
        [
            row("AI model", term("modèle d'IA", ["AI model"], "AI model"), number=0),
            row("AI", term("IA", ["AI"], "AI"), number=1),
        ]
    )
    assert figures.over_use == 0


def test_forbidden_forms_are_counted_apart():
    forbidden = TermResult(
        occurrence=Occurrence(
            term="Elon Mask", row="terms.csv:9", span=Span(start=0, end=0), text=""
        ),
        expected=(),
        found="Elon Mask",
        target=Span(start=0, end=9),
        rung="flag",
        status="violated",
    )
    figures = term_metrics([row("Elon Mask spoke", forbidden)])
    assert (figures.forbidden, figures.occurrences) == (1, 0)
    assert figures.accuracy is None
    assert figures.success_rate is None


def test_window_overlap_compares_the_words_around_a_term():
    reference = "The new AI model of Meta is fast."
    assert window_overlap(reference, reference, [["AI"]], size=2) == 1.0
    # Window of 2 in the reference: new, The | model, of. The output's: new, A | system, of.
    assert window_overlap("A new AI system of Meta", reference, [["AI"]], size=2) == 0.5
    assert window_overlap("Nothing here", reference, [["AI"]], size=2) == 0.0
    assert window_overlap("AI", reference, [["Grok"]], size=2) is None


def test_an_edit_of_a_term_costs_twice_that_of_another_word():
    reference = "the new AI model is fast"
    plain = terms_edit_rate("the new XX model is fast", reference, [])
    weighted = terms_edit_rate("the new XX model is fast", reference, [["AI"]])
    other = terms_edit_rate("the old AI model is fast", reference, [["AI"]])
    assert (plain, weighted, other) == (1 / 6, 2 / 6, 1 / 6)


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        ("the cat sat on the mat", "on the mat the cat sat down"),
        ("a b c d e f", "d e f a b c"),
        ("", "something"),
        ("He said: “no comment”.", "No comment, he said."),
    ],
)
def test_without_terms_the_weighted_rate_is_sacrebleus_ter(hypothesis, reference):
    from sacrebleu.metrics.ter import TER

    ter = TER(normalized=True, case_sensitive=True).sentence_score(hypothesis, [reference])
    assert terms_edit_rate(hypothesis, reference, []) * 100 == pytest.approx(ter.score)


def test_means_leave_out_segments_without_terms_and_count_what_is_too_long():
    long = "word " * 500
    figures = term_reference_metrics(
        [
            ("The AI", "The AI", [["AI"]]),
            ("no", "term", [["AI"]]),
            (long, long, [["AI"]]),
        ]
    )
    assert (figures.segments, figures.skipped) == (1, 1)
    assert figures.window_overlap_2 == 1.0
    assert figures.one_minus_term == 1.0
