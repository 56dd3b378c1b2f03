"""Whatever one file of a run's state becomes, the next run and its report come to their end."""

from __future__ import annotations

import importlib.util
import random
import shutil
import sys
from pathlib import Path

import pytest

from pipeline.memory import Approved, TranslationMemory
from pipeline.run.reporting.quality import with_quality

TORTURE = Path(__file__).parents[1] / "torture"
HIDDEN = (".passerelle/journal.sqlite", ".passerelle/memory.sqlite", ".passerelle/running")
STATE = (
    *HIDDEN,
    *("manifest.json", "history.parquet", "report.json", "quality.csv", "quality.parquet"),
    *("segments.parquet", "terms.csv", "report.html", ".passerelle/memory.sqlite.approved.jsonl"),
)


@pytest.fixture(scope="module")
def damage():
    spec = importlib.util.spec_from_file_location("mutations", TORTURE / "mutations.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module
    spec.loader.exec_module(module)
    return module.damage


@pytest.fixture
def made(tmp_path, translate):
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.txt").write_text(f"Bonjour {number}. Il pleut.\n")
    for _ in range(2):
        with_quality(translate(tmp_path / "in", out=tmp_path / "made"))
    with TranslationMemory(tmp_path / "made" / HIDDEN[1]) as memory:
        memory.approve([Approved(source="Il pleut.", target="It rains.")])
    with_quality(translate(tmp_path / "in", out=tmp_path / "made"))
    (tmp_path / "made" / HIDDEN[2]).write_text("1f-0a1b2c3d\n")
    return tmp_path / "made"


@pytest.mark.parametrize("seed", range(3))
def test_no_damage_stops_a_run_or_its_report(made, tmp_path, translate, damage, seed):
    dice = random.Random(seed)
    for name in STATE:
        out = tmp_path / "out"
        shutil.copytree(made, out)
        kind, data = damage((out / name).read_bytes(), dice)
        if data is None:
            (out / name).unlink()
        else:
            (out / name).write_bytes(data)
        report = with_quality(translate(tmp_path / "in", out=out))
        what = f"{kind} {name}"
        assert (report.documents, report.skipped) == (3, ()), what
        assert report.quality is not None, what
        for number in range(3):
            text = (out / f"{number}.en.txt").read_text()
            assert text == f"[Bonjour {number}.] It rains.\n", what
        with TranslationMemory(out / HIDDEN[1]) as memory:
            assert [e.target for e in memory.approved_entries()] == ["It rains."], what
        shutil.rmtree(out)
