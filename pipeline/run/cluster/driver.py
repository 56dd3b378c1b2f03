"""The machine that runs the command: what windows lack goes to workers, answers come back.

The driver reads, cuts, asks its memory, and sends what a window lacks to workers, several
windows ahead. A worker takes the window through engine and glossary as a run would, and
gives back every answer that the engine made. The driver stores the answers and then
finishes the window by the very code of a local run, which finds them in its memory. So
outputs are those of a local run by construction: the windows are the same, and within
them the batches.

Ray prints where it likes, takes signals, and ends the process that uses it when its cluster
is lost. So a bridge (`pipeline.run.cluster.ray`) stands between, in a process of its own:
parcels go to its standard input, replies come from its standard output, and what Ray has to
say goes into a log that is shown where something fails.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import __version__
from pipeline.errors import ClusterError, ModelError
from pipeline.run.cluster.worker import Orders, Parcel
from pipeline.run.windows import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.records import Hypothesis
    from pipeline.run.cluster.worker import Reply
    from pipeline.run.windows import Window
    from pipeline.translate import Stop, Translator
    from pipeline.translate.finishing import Todo

    _Known = dict[bytes, tuple[Hypothesis, ...] | None]

# Imported, not run as a script: workers must find what it defines under its own name.
BRIDGE = (sys.executable, "-P", "-c", "from pipeline.run.cluster.ray import main; main()")
_LINED_UP = 8  # windows that may wait, for each that is on its way
_WAIT = 0.1  # seconds between looks at the stop
_PATIENCE = 8.0  # seconds in which the bridge may shut Ray down by itself
_TOLD = 3  # lines of the log that an error shows
_ENDED = "its process has ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where to run."""

    address: str = "local"  # as Ray writes it; "local" starts a cluster on this machine
    workers: int = 0  # 0: as many as there is room for
    threads: int = 1  # processor threads of each worker


def need_ray() -> None:
    """Make sure that Ray Data is installed, without importing it.

    Raises:
        ClusterError: it is not.
    """
    missing = [name for name in ("ray", "pyarrow") if not importlib.util.find_spec(name)]
    if missing:
        raise ClusterError(
            f"--cluster needs Ray Data, and {' and '.join(missing)} cannot be found",
            next_step='install it with `pip install "passerelle[cluster]"`, or leave out --cluster',
        )


class Prefetch:
    """Has what windows lack translated elsewhere, while earlier windows are finished.

    Args:
        cluster: where, and how many workers.
        translator: of the run: it says what a window lacks, and learns the answers.
        say: told what the cluster does, and with ``warning`` what goes wrong meanwhile.
    """

    def __init__(
        self, cluster: Cluster, translator: Translator, *, say: Callable[..., None]
    ) -> None:
        self._cluster = cluster
        self._translator = translator
        self._say = say
        self._bridge: Bridge | None = None  # once there is something to send
        self._numbers = itertools.count()
        # Windows in order, with the number of what was sent of them and its keys, if any.
        self._waiting: deque[tuple[Window, int | None, frozenset[bytes]]] = deque()
        self._replies: dict[int, Reply] = {}
        self._sent: set[bytes] = set()  # keys of segments and requests that memory will know

    def __call__(self, windows: Iterator[Window]) -> Iterator[Window]:
        """Give the windows again, in order, each when its answers are known.

        Raises:
            ClusterError: the cluster has failed.
            ModelError: a worker has no engine, or another one.
            Stopped: a stop was asked for.
        """
        for window in windows:
            lacking, known = self._lacking(window)
            if any(key in self._sent for key, answer in known.items() if not answer):
                # A segment needs an answer that is on its way for another one. Rare: the
                # same words with other white space, or touched by other terms.
                yield from self._finish(sent=0)
                lacking, known = self._lacking(window)
            self._waiting.append((window, *self._send(window, lacking, known)))
            yield from self._finish(sent=2 * self._bridge.workers if self._bridge else 0)
        yield from self._finish(sent=0)

    def close(self) -> None:
        """Leave the cluster."""
        if self._bridge is not None:
            self._bridge.close()

    def _lacking(self, window: Window) -> tuple[list[Todo], _Known]:
        """Give the segments to send, and what memory answers to their first requests."""
        finisher = self._translator.finisher
        slices = [piece for piece in window if isinstance(piece, Slice)]
        segments = [s for p in slices for s in p.loaded.segments[p.start : p.stop]]
        lacking = [t for t in finisher.lacking(segments) if t.key not in self._sent]
        return lacking, finisher.recall.known([finisher.request(t) for t in lacking])

    def _send(
        self, window: Window, lacking: list[Todo], known: _Known
    ) -> tuple[int | None, frozenset[bytes]]:
        if all(known.values()) and not any(t.seen for t in lacking):
            return None, frozenset()  # this machine needs no engine for them
        if self._bridge is None:
            self._bridge = self._connect()
        documents = [piece.loaded.document for piece in window if isinstance(piece, Slice)]
        parcel = Parcel(
            number=next(self._numbers),
            segments=tuple(t.segment for t in lacking),
            formats={document.doc_id: document.format for document in documents},
            known={key: answer for key, answer in known.items() if answer},
        )
        self._bridge.send(parcel)
        keys = frozenset(t.key for t in lacking).union(known)
        self._sent |= keys
        return parcel.number, keys

    def _connect(self) -> Bridge:
        cluster, translator = self._cluster, self._translator
        self._say("Starting the workers (this may take half a minute) …")
        orders = Orders(
            open_engine=translator.hooks.open_engine,
            settings=replace(translator.settings, threads=cluster.threads),
            terms=translator.glossary.termbase.terms,
        )
        bridge = Bridge(cluster, orders, stop=translator.hooks.stop)
        self._say(
            f"Workers on {cluster.address}: {bridge.workers}, threads of each: {cluster.threads}."
        )
        if bridge.room < bridge.workers:
            self._say(
                f"this cluster has room for {bridge.room} of {bridge.workers} workers: the others "
                "begin when there is more",
                warning=True,
            )
        return bridge

    def _finish(self, *, sent: int) -> Iterator[Window]:
        """Give windows from the left until no more than ``sent`` are on their way."""
        while self._waiting:
            window, number, keys = self._waiting[0]
            on_their_way = sum(number is not None for _, number, _ in self._waiting)
            crowded = len(self._waiting) > _LINED_UP * max(1, sent)
            if number is not None and on_their_way <= sent and not crowded:
                return
            self._waiting.popleft()
            if number is not None:
                self._learn(number)
            yield window
            if not self._translator.hooks.renew:
                self._sent -= keys  # memory knows them now

    def _learn(self, number: int) -> None:
        assert self._bridge is not None  # something was sent
        while number not in self._replies:
            came = self._bridge.receive()
            self._replies[came.number] = came
        reply = self._replies.pop(number)
        error = reply.error
        if error is not None and reply.fatal:
            error.place = f"worker on {reply.host}" + (f": {error.place}" if error.place else "")
            raise error
        if reply.version != __version__:
            raise ClusterError(
                f"this worker has Passerelle {reply.version}, this machine has {__version__}",
                place=reply.host,
                next_step="install the same version on every machine",
            )
        if reply.fingerprint != self._translator.chosen.engine.fingerprint:
            raise ModelError(
                "this worker's engine is not the one of this machine: translations would differ",
                place=reply.host,
                next_step="install the same model on every machine, and name it with --engine "
                "and --model; `passerelle models list` shows what is there",
            )
        self._translator.finisher.recall.learn(reply.made)
        if error is not None:
            self._say(
                f"a worker on {reply.host} failed, so that this machine takes over its "
                f"{reply.size} sentences: {error.problem}",
                warning=True,
            )


