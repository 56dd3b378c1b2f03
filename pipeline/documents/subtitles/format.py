"""SRT and WebVTT as formats: blocks of runs of cues, and English set into the same cues."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.documents.base import TextFormat
from pipeline.documents.subtitles.setting import LINES, SPEED, WIDTH, cuts, in_lines, visible
from pipeline.errors import InputError
from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents.base import Reading
    from pipeline.records import Block, Document, Segment

_BORDER = "-->"
_BLANK = " \t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_UNIT = re.compile(rf"(?:</?[A-Za-z][^<>\r\n]*>|\{{\\[^{{}}\r\n]*\}}|[^{_BLANK}])+")
_BLANKS = re.compile(rf"[{_BLANK}]")
_TAG = re.compile(r"</?[A-Za-z][^<>\r\n]*>")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_EMPTY = "…"  # what a cue says for which no word is left


class Srt(TextFormat):
    """SubRip: numbers, times and texts."""

    name = "srt"
    suffixes: tuple[str, ...] = (".srt",)

    def parse(self, data: bytes, *, doc_id: str, name: str, reading: Reading) -> Document:
        """Read a file; see `Format.parse`."""
        document = super().parse(data, doc_id=doc_id, name=name, reading=reading)
        if _BORDER in document.text or not document.text.strip() or _is_vtt(document.text):
            return document
        raise InputError(
            "no cue stands in it: a line such as 00:00:01,000 --> 00:00:02,500 above a text",
            place=name,
            next_step="save it as SubRip (.srt) or WebVTT (.vtt) in a subtitle program",
        )

    def blocks(self, text: str, *, reading: Reading) -> tuple[list[Block], list[Finding]]:
        """Find the runs of cues that sentences go over."""
        from pipeline.documents.subtitles.cues import read_cues
        from pipeline.documents.subtitles.pieces import pieces_of
        from pipeline.documents.subtitles.reading import block_of, runs

        vtt = _is_vtt(text)
        syntax = "vtt" if vtt else "srt"
        cues, findings = read_cues(text, vtt=vtt)
        pieces = []
        karaoke = 0
        for number, cue in enumerate(cues):
            found = pieces_of(text, cue, number, vtt=vtt)
            karaoke += found is None
            pieces += found or []
        if karaoke:
            message = (
                f"{karaoke} of {len(cues)} cues left in French: each of their words has a time"
            )
            findings.append(Finding(check="document", severity="warning", message=message))
        made = []
        for run in runs(pieces, cues):
            block = block_of(text, run, where=cues[run[0].cue].clock, syntax=syntax)
            if block is not None:
                made.append(block)
        return list(_numbered(made)), findings

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Set the sentences of a run of cues into these cues, in lines of even length."""
        return _Setter(document, block).set(segments, raws)

    def unfit(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> list[Finding]:
        """Say which cues are longer than people read."""
        setter = _Setter(document, block)
        setter.set(segments, raws)
        message = "; ".join(setter.unfit())
        return [Finding(check="document", severity="info", message=message)] if message else []


class WebVtt(Srt):
    """WebVTT: cues with settings and tags, comments and styles between them."""

    name = "vtt"
    suffixes = (".vtt",)
    escapes = True

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence: ampersands and angle brackets are entities."""
        return "".join(
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            if is_prose
            else text
            for is_prose, text in pieces
        )


def _is_vtt(text: str) -> bool:
    return text.startswith("WEBVTT")


def _numbered(blocks: Sequence[Block]) -> Iterator[Block]:
    """Say of each block where it stands: those that begin in one second are counted."""
    seen: Counter[str] = Counter()
    for number, block in enumerate(blocks):
        seen[block.where] += 1
        count = seen[block.where]
        where = f"{block.where}, text {count}" if count > 1 else block.where
        yield replace(block, block_id=number, where=where)


@dataclass(slots=True)
class _Slot:
    """What a block has of one cue."""

    border: str  # raw text between the cue before and this one; "" of the first
    raw: str  # as it stands
    seconds: float = 0.0  # that the cue is shown
    lines: int = 1  # that it had
    others: int = 0  # lines of its cue that are not of this block
    changed: bool = False
    units: list[str] = field(default_factory=list)
    clock: str = ""

    @property
    def room(self) -> float:
        """Code points that are still free, so that two lines hold it and it can be read."""
        most: float = WIDTH * max(self.lines, LINES - self.others)
        if self.seconds:
            most = min(most, self.seconds * SPEED)
        return max(most, visible(self.raw)) - sum(visible(u) + 1 for u in self.units)


class _Setter:
    """Sets one block."""

    def __init__(self, document: Document, block: Block) -> None:
        self._text, self._block = document.text, block
        self._borders = [m for m in block.markup if m.covers and _BORDER in m.raw]
        self._positions = [m.position for m in self._borders]
        self._pairs = {m.raw for m in block.markup if m.role == "open"}
        newline = _NEWLINE.search(document.text)
        self._newline = newline[0] if newline else "\n"
        self._slots = list(self._read())

    def set(self, segments: Sequence[Segment], raws: Sequence[str]) -> str:
        """Give the new raw text."""
        at = self._block.start
        for segment, raw in zip(segments, raws, strict=True):
            self._keep(at, segment.start)
            at = segment.end
            if raw == self._text[segment.start : segment.end]:
                self._keep(segment.start, segment.end)
            else:
                self._spread(segment, _UNIT.findall(raw))
        self._keep(at, self._block.end)
        return "".join(self._written())

    def _read(self) -> Iterator[_Slot]:
        """Take the block to pieces at its borders."""
        open_pairs, at = 0, self._block.start
        shift = self._block.start
        border, head = "", self._block.start
        for item in self._block.markup:
            start = shift + item.position
            shift += len(item.raw) - item.covers
            if item.covers and _BORDER in item.raw:
                # Pairs that go on over the border are closed before it and opened behind.
                closing, opening = _folded(item.raw, open_pairs)
                yield self._slot(border, at, start + closing, head)
                border = item.raw[closing:opening]
                at = head = start + opening
            elif item.role == "open" and item.raw:
                open_pairs += 1
            elif item.role == "close" and item.raw:
                open_pairs -= 1
        yield self._slot(border, at, self._block.end, head)

    def _slot(self, border: str, start: int, end: int, head: int) -> _Slot:
        from pipeline.documents.subtitles.cues import cue_around

        raw = self._text[start:end]
        cue = cue_around(self._text, head)
        lines = len(_NEWLINE.findall(raw)) + 1
        whole = len(_NEWLINE.findall(self._text[cue.start : cue.end])) + 1 if cue else lines
        return _Slot(
            border=border,
            raw=raw,
            seconds=cue.seconds if cue else 0.0,
            clock=cue.clock if cue else "",
            lines=lines,
            others=max(0, whole - lines),
        )

    def _of(self, position: int) -> int:
        return bisect_left(self._positions, position)

    def _keep(self, start: int, end: int) -> None:
        """Leave a stretch of the file in its cues."""
        at, shift, slot = start, self._block.start, 0
        for item in self._block.markup:
            place = shift + item.position
            shift += len(item.raw) - item.covers
            if not (item.covers and _BORDER in item.raw):
                continue
            if place >= end:
                break
            self._add(self._slots[slot], _UNIT.findall(self._text[at:place]), at)
            at, slot = max(at, place + len(item.raw)), slot + 1
        self._add(self._slots[slot], _UNIT.findall(self._text[at:end]), at)

    def _spread(self, segment: Segment, words: list[str]) -> None:
        """Give each cue that a sentence stood in a stretch of its words."""
        first, last = self._of(segment.block_start), self._of(max(0, segment.block_end - 1))
        slots = self._slots[first : last + 1]
        for slot in slots:
            slot.changed = True
        edges = [segment.block_start, *self._positions[first:last], segment.block_end]
        spoken = [max(1, b - a) for a, b in pairwise(edges)]
        while len(slots) > max(1, len(words)):  # too few: a cue that says something else needs none
            spare = next((n for n in (-1, 0) if self._shared(slots[n], segment)), None)
            if spare is None:
                break
            del slots[spare], spoken[spare]
        words += [_EMPTY] * (len(slots) - len(words))
        seconds = sum(slot.seconds for slot in slots)
        shares = [
            0.7 * part / sum(spoken) + 0.3 * (slot.seconds / seconds if seconds else 0)
            for part, slot in zip(spoken, slots, strict=True)
        ]
        places = [0, *cuts(words, shares, [s.room for s in slots]), len(words)]
        for slot, (a, b) in zip(slots, pairwise(places), strict=True):
            self._add(slot, words[a:b], segment.start)

    def _add(self, slot: _Slot, units: list[str], at: int) -> None:
        """Add words of a stretch that begins at ``at``: where no blank is, on the last word."""
        if slot.units and units and not _BLANKS.search(self._text[at - 1 : at + 1]):
            slot.units[-1] += units.pop(0)
        slot.units += units

    def _shared(self, slot: _Slot, segment: Segment) -> bool:
        """Whether a cue holds words of another sentence."""
        number = next(n for n, s in enumerate(self._slots) if s is slot)
        edges = [-1, *self._positions, len(self._block.text)]
        start, end = edges[number] + 1, edges[number + 1]
        text = self._block.text
        return any(
            any(map(str.isalnum, text[a:b]))
            for a, b in ((start, segment.block_start), (segment.block_end, end))
            if a < b
        )

    def _lines(self, slot: _Slot) -> list[str]:
        lines = slot.lines
        if sum(visible(u) + 1 for u in slot.units) - 1 > WIDTH * lines:
            lines = max(lines, LINES - slot.others)
        return [" ".join(line) for line in in_lines(slot.units, lines)]

    def _written(self) -> Iterator[str]:
        """Give borders and cues, each with its own tags closed."""
        opened: list[str] = []
        for slot in self._slots:
            before = "".join(opened)
            for tag in (m[0] for unit in slot.units for m in _TAG.finditer(unit)):
                if tag.startswith("</") or tag in self._pairs:
                    _follow(opened, tag)
            yield slot.border
            if slot.changed:
                yield before + self._newline.join(self._lines(slot))
                yield "".join(f"</{_name(tag)}>" for tag in reversed(opened))
            else:
                yield slot.raw

    def unfit(self) -> Iterator[str]:
        """Say what is longer than people read, and was not in French; after `set`."""
        for slot in self._slots:
            if not slot.changed:
                continue
            before = [visible(line) for line in _NEWLINE.split(slot.raw)]
            after = [visible(line) for line in self._lines(slot)]
            if _EMPTY in slot.units:
                yield f"the cue at {slot.clock} shows “{_EMPTY}”: no word is left for it"
            if max(after) > max(WIDTH, *before):
                yield f"the cue at {slot.clock} has a line of {max(after)} characters"
            if sum(after) > max(slot.seconds * SPEED, sum(before)) and slot.seconds:
                speed = sum(after) / slot.seconds
                yield f"the cue at {slot.clock} has {speed:.0f} characters a second"


def _follow(opened: list[str], tag: str) -> None:
    if not tag.startswith("</"):
        opened.append(tag)
        return
    for at in range(len(opened) - 1, -1, -1):
        if _name(opened[at]) == _name(tag):
            del opened[at]
            return


def _name(tag: str) -> str:
    return re.split(r"[\s.>]", tag.strip("</"), maxsplit=1)[0]


def _folded(border: str, open_pairs: int) -> tuple[int, int]:
    """Give the stretch of a border without the tags of pairs that go on over it."""
    tags = list(_TAG.finditer(border))
    count = closing = 0
    while count < min(open_pairs, len(tags) // 2):
        first, last = tags[count], tags[-1 - count]
        opens = len(border) if not count else tags[-count].start()
        if first.start() != closing or last.end() != opens or not first[0].startswith("</"):
            break
        count, closing = count + 1, first.end()
    return closing, tags[-count].start() if count else len(border)
