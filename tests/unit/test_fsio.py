"""One lock for everything that one process at a time may write."""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.config import load_settings
from pipeline.errors import (
    ConfigError,
    GlossaryError,
    InputError,
    OutputError,
    PasserelleError,
)
from pipeline.fsio import (
    atomic_open,
    file_lock,
    held_by,
    may_write,
    read_file,
    run_mark,
    sweep,
)
from pipeline.run.archives.rows import read_rows

HOLD = """
import sys, time
from pathlib import Path
from pipeline.fsio import file_lock
with file_lock(Path(sys.argv[1]), "is at it"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def held(tmp_path):
    """A lock that another process holds until its standard input ends."""
    path = tmp_path / "deep" / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        yield path, holder


def test_a_held_lock_says_who_holds_it_how_long_was_waited_and_what_to_do(held):
    path, holder = held
    for wait, waited in ((0, ""), (0.6, "; waited 1 s")):
        with (
            pytest.raises(GlossaryError) as caught,
            file_lock(
                path,
                "is writing the glossary",
                place="terms.csv",
                wait=wait,
                instead=", or edit another file",
                error=GlossaryError,
            ),
        ):
            pass
        assert caught.value.problem == (
            f"another passerelle (process {holder.pid}) is writing the glossary{waited}"
        )
        assert caught.value.place == "terms.csv"
        assert caught.value.next_step == (
            "wait until it has finished and run again, or edit another file"
        )


def test_who_waits_for_ever_is_told_once_and_has_the_lock_at_last(held):
    path, holder = held
    told = []

    def tell(message):
        told.append(message)
        threading.Timer(0.1, holder.stdin.close).start()

    with file_lock(path, "is at it", wait=math.inf, tell=tell):
        assert holder.wait() == 0
    assert told == [f"another passerelle (process {holder.pid}) is at it; waiting for it"]


def test_the_holder_is_named_anew_and_a_lock_that_was_given_back_is_free(tmp_path):
    path = tmp_path / "lock"
    path.write_bytes(b"\0" + b"9" * 30)
    for _ in range(2):
        with file_lock(path, "is at it"):
            assert path.read_bytes()[1:] == f"{os.getpid()}\n".encode()


def test_a_lock_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught, file_lock(tmp_path / "file" / "lock", "is at it"):
        pass
    assert str(tmp_path / "file") in caught.value.place


# --- what is read, and whose files are touched ----------------------------------------


def irregular(folder):
    """Things that are no files, by name; each would hang or hurt who opens it in good faith."""
    os.mkfifo(folder / "pipe")
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # a socket's path must be short
    try:
        server.bind("socket")
    finally:
        os.chdir(here)
        server.close()
    (folder / "link").symlink_to("pipe")
    (folder / "folder").mkdir()
    return {
        "pipe": folder / "pipe",
        "socket": folder / "socket",
        "link to a pipe": folder / "link",
        "device": Path("/dev/zero"),
        "folder": folder / "folder",
        "nothing": folder / "nothing",
    }


def test_what_is_no_file_is_refused_at_once_and_in_words(tmp_path):
    for name, path in irregular(tmp_path).items():
        with pytest.raises(OSError) as caught:
            read_file(path)
        assert caught.value.strerror, name
        if name not in ("folder", "nothing"):
            assert caught.value.strerror == "not a regular file (a pipe, socket or device)", name


def test_commands_refuse_what_is_no_file_and_do_not_hang(tmp_path):
    (tmp_path / "a.txt").write_text("Bonjour.\n")
    made = irregular(tmp_path)
    for name in ("pipe", "device"):
        path = made[name]
        for arguments in (
            ["glossary", "lint", path],
            ["glossary", "import", path, "--file", tmp_path / "t.csv", "--format", "csv"],
            ["glossary", "import", path, "--file", tmp_path / "t.csv", "--format", "tmx"],
            ["memory", "import", path, "--out", tmp_path / "out"],
            ["translate", tmp_path / "a.txt", "--glossary", path, "--out", tmp_path / "out"],
            ["quality", "score", path, "--reference", path],
        ):
            done = CliRunner().invoke(app, list(map(str, arguments)))
            assert done.exit_code != 0, (name, arguments)
            assert isinstance(done.exception, PasserelleError | SystemExit), (name, arguments)
    for place in ("a.jsonl", "passerelle.toml"):
        os.mkfifo(tmp_path / place)
    with pytest.raises(InputError, match="not a regular file"):
        list(read_rows(str(tmp_path / "a.jsonl")))
    with pytest.raises(ConfigError, match="not a regular file"):
        load_settings(folder=tmp_path)


def test_sweeping_takes_the_temporary_files_of_the_killed_run_and_nothing_else(tmp_path):
    deep = tmp_path / "d"
    deep.mkdir()
    mark, other = "1f-0a1b2c3d", "2f-0a1b2c3d"
    ours = [tmp_path / f".a.en.txt.1f2e3d4c.{mark}.part", deep / f".b.00000000.{mark}.part"]
    theirs = [
        *("x.part", ".x.part", "a.b.c.part", ".a.en.txt.1f2e3d4c.part", ".notes.2024.old.part"),
        f".a.txt.1f2e3d4c.{other}.part",
        f"a.txt.1f2e3d4c.{mark}.part",
        f".a.txt.{mark}.part",
        f".a.txt.1f2e3d4c.{mark}.part.bak",
        f".a.txt.1f2e3d4c.{mark}.parts",
    ]
    for path in (*ours, *(tmp_path / name for name in theirs)):
        path.write_text("x")
    (tmp_path / ".part").mkdir()
    (tmp_path / f".f.1f2e3d4c.{mark}.part").mkdir()
    assert sweep(tmp_path, []) == 0
    assert sweep(tmp_path, ["", ".*", "|"]) == 0
    assert sweep(tmp_path, [mark]) == 2
    left = {path.name for path in tmp_path.rglob("*")}
    assert left == {*theirs, "d", ".part", f".f.1f2e3d4c.{mark}.part"}


def test_a_temporary_file_bears_the_mark_by_which_it_is_swept(tmp_path):
    with atomic_open(tmp_path / "a.txt"):
        (made,) = tmp_path.iterdir()
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / made.name).write_bytes(b"half")
    assert sweep(tmp_path, [run_mark()]) == 1
    assert [path.name for path in tmp_path.rglob("*.*")] == ["a.txt"]


@pytest.mark.parametrize("content", [b"my diary\n", b"\0" * 50, b"12 13\n", b"x" * 5000])
def test_somebodys_file_in_the_place_of_a_lock_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "lock"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="no lock") as caught, file_lock(path, "is at it"):
        pass
    assert caught.value.next_step
    assert path.read_bytes() == content


def test_a_lock_is_no_link_pipe_or_folder(tmp_path):
    (tmp_path / "precious").write_text("")
    (tmp_path / "link").symlink_to("precious")
    (tmp_path / "d").mkdir()
    for path in (*irregular(tmp_path / "d").values(), tmp_path / "link"):
        if path.name != "nothing":
            with pytest.raises(OutputError), file_lock(path, "is at it"):
                pass
    assert (tmp_path / "precious").read_text() == ""


# --- a look at a lock ------------------------------------------------------------------------


def test_who_holds_a_lock_is_told_without_holding_it(tmp_path):
    path = tmp_path / "lock"
    assert held_by(path) is None
    assert not path.exists()
    with file_lock(path, "is at work"):
        before = path.read_bytes()
        assert [held_by(path) for _ in range(3)] == [os.getpid()] * 3
        assert path.read_bytes() == before
    assert held_by(path) is None
    with file_lock(path, "is at work"):  # the look left nothing behind
        pass


def test_a_file_that_is_no_lock_is_held_by_nobody(tmp_path):
    for data in (b"", b"x", b"\0nonsense"):
        (tmp_path / "file").write_bytes(data)
        assert held_by(tmp_path / "file") is None
    assert held_by(tmp_path) is None


@pytest.mark.skipif(os.name == "nt", reason="permissions of Unix")
def test_what_may_be_written_is_known_without_trying(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert may_write(path)
    assert may_write(tmp_path)
    assert not may_write(tmp_path / "nothing")
    path.chmod(0o444)
    assert may_write(path) == (os.geteuid() == 0)
    assert list(tmp_path.iterdir()) == [path]
