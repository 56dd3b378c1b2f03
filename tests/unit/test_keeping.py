"""Only what is known to be ours is overwritten: outputs × what stands in their place."""

from __future__ import annotations

import json
import os
import shutil

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import OutputError, UsageError
from pipeline.keeping import OUTPUTS, Keeper, Record
from pipeline.quality import build_report, write_report
from pipeline.run.reporting.quality import with_quality

THEIRS = b"somebody's, and precious\n"
REPORTS = ("report.html", "report.json", "quality.csv", "quality.parquet", "history.parquet")


@pytest.fixture
def desk(tmp_path, monkeypatch, translate):
    """Run a small corpus with its quality report: ``desk()``; returns what was told."""
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Bonjour. Il pleut.\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"id": 1, "text": "Il neige."}\n{"id": 2}\n')

    def run(text=None, *, archive=False, **options):
        if text:
            (tmp_path / "in" / "a.txt").write_text(text, encoding="utf-8")
            (tmp_path / "b.jsonl").write_text(json.dumps({"id": 1, "text": text}) + "\n{}\n")
        source = "b.jsonl" if archive else "in"
        report = translate(source, out="out", **options)
        said = list(translate.reporter.warnings)
        with_quality(report, tell=said.append)
        return said

    run.folder = tmp_path / "out"
    return run


def kept_in(folder):
    return sorted(p.name for p in folder.iterdir() if ".kept-" in p.name)


def names(archive):
    made = ["b.en.jsonl", "skipped.jsonl"] if archive else ["a.en.txt"]
    return [*made, *(name for name in OUTPUTS if name != "skipped.jsonl")]


@pytest.mark.parametrize("archive", [False, True])
def test_what_somebody_has_under_any_name_of_ours_is_kept_and_told(desk, archive):
    desk.folder.mkdir()
    for name in names(archive):
        (desk.folder / name).write_bytes(THEIRS)
    said = desk(archive=archive)
    for name in names(archive):
        assert (desk.folder / f"{name}.kept-1").read_bytes() == THEIRS, name
        assert (desk.folder / name).read_bytes() != THEIRS, name
        assert sum(f"it is kept as {name}.kept-1" in line for line in said) == 1, name
    desk("Autre chose.\n", archive=archive)
    desk(archive=archive)
    assert kept_in(desk.folder) == sorted(f"{name}.kept-1" for name in names(archive))


@pytest.mark.parametrize("archive", [False, True])
def test_our_own_runs_pile_up_nothing(desk, archive):
    for text in ("Un.\n", "Deux.\n", None, "Un.\n"):
        assert not any("kept" in line for line in desk(text, archive=archive))
    desk(force=True, archive=archive)
    assert kept_in(desk.folder) == []


@pytest.mark.parametrize("archive", [False, True])
def test_what_a_person_edited_of_ours_is_kept_once(desk, archive):
    desk(archive=archive)
    for name in names(archive):
        with (desk.folder / name).open("ab") as handle:
            handle.write(b"\nedited")
    edited = {name: (desk.folder / name).read_bytes() for name in names(archive)}
    said = desk("Autre chose, enfin.\n", archive=archive)
    for name, data in edited.items():
        assert (desk.folder / f"{name}.kept-1").read_bytes() == data, name
        assert any(f"{name} was changed by somebody" in line for line in said), name
    desk("Encore autre chose.\n", archive=archive)
    assert kept_in(desk.folder) == sorted(f"{name}.kept-1" for name in names(archive))


def test_a_link_is_kept_as_a_link_and_what_it_leads_to_is_left_alone(desk, tmp_path):
    desk.folder.mkdir()
    (tmp_path / "precious").write_bytes(THEIRS)
    for name in names(False):
        (desk.folder / name).symlink_to("../precious" if name != "terms.csv" else "nowhere")
    desk()
    assert (tmp_path / "precious").read_bytes() == THEIRS
    for name in names(False):
        assert (desk.folder / f"{name}.kept-1").is_symlink(), name
        assert not (desk.folder / name).is_symlink(), name


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_folder_or_a_pipe_is_refused_before_any_work(desk, name, fake_engine_class):
    desk.folder.mkdir()
    for make, text in ((os.mkdir, "a folder"), (os.mkfifo, "not a regular file")):
        make(desk.folder / name)
        engine = fake_engine_class()
        with pytest.raises(OutputError, match=text) as caught:
            desk(engine=engine)
        assert caught.value.place.endswith(name)
        assert caught.value.next_step
        assert engine.asked == []
        (desk.folder / name).rmdir() if make is os.mkdir else (desk.folder / name).unlink()


def test_read_only_files_of_somebody_are_kept_with_their_permissions(desk):
    desk.folder.mkdir()
    for name in names(False):
        (desk.folder / name).write_bytes(THEIRS)
        (desk.folder / name).chmod(0o444)
    desk()
    for name in names(False):
        kept = desk.folder / f"{name}.kept-1"
        assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (THEIRS, 0o444)


def test_without_the_record_what_bears_our_mark_is_ours_and_the_rest_is_kept(desk):
    desk()
    shutil.rmtree(desk.folder / ".passerelle")
    desk("Autre chose.\n")
    kept = ["a.en.txt.kept-1", "quality.csv.kept-1"]  # terms.csv is the same in both runs
    assert kept_in(desk.folder) == kept
    assert (desk.folder / "a.en.txt.kept-1").read_text() == "[Bonjour.] [Il pleut.]\n"
    history = pl.read_parquet(desk.folder / "history.parquet")
    assert history.height == 2


