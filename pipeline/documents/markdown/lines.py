"""From the block parser's lines back to positions in the document."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from markdown_it.common.utils import MD_TRIM_CHARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["LineMap", "place_cells", "place_lines"]

Placed = tuple[str, tuple[tuple[int, int], ...]]
"""Content, and where its stretches stand: content position → position in the document."""

_NEWLINE = re.compile(r"\r\n?|\n")


class LineMap:
    """A text as markdown-it sees it (line feeds only), and where its lines really start."""

    def __init__(self, text: str) -> None:
        self.normal = _NEWLINE.sub("\n", text) if "\r" in text else text
        self.starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]

    def raw(self, line: int, position: int, line_starts: Sequence[int]) -> int:
        """Give the place in the document of a position in the normalised text."""
        return self.starts[line] + position - line_starts[line]


def place_lines(
    token: Token, opening: Token, lines: LineMap, line_starts: Sequence[int]
) -> Placed | None:
    """Find where each line of a paragraph's or a heading's content stands.

    Returns:
        ``None`` if the content is not what stands in the lines.
    """
    marks: Sequence[tuple[int, int, int]] = token.meta.get("lines", ())
    if opening.type == "heading_open" and opening.markup.startswith("#"):
        return _place_heading(token, marks, lines, line_starts)
    rows = [(n, a, lines.normal[a:b]) for n, a, b in marks]
    if opening.type == "heading_open" and len(rows) > 1 and token.map:  # the underline
        rows = [r for r in rows if r[0] < token.map[1]]
    while rows and not rows[0][2].strip(MD_TRIM_CHARS):
        rows.pop(0)
    while rows and not rows[-1][2].strip(MD_TRIM_CHARS):
        rows.pop()
    contents = [line.lstrip(" \t") for line in token.content.split("\n")]
    if len(rows) != len(contents):
        return None
    pieces: list[tuple[int, int]] = []
    at = 0
    for number, ((line, start, source), content) in enumerate(zip(rows, contents, strict=True)):
        skip = 0
        if number == 0:
            skip = len(source) - len(source.lstrip(MD_TRIM_CHARS))
        if number == len(rows) - 1:
            source = source.rstrip(MD_TRIM_CHARS)
        if source[skip:] != content:
            return None
        pieces.append((at, lines.raw(line, start + skip, line_starts)))
        at += len(content) + 1
    return "\n".join(contents), tuple(pieces)


def _place_heading(
    token: Token,
    marks: Sequence[tuple[int, int, int]],
    lines: LineMap,
    line_starts: Sequence[int],
) -> Placed | None:
    if not marks:
        return None
    number, start, end = marks[0]
    source = lines.normal[start:end]
    body = source.lstrip("#")
    skip = len(source) - len(body.lstrip(MD_TRIM_CHARS))
    if not source.startswith(token.content, skip):
        return None
    return token.content, ((0, lines.raw(number, start + skip, line_starts)),)


def _split_row(row: str) -> list[Placed]:
    """Split a table row as markdown-it does, keeping places: an escaped pipe is no border."""
    cells: list[list[tuple[int, int]]] = [[]]  # stretches of the row, start and end
    at = 0
    escaped = False
    for position, character in enumerate(row):
        if character == "|":
            if escaped:
                cells[-1].append((at, position - 1))
                at = position
            else:
                cells[-1].append((at, position))
                cells.append([])
                at = position + 1
        escaped = character == "\\"
    cells[-1].append((at, len(row)))
    placed = [_join(row, stretches) for stretches in cells]
    if placed and not placed[0][0]:
        placed.pop(0)
    if placed and not placed[-1][0]:
        placed.pop()
    return [_trim(cell) for cell in placed]


def _join(row: str, stretches: Sequence[tuple[int, int]]) -> Placed:
    pieces: list[tuple[int, int]] = []
    length = 0
    for number, (start, end) in enumerate(stretches):
        # The pipe that starts a later stretch is spelt with the backslash before it:
        # the piece that follows the pipe is what starts anew.
        pieces.append((length, start) if number == 0 else (length + 1, start + 1))
        length += end - start
    return "".join(row[a:b] for a, b in stretches), tuple(pieces)


def _trim(cell: Placed) -> Placed:
    content, pieces = cell
    stripped = content.strip(MD_TRIM_CHARS)
    cut = len(content) - len(content.lstrip(MD_TRIM_CHARS))
    at = max(bisect_right(pieces, cut, key=lambda p: p[0]) - 1, 0)
    first = (0, pieces[at][1] + cut - pieces[at][0])
    later = tuple((p - cut, r) for p, r in pieces[at + 1 :] if p - cut <= len(stripped))
    return stripped, (first, *later)


def place_cells(
    cells: Sequence[Token], lines: LineMap, line_starts: Sequence[int]
) -> list[Placed | None]:
    """Find where the cells of one table row stand; ``None`` for each that is not found."""
    marks = next((c.meta["lines"] for c in cells if c.meta.get("lines")), ())
    if not marks:
        return [None] * len(cells)
    number, start, end = marks[0]
    row = lines.normal[start:end]
    cut = len(row) - len(row.lstrip(MD_TRIM_CHARS))
    base = lines.raw(number, start + cut, line_starts)
    placed = _split_row(row.strip(MD_TRIM_CHARS))
    result: list[Placed | None] = []
    for index, cell in enumerate(cells):
        found = placed[index] if index < len(placed) else None
        if found is None or found[0] != cell.content:
            result.append(None)
        else:
            result.append((found[0], tuple((p, base + r) for p, r in found[1])))
    return result
