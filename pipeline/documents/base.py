"""What a format is, and what formats share: kinds of markup, what in prose is kept, text files."""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from pipeline.documents.encoding import decode
from pipeline.documents.verbatim import verbatim_spans
from pipeline.records import Document, Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.records import Block, Finding, Segment

# --- kinds of markup that later stages know ----------------------------------------

TEXTUAL = frozenset({"escape", "entity", "soft-break", "yaml", "seam"})
"""They spell plain characters, or cut words to pieces (``seam``): left out of a translation."""

BREAK = "break"
"""A hard line break or <br>: an atom that stands for one plain line feed."""

GAP = "gap"
"""A tab, the border of a note …: an atom that stands for one plain line feed, and always ends
a sentence; a line break does not in the middle of a phrase."""

BARE_URL = "url"
"""A URL or e-mail address in running text: protected, with nothing around it."""

VERBATIM = "verbatim"
"""A placeholder, a mention, a tag … in running text: likewise."""

REFERENCE = "reference"
"""A link whose label is its own text (``[texte]``, ``[texte][]``): the label must stay."""

TITLE = "title"
"""The kind of a block that is the title of an admonition, a tab or a directive."""

LINKS = frozenset({"link", REFERENCE})

_CONTINUED = re.compile(r"(?:\r\n|\r|\n)[ \t>]*")


def raw_text(plain: str, markup: Iterable[Markup]) -> str:
    """Interleave plain text and markup: the inverse of reading a block.

    Args:
        plain: plain text.
        markup: its markup, in order, positions in code points of ``plain``.
    """
    pieces: list[str] = []
    at = 0
    for item in markup:
        pieces += (plain[at : item.position], item.raw)
        at = item.position + item.covers
    return "".join(pieces) + plain[at:]


def flat(raw: str) -> str:
    """Drop quotation prefixes and indentation after line ends: inline content alone."""
    return _CONTINUED.sub("\n", raw)


# --- formats -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader of a file may be told; a format takes from it what concerns it."""

    format: str = ""  # name of the format, whatever the file's name says
    front_matter: tuple[str, ...] = ()  # keys of a header for programs whose values are blocks
    lines: str = "auto"  # line breaks of plain text: auto, keep or join
    columns: tuple[str, ...] = ()  # of a table, that are translated: names, letters or numbers
    mark: str = "none"  # of entries that are filled: none, fuzzy or note


AS_IT_COMES = Reading()


class Syntax(Protocol):
    """How prose is spelt where it stands: what must be escaped, and how sentences are joined."""

    @property
    def escapes(self) -> bool:
        """Whether prose without markup may have to be spelt differently in the file."""

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Give a block's raw text with each of its segments' raw text exchanged for ``raws``."""

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write a sentence of a block of this kind: (whether it is prose, text) in order."""

    def same(self, source: str, markup: Sequence[Markup], raw: str, target: str, kind: str) -> bool:
        """Say whether raw text reads as ``target`` with the markup of ``source``."""


@runtime_checkable
class Format(Syntax, Protocol):
    """One kind of file: how it becomes blocks of prose, and how blocks are written again.

    A format without state, made once by calling its class without arguments. Formats that
    are text files derive from :class:`TextFormat` and need one method; those whose text
    stands in parts (of an archive, in cells, in fields) from `parts.TreeFormat`. It is the
    syntax of its own blocks, but for those that name another.
    """

    @property
    def name(self) -> str:
        """What ``Document.format`` says."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of file names: lower case, with the dot, the usual one first."""

    def parse(self, data: bytes, *, doc_id: str, name: str, reading: Reading) -> Document:
        """Read a file.

        Args:
            data: the whole file; an empty one gives a document without blocks.
            doc_id: what the document is called in every record.
            name: the file's name, for messages.
            reading: what else is to be known.

        Raises:
            InputError: the file is not of this format.
        """

    def write(self, document: Document, replacements: Mapping[int, str]) -> bytes:
        """Write a document with new raw text, from :meth:`join`, for some blocks (by id)."""


