from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from making import segment

from pipeline.errors import OutputError
from pipeline.keeping import Keeper
from pipeline.records import (
    Edit,
    Finding,
    Hypothesis,
    Occurrence,
    Span,
    TermResult,
    Translation,
)
from pipeline.run import tables
from pipeline.run.tables import TableWriter
from pipeline.table import read_rows, segment_frame, segment_schema, to_plain


def translation(number: int) -> Translation:
    source = f"Phrase {number}."
    terms = tuple(
        TermResult(
            occurrence=Occurrence(
                term=f"t{n}", row="g.csv:2", span=Span(start=n, end=n + 1), text="x"
            ),
            expected=("a", "b")[: n + 1],
            found="a",
            target=Span(start=0, end=1) if n else None,
            rung="draft",
            status="satisfied",
        )
        for n in range(number % 3)
    )
    edits = (
        Edit(
            span=Span(start=0, end=1),
            before="a",
            after="b",
            rung="repair",
            term="t",
            source=None,
        ),
    ) * (number % 2)
    findings = tuple(
        Finding(check="c", severity="info", message="é", source=span)
        for span in (None, Span(start=1, end=2))[: number % 3]
    )
    return Translation(
        segment=segment(source, doc_id=f"d{number % 3}.txt", block_id=number),
        draft=source,
        target=source.upper(),
        engine="fake",
        fingerprint="f",
        score=None if number % 5 == 0 else -number / 7,
        hypotheses=tuple(Hypothesis(text=f"h{n}", score=-0.5 * n) for n in range(1 + number % 2)),
        terms=terms,
        edits=edits,
        findings=findings,
        seconds=0.25,
    )


def by_rows(translations):
    """The plain way to build the table, against which the quick one is held."""
    rows = [{**to_plain(t), **to_plain(t.segment)} for t in translations]
    return pl.DataFrame(rows, schema=segment_schema())


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_the_table_is_what_its_rows_say(count):
    translations = [translation(n) for n in range(count)]
    frame = segment_frame(translations)
    assert frame.schema == pl.Schema(segment_schema())
    assert frame.equals(by_rows(translations))


def test_a_row_gives_the_translation_back(tmp_path):
    translations = [translation(n) for n in range(30)]
    segment_frame(translations).write_parquet(tmp_path / "t.parquet")
    assert list(read_rows(tmp_path / "t.parquet")) == translations


def test_parts_are_joined_in_order_and_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_ROWS", 7)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "000099.parquet").write_bytes(b"of a killed run")
    writer = TableWriter(tmp_path / "parts")
    translations = [translation(n) for n in range(40)]
    for start in range(0, 40, 9):
        writer.add(translations[start : start + 9])
    writer.finish(tmp_path / "segments.parquet", Keeper())
    assert pl.read_parquet(tmp_path / "segments.parquet").equals(by_rows(translations))
    terms = [t.terms for t in translations if t.terms]
    assert [tuple(found) for *_, found in writer.terms()] == terms
    writer.discard()
    assert not (tmp_path / "parts").exists()


def test_a_run_without_segments_gives_an_empty_table_with_all_columns(tmp_path):
    writer = TableWriter(tmp_path / "parts")
    writer.finish(tmp_path / "segments.parquet", Keeper())
    frame = pl.read_parquet(tmp_path / "segments.parquet")
    assert frame.height == 0
    assert frame.schema == pl.Schema(segment_schema())


def test_a_table_that_cannot_be_written_is_an_output_error(tmp_path, monkeypatch):
    writer = TableWriter(tmp_path / "parts")
    writer.add([translation(1)])
    (tmp_path / "segments.parquet").mkdir()
    with pytest.raises(OutputError):
        writer.finish(tmp_path / "segments.parquet", Keeper())
    with pytest.raises(OutputError):
        TableWriter(tmp_path / "parts" / "000000.parquet")


GROWTH = """
import re, sys
from pathlib import Path
import polars as pl
from pipeline.keeping import Keeper
from pipeline.run.tables import TableWriter

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

rows, folder, parts = pl.read_parquet(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
table = TableWriter(folder / "parts")
for _ in range(parts):
    table.copy(rows)
before = peak()
table.finish(folder / "table.parquet", Keeper())
print(peak() - before, pl.scan_parquet(folder / "table.parquet").select(pl.len()).collect().item())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_joining_the_parts_takes_no_more_memory_for_a_longer_table(tmp_path):
    text = "Une phrase de la longueur que les phrases des journaux ont d’ordinaire. " * 3
    rows = segment_frame([replace(translation(i), target=f"{i} {text}") for i in range(5000)])
    rows.write_parquet(tmp_path / "rows.parquet")
    grown = {}
    for parts in (6, 60):
        folder = tmp_path / str(parts)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", GROWTH, tmp_path / "rows.parquet", folder, str(parts)],
            capture_output=True,
            text=True,
            check=True,
        )
        grown[parts], written = map(float, done.stdout.split())
        assert written == 5000 * parts
    assert grown[60] < grown[6] + 60, grown  # megabytes
