"""Markdown to blocks: what the block parser found, and where that stands in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from markdown_it.common.utils import MD_TRIM_CHARS
from markdown_it.rules_block import StateBlock

from pipeline.documents.base import TITLE
from pipeline.documents.markdown.front_matter import parse_front_matter
from pipeline.documents.markdown.inline import BlockBuilder, InlineContent
from pipeline.documents.markdown.templates import mask_templates
from pipeline.documents.markdown.tracing import STOPS, TraceError, parser
from pipeline.documents.tagged import read_html, read_page
from pipeline.errors import InputError
from pipeline.records import Block, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

    from markdown_it.token import Token

_MANY = 20_000  # delimiters in one paragraph: more than one in ten is not prose
_TOO_MANY = 300_000  # … and more than this is not read at all: it would take seconds
_HTML_TAG = re.compile("<[^<>]*>")
_MARKDOWN_INSIDE = re.compile(r"<[a-zA-Z][^<>]*\smarkdown\b", re.IGNORECASE)
_HTML_TEXT = re.compile(r"[^\W\d_]{2}")
_NEWLINE = re.compile(r"\r\n?|\n")
_CONTAINERS = {
    "blockquote_open": "quote",
    "list_item_open": "item",
    "footnote_reference_open": "footnote",
    "dt_open": "item",
    "dd_open": "item",
    "title_open": TITLE,
}
_CONTAINERS_CLOSE = frozenset(name.replace("_open", "_close") for name in _CONTAINERS)
_KINDS = {"heading_open": "heading", "th_open": "cell", "td_open": "cell"}

_Placed = tuple[str, tuple[tuple[int, int], ...]]
"""Content, and where its stretches stand: content position → position in the document."""


def _left(line: int, why: str) -> Finding:
    return Finding(
        check="document",
        severity="warning",
        message=f"line {line + 1}: left as it is: {why}",
    )


def _dense(content: str) -> bool:
    count = len(STOPS.findall(content))
    return count > _TOO_MANY or (count > _MANY and count * 10 > len(content))


def parse_markdown(
    text: str, *, front_matter: Sequence[str] = (), mdx: bool = False
) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    """Find the blocks of a Markdown text.

    Paragraphs, headings, list items, quotations, footnotes and table cells are blocks, and
    what is prose in HTML blocks. Code, link definitions and template lines are not.

    Args:
        text: CommonMark with tables, strikethrough, footnotes and task lists.
        front_matter: the keys of YAML or TOML front matter whose values are blocks too.
        mdx: whether it is MDX.

    Returns:
        The blocks in document order, and a finding for each stretch that should have
        been one but was left as it is.
    """
    body, blocks, findings = parse_front_matter(text, front_matter)
    masked, templates = mask_templates(text, mdx=mdx)
    # The front matter becomes empty lines: places stay as they are.
    masked = re.sub(r"[^\r\n]", " ", masked[:body]) + masked[body:]
    env: dict[str, Any] = {}
    structure = blocks_of(masked, env, mdx=mdx)
    findings.extend(_left(n, "its place in the file could not be told") for n in structure.lost)
    left = []
    for line, start, end in structure.html:
        try:
            blocks += _html_blocks(text[start:end], start) if end else ()
        except InputError:  # too deep
            end = 0
        left += [line] * (not end)
    if left:
        more = f" (and {len(left) - 1} more HTML blocks)" * (len(left) > 1)
        findings.append(_left(left[0], f"text in an HTML block{more}"))
    for inline in structure.inlines:
        if _dense(inline.content):
            findings.append(_left(inline.line, "too many markup characters for prose"))
            continue
        try:
            block = BlockBuilder(text, inline, templates).block(env)
        except TraceError as error:
            findings.append(_left(inline.line, f"its markup could not be placed ({error})"))
            continue
        if block is not None:
            blocks.append(block)
    blocks.sort(key=lambda b: b.start)
    return tuple(replace(b, block_id=n) for n, b in enumerate(blocks)), tuple(findings)


def _html_blocks(html: str, at: int) -> Iterator[Block]:
    """Give the prose of an HTML block that stands at a place; no block stands in another."""
    end = 0
    for block in read_page(html, read_html(html, place="")).blocks:
        if block.start >= end:
            end = block.end
            yield replace(block, start=block.start + at, end=block.end + at)


# --- structure ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Structure:
    """What the block parser found."""

    inlines: tuple[InlineContent, ...]  # in document order
    lost: tuple[int, ...]  # lines, from 0, of contents whose place could not be told
    html: tuple[tuple[int, int, int], ...]
    """HTML blocks that hold text: line, from 0, start and end; end 0 where it is no HTML alone."""


class _State(StateBlock):
    """Block state that writes into each inline token where its lines start and end."""

    _row: Token | None = None

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
                    for number in range(place[0], min(max(place[1], place[0] + 1), self.lineMax))
                )
        return token


def blocks_of(text: str, env: MutableMapping[str, Any], *, mdx: bool = False) -> Structure:
    """Parse the block structure of a text.

    Args:
        text: Markdown, templates masked; any line ends.
        env: filled with the link references and footnotes that the text defines.
        mdx: whether it is MDX.
    """
    md = parser(mdx=mdx)
    lines = _Lines(text)
    tokens: list[Token] = []
    if lines.normal:
        state = _State(lines.normal, md, env, tokens)
        md.block.tokenize(state, state.line, state.lineMax)
    found: list[InlineContent] = []
    lost: list[int] = []
    html: list[tuple[int, int, int]] = []
    containers: list[str] = []
    cells: Iterator[_Placed] | None = None
    previous: Token | None = None
    for token in tokens:
        line = token.map[0] if token.map else 0
        if token.type in _CONTAINERS:
            containers.append(_CONTAINERS[token.type])
        elif token.type in _CONTAINERS_CLOSE:
            containers.pop()
        elif token.type == "tr_open":
            cells = None
        elif token.type == "inline" and previous is not None:
            kind = _KINDS.get(previous.type) or (containers or ["paragraph"])[-1]
            if kind == "cell":
                cells = lines.cells(token) if cells is None else cells
                placed = next(cells, None)
            elif token.content:
                placed = lines.paragraph(token, previous)
            if not token.content:
                continue
            if placed is None or (kind == "cell" and placed[0] != token.content):
                lost.append(line)
            else:
                found.append(InlineContent(*placed, line, kind))
        elif token.type == "html_block" and _HTML_TEXT.search(token.content):
            start, end = lines.html(token)
            mixed = "quote" in containers or _MARKDOWN_INSIDE.search(token.content)
            if not mixed or _HTML_TEXT.search(_HTML_TAG.sub("", token.content)):
                html.append((line, 0, 0) if mixed else (line, start, end))
        previous = token
    return Structure(tuple(found), tuple(lost), tuple(html))


# --- lines -------------------------------------------------------------------------


class _Lines:
    """A text as markdown-it sees it (line feeds only), and where its lines really start."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.normal = _NEWLINE.sub("\n", text) if "\r" in text else text
        real = [m.end() for m in _NEWLINE.finditer(text)]
        seen = [m.end() for m in _NEWLINE.finditer(self.normal)]
        self._starts = [0, *real, len(text)]  # of lines, in the document
        self._shifts = [0, *(a - b for a, b in zip(real, seen, strict=True))]

    def _raw(self, line: int, position: int) -> int:
        """Give the place in the document of a position in the normalised text."""
        return position + self._shifts[line]

    def html(self, token: Token) -> tuple[int, int]:
        """Find where an HTML block starts and ends in the document, its marker left out."""
        first, after = token.map or (0, 0)
        ends = self._starts[min(after, len(self._starts) - 1)]
        return self._text.find("<", self._starts[first]), ends

    def paragraph(self, token: Token, opening: Token) -> _Placed | None:
        """Find where each line of a paragraph's or a heading's content stands.

        Returns:
            ``None`` if the content is not what stands in the lines.
        """
        rows = [(n, a, self.normal[a:b]) for n, a, b in token.meta.get("lines", ())]
        if opening.type == "heading_open" and opening.markup.startswith("#") and rows:
            line, start, source = rows[0]
            skip = len(source) - len(source.lstrip("#").lstrip(MD_TRIM_CHARS))
            if not source.startswith(token.content, skip):
                return None
            return token.content, ((0, self._raw(line, start + skip)),)
        if opening.type == "heading_open" and len(rows) > 1 and token.map:  # the underline
            rows = [r for r in rows if r[0] < token.map[1]]
        while rows and not rows[0][2].strip(MD_TRIM_CHARS):
            rows.pop(0)
        while rows and not rows[-1][2].strip(MD_TRIM_CHARS):
            rows.pop()
        contents = [line.lstrip(" \t") for line in token.content.split("\n")]
        if len(rows) != len(contents):
            return None
        pieces: list[tuple[int, int]] = []
        at = 0
        for (line, start, source), content in zip(rows, contents, strict=True):
            skip = len(source) - len(source.lstrip(MD_TRIM_CHARS)) if not pieces else 0
            if len(pieces) == len(rows) - 1:
                source = source.rstrip(MD_TRIM_CHARS)
            if source[skip:] != content:
                return None
            pieces.append((at, self._raw(line, start + skip)))
            at += len(content) + 1
        return "\n".join(contents), tuple(pieces)

    def cells(self, token: Token) -> Iterator[_Placed]:
        """Give the cells of the table row that a cell's token is in, and where they stand."""
        for line, start, end in token.meta.get("lines", ())[:1]:
            row = self.normal[start:end]
            base = self._raw(line, start + len(row) - len(row.lstrip(MD_TRIM_CHARS)))
            for content, pieces in _split_row(row.strip(MD_TRIM_CHARS)):
                yield content, tuple((p, base + r) for p, r in pieces)


