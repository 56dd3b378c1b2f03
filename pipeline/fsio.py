"""Files: written whole or not at all, by one process at a time, and errors in words."""

from __future__ import annotations

import errno
import functools
import math
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from pipeline.errors import OutputError, PasserelleError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

_REASONS = {
    errno.ENOSPC: (
        "the disk is full",
        "free some space and run again; nothing half-written was left",
    ),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run again"),
    errno.EACCES: (
        "no permission to write here",
        "choose another folder or change its permissions",
    ),
    errno.EPERM: ("no permission to write here", "choose another folder or change its permissions"),
    errno.ENOTDIR: (
        "a file stands where a folder would have to be",
        "choose another folder, or move that file away",
    ),
    errno.EEXIST: (
        "a file stands where a folder would have to be",
        "choose another folder, or move that file away",
    ),
    errno.ENOENT: ("no folder can be made here", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long for this file system", "choose shorter names"),
    errno.EROFS: ("the file system is read-only", "choose another folder with --out"),
}


def is_file(path: Path) -> bool:
    """Say whether there is a file; no, too, where the system does not tell.

    Unlike `Path.is_file` it raises nothing for a folder without permission or a name that
    is too long.
    """
    return os.path.isfile(path)  # noqa: PTH113 - see above


def is_folder(path: Path) -> bool:
    """Say whether there is a folder, as `is_file` does."""
    return os.path.isdir(path)  # noqa: PTH112 - see `is_file`


def may_write(path: Path) -> bool:
    """Say whether this process may write a file, or make files in a folder; nothing is tried."""
    effective = os.access in os.supports_effective_ids
    mode = os.W_OK | (os.X_OK if is_folder(path) else 0)
    return os.access(path, mode, effective_ids=effective)


IRREGULAR = "not a regular file (a pipe, socket or device)"


def open_file(path: Path) -> IO[bytes]:
    """Open a file to be read; what is no regular file is refused, so that nothing ever waits.

    Raises:
        OSError: it cannot be opened, or is a folder, a pipe, a socket or a device; its
            ``strerror`` says which.
    """

    def check(mode: int) -> None:
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, IRREGULAR, str(path))

    check(path.stat().st_mode)  # opening a device may already do something
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.fdopen(os.open(path, flags), "rb")
    try:
        check(os.fstat(handle.fileno()).st_mode)
    except BaseException:
        handle.close()
        raise
    return handle


def read_file(path: Path) -> bytes:
    """Read a whole regular file; raises what `open_file` raises."""
    with open_file(path) as handle:
        return handle.read()


def free_name(path: Path, what: str) -> Path:
    """Give the first ``NAME.what-N`` beside ``path`` that nothing has yet."""
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.{what}-{number}")):
        number += 1
    return aside


def output_error(path: Path, error: OSError) -> OutputError:
    """Turn an OSError met while writing ``path`` into one that names place and next step."""
    reason, step = _REASONS.get(
        error.errno or 0, (error.strerror or str(error), "check the folder and run again")
    )
    return OutputError(reason, place=str(path), next_step=step)


