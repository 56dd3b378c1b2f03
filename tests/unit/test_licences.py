"""What a run loads, and what it must not: nothing under the GNU Affero licence."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ARCHIVE = PROJECT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"

# `passerelle translate` as its script calls it; at the end, what was loaded.
RUN = """
import sys
from pipeline.cli import main
sys.argv = ["passerelle", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("path", ["-", "a.txt"])
def test_a_run_with_argos_loads_neither_minisbd_nor_anything_as_heavy(tmp_path, path):
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path)
    sentence = "Le ministre a annoncé une nouvelle loi hier.\n"
    (tmp_path / "a.txt").write_text(sentence, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, "translate", path, "--model", "translate-fr_en-1_0"],
        input=sentence,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(PROJECT), "PASSERELLE_HOME": str(tmp_path / "home")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    english = done.stdout if path == "-" else (tmp_path / "outputs" / "a.en.txt").read_text("utf-8")
    assert "a new law yesterday." in english
    loaded = set(done.stderr.splitlines()[-1].split())
    assert {"argostranslate", "ctranslate2", "sentencepiece"} <= loaded, "it is the real engine"
    assert not loaded & {"minisbd", "stanza", "spacy", "torch", "onnxruntime", "transformers"}


def test_the_licence_expression_names_what_the_wheel_holds():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0 AND LicenseRef-Gemma"
    notice = " ".join((PROJECT / "NOTICE").read_text("utf-8").split())
    assert "NOTICE" in project["license-files"]
    for named in ("ai.google.dev/gemma/terms", "LicenseRef-Gemma stands for", "minisbd"):
        assert named in notice
