"""The counts of docs/limits are those of its sentences."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "limits"
KINDS = ("sense", "agreement", "name", "omission", "order")


def test_the_table_counts_what_the_sentences_say():
    with (FOLDER / "sentences.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 50
    counts = Counter(
        (kind, version, part)
        for row in rows
        for version in ("v1", "v2")
        for kind in row[f"{version}_errors"].split()
        for part in (row["from"], "all")
    )
    assert {kind for kind, _, _ in counts} <= set(KINDS)
    order = [(v, p) for p in ("seed", "news", "all") for v in ("v1", "v2")]
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for kind in KINDS:
        (told,) = re.findall(rf"(?m)^\| {kind}\b[^|]*\|(.*)\|$", text)
        assert [int(n) for n in told.split("|")] == [counts[kind, v, p] for v, p in order]
    (told,) = re.findall(r"(?m)^\| \*\*all\*\* \|(.*)\|$", text)
    sums = [sum(counts[kind, v, p] for kind in KINDS) for v, p in order]
    assert [int(n.strip(" *")) for n in told.split("|")] == sums
