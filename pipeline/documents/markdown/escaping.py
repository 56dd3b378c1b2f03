"""Writing plain text as Markdown, so that it reads as the same plain text."""

from __future__ import annotations

import re

__all__ = ["escape_prose"]

_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SPECIAL = re.compile(r"[\\`*_\[\]<&~|]")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_LINE_START = re.compile(
    r"""
      (?P<mark>[-+](?=\s|$)|[-=](?=[-=\s]*$)|\#{1,6}(?=\s|$)|>|~~~|:(?=[-:\s|]*-))
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
) -> str:
    """Put a backslash before every character that Markdown would read as markup.

    Args:
        text: plain text.
        before: raw text that stands before it (its last character counts).
        after: raw text that follows (its first character counts).
        line_start: whether the text starts a line, where ``#``, ``-``, ``1.`` … count.
        cell: whether it is inside a table cell, where ``|`` counts.
        heading: whether it may end an ATX heading, where ``#`` counts.
    """
    if line_start and (match := _LINE_START.match(text)):
        at = match.end("number") if match["number"] else 0
        text = text[:at] + "\0" + text[at:]  # made a backslash below
    if heading and (match := _TRAILING_HASHES.search(text)):
        text = text[: match.start()] + "\0" + text[match.start() :]

    def escape(match: re.Match[str]) -> str:
        character = match.group()
        at = match.start()
        left = text[at - 1] if at else before[-1:]
        right = text[at + 1] if at + 1 < len(text) else after[:1]
        return "\\" + character if _counts(character, left, right, text, at, cell) else character

    escaped = _SPECIAL.sub(escape, text)
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
    if character == "~":
        return "~" in (left, right)
    if character == "|":
        return cell
    return True
