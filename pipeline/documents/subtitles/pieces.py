"""What is said in a cue, and by whom: turns, labels, sounds and songs taken apart."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from html import unescape
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents.subtitles.cues import Cue

_SPACES = " \t\u00a0\u202f"
_TOKEN = re.compile(
    r"""(?P<line>[ \t]{0,80}(?:\r\n|\r|\n)[ \t]{0,80})
      | (?P<stamp><[0-9][0-9:.]{1,20}>)
      | (?P<tag></?[A-Za-z][^<>\r\n]{0,300}>)
      | (?P<place>\{\\[^{}\r\n]{0,200}\})
      | (?P<entity>&(?:[A-Za-z]{2,31}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});)""",
    re.VERBOSE,
)
NOTES = "♪♫♬♩"
"""Signs around a line of a song."""

_SILENT = re.compile(r"</?v[ .>][^<>\r\n]{0,300}>?|</?v>")
# What ends one utterance and begins another, in a text whose tags are written as NULs.
_TURN = re.compile(rf"(?:\A|(?<=[\r\n]))[\s\0]{{0,80}}[-–—‐‑]+[{_SPACES}\0]*(?=[^\s\0\d–—-])")
_TURN_DIGIT = re.compile(rf"(?:\A|(?<=[\r\n]))[\s\0]{{0,80}}[-–—‐‑][{_SPACES}]+(?=\d)")
_INNER_TURN = re.compile(rf"(?<=[.!?…»\"”])[\0]{{0,80}}[{_SPACES}]+[-–—‐][{_SPACES}]+(?=\S)")
_SPOT = re.compile(r"\{\\(?:an?[0-9]{1,2}|pos\([^{}()]{0,40}\))")  # where a cue is shown
_BLANK = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)\s*")
_LYRIC = re.compile(rf"[{NOTES}]+|(?:\A|(?<=[\r\n]))[\s\0]{{0,80}}\#(?=\s)|\s\#(?=[\s\0]*\Z)")
_SOUND = re.compile(r"\[[^\[\]]{1,200}\]|\([^()]{1,200}\)")
_CALLED = (
    rf"[\s\0]{{0,80}}(?P<name>[A-ZÀ-ÖØ-ÞŒ][A-ZÀ-ÖØ-ÞŒ0-9 .'’‑-]{{1,40}})"
    rf"(?P<sign>[{_SPACES}]{{0,3}}:)(?=[\s\0])"
)
_NAME = re.compile(_CALLED)
_LABEL = re.compile(rf"(?:\A|(?<=[\r\n])){_CALLED}")
_DEEP = 50  # tags that are open at once
_ROLE = re.compile(
    r"(?:L['’]|L[AE]S? |UNE? |DES |VOIX|HOMMES?|FEMMES?|ENFANTS?|FILLES?|GARÇONS?|NARRAT|TOU[ST]"
    r"|FOULE|JOURNALISTE|PRÉSENTAT|REPORTER|MÈRE|PÈRE|MÉDECIN|POLICIER|SERVEU|CHŒUR|PUBLIC"
    r"|ATTENTION|AVERTISSEMENT|CONSEIL|DANGER|FIN\b|INFO|NOTE\b|QUESTION|RAPPEL|REMARQUE|RÉPONSE"
    r"|RÉSUMÉ|SOURCE|SUITE|TITRE|URGENT)"
)
END = re.compile(r"[.!?…][\s\"'»”’)\]]*\Z")
"""Of a sentence."""


@dataclass(slots=True)
class Item:
    """A tag, a text, a line break of a piece."""

    kind: str  # "text", "line", "open", "close", "atom", "entity"
    start: int
    end: int
    raw: str
    mate: Item | None = None


@dataclass(slots=True)
class Piece:
    """What one person says in one cue, a sound or a line of a song."""

    cue: int
    start: int  # code points into the file
    end: int
    lead: str  # signs before it in its cue: of a song, of a turn
    tail: str  # and after it
    text: str  # without tags
    voice: str = ""  # who says it, and where on the screen
    items: list[Item] = field(default_factory=list)


def pieces_of(text: str, cue: Cue, number: int, *, vtt: bool) -> list[Piece] | None:
    """Give what is said in a cue, in order; ``None`` for karaoke, whose times stand in it."""
    raw = text[cue.start : cue.end]
    tokens = list(_TOKEN.finditer(raw))
    if any(m.lastgroup == "stamp" for m in tokens):
        return None
    spot = _SPOT.search(raw)
    masked = list(raw)
    voices = [(0, "")]
    spans: list[tuple[int, int]] = []
    for m in tokens:
        if m.lastgroup in ("tag", "place"):
            masked[m.start() : m.end()] = "\0" * (m.end() - m.start())
        if m.lastgroup == "tag" and _SILENT.fullmatch(m[0]):
            spans.append(m.span())
            voices.append((m.end(), m[0]))
    plain = "".join(masked)
    edges = [0, *(edge for cut in _cuts(plain, spans) for edge in cut), len(raw)]
    places = [m.start() for m in tokens]
    found: list[Piece] = []
    before = 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if not any(map(str.isalnum, plain[start:end])):
            continue
        voice = voices[bisect_right(voices, start, key=itemgetter(0)) - 1][1]
        piece = Piece(number, start, end, _signs(plain[before:start]), "", "", voice)
        piece.voice += spot[0] if spot else ""
        within = tokens[bisect_left(places, start) : bisect_left(places, end)]
        piece.items = list(_items(raw, start, end, within, vtt=vtt))
        for item in piece.items:
            item.start += cue.start
            item.end += cue.start
        before = end
        trim(piece)
        if piece.items:
            if found:
                found[-1].tail = piece.lead
            found.append(piece)
    if found:
        found[-1].tail = _signs(plain[before:])
    return found


def _signs(masked: str) -> str:
    return masked.replace("\0", "").strip()


def _cuts(masked: str, voices: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Find the borders between utterances; a border may not overlap another."""
    spans = [m.span() for p in (_BLANK, _TURN, _TURN_DIGIT, _LYRIC) for m in p.finditer(masked)]
    spans += voices
    if _TURN.match(masked):
        spans += [m.span() for m in _INNER_TURN.finditer(masked)]
    ends = {0, len(masked) - len(masked.lstrip("\0 \t\r\n")), *(end for _, end in spans)}
    last = len(masked.rstrip("\0 \t\r\n"))
    for m in _SOUND.finditer(masked):
        start, end = m.span()
        before, after = _back(masked, start, "\0 \t"), _forth(masked, end)
        alone = masked[before - 1 : before] in ("", "\r", "\n") and after in ("", "\r", "\n")
        spoken = _back(masked, before, "\0 \t\r\n")
        closes = end >= last and END.search(masked[max(0, spoken - 20) : spoken])
        if alone or closes or any(at in ends for at in range(before, start + 1)):
            spans += [(start, start + 1), (end - 1, end)]
            ends.add(end)
    for m in _LABEL.finditer(masked):
        spans += _label(m)
    for at in ends:
        label = _NAME.match(masked, at)
        spans += _label(label) if label else []
    done = 0
    for start, end in sorted(set(spans)):
        if start >= done:
            yield start, end
            done = end


