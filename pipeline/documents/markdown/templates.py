"""Template tags (Liquid, Jinja, Hugo), kept from the Markdown parser and from engines.

A template engine runs before Markdown does, so that ``[texte]( {{ "/a" | b }} )`` is a
link only to someone who does not look into the braces. The parser is therefore given a
text of the same length in which every tag is filled with one opaque letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.verbatim import ICU, balanced
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

FILLER = "\ue000"  # private use: neither space nor punctuation to CommonMark

_LIMIT = 2000  # code points of one tag; keeps the search linear
_OPENING = re.compile(
    rf"(?P<icu>{ICU})|"
    r"""\{\{|\{%|\{[#:.]|^\ {0,3}:::
    |^import\ (?=(?:[\w$*{},\ ]+\ from\ )?["'][^"'\r\n]+["'];?[\ \t\r]*$)
    |^export\ (?=(?:const|let|var|default|function|class)\ |[{*]\ )""",
    re.MULTILINE | re.VERBOSE,
)
_CLOSING = {"{{": "}}", "{%": "%}"}
_ATTRIBUTES = re.compile(r"\{(?::[^{}\r\n]{0,200}|[#.][\w-][^{}\r\n]{0,200})\}")
_DIRECTIVE = re.compile(r"[^\r\n]*")
_BLANK_LINE = re.compile(r"\n[ \t>]*\r?\n|\r[ \t>]*\r")
_LINE_END = re.compile(r"(\r\n|\r|\n)")
_PREFIX = re.compile(r"[ \t>]*")


def mask_templates(text: str) -> tuple[str, tuple[Span, ...]]:
    """Fill every template tag with :data:`FILLER`.

    A tag is ``{{ … }}`` (also Hugo's ``{{< … >}}``), ``{% … %}``, ``{# … #}``, an
    attribute list (``{: .class}``, ``{#anchor}``, ``{.class}``), the ``:::`` line of an
    admonition, or an ``import … "…"`` or ``export const …`` line of MDX. Line ends inside
    a tag stay, and so does what stands before the text of its later lines (indentation,
    ``>``): the block structure is as before.

    Returns:
        A text of the same length, and where the tags stand, in order.
    """
    if not any(sign in text for sign in ("{", ":::", "import ", "export ")):
        return text, ()
    spans: list[Span] = []
    pieces: list[str] = []
    last = {closing: text.rfind(closing) for closing in ("}}", "%}", "#}", "}")}
    at = 0
    while match := _OPENING.search(text, at):
        span = _tag(text, match, last)
        if span is None:
            pieces.append(text[at : match.start() + 1])
            at = match.start() + 1
            continue
        pieces.append(text[at : span.start])
        pieces.append(_fill(text[span.start : span.end]))
        spans.append(span)
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces), tuple(spans)


def _tag(text: str, match: re.Match[str], last: Mapping[str, int]) -> Span | None:
    """Give the tag that starts at a match of ``_OPENING``, if it is closed nearby.

    ``last`` says where each closing stands last, so that none is looked for in vain.
    """
    start = match.start()
    opening = match.group()
    if match["icu"]:
        end = balanced(text, start)
        return Span(start=start, end=end) if end > start else None
    if opening.endswith((":::", " ")):
        line = _DIRECTIVE.match(text, match.end())
        begin = start if opening.endswith(" ") else match.end() - 3
        return Span(start=begin, end=line.end() if line else match.end())
    closing = _CLOSING.get(opening)
    if start > last[closing or "}"]:
        return None
    if closing is None:
        found = _ATTRIBUTES.match(text, start)
        if found:
            return Span(start=start, end=found.end())
        if not text.startswith("{# ", start):
            return None
        closing = "#}"
    end = text.find(closing, start + 2, start + _LIMIT)
    if end < 0 or text.rfind(opening, start + 1, end) > start + 1:
        return None  # not closed, or the inner one of two is the tag
    if _BLANK_LINE.search(text, start, end):
        return None
    end += 2
    if text.startswith("{{{", start) and text.startswith("}", end):
        end += 1
    return Span(start=start, end=end)


def _fill(tag: str) -> str:
    if "\n" not in tag and "\r" not in tag:
        return FILLER * len(tag)
    lines = _LINE_END.split(tag)
    filled = [FILLER * len(lines[0])]
    for separator, line in zip(lines[1::2], lines[2::2], strict=True):
        prefix = _PREFIX.match(line)
        kept = prefix.group() if prefix else ""
        filled.append(separator + kept + FILLER * (len(line) - len(kept)))
    return "".join(filled)
