"""Editing the glossary costs the sentences that the edit touches, and no others."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from pipeline.table import read_rows

SENTENCES = [
    "L’IA progresse vite.",
    "Le chat dort.",
    "La puce de Nvidia chauffe.",
    "Il pleut sur la ville.",
    "L’IA écoute la puce.",
    "Personne ne répond.",
]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        text = " ".join(SENTENCES[number * 2 : number * 2 + 2])
        (folder / f"{number}.fr.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def glossary(tmp_path):
    path = tmp_path / "terms.csv"

    def write(**rows):
        lines = ["source,target", *(f"{source},{target}" for source, target in rows.items())]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {"glossary": (str(path),)}

    return write


def sources(engine):
    """What the engine was asked for, without the glossary's rewordings."""
    return [source for source in engine.asked if source in SENTENCES]


def test_a_changed_row_costs_at_most_the_sentences_that_it_touches(
    corpus, translate, glossary, fake_engine_class
):
    translate(corpus, **glossary(IA="AI", puce="chip"))
    engine = fake_engine_class()
    report = translate(corpus, engine=engine, **glossary(IA="AI", puce="microchip"))
    touched = {s for s in SENTENCES if "puce" in s}
    assert {s for s in SENTENCES for asked in engine.asked if asked == s} <= touched
    assert all("puce" in asked or "chip" in asked for asked in engine.asked)
    # The drafts were known: whatever was asked, it was no draft.
    assert sources(engine) == []
    assert report.terms.occurrences == report.terms.satisfied == 4


def test_a_new_row_costs_the_sentences_that_it_touches(
    corpus, translate, glossary, fake_engine_class
):
    translate(corpus, **glossary(IA="AI"))
    engine = fake_engine_class()
    report = translate(corpus, engine=engine, **glossary(IA="AI", puce="chip"))
    assert report.segments.translated + report.segments.asked_again == len(engine.asked)
    # All hypotheses were asked for before: the glossary takes what it needs from them.
    assert sources(engine) == []
    assert report.terms.rungs


def test_taking_a_row_away_and_back_costs_nothing(corpus, translate, glossary, fake_engine_class):
    translate(corpus, **glossary(IA="AI", puce="chip"))
    translate(corpus, **glossary(IA="AI"))
    engine = fake_engine_class()
    translate(corpus, engine=engine, **glossary(IA="AI", puce="chip"))
    assert engine.asked == []


def test_a_note_or_an_order_of_rows_costs_nothing(
    corpus, tmp_path, translate, glossary, fake_engine_class
):
    translate(corpus, **glossary(IA="AI", puce="chip"))
    options = glossary()
    (tmp_path / "terms.csv").write_text(
        "source,target,note\npuce,chip,a note\nIA,AI,\n", encoding="utf-8"
    )
    engine = fake_engine_class()
    report = translate(corpus, engine=engine, **options)
    assert engine.asked == []
    assert report.segments.remembered == 6


def test_rows_of_the_glossary_are_named_where_they_stand_now(corpus, tmp_path, translate, glossary):
    translate(corpus, **glossary(puce="chip", IA="AI"))
    translate(corpus, **glossary(IA="AI", puce="chip"))
    with (tmp_path / "out" / "terms.csv").open(encoding="utf-8-sig", newline="") as handle:
        places = {row["term"]: row["row"] for row in csv.DictReader(handle)}
    assert places["IA"].endswith("terms.csv:2")
    assert places["puce"].endswith("terms.csv:3")


def test_the_table_of_a_run_from_memory_equals_that_of_the_first_run(
    corpus, tmp_path, translate, glossary
):
    options = glossary(IA="AI", puce="chip")
    path = tmp_path / "out" / "segments.parquet"
    translate(corpus, **options)
    first = pl.read_parquet(path).drop("memory", "seconds")
    translate(corpus, **options)
    assert pl.read_parquet(path).drop("memory", "seconds").equals(first)


def test_brackets_in_the_output_folders_name_are_no_pattern(corpus, tmp_path, translate):
    for _ in range(2):
        translate(corpus, out=tmp_path / "out[1]")
    table = pl.read_parquet(tmp_path / "out[1]" / "segments.parquet", glob=False)
    assert table["source"].to_list() == SENTENCES
    assert list(read_rows(tmp_path / "out[1]" / "segments.parquet"))
