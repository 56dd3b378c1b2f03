"""Blocks of prose in a text with tags: what stands between elements that are paragraphs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Literal

from pipeline.documents.base import BREAK, protect_urls
from pipeline.documents.tagged.building import Builder, Item, without_margin
from pipeline.errors import InputError
from pipeline.records import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.tagged.events import Event


_CDATA = ("<![CDATA[", "]]>")


_NESTED = 200  # pairs inside one another; markup is placed from the outermost in


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
class _Run:
    """What has been met since the last border of a paragraph."""

    items: list[Item] = field(default_factory=list)
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
            if len(run.opened) >= _NESTED:
                raise InputError(
                    f"more than {_NESTED} looks stand inside one another, as in no document",
                    next_step="make it anew in the program that it comes from",
                )
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
        self._run.items.append(Item(kind, start, end, text, name, markup, protected))

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

    def _block(self, items: Sequence[Item], first: int, after: int) -> None:
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
        edges = {low: without_margin(items[low], left=True)}
        edges[high] = without_margin(edges.get(high, items[high]), left=False)
        builder = Builder(self._text, collapse=self._collapse)
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
