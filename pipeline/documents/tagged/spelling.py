"""How prose is spelt between tags and in their attributes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain, protect_urls
from pipeline.records import Block, Markup, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTRIBUTE = "attribute"
"""The kind of a block that is an attribute's value."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPELT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTED = str.maketrans({'"': "&quot;", "'": "&#39;"})
_ENDS = re.compile(r"[\s=`]")  # what ends a value without quotation marks, or is not in one
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


class XmlSyntax(Plain):
    """Prose in XML or HTML: ampersands and angle brackets are written as entities."""

    escapes = True

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
