"""A subtitle file as a sequence of cues: when each is shown, and where its text stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_TIME = r"(?:[0-9]{1,4}:)?[0-9]{1,2}:[0-9]{1,2}(?:[.,:][0-9]{1,3})?"
_TIMES = re.compile(rf"[ \t]*({_TIME})[ \t]*-->[ \t]*({_TIME})(?:[ \t]+(.*))?[ \t]*\Z")
_LIKE_TIMES = re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}[^A-Za-zÀ-ÿ]*\Z")
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n|\Z)")
_NUMBER = re.compile(r"\ufeff?[ \t]*[0-9]{1,9}[ \t]*\Z")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION|WEBVTT)(?:[ \t]|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A text on the screen."""

    shown: float  # seconds
    gone: float  # likewise; before ``shown`` in a damaged file
    settings: str  # what follows the times: a position
    start: int  # of the text, code points into the file, as is ``end``
    end: int

    @property
    def seconds(self) -> float:
        """How long it is shown; 0.0 where the file is damaged."""
        return max(0.0, self.gone - self.shown)

    @property
    def clock(self) -> str:
        """When it appears: hours, minutes, seconds."""
        minutes, seconds = divmod(int(self.shown), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip(" \t\ufeff")


def read_cues(text: str, *, vtt: bool) -> tuple[list[Cue], list[Finding]]:
    """Find the cues of a file.

    Args:
        text: the file.
        vtt: whether it is WebVTT, where a blank line ends a cue and there are other blocks.

    Returns:
        The cues in the file's order, and what could not be read: such a cue is left out.
    """
    lines = [_Line(m.start(), m.end(1), m[1]) for m in _LINE.finditer(text)]
    heads = list(_heads(lines, vtt=vtt))
    cues: list[Cue] = []
    broken: list[int] = []
    for at, (_, head) in enumerate(heads):
        after = heads[at + 1][0] if at + 1 < len(heads) else len(lines)
        times = _TIMES.match(lines[head].text)
        if times is None:
            broken.append(head)
            continue
        shown = lines[head + 1 : after]
        if vtt:
            shown = shown[: next((n for n, line in enumerate(shown) if line.blank), len(shown))]
        while shown and shown[-1].blank:
            del shown[-1]
        if shown:
            cues.append(
                Cue(
                    shown=_seconds(times[1]),
                    gone=_seconds(times[2]),
                    settings=" ".join((times[3] or "").split()),
                    start=shown[0].start,
                    end=shown[-1].end,
                )
            )
    return cues, _findings(lines, broken)


def _heads(lines: Sequence[_Line], *, vtt: bool) -> Iterator[tuple[int, int]]:
    """Give each cue's first line, and that with its times."""
    skipping = False
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        opens = before is None or before.blank
        if vtt and opens and _NO_CUE.match(line.text):
            skipping = True
        skipping = skipping and not line.blank
        if skipping:
            continue
        numbered = before is not None and _NUMBER.match(before.text) is not None
        if "-->" not in line.text:
            # Times without their arrow are seen only where times must stand.
            if not (numbered and not vtt and _LIKE_TIMES.match(line.text.strip())):
                continue
        elif not _TIMES.match(line.text) and not (opens or numbered):
            continue  # an arrow in a text
        named = vtt and not opens and (number < 2 or lines[number - 2].blank)
        yield (number - 1 if numbered or named else number), number


def _seconds(time: str) -> float:
    clock, _, rest = time.replace(",", ".").partition(".")
    fields = clock.split(":")
    if not rest and len(fields) > 3:  # hh:mm:ss:mmm
        rest = fields.pop()
    value = 0
    for field in fields:
        value = value * 60 + int(field)
    return value + (float(f"0.{rest}") if rest else 0.0)


def _findings(lines: Sequence[_Line], broken: Sequence[int]) -> list[Finding]:
    if not broken:
        return []
    where = ", ".join(str(number + 1) for number in broken[:5])
    what = "the cue at line" if len(broken) == 1 else f"{len(broken)} cues, at lines"
    more = " …" if len(broken) > 5 else ""
    raw = " ".join(lines[broken[0]].text.split())[:40]
    message = f"{what} {where}{more}: left as it is, no times can be read in {raw!r}"
    return [Finding(check="document", severity="warning", message=message)]


def cue_around(text: str, at: int) -> Cue | None:
    """Give the cue whose text holds a place of a file; ``None`` if there is none."""
    arrow = text.rfind("-->", 0, at)
    start = max(text.rfind("\n", 0, arrow), text.rfind("\r", 0, arrow)) + 1
    line = _LINE.match(text, start)
    times = _TIMES.match(line[1]) if line is not None else None
    if arrow < 0 or line is None or times is None:
        return None
    end = _BLANK.search(text, max(at, line.end()))
    return Cue(
        shown=_seconds(times[1]),
        gone=_seconds(times[2]),
        settings="",
        start=line.end(),
        end=end.start() if end else len(text),
    )
