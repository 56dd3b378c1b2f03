"""Fixtures that load real weights, once per session."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.engines.bundled import BundledEngine
from pipeline.models import Store, default_root, ready_model

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributions:
    """The wheel and the sdist of this checkout."""

    wheel: Path
    sdist: Path


def built(source: Path, folder: Path, *kinds: str) -> list[Path]:
    """Build distributions without isolation: nothing is asked of any network."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    for kind in kinds:
        done = subprocess.run(
            [*command, "-t", kind], cwd=source, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return sorted(folder.iterdir())


@pytest.fixture(scope="session")
def build():
    """Builds: `built`."""
    return built


@pytest.fixture(scope="session")
def distributions(tmp_path_factory) -> Distributions:
    """The wheel and the sdist of this checkout, built once."""
    wheel, sdist = built(PROJECT, tmp_path_factory.mktemp("dist"), "wheel", "sdist")
    return Distributions(wheel=wheel, sdist=sdist)


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
