"""Jupyter notebooks: the Markdown of their cells, and the JSON around it byte for byte."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain, Reading, protect_urls
from pipeline.documents.encoding import decode
from pipeline.documents.markdown import Markdown
from pipeline.documents.parts import Part, TreeFormat
from pipeline.errors import InputError
from pipeline.records import Block, Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPED = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_MARKDOWN = Markdown()


class Notebook(Plain, TreeFormat):
    """Jupyter notebooks of format 4: Markdown cells and the title are translated."""

    name = "ipynb"
    suffixes = (".ipynb",)

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[list[Part], None, list[Finding]]:
        """Find the Markdown cells; see `TreeFormat.read`."""
        decoded = decode(data, name)
        text = decoded.text
        mark = decoded.mark if decoded.encoding == "utf-8" else b""
        parts = [Part(text=text, encode=lambda new: mark + new.encode("utf-8", "surrogatepass"))]
        findings = list(decoded.findings)
        if not text.strip():
            return parts, None, findings
        spelling = _Spelling(ascii_only=text.isascii() and _ESCAPED.search(text) is not None)
        try:
            cells, title = _contents(text, name)
            sources = list(_markdown_cells(text, cells))
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"it is not a whole notebook: {_reason(error)}",
                place=name,
                next_step="open it in Jupyter and save it anew",
            ) from error
        if title is not None:
            parts += _title(text, title, spelling)
        said: set[str] = set()
        left = 0
        for number, span in sources:
            literal = _Literal.read(text, span, spelling)
            if literal is None:
                continue
            if _SURROGATE.search(literal.text):
                left += 1
                continue
            blocks, found = _MARKDOWN.blocks(
                literal.text, reading=replace(reading, front_matter=())
            )
            findings += [f for f in found if f.message not in said]
            said |= {f.message for f in found}
            if blocks:
                placed = list(_placed(literal.text, blocks, f"cell {number}"))
                parts.append(
                    Part(text=literal.text, blocks=placed, parent=0, at=span, write=literal.write)
                )
        if left:
            message = f"{left} Markdown cells left in French: half a character stands in them"
            findings.append(Finding(check="document", severity="warning", message=message))
        return parts, None, findings


def _reason(error: Exception) -> str:
    return (
        "values stand too deep in one another" if isinstance(error, RecursionError) else str(error)
    )


def _contents(text: str, name: str) -> tuple[Span, Span | None]:
    """Find the list of cells and the title.

    Raises:
        InputError: it is no notebook of format 4.
        ValueError: it is no JSON.
    """
    whole = _value(text, 0)
    if _skip(text, whole.end) < len(text):
        message = "something stands behind its end"
        raise ValueError(message)
    top = dict(_members(text, whole))
    version = text[top["nbformat"].start : top["nbformat"].end] if "nbformat" in top else ""
    if version in ("1", "2", "3") or "worksheets" in top:
        raise InputError(
            f"it is a notebook of format {version or 3}; format 4 is read",
            place=name,
            next_step="convert it: jupyter nbconvert --to notebook --nbformat=4 FILE",
        )
    if "cells" not in top or text[top["cells"].start] != "[" or version != "4":
        raise InputError(
            "it is no Jupyter notebook of format 4",
            place=name,
            next_step="open it in Jupyter and save it anew",
        )
    metadata = dict(_members(text, top["metadata"])) if "metadata" in top else {}
    return top["cells"], metadata.get("title")


def _markdown_cells(text: str, cells: Span) -> Iterator[tuple[int, Span]]:
    for number, cell in enumerate(_elements(text, cells), 1):
        found = dict(_members(text, cell))
        kind = found.get("cell_type")
        if kind and "source" in found and text[kind.start : kind.end] == '"markdown"':
            yield number, found["source"]


def _placed(text: str, blocks: Iterable[Block], where: str) -> Iterator[Block]:
    """Say where blocks stand: those in one line are counted."""
    seen: Counter[str] = Counter()
    at, line = 0, 1
    for block in blocks:
        line += text.count("\n", at, block.start)
        at = block.start
        place = f"{where}, line {line}"
        seen[place] += 1
        number = seen[place]
        yield replace(
            block,
            syntax=block.syntax or _MARKDOWN.name,
            where=f"{place}, text {number}" if number > 1 else place,
        )


def _title(text: str, span: Span, spelling: _Spelling) -> Iterator[Part]:
    literal = _Literal.read(text, span, spelling)
    if literal is None or not any(map(str.isalpha, literal.text)) or "\n" in literal.text:
        return
    if _SURROGATE.search(literal.text) or text[span.start] != '"':
        return
    title = literal.text
    block = Block(
        block_id=0,
        kind="heading",
        start=0,
        end=len(title),
        text=title,
        markup=protect_urls(title, (), 0),
        syntax="text",
        where="title",
    )
    yield Part(text=title, blocks=(block,), parent=0, at=span, write=literal.write)


# --- JSON with places ------------------------------------------------------------------


def _value(text: str, at: int) -> Span:
    """Give where the next value stands, blanks before it left out."""
    from json import JSONDecoder

    start = _skip(text, at)
    _, end = JSONDecoder(strict=False).raw_decode(text, start)
    return Span(start=start, end=end)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _elements(text: str, span: Span) -> Iterator[Span]:
    """Give where the elements of a list stand; none of anything else."""
    if text[span.start] != "[":
        return
    at = _skip(text, span.start + 1)
    while text[at] != "]":
        value = _value(text, at)
        yield value
        at = _skip(text, value.end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _members(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """Give the keys of an object and where their values stand; none of anything else."""
    from json import loads

    if text[span.start] != "{":
        return
    at = _skip(text, span.start + 1)
    while text[at] != "}":
        key = _value(text, at)
        value = _value(text, _skip(text, key.end) + 1)
        yield loads(text[key.start : key.end], strict=False), value
        at = _skip(text, value.end)
        at = _skip(text, at + 1) if text[at] == "," else at


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How a file writes strings."""

    ascii_only: bool

    def of(self, text: str) -> str:
        from json import dumps

        return dumps(text, ensure_ascii=self.ascii_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Literal:
    """A text in JSON: one string, or a list of its lines."""

    text: str
    raws: dict[str, str]  # line → how it is written
    opening: str  # "[" and the blanks behind it; "" of a string
    comma: str
    closing: str
    spelling: _Spelling

    @classmethod
    def read(cls, text: str, span: Span, spelling: _Spelling) -> _Literal | None:
        """Read what stands at ``text[span.start:span.end]``; ``None`` if it is no text."""
        from json import loads

        found = loads(text[span.start : span.end], strict=False)
        if isinstance(found, str):
            return cls(text=found, raws={}, opening="", comma="", closing="", spelling=spelling)
        if not isinstance(found, list) or not found or not all(isinstance(x, str) for x in found):
            return None
        places = list(_elements(text, span))
        opening = text[span.start : places[0].start]
        comma = text[places[0].end : places[1].start] if places[1:] else "," + opening[1:]
        return cls(
            text="".join(found),
            raws={x: text[p.start : p.end] for x, p in zip(found, places, strict=True)},
            opening=opening,
            comma=comma,
            closing=text[places[-1].end : span.end],
            spelling=spelling,
        )

    def write(self, text: str) -> str:
        """Write another text in the same way."""
        if not self.opening:
            return self.spelling.of(text)
        lines: Sequence[str] = _LINE.findall(text) or [""]
        spelt = [self.raws.get(line) or self.spelling.of(line) for line in lines]
        return self.opening + self.comma.join(spelt) + self.closing