def test_a_manifest_of_version_0_1_is_known_by_its_mark(desk):
    desk.folder.mkdir()
    old = {"time": {}, "versions": {"python": "3.12", "passerelle": "0.1.0"}, "documents": 3}
    (desk.folder / "manifest.json").write_text(json.dumps(old, indent=2))
    desk()
    assert kept_in(desk.folder) == []


def test_the_glossary_the_memory_or_an_input_is_never_in_the_place_of_an_output(
    desk, tmp_path, translate
):
    desk.folder.mkdir()
    terms = desk.folder / "terms.csv"
    terms.write_text("source,target\nIA,AI\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(terms)
    for glossary in (terms, tmp_path / "link.csv"):
        with pytest.raises(UsageError, match=r"terms.csv in the place of a file that it reads"):
            desk(glossary=(str(glossary),))
    rows = desk.folder / "skipped.jsonl"
    rows.write_text('{"id": 1, "text": "Il neige."}\n')
    with pytest.raises(UsageError, match=r"skipped.jsonl in the place"):
        translate(rows, out=desk.folder)
    for to in ("b.jsonl", "./b.jsonl", "in/../b.jsonl"):
        with pytest.raises(UsageError):
            desk(archive=True, rows=to)
    assert terms.read_text(encoding="utf-8") == "source,target\nIA,AI\n"
    assert (tmp_path / "b.jsonl").read_text().startswith('{"id": 1')


def test_rows_elsewhere_are_kept_as_everything_is(desk, tmp_path):
    (tmp_path / "x.jsonl").write_bytes(THEIRS)
    said = desk(archive=True, rows="x.jsonl")
    assert (tmp_path / "x.jsonl.kept-1").read_bytes() == THEIRS
    assert any("x.jsonl.kept-1" in line for line in said)
    desk("Autre chose.", archive=True, rows="x.jsonl")
    assert not (tmp_path / "x.jsonl.kept-2").exists()


def test_a_file_of_skipped_rows_that_is_somebodys_is_not_deleted(desk, tmp_path):
    desk.folder.mkdir()
    (desk.folder / "skipped.jsonl").write_bytes(THEIRS)
    (tmp_path / "b.jsonl").write_text('{"id": 1, "text": "Il neige."}\n')
    desk(archive=True)
    assert (desk.folder / "skipped.jsonl").read_bytes() == THEIRS
    desk("Deux.", archive=True)
    assert kept_in(desk.folder) == ["skipped.jsonl.kept-1"]
    (tmp_path / "b.jsonl").write_text('{"id": 1, "text": "Il neige."}\n')
    desk(archive=True)
    assert not (desk.folder / "skipped.jsonl").exists()


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.tbx", "x.tmx", "memory.csv"])
def test_exports_keep_what_is_not_theirs(desk, tmp_path, name):
    desk()
    glossary = tmp_path / "mine.csv"
    glossary.write_text("source,target\nIA,AI\n", encoding="utf-8")
    target = tmp_path / name
    command = ["glossary", "export", name, "--glossary", "mine.csv"]
    if name == "memory.csv":
        command = ["memory", "export", name, "--out", "out"]

    def export():
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
        return done.stderr

    target.write_bytes(THEIRS)
    assert f"{name}.kept-1" in export()
    assert (tmp_path / f"{name}.kept-1").read_bytes() == THEIRS
    for _ in range(2):
        glossary.write_text(glossary.read_text() + f"UE{_},EU\n", encoding="utf-8")
        desk(f"Jour {_}.\n")
        assert "kept" not in export()
    with target.open("ab") as handle:
        handle.write(b"mine\n")
    edited = target.read_bytes()
    assert f"{name}.kept-2" in export()
    assert (tmp_path / f"{name}.kept-2").read_bytes() == edited


def test_an_export_goes_neither_into_a_device_nor_over_the_memory(desk, tmp_path):
    desk()
    memory = tmp_path / "out" / ".passerelle" / "memory.sqlite"
    before = memory.read_bytes()
    os.mkfifo(tmp_path / "pipe")
    for target in ("/dev/null", "pipe", "in", str(memory)):
        done = CliRunner().invoke(app, ["memory", "export", target, "--out", "out"])
        assert done.exit_code in (UsageError.exit_code, OutputError.exit_code), target
        assert "→" in done.stderr, target
    assert memory.read_bytes() == before


def test_a_report_by_hand_knows_the_runs_own_files(desk):
    desk()
    write_report(build_report(desk.folder), desk.folder)
    assert kept_in(desk.folder) == []
    (desk.folder / "report.html").write_bytes(THEIRS)
    done = CliRunner().invoke(app, ["quality", "report", "out"])
    assert done.exit_code == 0
    assert "report.html.kept-1" in done.stderr
    assert kept_in(desk.folder) == ["report.html.kept-1"]


def test_the_record_knows_the_content_before_and_after(tmp_path):
    with Record(tmp_path / "r.sqlite") as record:
        keeper = Keeper(record, root=tmp_path)
        keeper.write(tmp_path / "a", b"one")
        record.will_write("a", b"killed before it was written")
        assert keeper.write(tmp_path / "a", b"two").kept == ""
        (tmp_path / "a").write_bytes(b"one")  # put back by hand: no longer the last
        assert keeper.write(tmp_path / "a", b"three").kept == "a.kept-1"


def test_a_record_that_cannot_be_keeps_everything(tmp_path):
    (tmp_path / "home").write_bytes(b"")
    for data in (b"one", b"two"):
        Keeper.of_user(tmp_path / "home").write(tmp_path / "x", data)
    assert (tmp_path / "x.kept-1").read_bytes() == b"one"
