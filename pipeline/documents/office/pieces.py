"""A paragraph of runs as one text: runs of one look joined, other looks and all else as tags.

``Le chat <bold1>noir</bold1> dort<note2/>.`` Where nothing is marked, text has the look of most
letters around it, of those that nothing stresses. `compose` makes this text; the `Codec` that
comes with it makes runs again.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.documents.tagged import Event, Outline, Role
from pipeline.documents.tagged.spelling import spelt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.records import Block, Markup, Span

NO_BREAK_HYPHEN = "\u2011"
_TAG = re.compile(r"<(/?)([a-z]+\d+)(/?)>")
_SPECIAL = re.compile(f"[&<>{NO_BREAK_HYPHEN}]")
_DIGITS = "0123456789"
_LONG = 6  # words of a field's result above which it is no part of the sentence
_ROLES = {
    "open": Role.INLINE,
    "atom": Role.ATOM,
    "break": Role.BREAK,
    "border": Role.SKIP,
    "kept": Role.CODE,
}


class Look(NamedTuple):
    """What distinguishes a run from others, by what its properties say."""

    key: str = ""  # equal for runs that look the same
    name: str = "look"  # for people: "bold"
    raised: str = ""  # "super" or "sub"


PLAIN = Look()
ANY = Look("any")
"""The look of what has no look of its own: blanks and points, written like what is around."""


@dataclass(slots=True)
class Piece:
    """What stands in a paragraph: a stretch of text, a tag, or something that is no text."""

    kind: Literal["text", "open", "close", "atom", "break", "border", "kept"]
    raw: str = ""  # as it is written when nothing else is known: runs and all
    text: str = ""  # of a text; of what is kept, what the reader sees
    look: Look = PLAIN
    properties: str = ""  # of a text: the raw text of its run's properties
    name: str = "mark"  # of what is no text, for people: "note", "image", "link"
    opaque: bool = False  # an atom between letters parts two words
    range: str = ""  # of a mark that begins or ends something: by which the two are known
    kept: tuple[Span, ...] = ()  # what of ``raw`` is copied, in the member's text

    @property
    def parts_words(self) -> bool:
        """Whether the letters before and after it are of two words."""
        return self.opaque or self.kind in ("break", "border", "kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """How runs are spelt in a file: with its own prefixes."""

    before: str  # ``<w:r>``
    between: str  # ``<w:t xml:space="preserve">``
    after: str  # ``</w:t></w:r>``
    signs: tuple[tuple[str, str], ...] = ()  # characters that are elements

    def run(self, properties: str, text: str) -> str:
        """Write a run; ``text`` is escaped."""
        made = self.before + properties + self.between + text + self.after
        for sign, written in self.signs:
            if sign in text:
                made = made.replace(sign, written)
        return made


@dataclass(frozen=True, slots=True)
class Codec:
    """Makes a paragraph's content of its text."""

    house: House
    properties: str  # of runs without a tag around
    looks: Mapping[str, str]  # tag → properties of runs in it
    pairs: Mapping[str, tuple[str, str, str]]  # likewise: opening, closing, properties
    raws: Mapping[str, str]  # likewise: what is written for it

    def __call__(self, text: str) -> str:
        """Write runs."""
        made: list[str] = []
        stack = [self.properties]
        at, inside = 0, ""  # the tag of what is kept
        for match in _TAG.finditer(text):
            closes, name, _ = match.groups()
            if inside:
                if name == inside:
                    at, inside = match.end(), ""
                continue
            if match.start() > at:
                made.append(self.house.run(stack[-1], text[at : match.start()]))
            at = match.end()
            if name in self.raws:
                made.append(self.raws[name])
                inside = "" if match[3] else name
            elif name in self.looks:
                stack = stack[:-1] if closes else [*stack, self.looks[name]]
            else:
                opening, closing, properties = self.pairs[name]
                made.append(closing if closes else opening)
                stack = stack[:-1] if closes else [*stack, properties]
        if at < len(text):
            made.append(self.house.run(stack[-1], text[at:]))
        return "".join(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A paragraph's text."""

    text: str
    blocks: tuple[Block, ...]
    write: Codec
    kept: tuple[Span, ...]


def compose(pieces: Sequence[Piece], house: House) -> Composed | None:
    """Make one text of the pieces of a paragraph, or ``None`` where there is nothing to translate.

    Args:
        pieces: in order; openings and closings nest; each word is of one look.
        house: how runs are spelt.
    """
    writer = _Writer(pieces, house)
    outline = Outline(writer.text, writer.role, markup=_kind, collapse=False)
    for event in writer.events:
        outline.feed(event)
    blocks = tuple(replace(b, markup=tuple(map(_named, b.markup))) for b in outline.finish())
    if not blocks:
        return None
    kept = tuple(span for piece in pieces for span in piece.kept)
    return Composed(text=writer.text, blocks=blocks, write=writer.codec(), kept=kept)


def _kind(event: Event) -> str:
    return event.name.rstrip(_DIGITS)


def _named(item: Markup) -> Markup:
    kind = item.kind.rstrip(_DIGITS)
    return item if kind == item.kind else replace(item, kind=kind)


def collapsed(pieces: Sequence[Piece], visible: str, name: str) -> Piece:
    """Make one piece of several that stay as they are; a short text is read with the sentence.

    Args:
        pieces: what is kept.
        visible: what a reader sees of it.
        name: what it is, for people.
    """
    raw = "".join(p.raw for p in pieces)
    kept = tuple(span for p in pieces for span in p.kept)
    if visible.strip() and len(visible.split()) <= _LONG:
        return Piece("kept", raw, visible.strip(), name=name, kept=kept)
    return Piece("atom", raw, name=name, opaque=bool(visible.strip()), kept=kept)


def balanced(pieces: Sequence[Piece]) -> bool:
    """Whether openings and closings nest."""
    deep = 0
    for piece in pieces:
        deep += {"open": 1, "close": -1}.get(piece.kind, 0)
        if deep < 0:
            return False
    return deep == 0


def frozen(pieces: Sequence[Piece]) -> list[Piece]:
    """Let texts stay as they are."""
    return [
        replace(p, kind="atom", text="", opaque=True) if p.kind == "text" else p for p in pieces
    ]


class _Writer:
    def __init__(self, pieces: Sequence[Piece], house: House) -> None:
        self._pieces = pieces
        self._house = house
        self._mates = mates_of(pieces)
        self._after = _looks_after(pieces)
        self._properties: dict[Look, Counter[str]] = {}
        for piece in pieces:
            if piece.kind == "text":
                counts = self._properties.setdefault(piece.look, Counter())
                counts[piece.properties] += len(piece.text)
        self.events: list[Event] = []
        self._made: list[str] = []
        self._at = 0
        self._roles: dict[str, Role] = {}
        self._looks: dict[str, str] = {}
        self._pairs: dict[str, tuple[str, str, str]] = {}
        self._raws: dict[str, str] = {}
        self._frames = [(most_letters(pieces), "")]  # look, tag of the container
        self._open: list[tuple[str, Look, int]] = []  # tags of looks, and how deep they stand
        self._base = self._frames[0][0]
        for index, piece in enumerate(pieces):
            self._write(index, piece)
        self._end_look()
        self.text = "".join(self._made)

    def role(self, event: Event) -> Role:
        """Say what a tag is."""
        return self._roles[event.name]

    def codec(self) -> Codec:
        """Give what makes runs of the text."""
        base = self._said(self._base)
        return Codec(self._house, base, self._looks, self._pairs, self._raws)

    def _said(self, look: Look) -> str:
        counts = self._properties.get(look)
        return counts.most_common(1)[0][0] if counts else ""

    def _write(self, index: int, piece: Piece) -> None:
        if piece.kind == "text":
            self._text(index, piece)
            return
        if piece.kind == "open":
            self._container(index, piece)
            return
        if piece.kind == "close":
            while self._open and self._open[-1][2] == len(self._frames):
                self._end_look()
            self._tag("end", self._frames.pop()[1])
            return
        if piece.kind == "border" or self._after[index] != self._now:
            self._end_look()
        tag = self._new(piece.name, _ROLES[piece.kind])
        self._raws[tag] = piece.raw
        if piece.kind == "kept":
            self._tag("start", tag)
            self._prose(piece.text)
            self._tag("end", tag)
        else:
            self._tag("alone", tag)

    @property
    def _now(self) -> Look:
        """The look of text that would stand here."""
        deep = self._open and self._open[-1][2] == len(self._frames)
        return self._open[-1][1] if deep else self._frames[-1][0]

    def _text(self, index: int, piece: Piece) -> None:
        text = piece.text
        if piece.look == ANY:
            self._prose(text)
            return
        if piece.look != self._now:
            self._end_look()
            if piece.look != self._frames[-1][0]:
                start = len(text) - len(text.lstrip())
                self._prose(text[:start])
                text = text[start:]
                tag = self._new(piece.look.name, Role.INLINE)
                self._looks[tag] = self._said(piece.look)
                self._tag("start", tag)
                self._open.append((tag, piece.look, len(self._frames)))
        if self._now != self._frames[-1][0] and self._after[index] != piece.look:
            end = len(text.rstrip())
            self._prose(text[:end])
            self._end_look()
            text = text[end:]
        self._prose(text)

    def _end_look(self) -> None:
        if self._open and self._open[-1][2] == len(self._frames):
            self._tag("end", self._open.pop()[0])

    def _container(self, index: int, piece: Piece) -> None:
        inside = self._pieces[index + 1 : self._mates[index]]
        look = most_letters(inside, self._now)
        if look != self._now:
            self._end_look()
        tag = self._new(piece.name, Role.INLINE)
        closing = self._pieces[self._mates[index]].raw
        self._pairs[tag] = (piece.raw, closing, self._said(look))
        self._tag("start", tag)
        self._frames.append((look, tag))

    def _new(self, name: str, role: Role) -> str:
        tag = f"{name}{len(self._roles) + 1}"
        self._roles[tag] = role
        return tag

    def _tag(self, kind: Literal["start", "end", "alone"], tag: str) -> None:
        raw = f"</{tag}>" if kind == "end" else f"<{tag}>" if kind == "start" else f"<{tag}/>"
        start, self._at = self._at, self._at + len(raw)
        self._made.append(raw)
        if kind != "end":
            self.events.append(Event("start", start, self._at, tag))
            start = self._at
        if kind != "start":
            self.events.append(Event("end", start, self._at, tag))

    def _prose(self, text: str) -> None:
        at = 0
        for match in _SPECIAL.finditer(text):
            self._stretch(text[at : match.start()])
            said = "-" if match[0] == NO_BREAK_HYPHEN else match[0]
            self._stretch(spelt(match[0]), said)
            at = match.end()
        self._stretch(text[at:])

    def _stretch(self, raw: str, text: str = "") -> None:
        if raw:
            start, self._at = self._at, self._at + len(raw)
            self._made.append(raw)
            self.events.append(Event("text", start, self._at, text=text or raw))


def mates_of(pieces: Sequence[Piece]) -> dict[int, int]:
    """Give the closing of each opening."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(index)
        elif piece.kind == "close":
            found[opened.pop()] = index
    return found


def _looks_after(pieces: Sequence[Piece]) -> list[Look | None]:
    """Give for each piece the look of the next text in its container; ``None`` at an end."""
    found: list[Look | None] = []
    look: Look | None = None
    for piece in reversed(pieces):
        found.append(look)
        if piece.kind == "text":
            look = look if piece.look == ANY else piece.look
        elif piece.kind in ("open", "close", "border"):
            look = None
    return found[::-1]


def most_letters(pieces: Sequence[Piece], otherwise: Look | None = None) -> Look:
    """Give the look of most letters that nothing stresses: outside of containers, if there are any.

    What is bold or in italics stands on words, even on most of a sentence.
    """
    for shallow in (True, False):
        counts: dict[Look, int] = {}
        deep = 0
        for piece in pieces:
            if piece.kind == "text":
                if not (shallow and deep) and (letters := sum(map(str.isalnum, piece.text))):
                    counts[piece.look] = counts.get(piece.look, 0) + letters
            elif piece.kind in ("open", "close"):
                deep += 1 if piece.kind == "open" else -1
        if len(counts) == 1:
            return next(iter(counts))
        if counts:
            return max(counts, key=lambda look: (look.name == PLAIN.name, counts[look]))
    return otherwise if otherwise is not None else PLAIN
