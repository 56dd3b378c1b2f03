"""HTML as a sequence of events, as `events` gives XML: what is broken is forgiven as browsers do.

The events nest: each start has its end, of no length where the file leaves it out, and an end
without a start is no end. Together they cover the text without a gap.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from pipeline.documents.tagged.events import Event
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEP = 1_000  # elements inside one another


def names(text: str) -> frozenset[str]:
    """Give the words of a text: a table of names."""
    return frozenset(text.split())


BLOCKS = names(
    "address article aside blockquote body caption center colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html "
    "label legend li main marquee menu nav noframes ol optgroup option p search section summary "
    "table tbody td tfoot th thead title tr ul"
)
"""Elements at whose borders prose ends."""

_VOID = names(
    "area base basefont bgsound br col embed frame hr img input isindex keygen link meta param "
    "source track wbr"
)
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "plaintext"})
_NO_TAGS = _RAW | {"title", "textarea"}  # the latter two hold references
_PREFIX = re.compile(r"(?:svg|m|mml|math|html|xhtml|h):")

_PARTS = frozenset({"caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"})
_WALLS = frozenset({"table", "td", "th", "caption", "template", "object", "button", "html"})
_CLOSED_BY = {  # start → (what it ends where that is open, what hides it)
    **dict.fromkeys(BLOCKS - _PARTS - {"label", "option", "optgroup"}, ({"p"}, _WALLS)),
    "li": ({"li", "p"}, _WALLS | {"ul", "ol", "menu", "dir"}),
    **dict.fromkeys(("dt", "dd"), ({"dt", "dd", "p"}, _WALLS | {"dl"})),
    **dict.fromkeys(("rt", "rp"), ({"rt", "rp"}, _WALLS | {"ruby"})),
    **dict.fromkeys(("td", "th"), ({"td", "th", "caption"}, {"table", "template"})),
    "tr": ({"tr", "caption", "colgroup"}, {"table", "template"}),
    **dict.fromkeys(
        ("thead", "tbody", "tfoot"),
        ({"thead", "tbody", "tfoot", "caption", "colgroup"}, {"table", "template"}),
    ),
    "option": ({"option"}, {"select", "datalist"}),
    "optgroup": ({"optgroup", "option"}, {"select", "datalist"}),
    "a": ({"a"}, _WALLS),
    "body": ({"head", "p"}, _WALLS),
}

_MARK = re.compile("[<&]")
_REFERENCE = re.compile(
    r"&(?:#[0-9]{1,8};?|#[xX][0-9A-Fa-f]{1,7};?|[A-Za-z][\w.-]{0,63};|[A-Za-z][A-Za-z0-9]{1,31})"
)
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_VALUE = r""""[^"]*"|'[^']*'|[^\s>"'][^\s>]*"""
_ATTRIBUTE = rf"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:{_VALUE}))?+"
_ATTRIBUTES = re.compile(rf"(?:[\s/]++|{_ATTRIBUTE})*+")
_EACH = re.compile(rf"([^\s/>][^\s/>=]*+)(?:\s*+=\s*+({_VALUE}))?+")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_COMMENT_END = re.compile(r"--!?>")


class Attribute(NamedTuple):
    """An attribute of a tag; its value, without quotation marks, is at ``text[start:end]``."""

    name: str  # in lower case
    start: int
    end: int
    quote: str  # around the value: ", ' or none


def attributes(text: str, start: int, end: int) -> Iterator[Attribute]:
    """Give the attributes of the tag at ``text[start:end]``, of those of one name the first."""
    name = _NAME.match(text, start + 1, end)
    seen = set()
    for match in _EACH.finditer(text, name.end() if name else start, end):
        key = match[1].lower()
        if key in seen:
            continue
        seen.add(key)
        first, after = match.span(2) if match[2] is not None else (match.end(), match.end())
        quote = text[first] if first < after and text[first] in "\"'" else ""
        yield Attribute(key, first + len(quote), after - len(quote), quote)


