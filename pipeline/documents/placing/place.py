"""Putting a sentence's markup back into its translation.

The ladder, for each pair: the whole sentence; its text found verbatim; the engine's
alignment; its text translated by itself and found; at last, the place that shared words
predict, which is reported. Protected text (code, URLs) that the engine changed is mended
or, failing that, the sentence is translated in pieces around it. Whatever comes out is
parsed again: if it does not hold the same links, code and emphasis as the source, the
next rung is taken, and the last one leaves the source as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.documents.cutting import raw_text
from pipeline.documents.markdown.kinds import EMPHASIS, FRONT_MATTER, LINKS, REFERENCE, TEXTUAL
from pipeline.documents.placing.assign import assign
from pipeline.documents.placing.piecewise import piecewise
from pipeline.documents.placing.protecting import secure_protected
from pipeline.documents.placing.tree import build_tree
from pipeline.documents.placing.writer import Writer, flat
from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.documents.placing.protecting import Placement
    from pipeline.documents.placing.tree import Node
    from pipeline.records import Markup, Span

__all__ = ["Placed", "place_markup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A translation with its markup."""

    raw: str  # to be written
    findings: tuple[Finding, ...]
    target: str  # its plain text: as given, unless protected text had to be put back


def place_markup(
    source: str,
    markup: Sequence[Markup],
    target: str,
    *,
    format: str = "markdown",
    kind: str = "paragraph",
    translate_pieces: Callable[[Sequence[str]], Sequence[str]] | None = None,
    alignment: Sequence[tuple[Span, Span]] = (),
) -> Placed:
    """Put the markup of a source sentence into its translation.

    Every markup of the source stands in the result exactly once, pairs nest, and link
    targets, code, URLs and HTML are byte-identical. Markup that only spells characters
    (escapes, entities, soft line breaks) is not carried over: the target's characters
    are escaped where Markdown would read them as markup. A reference link whose label
    is its text (``[texte]``) becomes ``[text][texte]``.

    Args:
        source: the segment's plain text.
        markup: the segment's markup, positions relative to ``source``.
        target: its translation, plain text of one line.
        format: ``Document.format``; in ``"text"`` nothing is escaped.
        kind: ``Segment.kind``; cells, headings and front matter escape differently.
        translate_pieces: translates parts of the sentence, as many as given and in
            order; called at most twice, and only where a place is not found otherwise.
        alignment: pairs of source and target spans that translate each other.

    Returns:
        The raw text and its plain text. The plain text is ``target`` (its line ends made
        spaces) unless a finding says otherwise.
    """
    target = " ".join(target.splitlines()) if len(target.splitlines()) > 1 else target
    job = _Job(source, markup, format, kind)
    if not target.strip() and source.strip():
        return job.left_alone("the translation is empty")
    if job.structure.children:
        placed = job.place(target, translate_pieces, tuple(alignment))
        return (
            placed
            if placed is not None
            else job.left_alone("its markup has no place in the translation")
        )
    raw = job.writer.text(target)
    return Placed(raw=raw, target=target, findings=())


class _Job:
    """One segment: its tree, and how its results are written and checked."""

    def __init__(self, source: str, markup: Sequence[Markup], format_: str, kind: str) -> None:
        self.source = source
        self.markup = markup
        self.kind = kind
        self.prose = format_ == "text" or kind == FRONT_MATTER
        self.writer = Writer(prose=self.prose, kind=kind)
        self.structure: Node = build_tree(source, markup)

    def place(
        self,
        target: str,
        translate: Callable[[Sequence[str]], Sequence[str]] | None,
        alignment: tuple[tuple[Span, Span], ...],
    ) -> Placed | None:
        """Try the rungs; the first result that holds the source's structure is taken."""
        for placement in self._placements(target, translate, alignment):
            raw = self.writer.raw(self.source, self.structure, placement)
            if raw is not None and self._same(raw, placement.target):
                return Placed(raw=raw, target=placement.target, findings=tuple(placement.findings))
        return None

    def _placements(
        self,
        target: str,
        translate: Callable[[Sequence[str]], Sequence[str]] | None,
        alignment: tuple[tuple[Span, Span], ...],
    ) -> Iterator[Placement]:
        root = self.structure
        secured = secure_protected(self.source, root, target, alignment, insert=translate is None)
        if secured is not None and assign(self.source, root, secured, translate):
            yield secured
        if translate is not None:
            yield piecewise(self.source, root, translate)

    def left_alone(self, why: str) -> Placed:
        """Give the source as it is: the last rung."""
        return Placed(
            raw=raw_text(self.source, self.markup),
            target=self.source,
            findings=(Finding(check="markup", severity="error", message=f"left in French: {why}"),),
        )

    # --- checking

    def _same(self, raw: str, target: str) -> bool:
        """Parse source and result and say whether they mean the same structure."""
        if self.prose:
            return True
        nodes = list(self.structure.walk())
        if any(n.kind in LINKS and any(n.open_ended) for n in nodes):
            return True  # half a link cannot be parsed
        from pipeline.documents.markdown.skeleton import definitions_for, is_paragraph, skeleton

        before = "".join(self._other_end(n, n.closing) for n in nodes if n.open_ended[0])
        after = "".join(self._other_end(n, n.opening) for n in nodes[::-1] if n.open_ended[1])
        labels = [n.inner for n in nodes if n.kind == REFERENCE]
        labels += [m.raw for m in self.markup if m.role != "open" and m.kind not in TEXTUAL]
        definitions = definitions_for(labels)
        cell = self.kind == "cell"
        inline = [replace(m, raw=flat(m.raw)) if m.kind not in TEXTUAL else m for m in self.markup]
        source = before + flat(raw_text(self.source, inline)) + after
        wanted, _ = skeleton(source, definitions, cell=cell)
        result = before + flat(raw) + after
        found, text = skeleton(result, definitions, cell=cell)
        if found != wanted or text != "".join(target.split()):
            return False
        # A tag that comes to stand first could start an HTML block.
        return self.kind in ("cell", "heading") or is_paragraph(result) or not is_paragraph(source)

    @staticmethod
    def _other_end(node: Node, end: str) -> str:
        return end if node.kind in EMPHASIS else ""
