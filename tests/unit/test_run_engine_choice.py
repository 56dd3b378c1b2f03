"""Opening an engine: placeholders are measured once, on the model itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.glossary.enforce.placeholders import is_measured, load_shape
from pipeline.models import Store
from pipeline.run import open_engine

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"


@pytest.fixture
def opened(tmp_path):
    """Open the tiny Argos package as a run does; gives the engine and what was said."""
    with zipfile.ZipFile(PACKAGE) as archive:
        archive.extractall(tmp_path / "package")
    folder = next(path.parent for path in (tmp_path / "package").rglob("metadata.json"))
    store = Store(tmp_path / "models", argos_folders=())

    def call(**options):
        said = []
        settings = Settings(model=str(folder), **options)
        return open_engine(settings, store, progress=said.append), said, store

    return call


def test_placeholders_are_measured_at_the_first_use_and_kept(opened):
    first, said, store = opened()
    assert [text for text in said if "placeholder" in text]
    fingerprint = first.engine.fingerprint
    assert is_measured(store.root, fingerprint)
    assert first.masks == load_shape(store.root, fingerprint)
    second, said, _ = opened()
    assert said == []
    assert second.masks == first.masks


def test_without_a_glossary_nothing_is_measured(opened):
    chosen, said, store = opened(glossary=())
    assert (chosen.masks, said) == (None, [])
    assert not is_measured(store.root, chosen.engine.fingerprint)


def test_a_damaged_measurement_is_made_anew(opened):
    first, _, store = opened()
    kept = next((store.root / ".calibration").iterdir())
    whole = kept.read_bytes()
    kept.write_bytes(whole[:20])
    second, said, _ = opened()
    assert second.masks == first.masks
    assert said
    assert kept.read_bytes() == whole


def test_a_measurement_that_cannot_be_kept_is_used_all_the_same(opened, tmp_path):
    first, _, store = opened()
    for path in (store.root / ".calibration").iterdir():
        path.unlink()
    (store.root / ".calibration").rmdir()
    (store.root / ".calibration").write_text("a file in the folder's place", encoding="utf-8")
    second, said, _ = opened()
    assert second.masks == first.masks
    assert any("could not be kept" in text for text in said)
