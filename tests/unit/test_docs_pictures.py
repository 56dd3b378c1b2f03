"""The pictures of the documentation show what is there now."""

from __future__ import annotations

import hashlib
import sys
import tomllib

import pytest
from pages import ROOT

sys.path.insert(0, str(ROOT / "docs"))
import pictures

NOTED = tomllib.loads(pictures.NOTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", pictures.SOURCES)
def test_a_picture_is_of_what_is_there_now(name):
    stale = (
        f"docs/{name} shows what was: run `make pictures`, look at it, commit it with pictures.toml"
    )
    assert NOTED[name]["made_from"] == pictures.made_from(name), stale
    file = hashlib.sha256((ROOT / "docs" / name).read_bytes()).hexdigest()
    assert NOTED[name]["file"] == file, f"docs/{name} was not made by `make pictures`"


def test_a_change_of_what_a_picture_shows_changes_its_digest(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("un")
    monkeypatch.setattr(pictures, "ROOT", tmp_path)
    before = pictures.made_from("docx.png")
    (tmp_path / "seeds" / "a.txt").write_text("deux")
    assert pictures.made_from("docx.png") != before
    (tmp_path / "seeds" / "a.txt").write_text("un")
    assert pictures.made_from("docx.png") == before


def test_every_picture_that_a_page_shows_is_made_by_the_script_or_lies_beside_its_page():
    shown = {p.name for p in (ROOT / "docs").glob("*.png")}
    assert shown == set(pictures.SOURCES)


def test_the_article_is_cut_into_headings_and_paragraphs():
    found = pictures.paragraphs()
    assert [text for heading, text in found if heading][:2] == [
        "Une tentative inattendue de rapprochement",
        "Le poids stratégique d’OpenAI",
    ]
    assert found[0][1].startswith("Petite pépite")
    assert pictures.pieces("À OpenAI, l’intelligence artificielle.") == [
        ("", "À "),
        ("strong", "OpenAI"),
        ("", ", l’"),
        ("em", "intelligence artificielle"),
        ("", "."),
    ]
