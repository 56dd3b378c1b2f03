"""Line files: one segment a line, as sacrebleu reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InputError, NothingChecked, QualityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["parallel_lines", "read_lines"]


def read_lines(path: Path) -> Iterator[str]:
    """Read a UTF-8 file line by line, without trailing white space, as sacrebleu does.

    Lines end at a newline and nothing else.

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8; the line is named.
    """
    number = 0
    try:
        with path.open("rb") as handle:
            for number, raw in enumerate(handle, 1):
                data = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                yield data.decode("utf-8").rstrip()
    except UnicodeDecodeError as error:
        raise InputError(
            f"not valid UTF-8: byte 0x{error.object[error.start]:02x} at column {error.start + 1}",
            place=f"{path}:{number}",
            next_step="save the file as UTF-8",
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="check the path and its permissions",
        ) from error


def parallel_lines(paths: Sequence[Path], *, size: int = 2000) -> Iterator[list[list[str]]]:
    """Read files side by side, a slice at a time.

    Args:
        paths: the files.
        size: lines of a slice.

    Yields:
        For each slice one list of lines a file, all equally long.

    Raises:
        InputError: a file cannot be read.
        NothingChecked: every file is empty.
        QualityError: one file ends before another; both counts are named.
    """
    streams = [read_lines(path) for path in paths]
    total = 0
    while True:
        slices = [
            [line for _, line in zip(range(size), stream, strict=False)] for stream in streams
        ]
        lengths = {len(lines) for lines in slices}
        if len(lengths) > 1:
            counts = [
                total + len(lines) + sum(1 for _ in stream)
                for lines, stream in zip(slices, streams, strict=True)
            ]
            named = ", ".join(f"{path} {n}" for path, n in zip(paths, counts, strict=True))
            raise QualityError(
                f"the files have different numbers of lines: {named}",
                next_step="give files with one segment a line, the same on every side; "
                "nothing is cut to fit",
            )
        if not slices or not slices[0]:
            if total == 0:
                raise NothingChecked(
                    "there is no line in it",
                    place=", ".join(str(path) for path in paths),
                    next_step="give files with text in them",
                )
            return
        total += len(slices[0])
        yield slices
