"""The frozen records that travel through the pipeline.

Every stage takes records and yields records; a record keeps its document, block and
segment ids to the end, so that the last row of the segment table can be traced back
to a character span of the input. Nothing here imports anything of ours but `pipeline.wording`.

All offsets count Unicode code points, start inclusive, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from pipeline.wording import one_line

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
    "Rendering",
    "Request",
    "Segment",
    "Severity",
    "Span",
    "TermResult",
    "Translate",
    "Translation",
    "is_unanswered",
    "score_lost",
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
    syntax: str = ""  # how its prose is spelt; "": as the document's format does
    where: str = ""  # for people: "slide 4, title", "00:01:12"; "": by its line


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
    tree: Any = None  # what its format needs to write it, where the text alone is not enough

    def line(self, start: int) -> int:
        """Give the line, counted from 1, in which a code point of the text stands."""
        return self.text.count("\n", 0, start) + 1


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
    protected: tuple[Span, ...] = ()  # stretches of source that are not prose: code, addresses
    syntax: str = ""  # of the block
    where: str = ""  # of the block

    @property
    def place(self) -> str:
        """By which people find the segment: document, block and sentence, counted from 1."""
        if not self.where:
            return one_line(f"{self.doc_id} ¶{self.block_id + 1}.{self.segment_id + 1}")
        sentence = f", sentence {self.segment_id + 1}" if self.segment_id else ""
        return one_line(f"{self.doc_id}, {self.where}{sentence}")


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
    score: float | None  # mean log-probability per target token, natural log; None: not known
    alignment: tuple[tuple[Span, Span], ...] = ()  # source span → target span
    flags: tuple[str, ...] = ()  # what the guard saw: "loop", "empty", "copied", …


def is_unanswered(hypotheses: Sequence[Hypothesis]) -> bool:
    """Say whether an engine was asked and no answer came: nothing to keep."""
    return any("unanswered" in h.flags for h in hypotheses)


def score_lost(before: float | None, after: float | None) -> float:
    """Give by how much a score fell, natural log per token; 0.0 where one is not known."""
    return 0.0 if before is None or after is None else before - after


Translate = Callable[[Sequence[Request]], Sequence[tuple[Hypothesis, ...]]]
"""An engine's ``translate`` as later stages see it: as many results, same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A segment and what the engine made of it, before the glossary."""

    segment: Segment
    hypotheses: tuple[Hypothesis, ...]  # best first; never empty
    engine: str
    fingerprint: str
    hints: tuple[Hint, ...] = ()  # what the engine was told
    seconds: float = 0.0  # share of the batch's decoding time
    findings: tuple[Finding, ...] = ()


# --- glossary --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A glossary term seen in a segment's source."""

    term: str  # the row's source cell: the name under which it is reported
    row: str  # "FILE:LINE" of the row
    span: Span  # in Segment.source; empty for a forbidden form, which has no place there
    text: str  # as it stands in the source


@dataclass(frozen=True, slots=True, kw_only=True)
class TermResult:
    """What became of one occurrence, or of one forbidden form."""

    occurrence: Occurrence
    expected: tuple[str, ...]  # accepted target forms, preferred first; () where forbidden
    found: str  # the accepted (or forbidden) form that stands in the target; "" where none
    target: Span | None  # of ``found`` in the target
    rung: str  # "draft", "hypothesis", "repair", "retranslate", "masked", "flag", …
    status: Literal["satisfied", "violated"]

    @property
    def satisfied(self) -> bool:
        """Whether the glossary is kept here."""
        return self.status == "satisfied"

    @property
    def forbidden(self) -> bool:
        """Whether this is a forbidden form in the target, not a term of the source."""
        return not self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to a draft. Replayed in order, edits turn the draft into the target.

    ``text[span.start:span.end] == before`` in the text as it stood when the edit was made.
    """

    span: Span
    before: str
    after: str
    rung: str
    term: str  # "" where no term caused it
    source: Span | None  # of the occurrence in Segment.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person should look at."""

    check: str
    severity: Severity
    message: str
    source: Span | None = None  # in Segment.source
    target: Span | None = None  # in Translation.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A sentence in English, wherever it stands: what the memory keeps of it."""

    draft: str  # the text that the edits start from
    target: str  # plain text, before markup is put back
    engine: str
    fingerprint: str
    score: float | None  # mean log-probability per target token, natural log; None: not known
    hypotheses: tuple[Hypothesis, ...]
    terms: tuple[TermResult, ...] = ()
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: float | None = None  # nats, at most 0: see pipeline.lexicon; None: not measured
    memory: bool = False  # came from the translation memory
    seconds: float = 0.0  # share of the engine's time

    @property
    def settled(self) -> bool:
        """Whether no model wrote it: a person did, or there was no word to translate."""
        return not self.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation(Rendering):
    """A finished segment in its place: one row of the segment table."""

    segment: Segment
    confidence: float | None = None  # 0 to 1; None: not computed

    @property
    def doc_id(self) -> str:
        """The document that the segment stands in."""
        return self.segment.doc_id

    @property
    def source(self) -> str:
        """The French."""
        return self.segment.source

    @property
    def place(self) -> str:
        """By which people find the segment."""
        return self.segment.place

    @classmethod
    def of(cls, segment: Segment, rendering: Rendering, **changes: Any) -> Translation:  # noqa: ANN401 - as in `replace`
        """Put a rendering in its place, with ``changes`` as `dataclasses.replace` takes them."""
        values = {f.name: getattr(rendering, f.name) for f in fields(Rendering)}
        return cls(segment=segment, **(values | changes))