def fsync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` durable where the platform allows it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def run_mark() -> str:
    """Give the mark that every temporary file of this process bears in its name."""
    return _mark_of(os.getpid())


@functools.cache
def _mark_of(process: int) -> str:
    return f"{process:x}-{secrets.token_hex(4)}"


_MARK = re.compile(r"[0-9a-f]+-[0-9a-f]{8}")


def sweep(folder: Path, marks: Collection[str]) -> int:
    """Delete the temporary files that processes with these marks left in ``folder`` and below.

    Returns:
        How many there were.
    """
    ours = "|".join(mark for mark in marks if _MARK.fullmatch(mark))
    swept = 0
    for path in folder.rglob(".*.part") if ours else ():
        if re.fullmatch(rf"\..+\.[0-9a-f]{{8}}\.(?:{ours})\.part", path.name, re.DOTALL):
            with suppress(OSError):
                path.unlink()  # refuses a folder
                swept += 1
    return swept


@contextmanager
def atomic_open(
    path: Path,
    *,
    sync_folder: bool = True,
    mode: int | None = None,
    settle: Callable[[Path], bool] = lambda _made: True,
) -> Iterator[IO[bytes]]:
    """Open a temporary file beside ``path``; put it in place when the block ends well.

    Without ``sync_folder`` a power cut may bring the old content back, whole; for files
    that can be made again, by the thousand. ``mode`` gives the file's permission bits; the
    system's default where it is None. ``settle`` is shown the file that is made, before it
    takes its place, and says whether it is to.

    Raises:
        OutputError: the folder or the file cannot be written (permission, full disk).
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own = f"{secrets.token_hex(4)}.{run_mark()}"
        temporary = path.with_name(f".{path.name[:40]}.{own}.part")
        # Not tempfile: the system applies the umask here, while reading the umask to set
        # the permissions afterwards would change it for every other thread.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        if mode is not None:
            temporary.chmod(mode)
        if settle(temporary):
            temporary.replace(path)
            temporary = None
        if sync_folder:
            fsync_folder(path.parent)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def atomic_write(
    path: Path, data: bytes, *, sync_folder: bool = True, mode: int | None = None
) -> None:
    """Write ``data`` to ``path`` by temporary file, fsync and replace; see `atomic_open`.

    Raises:
        OutputError: the folder or the file cannot be written (permission, full disk).
    """
    with atomic_open(path, sync_folder=sync_folder, mode=mode) as handle:
        handle.write(data)


_SILENCE = 2.0  # seconds that a lock is waited for before anybody is told
# The holder's process id stands behind byte 0, which Windows keeps from other readers.
_HOLDER_AT = 1
_HOLDER = re.compile(rb"\d{0,32}\n?")


def _refuse_other_file(path: Path, error: type[PasserelleError]) -> None:
    """Refuse to use somebody's file as a lock: the holder is written into it."""
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            with open_file(path) as handle:
                handle.seek(_HOLDER_AT)
                if _HOLDER.fullmatch(handle.read(40)):
                    return
    except FileNotFoundError:
        return
    raise error(
        "this is no lock file of passerelle's, and is left as it is",
        place=str(path),
        next_step="move it away and run again",
    )


@contextmanager
def file_lock(
    path: Path,
    doing: str,
    *,
    place: Path | str = "",
    wait: float = 0.0,
    instead: str = "",
    tell: Callable[[str], None] = lambda _message: None,
    error: type[PasserelleError] = OutputError,
) -> Iterator[None]:
    """Hold the lock file ``path`` as long as the block runs.

    The operating system owns the lock: a process that dies, however it dies, gives it back,
    so that there are no stale locks to clear. The file itself stays.

    Args:
        path: the lock file; its folder is made.
        doing: what the holder is at, for people: ``is writing to this folder``.
        place: what is locked, for people; the lock file unless given.
        wait: seconds to wait for another holder; ``math.inf`` waits until it is done.
        instead: what can be done besides waiting, for instance ``, or choose another folder``.
        tell: told, once, that another process is waited for.
        error: what is raised where another process holds the lock.

    Raises:
        OutputError: the lock file cannot be written.
        error: another process holds it, whose id and the time waited are named; or the
            file is somebody's, no lock.
    """
    from filelock import FileLock, Timeout

    def holder() -> str:
        with suppress(OSError, ValueError), path.open("rb") as handle:
            handle.seek(_HOLDER_AT)
            return f" (process {int(handle.read(20))})"
        return ""

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_other_file(path, error)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=min(wait, _SILENCE))
        except Timeout:
            if wait <= _SILENCE:
                raise
            tell(f"another passerelle{holder()} {doing}; waiting for it")
            lock.acquire(timeout=-1 if wait == math.inf else wait - _SILENCE)
    except Timeout as timeout:
        raise error(
            f"another passerelle{holder()} {doing}" + (f"; waited {wait:.0f} s" if wait else ""),
            place=str(place or path),
            next_step=f"wait until it has finished and run again{instead}",
        ) from timeout
    except OSError as failure:
        raise output_error(path, failure) from failure
    try:
        with suppress(OSError), path.open("r+b") as handle:  # a full disk: it holds all the same
            handle.seek(_HOLDER_AT)
            handle.write(f"{os.getpid()}\n".encode())
            handle.truncate()
        yield
    finally:
        lock.release()


def held_by(path: Path) -> int | None:
    """Say who holds a lock of `file_lock`; nothing is written, and nobody is kept waiting.

    Returns:
        The holder's process id; 0 where somebody holds it whose id cannot be read; ``None``
        where nobody does.
    """
    try:
        with path.open("rb") as handle:
            if not _is_held(handle):
                return None
            handle.seek(_HOLDER_AT)
            told = handle.read(20)
    except OSError:
        return None
    return int(told) if told.strip().isdigit() else 0


def _is_held(handle: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:
        try:
            handle.read(1)  # Windows keeps a locked byte from other readers
        except OSError:
            return True
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(handle, fcntl.LOCK_UN)
    return False
