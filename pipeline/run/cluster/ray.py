"""The bridge to Ray: the only module that imports it, in a process of its own.

A Ray Data pipeline runs as long as the run does: a source that the driver feeds through a
queue, and a pool of actors, each of which opens the engine once. Ray moves the parcels,
restarts workers that die, and gives their parcels to others.

Nothing leaves the machine unless an address is given: Ray's usage statistics are off, and
a cluster that is started here listens on the loopback device only, without a dashboard.

`main` reads parcels from standard input and writes replies to standard output; see
`pipeline.run.cluster.driver`, which starts it.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import pickle
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines import available_cores
from pipeline.run.cluster.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.run.cluster.driver import Cluster

_STORE = 256 * 1024 * 1024  # bytes of the object store of a cluster on this machine
_ONE_BY_ONE: dict[str, Any] = {"batch_size": None, "batch_format": "pyarrow"}
_RETRIES = 3  # times that a parcel is given to another worker when one dies of it


def main() -> None:
    """Serve one run: where and with which orders, then parcels until the end of the input."""
    requests, driver, lock = sys.stdin.buffer, os.getppid(), threading.Lock()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whoever prints, prints into the log

    def tell(kind: str, value: object) -> None:
        with lock, contextlib.suppress(OSError):
            pickle.dump((kind, value), answers)
            answers.flush()

    def failed(error: BaseException) -> None:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        tell("failed", lines[-1] if lines else type(error).__name__)

    def take(dataset: Any) -> None:  # noqa: ANN401 - Ray's classes have no types
        try:
            for batch in dataset.iter_batches(**_ONE_BY_ONE, prefetch_batches=0):
                for reply in batch["parcel"].to_pylist():
                    tell("reply", reply)
        except BaseException as error:
            failed(error)

    cluster, orders, folder = pickle.load(requests)
    try:
        workers, room = _start(cluster, folder)
        feed, dataset = _pipeline(cluster, workers, orders)
        threading.Thread(target=take, args=(dataset,), daemon=True).start()
        tell("ready", (workers, room))
        while True:
            feed.put(pickle.load(requests))
    except EOFError:
        pass  # the driver has no more parcels, or is gone
    except Exception as error:
        logging.getLogger(__name__).exception("the cluster has failed")
        failed(error)
    finally:
        with contextlib.suppress(Exception):
            sys.modules["ray"].shutdown()
        if os.getppid() != driver:  # nobody else will tidy up
            shutil.rmtree(Path(folder).parent, ignore_errors=True)
        os._exit(0)  # and ends every thread that waits


def _start(cluster: Cluster, folder: str) -> tuple[int, int]:
    """Start or join a cluster; give the number of workers, and for how many there is room."""
    threads, local = cluster.threads, cluster.address == "local"
    # Read when `ray` is imported.
    os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"})
    if local:  # Ray would replace the loopback address by one that others can reach
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    ray: Any = importlib.import_module("ray")
    if local:
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
    ray.init(address=cluster.address, log_to_driver=False)
    nodes = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
    room = sum(int(cores // threads) for cores in nodes)
    if not room:
        raise ValueError(
            f"its largest machine has {max(nodes, default=0):.0f} processors, and a worker "
            f"needs {threads}: give a smaller --threads"
        )
    return cluster.workers or room, room


def _pipeline(cluster: Cluster, workers: int, orders: bytes) -> tuple[Any, Any]:
    """Build queue → source → pool of actors; nothing runs before it is iterated over."""
    from ray import data
    from ray.util.queue import Queue

    context = data.DataContext.get_current()
    context.target_max_block_size = 1  # every parcel is a block: it goes on at once
    context.enable_progress_bars = False
    feed = Queue()

    def source(_: object) -> Iterator[object]:
        while True:  # for the one row of `range`: parcels as they come
            yield _table([feed.get()])

    dataset = (
        data.range(1, override_num_blocks=1)
        .map_batches(source, **_ONE_BY_ONE, num_cpus=0)
        .map_batches(
            _Actor,
            fn_constructor_args=(orders,),
            compute=data.ActorPoolStrategy(size=workers),
            num_cpus=cluster.threads,
            max_task_retries=_RETRIES,
            **_ONE_BY_ONE,
        )
    )
    return feed, dataset


class _Actor:
    """A worker as Ray Data wants it: tables of packed parcels in, of packed replies out."""

    def __init__(self, orders: bytes) -> None:
        self._worker = Worker(orders)

    def __call__(self, batch: Any) -> Any:  # noqa: ANN401 - tables of Arrow
        parcels = map(pickle.loads, batch["parcel"].to_pylist())
        return _table([pickle.dumps(self._worker(parcel)) for parcel in parcels])


def _table(parcels: list[bytes]) -> Any:  # noqa: ANN401 - a class without types
    import pyarrow as pa

    return pa.table({"parcel": pa.array(parcels, pa.large_binary())})
