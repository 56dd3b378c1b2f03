"""One inline content to plain text and markup."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pipeline.documents.markdown.kinds import BREAK, REFERENCE
from pipeline.documents.markdown.tracing import STOPS, Traced, trace_inline
from pipeline.documents.urls import protect_urls
from pipeline.records import Block, Markup, Span

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

    from pipeline.documents.markdown.tracing import InlineContent

__all__ = ["BlockBuilder"]

_LEADING = re.compile(r"\[[ xX]\](?=[ \n])|\[![A-Za-z]+\][+-]?(?=[ \n]|$)")  # [x] task, [!NOTE]
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_VOID = frozenset({"area", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
_VERBATIM = frozenset({"code", "kbd", "math", "pre", "samp", "script", "style", "tt", "var"})
_NO_TRANSLATION = re.compile(r"translate\s*=\s*[\"']?no\b|class\s*=\s*[\"'][^\"']*\bnotranslate\b")
_KINDS = {"em": "emphasis", "strong": "strong", "s": "strikethrough", "link": "link"}
_ATOMS = {"image": "image", "footnote_ref": "footnote"}


class BlockBuilder:
    """Builds one block from the tokens of one inline content."""

    def __init__(self, text: str, inline: InlineContent, templates: Sequence[Span]) -> None:
        self._text = text
        self._content = inline.content
        self._points = [p for p, _ in inline.pieces]
        self._places = [r for _, r in inline.pieces]
        self._templates = templates
        self._template_starts = [t.start for t in templates]
        self._plain: list[str] = []
        self._length = 0
        self._markup: list[Markup] = []
        self._group = 0
        self._stack: list[tuple[int, str]] = []  # index into markup, what closes it
        self._verbatim = False  # inside code or an autolink
        self._done = 0  # content before this was spelt by a template tag that began earlier

    # --- positions

    def _raw(self, position: int) -> int:
        """Give the place in the document where the content's character starts."""
        index = max(bisect_right(self._points, position) - 1, 0)
        return self._places[index] + position - self._points[index]

    # --- writing

    def _add(
        self,
        raw: str,
        role: Literal["open", "close", "atom"],
        kind: str,
        *,
        group: int | None = None,
        protected: bool = False,
        covers: int = 0,
    ) -> int:
        if group is None:
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
        return len(self._markup) - 1

    def _write(self, plain: str) -> None:
        self._plain.append(plain)
        self._length += len(plain)

    def _spell(self, raw: str, plain: str, kind: str) -> None:
        """Write plain text that the document spells differently."""
        if raw != plain:
            self._add(raw, "atom", kind, covers=len(plain))
        self._write(plain)

    def _open(self, raw: str, kind: str, closes: str, *, protected: bool = False) -> None:
        index = self._add(raw, "open", kind, protected=protected)
        self._stack.append((index, closes))

    def _close(self, raw: str, closes: str) -> None:
        """Close the nearest opening; unclosed HTML tags above it become atoms."""
        while self._stack:
            index, name = self._stack.pop()
            opening = self._markup[index]
            if name == closes:
                self._add(
                    raw, "close", opening.kind, group=opening.group, protected=opening.protected
                )
                return
            self._unpair(index)
        self._add(raw, "atom", "html")

    def _unpair(self, index: int) -> None:
        self._markup[index] = replace(self._markup[index], role="atom", protected=False)

    def _literal(self, start: int, end: int, *, templates: bool) -> None:
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
            point = self._points[following] if following < len(self._points) else end
            if point <= stop:  # the character before the point is spelt differently
                if at < point - 1:
                    self._write(self._text[raw : raw + point - 1 - at])
                plain = self._content[point - 1]
                kind = "soft-break" if plain == "\n" else "escape"
                self._spell(self._text[self._raw(point - 1) : self._raw(point)], plain, kind)
                at = point
            else:
                self._write(self._text[raw : raw + stop - at])
                at = stop

    def _position(self, raw: int, start: int, end: int) -> int:
        """Give the content position of a place, if it is between ``start`` and ``end``."""
        if raw >= self._raw(end):
            return end
        index = max(bisect_right(self._places, raw) - 1, 0)
        return min(max(self._points[index] + raw - self._places[index], start), end)

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
            self._literal(0, len(self._content), templates=True)
            return "".join(self._plain), tuple(self._markup)
        traced = trace_inline(self._content, env)
        leading = _LEADING.match(self._content)
        skip = leading.end() if leading else 0
        if leading:
            self._add(self._text[self._raw(0) : self._raw(skip)], "atom", "task")
        self._done = skip
        number = 0
        while number < len(traced):
            item = traced[number]
            if item.end > self._done:
                number = self._token(traced, number)
            else:
                number += 1
        while self._stack:
            self._unpair(self._stack.pop()[0])
        return "".join(self._plain), tuple(self._markup)

    def _token(self, traced: Sequence[Traced], number: int) -> int:
        item = traced[number]
        token = item.token
        raw = self._text[self._raw(item.start) : self._raw(item.end)]
        if token.type == "text" and token.content:
            self._literal(item.start, item.end, templates=True)
        elif token.type == "text":  # the second star of **, before its strong_open
            following = traced[number + 1]
            self._open(raw + self._slice(following), "strong", "strong")
            return number + 2
        elif token.type == "text_special":
            self._special(item, raw)
        elif token.type in ("softbreak", "hardbreak"):
            self._spell(raw, "\n", BREAK if token.type == "hardbreak" else "soft-break")
        elif token.type == "code_inline":
            self._code(item, len(token.markup))
        elif token.type in _ATOMS:
            self._add(raw, "atom", _ATOMS[token.type])
        elif token.type == "html_inline":
            self._html(raw)
        elif token.type == "link_open":
            return self._link(traced, number, raw)
        elif token.type == "link_close":
            self._close(raw, "link")
        elif token.type == "strong_close":
            self._close(raw + self._slice(traced[number + 1]), "strong")
            return number + 2
        elif token.type in ("em_open", "s_open"):
            self._open(raw, _KINDS[token.tag], token.tag)
        elif token.type in ("em_close", "s_close"):
            self._close(raw, token.tag)
        else:
            self._add(raw, "atom", token.type)
        return number + 1

    def _slice(self, item: Traced) -> str:
        return self._text[self._raw(item.start) : self._raw(item.end)]

    def _special(self, item: Traced, raw: str) -> None:
        token = item.token
        if token.content == token.markup:  # a backslash that escapes nothing
            self._literal(item.start, item.end, templates=True)
        else:
            self._spell(raw, token.content, token.info)

    def _code(self, item: Traced, ticks: int) -> None:
        inner_start, inner_end = item.start + ticks, item.end - ticks
        inner = self._content[inner_start:inner_end].replace("\n", " ")
        if inner.startswith(" ") and inner.endswith(" ") and inner.strip(" "):
            inner_start += 1
            inner_end -= 1
        self._open(
            self._text[self._raw(item.start) : self._raw(inner_start)],
            "code",
            "code",
            protected=True,
        )
        self._literal(inner_start, inner_end, templates=False)
        self._close(self._text[self._raw(inner_end) : self._raw(item.end)], "code")

    def _link(self, traced: Sequence[Traced], number: int, raw: str) -> int:
        if traced[number].token.info == "auto":
            inner = traced[number + 1]
            self._open(raw, "url", "url", protected=True)
            self._literal(inner.start, inner.end, templates=False)
            self._close(self._slice(traced[number + 2]), "url")
            return number + 3
        depth = number + 1
        while traced[depth].token.type != "link_close":
            depth += 1
        closing = self._slice(traced[depth])
        kind = REFERENCE if closing in ("]", "][]") else "link"
        self._open(raw, kind, "link")
        return number + 1

    def _html(self, raw: str) -> None:
        match = _TAG.match(raw)
        if match is None:
            self._add(raw, "atom", "html")
            return
        name = match.group(2).lower()
        closes = f"<{name}>"
        if match.group(1):
            for index, waiting in reversed(self._stack):
                if waiting == closes:
                    self._close(raw, closes)
                    return
                if not waiting.startswith("<"):
                    break
                del index
            self._add(raw, "atom", "html")
        elif name == "br":
            self._spell(raw, "\n", BREAK)
        elif name in _VOID or raw.endswith("/>"):
            self._add(raw, "atom", "html")
        else:
            protected = name in _VERBATIM or _NO_TRANSLATION.search(raw) is not None
            self._open(raw, "html", closes, protected=protected)

    # --- the block

    def block(self, env: MutableMapping[str, Any], kind: str) -> Block | None:
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
        start = self._raw(0)
        end = self._raw(len(self._content))
        return _trimmed(plain, markup, start, end, kind)


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


def _trimmed(plain: str, markup: Sequence[Markup], start: int, end: int, kind: str) -> Block:
    """Leave outside the block what is at its edges and not prose."""
    first, left = 0, 0
    while True:
        if first < len(markup) and markup[first].position == left:
            item = markup[first]
            if item.role != "atom" or plain[left : left + item.covers].strip():
                break
            start += len(item.raw)
            left += item.covers
            first += 1
        elif plain[left].isspace():
            start += 1
            left += 1
        else:
            break
    last, right = len(markup), len(plain)
    while True:
        if last > first and markup[last - 1].position + markup[last - 1].covers == right:
            item = markup[last - 1]
            if item.role != "atom" or plain[right - item.covers : right].strip():
                break
            end -= len(item.raw)
            right -= item.covers
            last -= 1
        elif plain[right - 1].isspace():
            end -= 1
            right -= 1
        else:
            break
    return Block(
        block_id=-1,
        kind=kind,
        start=start,
        end=end,
        text=plain[left:right],
        markup=tuple(replace(m, position=m.position - left) for m in markup[first:last]),
    )