class Bridge:
    """Parcels to the bridge and replies from it.

    ``workers`` is how many there will be, ``room`` for how many there is room already.
    Whatever is asked of it, it raises `ClusterError` where the cluster has failed, and
    `Stopped` where a stop was asked for meanwhile.

    Args:
        cluster: where, and how many workers.
        orders: for each worker.
        stop: looked at while waiting.
        command: starts the bridge.
    """

    def __init__(
        self, cluster: Cluster, orders: Orders, *, stop: Stop, command: Sequence[str] = BRIDGE
    ) -> None:
        self._address = cluster.address
        self._stop = stop
        self._came: queue.Queue[tuple[str, Any]] = queue.Queue()
        # Short: the paths of Ray's sockets must stay below a hundred characters.
        self._folder = Path(tempfile.mkdtemp(prefix="passerelle-"))
        # The bridge and its workers find the modules that this process finds.
        places = [place for place in (*sys.path, os.environ.get("PYTHONPATH", "")) if place]
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
            with (self._folder / "ray.log").open("wb") as log:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(places))},
                    start_new_session=True,  # Ctrl-C is for this process alone
                )
            undo.callback(self._end)
            threading.Thread(target=self._listen, name="passerelle-bridge", daemon=True).start()
            # Packed: only workers need to understand their orders.
            self._write((cluster, pickle.dumps(orders), str(self._folder / "ray")))
            self.workers, self.room = self._wait()
            self.close = undo.pop_all().close

    def send(self, parcel: Parcel) -> None:
        """Hand over a parcel; some worker will take it."""
        self._write(pickle.dumps(parcel))

    def receive(self) -> Reply:
        """Wait for the next reply; they come in any order."""
        reply: Reply = pickle.loads(self._wait())
        return reply

    def _end(self) -> None:
        """Let the bridge shut down; end it where it does not."""
        process = self._process
        with contextlib.suppress(OSError):
            if process.stdin:
                process.stdin.close()  # the bridge takes this for the end
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
        finally:
            if process.poll() is None:
                # And what it started: it leads a process group of its own.
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
            if process.stdout:
                process.stdout.close()

    def _write(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            self._stop.check()
            raise self._failed(_ENDED) from error

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError, EOFError, pickle.UnpicklingError):
            while True:
                self._came.put(pickle.load(self._process.stdout))
        self._came.put(("failed", _ENDED))

    def _wait(self) -> Any:  # noqa: ANN401 - what the bridge tells, by kind
        while True:
            self._stop.check()
            with contextlib.suppress(queue.Empty):
                kind, value = self._came.get(timeout=_WAIT)
                if kind == "failed":
                    raise self._failed(value)
                return value

    def _failed(self, why: str) -> ClusterError:
        lines = [why]
        if why == _ENDED:
            with contextlib.suppress(OSError):
                log = (self._folder / "ray.log").read_text(encoding="utf-8", errors="replace")
                lines += log.splitlines()[-_TOLD:]
        return ClusterError(
            "the cluster has failed: " + "\n    ".join(lines),
            place="" if self._address == "local" else self._address,
            next_step="run the same command again: what is finished is kept; without --cluster "
            "this machine does the work alone"
            if self._address == "local"
            else "check it with `ray status`, and that this machine has the cluster's token if it "
            "wants one; then run the same command again: what is finished is kept",
        )