def _split_row(row: str) -> list[_Placed]:
    """Split a table row as markdown-it does, keeping places: an escaped pipe is no border."""
    cells: list[list[tuple[int, int]]] = [[]]  # stretches of the row, start and end
    at = 0
    for position, character in enumerate(row):
        if character != "|":
            continue
        if row[position - 1 : position] == "\\":
            cells[-1].append((at, position - 1))
            at = position
        else:
            cells[-1].append((at, position))
            cells.append([])
            at = position + 1
    cells[-1].append((at, len(row)))
    placed = [_join(row, stretches) for stretches in cells]
    if placed and not placed[0][0]:
        placed.pop(0)
    if placed and not placed[-1][0]:
        placed.pop()
    return [_trim(cell) for cell in placed]


def _join(row: str, stretches: Sequence[tuple[int, int]]) -> _Placed:
    pieces: list[tuple[int, int]] = []
    length = 0
    for start, end in stretches:
        # The pipe that starts a later stretch is spelt with the backslash before it:
        # the piece that follows the pipe is what starts anew.
        later = int(length > 0 or bool(pieces))
        pieces.append((length + later, start + later))
        length += end - start
    return "".join(row[a:b] for a, b in stretches), tuple(pieces)


def _trim(cell: _Placed) -> _Placed:
    content, pieces = cell
    stripped = content.strip(MD_TRIM_CHARS)
    cut = len(content) - len(content.lstrip(MD_TRIM_CHARS))
    at = max(bisect_right(pieces, cut, key=lambda p: p[0]) - 1, 0)
    first = (0, pieces[at][1] + cut - pieces[at][0])
    later = tuple((p - cut, r) for p, r in pieces[at + 1 :] if p - cut <= len(stripped))
    return stripped, (first, *later)
