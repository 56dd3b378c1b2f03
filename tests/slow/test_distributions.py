"""What the wheel and the sdist hold: all that is needed, nothing else, and the same each time."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

GLOSSARY = "pipeline/home/data/terms.csv"  # stands in the repository as glossary/terms.csv


def members(archive):
    """Every file of a wheel or an sdist, with its bytes; an sdist's without its first folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(archive) as sdist:
        return {
            member.name.partition("/")[2]: sdist.extractfile(member).read()
            for member in sdist.getmembers()
            if member.isfile()
        }


@pytest.fixture(scope="module")
def wheel(distributions):
    return members(distributions.wheel)


@pytest.fixture(scope="module")
def sdist(distributions):
    return members(distributions.sdist)


def package_files():
    found = (path for path in (PROJECT / "pipeline").rglob("*") if path.is_file())
    return {p.relative_to(PROJECT).as_posix() for p in found if "__pycache__" not in p.parts}


def test_the_wheel_holds_the_package_and_the_starter_glossary_and_nothing_else(wheel):
    described = {name for name in wheel if ".dist-info/" in name}
    manual = {name for name in wheel if ".data/data/share/man/man1/passerelle" in name}
    assert set(wheel) - described - manual == package_files() | {GLOSSARY}
    assert manual
    assert {name.partition("/")[2] for name in described} == {
        *("METADATA", "WHEEL", "RECORD", "entry_points.txt"),
        *("licenses/LICENSE", "licenses/NOTICE"),
    }
    assert wheel[GLOSSARY] == (PROJECT / "glossary" / "terms.csv").read_bytes()
    assert "pipeline/py.typed" in wheel
    assert "pipeline/home/data/sample.fr.txt" in wheel


def test_the_sdist_holds_what_is_needed_to_build_and_to_test(sdist):
    needed = {
        *("pyproject.toml", "README.md", "LICENSE", "NOTICE", "Makefile", "CHANGELOG.md"),
        *("constraints.txt", "constraints-dev.txt", "glossary/terms.csv", "docs/DESIGN.md"),
        *("seeds/musk-zuckerberg-openai.fr.txt", "tests/conftest.py", "tests/unit/test_config.py"),
        "tests/data/argos/tiny-fr-en.argosmodel",
    }
    assert needed <= set(sdist)
    for name in needed:
        assert sdist[name] == (PROJECT / name).read_bytes(), name


def test_the_sdist_holds_what_git_knows_and_nothing_else(sdist):
    if not (PROJECT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git repository here")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    known = {name for name in listed.split("\0") if name and (PROJECT / name).is_file()}
    assert set(sdist) == known | {"PKG-INFO"}


def test_neither_holds_what_runs_and_tools_leave(wheel, sdist):
    left = ("__pycache__", ".pyc", ".sqlite", ".hypothesis", "_cache/", ".venv", ".egg-info")
    for name in [*wheel, *sdist]:
        assert not any(part in name for part in left), name
        assert not name.startswith("outputs/") or name == "outputs/.gitkeep"


def test_neither_is_larger_than_it_was_thought(distributions):
    sizes = {p.name: p.stat().st_size / 1e6 for p in (distributions.wheel, distributions.sdist)}
    print(", ".join(f"{name}: {size:.1f} MB" for name, size in sizes.items()))
    # 30 MB of them is the adapter of the bundled model.
    assert all(30 < size < 45 for size in sizes.values()), sizes


def test_what_is_required_is_written_in_the_wheel(wheel):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    (text,) = (data.decode() for name, data in wheel.items() if name.endswith("/METADATA"))
    required = [line for line in text.splitlines() if line.startswith("Requires-Dist: ")]
    assert len([line for line in required if "extra ==" not in line]) == len(
        project["dependencies"]
    )
    assert f"Requires-Python: {project['requires-python']}" in text


def test_a_wheel_from_the_sdist_is_the_same_byte_for_byte(distributions, build, wheel, tmp_path):
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    (again,) = build(source, tmp_path / "dist", "wheel")
    assert members(again) == wheel
    assert again.read_bytes() == distributions.wheel.read_bytes()