def _back(text: str, at: int, signs: str) -> int:
    while at and text[at - 1] in signs:
        at -= 1
    return at


def _forth(text: str, at: int) -> str:
    """Give the next sign that is no blank and no tag; "" at the end."""
    while text[at : at + 1] in ("\0", " ", "\t"):
        at += 1
    return text[at : at + 1]


def _label(m: re.Match[str]) -> list[tuple[int, int]]:
    """Leave a speaker's name out; what is no name but a role is a text of its own."""
    if sum(map(str.isalpha, m["name"])) < 2:
        return []
    (start, _), (sign, end) = m.span("name"), m.span("sign")
    return [(start, start), (sign, end)] if _ROLE.match(m["name"]) else [(start, end)]


def _items(
    raw: str, start: int, end: int, tokens: Sequence[re.Match[str]], *, vtt: bool
) -> Iterator[Item]:
    at = start
    opened: list[Item] = []
    for m in tokens:
        if m.start() < at or m.end() > end:
            continue
        kind = m.lastgroup or ""
        if kind == "entity" and (not vtt or unescape(m[0]) == m[0]):
            continue
        if m.start() > at:
            yield Item("text", at, m.start(), raw[at : m.start()])
        at = m.end()
        item = Item({"place": "atom", "tag": "atom"}.get(kind, kind), *m.span(), m[0])
        if kind == "tag" and not m[0].startswith("</"):
            opened.append(item)
        elif kind == "tag":
            name = tag_name(m[0])
            for back, mate in enumerate(reversed(opened[-_DEEP:]), 1):
                if tag_name(mate.raw) == name:
                    del opened[-back:]
                    item.kind, mate.kind = "close", "open"
                    item.mate, mate.mate = mate, item
                    break
        yield item
    if end > at:
        yield Item("text", at, end, raw[at:end])


def tag_name(tag: str) -> str:
    """Give a tag's name, in lower case: ``font`` of ``<font color="red">``."""
    return re.split(r"[\s.>]", tag.strip("</"), maxsplit=1)[0].lower()


def trim(piece: Piece) -> None:
    """Leave blanks, line ends and what is no pair outside, at both ends."""
    items = piece.items
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while items:
            item = items[at]
            if item.kind in ("line", "atom"):
                del items[at]
            elif item.kind == "text" and (text := strip(item.raw)) != item.raw:
                if not text:
                    del items[at]
                    continue
                cut = len(item.raw) - len(text)
                item.start, item.end = (
                    (item.start + cut, item.end) if at == 0 else (item.start, item.end - cut)
                )
                item.raw = text
            else:
                break
    piece.text = "".join(
        {"line": " ", "text": i.raw, "entity": unescape(i.raw)}.get(i.kind, "") for i in items
    )
    if items:
        piece.start, piece.end = items[0].start, items[-1].end