class Plain:
    """The syntax of prose that stands as it is, without escapes."""

    escapes: bool = False

    def join(
        self, document: Document, block: Block, segments: Sequence[Segment], raws: Sequence[str]
    ) -> str:
        """Exchange the sentences of a block, the gaps between them kept."""
        spans = [(s.start - block.start, s.end - block.start) for s in segments]
        return exchange(document.text[block.start : block.end], spans, raws)

    def spell(self, pieces: Sequence[tuple[bool, str]], kind: str) -> str:
        """Write prose as it is."""
        return "".join(text for _, text in pieces)

    def same(self, source: str, markup: Sequence[Markup], raw: str, target: str, kind: str) -> bool:
        """Trust that markup that was put in place means what it meant."""
        return True


class TextFormat(Plain, ABC):
    """A format whose files are text: bytes outside the blocks are written as they were.

    ``blocks`` is all that must be written; unless told otherwise prose stands in the file
    as it is, without escapes, and its markup is whatever the blocks say.
    """

    name: str
    suffixes: tuple[str, ...]

    @abstractmethod
    def blocks(self, text: str, *, reading: Reading) -> tuple[Sequence[Block], Sequence[Finding]]:
        """Find the prose of a decoded text: blocks in order, and what was left out and why."""

    def parse(self, data: bytes, *, doc_id: str, name: str, reading: Reading) -> Document:
        """Decode a file and find its blocks; see :meth:`Format.parse`."""
        decoded = decode(data, name)
        blocks, findings = self.blocks(decoded.text, reading=reading)
        return Document(
            doc_id=doc_id,
            format=self.name,
            text=decoded.text,
            encoding=decoded.encoding,
            bom=decoded.bom,
            blocks=tuple(blocks),
            findings=(*decoded.findings, *findings),
        )

    def write(self, document: Document, replacements: Mapping[int, str]) -> bytes:
        """Write UTF-8, with a byte-order mark where the file was UTF-8 with one."""
        spans = [(b.start, b.end) for b in document.blocks if b.block_id in replacements]
        news = [replacements[b.block_id] for b in document.blocks if b.block_id in replacements]
        data = exchange(document.text, spans, news).encode()
        return codecs.BOM_UTF8 + data if document.bom and document.encoding == "utf-8" else data


def exchange(text: str, spans: Iterable[tuple[int, int]], news: Iterable[str]) -> str:
    """Put new stretches, one each, in the place of some of a text; spans are in order."""
    pieces: list[str] = []
    at = 0
    for (start, end), new in zip(spans, news, strict=True):
        pieces += (text[at:start], new)
        at = end
    return "".join(pieces) + text[at:]


# --- what is kept letter by letter ---------------------------------------------------


def protect_urls(text: str, markup: Sequence[Markup], group: int) -> tuple[Markup, ...]:
    """Add a protected pair (``raw`` is empty) around each address, placeholder, mention.

    Args:
        text: plain text.
        markup: its markup; what stands inside protected text or is cut by markup is left alone.
        group: the first free group number.
    """
    merged: list[Markup] = []
    at = index = depth = 0  # markup before ``at`` is in ``merged``
    for start, end, family in verbatim_spans(text):
        kind = BARE_URL if family == "address" else VERBATIM
        while index < len(markup) and markup[index].position <= start:
            item = markup[index]
            if item.covers and item.position == start:
                break
            if item.protected:
                depth += {"open": 1, "close": -1, "atom": 0}[item.role]
            index += 1
        last = index
        while last < len(markup) and markup[last].position < end:
            last += 1
        if depth > 0 or not all(m.covers for m in markup[index:last]):
            continue
        merged += (*markup[at:index], _fence(start, "open", group, kind))
        merged += (*markup[index:last], _fence(end, "close", group, kind))
        at = last
        group += 1
    return (*merged, *markup[at:])


def _fence(position: int, role: Literal["open", "close"], group: int, kind: str) -> Markup:
    return Markup(position=position, raw="", role=role, group=group, kind=kind, protected=True)