def read_html(text: str, *, place: str, strict: bool = False) -> Iterator[Event]:
    """Give the events of a page.

    Args:
        text: the page.
        place: its name, for messages.
        strict: whether it is XHTML: ``<script/>`` is empty, CDATA sections are text.

    Raises:
        InputError: elements stand inside one another as in no document.
    """
    yield from _Soup(text, place, strict=strict).events()


class _Soup:
    def __init__(self, text: str, place: str, *, strict: bool) -> None:
        self._text = text
        self._place = place
        self._strict = strict
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._missing: set[str] = set()  # what does not stand in the rest of the text

    def events(self) -> Iterator[Event]:
        text, at, since = self._text, 0, 0
        while (mark := _MARK.search(text, at)) is not None:
            start = mark.start()
            found = self._reference(start) if text[start] == "&" else self._tag(start)
            if not found:  # a sign like others
                at = start + 1
                continue
            if start > since:
                yield Event("text", since, start, text=text[since:start])
            yield from found
            at = since = found[-1].end
        if since < len(text):
            yield Event("text", since, len(text), text=text[since:])
        yield from self._ends(0, len(text))

    def _find(self, what: str, at: int, *, end: int = -1) -> int:
        """Give the place after something, or ``end``; it is not looked for again in vain."""
        found = -1 if what in self._missing else self._text.find(what, at)
        if found < 0:
            self._missing.add(what)
            return end
        return found + len(what)

    def _reference(self, at: int) -> list[Event]:
        found = _REFERENCE.match(self._text, at)
        if found is None:
            return []
        if (meant := unescape(found[0])) != found[0]:
            return [Event("text", at, found.end(), text=meant)]
        # What a DTD may have declared is left as it is.
        declared = self._strict and found[0].endswith(";")
        return [Event("other", at, found.end())] if declared else []

    # --- tags

    def _tag(self, at: int) -> list[Event]:
        text = self._text
        sign = text[at + 1 : at + 2]
        if sign.isalpha() and sign.isascii():
            return self._start(at)
        if sign == "/" and (name := _NAME.match(text, at + 2)) is not None:
            return self._end(at, self._find(">", name.end(), end=len(text)), _named(name[0]))
        if text.startswith("<![CDATA[", at):
            return self._cdata(at)
        end = at
        if text.startswith("<!--", at):
            short = re.compile("<!---?>").match(text, at)
            end = short.end() if short else self._comment(at + 4)
        elif sign == "%":  # a template's; a sign like others where it has no end
            end = self._find("%>", at, end=at)
        elif sign and sign in "!?/":
            doctype = _DOCTYPE.match(text, at)
            closing = "?>" if text.startswith(("<?php", "<?="), at) else ">"
            end = doctype.end() if doctype else self._find(closing, at, end=len(text))
        return [Event("other", at, end)] if end > at else []

    def _comment(self, at: int) -> int:
        end = _COMMENT_END.search(self._text, at)
        return end.end() if end else len(self._text)

    def _cdata(self, at: int) -> list[Event]:
        """Give a CDATA section: text in XML, in HTML something like a comment."""
        end = self._find("]]>", at, end=len(self._text))
        if self._is_html:
            return [Event("other", at, end)]
        inside, after = at + len("<![CDATA["), max(end - len("]]>"), at + len("<![CDATA["))
        content = [Event("text", inside, after, text=self._text[inside:after])]
        return [
            Event("other", at, inside),
            *(content if after > inside else ()),
            Event("other", after, end),
        ]

    def _start(self, at: int) -> list[Event]:
        text = self._text
        word = _NAME.match(text, at + 1)
        rest = _ATTRIBUTES.match(text, word.end()) if word else None
        if word is None or rest is None or rest.end() == len(text):  # it never ends
            return [Event("other", at, len(text))]
        end = rest.end() + 1
        name, values, empty = _named(word[0]), {}, False
        if rest.end() > word.end():
            found = list(attributes(text, at, end))
            values = {a.name: _value(text[a.start : a.end]) for a in found}
            empty = text[end - 2] == "/" and (not found or found[-1].end < end - 1)
        events = self._implied(name, at)
        if name == "wbr":  # a word may be cut here
            return [*events, Event("text", at, end, text="\u200b")]
        if name in _VOID or (empty and not (self._is_html and name in _NO_TAGS)):
            if name in _VOID and text.startswith("</", end):
                closing = re.compile(rf"</{re.escape(word[0])}\s*>").match(text, end)
                end = closing.end() if closing else end
            start = Event("start", at, end, name, values)
            return [*events, start, Event("end", end, end, name)]
        events.append(Event("start", at, end, name, values))
        self._open.append(name)
        self._count[name] += 1
        if len(self._open) > _DEEP:
            raise InputError(
                f"more than {_DEEP:,} elements stand inside one another, as in no document",
                place=self._place,
                next_step="make it anew in the program that it comes from; do not trust it",
            )
        if name in _NO_TAGS and self._is_html:
            events += self._raw(name, end)
        return events

    @property
    def _is_html(self) -> bool:
        return not (self._strict or self._count["svg"] or self._count["math"])

    def _raw(self, name: str, at: int) -> list[Event]:
        """Give the text of an element that holds no tags; its end tag comes next."""
        text, events = self._text, []
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
        stop = end.start() if end is not None and name != "plaintext" else len(text)
        while at < stop:
            mark = _REFERENCE.search(text, at, stop) if name not in _RAW else None
            start = mark.start() if mark else stop
            if start > at:
                events.append(Event("text", at, start, text=text[at:start]))
            if mark:
                events.append(Event("text", start, mark.end(), text=unescape(mark[0])))
            at = mark.end() if mark else stop
        return events

    # --- what is open

    def _implied(self, name: str, at: int) -> list[Event]:
        """End what a start tag ends: a paragraph before a list, a cell before the next."""
        ended, walls = _CLOSED_BY.get(name, ((), ()))
        if self._strict or not ended or not any(self._count.get(n) for n in ended):
            return []
        lowest = len(self._open)
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in walls:
                break
            if self._open[index] in ended:
                lowest = index
        return self._ends(lowest, at)

    def _ends(self, lowest: int, at: int) -> list[Event]:
        if lowest == len(self._open):
            return []
        names = self._open[lowest:]
        del self._open[lowest:]
        for name in names:
            self._count[name] -= 1
        return [Event("end", at, at, name) for name in reversed(names)]

    def _end(self, at: int, end: int, name: str) -> list[Event]:
        if self._open and self._open[-1] == name:
            self._open.pop()
            self._count[name] -= 1
            return [Event("end", at, end, name)]
        index = self._opening(name)
        if index >= 0:
            events = self._ends(index + 1, at)
            self._ends(index, at)
            return [*events, Event("end", at, end, name)]
        if name in BLOCKS or name == "br":  # a border, though an end of nothing
            return [Event("start", at, end, name), Event("end", end, end, name)]
        return [Event("other", at, end)]

    def _opening(self, name: str) -> int:
        """Give the place of the open element that an end tag ends; -1 if there is none."""
        if not self._count[name]:
            return -1
        walls = _WALLS - _PARTS if name in _PARTS or name == "table" else _WALLS
        for index in range(len(self._open) - 1, -1, -1):
            there = self._open[index]
            if there == name:
                return index
            if there in walls or (name not in BLOCKS and name not in _WALLS and there in BLOCKS):
                break
        return -1


def _value(raw: str) -> str:
    return unescape(raw) if "&" in raw else raw


def _named(word: str) -> str:
    return _PREFIX.sub("", word.lower(), count=1) if ":" in word else word.lower()
