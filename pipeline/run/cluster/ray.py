"""The bridge to Ray: the only module that imports it, in a process of its own.

A Ray Data pipeline runs as long as the run does: a source that the driver feeds through a
queue, and a pool of actors, each of which opens the engine once. Ray moves the parcels,
restarts workers that die, and gives their parcels to others.

Nothing leaves the machine unless an address is given: Ray's usage statistics are off, and
a cluster that is started here listens on the loopback device only, without a dashboard.

`main` reads frames from standard input and writes them to standard output; see
`pipeline.run.cluster.link`, which starts it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import shutil
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.engines import available_cores
from pipeline.run.cluster.link import read_frame, write_frame
from pipeline.run.cluster.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.run.cluster.driver import Cluster
    from pipeline.run.cluster.link import Brief

__all__ = ["main"]

_STORE = 256 * 1024 * 1024  # bytes of the object store of a cluster on this machine

_RETRIES = 3  # times that a parcel is given to another worker when one dies of it

# Read when `ray` is imported.
_SILENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
# Without this, Ray replaces the loopback address by one that others can reach.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def main() -> None:
    """Serve one run: a brief, then parcels until the end of standard input."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whoever prints, prints into the log
    requests = sys.stdin.buffer
    data = read_frame(requests)
    if data is None:
        return
    brief: Brief = pickle.loads(data)
    driver = os.getppid()
    lock = threading.Lock()

    def tell(kind: str, value: object) -> None:
        with lock, contextlib.suppress(OSError):
            write_frame(answers, pickle.dumps((kind, value)))

    try:
        _serve(brief, requests, tell)
    except Exception as error:
        logging.getLogger(__name__).exception("the cluster has failed")
        tell("failed", _last_line(error))
    finally:
        _leave(brief.folder, orphan=os.getppid() != driver)


def _serve(brief: Brief, requests: IO[bytes], tell: Any) -> None:  # noqa: ANN401 - a callback
    cluster = brief.cluster
    ray = _import_ray(local=cluster.address == "local")
    workers, room = _start(ray, cluster, brief.folder)
    feed, dataset = _pipeline(cluster, workers, brief.orders)
    tell("ready", (workers, room))

    def take() -> None:
        try:
            for batch in dataset.iter_batches(
                batch_size=None, prefetch_batches=0, batch_format="numpy"
            ):
                for reply in batch["parcel"]:
                    tell("reply", bytes(reply))
        except BaseException as error:
            tell("failed", _last_line(error))

    threading.Thread(target=take, daemon=True).start()
    while (parcel := read_frame(requests)) is not None:
        feed.put(parcel)


def _leave(folder: str, *, orphan: bool) -> None:
    """Shut Ray down, tidy up where nobody else will, and end every thread that waits."""
    with contextlib.suppress(Exception):
        sys.modules["ray"].shutdown()
    if orphan:
        shutil.rmtree(Path(folder).parent, ignore_errors=True)
    os._exit(0)


def _import_ray(*, local: bool) -> Any:  # noqa: ANN401 - a module without types
    os.environ.update(_SILENT | (_LOOPBACK if local else {}))
    import ray
    import ray.data

    return ray


def _start(ray: Any, cluster: Cluster, folder: str) -> tuple[int, int]:  # noqa: ANN401 - a module without types
    """Start or join a cluster; give the number of workers, and for how many there is room."""
    threads = cluster.threads
    if cluster.address != "local":
        ray.init(address=cluster.address, log_to_driver=False)
        nodes = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
        room = sum(int(cores // threads) for cores in nodes)
        if not room:
            raise ValueError(
                f"its largest machine has {max(nodes, default=0):.0f} processors, and a worker "
                f"needs {threads}: give a smaller --threads"
            )
        return cluster.workers or room, room
    workers = cluster.workers or max(1, available_cores() // threads)
    ray.init(
        address="local",
        num_cpus=workers * threads + 1,
        num_gpus=0,
        object_store_memory=_STORE,
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
    )
    return workers, workers


def _pipeline(cluster: Cluster, workers: int, orders: bytes) -> tuple[Any, Any]:
    """Build queue → source → pool of actors; nothing runs before it is iterated over."""
    from ray import data
    from ray.util.queue import Queue

    context = data.DataContext.get_current()
    context.target_max_block_size = 1  # every parcel is a block: it goes on at once
    context.enable_progress_bars = False
    feed = Queue()
    dataset = data.read_datasource(_source(feed), override_num_blocks=1, num_cpus=0).map_batches(
        _Actor,
        fn_constructor_args=(orders,),
        batch_size=None,
        batch_format="numpy",
        compute=data.ActorPoolStrategy(size=workers),
        num_cpus=cluster.threads,
        max_task_retries=_RETRIES,
    )
    return feed, dataset


def _source(feed: Any) -> Any:  # noqa: ANN401 - Ray's classes have no types
    """Make a Ray Data source of the queue: one task that gives parcels as they come."""
    from ray.data import Datasource, ReadTask
    from ray.data.block import BlockMetadata

    def read() -> Iterator[Any]:
        import pyarrow as pa

        while True:
            yield pa.table({"parcel": pa.array([feed.get()], pa.large_binary())})

    class Source(Datasource):
        """The parcels of a run."""

        def estimate_inmemory_data_size(self) -> None:
            """Say that nobody knows how much will come."""

        def get_read_tasks(self, *_: object, **__: object) -> list[Any]:
            """Give the one task."""
            unknown = BlockMetadata(
                num_rows=None, size_bytes=None, input_files=None, exec_stats=None
            )
            return [ReadTask(read, unknown)]

    return Source()  # type: ignore[no-untyped-call, unused-ignore] # typed where Ray is not there


class _Actor:
    """A worker as Ray Data wants it: batches of packed parcels in, of packed replies out."""

    def __init__(self, orders: bytes) -> None:
        self._worker = Worker(orders)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        import numpy as np

        replies = np.empty(len(batch["parcel"]), dtype=object)
        for i, data in enumerate(batch["parcel"]):
            replies[i] = pickle.dumps(self._worker(pickle.loads(data)))
        return {"parcel": replies}


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
