"""One inline content to plain text and markup."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from pipeline.documents.base import BREAK, GAP, REFERENCE, protect_urls
from pipeline.documents.markdown.inline_dialects import (
    CLOSE,
    LIVE,
    NOTE_CLOSE,
    NOTE_OPEN,
    OPEN,
)
from pipeline.documents.markdown.tracing import STOPS, Traced, trace_inline
from pipeline.records import Block, Markup, Span

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

_LEADING = re.compile(
    r"\[[ xX/<>!?*-]\](?=[ \n])|\[![A-Za-z]+\][+-]?(?=[ \n]|$)"
)  # [x] task, [!NOTE]
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_VOID = frozenset({"area", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
_VERBATIM = frozenset({"code", "kbd", "math", "pre", "samp", "script", "style", "tt", "var"})
_NO_TRANSLATION = re.compile(r"translate\s*=\s*[\"']?no\b|class\s*=\s*[\"'][^\"']*\bnotranslate\b")
_PAIRS = {"em": "emphasis", "s": "strikethrough"}
_ATOMS = {"image": "image", "footnote_ref": "footnote"}


@dataclass(frozen=True, slots=True)
class InlineContent:
    """The text of a paragraph, heading or cell as the block parser found it."""

    content: str  # without the white space that starts its lines
    pieces: tuple[tuple[int, int], ...]  # content position → position in the document
    line: int  # from 0
    kind: str  # of the block


class BlockBuilder:
    """Builds one block from the tokens of one inline content."""

    def __init__(self, text: str, inline: InlineContent, templates: Sequence[Span]) -> None:
        self._text = text
        self._content = inline.content
        self._kind = inline.kind
        self._points = [p for p, _ in inline.pieces]
        self._places = [r for _, r in inline.pieces]
        self._templates = templates
        self._template_starts = [t.start for t in templates]
        self._plain: list[str] = []
        self._length = 0
        self._markup: list[Markup] = []
        self._group = 0
        self._stack: list[tuple[int, str]] = []  # index into markup, what closes it
        self._done = 0  # content before this was spelt by a template tag that began earlier

    # --- positions

    def _raw(self, position: int) -> int:
        """Give the place in the document where the content's character starts."""
        index = max(bisect_right(self._points, position) - 1, 0)
        return self._places[index] + position - self._points[index]

    def _slice(self, start: int, end: int) -> str:
        return self._text[self._raw(start) : self._raw(end)]

    def _position(self, raw: int, start: int, end: int) -> int:
        """Give the content position of a place, if it is between ``start`` and ``end``."""
        if raw >= self._raw(end):
            return end
        index = max(bisect_right(self._places, raw) - 1, 0)
        return min(max(self._points[index] + raw - self._places[index], start), end)

    # --- writing

    def _add(
        self,
        raw: str,
        role: Literal["open", "close", "atom"],
        kind: str,
        *,
        group: int = -1,
        protected: bool = False,
        covers: int = 0,
    ) -> None:
        if group < 0:
            group = self._group
            self._group += 1
        self._markup.append(
            Markup(
                position=self._length,
                raw=raw,
                role=role,
                group=group,
                kind=kind,
                protected=protected,
                covers=covers,
            )
        )

    def _write(self, plain: str) -> None:
        self._plain.append(plain)
        self._length += len(plain)

    def _spell(self, raw: str, plain: str, kind: str) -> None:
        """Write plain text that the document spells differently."""
        if raw != plain:
            self._add(raw, "atom", kind, covers=len(plain))
        self._write(plain)

    def _open(self, raw: str, kind: str, closes: str, *, protected: bool = False) -> None:
        self._stack.append((len(self._markup), closes))
        self._add(raw, "open", kind, protected=protected)

    def _close(self, raw: str, closes: str) -> None:
        """Close the nearest opening; unclosed HTML tags above it (or all) become atoms."""
        while self._stack:
            index, name = self._stack.pop()
            own = self._markup[index]
            if name == closes:
                self._add(raw, "close", own.kind, group=own.group, protected=own.protected)
                return
            self._markup[index] = replace(own, role="atom", protected=False)
        if closes:
            self._add(raw, "atom", "html")

    def _literal(self, start: int, end: int, *, templates: bool = True) -> None:
        """Write content that is its own plain text, whatever lines or cells it crosses."""
        at = max(start, self._done)
        while at < end:
            raw = self._raw(at)
            stop = end
            if templates:
                index = bisect_right(self._template_starts, raw) - 1
                if index >= 0 and raw < self._templates[index].end:
                    at = self._template(at, self._templates[index])
                    continue
                if index + 1 < len(self._templates):
                    stop = self._position(self._templates[index + 1].start, at, end)
            following = bisect_right(self._points, at)
            point = self._points[following] if following < len(self._points) else end + 1
            if point <= stop:  # the character before the point is spelt differently
                self._write(self._text[raw : raw + point - 1 - at])
                plain = self._content[point - 1]
                kind = "soft-break" if plain == "\n" else "escape"
                self._spell(self._slice(point - 1, point), plain, kind)
                at = point
            else:
                self._write(self._text[raw : raw + stop - at])
                at = stop

    def _template(self, start: int, span: Span) -> int:
        """Write a template tag as an atom; give the content position after it."""
        limit = len(self._content)
        end = self._position(span.end, start, limit)
        stop = span.end if end < limit else min(span.end, self._raw(limit))
        self._add(self._text[self._raw(start) : stop], "atom", "template")
        self._done = end
        return end

    # --- tokens

    def build(self, env: MutableMapping[str, Any]) -> tuple[str, tuple[Markup, ...]]:
        """Give plain text and markup of the whole content.

        Raises:
            TraceError: markdown-it's tokens could not be placed.
        """
        # Content without a special character is one text token; most content is that.
        if not STOPS.search(self._content):
            self._literal(0, len(self._content))
            return "".join(self._plain), tuple(self._markup)
        traced = trace_inline(self._content, env)
        if leading := _LEADING.match(self._content):
            self._add(self._slice(0, leading.end()), "atom", "task")
            self._done = leading.end()
        number = 0
        while number < len(traced):
            if traced[number].end > self._done:
                number += self._token(traced, number)
            else:
                number += 1
        self._close("", "")
        return "".join(self._plain), tuple(self._markup)

    def _token(self, traced: Sequence[Traced], number: int) -> int:
        """Write a token; give how many were taken."""
        item = traced[number]
        token = item.token
        raw = self._slice(item.start, item.end)
        if token.type == "text" and token.content:
            self._literal(item.start, item.end)
        elif token.type in ("text", "strong_close"):  # one star of **, the other beside it
            raw += self._slice(traced[number + 1].start, traced[number + 1].end)
            if token.type == "text":
                self._open(raw, "strong", "strong")
            else:
                self._close(raw, "strong")
            return 2
        elif token.type == "text_special" and token.content == token.markup:
            self._literal(item.start, item.end)  # a backslash that escapes nothing
        elif token.type == "text_special":
            self._spell(raw, token.content, token.info)
        elif token.type in ("softbreak", "hardbreak"):
            self._spell(raw, "\n", BREAK if token.type == "hardbreak" else "soft-break")
        elif token.type == "code_inline":
            self._code(item, len(token.markup))
        elif token.type == "html_inline":
            self._html(raw)
        elif token.type == "link_open" and token.info == "auto":
            inner, closing = traced[number + 1 : number + 3]
            self._open(raw, "url", "url", protected=True)
            self._literal(inner.start, inner.end, templates=False)
            self._close(self._slice(closing.start, closing.end), "url")
            return 3
        elif token.type == "link_open":
            later = (traced[index] for index in range(number, len(traced)))
            closing = next(t for t in later if t.token.type == "link_close")
            label = self._slice(closing.start, closing.end) in ("]", "][]")
            self._open(raw, REFERENCE if label else "link", "link")
        elif token.type == "link_close":
            self._close(raw, "link")
        elif token.type in ("em_open", "s_open"):
            self._open(raw, _PAIRS[token.tag], token.tag)
        elif token.type in ("em_close", "s_close"):
            self._close(raw, token.tag)
        elif token.type == LIVE:
            self._open("", LIVE, LIVE, protected=True)
            self._literal(item.start, item.end, templates=False)
            self._close("", LIVE)
        elif token.type == OPEN:
            self._open(raw, "mark" if raw == raw[::-1] else "span", "pair")
        elif token.type == CLOSE:
            self._close(raw, "pair")
        elif token.type in (NOTE_OPEN, NOTE_CLOSE):  # a sentence of its own, as on a line
            self._spell(raw, "\n", GAP)
        else:
            self._add(raw, "atom", _ATOMS.get(token.type, token.type))
        return 1

    def _code(self, item: Traced, ticks: int) -> None:
        start, end = item.start + ticks, item.end - ticks
        inner = self._content[start:end]
        if inner.strip(" "):  # white space at its edges is no text of the sentence
            start += len(inner) - len(inner.lstrip(" "))
            end -= len(inner) - len(inner.rstrip(" "))
        self._open(self._slice(item.start, start), "code", "code", protected=True)
        self._literal(start, end, templates=False)
        self._close(self._slice(end, item.end), "code")

    def _html(self, raw: str) -> None:
        match = _TAG.match(raw)
        name = match[2].lower() if match else ""
        closes = f"<{name}>"
        if match and match[1]:
            names = (waiting for _, waiting in reversed(self._stack))
            if closes in takewhile(lambda waiting: waiting.startswith("<"), names):
                self._close(raw, closes)
            else:
                self._add(raw, "atom", "html")
        elif name == "br":
            self._spell(raw, "\n", BREAK)
        elif not name or name in _VOID or raw.endswith("/>"):
            self._add(raw, "atom", "html")
        else:
            protected = name in _VERBATIM or _NO_TRANSLATION.search(raw) is not None
            self._open(raw, "html", closes, protected=protected)

    # --- the block

    def block(self, env: MutableMapping[str, Any]) -> Block | None:
        """Build the block, without the white space and atoms at its edges.

        Returns:
            ``None`` where there is no prose: only images, code, URLs or punctuation.

        Raises:
            TraceError: markdown-it's tokens could not be placed.
        """
        plain, markup = self.build(env)
        markup = protect_urls(plain, markup, self._group)
        if not _has_prose(plain, markup):
            return None
        size = len(plain)
        left = _margin(plain, [(m.position, m) for m in markup])
        right = _margin(plain[::-1], [(size - m.position - m.covers, m) for m in markup[::-1]])
        inside = markup[left[0] : len(markup) - right[0]]
        return Block(
            block_id=-1,
            kind=self._kind,
            start=self._raw(0) + left[2],
            end=self._raw(len(self._content)) - right[2],
            text=plain[left[1] : size - right[1]],
            markup=tuple(replace(m, position=m.position - left[1]) for m in inside),
        )


def _has_prose(plain: str, markup: Sequence[Markup]) -> bool:
    at = 0
    depth = 0
    for item in markup:
        if not depth and any(c.isalnum() for c in plain[at : item.position]):
            return True
        at = item.position
        if item.protected and item.role != "atom":
            depth += 1 if item.role == "open" else -1
    return not depth and any(c.isalnum() for c in plain[at:])


def _margin(plain: str, markup: Sequence[tuple[int, Markup]]) -> tuple[int, int, int]:
    """Count what stands at an edge and is no prose: markups, plain and raw code points.

    Args:
        plain: plain text, read from the edge on.
        markup: how far from the edge each stands, and the markup.
    """
    count = width = raw = 0
    while True:
        if count < len(markup) and markup[count][0] == width:
            item = markup[count][1]
            if item.role != "atom" or plain[width : width + item.covers].strip():
                break
            count, width, raw = count + 1, width + item.covers, raw + len(item.raw)
        elif plain[width].isspace():
            width, raw = width + 1, raw + 1
        else:
            break
    return count, width, raw
