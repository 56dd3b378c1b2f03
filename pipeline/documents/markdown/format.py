"""Markdown as a format: how prose is escaped, and whether what was written reads as meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.base import (
    LINKS,
    REFERENCE,
    TEXTUAL,
    TITLE,
    TextFormat,
    exchange,
    flat,
    raw_text,
)
from pipeline.documents.markdown.front_matter import FRONT_MATTER, front_matter_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.documents.base import Reading
    from pipeline.records import Block, Document, Finding, Markup, Segment

_EMPHASIS = frozenset({"emphasis", "strong", "strikethrough", "mark"})
_STARTS_LINE = re.compile(r"[\r\n][ \t>]*\Z")


class Markdown(TextFormat):
    """CommonMark with tables, strikethrough, footnotes and task lists."""

    name = "markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown", ".mdown", ".mkd")
    escapes = True
    mdx = False

    def blocks(self, text: str, *, reading: Reading) -> tuple[Sequence[Block], Sequence[Finding]]:
        """Find the blocks of a Markdown text."""
        from pipeline.documents.markdown.blocks import parse_markdown

        return parse_markdown(text, front_matter=reading.front_matter, mdx=self.mdx)

    def write(self, document: Document, replacements: Mapping[int, str]) -> bytes:
        """Write the document; values of the front matter are quoted as the old ones were."""
        quoted: dict[int, str] = {}
        for b in document.blocks:
            if b.kind == FRONT_MATTER and b.block_id in replacements:
                value, raw = replacements[b.block_id], document.text[b.start : b.end]
                if value != b.text:
                    raw = front_matter_value(value, raw, mark=document.text[:3])
                quoted[b.block_id] = raw
        return super().write(document, {**replacements, **quoted})

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Exchange the sentences of a block; a value of the front matter is plain text."""
        if block.kind == FRONT_MATTER:
            spans = ((s.block_start, s.block_end) for s in segments)
            return exchange(block.text, spans, raws)
        return super().join(document, block, segments, raws)

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence, its prose escaped where Markdown would read it as markup."""
        if kind == FRONT_MATTER:
            return super().spell(pieces, kind)
        out: list[str] = [""]
        shown = [piece for piece in pieces if piece[1]]
        for (is_prose, text), (_, after) in zip(shown, [*shown[1:], (False, "")], strict=True):
            last = out[-1][-1:]
            if is_prose:
                text = _curled(text) if kind == TITLE else text
                text = escape_prose(
                    text,
                    before=last,
                    after=after,
                    line_start=last in ("", "\n")
                    or (last in "> \t" and _STARTS_LINE.search(out[-1]) is not None),
                    cell=kind == "cell",
                    heading=kind == "heading" and not after,
                    mdx=self.mdx,
                )
            out.append(text)
        return "".join(out)

    def same(self, source: str, markup: Sequence[Markup], raw: str, target: str, kind: str) -> bool:
        """Parse source and result and say whether they mean the same structure."""
        if kind == FRONT_MATTER:
            return True
        unopened, unclosed, labels = _ends(source, markup)
        if any(m.kind in LINKS or m.kind == "span" for m in (*unopened, *unclosed)):
            return True  # half a link cannot be parsed
        from pipeline.documents.markdown.tracing import (
            blind,
            definitions_for,
            is_paragraph,
            skeleton,
        )

        before = "".join(m.raw for m in reversed(unopened) if m.kind in _EMPHASIS)
        after = "".join(m.raw for m in reversed(unclosed) if m.kind in _EMPHASIS)
        target = _curled(target) if kind == TITLE else target
        definitions = definitions_for(labels)
        original = before + flat(raw_text(source, markup)) + after
        result = before + flat(raw) + after
        wanted, _ = skeleton(original, definitions, cell=kind == "cell", mdx=self.mdx)
        found, text = skeleton(result, definitions, cell=kind == "cell", mdx=self.mdx)
        if found != wanted or text != blind(target, mdx=self.mdx):
            return False
        # A tag that comes to stand first could start an HTML block.
        return (
            kind in ("cell", "heading", TITLE)
            or is_paragraph(result, mdx=self.mdx)
            or not is_paragraph(original, mdx=self.mdx)
        )


class Mdx(Markdown):
    """Markdown with components: every brace starts an expression, every tag is one."""

    name = "mdx"
    suffixes = (".mdx",)
    mdx = True


def _curled(title: str) -> str:
    """Write straight quotation marks as typographic ones: a straight one would end the title."""
    return re.sub('"([^"]*)"', "“\\1”", title).replace('"', "”")


def _ends(source: str, markup: Sequence[Markup]) -> tuple[list[Markup], list[Markup], list[str]]:
    """Give closings without an opening, openings without a closing, and raw labels."""
    opened: dict[int, int] = {}
    unopened: list[Markup] = []
    labels: list[str] = []
    for index, item in enumerate(markup):
        first = opened.pop(item.group, -1) if item.role == "close" else -1
        if item.role == "open":
            opened[item.group] = index
        elif item.kind == REFERENCE and first >= 0:
            inside = raw_text(source[: item.position], markup[first + 1 : index])
            labels.append(flat(inside[markup[first].position :]))
        elif item.kind not in TEXTUAL:
            labels.append(item.raw)
        if item.role == "close" and first < 0:
            unopened.append(item)
    return unopened, [markup[index] for index in opened.values()], labels


# --- escaping ----------------------------------------------------------------------

_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SPECIAL = re.compile(r"[\\`*_\[\]<&~|$=^%+]")
# A remark in brackets, as [sic]: no label of a link, a note, a task or a wikilink.
_REMARK = re.compile(r"\[(?![ xX]?\]|[\^@!\[-])[^\[\]]*\](?![(\[:{])")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_LINE_START = re.compile(
    r"""
      (?P<mark>[-+:~](?=\s|$)|[-=](?=[-=\s]*$)|\#{1,6}(?=\s|$)|>|~~~|:(?=[-:\s|]*-)
      |!!!(?=\s)|\?\?\?|===|\+\+\+(?=\s*$)|:::|///|%%|\|(?=\s))
    | (?P<number>\d{1,9})[.)](?=\s|$)
    """,
    re.VERBOSE,
)
_TRAILING_HASHES = re.compile(r"(?<=\s)#+\s*$")


def escape_prose(
    text: str,
    *,
    before: str = "",
    after: str = "",
    line_start: bool = False,
    cell: bool = False,
    heading: bool = False,
    mdx: bool = False,
) -> str:
    """Put a backslash before every character that Markdown would read as markup.

    Args:
        text: plain text.
        before: raw text that stands before it (its last character counts).
        after: raw text that follows (its first character counts).
        line_start: whether the text starts a line, where ``#``, ``-``, ``1.`` … count.
        cell: whether it is inside a table cell, where ``|`` counts.
        heading: whether it may end an ATX heading, where ``#`` counts.
        mdx: whether braces and every ``<`` count.
    """
    if line_start and (match := _LINE_START.match(text)):
        at = match.end("number") if match["number"] else 0
        text = text[:at] + "\0" + text[at:]  # made a backslash below
    if heading and (match := _TRAILING_HASHES.search(text)):
        text = text[: match.start()] + "\0" + text[match.start() :]

    brackets = {
        edge
        for remark in _REMARK.finditer(text)
        if remark.end() < len(text) or after[:1] not in ("(", "[", ":", "{")
        for edge in (remark.start(), remark.end() - 1)
    }

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        at = match.start()
        if at in brackets:
            return character
        left = text[at - 1] if at else before[-1:]
        right = text[at + 1] if at + 1 < len(text) else after[:1]
        return "\\" + character if _counts(character, left, right, text, at, cell) else character

    escaped = _SPECIAL.sub(escape, text)
    if mdx:
        escaped = re.sub(r"[{}]|(?<!\\)<", r"\\\g<0>", escaped)
    if after.startswith("[") and escaped.endswith("!"):
        escaped = escaped[:-1] + "\\!"  # else the link would be an image
    return escaped.replace("\0", "\\")


def _counts(character: str, left: str, right: str, text: str, at: int, cell: bool) -> bool:
    if character == "\\":
        return not right or right in _ASCII_PUNCTUATION or right.isspace() or right == "\0"
    if character == "_":
        return not (left.isalnum() and right.isalnum())
    if character == "<":
        return right.isalpha() or (right != "" and right in "/!?")
    if character == "&":
        return _ENTITY.match(text, at) is not None
    if character in "~$=^%+":
        if character == "~" and "~" in (left, right):
            return True
        from pipeline.documents.markdown.inline_dialects import starts_dialect

        return starts_dialect(text, at)
    if character == "|":
        return cell
    return True
