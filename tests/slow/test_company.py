"""When a sentence's English is the same whatever it is translated together with.

CTranslate2 reads at once as many tokens of a batch's prompts as the shortest of them has, and
the rest one by one; the two ways differ in the last bits. See docs/DESIGN.md, "Company".
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from pipeline.records import Decoding, Request, score_lost
from pipeline.segmentation import split

pytestmark = pytest.mark.slow

ARTICLE = Path(__file__).parents[2] / "seeds" / "musk-zuckerberg-openai.fr.txt"


@pytest.fixture(scope="module")
def sentences():
    """The seed article's sentences."""
    lines = ARTICLE.read_text(encoding="utf-8").split("\n")
    found = [line[span.start : span.end] for line in lines for span in split(line)]
    assert len(found) > 25
    return found


@pytest.mark.parametrize("beam", [1, 4])
def test_among_prompts_of_one_length_text_and_score_are_equal_to_the_last_bit(
    bundled_engine, sentences, beam
):
    lengths = {s: len(bundled_engine._prompt(Request(source=s))) for s in sentences}
    alike = [
        list(group) for _, group in groupby(sorted(sentences, key=lengths.get), key=lengths.get)
    ]
    alike = sorted((group for group in alike if len(group) > 1), key=len)[-2:]
    assert alike
    for group in alike:
        requests = [Request(source=s, decoding=Decoding(beam=beam)) for s in group]
        together = bundled_engine.translate(requests)
        assert [bundled_engine.translate([r])[0] for r in requests] == list(together)


def test_among_prompts_of_other_lengths_scores_move_in_the_second_decimal(
    bundled_engine, sentences
):
    requests = [Request(source=s, decoding=Decoding(beam=1)) for s in sentences[:10]]
    together = bundled_engine.translate(requests)
    alone = [bundled_engine.translate([r])[0] for r in requests]
    for (one,), (other,) in zip(together, alone, strict=True):
        if one.text == other.text:
            assert abs(score_lost(one.score, other.score)) < 0.05
    assert any(a[0].text == b[0].text for a, b in zip(together, alone, strict=True))
