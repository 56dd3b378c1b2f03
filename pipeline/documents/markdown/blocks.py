"""Markdown to blocks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pipeline.documents.markdown.front_matter import front_matter_end, parse_front_matter
from pipeline.documents.markdown.inline import BlockBuilder
from pipeline.documents.markdown.templates import mask_templates
from pipeline.documents.markdown.tracing import STOPS, InlineContent, TraceError, blocks_of
from pipeline.records import Block, Finding

__all__ = ["parse_markdown"]

_MANY = 20_000  # delimiters in one paragraph: more than one in ten is not prose
_TOO_MANY = 300_000  # … and more than this is not read at all: it would take seconds


def _kind(inline: InlineContent) -> str:
    if inline.opening.type == "heading_open":
        return "heading"
    if inline.opening.type in ("th_open", "td_open"):
        return "cell"
    if not inline.containers:
        return "paragraph"
    return {"blockquote": "quote", "list_item": "item", "footnote": "footnote"}[
        inline.containers[-1]
    ]


def _left(line: int, why: str) -> Finding:
    return Finding(
        check="document",
        severity="warning",
        message=f"line {line + 1}: left as it is: {why}",
    )


def _dense(content: str) -> bool:
    count = len(STOPS.findall(content))
    return count > _TOO_MANY or (count > _MANY and count * 10 > len(content))


def parse_markdown(
    text: str, *, front_matter: bool = False
) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    """Find the blocks of a Markdown text.

    Paragraphs, headings, list items, quotations, footnotes and table cells are blocks.
    Code, HTML blocks, link definitions and template lines are not.

    Args:
        text: CommonMark with tables, strikethrough, footnotes and task lists.
        front_matter: whether ``title``, ``description`` … of YAML front matter are
            blocks too.

    Returns:
        The blocks in document order, and a finding for each stretch that should have
        been one but was left as it is.
    """
    findings: list[Finding] = []
    blocks: list[Block] = []
    body = front_matter_end(text)
    if front_matter and body:
        values, problems = parse_front_matter(text, body)
        blocks.extend(values)
        findings.extend(problems)
    masked, templates = mask_templates(text)
    # The front matter becomes empty lines: places stay as they are.
    masked = re.sub(r"[^\r\n]", " ", masked[:body]) + masked[body:]
    env: dict[str, Any] = {}
    structure = blocks_of(masked, env)
    findings.extend(_left(n, "its place in the file could not be told") for n in structure.lost)
    if structure.html:
        more = f" (and {len(structure.html) - 1} more HTML blocks)" * (len(structure.html) > 1)
        findings.append(_left(structure.html[0], f"text in an HTML block{more}"))
    for inline in structure.inlines:
        line = inline.token.map[0] if inline.token.map else 0
        if _dense(inline.content):
            findings.append(_left(line, "too many markup characters for prose"))
            continue
        try:
            block = BlockBuilder(text, inline, templates).block(env, _kind(inline))
        except TraceError as error:
            findings.append(_left(line, f"its markup could not be placed ({error})"))
            continue
        if block is not None:
            blocks.append(block)
    blocks.sort(key=lambda b: b.start)
    return tuple(replace(b, block_id=n) for n, b in enumerate(blocks)), tuple(findings)
