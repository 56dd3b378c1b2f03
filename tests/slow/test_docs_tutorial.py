"""The tutorial with the bundled model: what it shows is what a stranger sees."""

from __future__ import annotations

import os

import pytest
from following import Reader
from pages import ROOT

pytestmark = pytest.mark.slow


def test_the_tutorial_shows_what_the_bundled_model_does(tmp_path, monkeypatch, bundled_folder):
    store = bundled_folder.parent.parent
    for name in list(os.environ):
        if name.startswith(("PASSERELLE", "ARGOS")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PASSERELLE_HOME", str(store))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "none"))
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    reader = Reader(folder, engine=True)
    reader.follow(ROOT / "docs" / "tutorial.md")
    assert len(reader.done) >= 12
