"""From cues to blocks: which sentence goes on in the next cue, and what a block is made of."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.documents.base import protect_urls
from pipeline.documents.subtitles.pieces import END, NOTES, tag_name, trim
from pipeline.records import Block, Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.documents.subtitles.cues import Cue
    from pipeline.documents.subtitles.pieces import Item, Piece

PAUSE = 3.0
"""Seconds without text that end a sentence."""

LONG = 600
"""Code points without an end mark after which a run of cues ends all the same."""

_NEAR = 60  # code points from a border that are looked at
_SHORT = re.compile(r"(?:^|[\s(«'’])(?:MM?|Mmes?|Mlles?|Drs?|Mes?|Ste?|Prs?|[A-Z])\.\Z")
_DOTS_END = re.compile(r"(?:\.{3,}|…)\Z")
_DOTS_START = re.compile(r"(?:\.{3,}|…)[ \t]?(?=[^\W\d_])")
_LEADS_ON = re.compile(
    r"(?:[,;:'’(«–—-]|(?:^|[\s'’(])(?:le|la|les|l|un|une|des|du|de|d|à|au|aux|en|et|ou|où|ni|que"
    r"|qui|dont|pour|par|sur|sous|dans|avec|sans|chez|vers|entre|ne|se|ce|cet|cette|ces|son|sa"
    r"|ses|mon|ma|mes|leur|leurs|notre|nos|votre|vos|ton|ta|tes|est|sont|était|ont|très|si|comme"
    r"|mais|car|il|elle|ils|elles|on|nous|vous|je|tu))\s*\Z",
    re.IGNORECASE,
)


# --- runs of cues --------------------------------------------------------------------


def runs(pieces: Sequence[Piece], cues: Sequence[Cue]) -> Iterator[list[Piece]]:
    """Put together what one sentence, or one that shares a cue with it, runs over."""
    last = [p for p, q in pairwise(pieces) if q.cue != p.cue] + list(pieces[-1:])
    punctuated = 4 * sum(_ends(p.text) for p in last) >= len(last)
    run: list[Piece] = []
    length = 0
    for piece in pieces:
        if run and (length > LONG or not _goes_on(run[-1], piece, cues, punctuated=punctuated)):
            yield run
            run, length = [], 0
        run.append(piece)
        stop = max(piece.text.rfind(sign) for sign in ".!?")
        length = len(piece.text) + (length if stop < 0 else -stop)
    if run:
        yield run


def _ends(text: str) -> bool:
    text = text[-_NEAR:]
    return END.search(text) is not None and not _SHORT.search(text)


def _goes_on(piece: Piece, following: Piece, cues: Sequence[Cue], *, punctuated: bool) -> bool:
    """Say whether a sentence goes on in the next cue."""
    one, two = cues[piece.cue], cues[following.cue]
    sung = _song(piece.tail)
    gap = two.shown - one.gone
    if (
        following.cue != piece.cue + 1
        or piece.voice != following.voice
        or following.tail.startswith(":")  # it says who speaks
        or sung is None
        or sung != _song(following.lead)
        or one.settings != two.settings
        or two.shown < one.shown
        or gap > PAUSE
    ):
        return False
    said, text = piece.text[-_NEAR:], following.text[:_NEAR].lstrip("«\"“‘'( ")
    if _dots(piece, following):
        return True
    lower = text[:1].islower()
    if _DOTS_END.search(said):
        return lower
    if _ends(said):
        return False
    return lower or _LEADS_ON.search(said) is not None or (punctuated and gap <= 1)


def _song(signs: str) -> bool | None:
    """Say whether signs are those of a song; ``None`` for others: a turn, a sound."""
    return None if signs.strip(NOTES + "#") else bool(signs)


def _dots(piece: Piece, following: Piece) -> bool:
    """Whether dots at the end and at the start say that a sentence goes on."""
    start = _DOTS_START.match(following.text)
    return (
        start is not None
        and _DOTS_END.search(piece.text[-_NEAR:]) is not None
        and following.text[start.end()].islower()
        and piece.items[-1].kind == following.items[0].kind == "text"
    )


# --- blocks --------------------------------------------------------------------------


def block_of(text: str, run: Sequence[Piece], *, where: str, syntax: str) -> Block | None:
    """Make a block of a run; ``None`` without a letter."""
    for piece, following in pairwise(run):
        if _dots(piece, following):  # they stay where they stand
            _cut(piece, -1, _DOTS_END)
            _cut(following, 0, _DOTS_START)
    while all(_wrapped(piece) for piece in run) and len({p.items[0].raw for p in run}) == 1:
        for piece in run:
            del piece.items[0], piece.items[-1]
            trim(piece)
        if not all(piece.items for piece in run):
            return None
    _pair([item for piece in run for item in piece.items])
    builder = _Builder()
    for at, piece in enumerate(run):
        items = piece.items
        if at:
            folded = _folded(run[at - 1].items, items)
            start = run[at - 1].items[-1 - folded].end
            border = text[start : items[folded].start]
            builder.border(border, items[:folded], run[at - 1].items)
            items = items[folded:]
        after = run[at + 1].items if at + 1 < len(run) else []
        builder.add(items[: len(items) - _folded(items, after)])
    plain = "".join(builder.plain)
    if not any(map(str.isalpha, plain)):
        return None
    return Block(
        block_id=0,
        kind="paragraph",
        start=run[0].items[0].start,
        end=run[-1].items[-1].end,
        text=plain,
        markup=protect_urls(plain, builder.markup, builder.group),
        syntax=syntax,
        where=where,
    )


def _pair(items: Iterable[Item]) -> None:
    """Make pairs of tags that open in one cue and close in another."""
    opened: list[Item] = []
    for item in items:
        if item.kind != "atom" or item.raw[0] != "<":
            continue
        if not item.raw.startswith("</"):
            opened.append(item)
        elif opened and tag_name(opened[-1].raw) == tag_name(item.raw):
            mate = opened.pop()
            item.kind, mate.kind = "close", "open"
            item.mate, mate.mate = mate, item


def _wrapped(piece: Piece) -> bool:
    return piece.items[0].mate is not None and piece.items[0].mate is piece.items[-1]


def _cut(piece: Piece, at: int, dots: re.Pattern[str]) -> None:
    item = piece.items[at]
    found = dots.search(item.raw)
    if found is None or len(found[0]) == len(item.raw):
        return
    if at == 0:
        item.start += found.end()
        item.raw = item.raw[found.end() :]
    else:
        item.end -= len(item.raw) - found.start()
        item.raw = item.raw[: found.start()]
    trim(piece)


def _folded(items: Sequence[Item], following: Sequence[Item]) -> int:
    """Count the pairs that end with a cue and begin with the next one in the same look."""
    count = 0
    for close, start in zip(reversed(items), following, strict=False):
        if close.kind != "close" or start.kind != "open" or close.mate is None:
            break
        if close.mate.raw != start.raw:
            break
        count += 1
    return count


class _Builder:
    def __init__(self) -> None:
        self.plain: list[str] = []
        self.markup: list[Markup] = []
        self.group = 0
        self._length = 0
        self._groups: dict[int, int] = {}  # id of an opening → its group

    def border(self, raw: str, opened: Sequence[Item], before: Sequence[Item]) -> None:
        """Add the border of two cues; pairs that it only interrupts go on."""
        for start, close in zip(opened, reversed(before), strict=False):
            self._groups[id(start)] = self._groups[id(close.mate)]
        self._mark(raw, "soft-break", "\n")

    def add(self, items: Iterable[Item]) -> None:
        for item in items:
            if item.kind == "text":
                self._put(item.raw)
            elif item.kind == "entity":
                self._mark(item.raw, "entity", unescape(item.raw))
            elif item.kind == "line":
                if item.raw == "\n":
                    self._put("\n")
                else:
                    self._mark(item.raw, "soft-break", "\n")
            elif item.kind == "atom":
                self._mark(item.raw, "tag", "")
            else:
                opening = item if item.kind == "open" else item.mate
                group = self._groups.setdefault(id(opening), self.group)
                self.group += group == self.group
                self.markup.append(
                    Markup(
                        position=self._length,
                        raw=item.raw,
                        role="open" if item.kind == "open" else "close",
                        group=group,
                        kind=tag_name(item.raw),
                    )
                )

    def _put(self, text: str) -> None:
        self.plain.append(text)
        self._length += len(text)

    def _mark(self, raw: str, kind: str, text: str) -> None:
        self.markup.append(
            Markup(
                position=self._length,
                raw=raw,
                role="atom",
                group=self.group,
                kind=kind,
                covers=len(text),
            )
        )
        self.group += 1
        self._put(text)
