"""Real processes, killed, interrupted and starved."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time

import pytest
from torture.disks import small_disk, starve
from torture.kills import (
    asked,
    command,
    contents,
    kill_again_and_again,
    make_corpus,
    too_much,
    visible,
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Sixteen articles of ten sentences, some of them shared, with glossary terms."""
    return make_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    """Outputs and requests of a run that nobody disturbed."""
    base = tmp_path_factory.mktemp("undisturbed")
    subprocess.run(
        command(corpus, base / "out", base / "log"), check=True, capture_output=True, timeout=60
    )
    return contents(base / "out"), asked(base / "log")


def kill_and_compare(corpus, undisturbed, tmp_path, *, kills, seed):
    expected, requests = undisturbed
    log = tmp_path / "log"
    dice = random.Random(seed)
    killed, fault = kill_again_and_again(corpus, tmp_path / "out", log, expected, dice, kills)
    assert not fault
    assert not too_much(requests, log, killed)
    return killed


def test_a_run_that_is_killed_finishes_later_with_the_same_bytes(corpus, undisturbed, tmp_path):
    assert kill_and_compare(corpus, undisturbed, tmp_path, kills=6, seed=1) >= 3


@pytest.mark.slow
def test_a_run_that_is_killed_fifty_times_finishes_with_the_same_bytes(
    corpus, undisturbed, tmp_path
):
    killed = 0
    for seed in range(100, 110):
        folder = tmp_path / str(seed)
        folder.mkdir()
        killed += kill_and_compare(corpus, undisturbed, folder, kills=8, seed=seed)
    assert killed >= 50


def test_control_c_stops_within_a_second_and_says_how_to_go_on(corpus, undisturbed, tmp_path):
    expected, requests = undisturbed
    out, log = tmp_path / "out", tmp_path / "log"
    # Each step takes several seconds: the one in flight has to be abandoned.
    process = subprocess.Popen(
        command(corpus, out, log, delay=1.0), stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    while not asked(log):
        time.sleep(0.02)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=10)
    took = time.monotonic() - began
    assert process.returncode == 130
    assert took < 1.5  # a second, and the load of a test machine
    message = stderr.decode()
    assert "Run the same command again to go on." in message
    assert "Traceback" not in message
    assert stdout == b""
    done = subprocess.run(command(corpus, out, log), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert contents(out) == expected
    assert set(asked(log)) == set(requests)


def test_two_runs_on_one_folder_the_second_is_told_who_holds_it(corpus, undisturbed, tmp_path):
    out, log = tmp_path / "out", tmp_path / "log"
    first = subprocess.Popen(
        command(corpus, out, log, delay=0.1), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not asked(log):
        time.sleep(0.02)
    second = subprocess.run(
        command(corpus, out, tmp_path / "log-2"), capture_output=True, text=True, check=False
    )
    assert second.returncode == 7
    assert f"process {first.pid}" in second.stderr
    assert not (tmp_path / "log-2").exists()
    first.kill()
    first.wait()
    # The dead process's lock is gone with it.
    third = subprocess.run(command(corpus, out, log), capture_output=True, timeout=60, check=False)
    assert third.returncode == 0
    assert contents(out) == undisturbed[0]


@pytest.mark.parametrize("limit", [200, 5_000, 30_000, 60_000])
def test_files_that_cannot_grow_stop_the_run_with_a_message_and_nothing_half_written(
    corpus, undisturbed, tmp_path, limit
):
    out, log = tmp_path / "out", tmp_path / "log"
    log.touch()
    starved = starve(corpus, out, tmp_path / "no-log", limit)
    assert starved.returncode in (7, 10), starved.stderr
    assert "error: " in starved.stderr
    assert "Traceback" not in starved.stderr
    for name, path in visible(out).items():
        if name.endswith(".en.txt"):
            assert path.read_bytes() == undisturbed[0][name]
    done = subprocess.run(command(corpus, out, log), capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    assert contents(out) == undisturbed[0]


@pytest.fixture
def disk(tmp_path):
    """A file system of half a megabyte, where this machine lets us mount one."""
    with small_disk(tmp_path / "disk", 512) as mounted:
        if not mounted:
            pytest.skip("mounting a small file system needs root")
        yield tmp_path / "disk"


def test_a_full_disk_is_named_and_the_next_run_finishes(corpus, undisturbed, tmp_path, disk):
    out, log = disk / "out", tmp_path / "log"
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 400_000)
    full = subprocess.run(
        command(corpus, out, tmp_path / "log-1"), capture_output=True, text=True, check=False
    )
    assert full.returncode in (7, 10), full.stderr
    assert "full" in full.stderr
    assert "Traceback" not in full.stderr
    ballast.unlink()
    for path in visible(out).values():
        assert path.stat().st_size > 0
    shutil.copytree(out, tmp_path / "out")  # the rest needs more room than half a megabyte
    done = subprocess.run(
        command(corpus, tmp_path / "out", log), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert contents(tmp_path / "out") == undisturbed[0]


def test_a_damaged_memory_is_set_aside_and_the_outputs_are_the_same(corpus, undisturbed, tmp_path):
    out, log = tmp_path / "out", tmp_path / "log"
    subprocess.run(command(corpus, out, log), check=True, capture_output=True)
    memory = out / ".passerelle" / "memory.sqlite"
    data = bytearray(memory.read_bytes())
    for start in range(4096, len(data), 8192):
        data[start : start + 200] = b"\xee" * 200
    memory.write_bytes(data)
    done = subprocess.run(
        command(corpus, out, log), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "set aside as memory.sqlite.damaged-1" in done.stderr
    assert contents(out) == undisturbed[0]


def test_a_damaged_journal_is_thrown_away(corpus, undisturbed, tmp_path):
    out, log = tmp_path / "out", tmp_path / "log"
    subprocess.run(command(corpus, out, log), check=True, capture_output=True)
    (out / ".passerelle" / "journal.sqlite").write_bytes(b"nonsense" * 2000)
    done = subprocess.run(command(corpus, out, log), capture_output=True, check=False)
    assert done.returncode == 0
    assert contents(out) == undisturbed[0]
    assert len(asked(log)) == len(undisturbed[1])


def test_a_reader_that_goes_away_does_not_make_a_traceback(corpus, tmp_path):
    line = " ".join(f"'{part}'" for part in command(corpus, tmp_path / "out", tmp_path / "log"))
    done = subprocess.run(
        ["sh", "-c", f"{line} --json | head -c 1"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
