"""Protected text (code, URLs) in a translation: found, mended or put back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.documents.placing.matching import Predictor, find_verbatim, mangled, words_in
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.documents.placing.tree import Node
    from pipeline.records import Severity

__all__ = ["Alignment", "Placement", "free_spans", "secure_protected"]

Alignment = tuple[tuple[Span, Span], ...]


@dataclass(slots=True)
class Placement:
    """Where the nodes of a tree stand in a target, as far as is known."""

    target: str
    alignment: Alignment = ()
    ranges: dict[int, Span] = field(default_factory=dict)  # id of node → span of target
    findings: list[Finding] = field(default_factory=list)

    def of(self, node: Node) -> Span | None:
        """Give a node's span."""
        return self.ranges.get(id(node))

    def replace(self, start: int, end: int, new: str) -> None:
        """Change the target, moving what stands behind."""
        self.target = self.target[:start] + new + self.target[end:]
        by = len(new) - (end - start)

        def moved(span: Span) -> Span:
            return Span(
                start=span.start + by if span.start >= end else span.start,
                end=span.end + by if span.end >= end else span.end,
            )

        self.ranges = {key: moved(span) for key, span in self.ranges.items()}
        self.alignment = tuple((a, moved(b)) for a, b in self.alignment)

    def note(self, message: str, *, info: bool = False) -> None:
        """Add a finding on markup."""
        severity: Severity = "info" if info else "warning"
        self.findings.append(Finding(check="markup", severity=severity, message=message))


def free_spans(start: int, end: int, taken: Iterable[Span]) -> list[Span]:
    """Give what is left of ``start:end`` without the taken spans."""
    spans: list[Span] = []
    for span in sorted(taken, key=lambda s: (s.start, s.end)):
        if span.end <= start or span.start >= end:
            continue
        if span.start > start:
            spans.append(Span(start=start, end=span.start))
        start = max(start, span.end)
    if start < end:
        spans.append(Span(start=start, end=end))
    return spans


def secure_protected(
    source: str, root: Node, target: str, alignment: Sequence[tuple[Span, Span]], *, insert: bool
) -> Placement | None:
    """Find every protected text in the target, mending what the engine changed.

    Args:
        source: the segment's plain text.
        root: its markup.
        target: its translation.
        alignment: source spans and the target spans that translate them.
        insert: whether text that is nowhere to be found is put back by position.

    Returns:
        The target, perhaps changed, with the places of all protected nodes; ``None`` if
        one is missing and may not be inserted.
    """
    placement = Placement(target=target, alignment=tuple(alignment))
    nodes = [n for n in root.walk() if n.role == "protected"]
    if not nodes:
        return placement
    predict = Predictor(source, target)
    missing: list[Node] = []
    # Longer texts first: a short one must not take a place inside a long one.
    for text in sorted({source[n.start : n.end] for n in nodes}, key=lambda t: (-len(t), t)):
        same = [n for n in nodes if source[n.start : n.end] == text]
        free = free_spans(0, len(target), placement.ranges.values())
        places = _apart(find_verbatim(text, target, free, fold=False))
        if len(places) == len(same):
            chosen = places
        else:
            chosen = _nearest(places, [predict(n.start) for n in same])
        for node, place in zip(same, chosen, strict=False):
            placement.ranges[id(node)] = place
        missing.extend(same[len(chosen) :])
    for node in sorted(missing, key=lambda n: n.start):
        if not _mend(source, node, placement):
            if not insert:
                return None
            _insert(source, node, placement)
    return placement


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _nearest(places: Sequence[Span], predicted: Sequence[float]) -> list[Span]:
    """Choose a place for each prediction, nearest first come, then put in order."""
    left = list(places)
    chosen: list[Span] = []
    for position in predicted:
        if not left:
            break
        best = min(left, key=lambda s: abs(s.start - position))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=lambda s: s.start)


def _mend(source: str, node: Node, placement: Placement) -> bool:
    text = source[node.start : node.end]
    free = free_spans(0, len(placement.target), placement.ranges.values())
    place = mangled(text, placement.target, free)
    if place is None:
        return False
    before = placement.target[place.start : place.end]
    placement.replace(place.start, place.end, text)
    placement.ranges[id(node)] = Span(start=place.start, end=place.start + len(text))
    placement.note(f"{node.name}: the engine made it {before!r}; put right", info=True)
    return True


def _insert(source: str, node: Node, placement: Placement) -> None:
    """Put a text that the engine dropped where it probably belongs, between words."""
    text = source[node.start : node.end]
    target = placement.target
    predicted = Predictor(source, target)(node.start)
    edges = {0, len(target)} | {
        edge
        for word in words_in(target, 0, len(target))
        for edge in (word.start, word.end)
        if not any(r.start < edge < r.end for r in placement.ranges.values())
    }
    at = min(edges, key=lambda e: (abs(e - predicted), e))
    before = " " if at and not target[at - 1].isspace() else ""
    after = " " if at < len(target) and target[at].isalnum() else ""
    placement.replace(at, at, before + text + after)
    start = at + len(before)
    placement.ranges[id(node)] = Span(start=start, end=start + len(text))
    placement.note(f"{node.name}: the engine dropped it; put back by position")
