"""GGUF files: the child that runs them, its end, and what is wrong with files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest
from gguf_models import build

from pipeline.config import Settings
from pipeline.engines import GuardedEngine, llama
from pipeline.engines.chat import engine as chat
from pipeline.engines.llama import LlamaEngine
from pipeline.errors import EngineError, ModelDamaged, ModelMissing, UsageError
from pipeline.models import Store
from pipeline.records import Request
from pipeline.run import open_engine

installed = pytest.mark.skipif(
    find_spec("xllamacpp") is None, reason="xllamacpp is not installed (the extra [llama])"
)
BATCH = [Request(source=f"Le chat dort {n}.") for n in range(3)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A file with a model in it."""
    return build(tmp_path_factory.mktemp("gguf") / "random.gguf")


@pytest.fixture(scope="module")
def opened(model):
    """An engine that tests share; they leave it running."""
    engine = LlamaEngine(str(model), threads=1)
    yield engine
    engine._child.stop()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(chat, "_PAUSE", 0.01)


def is_running(pid):
    """Say whether a process is there and no corpse."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - proc
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(what, seconds=15):
    """Wait for something; say whether it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


@installed
def test_sentences_come_back_with_scores_and_alike_in_any_company(opened):
    assert list(opened.abilities) == ["scores", "hints", "exact"]
    together = opened.translate(BATCH)
    alone = [opened.translate([request])[0] for request in reversed(BATCH)][::-1]
    assert list(together) == alone
    assert all(answer[0].score < 0 for answer in together)


@installed
def test_the_file_decides_and_not_where_it_is(opened, model, tmp_path):
    copy = tmp_path / "random.gguf"
    copy.write_bytes(model.read_bytes())
    again = LlamaEngine(str(copy), threads=1)
    other = LlamaEngine(str(build(tmp_path / "other.gguf", seed=1)), threads=1)
    assert again.fingerprint == opened.fingerprint != other.fingerprint
    for engine in (again, other):
        engine._child.stop()


@installed
def test_a_crash_is_one_restart_and_the_sentence_is_asked_for_again(opened):
    before = opened.translate(BATCH)
    old = opened._child._process.pid
    os.kill(old, signal.SIGKILL)
    assert until(lambda: not is_running(old))
    assert opened.translate(BATCH) == before
    assert opened._child._process.pid != old


@installed
def test_a_model_that_crashes_on_and_on_is_an_error_with_the_next_step(model, monkeypatch):
    engine = LlamaEngine(str(model), threads=1)
    start = engine._child.start

    def doomed():
        start()
        engine._child._process.kill()
        engine._child._process.wait()

    monkeypatch.setattr(engine._child, "start", doomed)
    engine._child._process.kill()
    engine._child._process.wait()
    with pytest.raises(EngineError) as caught:
        GuardedEngine(engine).translate(BATCH * 2)
    assert "run again" in caught.value.next_step
    assert engine._child._restarts == llama._RESTARTS


@installed
def test_the_child_ends_with_us_however_we_end(model):
    code = (
        "import sys, os\n"
        "from pipeline.engines.llama import LlamaEngine\n"
        "engine = LlamaEngine(sys.argv[1], threads=1)\n"
        "print(engine._child._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9) if sys.argv[2] == 'killed' else None\n"
    )
    for how in ("killed", "done"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(model), how], capture_output=True, text=True
        )
        assert done.stdout.strip().isdigit(), done.stderr
        assert until(lambda pid=int(done.stdout): not is_running(pid))


@installed
def test_nobody_else_on_the_machine_uses_the_child_and_its_token_is_not_seen(opened):
    from pipeline.engines.chat.client import Client, Failed

    with pytest.raises(Failed) as caught:
        Client(opened._child.client.address).ask("/v1/chat/completions", {"messages": []})
    assert caught.value.status == 401
    with open(f"/proc/{opened._child._process.pid}/cmdline", "rb") as file:  # noqa: PTH123 - proc
        assert opened._child.client.token.encode() not in file.read()


@installed
@pytest.mark.parametrize("damage", ["short", "other", "tail"])
def test_a_file_that_llama_cpp_cannot_load_is_told(model, tmp_path, damage):
    data = model.read_bytes()
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(
        {"short": data[:200], "other": b"GGUF" + b"\xff" * 900, "tail": data[: len(data) // 2]}[
            damage
        ]
    )
    with pytest.raises(ModelDamaged, match=r"llama\.cpp cannot load this file") as caught:
        LlamaEngine(str(bad), threads=1)
    assert caught.value.place == str(bad)


@pytest.mark.parametrize("content", [b"", b"GG", b"<!DOCTYPE html>", b"version https://git-lfs"])
def test_what_is_no_gguf_is_told(tmp_path, monkeypatch, content):
    monkeypatch.setattr(llama, "find_spec", lambda _name: object())
    page = tmp_path / "page.gguf"
    page.write_bytes(content)
    with pytest.raises(ModelDamaged, match="is no GGUF file"):
        LlamaEngine(str(page))


def test_a_file_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(llama, "find_spec", lambda _name: object())
    store = Store(tmp_path / "models", argos_folders=())
    with pytest.raises(ModelMissing, match="this file cannot be read") as caught:
        open_engine(Settings(glossary=(), model=str(tmp_path / "none.gguf")), store)
    assert "--model" in caught.value.next_step


def test_without_the_extra_the_line_to_install_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(llama, "find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        LlamaEngine(str(tmp_path / "a.gguf"))
    assert caught.value.next_step == "pip install 'passerelle[llama]'"


@pytest.mark.parametrize(("name", "ours"), [("a.gguf", True), ("A.GGUF", True), ("a.bin", False)])
def test_a_name_decides_the_engine(name, ours, tmp_path):
    assert LlamaEngine.accepts(str(tmp_path / name)) is ours
    (tmp_path / "folder.gguf").mkdir()
    assert not LlamaEngine.accepts(str(tmp_path / "folder.gguf"))
