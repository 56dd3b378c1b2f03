from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import EngineError, MemoryStoreError, ModelMissing, OutputError

SCRIPT = Path(__file__).parents[1] / "passerelle_with_fake_engine.py"
GOOD = "Il fait beau. Il pleut.\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.fr.txt").write_text(GOOD)
    return tmp_path / "in"


def reasons(report):
    return {passed.name.rsplit("/", 1)[-1]: passed.reason for passed in report.skipped}


def assert_good_was_translated(report, tmp_path):
    good = tmp_path / "out" / "good.en.txt"
    assert good.read_text() == "[Il fait beau.] [Il pleut.]\n"
    assert report.documents >= 1


def test_an_empty_file_gives_an_empty_translation(folder, tmp_path, translate):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_bytes(b" \n\n\t\n")
    report = translate(folder)
    assert (report.documents, report.exit_code()) == (3, 0)
    assert (tmp_path / "out" / "empty.en.txt").read_bytes() == b""
    assert (tmp_path / "out" / "blank.en.txt").read_bytes() == b" \n\n\t\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("binary.txt", bytes(range(256)) * 10),
        ("nul.txt", b"Il pleut.\0Il neige."),
        (
            "broken.txt",
            "Il pleut à Genève, l’été. ".encode() * 20 + b"\xc3\x28 " + "é".encode() * 40,
        ),
        ("zip.md", b"PK\x03\x04" + os.urandom(400)),
    ],
)
def test_what_is_no_text_is_skipped_with_a_reason_and_the_others_go_on(
    folder, tmp_path, translate, name, data
):
    (folder / name).write_bytes(data)
    report = translate(folder)
    assert_good_was_translated(report, tmp_path)
    if name in reasons(report):
        assert report.exit_code() == 3
        assert reasons(report)[name]
        assert any(name in warning for warning in translate.reporter.warnings)
    else:  # read after all, with a note on the encoding
        assert (tmp_path / "out" / name.replace(".txt", ".en.txt")).exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_other_encodings_are_read_and_written_as_utf8(folder, tmp_path, translate, encoding):
    text = "L’été dernier, à Genève, l’élève a mangé une crêpe. Où était-il ? Ça, c’est drôle.\n"
    (folder / "other.txt").write_bytes(text.encode(encoding))
    report = translate(folder)
    assert report.exit_code() == 0, report.skipped
    written = (tmp_path / "out" / "other.en.txt").read_bytes().decode("utf-8-sig")
    assert "[L’été dernier, à Genève, l’élève a mangé une crêpe.]" in written


def test_pipes_broken_links_and_loops_are_named_and_do_not_hang_the_run(
    folder, tmp_path, translate
):
    os.mkfifo(folder / "pipe.txt")
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    (folder / "itself.txt").symlink_to(folder / "itself.txt")
    (folder / "up").symlink_to(folder)
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inside.txt").write_text("Oui.")
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.relpath(folder / "socket.txt"))
    try:
        report = translate(folder)
    finally:
        server.close()
    assert_good_was_translated(report, tmp_path)
    assert (tmp_path / "out" / "folder.txt" / "inside.en.txt").read_text() == "[Oui.]"
    found = reasons(report)
    assert "not a regular file" in found["pipe.txt"]
    assert "not a regular file" in found["socket.txt"]
    assert "does not exist" in found["dangling.txt"]
    assert "leads back to itself" in found["itself.txt"]
    assert any("leads back to a folder above" in passed.reason for passed in report.ignored)
    assert report.exit_code() == 3


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read and write everything"
)
def test_files_and_folders_without_permission_are_named(folder, tmp_path, translate):
    (folder / "secret.txt").write_text("Secret.")
    (folder / "secret.txt").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0)
    try:
        report = translate(folder)
    finally:
        (folder / "closed").chmod(0o700)
    assert_good_was_translated(report, tmp_path)
    assert "permission" in reasons(report)["secret.txt"]
    assert "permission" in reasons(report)["closed"]


