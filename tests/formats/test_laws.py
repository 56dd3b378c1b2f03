"""The laws of `formats.laws` over every sample of every format that the product reads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import laws
from formats.samples import DRAWN, FORMATS, drawn, samples
from pipeline.documents import is_supported

LAWS = (
    laws.nothing_changes_but_the_language,
    laws.other_parts_are_untouched,
    laws.each_text_is_translated_once,
    laws.looks_are_on_the_same_words,
    laws.looks_go_with_the_words,
)


READ = [f for f in FORMATS if is_supported(f"a.{f}")]
EVERY = [pytest.param(s, id=f"{f}-{s.name}") for f in READ for s in samples(f)]


@pytest.mark.parametrize("format", FORMATS)
def test_the_product_reads_the_format(format):
    if format not in READ:
        pytest.skip(f"the product reads no .{format} yet")


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.replace("_", "-"))
@pytest.mark.parametrize("sample", EVERY)
def test_the_law_holds(sample, law):
    law(sample)


@pytest.mark.parametrize("format", [f for f in DRAWN if f in READ])
@given(number=st.integers(1, 10**9))
@settings(max_examples=3)
def test_the_laws_hold_for_documents_drawn_by_chance(format, number):
    sample = drawn(format, number)
    for law in LAWS[:-1]:
        law(sample)


@pytest.mark.parametrize("format", [f for f in DRAWN if f in READ])
def test_looks_go_with_the_words_of_nearly_all_documents_drawn(format):
    missed = total = 0
    for number in range(1, 9):
        wanted, found = laws.turned_round(drawn(format, number))
        missed += (wanted - found).total()
        total += wanted.total()
    assert missed <= 0.01 * total
