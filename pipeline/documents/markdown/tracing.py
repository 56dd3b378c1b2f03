"""markdown-it that remembers where every token stood.

markdown-it gives lines for blocks and no offsets at all for inline tokens. Rather than
parsing Markdown a second time, this module runs its own rules on states that note the
position at which each token is made; what the parser says and where it says it can then
never disagree. Imports markdown-it, so it is imported only when Markdown is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from markdown_it.token import Token

__all__ = [
    "STOPS",
    "InlineContent",
    "Structure",
    "TraceError",
    "Traced",
    "blocks_of",
    "parser",
    "trace_inline",
]


STOPS = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]")
"""The characters that markdown-it's inline rules react to; between them all is text."""


class TraceError(Exception):
    """The positions do not add up: a rule made a token in a way not known here."""


@cache
def parser() -> MarkdownIt:
    """Give the parser: CommonMark with tables, strikethrough and footnotes."""
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    md.use(footnote_plugin, inline=False, move_to_end=False)
    # Fragments stay apart, so that each keeps its place.
    return md.disable(["fragments_join"])


# --- blocks ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InlineContent:
    """The text of a paragraph, heading or cell as the block parser found it."""

    token: Token
    opening: Token  # paragraph_open, heading_open, th_open, td_open
    content: str  # without the white space that starts its lines
    pieces: tuple[tuple[int, int], ...]  # content position → position in the document
    containers: tuple[str, ...]  # "blockquote", "list_item", "footnote", outermost first


