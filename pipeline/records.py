"""The frozen records that travel through the pipeline.

Every stage takes records and yields records; a record keeps its document, block and
segment ids to the end, so that the last row of the segment table can be traced back
to a character span of the input. Nothing here imports anything of ours.

All offsets count Unicode code points, start inclusive, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Block",
    "Decoding",
    "Document",
    "Draft",
    "Edit",
    "Finding",
    "Hint",
    "Hypothesis",
    "Markup",
    "Occurrence",
    "Request",
    "Segment",
    "Severity",
    "Span",
    "TermResult",
    "Translate",
    "Translation",
]

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a text, in code points: ``text[start:end]``."""

    start: int
    end: int


# --- documents -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """A piece of raw text inside a block that is not prose.

    A block's raw text is its plain text with every markup's ``raw`` inserted before
    the character at ``position`` (in order), so raw text can always be rebuilt. Where
    ``covers`` is not 0, ``raw`` stands instead of that many plain characters: an entity
    (``&eacute;`` for ``é``), a backslash escape, a line break together with the
    quotation prefix that follows it.
    """

    position: int  # code points into the block's (or segment's) plain text
    raw: str  # verbatim, e.g. "**", "](https://example.org)", "`"
    role: Literal["open", "close", "atom"]
    group: int  # an opening and its closing share a group; an atom has its own
    kind: str  # "strong", "emphasis", "link", "code", "url", "html", "escape", …
    protected: bool = False  # the plain text between open and close is not prose
    covers: int = 0  # plain code points that raw stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of prose: a paragraph, a heading, a list item's text, a table cell."""

    block_id: int  # 0, 1, 2 … in document order
    kind: str  # "paragraph", "heading", "item", "cell", "front-matter", …
    start: int  # code points into Document.text
    end: int
    text: str  # plain text, without inline markup; soft line breaks kept as they are
    markup: tuple[Markup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read. Everything outside its blocks is written back untouched."""

    doc_id: str  # path relative to its root, POSIX separators
    format: str  # the name of its format: "text", "markdown", …
    text: str  # decoded, byte-order mark removed, line ends as they stand
    encoding: str  # of the input, as Python names it
    bom: bool
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()  # what was left as it is, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One sentence of a block: ``source == block.text[block_start:block_end]``."""

    doc_id: str
    block_id: int
    segment_id: int  # 0, 1, 2 … inside its block
    kind: str  # of the block
    start: int  # raw code points into Document.text
    end: int
    block_start: int  # plain code points into Block.text
    block_end: int
    source: str
    markup: tuple[Markup, ...] = ()  # positions relative to source
    protected: tuple[Span, ...] = ()  # stretches of source: code, addresses


# --- engines ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """Decoding options of one request. They are part of an engine's fingerprint."""

    beam: int = 4  # 1 is greedy
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0  # 1.0 is off
    no_repeat_ngram: int = 0  # tokens; 0 is off


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A term pair that the engine may put before the model."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One sentence to translate.

    ``source`` is one line; ``hypotheses`` is how many are wanted (best first);
    ``banned`` are target strings that must not be generated; ``decoding`` overrides
    the engine's own options for this request.
    """

    source: str
    hypotheses: int = 1
    hints: tuple[Hint, ...] = ()
    banned: tuple[str, ...] = ()
    decoding: Decoding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One answer of an engine."""

    text: str
    score: float  # mean log-probability per target token, natural log; NaN: not known
    alignment: tuple[tuple[Span, Span], ...] = ()  # source span → target span
    flags: tuple[str, ...] = ()  # what the guard saw: "loop", "empty", "copied", …


Translate = Callable[[Sequence[Request]], Sequence[tuple[Hypothesis, ...]]]
"""An engine's ``translate`` as later stages see it: as many results, same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A segment and what the engine made of it, before the glossary."""

    segment: Segment
    hypotheses: tuple[Hypothesis, ...]  # best first; never empty
    engine: str
    fingerprint: str
    seconds: float = 0.0  # share of the batch's decoding time
    findings: tuple[Finding, ...] = ()


# --- glossary --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A glossary term seen in a segment's source."""

    term: str  # the row's source cell: the name under which it is reported
    row: str  # "FILE:LINE" of the row
    start: int  # code points into Segment.source
    end: int
    text: str  # as it stands in the source


@dataclass(frozen=True, slots=True, kw_only=True)
class TermResult:
    """What became of one occurrence (or of one forbidden form, then start == end)."""

    occurrence: Occurrence
    expected: tuple[str, ...]  # accepted target forms, preferred first
    found: str  # the accepted form that stands in the target; "" where none
    target_start: int  # code points into Translation.target; -1 where none
    target_end: int
    rung: str  # "draft", "hypothesis", "repair", "retranslate", "masked", "flag", …
    status: Literal["satisfied", "violated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to a draft. Replayed in order, edits turn the draft into the target.

    ``text[start:end] == before`` in the text as it stood when the edit was made.
    """

    start: int
    end: int
    before: str
    after: str
    rung: str
    term: str  # "" where no term caused it
    source_start: int  # span of the occurrence in Segment.source; -1 where none
    source_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person should look at."""

    check: str
    severity: Severity
    message: str
    source: Span | None = None  # in Segment.source
    target: Span | None = None  # in Translation.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A finished segment: one row of the segment table."""

    segment: Segment
    draft: str  # the text that the edits start from
    target: str  # plain text, before markup is put back
    engine: str
    fingerprint: str
    score: float
    hypotheses: tuple[Hypothesis, ...]
    terms: tuple[TermResult, ...] = ()
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    memory: bool = False  # came from the translation memory
    seconds: float = 0.0
