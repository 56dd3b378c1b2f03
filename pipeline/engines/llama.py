"""The ``llama`` engine: a language model in a GGUF file, run by llama.cpp in a process of ours."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import weakref
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipeline.engines.batching import available_cores
from pipeline.engines.chat.address import Address, look_up
from pipeline.engines.chat.client import Client
from pipeline.engines.chat.engine import ChatEngine
from pipeline.engines.chat.servers import OpenAIServer
from pipeline.errors import EngineError, ModelDamaged, ModelMissing, UsageError

if TYPE_CHECKING:
    from pipeline.engines.chat.servers import Server

CONTEXT = 2048  # tokens of prompt and answer: of the longest sentence and its terms
_RESTARTS = 3  # in all; a model that crashes more often is of no use
_CHILD = Path(__file__).with_name("llama_child.py")
_PIP = "pip install 'passerelle[llama]'"


class LlamaEngine(ChatEngine):
    """A GGUF file.

    One sentence at a time and no kept prompts, unless ``parallel`` says more: so the same
    sentence has the same answer in any company.

    Args:
        model: the file.
        context: tokens of prompt and answer; 0 for 2,048.
        threads: processor threads; 0 takes every core.
        decoding, profile, parallel, temperature, seed: see `ChatEngine`.
        allow_host: not used: the server is ours, and on this machine.

    Raises:
        UsageError: xllamacpp is not installed.
        ModelMissing, ModelDamaged: the file is not there, or cannot be loaded.
        EngineError: the model answers nothing.
    """

    name = "llama"
    title = "the language model {model}"

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept a file that calls itself GGUF, there or not."""
        return model.lower().endswith(".gguf") and not os.path.isdir(model)  # noqa: PTH112 - raises nothing

    def _connect(
        self, model: str, *, threads: int, parallel: int, context: int, allow_host: str
    ) -> tuple[Server, str]:
        del allow_host  # the server is on this machine
        if find_spec("xllamacpp") is None:
            raise UsageError(
                "GGUF files are read by xllamacpp, which is not installed", next_step=_PIP
            )
        path = Path(model).expanduser()
        told = {
            "model": str(path.resolve()),
            "parallel": parallel or 1,
            "context": context or CONTEXT,
            "threads": threads or available_cores(),
        }
        digest = _digest(path)
        self._child = _Child(told)
        weakref.finalize(self, self._child.stop)
        server = OpenAIServer(self._child.client)
        server.model, server.slots = path.name, parallel or 1
        return server, f"llama {digest} {told['context']}"

    def _revive(self) -> bool:
        return self._child.restart()


class _Child:
    """llama.cpp's server in a process that ends with this one."""

    def __init__(self, told: dict[str, object]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._restarts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Client(Address(host="", ips=(), port=0))  # one for all restarts
        self.start()

    def start(self) -> None:
        token = secrets.token_urlsafe(24)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - until it stops
        self._process = process = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        line = b""
        with contextlib.suppress(OSError):
            if process.stdin and process.stdout:
                process.stdin.write(json.dumps(self._told | {"token": token}).encode() + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
        if not line:
            said = self._last_words()
            self.stop()
            raise ModelDamaged(
                f"llama.cpp cannot load this file: {said}",
                place=str(self._told["model"]),
                next_step="compare it with where it came from, or take one that llama.cpp runs",
            )
        address = look_up(json.loads(line)["url"])
        self.client.address, self.client.token = address, token

    def restart(self) -> bool:
        """Start it again where it is gone; say whether it is there now."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return True
            if self._restarts >= _RESTARTS:
                return False
            self._restarts += 1
            self.stop()
            try:
                self.start()
            except ModelDamaged as error:
                raise EngineError(
                    f"llama.cpp crashed and does not start again: {error.problem}",
                    place=str(self._told["model"]),
                    next_step="free memory or take a smaller model, and run again: "
                    "what is translated stays",
                ) from error
            return True

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, self._log):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _last_words(self) -> str:
        """Give what the library said last, in a line."""
        if self._process is not None:
            self._process.wait()
        self._log.seek(0)
        said = self._log.read()[-20_000:].decode("utf-8", errors="replace")
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        telling = [line for line in lines if "error" in line.lower() or "fail" in line.lower()]
        return (telling or lines or ["it said nothing"])[0][-300:]


def _digest(path: Path) -> str:
    """Hash a file that says that it is GGUF.

    Raises:
        ModelMissing, ModelDamaged: it is not there, or something else.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelDamaged(
                    "this file is no GGUF file",
                    place=str(path),
                    next_step="get it again: a download may have left a page in its place",
                )
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissing(
            f"this file cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="mend the path after --model",
        ) from error
