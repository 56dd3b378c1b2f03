"""The little English that repair needs."""

from __future__ import annotations

import pytest

from pipeline.glossary.match.english import article_for, pluralise, sentence_start, upper_first

AN = (
    "AI|xAI model|LLM|hour|open-source model|X|NVIDIA chip|Nvidia chip|OpenAI tool|API|MIT study|"
    "8-bit chip|11th attempt|18-year-old|iPhone|eBay sale|SMS|honest heir|uninteresting idea|"
    "unidentified object|EU law|NLP task|MP|HTML page|AGI|IPO|F-16|Uber ride|Xbox|Élysée source|"
    "800-page report|e-commerce site|“AI” label|umbrella|S3 bucket"
)
A = (
    "GPT model|university|European|one-off|URL|UN vote|NASA probe|SaaS tool|unicorn|US firm|"
    "UK firm|RAG system|1,100-page report|historic deal|U-turn|useful tool|user|usual case|"
    "unilateral act|unanimous vote|dataset|Meta tool|CEO|PDG|“large” model|17th|uranium mine"
)


@pytest.mark.parametrize(
    ("text", "article"), [(t, "an") for t in AN.split("|")] + [(t, "a") for t in A.split("|")]
)
def test_a_or_an_goes_by_sound(text, article):
    assert article_for(text) == article


@pytest.mark.parametrize(
    ("form", "plural"),
    [
        ("large language model", "large language models"),
        ("proof of concept", "proofs of concept"),
        ("data center", "data centers"),
        ("LLM", "LLMs"),
        ("GPU", "GPUs"),
        ("company", "companies"),
        ("key", "keys"),
        ("search index", "search indexes"),
        ("bias", "biases"),
        ("business", "businesses"),
        ("self-driving car", "self-driving cars"),
        ("startup", "startups"),
        ("switch", "switches"),
        ("chairman", "chairmen"),
        ("German", "Germans"),
        ("housewife", "housewives"),
        ("hypothesis", "hypotheses"),
        ("open data", "open data"),
        ("artificial intelligence", "artificial intelligence"),
        ("terms of service", "terms of service"),
        ("GPT-4", "GPT-4"),
        ("echo", "echoes"),
        ("quiz", "quizzes"),
        ("contact lens", "contact lenses"),
        ("mother-in-law", "mothers-in-law"),
        ("passer-by", "passers-by"),
        ("video", "videos"),
    ],
)
def test_plurals_of_terms(form, plural):
    assert pluralise(form) == plural
    assert pluralise(plural) == plural


def test_an_uncounted_head_has_a_plural_only_when_asked():
    assert pluralise("free software", strict=True) == "free softwares"


def test_only_plain_words_take_a_capital_at_the_start():
    assert [upper_first(w) for w in ("machine learning", "xAI", "iPhone", "“deep” learning")] == [
        "Machine learning",
        "xAI",
        "iPhone",
        "“Deep” learning",
    ]


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("|AI", True),
        ("Yes. |AI", True),
        ("Yes? “|AI", True),
        ("“|AI", True),
        ("– |AI", True),
        ("Title: |AI", True),
        ("Mr |AI", False),
        ("the |AI", False),
        ("and, |AI", False),
    ],
)
def test_where_a_sentence_starts(text, starts):
    at = text.index("|")
    assert sentence_start(text.replace("|", ""), at) is starts


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("advocate general", "advocates general"),
        ("Secretary-General", "Secretaries-General"),
        ("director general of the bank", "directors general of the bank"),
        ("major general", "major generals"),
        ("general", "generals"),
    ],
)
def test_an_office_takes_its_plural_where_the_noun_is(one, many):
    assert pluralise(one) == many
