"""The one way to a person's terminal: what the program prints, cleaned of what steers it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import IO, TYPE_CHECKING, Any

import typer

from pipeline.wording import spelt, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.wording import Style

# Until a text reaches the terminal, a style stands in it as one of these characters, which Unicode
# gives nobody and `visible` takes out of everything else: an escape sequence there is ours.
_STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "strong": {"bold": True},
    "faint": {"dim": True},
}
_MARKS = {name: chr(0xFDD0 + number) for number, name in enumerate(_STYLES)}
_END = chr(0xFDD0 + len(_STYLES))
_CODES = {_MARKS[name]: typer.style("", reset=False, **own) for name, own in _STYLES.items()}
_CODES[_END] = typer.style("")


class Console:
    """A text stream that shows control characters instead of obeying them.

    ``buffer`` is the stream's own: a translation that is piped on keeps every byte.

    Args:
        stream: standard output or standard error.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text, cleaned; styles become colours on a terminal."""
        pieces = _split(text) if self.stream.isatty() else [text]
        shown = "".join(_CODES.get(piece) or visible(piece) for piece in pieces)
        try:
            self.stream.write(shown)
        except UnicodeEncodeError:  # a screen without our letters is no reason to fail
            self.stream.write(spelt(shown, getattr(self.stream, "encoding", "")))
        return len(text)

    def writelines(self, lines: Any) -> None:  # noqa: ANN401 - as a stream's
        """Write several texts."""
        for line in lines:
            self.write(line)


def _split(text: str) -> Iterator[str]:
    """Cut a text before and after the marks of styles."""
    start = 0
    for index, letter in enumerate(text):
        if letter in _CODES:
            yield from (text[start:index], letter)
            start = index + 1
    yield text[start:]


@contextlib.contextmanager
def clean_output() -> Iterator[None]:
    """Let standard output and standard error be `Console` for a while."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        stream if isinstance(stream, Console) else Console(stream) for stream in before
    )
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def style_for(stream: Any) -> Style:  # noqa: ANN401 - any text stream
    """Give the function that colours text for ``stream``: only on a terminal."""
    colour = bool(getattr(stream, "isatty", lambda: False)()) and "NO_COLOR" not in os.environ

    def style(text: str, name: str) -> str:
        return f"{_MARKS[name]}{visible(text)}{_END}" if colour else text

    return style
