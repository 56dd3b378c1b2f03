"""Plain text to blocks: paragraphs, and whether their lines are paragraphs too.

Two habits exist: one paragraph a line, and lines broken at a fixed width. Which one a
file follows is read off the line ends (:func:`is_wrapped`), and then decided line by
line (:func:`glued`): a heading or a list item never joins its neighbour.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pipeline.documents.base import TextFormat, protect_urls
from pipeline.records import Block, Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Document, Segment

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NEWLINE = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ITEM = re.compile(r"(?:[-*+•‣▪▫◦●○■□–·>]|\(?\d{1,2}[.)°]-?|\(?[a-zA-Z]\))\s+")
_DIALOGUE = re.compile(r"[—–]")
_RULE = re.compile(r"[\W_]+\Z")
_ENDS = re.compile(r"[.!?…:;][\s\"'»”’)\]]*\Z")
_MAX_WIDTH = 132  # code points; longer lines were not wrapped by a person or an editor
_MIN_WIDTH = 40
_SLACK = 1  # a line counts as full if the next word would not have fitted, give or take


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, without the white space around it."""

    start: int
    end: int
    text: str
    indent: int  # code points of white space before it


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """Yield runs of lines between blank lines."""
    run: list[_Line] = []
    at = 0
    for match in _LINE.finditer(text):
        if run and len(_NEWLINE.findall(text[at : match.start()])) > 1:
            yield run
            run = []
        line = match.group()
        stripped = line.strip()
        if stripped:
            indent = len(line) - len(line.lstrip())
            start = match.start() + indent
            run.append(_Line(start, start + len(stripped), stripped, indent))
        elif run:
            yield run
            run = []
        at = match.end()
    if run:
        yield run


def _mid_sentence(line: str, following: str) -> bool:
    """Say whether a sentence seems to run over the line end."""
    if _ENDS.search(line):
        return False
    return following[0].islower() or line.endswith((",", "-")) or following[0] in ",;:!?»)"


def _full(line: str, following: str, width: int) -> bool:
    first = following.split(maxsplit=1)[0]
    return len(line) + 1 + len(first) > width - _SLACK


def _width(paragraphs: Sequence[Sequence[str]]) -> int:
    """Give the width that lines are broken at: nine lines of ten are no longer."""
    lengths = sorted(len(line) for p in paragraphs for line in p[:-1])
    if not lengths:
        return 0
    return lengths[-1] if len(lengths) < 10 else lengths[len(lengths) * 9 // 10]


def is_wrapped(paragraphs: Sequence[Sequence[str]]) -> bool:
    """Say whether the lines of a text are broken at a width rather than paragraphs.

    Args:
        paragraphs: runs of stripped lines between blank lines.
    """
    width = _width(paragraphs)
    pairs = [
        (line, following)
        for p in paragraphs
        for line, following in pairwise(p)
        if not _ITEM.match(following)
    ]
    if not pairs or not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return False
    full = sum(_full(a, b, width) for a, b in pairs)
    running = sum(_mid_sentence(a, b) for a, b in pairs)
    return full >= 0.6 * len(pairs) or (running >= 0.4 * len(pairs) and full >= 0.3 * len(pairs))


def glued(line: str, following: str, width: int) -> bool:
    """Say whether two lines of one paragraph of a wrapped text are one run of prose."""
    if _ITEM.match(following) or _RULE.match(following) or _RULE.match(line):
        return False
    if _DIALOGUE.match(following) and _ENDS.search(line):
        return False
    if _full(line, following, width):
        return True
    return _mid_sentence(line, following) and len(line) > width // 2


def _hanging(first: _Line, line: _Line) -> bool:
    """Say whether a line continues a list item by standing under its text."""
    marker = _ITEM.match(first.text)
    return (
        marker is not None
        and line.indent == first.indent + marker.end()
        and not _ITEM.match(line.text)
    )


class PlainText(TextFormat):
    """Plain text.

    Every paragraph is a block, or every line of it where lines are paragraphs. White
    space at the edges of lines stays outside. A soft line break inside a block is one
    line feed of its plain text; the white space and the line end that it stands for are a
    markup of kind ``soft-break``. URLs and e-mail addresses are protected.
    """

    name = "text"
    suffixes = (".txt", ".text")

    def blocks(self, text: str, *, front_matter: bool) -> tuple[list[Block], tuple[()]]:
        """Find the blocks of a plain text."""
        paragraphs = list(_paragraphs(text))
        texts = [[line.text for line in p] for p in paragraphs]
        wrapped = is_wrapped(texts)
        width = _width(texts)
        blocks: list[Block] = []
        for paragraph in paragraphs:
            run = [paragraph[0]]
            for line in paragraph[1:]:
                if _hanging(run[0], line) or (wrapped and glued(run[-1].text, line.text, width)):
                    run.append(line)
                else:
                    _add(blocks, run, text)
                    run = [line]
            _add(blocks, run, text)
        return blocks, ()

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Exchange the sentences; hard-wrapped text is wrapped again, as wide as it was."""
        joined = super().join(document, block, segments, raws)
        if not segments or "\n" not in block.text:
            return joined
        separator = next((m.raw for m in block.markup if m.kind == "soft-break"), "\n")
        width = max(20, *map(len, block.text.split("\n")))
        return separator.join(
            textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
        )


def _add(blocks: list[Block], lines: list[_Line], text: str) -> None:
    marker = _ITEM.match(lines[0].text)
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
