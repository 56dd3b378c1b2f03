"""The samples hold what they say: the oracle libraries read each of them so."""

from __future__ import annotations

import pytest

from formats.laws import expected, same, seen
from formats.samples import FORMATS, samples

EVERY = [pytest.param(s, id=f"{f}-{s.name}") for f in FORMATS for s in samples(f)]


@pytest.mark.parametrize("sample", EVERY)
def test_the_oracle_reads_in_a_sample_what_it_says(sample):
    wanted, found = expected(sample, lambda text: text), seen(sample, sample.data)
    same([t.text for t in wanted], [t.text for t in found])
    same([tuple(t.words) for t in wanted], [tuple(t.words) for t in found])


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_has_twenty_samples_and_no_sentence_twice_in_one(format):
    assert len(samples(format)) >= 20
    for sample in samples(format):
        sentences = [text for text in sample.texts if len(text.split()) > 3]
        if format != "epub" and "twice" not in sample.name:  # a book's contents say its titles
            assert len({*sentences}) == len(sentences), sample.name
