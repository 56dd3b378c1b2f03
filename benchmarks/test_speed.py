"""The parts around the engine, one by one, with pytest-benchmark.

    pytest benchmarks --benchmark-only

Data are the seed article and the starter glossary, seeds are fixed; every benchmark also
asserts that the work was done. Figures of one machine compare with figures of the same run
only: `pytest-benchmark compare` holds two runs side by side.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from making import draft

from pipeline.documents import read_document
from pipeline.glossary import enforce, load_termbase
from pipeline.memory import TranslationMemory, request_key
from pipeline.quality import CorpusScorer, Pair, check_pair, choose_checks
from pipeline.records import Decoding, Hypothesis, Request
from pipeline.segmentation import split

ROOT = Path(__file__).resolve().parents[1]
FRENCH = ROOT / "seeds" / "musk-zuckerberg-openai.fr.txt"
ENGLISH = ROOT / "seeds" / "musk-zuckerberg-openai.en.txt"


@pytest.fixture(scope="module")
def text():
    """About 100 kB of French: the seed article's paragraphs in a random order."""
    paragraphs = FRENCH.read_text(encoding="utf-8").split("\n\n")
    dice = random.Random(1)
    return "\n\n".join(p for _ in range(20) for p in dice.sample(paragraphs, len(paragraphs)))


@pytest.fixture(scope="module")
def sentences(text):
    """The sentences of that text."""
    return [text[span.start : span.end] for span in split(text)]


@pytest.fixture(scope="module")
def termbase():
    """The starter glossary."""
    return load_termbase([ROOT / "glossary" / "terms.csv"])


def test_reading_a_document(benchmark, tmp_path, text):
    path = tmp_path / "article.fr.txt"
    path.write_text(text, encoding="utf-8")
    document = benchmark(read_document, path, doc_id="article.fr.txt")
    assert document.text == text


def test_reading_markdown(benchmark, tmp_path, text):
    path = tmp_path / "article.fr.md"
    path.write_text(text.replace("OpenAI", "**[OpenAI](https://openai.com)**"), encoding="utf-8")
    document = benchmark(read_document, path, doc_id="article.fr.md")
    assert any(block.markup for block in document.blocks)


def test_splitting_sentences(benchmark, text):
    assert len(benchmark(split, text)) > 500


def test_loading_the_glossary(benchmark):
    assert len(benchmark(load_termbase, [ROOT / "glossary" / "terms.csv"])) > 150


def test_matching_terms(benchmark, sentences, termbase):
    found = benchmark(lambda: sum(len(termbase.match(s).matches) for s in sentences))
    assert found > 500


def test_enforcing_terms_that_the_model_got_wrong(benchmark, sentences, termbase):
    # Names come back in lower case: each occurrence has to be mended in place.
    drafts = [draft(s, s.lower(), block_id=i) for i, s in enumerate(sentences[:200])]

    def nobody(requests):
        return [(Hypothesis(text="", score=-9.0, flags=("empty",)),) for _ in requests]

    done = benchmark(enforce, drafts, termbase, nobody)
    assert sum(bool(d.edits) for d in done) > 50


def test_checking_pairs(benchmark):
    checks = choose_checks()
    pairs = [
        Pair(source=left, target=right)
        for left, right in zip(
            FRENCH.read_text(encoding="utf-8").split("\n\n"),
            ENGLISH.read_text(encoding="utf-8").split("\n\n"),
            strict=True,
        )
        if left.strip()
    ]
    assert benchmark(lambda: [check_pair(pair, checks) for pair in pairs])


def test_scoring_a_corpus(benchmark):
    lines = [p for p in ENGLISH.read_text(encoding="utf-8").split("\n\n") if p.strip()]
    worse = [" ".join(line.split()[::2]) for line in lines]

    def score():
        scorer = CorpusScorer(("bleu", "chrf"))
        scorer.add(worse, [lines])
        return scorer.scores()

    assert 0 < benchmark(score)[0].value < 100


def test_asking_the_memory(benchmark, tmp_path, sentences):
    decoding = Decoding()
    requests = [Request(source=s) for s in dict.fromkeys(sentences)]
    keys = [request_key("engine", decoding, request) for request in requests]
    with TranslationMemory(tmp_path / "memory.sqlite") as memory:
        memory.keep_answers(
            (key, "engine", request.source, (Hypothesis(text="x", score=-1.0),))
            for key, request in zip(keys, requests, strict=True)
        )
        assert len(benchmark(memory.answers, keys)) == len(keys)
