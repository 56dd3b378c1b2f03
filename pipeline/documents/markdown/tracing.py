"""markdown-it that remembers where every token stood.

markdown-it gives lines for blocks and no offsets at all for inline tokens. Rather than
parsing Markdown a second time, this module runs its own rules on states that note the
position at which each token is made; what the parser says and where it says it can then
never disagree. Imports markdown-it, so it is imported only when Markdown is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from pipeline.documents.markdown.block_dialects import block_dialects
from pipeline.documents.markdown.inline_dialects import LIVE, inline_dialects
from pipeline.documents.markdown.templates import FILLER, mask_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping, Sequence

    from markdown_it.token import Token

STOPS = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]")
"""The characters that markdown-it's inline rules react to; between them all is text."""


class TraceError(Exception):
    """The positions do not add up: a rule made a token in a way not known here."""


@cache
def parser(*, mdx: bool = False) -> MarkdownIt:
    """Give the parser: CommonMark with tables, strikethrough, footnotes and the dialects.

    Args:
        mdx: whether, as in MDX, indented text is no code and a tag starts no HTML block.
    """
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    md.use(footnote_plugin, inline=False, move_to_end=False)
    md.use(inline_dialects)
    md.use(block_dialects)
    md.use(deflist_plugin)
    md.options["mdx"] = mdx
    if mdx:
        md.disable(["code", "html_block", "autolink"])
    # Fragments stay apart, so that each keeps its place.
    return md.disable(["fragments_join"])


@dataclass(frozen=True, slots=True)
class Traced:
    """An inline token and where it stood in the content."""

    token: Token
    start: int
    end: int


