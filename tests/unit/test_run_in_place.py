"""Output folders in, at and around the inputs."""

from __future__ import annotations

import pytest

from pipeline.run.reporting.quality import with_quality

TREE = {"t.txt": "Bonjour.\n", "deep/u.fr.txt": "Il pleut.\n", "deep/notes.md": "# La mer\n"}
ENGLISH = {"t.en.txt": "[Bonjour.]\n", "deep/u.en.txt": "[Il pleut.]\n"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in TREE.items():
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_text(text, encoding="utf-8")
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "d" / "here").mkdir()
    (tmp_path / "way").symlink_to("d/here")
    return tmp_path / "d"


@pytest.mark.parametrize(
    "out", ["d", "./d", "link", "d/deep/..", "d/here", "way", "link/here", "o"]
)
@pytest.mark.parametrize("source", ["d", "link", "d/**/*", "./d"])
def test_translations_land_there_and_are_never_read(folder, tmp_path, translate, source, out):
    made = tmp_path / out
    for round_ in range(3):
        report = with_quality(translate(source, out=out))
        assert report.documents == len(TREE), round_
        assert report.skipped == ()
        assert report.kept == ()
        assert report.scores is None, "a translation was its own reference"
        for name, text in ENGLISH.items():
            assert (made / name).read_text(encoding="utf-8") == text
        for name, text in TREE.items():
            assert (folder / name).read_text(encoding="utf-8") == text
    assert not list(tmp_path.rglob("*.en.en.*"))
    assert "bleu" not in (made / "report.json").read_text(encoding="utf-8").split('"history"')[0]


def test_in_place_what_a_person_has_there_is_kept(folder, translate):
    (folder / "t.en.txt").write_text("My own.\n")
    (folder / "terms.csv").write_text("mine\n")
    report = translate("d", out="d")
    assert sorted(report.kept) == ["t.en.txt.kept-1", "terms.csv.kept-1"]
    assert (folder / "t.en.txt.kept-1").read_text() == "My own.\n"
    assert (folder / "terms.csv.kept-1").read_text() == "mine\n"
    assert (folder / "t.en.txt").read_text() == "[Bonjour.]\n"


def test_in_place_a_reference_in_another_folder_still_counts(tmp_path, monkeypatch, translate):
    monkeypatch.chdir(tmp_path)
    for name, text in {"d/fr/t.txt": "Bonjour.\n", "d/en/t.txt": "Hello there.\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    report = translate("d/fr", out="d/fr")
    assert report.scores is not None
    assert report.scores.documents == 1
