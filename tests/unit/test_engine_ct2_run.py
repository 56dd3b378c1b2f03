"""Runs with a ct2 model: memory, resuming, glossary, Python callers and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ct2_models
import pytest
from typer.testing import CliRunner

from pipeline import Translator
from pipeline.cli.models import app
from pipeline.engines.ct2.engine import Ct2Engine
from pipeline.engines.ct2.families import FAMILIES
from pipeline.errors import ModelDamaged, ModelError

PROJECT = Path(__file__).parents[2]
TEXT = (
    "Le ministre a annoncé une nouvelle loi hier. Le chat dort sur la table.\n\nBonjour à tous !\n"
)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {name: ct2_models.build(root / name, name) for name in ("marian", "small100", "madlad")}


@pytest.fixture
def desk(tmp_path, models):
    """A folder with an article, and passerelle to run in it."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ
            | {"PYTHONPATH": str(PROJECT), "PASSERELLE_HOME": str(tmp_path / "home")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    call.folder = tmp_path
    return call


def test_what_was_translated_is_remembered_by_model_and_family(models, tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    asked = []
    plain = Ct2Engine.translate
    monkeypatch.setattr(
        Ct2Engine, "translate", lambda self, batch: asked.extend(batch) or plain(self, batch)
    )

    def run(model, **more):
        asked.clear()
        options = {"memory": str(tmp_path / "memory.db"), "glossary": [], **more}
        with Translator(model=models[model], **options) as translator:
            return translator.translate(TEXT).text, len(asked)

    english, cost = run("marian")
    assert english.count("\n") == TEXT.count("\n")
    assert cost >= 3
    assert run("marian") == (english, 0), "as after a run that was killed at its end"
    _, cost = run("small100", family="small100")
    assert cost >= 3
    assert run("small100")[1] >= 3, "another family, another answer"
    assert run("marian", beam=2)[1] >= 3, "other options, another answer"
    assert run("marian") == (english, 0)


def test_python_callers_name_a_model_and_a_family(tmp_path, models, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    options = {"model": models["small100"], "family": "small100", "glossary": []}
    with Translator(engine="ct2", **options) as translator:
        done = translator.translate("Le chat dort. Le chien aboie.")
        assert done.text.strip()
        assert translator.translate("Le chat dort. Le chien aboie.").text == done.text
    with (
        pytest.raises(ModelError, match="no French"),
        Translator(model=models["marian"], family="nllb", glossary=[]) as translator,
    ):
        translator.translate("Le chat dort.")


def test_the_glossary_is_kept_or_its_violation_named(tmp_path, models, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "terms.csv").write_text("source,target\nchat,tomcat\nloi,bill\n", encoding="utf-8")
    with Translator(model=models["madlad"], glossary=[str(tmp_path / "terms.csv")]) as translator:
        done = translator.translate(TEXT)
    terms = [term for row in done.sentences for term in row.terms]
    assert len(terms) == 2
    for row in done.sentences:
        for term in row.terms:
            if term.satisfied:
                assert term.found.casefold() in row.target.casefold()
            else:
                assert any(f.check == "term" for f in row.findings)


# --- passerelle models check ----------------------------------------------------------------


def check(*arguments):
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        result.error = result.exception
    return result


def test_check_says_what_a_model_is(models, monkeypatch):
    monkeypatch.setattr(Ct2Engine, "translate", lambda self, batch: [(_sound(),) for _ in batch])
    for name, folder in models.items():
        shown = check(folder, "--family", name)
        assert shown.exit_code == 0, shown.output
        family = FAMILIES[name]
        for expected in (
            family.title,
            f"{family.licence} (as published: check yours)",
            "scores, nbest, bans, exact",
            f"beam {family.decoding.beam}, length penalty {family.decoding.length_penalty}",
            "The minister announced a new law yesterday.",
        ):
            assert expected in shown.output
        told = json.loads(check(folder, "--family", name, "--json").stdout)
        assert told["ok"] is True
        assert told["engine"] == "ct2"
        assert told["family"] == family.title
        assert told["abilities"] == ["scores", "nbest", "bans", "exact"]


def _sound(text="The minister announced a new law yesterday."):
    from pipeline.records import Hypothesis

    return Hypothesis(text=text, score=-0.1)


@pytest.mark.parametrize(
    ("english", "problem"),
    [
        ("", "the model gives nothing"),
        ("law law law law law law law law law", "words that repeat themselves"),
        ("Le ministre a annoncé une nouvelle loi hier.", "the model gives the French"),
    ],
)
def test_a_model_that_answers_nonsense_is_told(models, monkeypatch, english, problem):
    monkeypatch.setattr(
        Ct2Engine, "translate", lambda self, batch: [(_sound(english),) for _ in batch]
    )
    shown = check(models["marian"], "--json")
    assert isinstance(shown.error, ModelError)
    told = json.loads(shown.stdout)
    assert told["ok"] is False
    assert problem in told["problem"] == shown.error.problem
    assert "--family" in told["next_step"]


def test_check_of_a_broken_folder_is_an_error_in_words(desk, models, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.bin").write_bytes(b"")
    shown = check(broken, "--json")
    assert isinstance(shown.error, ModelDamaged)
    told = json.loads(shown.stdout)
    assert told["ok"] is False
    assert told["place"] == str(broken / "model.bin")
    done = desk("models", "check", broken)
    assert done.returncode == 6
    assert "model.bin is damaged" in done.stderr
    assert "→ get the file again" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_guide_knows_every_family():
    guide = (PROJECT / "docs" / "ENGINES.md").read_text("utf-8")
    for family in FAMILIES.values():
        row = next(line for line in guide.splitlines() if f"| `{family.name}` |" in line)
        licence = family.licence.partition(":")[2 if family.name == "marian" else 0]
        assert licence.strip().split(" ")[0] in row
        assert all(name in guide for name in family.file.split(" and "))