class _Inline(StateInline):
    """Inline state that notes the position at which each token is made."""

    def __init__(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> None:
        super().__init__(src, md, env, tokens)
        self.made: dict[int, int] = {}  # id of token → position
        self.verbatim: set[int] = set()  # ids of tokens that came from pending text
        self._pending_start = -1

    def append_pending(self, text: str) -> None:
        if self._pending_start < 0:
            self._pending_start = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        self.made[id(token)] = self._pending_start
        self.verbatim.add(id(token))
        self._pending_start = -1
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        self._pending_start = -1
        self.made[id(token)] = self.pos
        return token


def trace_inline(content: str, env: MutableMapping[str, Any]) -> list[Traced]:
    """Parse inline content and give each token its place; the places have no gaps.

    Args:
        content: inline content, lines separated by line feeds.
        env: link references and footnotes, as the block parser left it.

    Raises:
        TraceError: the places do not cover the content exactly.
    """
    md = parser()
    state = _Inline(content, md, env, [])
    md.inline.tokenize(state)
    lengths = _lengths(state, content)
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    traced: list[Traced] = []
    at = 0
    for token in state.tokens:
        end = at + lengths[id(token)]
        traced.append(Traced(token, at, end))
        at = end
    if at != len(content):
        message = f"{len(content) - at} characters are not accounted for"
        raise TraceError(message)
    return traced


def _lengths(state: _Inline, content: str) -> dict[int, int]:
    """Give the raw length of every token, before delimiters become emphasis."""
    starts: list[int] = []
    done = 0  # where the token before ends at the earliest
    for token in state.tokens:
        start = state.made[id(token)]
        if token.type == "link_open" and token.info != "auto":
            start -= 1  # the link rule has stepped over the bracket already
        elif token.type in ("softbreak", "hardbreak"):
            while start > done and content[start - 1] == " ":  # belongs to the break
                start -= 1
        elif id(token) not in state.verbatim and token.type == "text":
            start = max(start, done)  # delimiters of one run are all made at its start
        starts.append(start)
        if token.type == "text":
            done = start + len(token.content)
        elif token.type == "text_special":
            done = start + len(token.markup)
        else:
            done = start + 1
    starts.append(len(content))
    for number, token in enumerate(state.tokens):  # <https://…>: all made at the bracket
        if token.type == "link_open" and token.info == "auto":
            starts[number + 1] = starts[number] + 1
            starts[number + 2] = starts[number + 3] - 1
    if starts[0] != 0:
        message = f"the first token starts at {starts[0]}"
        raise TraceError(message)
    lengths: dict[int, int] = {}
    for number, token in enumerate(state.tokens):
        length = starts[number + 1] - starts[number]
        if length < 0 or (id(token) in state.verbatim and length != len(token.content)):
            message = f"a {token.type} token at {starts[number]} ends at {starts[number + 1]}"
            raise TraceError(message)
        lengths[id(token)] = length
    return lengths


# --- what a stretch means, apart from its words: to compare two of them ----------------

_LABEL = re.compile(r"\[([^\[\]]+)\]$")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")


def definitions_for(raws: Iterable[str]) -> dict[str, Any]:
    """Give an environment in which every label in some raw text is defined.

    A sentence does not hold the link definitions and footnotes that it refers to.

    Args:
        raws: raw markup: ``][label]``, ``[^1]``, ``![alt][label]`` …, bare labels.
    """
    references: dict[str, dict[str, str]] = {}
    footnotes: dict[str, int] = {}
    for raw in raws:
        footnote = _FOOTNOTE.fullmatch(raw)
        if footnote:
            footnotes[":" + footnote.group(1)] = -1
            continue
        match = _LABEL.search(raw)
        label = normalizeReference(match.group(1) if match else raw)
        if label:
            references[label] = {"href": "#" + label, "title": ""}
    return {"references": references, "footnotes": {"refs": footnotes, "list": {}}}


def skeleton(
    raw: str, definitions: dict[str, Any], *, cell: bool = False, mdx: bool = False
) -> tuple[object, str]:
    """Parse inline Markdown.

    Args:
        raw: inline content; lines may carry quotation prefixes only inside templates.
        definitions: from :func:`definitions_for`.
        cell: whether it stands in a table cell.
        mdx: whether it is MDX.

    Returns:
        The structure (types, targets, code and HTML as a tree; neighbours sorted, since
        a translation may reorder them) and the text without white space.
    """
    if cell:
        raw = raw.replace("\\|", "|")
    masked, _ = mask_templates(raw, mdx=mdx)
    footnotes = definitions["footnotes"]
    env = {
        "references": definitions["references"],
        "footnotes": {"refs": dict(footnotes["refs"]), "list": {}},
    }
    children = parser(mdx=mdx).parseInline(masked, env)[0].children or []
    text: list[str] = []
    structure, _ = _tree(children, 0, text)
    return structure, blind("".join(text), mdx=mdx)


def blind(text: str, *, mdx: bool = False) -> str:
    """Give a text without white space and template tags: for comparison."""
    return "".join(mask_templates(text, mdx=mdx)[0].replace(FILLER, "").split())


def is_paragraph(raw: str, *, mdx: bool = False) -> bool:
    """Say whether a text at the start of a line is one paragraph: no HTML block, no list."""
    masked, _ = mask_templates(raw, mdx=mdx)
    types = [t.type for t in parser(mdx=mdx).parse(masked)]
    return types == ["paragraph_open", "inline", "paragraph_close"]


def _tree(tokens: Sequence[Token], at: int, text: list[str]) -> tuple[tuple[object, ...], int]:
    nodes: list[object] = []
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.nesting < 0:
            break
        if token.type in ("text", "text_special"):
            text.append(token.content)
        elif token.type == "softbreak":
            text.append(" ")
        elif token.nesting > 0:
            inner, at = _tree(tokens, at, text)
            attributes = tuple(sorted(token.attrs.items()))
            nodes.append((token.type, token.content, attributes, inner))
        elif token.type in ("code_inline", LIVE):
            text.append(token.content)
            nodes.append((token.type, token.content))
        else:
            label = str(token.meta.get("label", ""))
            nodes.append((token.type, token.content, tuple(sorted(token.attrs.items())), label))
    return tuple(sorted(nodes, key=repr)), at
