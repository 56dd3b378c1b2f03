"""The process that runs llama.cpp's server for the ``llama`` engine; started by its path.

It reads one line of JSON, says the address on a line of JSON, and ends when its input ends:
with the process that started it, however that ends. A crash of the library is a crash of
this process and of nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import threading


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Load the model, serve it on a free port of this machine, and wait for the end."""
    told = json.loads(sys.stdin.readline())
    out = os.dup(1)
    os.dup2(2, 1)  # what the library prints is no part of what we say
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = told["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # a free one
    params.api_keys = [told["token"]]
    params.n_parallel = told["parallel"]
    params.n_ctx = told["context"] * told["parallel"]
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.endpoint_slots = False
    params.ui = False
    params.warmup = False
    if told["threads"]:
        params.cpuparams.n_threads = told["threads"]
        params.cpuparams_batch.n_threads = told["threads"]
    server = xllamacpp.Server(params)
    os.write(out, json.dumps({"url": server.listening_address}).encode() + b"\n")
    threading.Event().wait()


if __name__ == "__main__":
    main()
