"""From a segment's text to the one line that an engine reads, and back again."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterable


_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width spaces, BOM
_UGLY = re.compile("[^\\S ]|  |^ | $|[\u00ad\u200b\u2060\ufeff]")
_NOT_PROSE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://\S+|www\.\S+|(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)


def one_line(text: str) -> str:
    """Give ``text`` as engines read it.

    Composed (NFC), every run of white space (line breaks, non-breaking and thin spaces)
    as one space, no invisible characters, nothing at the edges.
    """
    if not _UGLY.search(text) and unicodedata.is_normalized("NFC", text):
        return text
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def is_prose(text: str) -> bool:
    """Whether there is a word to translate, once addresses are taken away."""
    if "://" in text or "@" in text or "www." in text:
        text = _NOT_PROSE.sub(" ", text)
    return any(map(str.isalpha, text))


class Line:
    """The way back from positions in `one_line` to positions in the text it came from."""

    def __init__(self, text: str) -> None:
        self.text = one_line(text)
        self._moved = self.text != text
        self._origin = _origins(text, self.text) if self._moved else None

    def back(self, spans: Iterable[Span]) -> list[Span] | None:
        """Give the spans in the original text; ``None`` where they cannot be told."""
        if not self._moved:
            return list(spans)
        if self._origin is None:
            return None
        origin = self._origin
        result = []
        for span in spans:
            if not 0 <= span.start < span.end <= len(self.text):
                return None
            result.append(Span(start=origin[span.start][0], end=origin[span.end - 1][1]))
        return result


def _origins(text: str, line: str) -> list[tuple[int, int]] | None:
    """Give for each character of ``line`` the stretch of ``text`` that it stands for.

    A composed letter stands for its base and its accents. ``None`` where the two texts
    cannot be laid over each other (scripts whose composition crosses letters).
    """
    characters: list[str] = []
    origins: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for character in unicodedata.normalize("NFC", text[start:end]):
            if _INVISIBLE.match(character):
                continue
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            origins.append((start, end))
    if characters and characters[-1] == " ":
        characters.pop()
        origins.pop()
    return origins if "".join(characters) == line else None


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not unicodedata.combining(text[index]):
            yield start, index
            start = index
