"""What a stretch of Markdown means, apart from its words: to compare two of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipeline.documents.markdown.templates import FILLER, mask_templates
from pipeline.documents.markdown.tracing import parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

__all__ = ["definitions_for", "is_paragraph", "skeleton"]

_LABEL = re.compile(r"\[([^\[\]]+)\]$")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
_ESCAPED_PIPE = re.compile(r"\\\|")


def definitions_for(raws: Iterable[str]) -> dict[str, Any]:
    """Give an environment in which every label in some raw text is defined.

    A sentence does not hold the link definitions and footnotes that it refers to.

    Args:
        raws: raw markup: ``][label]``, ``[^1]``, ``![alt][label]`` …, bare labels.
    """
    from markdown_it.common.utils import normalizeReference

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


def skeleton(raw: str, definitions: dict[str, Any], *, cell: bool = False) -> tuple[object, str]:
    """Parse inline Markdown.

    Args:
        raw: inline content; lines may carry quotation prefixes only inside templates.
        definitions: from :func:`definitions_for`.
        cell: whether it stands in a table cell.

    Returns:
        The structure (types, targets, code and HTML as a tree; neighbours sorted, since
        a translation may reorder them) and the text without white space.
    """
    if cell:
        raw = _ESCAPED_PIPE.sub("|", raw)
    masked, _ = mask_templates(raw)
    footnotes = definitions["footnotes"]
    env = {
        "references": definitions["references"],
        "footnotes": {"refs": dict(footnotes["refs"]), "list": {}},
    }
    children = parser().parseInline(masked, env)[0].children or []
    text: list[str] = []
    structure, _ = _tree(children, 0, text)
    return structure, "".join("".join(text).replace(FILLER, "").split())


def is_paragraph(raw: str) -> bool:
    """Say whether a text at the start of a line is one paragraph: no HTML block, no list."""
    masked, _ = mask_templates(raw)
    types = [t.type for t in parser().parse(masked)]
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
            nodes.append((token.type, tuple(sorted(token.attrs.items())), inner))
        elif token.type == "code_inline":
            text.append(token.content)
            nodes.append((token.type, token.content))
        else:
            label = str(token.meta.get("label", ""))
            nodes.append((token.type, token.content, tuple(sorted(token.attrs.items())), label))
    return tuple(sorted(nodes, key=repr)), at
