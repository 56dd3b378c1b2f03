"""pysubs2 reads subtitles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pysubs2

from formats.marked import Marked, of

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = re.compile(r"(<[^<>\n]+>|\{\\[^{}]+\})")


def read(data: bytes) -> list[Marked]:
    """Read the cues, in order."""
    return [of(_runs(event.text)) for event in _events(data)]


def frame(data: bytes) -> list[object]:
    """Give what must stay: times, and tags that are no look."""
    found: list[object] = []
    for event in _events(data):
        assert read_text(event.text).strip(), "a cue is empty"
        tags = [t for t in _TAG.findall(event.text) if not re.fullmatch(r"</?[biu]>", t)]
        found.append((event.start, event.end, tags))
    return found


def read_text(cue: str) -> str:
    """Drop a cue's tags."""
    return _TAG.sub("", cue)


def _events(data: bytes) -> pysubs2.SSAFile:
    text = data.decode("utf-8-sig")
    kind = "vtt" if text.startswith("WEBVTT") else "srt"
    text = re.sub(
        r"^(NOTE|STYLE)\b.*?(?:\n\n|\r\n\r\n|\Z)", "", text, flags=re.DOTALL | re.MULTILINE
    )
    text = re.sub(r"(?<=\n\n)[^\n]+\n(?=\d\d:\d\d)", "", text) if kind == "vtt" else text
    return pysubs2.SSAFile.from_string(text, format_=kind, keep_html_tags=True)


def _runs(cue: str) -> Iterator[tuple[str, frozenset[str]]]:
    looks: set[str] = set()
    for piece in _TAG.split(cue.replace("\\N", "\n").replace("&amp;", "&")):
        if match := re.fullmatch(r"<(/?)([biu])>", piece):
            looks = looks - {match[2]} if match[1] else looks | {match[2]}
        elif not _TAG.fullmatch(piece):
            yield piece, frozenset(looks)
