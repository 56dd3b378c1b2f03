"""The month of docs/month: the script that works it, and that the page says what was measured."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from pipeline.documents import read_document
from pipeline.glossary.file import lint

PROJECT = Path(__file__).parents[2]
MONTH = PROJECT / "docs" / "month"
SCRIPT = PROJECT / "benchmarks" / "month.py"
ARCHIVE = PROJECT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"

sys.path.insert(0, str(SCRIPT.parent))
import month  # noqa: E402
import month_pages  # noqa: E402


def rows_of(name: str) -> list[dict[str, str]]:
    with (MONTH / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def sentences_add_up(day: dict) -> bool:
    parts = day["translated"] + day["known"] + day["by_people"] + day["no_words"]
    return day["sentences"] == parts and min(parts, day["translated"], day["known"]) >= 0


# --- the script ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Two days of two articles, worked with a tiny Argos model in two calls; one died between."""
    folder = tmp_path_factory.mktemp("month")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    (model,) = folder.glob("translate-*")
    desk, small = folder / "desk", folder / "small"
    for path in MONTH.glob("articles/2026-09-0[12]/*"):
        if path.name[:2] in {"04", "10"}:
            (small / "articles" / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, small / "articles" / path.parent.name)
    for name in ("glossary.csv", "corrections.csv"):
        shutil.copy(MONTH / name, small)
    command = [sys.executable, SCRIPT, "--engine", "argos", "--model", model, "--work", desk]
    command += ["--month", small, "--no-pictures"]

    def days(number: int) -> str:
        done = subprocess.run(
            [*command, "--days", str(number)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    days(1)
    # A run that died in its second day leaves a day half done behind.
    (desk / "english" / "segments.parquet").unlink()
    (desk / "inbox" / "2026-09-02").mkdir()
    return desk, days(2)


def test_a_day_adds_up_and_is_what_the_run_says_of_itself(work):
    desk, told = work
    results = json.loads((desk / "results.json").read_text())
    first, second = results["days"]
    manifest = json.loads((desk / "english" / "manifest.json").read_text())["segments"]
    table = pl.read_parquet(desk / "english" / "segments.parquet")
    assert [first["day"], second["day"]] == ["2026-09-01", "2026-09-02"]
    assert all(sentences_add_up(day) for day in results["days"])
    assert first["sentences"] + second["sentences"] == len(table) == manifest["total"]
    assert second["translated"] + second["earlier_translated"] == manifest["translated"]
    assert second["articles"] == 2
    assert second["known"] + second["by_people"] > 5, "some of yesterday's sentences come again"
    assert second["glossary_rows"] > first["glossary_rows"]
    today = table.filter(pl.col("doc_id").str.starts_with("2026-09-02/"))
    assert second["terms"] == today["terms"].list.len().sum()
    assert second["by_people"] == (today["engine"] == "approved").sum() > 0
    assert sum(second["rungs"].values()) == second["satisfied"] <= second["terms"]
    assert told.count("2026-09-02: 2 articles") == 1
    assert "2026-09-01: " not in told, "a day that is done is not done again"


def test_pages_come_with_the_figures(work):
    desk, _ = work
    results = json.loads((desk / "results.json").read_text())
    text = (desk / "README.md").read_text(encoding="utf-8")
    for table in month_pages.tables(results).values():
        assert table in text
    for name in month_pages.charts(results["days"]):
        assert (desk / name).read_text().startswith("<svg ")


def test_another_engine_needs_another_folder(work):
    desk, _ = work
    command = [sys.executable, SCRIPT, "--engine", "bundled", "--work", desk]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "name another --work folder" in done.stderr


# --- what is committed ---------------------------------------------------------------


def test_two_hundred_articles_stand_in_twenty_days():
    days = sorted(path for path in (MONTH / "articles").iterdir())
    assert len(days) == 20
    for day in days:
        names = sorted(path.name for path in day.iterdir())
        assert [name[:3] for name in names] == [f"{n:02d}-" for n in range(1, 11)], day
        for path in day.iterdir():
            assert path.name.endswith((".fr.txt", ".fr.md", ".fr.html"))
            text = path.read_bytes().decode("utf-8")
            assert text.endswith("\n")
            assert "\r" not in text
            assert "'" not in text, f"a straight apostrophe in {path.name}"


def test_the_desks_glossary_has_no_error_on_any_day(tmp_path):
    for day in sorted({row["day"] for row in rows_of("glossary.csv")}):
        columns, rows = month.glossary_of(day)
        path = tmp_path / f"{day}.csv"
        month.write_rows(path, columns, rows)
        assert [str(p) for p in lint([path]) if p.severity == "error"] == [], day
    names = {path.name for path in (MONTH / "articles").iterdir()}
    assert {row["day"] for row in rows_of("glossary.csv")} <= names


def test_corrections_are_of_sentences_of_the_days_before():
    rows = rows_of("corrections.csv")
    assert 40 <= len(rows) == len({row["source"] for row in rows})
    for row in rows:
        place = MONTH / "articles" / row["article"]
        assert row["article"][:10] < row["day"], row
        french = read_document(place, doc_id=row["article"])
        assert any(row["source"] in block.text for block in french.blocks), row


def test_the_page_counts_the_sentences_that_were_judged():
    rows = rows_of("judged.csv")
    found = Counter((row["judged"], bool(row["checks"])) for row in rows)
    text = (MONTH / "README.md").read_text(encoding="utf-8")
    for kind in ("good", "rough", "wrong"):
        (told,) = re.findall(rf"(?m)^\| {kind}\b[^|]*\|(.*)\|$", text)
        said = [int(cell) for cell in told.split("|")]
        assert said == [found[kind, True] + found[kind, False], found[kind, True]]


def test_the_page_says_what_was_measured():
    results = json.loads((MONTH / "results.json").read_text(encoding="utf-8"))
    text = (MONTH / "README.md").read_text(encoding="utf-8")
    assert month_pages.filled(text, month_pages.tables(results)) == text
    assert len(re.findall(r"<!-- month:\w+ -->", text)) == len(month_pages.tables(results))
    assert all(sentences_add_up(day) for day in results["days"])
    for name, drawn in month_pages.charts(results["days"]).items():
        assert (MONTH / name).read_text(encoding="utf-8") == drawn
