"""``--watch``: what starts another round, what ends a round, and what ends the watching."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from pipeline.config import load_settings
from pipeline.errors import OutputError
from pipeline.run import ChosenEngine, Job
from pipeline.run.watch import keep_running

SCRIPT = Path(__file__).parents[1] / "passerelle_with_fake_engine.py"
DEADLINE = 40  # seconds


class Told:
    """Keeps what is said in all rounds."""

    def __init__(self):
        self.texts = []

    def event(self, event):
        self.texts.append(event.text)

    def progress(self, snapshot):
        pass

    def close(self):
        pass


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "glossary").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.fr.txt").write_text(f"L’IA {name} parle. Il dort.\n")
    (tmp_path / "glossary" / "terms.csv").write_text("source,target\nIA,AI\n")
    return tmp_path


@pytest.fixture
def watch(desk, fake_engine_class):
    """Watch the desk; after each round one of the given edits is made."""

    def call(*edits, render=lambda report, settings: None):
        pending = list(edits)
        engine = fake_engine_class()
        opened, reports, told = [], [], Told()

        def open_engine(settings, _say):
            opened.append(settings.beam)
            return ChosenEngine(engine=engine, why="the fake engine")

        def wait(seconds):
            if seconds < 1:
                return  # an edit settles
            assert pending, "no round for an edit"
            pending.pop(0)()

        def keep(report, settings):
            reports.append((report, list(engine.asked)))
            engine.asked.clear()
            render(report, settings)

        keep_running(
            Job(paths=("in",), settings=load_settings()),
            settings=load_settings,
            open_engine=open_engine,
            reporter=lambda: told,
            render=keep,
            wait=wait,
            rounds=len(edits) + 1,
        )
        call.opened, call.told = opened, told.texts
        return reports

    return call


def edit(path, text):
    return lambda: path.write_text(text)


def test_a_changed_source_costs_its_new_sentence_and_a_changed_row_costs_what_it_touches(
    desk, watch
):
    first, second, third = watch(
        edit(desk / "in" / "a.fr.txt", "L’IA a parle. Il dort. Elle chante.\n"),
        edit(desk / "glossary" / "terms.csv", "source,target\nIA,A.I.\n"),
    )
    assert sorted(first[1]) == ["Il dort.", "L’IA a parle.", "L’IA b parle."]
    assert second[1] == ["Elle chante."]
    assert set(third[1]) <= {"L’IA a parle.", "L’IA b parle."}
    assert "A.I." in (desk / "outputs" / "b.en.txt").read_text()
    assert watch.opened == [0]  # the engine stays loaded


def test_a_deleted_source_leaves_its_translation_and_the_others_go_on(desk, watch):
    (_, _), (report, asked) = watch((desk / "in" / "b.fr.txt").unlink)
    assert (report.documents, asked, report.left) == (1, [], ("b.en.txt",))
    assert (desk / "outputs" / "b.en.txt").is_file()


def test_an_error_in_the_glossary_ends_the_round_and_mending_it_starts_the_next(desk, watch):
    terms = desk / "glossary" / "terms.csv"
    reports = watch(
        edit(terms, "source,target\nIA\n"), edit(terms, "source,target\nIA,AI\nsol,sun\n")
    )
    assert len(reports) == 2
    assert any("terms.csv:2 [target]" in text for text in watch.told)


def test_an_empty_folder_ends_the_round_and_not_the_watching(desk, watch):
    def empty():
        for path in (desk / "in").iterdir():
            path.unlink()

    reports = watch(empty, edit(desk / "in" / "c.fr.txt", "Bonjour.\n"))
    assert len(reports) == 2
    assert reports[-1][1] == ["Bonjour."]
    assert any("there is nothing to translate here" in text for text in watch.told)


def test_new_settings_start_a_round_and_wrong_ones_leave_the_old(desk, watch):
    file = desk / "passerelle.toml"
    reports = watch(edit(file, "beam = 3\n"), edit(file, 'beam = "x"\n'))
    assert len(reports) == 3
    assert watch.opened == [0, 3]  # settings that choose the engine open it anew
    assert any("beam must be a whole number" in text for text in watch.told)


def test_a_history_that_cannot_be_read_ends_no_round(desk, watch):
    from pipeline.run.reporting.quality import with_quality

    (desk / "outputs").mkdir()
    (desk / "outputs" / "history.parquet").write_bytes(b"no parquet")
    reports = watch(
        edit(desk / "in" / "a.fr.txt", "Encore.\n"), render=lambda report, _: with_quality(report)
    )
    assert len(reports) == 2
    assert pl.read_parquet(desk / "outputs" / "history.parquet").height >= 1


def test_an_output_folder_that_cannot_be_written_ends_the_watching(desk, watch):
    (desk / "outputs").write_text("a file")
    with pytest.raises(OutputError, match="a file, not a folder"):
        watch()


def test_a_real_process_runs_again_after_an_edit_and_survives_being_killed(desk):
    log = desk / "log"
    command = [sys.executable, str(SCRIPT), str(log), "0", "50", "100"]
    command += ["translate", "in", "--watch", "--no-report"]

    def until(condition):
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, "nothing happened"
            time.sleep(0.05)

    def begin():
        return subprocess.Popen(
            command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    output = desk / "outputs" / "a.en.txt"
    first = begin()
    until(output.exists)
    (desk / "in" / "a.fr.txt").write_text("Elle chante.\n")
    until(lambda: output.read_text() == "[Elle chante.]\n")
    first.kill()
    first.communicate()
    (desk / "in" / "a.fr.txt").write_text("Elle danse.\n")
    second = begin()
    until(lambda: output.read_text() == "[Elle danse.]\n")
    time.sleep(0.5)
    second.send_signal(signal.SIGINT)
    _, errors = second.communicate(timeout=10)
    assert second.returncode == 130
    assert "Traceback" not in errors
    asked = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert len(asked) == len(set(asked)), "nothing is translated twice"
