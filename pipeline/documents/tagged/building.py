"""A run of tags and words as a block has it: plain text, and the markup that cuts it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Literal

from pipeline.documents.base import BREAK
from pipeline.records import Markup

_INVISIBLE = "\u00ad\u200b\ufeff"
_PIECES = re.compile(rf"[ \t\r\n\f]+|[{_INVISIBLE}]")
_LINES = re.compile(rf"\r\n|\r|[{_INVISIBLE}]")
_MUCH = 2_000  # white space in one piece
_NEAR = 50  # tags in one place


@dataclass(slots=True)
class Item:
    """A tag, a text or a sign of a run."""

    kind: Literal["text", "open", "close", "atom"]
    start: int
    end: int
    text: str = ""  # of a text; of an atom what it stands for
    name: str = ""  # of the element
    markup: str = ""  # kind of the markup
    protected: bool = False
    mate: int = -1  # index of the other end of a pair
    look: str = ""  # of an opening: neighbours of the same look are one pair


def without_margin(item: Item, *, left: bool) -> Item:
    """Leave the white space before the first word, or after the last, outside."""
    if item.kind != "text" or item.end - item.start != len(item.text):
        return item
    text = item.text.lstrip() if left else item.text.rstrip()
    cut = len(item.text) - len(text)
    if not cut:
        return item
    start, end = (item.start + cut, item.end) if left else (item.start, item.end - cut)
    return replace(item, start=start, end=end, text=text)


def _is_mark(item: Markup, position: int) -> bool:
    """Say whether markup is a single tag that takes no room, or a seam."""
    alone = item.role == "atom" and not item.covers and item.position == position
    return alone and (item.kind == "seam" or item.raw.count("<") == 1)


class Builder:
    """Makes plain text and markup of a run's items."""

    def __init__(self, text: str, *, collapse: bool) -> None:
        self.markup: list[Markup] = []
        self._text = text
        self._collapse = collapse
        self._pieces: list[str] = []
        self._length = 0
        self._group = 1_000_000  # of the last thing that is no pair
        self._openings: dict[int, str] = {}  # group → look of the opening
        self._goes_on: dict[int, int] = {}  # index of an opening → group of the pair before

    @property
    def plain(self) -> str:
        """What it all says."""
        return "".join(self._pieces)

    def add(self, item: Item, index: int) -> None:
        """Take the next item."""
        raw = self._text[item.start : item.end]
        if item.kind == "text":
            self._add_text(raw, item.text)
        elif item.kind == "atom":
            self._mark(raw, item.markup, item.text)
        elif item.kind == "close":
            self._end(raw, item, self._goes_on.get(item.mate, item.mate))
        elif not self._continues(raw, item.look or raw, index):
            self._openings[index] = item.look or raw
            self._end(raw, item, index)

    def _end(self, raw: str, item: Item, group: int) -> None:
        self.markup.append(
            Markup(
                position=self._length,
                raw=raw,
                role="open" if item.kind == "open" else "close",
                group=group,
                kind=item.markup,
                protected=item.protected,
            )
        )

    def _continues(self, raw: str, look: str, index: int) -> bool:
        """Let a pair go on that ends where one of the same look begins: marks may be between."""
        at = len(self.markup)
        while at and _is_mark(self.markup[at - 1], self._length):
            at -= 1
        last = self.markup[at - 1] if at else None
        if last is None or last.role != "close" or last.position != self._length:
            return False
        if last.protected or self._openings.get(last.group) != look:
            return False
        between = self.markup[at:]
        del self.markup[at - 1 :]
        if all(item.kind == "seam" for item in between):
            self._mark("".join([last.raw, *(item.raw for item in between), raw]), "seam", "")
        else:
            self._mark(last.raw, "seam", "")
            self.markup += between
            self._mark(raw, "seam", "")
        self._goes_on[index] = last.group
        return True

    def _add_text(self, raw: str, text: str) -> None:
        if text in _INVISIBLE:
            self._mark(raw, "seam", "")
        elif raw not in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
            self._mark(raw, "entity", text)
        else:
            at = 0
            for match in (_PIECES if self._collapse else _LINES).finditer(raw):
                self._put(raw[at : match.start()])
                at = match.end()
                if match[0] in _INVISIBLE:
                    self._mark(match[0], "seam", "")
                elif not self._collapse and match[0] == " ":
                    self._put(" ")
                else:
                    self._space(match[0])
            self._put(raw[at:])

    def _spaced(self) -> bool:
        """Say whether a line has just ended: what a parser gives in several pieces is one space."""
        last = self.markup[-1] if self.markup else None
        if last is None or not self._collapse or last.position + last.covers < self._length:
            return False
        return last.kind == "soft-break" and last.raw[:1].isspace() and len(last.raw) < _MUCH

    def _space(self, raw: str) -> None:
        last = self.markup[-1] if self.markup else None
        end = last.position + last.covers if last is not None else -1
        broken = last is not None and last.kind == BREAK and last.covers == 1
        if last is not None and end == self._length and (broken or self._spaced()):
            self.markup[-1] = replace(last, raw=last.raw + raw)  # the line after <br>
            return
        if self._collapse and end < self._length and self._pieces[-1:] == [" "]:
            self._pieces.pop()
            self._length -= 1
            raw = " " + raw
        if self._collapse and self._pieces[-1:] and self._pieces[-1][-1] in " \n":
            near = islice(reversed(self.markup), _NEAR)
            signs = takewhile(lambda m: m.position == self._length, near)
            if all(m.role != "atom" or m.kind == "seam" for m in signs):
                self._mark(raw, "seam", "")  # one space is enough: <b>un </b> deux
                return
        if raw == " ":
            self._put(raw)
        else:
            self._mark(raw, "soft-break", "\n" if "\n" in raw or "\r" in raw else " ")

    def _put(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self._length += len(text)

    def _mark(self, raw: str, kind: str, text: str) -> None:
        self._group += 1
        self.markup.append(
            Markup(
                position=self._length,
                raw=raw,
                role="atom",
                group=self._group,
                kind=kind,
                covers=len(text),
            )
        )
        self._put(text)