def test_a_real_process_without_permission_translates_the_rest(folder, tmp_path):
    """Root passes every permission, unless it gives that right away."""
    command = [sys.executable, str(SCRIPT), str(tmp_path / "log"), "0", "50", "100"]
    if hasattr(os, "getuid") and os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root can give its rights away only with setpriv")
        rights = "--bounding-set=-dac_override,-dac_read_search"
        probe = subprocess.run(["setpriv", rights, "true"], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip("root may not give its rights away here")
        command = ["setpriv", rights, *command]
    (folder / "secret.txt").write_text("Secret.")
    (folder / "closed").mkdir()
    (folder / "closed" / "b.txt").write_text("Fermé.")
    # References are looked for in `en` beside `fr`: one that nobody may look into is none.
    (folder / "fr").mkdir()
    (folder / "fr" / "c.txt").write_text("Il neige.")
    (folder / "en").mkdir()
    (tmp_path / "ro").mkdir()
    for path, mode in (("in/secret.txt", 0), ("in/closed", 0), ("in/en", 0), ("ro", 0o555)):
        (tmp_path / path).chmod(mode)

    def run(*options):
        return subprocess.run(
            [*command, "translate", "in", "--no-report", "-q", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        done, refused = run("-o", "out", "-g", ""), run("-o", "ro", "-g", "")
        beyond, unseen = run("-o", "in/closed/out", "-g", ""), run("-g", "in/closed/terms.csv")
    finally:
        (folder / "closed").chmod(0o700)
        (folder / "en").chmod(0o700)
    assert done.returncode == 3
    assert (tmp_path / "out" / "good.en.txt").read_text() == "[Il fait beau.] [Il pleut.]\n"
    assert "skipped in/closed: no permission to read it" in done.stderr
    assert "skipped in/secret.txt: it cannot be read: Permission denied" in done.stderr
    assert refused.returncode == 7
    assert "ro/.passerelle/lock: no permission to write here" in refused.stderr
    assert (beyond.returncode, unseen.returncode) == (7, 5)
    assert "in/closed/out/.passerelle/lock: no permission" in beyond.stderr
    assert "in/closed/terms.csv: cannot be read: Permission denied" in unseen.stderr
    for process in (done, refused, beyond, unseen):
        assert "Traceback" not in process.stderr
    assert list((tmp_path / "ro").iterdir()) == []


def test_a_file_that_vanishes_after_the_plan_is_skipped(folder, tmp_path, translate, monkeypatch):
    from pipeline.run import batch

    (folder / "a-gone.txt").write_text("Adieu.")
    real = batch.Journal.refuse_overwriting

    def vanish(self, out):
        (folder / "a-gone.txt").unlink()
        real(self, out)

    monkeypatch.setattr(batch.Journal, "refuse_overwriting", vanish)
    report = translate(folder)
    assert_good_was_translated(report, tmp_path)
    assert "no such file" in reasons(report)["a-gone.txt"]


def test_a_name_that_is_not_utf8_is_skipped(folder, tmp_path, translate):
    try:
        (folder / os.fsdecode(b"caf\xe9.txt")).write_text("Un café.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = translate(folder)
    assert_good_was_translated(report, tmp_path)
    assert "not valid UTF-8" in report.skipped[0].reason
    assert "caf\\udce9.txt" in report.skipped[0].name


def test_a_file_above_the_limit_is_skipped_unread(folder, tmp_path, translate):
    with (folder / "huge.txt").open("wb") as handle:
        handle.truncate(200_000_000)
    report = translate(folder)
    assert_good_was_translated(report, tmp_path)
    assert "200 MB, more than 64 MB" in reasons(report)["huge.txt"]


def test_five_megabytes_in_one_line_are_translated(tmp_path, translate):
    middle = "que les nuages passent, que les bateaux rentrent et que le phare s’allume, " * 3
    sentence = "Le vent se lève sur la mer, dit-on, avant " + middle + "vers {} heures. "
    count = 5_000_000 // len(sentence)
    text = "".join(sentence.format(number % 1000) for number in range(count)).strip()
    assert len(text.encode()) > 4_990_000
    source = tmp_path / "line.fr.txt"
    source.write_text(text, encoding="utf-8")
    report = translate(source, window=4000, step_tokens=100_000, touch_ups=False)
    assert report.exit_code() == 0
    assert report.segments.total == count
    assert report.segments.translated == 1000
    written = (tmp_path / "out" / "line.en.txt").read_text(encoding="utf-8")
    assert written.count("[") == count
    assert written.replace("[", "").replace("]", "") == text


def test_a_sentence_of_a_megabyte_is_cut_translated_and_reported(tmp_path, translate):
    source = tmp_path / "sentence.fr.txt"
    words = "le vent, la mer et la nuit " * 40_000
    source.write_text(f"Oui. {words.strip()}.\n")
    report = translate(source, window=500, step_tokens=10_000)
    table = pl.read_parquet(tmp_path / "out" / "segments.parquet")
    findings = [f for row in table["findings"].to_list() for f in row]
    messages = [f["message"] for f in findings if f["check"] == "long-sentence"]
    assert messages
    assert "translated in" in messages[0]
    assert report.check_first[0].place == "line 1"
    text = (tmp_path / "out" / "sentence.en.txt").read_text()
    assert text.replace("[", "").replace("]", "") == source.read_text()


def test_two_thousand_tiny_files_are_all_translated(tmp_path, translate):
    folder = tmp_path / "in"
    for number in range(2000):
        place = folder / f"{number % 40:02d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(f"Numéro {number}.", encoding="utf-8")
    report = translate(folder, window=500, step_tokens=2000)
    assert (report.documents, report.exit_code()) == (2000, 0)
    assert (tmp_path / "out" / "07" / "47.en.txt").read_text(encoding="utf-8") == "[Numéro 47.]"


def test_a_folder_in_the_place_of_an_output_skips_that_document_only(folder, tmp_path, translate):
    (folder / "a.fr.txt").write_text("Oui.")
    (tmp_path / "out" / "a.en.txt").mkdir(parents=True)
    (folder / "deep").mkdir()
    (folder / "deep" / "b.txt").write_text("Non.")
    (tmp_path / "out" / "deep").write_text("a file where a folder is needed")
    report = translate(folder)
    assert_good_was_translated(report, tmp_path)
    assert "a folder stands where" in reasons(report)["a.fr.txt"]
    assert "deep" in reasons(report)["b.txt"]
    assert report.exit_code() == 3


def test_an_output_folder_that_cannot_be_made_is_refused_before_anything_else(
    folder, tmp_path, translate, fake_engine_class
):
    (tmp_path / "file").write_text("x")
    engine = fake_engine_class()
    with pytest.raises(OutputError) as caught:
        translate(folder, out=tmp_path / "file" / "out", engine=engine)
    assert caught.value.next_step
    assert engine.asked == []


def test_an_output_folder_on_a_read_only_file_system_is_refused(folder, translate):
    if not sys.platform.startswith("linux"):
        pytest.skip("/proc is read-only on Linux")
    with pytest.raises(OutputError):
        translate(folder, out="/proc/passerelle")


def test_a_missing_model_stops_the_run_with_its_next_step(folder, tmp_path):
    from pipeline.config import Settings
    from pipeline.models import Store
    from pipeline.run import Job, open_engine, run
    from pipeline.run.reporting.progress import Quiet

    settings = Settings(out=str(tmp_path / "out"), glossary=(), engine="argos")
    store = Store(tmp_path / "models", argos_folders=())
    with pytest.raises(ModelMissing) as caught:
        run(
            Job(paths=(str(folder),), settings=settings),
            open_engine=lambda s, say: open_engine(s, store, progress=say),
            reporter=Quiet(sys.stderr),
        )
    assert "passerelle models install fr-en" in caught.value.next_step
    assert not (tmp_path / "out" / "good.en.txt").exists()


def test_a_sentence_that_the_engine_cannot_take_costs_its_document_only(
    folder, tmp_path, translate, fake_engine_class
):
    (folder / "poisoned.txt").write_text("Un. Deux. Le poison. Trois.")
    (folder / "z.txt").write_text("La fin.")
    engine = fake_engine_class(poison="poison")
    for window in (1, 3, 100):
        report = translate(folder, out=tmp_path / f"out-{window}", engine=engine, window=window)
        assert "the fake engine was poisoned" in reasons(report)["poisoned.txt"]
        assert (report.documents, report.exit_code()) == (2, 3)
        assert (tmp_path / f"out-{window}" / "z.en.txt").read_text() == "[La fin.]"
        assert not (tmp_path / f"out-{window}" / "poisoned.en.txt").exists()


def test_an_engine_that_fails_on_everything_ends_the_run(folder, translate, fake_engine_class):
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"Encore {number}.")
    engine = fake_engine_class(poison="")
    engine._poison = " "
    with pytest.raises(EngineError):
        translate(folder, engine=engine)


def test_a_memory_that_is_another_database_is_refused(folder, tmp_path, translate):
    import sqlite3

    connection = sqlite3.connect(tmp_path / "other.sqlite")
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(MemoryStoreError, match="not a translation memory"):
        translate(folder, memory=str(tmp_path / "other.sqlite"))


def test_nothing_reaches_the_network(folder, tmp_path, translate):
    from pytest_socket import disable_socket, enable_socket

    disable_socket()
    try:
        with pytest.raises(Exception, match="socket"):
            socket.socket()
        report = translate(folder)
    finally:
        enable_socket()
    assert_good_was_translated(report, tmp_path)
