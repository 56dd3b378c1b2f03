"""The laws of `formats.laws` over every sample of every format that the product reads."""

from __future__ import annotations

import pytest

from formats import laws
from formats.samples import FORMATS, samples
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
