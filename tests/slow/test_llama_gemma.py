"""Gemma 3 270M, as the package index carries it, run by llama.cpp on the seed article."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from pipeline.engines import GuardedEngine
from pipeline.models.bundled import _assemble

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("xllamacpp") is None, reason="xllamacpp is not installed (the extra [llama])"
    ),
]
PROJECT = Path(__file__).parents[2]
SEED = PROJECT / "seeds" / "musk-zuckerberg-openai.fr.txt"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("gemma") / "gemma-3-270m-Q4_K_M.gguf"
    _assemble(path)
    return path


# The file holds the model that was not taught to chat: given examples, it translates.
def test_terms_are_kept_or_flagged_and_nothing_is_lost(model, tmp_path, translate):
    from pipeline.engines.llama import LlamaEngine

    paragraphs = [p for p in SEED.read_text("utf-8").split("\n\n") if len(p) > 80][1:2]
    (tmp_path / "seed.txt").write_text("\n\n".join(paragraphs) + "\n", "utf-8")
    engine = LlamaEngine(str(model), profile="completion", threads=1)
    try:
        translate(
            tmp_path / "seed.txt",
            engine=GuardedEngine(engine),
            glossary=(str(PROJECT / "glossary" / "terms.csv"),),
        )
    finally:
        engine._child.stop()
    rows = pl.read_parquet(tmp_path / "out" / "segments.parquet").to_dicts()
    assert all(row["target"].strip() for row in rows)
    for row in rows:
        findings = {finding["check"] for finding in row["findings"]}
        for term in row["terms"]:
            assert term["status"] == "satisfied" or findings, (row["source"], row["target"])
        if row["target"] == row["source"]:
            assert findings
    english = [row for row in rows if row["target"] != row["source"]]
    assert len(english) >= 0.8 * len(rows)
