"""YAML front matter: the values that are prose, read and written with their quoting."""

from __future__ import annotations

import re

from pipeline.records import Block, Finding, Markup

FRONT_MATTER = "front-matter"
"""The kind of a block that is a value of the YAML front matter."""

KEYS = ("title", "subtitle", "description", "summary", "excerpt", "lead")
"""Top-level keys whose values are prose."""

_FENCE = re.compile(
    r"(?P<mark>---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?P<body>[\s\S]*?(?:\r\n|\r|\n)|)"
    r"(?:(?P=mark)|\.\.\.)[ \t]*(?:(?:\r\n|\r|\n)|\Z)"
)
_SPELT = {'"': re.compile(r"\\?[\s\S]"), "'": re.compile(r"''|[\s\S]")}
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
        plain = value.value
        if value.style in ("|", ">"):  # the line ends after a block scalar stay outside
            last = first + len(text[first:last].rstrip())
            plain = plain.rstrip("\n")
        if any(c.isalpha() for c in plain):
            blocks.append(
                Block(
                    block_id=-1,
                    kind=FRONT_MATTER,
                    start=first,
                    end=last,
                    text=plain,
                    markup=_markup(text[first:last], plain, value.style),
                )
            )
    return blocks, []


def _finding(message: str) -> Finding:
    return Finding(check="front-matter", severity="warning", message=f"left as it is: {message}")


def _markup(raw: str, plain: str, style: str | None) -> tuple[Markup, ...]:
    """Spell the raw value: character by character where that is simple, else at once."""
    if raw == plain:
        return ()
    pieces = [(raw, plain)]
    if style in _SPELT and not _NEWLINE.search(raw):
        spelt = [(m[0], m[0][-1]) for m in _SPELT[style].finditer(raw[1:-1])]
        # Only escapes that spell one character by itself; with others it is not the value.
        if "".join(character for _, character in spelt) == plain:
            pieces = [(style, ""), *spelt, (style, "")]
    markup: list[Markup] = []
    position = 0
    for source, target in pieces:
        if source != target:
            markup.append(
                Markup(
                    position=position,
                    raw=source,
                    role="atom",
                    group=len(markup),
                    kind="yaml",
                    covers=len(target),
                )
            )
        position += len(target)
    return tuple(markup)


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
