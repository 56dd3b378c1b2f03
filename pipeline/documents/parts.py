"""A document as a tree of texts: members of an archive, cells, cut paragraphs.

A `Part` is a text with blocks. It stands somewhere: in an archive under a name, or in its
parent's text, spelt as its ``write`` says. What nothing is changed in is never written again.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import InputError
from pipeline.records import Document, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pipeline.documents.base import Reading
    from pipeline.records import Block, Finding


_NOWHERE = Span(start=0, end=0)


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands in another one, and how it is spelt there.

    ``write(text)`` must give what stands at ``at`` in the parent, or what means the same.
    """

    parent: int = -1  # which part, by its place in the sequence; parents come first
    at: Span = _NOWHERE  # in the parent's text
    write: Callable[[str], str] = _as_it_is
    kept: Sequence[Span] = ()  # of ``at``: what ``write`` copies; other parts may stand there


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Place):
    """A text of a document, and where it stands.

    A part without parent is a member of the archive, or the whole file.
    """

    text: str
    blocks: Sequence[Block] = ()  # in order; places count in ``text``, ids are given later
    edits: Sequence[tuple[Span, str]] = ()  # to ``text``, made whatever is translated
    member: str = ""  # of the archive
    encode: Callable[[str], bytes] = str.encode  # of a part without parent
    twins: Sequence[Place] = ()  # where the same text stands again, perhaps spelt in another way
    always: bool = False  # written even if nothing in it changes: its source stands elsewhere


class Container(Protocol):
    """What holds members: an archive."""

    def write(self, changed: Mapping[str, bytes]) -> bytes:
        """Give the whole file, some members with new content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What a document is made of, as `TreeFormat` keeps it in ``Document.tree``."""

    parts: tuple[Part, ...]
    owners: tuple[int, ...]  # of each block, by its id: its part
    starts: tuple[int, ...]  # of each part in ``Document.text``
    container: Container | None


class TreeFormat(ABC):
    """A format whose text stands in parts; a syntax is the other half of such a class."""

    name: str
    suffixes: tuple[str, ...]

    @abstractmethod
    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], Container | None, Sequence[Finding]]:
        """Take a file to pieces: its parts, its archive if it is one, and what was left out.

        Raises:
            InputError: the file is not of this format.
        """

    def parse(self, data: bytes, *, doc_id: str, name: str, reading: Reading) -> Document:
        """Read a file; see `Format.parse`."""
        try:
            parts, container, findings = self.read(data, name=name, reading=reading)
        except InputError as error:
            if error.place:
                raise
            raise InputError(error.problem, place=name, next_step=error.next_step) from error
        starts = tuple(accumulate((len(p.text) for p in parts), initial=0))[: len(parts)]
        owned = [(number, b) for number, part in enumerate(parts) for b in part.blocks]
        blocks = (
            replace(b, block_id=n, start=b.start + starts[owner], end=b.end + starts[owner])
            for n, (owner, b) in enumerate(owned)
        )
        return Document(
            doc_id=doc_id,
            format=self.name,
            text="".join(p.text for p in parts),
            encoding="utf-8",
            bom=False,
            blocks=tuple(blocks),
            findings=tuple(findings),
            tree=Tree(
                parts=tuple(parts),
                owners=tuple(number for number, _ in owned),
                starts=starts,
                container=container,
            ),
        )

    def write(self, document: Document, replacements: Mapping[int, str]) -> bytes:
        """Write a document; see `Format.write`."""
        tree: Tree = document.tree
        edits: list[list[_Edit]] = [
            [_Edit(span.start, span.end, new) for span, new in part.edits] for part in tree.parts
        ]
        for number, new in replacements.items():
            block, owner = document.blocks[number], tree.owners[number]
            start = tree.starts[owner]
            edits[owner].append(
                _Edit(block.start - start, block.end - start, new, _Markup(block, start))
            )
        changed: dict[str, bytes] = {}
        for number in range(len(tree.parts) - 1, -1, -1):
            part = tree.parts[number]
            if not (edits[number] or part.always) and (
                tree.container is not None or part.parent >= 0
            ):
                continue
            edits[number].sort(key=lambda e: (e.start, -e.end))
            text = _applied(part.text, 0, len(part.text), edits[number])
            if part.parent >= 0:
                for place in (part, *part.twins):
                    edit = _Edit(place.at.start, place.at.end, place.write(text), place.kept)
                    edits[place.parent].append(edit)
            else:
                changed[part.member] = part.encode(text)
        return tree.container.write(changed) if tree.container is not None else changed[""]


# --- edits, one inside the other -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    new: str
    kept: Sequence[Span] | _Markup = ()  # stretches of the text that stand in ``new`` as they are


@dataclass(frozen=True, slots=True)
class _Markup:
    """Where a block's markup stands in the text of its part."""

    block: Block
    start: int  # of the part

    def __iter__(self) -> Iterator[Span]:
        shift = self.block.start - self.start
        for item in self.block.markup:
            at = shift + item.position
            yield Span(start=at, end=at + len(item.raw))
            shift += len(item.raw) - item.covers


def _applied(text: str, start: int, end: int, edits: Sequence[_Edit]) -> str:
    """Make edits in a stretch of a text, outer ones before those inside them."""
    pieces: list[str] = []
    at, index = start, 0
    while index < len(edits):
        edit = edits[index]
        after = index + 1
        while after < len(edits) and edits[after].start < edit.end:
            after += 1
        inside = edits[index + 1 : after]
        pieces += (text[at : edit.start], _with(text, edit, inside) if inside else edit.new)
        at, index = edit.end, after
    return "".join(pieces) + text[at:end]


def _with(text: str, edit: _Edit, inside: Sequence[_Edit]) -> str:
    """Make edits in what another edit copies: an image's description, a note's text."""
    new: dict[str, str] = {}
    for span in edit.kept:
        own = [e for e in inside if span.start <= e.start and e.end <= span.end]
        if own:
            old = text[span.start : span.end]
            new[old] = _applied(text, span.start, span.end, own)
    if not new:
        return edit.new
    longest_first = sorted(new, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return pattern.sub(lambda match: new[match[0]], edit.new)
