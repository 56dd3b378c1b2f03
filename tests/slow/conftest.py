"""Fixtures that load real weights, once per session."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.bundled import BundledEngine
from pipeline.models import Store, default_root, ready_model


@pytest.fixture(scope="session")
def bundled_folder() -> Path:
    """The bundled model in the user's own store, made where it is missing."""
    return ready_model(Store(default_root()), "bundled", progress=print).path


@pytest.fixture(scope="session")
def bundled_engine(bundled_folder: Path) -> BundledEngine:
    return BundledEngine(bundled_folder)


@pytest.fixture(scope="session")
def flores() -> tuple[list[str], list[str]]:
    """FLORES dev, French and English: lies beside the project, never inside it."""
    folder = Path(__file__).parents[3] / "shared" / "testsets" / "flores-dev"
    if not folder.is_dir():
        pytest.skip("FLORES dev does not lie in ../shared/testsets on this machine")
    french, english = (
        (folder / f"flores-dev.{code}").read_text(encoding="utf-8").splitlines()
        for code in ("fr", "en")
    )
    return french, english
