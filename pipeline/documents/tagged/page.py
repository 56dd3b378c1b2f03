"""What of a page is prose: its text, what its attributes say, what names its language."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.documents.base import raw_text
from pipeline.documents.tagged.outline import Outline, Role
from pipeline.documents.tagged.soup import BLOCKS, attributes, names
from pipeline.documents.tagged.spelling import attribute_block
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.documents.tagged.events import Event
    from pipeline.documents.tagged.soup import Attribute
    from pipeline.records import Block

# --- tables ------------------------------------------------------------------------

_CODE = frozenset({"code", "kbd", "samp", "var", "tt"})
_LEFT = frozenset({"pre", "xmp", "listing", "plaintext"})
_SIGNS = names(
    "applet area audio base basefont bgsound embed iframe img link math meta noembed picture "
    "script style"
)
_ISLANDS = names("amp-img button canvas noscript object select svg template textarea video")
_ROLES = {
    **dict.fromkeys(BLOCKS, Role.BLOCK),
    **dict.fromkeys(_CODE, Role.CODE),
    **dict.fromkeys(_LEFT | {"hr", "input"}, Role.SKIP),
    **dict.fromkeys(_SIGNS, Role.ATOM),
    **dict.fromkeys(_ISLANDS, Role.ISLAND),
    "br": Role.BREAK,
}
_BORDERS = (Role.BLOCK, Role.SKIP, Role.ISLAND)
_PROGRAMS = frozenset({"script", "style", "math"}) | _LEFT
"""What is left with all its attributes, as code is."""
_IN_SVG = {
    **dict.fromkeys(("a", "tspan", "textpath", "tref"), Role.INLINE),
    **dict.fromkeys(("script", "style"), Role.ATOM),
}
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "title"), "heading"),
    **dict.fromkeys(("li", "dt", "dd", "option"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
}

_SAID = names(
    "abbr alt aria-braillelabel aria-description aria-label aria-placeholder aria-roledescription "
    "aria-valuetext label placeholder summary title"
)
_BUTTONS = frozenset({"submit", "button", "reset"})
_SHOWN = names(
    "abstract article:section article:tag dc.description dc.subject dc.title dcterms.abstract "
    "dcterms.description dcterms.subject dcterms.title description keywords news_keywords "
    "og:description og:image:alt og:title og:video:alt subject summary title twitter:description "
    "twitter:image:alt twitter:title"
)
"""What ``<meta>`` says to readers, by its name."""
_MARKING = frozenset({"translate", "class", "lang", "xml:lang"})
_META_KEYS = ("name", "property", "itemprop", "http-equiv")
_LISTS = frozenset({"keywords", "news_keywords"})
_WORTH = _SAID | {"content", "value", "lang", "xml:lang"}
_LANGUAGES = frozenset(
    {"content-language", "language", "dc.language", "dcterms.language", "og:locale"}
)
_FRENCH = re.compile(r"(?:fr|fra|fre)(?:[-_][A-Za-z0-9_-]*)?", re.IGNORECASE)

_PROGRAM = re.compile(r"[{}\"'<=`]")  # a template's value without quotation marks
_TAG = re.compile(r"<[^<>]*>")
_NOTE = re.compile(r"[\W_]*(?:\d{1,4}|[ivxlc]{1,6}|[a-z])?(?:\s?bis)?[\W_]*", re.IGNORECASE)
_LONG = 600  # characters of a note's mark with its tags
_BEFORE_TAGS = re.compile(r"(\w)(?:</[^<>]*>)+\Z")
_AFTER_TAGS = re.compile(r"(?:<[a-zA-Z][^<>]*>)+(\w)")
_WORD = re.compile(r"[^\W\d_]{4}|[.,;:!?…»”)\]’]")
_NUMBER = re.compile(r"(?:(?:\d{1,3}\.)*\d{1,3}[.)]|[IVXLC]{2,6}[.)])\s+")
_NUMBER_OF_TITLE = re.compile(
    r"(?:(?:\d{1,3}\.)*\d{1,3}\s?[.):–—-]|[IVXLC]{1,6}\s?[):–—-]|[IVXLC]{2,6}\."
    r"|(?:\d{1,3}\.)+\d{1,2}(?=\s+[A-ZÀ-Þ]))\s+"
)

# --- the reader ----------------------------------------------------------------------


class Page(NamedTuple):
    """What was found in a page."""

    blocks: list[Block]  # in order; their ``where`` is empty
    edits: list[tuple[Span, str]]  # what names the language, and what it names now
    untranslatable: bool  # whether the page as a whole asks to be left


def read_page(text: str, events: Iterable[Event]) -> Page:
    """Find what of a page is prose.

    Args:
        text: the page.
        events: its events, nesting, with attributes in lower case.
    """
    reader = _Reader(text)
    for event in events:
        reader.feed(event)
    blocks = [_without_number(block) for block in reader.outline.finish()]
    blocks = sorted((*blocks, *reader.blocks), key=lambda b: (b.start, -b.end))
    return Page(blocks, reader.edits, reader.untranslatable)


class _Element(NamedTuple):
    name: str
    refused: bool  # ``translate="no"``, or something of programs
    foreign: bool  # in another language than French
    swallowed: bool  # one sign, or code, to the prose around it
    drawing: bool  # inside <svg>

    @property
    def left(self) -> bool:
        return self.refused or self.foreign


class _Reader:
    def __init__(self, text: str) -> None:
        self.blocks: list[Block] = []
        self.edits: list[tuple[Span, str]] = []
        self.untranslatable = False
        self.outline = Outline(text, lambda _: self._role, kind=lambda e: _KINDS.get(e.name, ""))
        self._text = text
        self._role = Role.BLOCK  # of the element that starts
        self._open = [_Element("", False, False, False, False)]
        self._ended = "", -1  # the last element that ended, and where
        self._begins = True  # whether no word has been met since the last border

    def feed(self, event: Event) -> None:
        """Take the next event."""
        around = self._open[-1]
        if event.kind == "start":
            self._start(event, around)
        elif event.kind == "end":
            self._open.pop()
            self._ended = event.name, event.end
            self._begins |= _ROLES.get(event.name) in _BORDERS
        elif event.kind == "text" and not around.swallowed:
            if around.left:
                event = event._replace(kind="other", text="")
            elif self._begins and event.text.strip():
                self._begins = False
        self.outline.feed(event)

    def _start(self, event: Event, around: _Element) -> None:
        said = event.attributes
        refused, foreign = around.refused, around.foreign
        if not _MARKING.isdisjoint(said):
            refused, foreign = self._language(event, around)
        role = self._role_of(event, around, left=refused or foreign)
        self._begins |= role in _BORDERS
        self._role = role
        swallowed = around.swallowed or role in (Role.CODE, Role.SKIP, Role.ATOM)
        inside = refused or role is Role.CODE or event.name in _PROGRAMS
        drawing = (around.drawing or event.name == "svg") and event.name != "foreignobject"
        element = _Element(event.name, inside, foreign, swallowed, drawing)
        self._open.append(element)
        if said and not element.left and not _WORTH.isdisjoint(said):
            self._attributes(event)

    def _language(self, event: Event, around: _Element) -> tuple[bool, bool]:
        """Say whether an element is to be left, and whether it is in another language."""
        said, root = event.attributes, event.name in ("html", "body")
        refused, foreign = around.refused, around.foreign
        asked = said.get("translate", "").lower()
        if asked == "no" or "notranslate" in said.get("class", "").lower().split():
            refused = True
            self.untranslatable |= root
        elif asked == "yes":
            refused = around.name in _PROGRAMS
        language = said.get("lang", said.get("xml:lang", "")).strip()
        if language and not root:
            foreign = not is_french(language)
        return refused, foreign

    def _role_of(self, event: Event, around: _Element, *, left: bool) -> Role:
        name = event.name
        if around.drawing and name != "foreignobject":
            role = _IN_SVG.get(name, Role.BLOCK)
            return Role.BLOCK if name == "tspan" and event.attributes.keys() & {"x", "y"} else role
        role = _ROLES.get(name, Role.INLINE)
        if role is Role.INLINE:
            if left and not around.left:
                return Role.CODE
            if name in ("a", "sup") and self._is_note(event):
                return Role.ATOM
            if self._stands_alone(event, around):
                return Role.BLOCK
        return role

    def _stands_alone(self, event: Event, around: _Element) -> bool:
        """Say whether words would be glued that only their looks keep apart: a menu's, a card's."""
        if event.name == "a" and around.name == "nav":
            return True
        name, end = self._ended
        if end != event.start or name in _ROLES:
            return False
        word = _BEFORE_TAGS.search(self._text[max(0, end - _LONG) : end])
        after = _AFTER_TAGS.match(self._text, event.start)
        if word is None or after is None:
            return False
        return name == event.name == "a" or (word[1].islower() and after[1].isupper())

    def _is_note(self, event: Event) -> bool:
        """Say whether a link or a raised number is the mark of a note, or leads back from one."""
        text, said = self._text, event.attributes
        close = text.find(f"</{event.name}", event.end, event.end + _LONG)
        inside = text[event.end : close] if close >= 0 else "a"
        mark = _TAG.sub("", inside).replace("&nbsp;", " ").strip()
        if not mark or len(mark) > 9 or not _NOTE.fullmatch(mark):
            return False
        if event.name == "sup":
            before = text[max(0, event.start - 4) : event.start]
            return "<a" in inside or (
                mark.isdigit()
                and (_WORD.fullmatch(before) or _WORD.fullmatch(before[-1:])) is not None
            )
        if "#" not in said.get("href", ""):
            return False
        kind = said.get("epub:type", "") + said.get("role", "")
        return (
            self._begins
            or "noteref" in kind
            or "backlink" in kind
            or "<sup" in inside
            or mark[0] in "[("
            or not any(map(str.isalnum, mark))
            or not (text[event.start - 1].isspace() or text[event.start - 1] in "([")
        )

    # --- attributes

    def _attributes(self, event: Event) -> None:
        text, said = self._text, event.attributes
        for found in attributes(text, event.start, event.end):
            if found.name in ("lang", "xml:lang"):
                root = event.name in ("html", "body")
                if is_french(said[found.name]) or (root and said[found.name]):
                    self.edits.append((Span(start=found.start, end=found.end), "en"))
            elif found.name == "content" and event.name == "meta":
                self._meta(found, said)
            elif _is_said(found.name, event):
                self._say(found, found.start, found.end)

    def _meta(self, found: Attribute, said: Mapping[str, str]) -> None:
        keys = {
            said.get(k, "").strip().lower() for k in ("name", "property", "itemprop", "http-equiv")
        }
        if keys & _LANGUAGES and is_french(said["content"]):
            new = "en_US" if "og:locale" in keys else "en"
            self.edits.append((Span(start=found.start, end=found.end), new))
        elif keys & _LISTS:
            for word in re.finditer(r"[^,;]+", self._text[found.start : found.end]):
                self._say(found, found.start + word.start(), found.start + word.end())
        elif keys & _SHOWN:
            self._say(found, found.start, found.end)

    def _say(self, found: Attribute, start: int, end: int) -> None:
        value = self._text[start:end]
        start, end = (
            start + len(value) - len(value.lstrip()),
            end - len(value) + len(value.rstrip()),
        )
        block = attribute_block(self._text, start, end) if start < end else None
        if block is not None and (found.quote or not _PROGRAM.search(value)):
            self.blocks.append(block if found.quote else replace(block, syntax="unquoted"))


def _is_said(name: str, event: Event) -> bool:
    if name == "value":
        return event.name == "input" and event.attributes.get("type", "").lower() in _BUTTONS
    if name == "title" and event.name in ("link", "style"):
        return event.name == "link" and "stylesheet" not in event.attributes.get("rel", "").lower()
    return name in _SAID


def _without_number(block: Block) -> Block:
    """Leave the number before a title, or of a list that was typed, outside the block."""
    number = (_NUMBER_OF_TITLE if block.kind == "heading" else _NUMBER).match(block.text)
    if number is None:
        return block
    return part_of(block, number.end(), len(block.text)) or block


def part_of(block: Block, start: int, end: int) -> Block | None:
    """Give the block that is ``block.text[start:end]``.

    Returns:
        ``None`` where it has no letter, or where a pair of tags goes over its ends.
    """
    markup = block.markup
    opened = {m.group: n for n, m in enumerate(markup) if m.role == "open"}
    first = next((n for n, m in enumerate(markup) if m.position >= start), len(markup))
    while first < len(markup) and markup[first].position == start:
        item = markup[first]
        if item.role != "close" or opened.get(item.group, first) >= first:
            break
        first += 1
    after = next((n for n, m in enumerate(markup) if m.position >= end), len(markup))
    while after < len(markup) and markup[after].position == end:
        item = markup[after]
        if item.role != "close" or not first <= opened.get(item.group, -1) < after:
            break
        after += 1
    inside = markup[first:after]
    ends = ({m.group for m in inside if m.role == role} for role in ("open", "close"))
    if len({frozenset(e) for e in ends}) > 1 or not any(map(str.isalpha, block.text[start:end])):
        return None
    begin = block.start + len(raw_text(block.text[:start], markup[:first]))
    text, moved = block.text[start:end], [replace(m, position=m.position - start) for m in inside]
    stop = begin + len(raw_text(text, moved))
    return replace(block, start=begin, end=stop, text=text, markup=tuple(moved))


def is_french(language: str) -> bool:
    """Say whether a language's tag is that of French."""
    return _FRENCH.fullmatch(language.strip()) is not None
