"""Where a server is: on this machine, unless its host is named in so many words."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pipeline.errors import EngineError, UsageError

_API = (
    "v1/chat/completions",
    "v1/completions",
    "v1/models",
    "v1",
    "api/chat",
    "api/generate",
    "api",
)
_EXAMPLE = "write for instance http://127.0.0.1:8080, or http://127.0.0.1:11434/MODEL for Ollama"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's address, looked up once: what was checked is what is connected to."""

    host: str  # as it was written
    ips: tuple[str, ...]  # to which connections go, tried in this order
    port: int
    model: str = ""  # the address's path: one of the server's models

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def is_address(text: str) -> bool:
    """Say whether a text is meant to be a server's address."""
    return text.lower().startswith(("http://", "https://"))


def look_up(url: str, *, allow_host: str = "") -> Address:
    """Find the machine that an address means.

    Args:
        url: ``http://HOST:PORT``, with the model's name as its path where there are several;
            the path of an API is taken for none.
        allow_host: a host that need not be this machine, written as in the address.

    Raises:
        UsageError: it is no such address, or means another machine that is not allowed.
        EngineError: the host is not known.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise UsageError(
            f"this is no server's address: {error}", place=url, next_step=_EXAMPLE
        ) from error
    if parts.scheme.lower() != "http" or not host or parts.query or parts.fragment:
        raise UsageError("this is no local server's address", place=url, next_step=_EXAMPLE)
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "names and passwords in an address are not used",
            place=f"http://{host}:{port}",
            next_step="leave them out, and start the server without a key",
        )
    found = _addresses(host, port)
    if host != allow_host.strip().strip("[]").lower():
        for ip in found:
            if not _is_here(ip):
                raise UsageError(
                    f"{host} is not this machine, and articles stay on it",
                    place=url,
                    next_step=f"if its owner may read them, say --allow-host {host}",
                )
    path = unquote(parts.path).strip("/")
    for api in _API:
        if path == api or path.startswith(f"{api}/"):
            path = path.removeprefix(api).strip("/")
            break
    return Address(host=host, ips=tuple(dict.fromkeys(found)), port=port, model=path)


def _addresses(host: str, port: int) -> list[str]:
    """Give every address of a host, as numbers."""
    try:
        return [str(ipaddress.ip_address(host))]  # no look-up, and no shorthand as 127.1
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EngineError(
            f"there is no host {host!r}",
            place=f"http://{host}:{port}",
            next_step="use 127.0.0.1 for this machine",
        ) from error
    return [str(entry[4][0]) for entry in found]


def _is_here(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1
    return (mapped or address).is_loopback
