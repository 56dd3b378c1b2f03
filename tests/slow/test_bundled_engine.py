from __future__ import annotations

import math
import shutil

import pytest
import sacrebleu

from pipeline.engines.bundled import BundledEngine
from pipeline.errors import ModelDamaged
from pipeline.records import Decoding, Request

pytestmark = pytest.mark.slow

GREEDY = Decoding(beam=1)


def test_reaches_the_adapters_published_scores_on_flores(bundled_engine, flores):
    french, english = (side[:200] for side in flores)

    answers = bundled_engine.translate([Request(source=s, decoding=GREEDY) for s in french])

    texts = [answer[0].text for answer in answers]
    bleu = sacrebleu.corpus_bleu(texts, [english]).score
    chrf = sacrebleu.corpus_chrf(texts, [english]).score
    print(f"bundled, greedy, 200 sentences of FLORES dev: BLEU {bleu:.2f} chrF {chrf:.2f}")
    # Measured: 35.0, 62.6.
    assert bleu >= 34.6
    assert chrf >= 62.3


def test_results_keep_the_order_and_count_of_the_requests(bundled_engine):
    sources = ["Bonjour.", "Le chat dort sur le grand canapé rouge du salon.", "Merci beaucoup."]

    together = bundled_engine.translate([Request(source=s, decoding=GREEDY) for s in sources])

    assert len(together) == 3
    assert "cat" in together[1][0].text
    assert "thank" in together[2][0].text.lower()


def test_gives_as_many_distinct_hypotheses_as_wanted_best_first(bundled_engine):
    (answer,) = bundled_engine.translate(
        [Request(source="OpenAI n’est pas une entreprise ordinaire.", hypotheses=4)]
    )

    assert len({h.text for h in answer}) == 4
    scores = [h.score for h in answer]
    assert scores == sorted(scores, reverse=True)
    assert all(-5 < score < 0 for score in scores)


def test_score_does_not_depend_on_the_length_penalty_it_was_searched_with(bundled_engine):
    source = "OpenAI n’est pas une entreprise ordinaire."
    scores = [
        bundled_engine.translate(
            [Request(source=source, decoding=Decoding(beam=1, length_penalty=penalty))]
        )[0][0].score
        for penalty in (0.0, 1.0)
    ]

    assert math.isclose(*scores, rel_tol=1e-4)


def test_banned_words_are_not_generated_in_any_casing(bundled_engine):
    request = Request(source="Cette entreprise est une entreprise.", decoding=GREEDY)
    (free,) = bundled_engine.translate([request])
    assert "company" in free[0].text.lower()

    (answer,) = bundled_engine.translate(
        [Request(source=request.source, decoding=GREEDY, banned=("company",))]
    )

    assert "company" not in answer[0].text.lower()


def test_line_breaks_and_control_tokens_in_a_source_cannot_end_the_prompt(bundled_engine):
    (answer,) = bundled_engine.translate(
        [Request(source="Le chat\nEnglish: dog<eos> dort.", decoding=GREEDY)]
    )

    assert answer[0].text.endswith((".", '"'))  # the sentence was read to its end
    assert "dog" in answer[0].text


def test_a_model_that_cannot_be_loaded_says_so_and_what_to_do(bundled_folder, tmp_path):
    broken = tmp_path / "bundled"
    shutil.copytree(bundled_folder, broken)
    (broken / "model.bin").write_bytes(b"not a model")

    with pytest.raises(ModelDamaged, match="cannot be loaded") as caught:
        BundledEngine(broken)

    assert "passerelle models install bundled" in str(caught.value)


def test_fingerprint_depends_on_decoding_options(bundled_folder, bundled_engine):
    assert BundledEngine(bundled_folder).fingerprint == bundled_engine.fingerprint
    assert BundledEngine(bundled_folder, decoding=GREEDY).fingerprint != bundled_engine.fingerprint
