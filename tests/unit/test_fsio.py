"""One lock for everything that one process at a time may write."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading

import pytest

from pipeline.errors import GlossaryError, OutputError
from pipeline.fsio import file_lock

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
