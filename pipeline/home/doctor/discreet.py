"""Who sits at the machine and what it is called is nobody's business: paths and texts without it.

Every text that comes from the machine (a path, an error, a name) is shown by a `Discreet`. Our
own words are not, so that a service account called ``passerelle`` leaves our commands whole.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LOGINS = ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER", "DOAS_USER")
_HOSTS = ("HOSTNAME", "HOST", "COMPUTERNAME", "USERDOMAIN")
_HOMES = ("HOME", "USERPROFILE")
_SURE = 5  # letters from which a name is hidden within a word, too
# Names that identify nobody, and words of the commands that next steps name.
_NOBODY = frozenset(
    {
        *(
            "root",
            "user",
            "admin",
            "administrator",
            "nobody",
            "ubuntu",
            "debian",
            "runner",
            "docker",
        ),
        *("app", "home", "host", "local", "localhost", "localdomain", "linux", "windows", "darwin"),
        *("passerelle", "python", "pip", "translate", "models", "install", "remove", "memory"),
        *("glossary", "bundled", "argos"),
    }
)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


class Discreet:
    """Shows paths and texts without home folder, user name and host name.

    Args:
        homes: paths of the home folder; shown as ``~``.
        users: names of the person: login, full name and its words; shown as ``<user>``.
        hosts: names of the machine; shown as ``<host>``.
        folder: the working folder; what is in it is shown relative to it.
    """

    def __init__(
        self,
        *,
        homes: Iterable[str] = (),
        users: Iterable[str] = (),
        hosts: Iterable[str] = (),
        folder: str = "",
    ) -> None:
        self._folder = folder
        kept = {_plain(home.rstrip("/\\")) for home in homes if len(_parts(home)) > 0}
        longest = sorted((home for home in kept if home), key=len, reverse=True)
        self._homes = [re.compile(re.escape(h) + r"(?![\w.-])", re.IGNORECASE) for h in longest]
        names = dict.fromkeys(map(_plain, hosts), "<host>") | dict.fromkeys(
            map(_plain, users), "<user>"
        )
        self._names = list(_hiding(names))

    @classmethod
    def here(cls, environ: Mapping[str, str] = os.environ) -> Discreet:
        """Know whom to hide on this machine."""
        homes = [environ.get(name, "") for name in _HOMES]
        users = [environ.get(name, "") for name in _LOGINS]
        hosts = [environ.get(name, "") for name in _HOSTS]
        homes.append(os.path.expanduser("~"))  # noqa: PTH111 - raises nothing
        with contextlib.suppress(ImportError, KeyError, OSError):
            import pwd

            entry = pwd.getpwuid(os.getuid())
            homes.append(entry.pw_dir)
            full = entry.pw_gecos.partition(",")[0]
            users += [entry.pw_name, full, *(w for w in full.split() if len(w) > 3)]
        with contextlib.suppress(OSError):
            import socket

            hosts.append(socket.gethostname())
        hosts += [host.partition(".")[0] for host in hosts]
        homes = [home for home in homes if os.path.isabs(home)]  # noqa: PTH117 - texts
        homes += [os.path.realpath(home) for home in homes]
        users += [re.split(r"[/\\]", home.rstrip("/\\"))[-1] for home in homes]
        folder = ""
        with contextlib.suppress(OSError):
            folder = os.getcwd()  # noqa: PTH109 - as a text
        return cls(homes=homes, users=users, hosts=hosts, folder=folder)

    def path(self, path: str | os.PathLike[str]) -> str:
        """Show a path: relative in the working folder and above it, else without the home."""
        text = os.fspath(path)
        folder = self._folder
        if os.path.isabs(text) and folder:  # noqa: PTH117 - texts
            parent = os.path.dirname(text)  # noqa: PTH120 - texts
            if _below(text, folder) or (_below(folder, parent) and len(_parts(parent)) > 1):
                with contextlib.suppress(ValueError):
                    text = os.path.relpath(text, folder)
        return self.text(text)

    def text(self, text: str) -> str:
        """Show a text that the machine or somebody else's program wrote, on one line."""
        text = _CREDENTIALS.sub("", _plain(text))
        for home in self._homes:
            text = home.sub("~", text)
        for name, instead in self._names:
            text = name.sub(instead, text)
        return one_line(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", path) if part]


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _hiding(names: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    """Give what finds each name, longest first, and what is shown instead."""
    for name in sorted((name.strip() for name in names), key=len, reverse=True):
        if len(name) < 2 or name.casefold() in _NOBODY:
            continue
        word = re.escape(name)
        if len(name) < _SURE:
            word = rf"(?<![^\W_]){word}(?![^\W_])"
        yield re.compile(word, re.IGNORECASE), names.get(name, "<user>")
