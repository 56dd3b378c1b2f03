"""The driver's end of the way to the workers: a process of its own speaks with Ray.

Ray prints where it likes, takes signals, and ends the process that uses it when its
cluster is lost. So a bridge (`pipeline.run.cluster.ray`) stands between: parcels go to
its standard input, replies come from its standard output, and what Ray has to say goes
into a log that is shown where something fails.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pickle
import queue
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from pipeline.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.run.cluster.driver import Cluster
    from pipeline.run.cluster.worker import Orders, Parcel, Reply
    from pipeline.translate.stopping import Stop

__all__ = ["BRIDGE", "BridgeLink", "Brief", "need_ray", "read_frame", "write_frame"]

# Imported, not run as a script: workers must find what it defines under its own name.
BRIDGE = (sys.executable, "-P", "-c", "from pipeline.run.cluster.ray import main; main()")
_WAIT = 0.1  # seconds between looks at the stop
_PATIENCE = 8.0  # seconds in which the bridge may shut Ray down by itself
_LENGTH = struct.Struct(">Q")
_TOLD = 3  # lines of the log that an error shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The first thing that the bridge is told."""

    cluster: Cluster
    orders: bytes  # packed: only workers need to understand them
    folder: str  # for Ray's own files


def need_ray() -> None:
    """Make sure that Ray Data is installed, without importing it.

    Raises:
        ClusterError: it is not.
    """
    missing = [name for name in ("ray", "pyarrow", "fsspec") if not importlib.util.find_spec(name)]
    if missing:
        raise ClusterError(
            f"--cluster needs Ray Data, and {' and '.join(missing)} cannot be found",
            next_step='install it with `pip install "passerelle[cluster]"`, or leave out --cluster',
        )


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write a length and that many bytes."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Read what `write_frame` wrote; ``None`` at the end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


class BridgeLink:
    """Parcels to the bridge and replies from it; see `pipeline.run.cluster.driver.Link`.

    ``workers`` is how many there will be, ``room`` for how many there is room already.

    Args:
        cluster: where, and how many workers.
        orders: for each worker.
        stop: looked at while waiting.
        bridge: the command that starts the bridge.

    Raises:
        ClusterError: Ray cannot start, or cannot be reached.
        Stopped: a stop was asked for meanwhile.
    """

    def __init__(
        self, cluster: Cluster, orders: Orders, *, stop: Stop, bridge: Sequence[str] = BRIDGE
    ) -> None:
        self._cluster = cluster
        self._stop = stop
        self._came: queue.Queue[tuple[str, object]] = queue.Queue()
        # Short: the paths of Ray's sockets must stay below a hundred characters.
        self._folder = Path(tempfile.mkdtemp(prefix="passerelle-"))
        self._log = self._folder / "ray.log"
        try:
            self._process = self._start(bridge)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        threading.Thread(target=self._listen, name="passerelle-bridge", daemon=True).start()
        try:
            brief = Brief(
                cluster=cluster, orders=pickle.dumps(orders), folder=str(self._folder / "ray")
            )
            self._write(pickle.dumps(brief))
            self.workers, self.room = self._ready()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, parcel: Parcel) -> None:
        """Hand over a parcel.

        Raises:
            ClusterError: the cluster has failed.
            Stopped: a stop was asked for.
        """
        self._write(pickle.dumps(parcel))

    def receive(self) -> Reply:
        """Wait for the next reply, whichever it is.

        Raises:
            ClusterError: the cluster has failed.
            Stopped: a stop was asked for.
        """
        _, value = self._wait()
        reply: Reply = pickle.loads(value)  # type: ignore[arg-type] # only bytes after "ready"
        return reply

    def close(self) -> None:
        """Let the bridge shut down; end it where it does not."""
        process = self._process
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()  # the bridge takes this for the end
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            _end(process)
        finally:
            if process.poll() is None:
                _end(process)
            if process.stdout:
                process.stdout.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, bridge: Sequence[str]) -> subprocess.Popen[bytes]:
        # The bridge and its workers find the modules that this process finds.
        places = [place for place in (*sys.path, os.environ.get("PYTHONPATH", "")) if place]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(places))}
        with self._log.open("wb") as log:
            return subprocess.Popen(
                list(bridge),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,  # Ctrl-C is for this process alone
            )

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            write_frame(self._process.stdin, data)
        except (OSError, ValueError) as error:
            self._stop.check()
            raise self._failed("its process has ended") from error

    def _ready(self) -> tuple[int, int]:
        kind, value = self._wait()
        if kind != "ready" or not isinstance(value, tuple):
            raise self._failed(f"it answered {kind!r}")
        workers, room = value
        return workers, room

    def _wait(self) -> tuple[str, object]:
        while True:
            self._stop.check()
            try:
                kind, value = self._came.get(timeout=_WAIT)
            except queue.Empty:
                continue
            if kind == "failed":
                raise self._failed(str(value))
            return kind, value

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while (data := read_frame(self._process.stdout)) is not None:
                self._came.put(pickle.loads(data))
        self._came.put(("failed", "its process has ended"))

    def _failed(self, why: str) -> ClusterError:
        lines = [why.strip()]
        if "has ended" in why:
            with contextlib.suppress(OSError):
                lines += self._log.read_text(encoding="utf-8", errors="replace").splitlines()[
                    -_TOLD:
                ]
        return ClusterError(
            "the cluster has failed: " + "\n    ".join(lines),
            place="" if self._cluster.address == "local" else self._cluster.address,
            next_step="run the same command again: what is finished is kept; without --cluster "
            "this machine does the work alone"
            if self._cluster.address == "local"
            else "check it with `ray status`, and that this machine has the cluster's token if it "
            "wants one; then run the same command again: what is finished is kept",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the bridge and what it started: it leads a process group of its own."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)
