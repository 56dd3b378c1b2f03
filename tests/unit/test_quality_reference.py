"""Scores equal the sacrebleu command line; nothing is cut in silence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import NothingChecked, QualityError, UsageError
from pipeline.quality import CorpusScorer, score_segments
from pipeline.quality.metrics.reference import METRICS, make_metric
from pipeline.quality.metrics.references import paragraphs

ROOT = Path(__file__).parents[2]
FLORES = ROOT.parent / "shared" / "testsets" / "flores-dev"
SEED_EN = ROOT / "seeds" / "musk-zuckerberg-openai.en.txt"

HYPOTHESES = [
    "The cat sat on the mat.",
    "There is a dog in the garden, isn't there?",
    "",
    "Prices rose by 3.5% in 2024 — a record!",
    'He said: "No comment."',
]
REFERENCES = [
    "The cat is sitting on the mat.",
    "A dog is in the garden, is it not?",
    "Nothing was said.",
    "Prices went up by 3.5% in 2024, which is a record.",
    '"No comment", he said.',
]
SECOND = [
    "A cat sat on the mat.",
    "There's a dog in the garden, isn't there?",
    "No word.",
    "In 2024 prices rose by 3.5%: a record!",
    "He said: no comment.",
]


def score_corpus(hypotheses, references, *, metrics=("bleu", "chrf"), bootstrap=0):
    scorer = CorpusScorer(metrics)
    scorer.add(hypotheses, references)
    return scorer.scores(bootstrap=bootstrap)


def sacrebleu_cli(
    tmp_path: Path, hypotheses: list[str], references: list[list[str]], *arguments: str
):
    paths = []
    for number, lines in enumerate([hypotheses, *references]):
        path = tmp_path / f"{number}.txt"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        paths.append(str(path))
    command = [sys.executable, "-W", "ignore", "-m", "sacrebleu", *paths[1:], "-i", paths[0]]
    command += ["-m", "bleu", "chrf", "ter", "-w", "12", *arguments]
    out = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    return {row["name"]: row for row in json.loads(out.stdout)}


def assert_equal_to_cli(ours, theirs) -> None:
    for score in ours:
        if score.metric == "chrf++":
            continue
        row = theirs[score.name]
        assert f"{score.value:.12f}" == f"{row['score']:.12f}"
        assert score.signature == row["signature"]
        if score.detail:
            assert score.detail == row["verbose_score"]


@pytest.mark.parametrize("references", [[REFERENCES], [REFERENCES, SECOND]], ids=["one", "two"])
def test_corpus_scores_and_signatures_equal_the_sacrebleu_command_line(tmp_path, references):
    ours = score_corpus(HYPOTHESES, references, metrics=METRICS)
    assert_equal_to_cli(ours, sacrebleu_cli(tmp_path, HYPOTHESES, references))
    plus = sacrebleu_cli(tmp_path, HYPOTHESES, references, "--chrf-word-order", "2")["chrF2++"]
    mine = next(score for score in ours if score.metric == "chrf++")
    assert f"{mine.value:.12f}" == f"{plus['score']:.12f}"
    assert (mine.name, mine.signature) == ("chrF2++", plus["signature"])


def test_confidence_intervals_equal_the_sacrebleu_command_line(tmp_path):
    theirs = sacrebleu_cli(tmp_path, HYPOTHESES, [REFERENCES], "--confidence")
    ours = score_corpus(HYPOTHESES, [REFERENCES], metrics=("bleu", "chrf", "ter"), bootstrap=1000)
    for score in ours:
        row = theirs[score.name]
        assert f"{score.mean:.12f}" == f"{row['confidence_mean']:.12f}"
        assert f"{score.ci:.12f}" == f"{row['confidence_var']:.12f}"
        assert score.signature == row["signature"]


def test_resampling_in_slices_draws_what_sacrebleu_draws_at_once(monkeypatch):
    whole = score_corpus(HYPOTHESES, [REFERENCES], bootstrap=200)
    monkeypatch.setattr("pipeline.quality.metrics.reference._CELLS", 7 * 10 * len(HYPOTHESES))
    assert score_corpus(HYPOTHESES, [REFERENCES], bootstrap=200) == whole


@pytest.mark.skipif(not FLORES.is_dir(), reason="../shared/testsets/flores-dev is not here")
@pytest.mark.parametrize("system", ["google", "bergamot-tiny", "bergamot-base-memory"])
def test_three_real_systems_score_as_with_the_sacrebleu_command_line(tmp_path, system):
    hypotheses = (FLORES / f"flores-dev.{system}.en").read_text(encoding="utf-8").splitlines()[:120]
    references = (FLORES / "flores-dev.en").read_text(encoding="utf-8").splitlines()[:120]
    ours = score_corpus(hypotheses, [references], metrics=("bleu", "chrf", "ter"))
    assert_equal_to_cli(ours, sacrebleu_cli(tmp_path, hypotheses, [references]))


def test_segment_values_equal_sacrebleus_sentence_scores():
    for metric in METRICS:
        scorer = make_metric(metric, segment=True)
        expected = [
            scorer.sentence_score(h, [r]).score for h, r in zip(HYPOTHESES, REFERENCES, strict=True)
        ]
        assert score_segments(HYPOTHESES, [REFERENCES], metric=metric) == expected


def test_segment_statistics_of_documents_sum_to_the_corpus_figures():
    scorer = CorpusScorer(METRICS)
    scorer.add(HYPOTHESES[:2], [REFERENCES[:2]])
    scorer.add(HYPOTHESES[2:], [REFERENCES[2:]])
    assert scorer.scores() == score_corpus(HYPOTHESES, [REFERENCES], metrics=METRICS)
    first = score_corpus(HYPOTHESES[:2], [REFERENCES[:2]], metrics=METRICS)
    assert scorer.scores(rows=range(2)) == first


def test_unequal_lengths_are_an_error_that_names_both_counts():
    with pytest.raises(QualityError, match="reference 1 has 4 segments, the output 5"):
        score_corpus(HYPOTHESES, [REFERENCES[:4]])


def test_nothing_to_score_is_not_a_score():
    with pytest.raises(NothingChecked, match="no reference"):
        score_corpus(HYPOTHESES, [])
    with pytest.raises(NothingChecked, match="no segment"):
        score_corpus([], [[]])


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(UsageError, match="comet") as caught:
        score_corpus(HYPOTHESES, [REFERENCES], metrics=("comet",))
    assert "chrf++" in str(caught.value)


def test_a_text_scored_against_itself_is_perfect_and_a_changed_one_is_not():
    text = SEED_EN.read_text(encoding="utf-8")
    perfect = score_corpus(paragraphs(text), [paragraphs(text)])
    assert [round(score.value, 9) for score in perfect] == [100.0, 100.0]
    assert perfect[0].n == 21
    worse = score_corpus(paragraphs(text.replace("Musk", "Mask")), [paragraphs(text)])
    assert worse[0].value < 99


def test_an_interval_is_given_even_where_some_resamples_match_nothing():
    scores = score_corpus(["a b c d", "x"], [["a b c d", "y"]], bootstrap=100)
    assert scores[0].mean is not None
    assert 0 < scores[0].mean < 100