class _Block(StateBlock):
    """Block state that writes into each inline token where its lines start and end."""

    def __init__(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> None:
        super().__init__(src, md, env, tokens)
        self.line_starts = tuple(self.bMarks)  # bMarks itself moves inside quotations
        self._row: Token | None = None

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        opening = self.tokens[-1] if self.tokens else None
        token = super().push(ttype, tag, nesting)
        if ttype == "tr_open":
            self._row = token
        elif ttype == "inline" and opening is not None:
            place = opening.map or (self._row.map if self._row else None)
            if place is not None:
                token.meta["lines"] = tuple(
                    (number, self.bMarks[number] + self.tShift[number], self.eMarks[number])
                    for number in range(place[0], min(place[1], self.lineMax))
                )
        return token


_HTML_TAG = re.compile("<[^<>]*>")
_HTML_TEXT = re.compile(r"[^\W\d_]{2}")
_CONTAINERS = {
    "blockquote_open": "blockquote",
    "list_item_open": "list_item",
    "footnote_reference_open": "footnote",
}
_CONTAINERS_CLOSE = {name.replace("_open", "_close"): kind for name, kind in _CONTAINERS.items()}


@dataclass(frozen=True, slots=True)
class Structure:
    """What the block parser found."""

    inlines: tuple[InlineContent, ...]  # in document order
    lost: tuple[int, ...]  # lines, from 0, of contents whose place could not be told
    html: tuple[int, ...]  # lines, from 0, of HTML blocks that hold text


def blocks_of(text: str, env: MutableMapping[str, Any]) -> Structure:
    """Parse the block structure of a text.

    Args:
        text: Markdown, templates masked; any line ends.
        env: filled with the link references and footnotes that the text defines.
    """
    from pipeline.documents.markdown.lines import LineMap, place_cells, place_lines

    md = parser()
    lines = LineMap(text)
    tokens: list[Token] = []
    if not lines.normal:
        return Structure((), (), ())
    state = _Block(lines.normal, md, env, tokens)
    md.block.tokenize(state, state.line, state.lineMax)

    found: list[InlineContent] = []
    lost: list[int] = []
    html: list[int] = []
    containers: list[str] = []
    row: list[tuple[Token, Token]] = []
    previous: Token | None = None
    for token in tokens:
        if token.type in _CONTAINERS:
            containers.append(_CONTAINERS[token.type])
        elif token.type in _CONTAINERS_CLOSE:
            containers.pop()
        elif token.type == "inline" and previous is not None:
            if previous.type in ("th_open", "td_open"):
                row.append((previous, token))
            elif token.content:
                placed = place_lines(token, previous, lines, state.line_starts)
                if placed is None:
                    lost.append(token.map[0] if token.map else 0)
                else:
                    found.append(InlineContent(token, previous, *placed, tuple(containers)))
        elif token.type == "tr_close":
            cells = place_cells([cell for _, cell in row], lines, state.line_starts)
            for (opening, cell), placed in zip(row, cells, strict=True):
                if not cell.content:
                    continue
                if placed is None:
                    lost.append(cell.map[0] if cell.map else 0)
                else:
                    found.append(InlineContent(cell, opening, *placed, tuple(containers)))
            row = []
        elif token.type == "html_block" and _HTML_TEXT.search(_HTML_TAG.sub("", token.content)):
            html.append(token.map[0] if token.map else 0)
        previous = token
    return Structure(tuple(found), tuple(lost), tuple(html))


# --- inline ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traced:
    """An inline token and where it stood in the content."""

    token: Token
    start: int
    end: int


class _Inline(StateInline):
    """Inline state that notes the position at which each token is made."""

    def __init__(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> None:
        super().__init__(src, md, env, tokens)
        self.made: dict[int, int] = {}  # id of token → position
        self.verbatim: set[int] = set()  # ids of tokens that came from pending text
        self._pending_start = -1

    def append_pending(self, text: str) -> None:
        if self._pending_start < 0:
            self._pending_start = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        self.made[id(token)] = self._pending_start
        self.verbatim.add(id(token))
        self._pending_start = -1
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        self._pending_start = -1
        self.made[id(token)] = self.pos
        return token


def trace_inline(content: str, env: MutableMapping[str, Any]) -> list[Traced]:
    """Parse inline content and give each token its place; the places have no gaps.

    Args:
        content: inline content, lines separated by line feeds.
        env: link references and footnotes, from :func:`blocks_of`.

    Raises:
        TraceError: the places do not cover the content exactly.
    """
    md = parser()
    state = _Inline(content, md, env, [])
    md.inline.tokenize(state)
    lengths = _lengths(state, content)
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    traced: list[Traced] = []
    at = 0
    for token in state.tokens:
        end = at + lengths[id(token)]
        traced.append(Traced(token, at, end))
        at = end
    if at != len(content):
        message = f"{len(content) - at} characters are not accounted for"
        raise TraceError(message)
    return traced


def _lengths(state: _Inline, content: str) -> dict[int, int]:
    """Give the raw length of every token, before delimiters become emphasis."""
    starts: list[int] = []
    done = 0  # where the token before ends at the earliest
    for token in state.tokens:
        start = state.made[id(token)]
        if token.type == "link_open" and token.info != "auto":
            start -= 1  # the link rule has stepped over the bracket already
        elif token.type in ("softbreak", "hardbreak"):
            while start > done and content[start - 1] == " ":  # belongs to the break
                start -= 1
        elif id(token) not in state.verbatim and token.type == "text":
            start = max(start, done)  # delimiters of one run are all made at its start
        starts.append(start)
        if token.type == "text":
            done = start + len(token.content)
        elif token.type == "text_special":
            done = start + len(token.markup)
        else:
            done = start + 1
    starts.append(len(content))
    for number, token in enumerate(state.tokens):  # <https://…>: all made at the bracket
        if token.type == "link_open" and token.info == "auto":
            starts[number + 1] = starts[number] + 1
            starts[number + 2] = starts[number + 3] - 1
    if starts[0] != 0:
        message = f"the first token starts at {starts[0]}"
        raise TraceError(message)
    lengths: dict[int, int] = {}
    for number, token in enumerate(state.tokens):
        length = starts[number + 1] - starts[number]
        if length < 0 or (id(token) in state.verbatim and length != len(token.content)):
            message = f"a {token.type} token at {starts[number]} ends at {starts[number + 1]}"
            raise TraceError(message)
        lengths[id(token)] = length
    return lengths
