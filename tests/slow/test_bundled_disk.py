"""The bundled model made on a disk that is too small for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def disk(request, tmp_path):
    """A file system of so many megabytes, where this machine lets us mount one."""
    if os.name != "posix" or os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mount is not allowed here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=False)


@pytest.mark.slow
# The weights do not fit; the weights fit, and the model that is made of them does not.
@pytest.mark.parametrize("disk", [120, 300], indirect=True)
def test_a_disk_that_fills_up_while_the_model_is_made_is_named_and_nothing_is_left(disk, tmp_path):
    (tmp_path / "in.fr.txt").write_text("Le chat dort.\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "translate", "in.fr.txt", "--engine", "bundled"],
        cwd=tmp_path,
        env={**os.environ, "PASSERELLE_HOME": str(disk / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    assert f"{disk}/home/models/bundled: the disk is full" in done.stderr
    assert "→ free some space and run again" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in disk.rglob("*") if path.is_file()] == ["bundled.lock"]
    assert not list((tmp_path / "outputs").glob("*.txt"))
