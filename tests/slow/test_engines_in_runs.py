"""Whole runs with each kind of model that people bring: killed, remembered, watched, shared out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from zlib import crc32

import ct2_models
import firefox_models
import gguf_models
import pytest
from chat_servers import serving
from torture.kills import contents

from pipeline import Translator
from pipeline.config import Settings
from pipeline.run import Job
from pipeline.run.watch import keep_running
from pipeline.translate import open_installed

pytestmark = pytest.mark.slow  # models of chance rarely end a sentence
PROJECT = Path(__file__).parents[2]
TEXT = "Le maire a voté une loi. Le chat dort."


def needs(module: str):
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


KINDS = [
    "marian",
    "nllb",
    "server",
    pytest.param("firefox", marks=needs("fxtranslate")),
    pytest.param("llama", marks=needs("xllamacpp")),
]


@pytest.fixture(scope="module")
def stack():
    with ExitStack() as opened:
        yield opened


@pytest.fixture(scope="module")
def model(request, tmp_path_factory, stack):
    """What ``--model`` says."""
    kind, folder = request.param, tmp_path_factory.mktemp("model")
    if kind == "server":
        say = lambda prompt, _: f"The mayor read page {crc32(prompt.encode())}."  # noqa: E731
        return stack.enter_context(serving(say)).url
    if kind == "firefox":
        return str(firefox_models.build(folder))
    if kind == "llama":
        return str(gguf_models.build(folder / "a.gguf"))
    return str(ct2_models.build(folder, kind))


every = pytest.mark.parametrize("model", KINDS, indirect=True)


@pytest.fixture
def desk(tmp_path, model):
    """Articles, and a process that translates them into a folder."""
    for number in range(2):
        path = tmp_path / "in" / f"a{number}.fr.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{TEXT}\n\nLe prix {number} a doublé.\n", "utf-8")

    def start(out: str, *more: str) -> subprocess.Popen[bytes]:
        told = ["--out", out, "--no-report", "--model", model, *more]
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline", "translate", "in", *told],
            cwd=tmp_path,
            env=os.environ
            | {"PYTHONPATH": str(PROJECT), "PASSERELLE_HOME": str(tmp_path / "home")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    start.folder = tmp_path
    return start


def done(process: subprocess.Popen[bytes]) -> None:
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said.decode()[-2000:]


@every
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(desk):
    began = time.monotonic()
    done(desk("whole"))
    took = time.monotonic() - began
    for share in (0.0, 0.5):  # as soon as the run has begun, and later
        process = desk("torn")
        while not (desk.folder / "torn" / ".passerelle").exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(share * took)
        alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert alive or share
    done(desk("torn"))
    assert contents(desk.folder / "torn") == contents(desk.folder / "whole")


@every
def test_python_asks_once_and_remembers(model, tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    options = {"model": model, "memory": str(tmp_path / "memory.db"), "glossary": []}
    with Translator(**options) as translator:
        first = translator.translate(TEXT)
    with Translator(**options) as translator:
        again = translator.translate(TEXT)
    assert first.text == again.text != TEXT
    settled = [s for s in again.sentences if not s.findings]
    assert all(s.memory for s in settled)


@every
def test_a_watched_folder_is_translated_again_when_it_changes(model, tmp_path, monkeypatch):
    from conftest import SilentReporter

    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    article = tmp_path / "a.fr.txt"
    article.write_text(f"{TEXT}\n", encoding="utf-8")
    settings = Settings.of(out="out", glossary=(), model=model, report=False)
    seen: list[int] = []

    def wait(_: float) -> None:
        longer = f"{TEXT} Le pain est cher.\n"
        if article.read_text(encoding="utf-8") != longer:
            article.write_text(longer, encoding="utf-8")

    keep_running(
        Job(paths=("a.fr.txt",), settings=settings),
        settings=lambda: settings,
        open_engine=open_installed,
        reporter=SilentReporter,
        render=lambda report, _: seen.append(report.segments.total),
        wait=wait,
        rounds=2,
    )
    assert len(seen) == 2
    assert seen[1] == seen[0] + 1


@pytest.mark.parametrize("model", ["marian", "server"], indirect=True)
def test_a_cluster_gives_what_one_machine_gives(desk):
    done(desk("whole"))
    done(desk("shared", "--cluster", "--workers", "1"))
    assert contents(desk.folder / "shared") == contents(desk.folder / "whole")
