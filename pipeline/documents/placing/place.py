"""Putting a sentence's markup back into its translation.

The ladder, for each pair: the whole sentence; its text found verbatim; the engine's
alignment; its text translated by itself and found; at last, the place that shared words
predict, which is reported. Protected text (code, URLs) that the engine changed is mended
or, failing that, the sentence is translated in pieces around it. Whatever comes out is
read again: if it does not hold the same links, code and emphasis as the source, the
next rung is taken, and the last one leaves the source as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.documents.base import raw_text
from pipeline.documents.placing.assign import assign
from pipeline.documents.placing.protecting import secure_protected
from pipeline.documents.placing.tree import Misplaced, Placement, build_tree
from pipeline.documents.registry import syntax_named
from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.documents.placing.tree import Node
    from pipeline.records import Markup, Span

_EDGES = re.compile(r"(\W*)([\s\S]*?)([^\w%€$)]*)\Z")
_FRENCH_SPACE = re.compile(r"[ \u00a0\u202f]+(?=[;:!?»])|(?<=«)[ \u00a0\u202f]+")
_QUOTES = str.maketrans({"«": "“", "»": "”"})


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
    syntax: str = "markdown",
    kind: str = "paragraph",
    translate_pieces: Callable[[Sequence[str]], Sequence[str]] | None = None,
    alignment: Sequence[tuple[Span, Span]] = (),
) -> Placed:
    """Put the markup of a source sentence into its translation.

    Every markup of the source stands in the result exactly once, pairs nest, and link
    targets, code, URLs and HTML are byte-identical. Markup that only spells characters
    (escapes, entities, soft line breaks) is not carried over: the target's characters
    are escaped where the format would read them as markup. A reference link whose label
    is its text (``[texte]``) becomes ``[text][texte]``.

    Args:
        source: the segment's plain text.
        markup: the segment's markup, positions relative to ``source``.
        target: its translation, plain text of one line.
        syntax: ``Segment.syntax``, or ``Document.format`` where it has none.
        kind: ``Segment.kind``; cells, headings and front matter escape differently.
        translate_pieces: translates parts of the sentence, as many as given and in
            order; called at most twice, and only where a place is not found otherwise.
        alignment: pairs of source and target spans that translate each other.

    Returns:
        The raw text and its plain text. The plain text is ``target`` (its line ends made
        spaces) unless a finding says otherwise.
    """
    target = " ".join(target.splitlines()) if len(target.splitlines()) > 1 else target
    why = "the translation is empty"
    if target.strip() or not source.strip():
        how = syntax_named(syntax)
        root = build_tree(source, markup)
        if not root.children:
            return Placed(raw=how.spell([(True, target)], kind), target=target, findings=())
        for placement in _placements(source, root, target, translate_pieces, tuple(alignment)):
            try:
                raw = how.spell(list(placement.pieces(source, root)), kind)
            except Misplaced:
                continue
            if how.same(source, markup, raw, placement.target, kind):
                findings = tuple(placement.findings)
                return Placed(raw=raw, target=placement.target, findings=findings)
        why = "its markup has no place in the translation"
    left = Finding(check="markup", severity="error", message=f"left in French: {why}")
    return Placed(raw=raw_text(source, markup), target=source, findings=(left,))


def _placements(
    source: str,
    root: Node,
    target: str,
    translate: Callable[[Sequence[str]], Sequence[str]] | None,
    alignment: tuple[tuple[Span, Span], ...],
) -> Iterator[Placement]:
    """Try the rungs."""
    secured = secure_protected(source, root, target, alignment, insert=translate is None)
    if secured is not None and assign(source, root, secured, translate):
        yield secured
    if translate is not None:
        yield _Piecewise(source).placement(root, translate)


class _Piecewise:
    """Translates the texts between the markup, each by itself, and keeps their order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._translations: dict[str, str] = {}
        self._placement = Placement(target="")

    def placement(
        self, root: Node, translate: Callable[[Sequence[str]], Sequence[str]]
    ) -> Placement:
        """Give the sentence in pieces."""
        cores = dict.fromkeys(self._cores(root))
        results = translate(list(cores)) if cores else ()
        self._translations = dict(zip(cores, results, strict=True))
        self._build(root)
        names = ", ".join(child.name for child in root.children[:3])
        self._placement.note(f"translated in pieces around its markup ({names}); read it again")
        return self._placement

    def _runs(self, node: Node) -> Iterator[tuple[str, str, str]]:
        """Give the text before each child and after the last: edge, core, edge."""
        edges = [node.start, *(e for c in node.children for e in (c.start, c.end)), node.end]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            match = _EDGES.match(self._source[start:end])
            before, core, after = match.groups() if match else ("", "", "")
            yield before, " ".join(core.split()), after

    def _cores(self, node: Node) -> Iterator[str]:
        """Give what is to be translated."""
        yield from (c for _, c, _ in self._runs(node) if any(map(str.isalpha, c)))
        for child in node.children:
            if child.role == "pair":
                yield from self._cores(child)

    def _build(self, node: Node) -> None:
        begin = len(self._placement.target)
        if node.role == "protected":
            self._placement.target += self._source[node.start : node.end]
        elif node.role == "atom":
            self._placement.target += " " * (node.end > node.start)
        else:
            for run, child in zip(self._runs(node), [*node.children, None], strict=True):
                self._placement.target += self._run(*run)
                if child is not None:
                    self._build(child)
        self._placement.put(node, begin, len(self._placement.target))

    def _run(self, before: str, core: str, after: str) -> str:
        new = self._translations.get(core, core).strip()
        if core and new:
            # An engine ends and starts a piece like a sentence; the source tells.
            if core[-1] not in ".!?…":
                new = new.rstrip(".") or new
            if core[0].islower() and new[:2].istitle() and new[1:2].islower():
                new = new[0].lower() + new[1:]
        before, after = (_FRENCH_SPACE.sub("", e).translate(_QUOTES) for e in (before, after))
        return " ".join((before + new + after).split("\n"))
