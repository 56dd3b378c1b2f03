"""JSON over HTTP to one address: no proxy, no redirect, and an end to every wait."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.engines.chat.address import Address

MAX_BODY = 8 * 1024 * 1024  # bytes of an answer
CONNECT = 5.0  # seconds
ANSWER = 600.0  # seconds without a byte: a large model on a small machine takes its time


class Failed(Exception):
    """A request that got no usable answer."""

    def __init__(self, what: str, *, status: int = 0, gone: bool = False) -> None:
        self.what = what
        self.status = status  # of HTTP; 0 where none came
        self.gone = gone  # nobody listens
        super().__init__(what)


class Client:
    """Asks one server.

    Args:
        address: where it is.
        token: sent with every request, where the server asks for one.
        timeout: the longest wait for a byte of an answer, seconds.
    """

    def __init__(self, address: Address, *, token: str = "", timeout: float = ANSWER) -> None:
        self.address = address
        self.token = token
        self._timeout = timeout

    def ask(
        self, path: str, body: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Send a request, POST where there is a body; give the JSON that comes back.

        Raises:
            Failed: none came: the connection, the status or the answer was none to use.
        """
        limit = timeout or self._timeout
        headers = {"Host": str(self.address).removeprefix("http://"), "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        connection = self._connect(limit)
        try:
            connection.request("POST" if data else "GET", path, body=data, headers=headers)
            until = time.monotonic() + limit
            with connection.getresponse() as answer:
                text = b""
                while len(text) <= MAX_BODY and (piece := answer.read1(65_536)):
                    text += piece
                    if time.monotonic() > until:
                        raise TimeoutError
        except TimeoutError as error:
            raise Failed(f"no answer within {limit:g} seconds") from error
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"the connection broke: {error or type(error).__name__}") from error
        finally:
            connection.close()
        return _read(answer.status, text)

    def _connect(self, limit: float) -> http.client.HTTPConnection:
        """Connect to the first of the addresses that were checked that answers."""
        why: OSError | None = None
        for ip in self.address.ips:
            connection = http.client.HTTPConnection(ip, self.address.port, timeout=CONNECT)
            try:
                connection.connect()
            except OSError as error:
                why = error
                continue
            connection.sock.settimeout(limit)
            return connection
        raise Failed(f"nobody answers: {why}", gone=True) from why


def _read(status: int, text: bytes) -> Any:  # noqa: ANN401 - JSON
    if status != 200:
        said = " ".join(text[:300].decode("utf-8", errors="replace").split())
        raise Failed(f"the server answered {status}: {said}", status=status)
    if len(text) > MAX_BODY:
        raise Failed(f"the answer is longer than {MAX_BODY // 1024 // 1024} MB")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failed(f"the answer is no JSON: {error}") from error
