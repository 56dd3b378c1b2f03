"""How prose is spelt between tags and in their attributes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain, protect_urls
from pipeline.records import Block, Markup, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Document, Segment

ATTRIBUTE = "attribute"
"""The kind of a block that is an attribute's value."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPELT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTED = str.maketrans({'"': "&quot;", "'": "&#39;"})
_ENDS = re.compile(r"[\s=`]")  # what ends a value without quotation marks, or is not in one
_BINDING = "\u00a0\u202f"
_NUMBER = re.compile(r"\d[\d.,]*\Z")
_TAG = re.compile(r"(<[^<>]*>)")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


class XmlSyntax(Plain):
    """Prose in XML or HTML: ampersands and angle brackets are written as entities."""

    escapes = True

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Exchange sentences; a sign that was spelt as an entity is spelt so again."""
        olds = (document.text[s.start : s.end] for s in segments)
        again = [
            raw if raw == old else _as_before(segment, raw)
            for segment, old, raw in zip(segments, olds, raws, strict=True)
        ]
        return super().join(document, block, segments, again)

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence."""
        return "".join(
            spelt(text, attribute=kind == ATTRIBUTE) if is_prose else text
            for is_prose, text in pieces
        )


class UnquotedSyntax(XmlSyntax):
    """Prose that is an attribute's value without quotation marks around it."""

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence."""
        return _ENDS.sub(lambda m: f"&#{ord(m[0])};", super().spell(pieces, ATTRIBUTE))


class CdataSyntax(Plain):
    """Prose in a CDATA section: as it is, but for what would end the section."""

    escapes = True

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence."""
        text = "".join(text for _, text in pieces)
        return _ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>")


def _as_before(segment: Segment, raw: str) -> str:
    """Spell signs beyond ASCII as the source spelt them, and a space that binds a number."""
    spellings: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for item in segment.markup:
        sign = segment.source[item.position : item.position + item.covers]
        if item.kind != "entity" or sign.isascii() or len(sign) != 1:
            continue
        spellings[sign] = item.raw
        bound = _NUMBER.search(segment.source, 0, item.position) if sign in _BINDING else None
        if bound:
            numbers[bound[0]] = item.raw
    if not spellings:
        return raw
    signs = re.compile("|".join(map(re.escape, spellings)))
    pieces = _TAG.split(raw)
    for index in range(0, len(pieces), 2):  # between the tags
        text = signs.sub(lambda m: spellings[m[0]], pieces[index])
        for number, space in numbers.items():
            loose = re.compile(rf"(?<![\d.,]){re.escape(number)} (?=[^\W\d]|[%€$£])")
            text = loose.sub(number + space, text)
        pieces[index] = text
    return "".join(pieces)


def spelt(text: str, *, attribute: bool = False) -> str:
    """Write plain text as XML; what XML cannot hold is left out."""
    text = _ILLEGAL.sub("", text).translate(_SPELT)
    return text.translate(_QUOTED) if attribute else text


def value_span(tag: str, name: str) -> Span | None:
    """Find an attribute's value in the raw text of a tag, without its quotation marks.

    Args:
        tag: ``<img alt="un chat">``.
        name: of the attribute; a prefix is passed over where ``name`` has none.
    """
    prefix = "" if ":" in name else r"(?:[\w.-]+:)?"
    found = re.search(
        rf"""\s{prefix}{re.escape(name)}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
        tag,
        re.IGNORECASE,
    )
    if found is None:
        return None
    group = next(n for n in (1, 2, 3) if found[n] is not None)
    return Span(start=found.start(group), end=found.end(group))


def attribute_block(text: str, start: int, end: int, *, where: str = "") -> Block | None:
    """Make a block of an attribute's value at ``text[start:end]``; ``None`` without a letter."""
    plain: list[str] = []
    markup: list[Markup] = []
    at, length = start, 0
    for match in _REFERENCE.finditer(text, start, end):
        meant = unescape(match[0])
        if meant == match[0]:
            continue
        plain += (text[at : match.start()], meant)
        length += match.start() - at
        markup.append(
            Markup(
                position=length,
                raw=match[0],
                role="atom",
                group=len(markup),
                kind="entity",
                covers=len(meant),
            )
        )
        length += len(meant)
        at = match.end()
    value = "".join(plain) + text[at:end]
    if not any(map(str.isalpha, value)):
        return None
    return Block(
        block_id=0,
        kind=ATTRIBUTE,
        start=start,
        end=end,
        text=value,
        markup=protect_urls(value, markup, len(markup)),
        syntax="xml",
        where=where,
    )
