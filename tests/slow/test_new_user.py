"""A new user's first minutes: an empty root, the wheel, and at most ten commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"
pytestmark = pytest.mark.slow

AT_MOST = 10  # commands


class Stranger:
    """Somebody with a new environment, an empty home and an empty folder.

    The wheel is installed into the environment. What it depends on comes from the environment of
    the tests by a path file, which processes no path files of that environment: an editable
    installation there is not seen.
    """

    def __init__(self, root: Path) -> None:
        self.home, self.desk, self.venv = root / "home", root / "desk", root / "venv"
        for folder in (self.home, self.desk, root / "tmp"):
            folder.mkdir()
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{self.venv / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "TMPDIR": str(root / "tmp"),
            # Whoever asks a network, asks a port where nobody answers.
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "HTTP_PROXY": "http://127.0.0.1:9",
        }
        self.commands: list[str] = []

    def install(self, wheel: Path) -> None:
        python = [sys.executable, "-m"]
        subprocess.run([*python, "venv", "--without-pip", str(self.venv)], check=True)
        pip = [*python, "pip", "--python", str(self.venv), "install", "-q"]
        self._call([*pip, "--no-index", "--no-deps", str(wheel)])
        (packages,) = self.venv.glob("lib/python*/site-packages")
        paths = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
        (packages / "outer.pth").write_text("\n".join(paths) + "\n")
        where = self.python("import pipeline; print(pipeline.__file__)")
        assert Path(where.strip()).is_relative_to(self.venv), where

    def types(self, command: str, *, code: int = 0) -> str:
        """Run one command, count it, and give what it says on standard output."""
        self.commands.append(command)
        done = self._call(shlex.split(command), code=code)
        print(f"$ {command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def python(self, program: str) -> str:
        return self._call([str(self.venv / "bin" / "python"), "-c", program]).stdout

    def _call(self, command: list[str], code: int = 0) -> subprocess.CompletedProcess[str]:
        program = shutil.which(command[0], path=self.environment["PATH"])
        assert program, command
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.desk,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def english(self) -> list[str]:
        text = (self.desk / "outputs" / "sample.en.txt").read_text(encoding="utf-8")
        return text.rstrip("\n").split("\n\n")


@pytest.fixture(scope="module")
def root(tmp_path_factory, distributions):
    """A root where the wheel is installed, and nothing was done yet."""
    folder = tmp_path_factory.mktemp("root")
    Stranger(folder).install(distributions.wheel)
    return folder


@pytest.fixture
def stranger(root, tmp_path):
    """Each test's own home and folder, with the environment of them all."""
    (tmp_path / "venv").symlink_to(root / "venv")
    return Stranger(tmp_path)


def follow(stranger: Stranger, french: str, english: str, *, violated: bool) -> None:
    """Start, translate, change a term, translate again, look: what the two variants share."""
    told = stranger.types("passerelle init")
    assert told.count("made: ") == 3
    translate = told.splitlines()[-1].removeprefix("Next: ")
    assert translate == "passerelle translate articles"
    told = stranger.types(translate)
    assert re.search(r"^Translated 1 document \(9 sentences\) into outputs in ", told)
    before = stranger.english()
    assert len(before) == 4
    assert not any(re.search(rf"\b{english}\b", text, re.IGNORECASE) for text in before)
    outputs = {path.name for path in (stranger.desk / "outputs").iterdir()}
    assert {"sample.en.txt", "report.html", "report.json", "terms.csv", "manifest.json"} <= outputs

    stranger.types(f'passerelle glossary add "{french}" "{english}"')
    told = json.loads(stranger.types(f"{translate} --json"))
    # Only sentences with the term are touched, and the term stands in them.
    article = (stranger.desk / "articles" / "sample.fr.txt").read_text(encoding="utf-8")
    after = stranger.english()
    for source, old, new in zip(article.rstrip("\n").split("\n\n"), before, after, strict=True):
        if french in source:
            assert re.search(rf"\b{english}\b", new, re.IGNORECASE), new
        else:
            assert new == old
    touched = article.count(french)
    assert 0 <= told["segments"]["translated"] <= touched
    assert told["segments"]["total"] == 9
    assert bool(told["terms"]["violated"]) == violated

    told = stranger.types("passerelle")
    assert "Next: open outputs/report.html" in told
    page = (stranger.desk / "outputs" / "report.html").read_text(encoding="utf-8")
    assert "<title>" in page
    assert french in page
    stranger.types("passerelle quality report")
    if "  doctor " in stranger.types("passerelle --help"):
        stranger.types("passerelle doctor")


def test_from_nothing_to_a_checked_translation_with_an_argos_package(stranger):
    stranger.types(f"passerelle models install {shlex.quote(str(PACKAGE))}")
    # The package knows a few hundred words: most terms of the article are beyond it.
    follow(stranger, "entreprise", "firm", violated=True)
    assert len(stranger.commands) <= AT_MOST
    # All that was written stands in the folder and the home.
    assert {path.name for path in stranger.desk.iterdir()} == {
        *("articles", "glossary", "outputs", "passerelle.toml")
    }
    assert {path.name for path in stranger.home.iterdir()} <= {".local", ".cache", ".config"}


def linked(source, target):
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def test_from_nothing_to_a_checked_translation_with_the_bundled_model(stranger, bundled_folder):
    # Preparing the model is tested elsewhere, and takes a minute: here it is prepared already.
    store = stranger.home / ".local" / "share" / "passerelle" / "models" / bundled_folder.name
    shutil.copytree(bundled_folder, store, copy_function=linked)
    follow(stranger, "fin de l’année", "close of the year", violated=False)
    assert len(stranger.commands) <= AT_MOST
