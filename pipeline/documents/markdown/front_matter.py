"""Front matter in YAML and TOML: the values that are prose, read and written in their style."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipeline.documents.base import GAP
from pipeline.records import Block, Finding, Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FRONT_MATTER = "front-matter"
"""The kind of a block that is a value of the front matter."""

_FENCE = re.compile(
    r"(?P<mark>---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?P<body>[\s\S]*?(?:\r\n|\r|\n)|)"
    r"(?:(?P=mark)|\.\.\.)[ \t]*(?:(?:\r\n|\r|\n)|\Z)"
)
_MAX = 100_000  # code points of front matter that are parsed
_NEWLINE = re.compile(r"\r\n|\r|\n")
_CONTROLS = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"  # but the line feed
_CONTROL = re.compile(f"[{_CONTROLS}]")
_ESCAPED = re.compile(rf'[{_CONTROLS}\n"\\]')
_ESCAPED_LINES = re.compile(rf'[{_CONTROLS}\\]|"(?="")|"\Z')
_FOLD = re.compile(r"(?<=[^\n])\n")  # a single one would read as a space
_LEADING = re.compile(r"[ \t]*")
_SPACES = re.compile(r"[ \t\n]*")
_ITEMS = frozenset("-*+>#|•")  # what starts a line of its own
_SPACE = " \t\r\n"
_BREAK = r"[ \t]*(?:(?:\r\n|\r|\n)[ \t]*)+"
_SPELT = {  # tokens of raw text between the quotes; the last character of each is what it spells
    '"': re.compile(rf"{_BREAK}|\\?[\s\S]"),
    "'": re.compile(rf"{_BREAK}|''|[\s\S]"),
    "": re.compile(rf"{_BREAK}|[\s\S]"),
}
_BLOCK = re.compile(
    r"(?P<style>[|>])(?P<header>[^\r\n#]*)(?P<note>[^\r\n]*)(?P<newline>\r\n|\r|\n)"
)
_BLOCK_WITH_INDENT = re.compile(r"[|>][-+]?[1-9]")
_KEY_LINE = {
    "---": re.compile(r"\s|#|[-\]}]|(?:\"[^\"]*\"|'[^']*'|[^\s:]+)\s*:(?:\s|\Z)|\Z"),
    "+++": re.compile(r"\s|#|[\[\]}]|[\w.\-\"' ]+=|\Z"),
}
_TOML_STRING = (
    r'"""(?:\\[\s\S]|(?!""")[^\\])*"{3,5}|' + r"'''(?:(?!''')[\s\S])*'{3,5}|"
    r'"(?:\\.|[^"\\\r\n])*"|' + r"'[^'\r\n]*'"
)
_TOML = re.compile(
    rf"(?P<string>{_TOML_STRING})|#[^\r\n]*|[\[{{]|[\]}}]|[\r\n]+|[^\"'#\[\]{{}}\r\n]+|."
)
_TOML_TABLE = re.compile(r"[ \t]*\[")
_TOML_KEY = re.compile(r"[ \t]*(?P<key>[\w-]+|\"[^\"\\\r\n]*\"|'[^'\r\n]*')[ \t]*=[ \t]*")


def parse_front_matter(text: str, keys: Sequence[str]) -> tuple[int, list[Block], list[Finding]]:
    """Find the front matter and, among its top-level keys, the values to translate.

    A block spans the value with its quotes; its plain text is the decoded value.

    Args:
        text: the document.
        keys: whose values are prose, in any case of letters.

    Returns:
        Where the body starts (0: there is no front matter), the blocks, and a finding for
        each value that should have been one and is left as it is.
    """
    match = _FENCE.match(text)
    if match is None:
        return 0, [], []
    body, start, mark = match["body"], match.start("body"), match["mark"]
    wanted = {key.casefold() for key in keys}
    end, findings = match.end(), list[Finding]()
    blocks: list[Block] = []
    try:
        if len(body) > _MAX:
            raise ValueError("it is longer than 100,000 characters")
        values = list((_yaml_values if mark == "---" else _toml_values)(body, wanted))
    except _NoMapping:
        return 0, [], []
    except (ValueError, RecursionError) as error:
        lines = [line for line in _NEWLINE.split(body) if line.strip()]
        if not all(map(_KEY_LINE[mark].match, lines if mark == "---" else lines[:1])):
            return 0, [], []  # prose between two thematic breaks
        return end, [], [_left(str(error) or type(error).__name__)] if wanted else []
    for key, first, last, plain in values:
        raw = body[first:last]
        if isinstance(plain, str) and any(c.isalpha() for c in plain):
            markup = _markup(raw, plain)
            blocks.append(
                Block(
                    block_id=-1,
                    kind=FRONT_MATTER,
                    start=start + first,
                    end=start + last,
                    text=plain,
                    markup=markup,
                )
            )
        elif plain is None:
            line = text.count("\n", 0, start + first) + 1
            findings.append(_left(f"{key} (line {line}) is no text that can be written back"))
    return end, blocks, findings


class _NoMapping(Exception):
    """What stands between the lines is no table of keys and values."""


def _left(message: str) -> Finding:
    message = f"front matter left as it is: {message}"
    return Finding(check="front-matter", severity="warning", message=message)


_Value = tuple[str, int, int, str | None]
"""Key, where its value starts and ends, and the text (``None``: it cannot be rewritten)."""


def _yaml_values(body: str, wanted: set[str]) -> Iterator[_Value]:
    import yaml

    try:
        node = yaml.compose(body, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        reason = getattr(error, "problem", None) or type(error).__name__
        message = f"it is not valid YAML ({reason})"
        raise ValueError(message) from error
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        raise _NoMapping
    for key, value in node.value:
        if str(key.value).casefold() not in wanted or not isinstance(key, yaml.ScalarNode):
            continue
        first, last = value.start_mark.index, value.end_mark.index
        name = key.value
        if (
            node.flow_style
            or not isinstance(value, yaml.ScalarNode)
            or (
                first < key.end_mark.index  # an alias is where its anchor is
                or body[first] in "&!*"
                or (key.start_mark.column and _BLOCK_WITH_INDENT.match(body, first))
            )
        ):
            yield name, key.start_mark.index, last, None
        elif value.tag == "tag:yaml.org,2002:str":
            plain = value.value
            if value.style in ("|", ">"):  # the line ends after a block scalar stay outside
                last = first + len(body[first:last].rstrip(_SPACE))
                plain = plain.rstrip(_SPACE)
            yield name, first, last, plain


def _toml_values(body: str, wanted: set[str]) -> Iterator[_Value]:
    import tomllib

    try:
        table = tomllib.loads(re.sub(r"\r\n?", "\n", body))
    except tomllib.TOMLDecodeError as error:
        message = f"it is not valid TOML ({error})"
        raise ValueError(message) from error
    depth, at, fresh = 0, 0, True  # fresh: a line starts here
    while at < len(body):
        if fresh and not depth:
            if _TOML_TABLE.match(body, at):
                return  # the keys of a table are not top-level ones
            if key := _TOML_KEY.match(body, at):
                at, name = key.end(), key["key"].strip("\"'")
                if name.casefold() in wanted:
                    yield _toml_value(body, at, name, table.get(name))
        token = _TOML.match(body, at)
        assert token is not None
        depth += (token[0] in "[{") - (token[0] in "]}")
        fresh = token[0][0] in "\r\n"
        at = token.end()


def _toml_value(body: str, at: int, name: str, value: Any) -> _Value:  # noqa: ANN401 - of TOML
    raw = _TOML.match(body, at)
    if raw is None or not raw["string"] or _read("+++", raw[0]) != value:
        return name, at, at, None if isinstance(value, (str, list, dict)) else ""
    return name, at, raw.end(), value


def _markup(raw: str, plain: str) -> tuple[Markup, ...]:
    """Spell the raw value: character by character where that is simple, else at once."""
    if raw == plain:
        return ()
    pieces = _pieces(raw, plain) or [(raw, plain)]
    kept = raw.startswith(("|", '"""', "'''"))  # a line may end where no sentence does
    markup: list[Markup] = []
    position = 0
    for source, target in pieces:
        follows = plain[position + len(target) : position + len(target) + 1]
        ends = target == "\n" and (not kept or follows in _ITEMS)
        if source != target or ends:
            markup.append(
                Markup(
                    position=position,
                    raw=source,
                    role="atom",
                    group=len(markup),
                    kind=GAP if ends else "yaml",
                    covers=len(target),
                )
            )
        position += len(target)
    return tuple(markup)


def _pieces(raw: str, plain: str) -> list[tuple[str, str]]:
    """Lay raw text and value side by side; nothing where that is not simple."""
    block = _BLOCK.match(raw)
    quote = next((q for q in ('"""', "'''", '"', "'") if not block and raw.startswith(q)), "")
    head, tail = block[0] if block else quote, len(raw) - len(quote)
    if len(quote) == 3 and (newline := _NEWLINE.match(raw, 3)):
        head += newline[0]
    if block and (lead := _LEADING.match(raw, len(head))):
        head += lead[0]
    pieces, at = [(head, "")], 0
    for token in _SPELT["" if quote == "'''" else quote[:1]].finditer(raw, len(head), tail):
        spelt = token[0][-1]
        if _NEWLINE.search(token[0]):
            run = _SPACES.match(plain, at)
            spelt = run[0] if run else ""
        pieces.append((token[0], spelt))
        at += len(spelt)
    pieces.append((quote, ""))
    return pieces if "".join(spelt for _, spelt in pieces) == plain else []


# --- writing -----------------------------------------------------------------------


def front_matter_value(value: str, raw: str, *, mark: str) -> str:
    """Write a value in the style of the raw one that it replaces.

    Args:
        value: the new value.
        raw: what stood there, with its quotes or its block indicator.
        mark: the line that opens the front matter: ``---`` (YAML) or ``+++`` (TOML).

    Returns:
        What reads as ``value`` in that place, in the style of ``raw`` if that can be.
    """
    newline = _NEWLINE.search(raw)
    ends = newline[0] if newline else "\n"
    if mark == "---" and (block := _BLOCK.match(raw)):
        return _written_block(value, raw, block).replace("\n", ends)
    if mark == "+++" and raw.startswith(('"""', "'''")):
        first = "\n" * (newline is not None and newline.start() == 3)
        tries = [f"'''{first}{value}'''"] if raw[0] == "'" else []
        tries.append(f'"""{first}{_ESCAPED_LINES.sub(_escape, value)}"""')
        tries = [text.replace("\n", ends) for text in tries]
    elif raw.startswith("'"):
        tries = ["'" + (value.replace("'", "''") if mark == "---" else value) + "'"]
    else:
        tries = [] if raw.startswith('"') else [value]
    return next((text for text in tries if _read(mark, text) == value), _double(value))


def _written_block(value: str, raw: str, block: re.Match[str]) -> str:
    """Write a block scalar, indented as the old one was; the line ends after it stay."""
    value = _CONTROL.sub(" ", value).rstrip(_SPACE)
    digit = re.search("[1-9]", block["header"])
    first = next((n for n in _NEWLINE.split(raw)[1:] if n.strip(_SPACE)), "  ")
    indent = " " * int(digit[0]) if digit else first[: len(first) - len(first.lstrip(" "))]
    if not digit:  # the first line says how far the others are indented
        value = re.sub(r"\A(\n*)[ \t]+", r"\1", value)
    for style, text in ((block["style"], value), ("|", value)):
        lines = (_FOLD.sub("\n\n", text) if style == ">" else text).split("\n")
        head = style + block["header"] + block["note"]
        written = "\n".join([head, *(indent + line if line else "" for line in lines)])
        if str(_read("---", written)).rstrip(_SPACE) == value:
            return written
    return _double(value)


def _read(mark: str, raw: str) -> object:
    """Read a value as it stands behind a key; ``None`` where it would not be one."""
    import tomllib

    import yaml

    try:
        if mark == "---":
            table = yaml.safe_load(f"key: {raw}\n")
        else:
            table = tomllib.loads(f"key = {raw}\n")
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return table["key"] if isinstance(table, dict) and list(table) == ["key"] else None


def _double(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]
