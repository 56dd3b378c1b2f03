"""Blocks of prose in a text with tags: what stands between elements that are paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Literal

from pipeline.documents.base import BREAK, protect_urls
from pipeline.records import Block, Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.tagged.events import Event

_INVISIBLE = "\u00ad\u200b\ufeff"
_PIECES = re.compile(rf"[ \t\r\n\f]+|[{_INVISIBLE}]")
_LINES = re.compile(rf"\r\n|\r|[{_INVISIBLE}]")


_MUCH = 2_000  # white space in one piece
_NEAR = 50  # tags in one place
_CDATA = ("<![CDATA[", "]]>")


class Role(Enum):
    """What an element is to the prose around and inside it."""

    BLOCK = auto()  # a paragraph, or what holds paragraphs: prose ends where it starts and ends
    INLINE = auto()  # stands on words: they are translated, and it goes with them
    CODE = auto()  # likewise, but its text is not prose
    ATOM = auto()  # with all inside it like one sign: an image, a formula, an empty anchor
    BREAK = auto()  # a line break
    SPACE = auto()  # stands for a space or a tab
    SEAM = auto()  # stands for nothing: a page that ends here, a spelling mistake
    ISLAND = auto()  # like one sign, too, but there are paragraphs inside it: a note, a frame
    SKIP = auto()  # is no prose and has none inside it; prose ends here


@dataclass(slots=True)
class _Item:
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


@dataclass(slots=True)
class _Run:
    """What has been met since the last border of a paragraph."""

    items: list[_Item] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)  # indices of openings, innermost last
    island: tuple[str, int] = ("", 0)  # the element that all this stands in, and its start
    kind: str = "paragraph"


class Outline:
    """Finds the blocks of a text, told of its events one by one.

    Args:
        text: the text.
        role: says what an element is, told of its start.
        kind: gives the kind of the blocks directly inside a BLOCK, told of its start;
            "" for the kind around it.
        markup: gives the kind of markup of an INLINE element.
        look: gives what an INLINE element looks like, told of its start; "" for its tag.
        where: says where a block stands, told of the place where it starts.
        syntax: of the blocks.
        collapse: whether white space counts as one space.
    """

    def __init__(
        self,
        text: str,
        role: Callable[[Event], Role],
        *,
        kind: Callable[[Event], str] = lambda _: "",
        markup: Callable[[Event], str] = lambda event: "link" if event.name == "a" else event.name,
        look: Callable[[Event], str] = lambda _: "",
        where: Callable[[int], str] = lambda _: "",
        syntax: str = "xml",
        collapse: bool = True,
    ) -> None:
        self.blocks: list[Block] = []
        self._text = text
        self._role = role
        self._kind = kind
        self._markup = markup
        self._look = look
        self._where = where
        self._syntax = syntax
        self._collapse = collapse
        self._runs = [_Run()]
        self._skipping: tuple[str, int, int] | None = None  # element, depth in its like, start
        self._skipped: Role = Role.SKIP
        self._kinds: list[tuple[str, str]] = []  # open BLOCK elements and the kinds inside them
        self._roles: list[tuple[str, Role]] = []  # open elements that are not skipped
        self._cdata = False  # whether the events are inside a CDATA section
        self._inside = 0  # where the content of the skipped element starts
        self._texts: list[Event] = []  # of the skipped element

    def feed(self, event: Event) -> None:
        """Take the next event."""
        if self._skipping is not None:
            self._skip(event)
        elif event.kind == "start":
            self._start(event)
        elif event.kind == "end":
            self._end(event)
        elif event.kind == "other" and self._text[event.start : event.end] in _CDATA:
            self._flush()  # its prose is spelt in another way
            self._cdata = self._text.startswith(_CDATA[0], event.start)
        elif event.kind == "text":
            if self._run.items or not event.text.isspace():  # what is before words is margin
                self._add("text", event.start, event.end, text=event.text)
        else:
            self._add("atom", event.start, event.end, markup="comment")

    def finish(self) -> list[Block]:
        """Give the blocks, in the order of the text."""
        while self._runs:
            self._flush()
            self._runs.pop()
        self.blocks.sort(key=lambda b: (b.start, -b.end))
        return self.blocks

    # --- events

    def _start(self, event: Event) -> None:
        role = self._role(event)
        if role not in (Role.BLOCK, Role.INLINE, Role.ISLAND):
            if role is Role.SKIP:
                self._flush()
            self._skipping, self._skipped = (event.name, 1, event.start), role
            self._inside = event.end
            self._texts = []
            return
        if role is Role.BLOCK:
            self._flush()
            before = self._kinds[-1][1] if self._kinds else "paragraph"
            self._kinds.append((event.name, self._kind(event) or before))
        elif role is Role.ISLAND:
            self._runs.append(_Run(island=(event.name, event.start)))
        else:
            run = self._run
            run.opened.append(len(run.items))
            self._add("open", event.start, event.end, name=event.name, markup=self._markup(event))
            run.items[-1].look = self._look(event)
        self._roles.append((event.name, role))

    def _end(self, event: Event) -> None:
        index = len(self._roles) - 1
        while index >= 0 and self._roles[index][0] != event.name:
            index -= 1
        if index < 0:  # nothing of that name is open: HTML forgives it
            return
        role = self._roles.pop(index)[1]
        if role is Role.BLOCK:
            self._flush()
            for number in range(len(self._kinds) - 1, -1, -1):
                if self._kinds[number][0] == event.name:
                    del self._kinds[number:]
                    break
        elif role is Role.ISLAND and len(self._runs) > 1:
            self._flush()
            _, start = self._runs.pop().island
            self._add("atom", start, event.end, markup=event.name)
        else:
            self._close(event)

    def _close(self, event: Event) -> None:
        run = self._run
        for position in range(len(run.opened) - 1, -1, -1):
            opening = run.items[run.opened[position]]
            if opening.name == event.name:
                opening.mate = len(run.items)
                self._add("close", event.start, event.end, name=event.name, markup=opening.markup)
                run.items[-1].mate = run.opened[position]
                del run.opened[position:]
                return
        self._add("close", event.start, event.end, name=event.name)

    def _skip(self, event: Event) -> None:
        assert self._skipping is not None
        name, depth, start = self._skipping
        if event.kind == "text":
            self._texts.append(event)
        if event.name == name and event.kind in ("start", "end"):
            depth += 1 if event.kind == "start" else -1
        self._skipping = (name, depth, start) if depth else None
        if depth:
            return
        role = self._skipped
        if role is Role.CODE:
            self._code(name, start, event)
        elif role is not Role.SKIP:
            text = {Role.BREAK: "\n", Role.SPACE: " "}.get(role, "")
            kinds = {Role.BREAK: BREAK, Role.SPACE: "soft-break", Role.SEAM: "seam"}
            kind = kinds.get(role, name)
            self._add("atom", start, event.end, text=text, markup=kind)

    def _code(self, name: str, start: int, event: Event) -> None:
        """Add an element whose text is not prose; tags inside it are part of the text around."""
        run, first = self._run, len(self._run.items)
        self._add("open", start, self._inside, name=name, markup="code", protected=True)
        at = self._inside
        for text in self._texts:
            if text.start > at:
                self._add("atom", at, text.start, markup="code")
            self._add("text", text.start, text.end, text=text.text, protected=True)
            at = text.end
        if event.start > at:
            self._add("atom", at, event.start, markup="code")
        run.items[first].mate = len(run.items)
        self._add("close", event.start, event.end, name=name, markup="code", protected=True)
        run.items[-1].mate = first

    # --- runs

    @property
    def _run(self) -> _Run:
        return self._runs[-1]

    def _add(
        self,
        kind: Literal["text", "open", "close", "atom"],
        start: int,
        end: int,
        *,
        text: str = "",
        name: str = "",
        markup: str = "",
        protected: bool = False,
    ) -> None:
        self._run.items.append(_Item(kind, start, end, text, name, markup, protected))

    def _flush(self) -> None:
        """End the paragraph: a pair without its other end is a border, too."""
        run = self._run
        if not run.items:
            return
        items, run.items, run.opened = run.items, [], []
        first = 0
        for index, item in enumerate(items):
            if item.kind in ("open", "close") and item.mate < 0:
                self._block(items, first, index)
                first = index + 1
        self._block(items, first, len(items))

    def _block(self, items: Sequence[_Item], first: int, after: int) -> None:
        seen = [i for i in range(first, after) if items[i].kind == "text" and items[i].text.strip()]
        prose = (items[i].text for i in seen if not items[i].protected)
        if not any(any(map(str.isalpha, text)) for text in prose):
            return
        low, high = seen[0], seen[-1]
        changed = True
        while changed:  # take in the other ends of pairs that begin or end inside
            changed = False
            for index in range(low, high + 1):
                mate = items[index].mate
                if mate >= first and not low <= mate <= high:
                    low, high, changed = min(low, mate), max(high, mate), True
                    break
        edges = {low: _without_margin(items[low], left=True)}
        edges[high] = _without_margin(edges.get(high, items[high]), left=False)
        builder = _Builder(self._text, collapse=self._collapse)
        for index in range(low, high + 1):
            builder.add(edges.get(index, items[index]), index)
        start = edges[low].start
        self.blocks.append(
            Block(
                block_id=0,
                kind=self._kinds[-1][1] if self._kinds else "paragraph",
                start=start,
                end=edges[high].end,
                text=builder.plain,
                markup=protect_urls(builder.plain, builder.markup, 2_000_000),
                syntax="cdata" if self._cdata else self._syntax,
                where=self._where(start),
            )
        )


def _without_margin(item: _Item, *, left: bool) -> _Item:
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


class _Builder:
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

    def add(self, item: _Item, index: int) -> None:
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

    def _end(self, raw: str, item: _Item, group: int) -> None:
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
