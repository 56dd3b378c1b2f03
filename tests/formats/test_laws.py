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


def _cases():
    for format in FORMATS:
        missing = pytest.mark.skipif(
            not is_supported(f"a.{format}"), reason=f"the product reads no .{format} yet"
        )
        for sample in samples(format):
            yield pytest.param(sample, id=f"{format}-{sample.name}", marks=missing)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.replace("_", "-"))
@pytest.mark.parametrize("sample", _cases())
def test_the_law_holds(sample, law):
    law(sample)
