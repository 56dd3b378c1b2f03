"""Template tags (Liquid, Jinja, Hugo, MDX), kept from the Markdown parser and from engines.

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
_REGION = 50_000  # code points of code between two tags
_ESM = 200  # lines of one import or export
_KEY = r"""[^\s{}"'=,]{1,100}"""
_VALUE = r"""(?:"[^"\r\n]{0,400}"|'[^'\r\n]{0,400}'|[^\s{}"',]{1,200})"""
_ITEM = f"{_KEY}(?:={_VALUE})?"
_ATTRIBUTES = re.compile(
    rf"\{{(?::[^{{}}\r\n]{{0,200}}|=\w{{1,40}}"
    rf"|[ ]?(?=[#.][\w-]|-\}}|{_KEY}=){_ITEM}(?:[ ,]{{1,3}}{_ITEM}){{0,20}}[ ]?)\}}"
)
_JSX = r"</?(?:[A-Z][a-z\d]\w{0,60}|[A-Za-z]\w{0,60}(?:\.\w{1,60}){1,4})"
_OPENING = re.compile(
    rf"(?P<icu>{ICU})|(?P<jsx>{_JSX}(?=[\s/>]))|"
    r"""(?P<comment>\{/\*)|\{\{|\{%|\{(?=[\#:.=\ ]|[\w:@-]{1,60}=)
    |(?P<esm>^import\ (?=(?:[\w$*{},\ ]+\ from\ )?["'][^"'\r\n]+["'];?[\ \t\r]*$|\{[^}\n]*$)
    |^export\ (?=(?:const|let|var|default|function|class|async|type|interface|enum)\ |[{*]\ ))""",
    re.MULTILINE | re.VERBOSE,
)
_MDX = re.compile(
    _OPENING.pattern
    + r"|(?<!\\)(?P<tag></?(?:[A-Za-z][\w.:-]{0,80}(?=[\s/>])|(?=>)))|(?<!\\)(?P<expression>\{)",
    re.MULTILINE | re.VERBOSE,
)
_TAGS = frozenset({"jsx", "tag"})
_CLOSING = {"{{": "}}", "{%": "%}"}
_NAMES = (
    "highlight|raw|comment|code|codeblock|mermaid|plantuml|katex|math|chem|verbatim|uml|graphviz"
)
_REGIONS = re.compile(
    rf"\{{%-?\s{{0,20}}(?P<liquid>{_NAMES})\b|\{{\{{(?P<sign>[<%])\s{{0,20}}(?P<hugo>{_NAMES})\b"
)
_BRACKET = re.compile(r"[()\[\]{}]|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
_BLANK_LINE = re.compile(r"\n[ \t>]*\r?\n|\r[ \t>]*\r")
_LINE_END = re.compile(r"(\r\n|\r|\n)")
_QUOTED = re.compile(r"[ \t>*+\d.)-]*\Z")


def mask_templates(text: str, *, mdx: bool = False) -> tuple[str, tuple[Span, ...]]:
    """Fill every template tag with :data:`FILLER`.

    A tag is ``{{ … }}`` (also Hugo's ``{{< … >}}``), ``{% … %}``, ``{# … #}``, with what
    stands between where it is code (``{% highlight %}`` … ``{% endhighlight %}``), an
    attribute list (``{: .class}``, ``{#anchor}``, ``{.class width=3}``), an ICU message, a
    component (``<Tabs values={[…]}>``), ``{/* … */}``, or an ``import … "…"`` or
    ``export const …`` of MDX. Line ends inside a tag stay, and so does what stands before
    the text of its later lines (indentation, ``>``): the block structure is as before. Of a
    component's tag on one line only the attributes are blanked.

    Args:
        text: Markdown.
        mdx: whether every brace starts an expression and every tag is a component's.

    Returns:
        A text of the same length, and where the filled tags stand, in order.
    """
    if not any(sign in text for sign in ("{", "import ", "export ", "<")):
        return text, ()
    opening = _MDX if mdx else _OPENING
    spans: list[Span] = []
    pieces: list[str] = []
    last = {closing: text.rfind(closing) for closing in ("}}", "%}", "#}", "}")}
    at = 0
    while match := opening.search(text, at):
        span = _tag(text, match, last)
        if span is None:
            pieces.append(text[at : match.start() + 1])
            at = match.start() + 1
            continue
        pieces.append(text[at : span.start])
        tag = text[span.start : span.end]
        one_line = "\n" not in tag and "\r" not in tag
        filled = (
            _blank(tag)
            if match.lastgroup in _TAGS and one_line
            else _fill(tag, _depth(text, span.start))
        )
        pieces.append(filled)
        if FILLER in filled:
            spans.append(span)
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces), tuple(spans)


def _tag(text: str, match: re.Match[str], last: Mapping[str, int]) -> Span | None:
    """Give the tag that starts at a match of ``_OPENING``, if it is closed nearby.

    ``last`` says where each closing stands last, so that none is looked for in vain.
    """
    start = match.start()
    kind = match.lastgroup
    if kind == "esm":
        return Span(start=start, end=_statement(text, start))
    if start > last["}"] and kind not in _TAGS:
        return None
    if kind in _TAGS:
        end = _component(text, match.end(), _depth(text, start))
    elif kind == "comment":
        end = text.find("*/}", start, start + _LIMIT) + 3
    elif kind == "icu":
        end = balanced(text, start)
    elif kind == "expression":
        end = _brackets(text, start)
    else:
        return _braces(text, start, match.group(), last)
    return Span(start=start, end=end) if end > start else None


def _braces(text: str, start: int, opening: str, last: Mapping[str, int]) -> Span | None:
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
    return Span(start=start, end=_region(text, start, end))


def _region(text: str, start: int, end: int) -> int:
    """Give where the code ends that a tag begins, or where the tag ends if it begins none."""
    match = _REGIONS.match(text, start, end)
    if match is None or text.endswith("/>}}", start, end):
        return end
    name = match["liquid"] or match["hugo"]
    closing = rf"\{{%-?\s{{0,20}}end{name}\s{{0,20}}-?%\}}"
    if match["hugo"]:
        closing = rf"\{{\{{[<%]\s{{0,20}}/\s{{0,20}}{name}\s{{0,20}}[>%]\}}\}}"
    found = re.compile(closing).search(text, end, end + _REGION)
    return found.end() if found else end


def _statement(text: str, start: int) -> int:
    """Give the end of an import or export: its line, or more until its brackets close."""
    depth = 0
    at = start
    for _ in range(_ESM):
        end = text.find("\n", at)
        line = text[at:end] if end >= 0 else text[at:]
        for sign in _BRACKET.findall(line):
            depth += (sign in "([{") - (sign in ")]}")
        if end < 0 or depth <= 0:
            return at + len(line.rstrip("\r"))
        at = end + 1
    return start + len(_LINE_END.split(text[start : start + _LIMIT], maxsplit=1)[0])


def _brackets(text: str, start: int) -> int:
    """Give the end of an expression in braces; strings in it count as nothing."""
    depth = 0
    for sign in _BRACKET.finditer(text, start, start + _LIMIT):
        depth += (sign.group() == "{") - (sign.group() == "}")
        if not depth and sign.group() == "}":
            return sign.end()
    return start


def _component(text: str, at: int, depth: int) -> int:
    """Give the end of a component's tag, whose attributes may hold expressions, or 0."""
    prefix = re.compile(rf"[\r\n]+(?:[ \t]*>){{0,{depth}}}")
    limit = min(len(text), at + _LIMIT)
    while at < limit:
        character = text[at]
        if character == ">":
            return at + 1
        if character == "{":
            end = _brackets(text, at)
            if end == at:
                return 0
            at = end
        elif character in "\"'":
            at = text.find(character, at + 1, limit) + 1
            if not at:
                return 0
        elif character == "<" or _BLANK_LINE.match(text, at):
            return 0
        elif depth and (match := prefix.match(text, at)):
            at = match.end()
        else:
            at += 1
    return 0


def _blank(tag: str) -> str:
    """Give a component's tag of the same length as HTML without attributes."""
    name = re.match(r"</?[\w.:-]*", tag)
    head = re.sub(r"[.:_]", "-", name.group()) if name else "<"
    if len(head) < 2 or not head[-1].isalnum():
        return FILLER * len(tag)
    tail = "/>" if tag.endswith("/>") else ">"
    return head + " " * (len(tag) - len(head) - len(tail)) + tail


def _depth(text: str, start: int) -> int:
    """Give how many quotations a place stands in."""
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    prefix = text[line:start] if start - line < _LIMIT else ""
    return prefix.count(">") if _QUOTED.match(prefix) else 0


def _fill(tag: str, depth: int) -> str:
    if "\n" not in tag and "\r" not in tag:
        return FILLER * len(tag)
    lines = _LINE_END.split(tag)
    filled = [FILLER * len(lines[0])]
    prefix = re.compile(rf"(?:[ \t]*>){{0,{depth}}}[ \t]*")
    for separator, line in zip(lines[1::2], lines[2::2], strict=True):
        kept = match.end() if (match := prefix.match(line)) else 0
        filled.append(separator + line[:kept] + FILLER * (len(line) - kept))
    return "".join(filled)
