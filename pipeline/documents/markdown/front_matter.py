"""YAML front matter: the values that are prose, read and written with their quoting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.markdown.kinds import FRONT_MATTER
from pipeline.records import Block, Finding, Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEYS", "front_matter_end", "parse_front_matter", "yaml_scalar"]

KEYS = ("title", "subtitle", "description", "summary", "excerpt", "lead")
"""Top-level keys whose values are prose."""

_FENCE = re.compile(
    r"(?P<mark>---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?P<body>[\s\S]*?(?:\r\n|\r|\n)|)"
    r"(?:(?P=mark)|\.\.\.)[ \t]*(?:(?:\r\n|\r|\n)|\Z)"
)
_MAX = 100_000  # code points of front matter that are parsed
_NEWLINE = re.compile(r"\r\n|\r|\n")
_PLAIN_UNSAFE = re.compile(r"[\s\S]*(?::(?:\s|\Z)|\s#)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def front_matter_end(text: str) -> int:
    """Give where the body starts: 0 if there is no front matter (YAML or TOML)."""
    if not text.startswith(("---", "+++")):
        return 0
    match = _FENCE.match(text)
    return match.end() if match else 0


def parse_front_matter(text: str, end: int) -> tuple[list[Block], list[Finding]]:
    """Find the values to translate among the front matter's top-level keys.

    A block spans the value with its quotes; its plain text is the decoded value.

    Args:
        text: the document.
        end: where its body starts, from :func:`front_matter_end`.
    """
    match = _FENCE.match(text)
    if match is None or match.group("mark") != "---" or end > _MAX:
        return [], [_finding("only YAML front matter up to 100,000 characters is translated")]
    import yaml

    start = match.start("body")
    try:
        node = yaml.compose(match.group("body"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = getattr(error, "problem", None) or type(error).__name__
        return [], [_finding(f"the front matter is not valid YAML ({reason})")]
    if not isinstance(node, yaml.MappingNode):
        return [], []
    blocks: list[Block] = []
    for key, value in node.value:
        if getattr(key, "value", None) not in KEYS or not isinstance(value, yaml.ScalarNode):
            continue
        first, last = start + value.start_mark.index, start + value.end_mark.index
        if value.style in ("|", ">"):
            last = _block_scalar_end(text, first, last)
        if any(c.isalpha() for c in value.value):
            blocks.append(_block(text, first, last, value.value, value.style))
    return blocks, []


def _finding(message: str) -> Finding:
    return Finding(check="front-matter", severity="warning", message=f"left as it is: {message}")


def _block_scalar_end(text: str, first: int, last: int) -> int:
    """Leave the empty lines and the line end after a block scalar outside."""
    return first + len(text[first:last].rstrip())


def _block(text: str, first: int, last: int, value: str, style: str | None) -> Block:
    raw = text[first:last]
    plain = value.rstrip("\n") if style in ("|", ">") else value
    return Block(
        block_id=-1,
        kind=FRONT_MATTER,
        start=first,
        end=last,
        text=plain,
        markup=_markup(raw, plain, style),
    )


def _markup(raw: str, plain: str, style: str | None) -> tuple[Markup, ...]:
    """Spell the raw value: character by character where that is simple, else at once."""
    if raw == plain:
        return ()
    pieces = _spelling(raw, style)
    if pieces is None or "".join(p for _, p in pieces) != plain:
        return (_piece(0, raw, len(plain), 0),)
    markup: list[Markup] = []
    position = 0
    for source, target in pieces:
        if source != target:
            markup.append(_piece(position, source, len(target), len(markup)))
        position += len(target)
    return tuple(markup)


def _piece(position: int, raw: str, covers: int, group: int) -> Markup:
    return Markup(position=position, raw=raw, role="atom", group=group, kind="yaml", covers=covers)


def _spelling(raw: str, style: str | None) -> list[tuple[str, str]] | None:
    """Pair raw pieces with what they mean; ``None`` for values over several lines."""
    if _NEWLINE.search(raw) or style not in ('"', "'"):
        return None
    return [(style, ""), *_quoted(raw[1:-1], style), (style, "")]


def _quoted(inner: str, style: str) -> Iterator[tuple[str, str]]:
    escape = re.compile(r"\\[\s\S]") if style == '"' else re.compile("''")
    at = 0
    for match in escape.finditer(inner):
        yield from ((c, c) for c in inner[at : match.start()])
        # Only the escapes that spell one character by itself; others do not match the
        # value, and the whole value is then one piece.
        yield match.group(), match.group()[1]
        at = match.end()
    yield from ((c, c) for c in inner[at:])


def yaml_scalar(value: str, raw: str) -> str:
    """Write a value as YAML in the style of the raw scalar that it replaces.

    Args:
        value: the new value.
        raw: the scalar that stood there, with its quotes or its block indicator.

    Returns:
        A scalar that reads as ``value`` (for a block scalar: as one line) in that place.
    """
    value = " ".join(value.split()) if _CONTROL.search(value) else value
    if raw.startswith('"'):
        return _double(value)
    if raw.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    if raw.startswith(("|", ">")):
        lines = _NEWLINE.split(raw)
        newline = _NEWLINE.search(raw)
        body = next((line for line in lines[1:] if line.strip()), "  ")
        indent = body[: len(body) - len(body.lstrip())]
        header = re.sub("[0-9]", "", lines[0])  # the indentation is the first line's now
        return header + (newline.group() if newline else "\n") + indent + value.strip()
    return value if _reads_as(value) else _double(value)


def _double(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _reads_as(value: str) -> bool:
    """Say whether a value may stand without quotes and still be the same text."""
    import yaml

    if _PLAIN_UNSAFE.match(value) or value != value.strip():
        return False
    try:
        return bool(yaml.safe_load(f"key: {value}") == {"key": value})
    except (yaml.YAMLError, RecursionError, ValueError):
        return False
