"""Plain text to blocks: paragraphs, and whether their lines are paragraphs too."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pipeline.documents.base import TextFormat, protect_urls
from pipeline.documents.wrapping import MARKER, Line, meant, settled
from pipeline.records import Block, Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents.base import Reading
    from pipeline.records import Document, Segment

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_GAP = re.compile(r"[ \t]*\t[ \t]*| {3,}")
_WIDE = 6  # spaces: so many are no slip of the thumb
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")


def _paragraphs(text: str) -> Iterator[list[Line]]:
    """Yield runs of lines between blank lines."""
    run: list[Line] = []
    at = 0
    for match in _LINE.finditer(text):
        if run and len(_NEWLINE.findall(text[at : match.start()])) > 1:
            yield run
            run = []
        quoted = _QUOTE.match(match.group())
        quote = quoted.group() if quoted else ""
        line = match.group()[len(quote) :]
        stripped = line.strip()
        if stripped:
            indent = len(line) - len(line.lstrip())
            start = match.start() + len(quote) + indent
            run.append(
                Line(
                    start=start,
                    end=start + len(stripped),
                    text=stripped,
                    indent=indent,
                    quote=">" * quote.count(">"),
                )
            )
        elif run:
            yield run
            run = []
        at = match.end()
    if run:
        yield run


class PlainText(TextFormat):
    """Plain text.

    A block ends at a line break that the author meant (`wrapping`), and between the columns
    of a line: at a tab, or at a gap of spaces that is wide or stands in a table. White space at the
    edges of lines and the ``>`` of quoted mail stay outside. A soft line break inside a
    block is one line feed of its plain text; what it stands for in the file is a markup of
    kind ``soft-break``. URLs and e-mail addresses are protected.

    ``Reading.lines`` says what becomes of the line breaks of a paragraph: decided by evidence,
    all kept, or all joined but those of list items, columns and rules.
    """

    name = "text"
    suffixes: tuple[str, ...] = (".txt", ".text")

    def blocks(self, text: str, *, reading: Reading) -> tuple[list[Block], tuple[()]]:
        """Find the blocks of a plain text."""
        paragraphs = list(_paragraphs(text))
        blocks: list[Block] = []
        for paragraph, breaks in zip(paragraphs, _meant(paragraphs, reading.lines), strict=True):
            table = sum(_GAP.search(line.text) is not None for line in paragraph) > 1
            run = [paragraph[0]]
            for line, is_meant in zip(paragraph[1:], breaks, strict=True):
                if is_meant:
                    _add_run(blocks, run, text, table=table)
                    run = []
                run.append(line)
            _add_run(blocks, run, text, table=table)
        return blocks, ()

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Exchange the sentences; hard-wrapped text is wrapped again, as wide as it was."""
        raws = [_NEWLINE.sub(" ", raw) for raw in raws]  # a correction may hold line ends
        joined = super().join(document, block, segments, raws)
        if not segments or "\n" not in block.text:
            return joined
        breaks = [m.raw for m in block.markup if m.kind == "soft-break"]
        for gap in set(breaks):
            joined = joined.replace(gap, "\n")
        separator = breaks[0] if breaks else "\n"
        width = max(20, *map(len, block.text.split("\n")))
        return separator.join(
            textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
        )


def _meant(paragraphs: Sequence[Sequence[Line]], lines: str) -> list[list[bool]]:
    if lines == "auto":
        return meant(paragraphs)
    return [[lines == "keep" or is_meant is True for is_meant in settled(p)] for p in paragraphs]


def _add_run(blocks: list[Block], run: list[Line], text: str, *, table: bool) -> None:
    """Add a run of lines as one block, or each cell of a line in columns as one."""
    if len(run) > 1:
        _add(blocks, run, text)
        return
    (line,) = run
    at = 0
    for gap in _GAP.finditer(line.text):
        if table or "\t" in gap[0] or len(gap[0]) >= _WIDE:
            _add(blocks, [_part(line, at, gap.start())], text)
            at = gap.end()
    _add(blocks, [_part(line, at, len(line.text))], text)


def _part(line: Line, start: int, end: int) -> Line:
    cell = line.text[start:end]
    start += len(cell) - len(cell.lstrip())
    end = start + len(cell.strip())
    return replace(line, start=line.start + start, end=line.start + end, text=line.text[start:end])


def _add(blocks: list[Block], lines: list[Line], text: str) -> None:
    marker = MARKER.match(lines[0].text)
    skip = marker.end() if marker else 0
    parts = [lines[0].text[skip:], *(line.text for line in lines[1:])]
    plain = "\n".join(parts)
    if not any(c.isalnum() for c in plain):
        return
    gaps = [text[line.end : following.start] for line, following in pairwise(lines)]
    ends = accumulate(len(part) + 1 for part in parts[:-1])
    markup = [
        Markup(position=end - 1, raw=raw, role="atom", group=number, kind="soft-break", covers=1)
        for number, (end, raw) in enumerate(zip(ends, gaps, strict=True))
        if raw != "\n"
    ]
    blocks.append(
        Block(
            block_id=len(blocks),
            kind="item" if marker else "paragraph",
            start=lines[0].start + skip,
            end=lines[-1].end,
            text=plain,
            markup=protect_urls(plain, markup, len(lines)),
        )
    )
