"""Protected text (code, URLs) in a translation: found, mended or put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents.placing.matching import (
    Predictor,
    find_verbatim,
    free_spans,
    mangled,
    words_in,
)
from pipeline.documents.placing.tree import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.documents.placing.tree import Alignment, Node
    from pipeline.records import Span


def secure_protected(
    source: str, root: Node, target: str, alignment: Alignment, *, insert: bool
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
    placement = Placement(target=target, alignment=alignment)
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
        if len(places) != len(same):
            places = _nearest(places, [predict(n.start) for n in same])
        for node, place in zip(same, places, strict=False):
            placement.put(node, place.start, place.end)
        missing += same[len(places) :]
    for node in sorted(missing, key=lambda n: n.start):
        if not _mend(source, node, placement):
            if not insert:
                return None
            _insert(source, node, placement)
    for node in nodes:
        _unglue(source, node, placement)
    return placement


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _nearest(places: list[Span], predicted: Sequence[float]) -> list[Span]:
    """Choose a place for each prediction, nearest first come, then put in order."""
    chosen: list[Span] = []
    for position in predicted[: len(places)]:
        chosen.append(min(places, key=lambda s: abs(s.start - position)))
        places.remove(chosen[-1])
    return sorted(chosen, key=lambda s: s.start)


def _mend(source: str, node: Node, placement: Placement) -> bool:
    text = source[node.start : node.end]
    free = free_spans(0, len(placement.target), placement.ranges.values())
    place = mangled(text, placement.target, free)
    if place is None:
        return False
    before = placement.target[place.start : place.end]
    placement.replace(place.start, place.end, text)
    placement.put(node, place.start, place.start + len(text))
    placement.note(f"{node.name}: the engine made it {before!r}; put right", info=True)
    return True


def _unglue(source: str, node: Node, placement: Placement) -> None:
    """Give back the space beside a protected text that the engine lost: ``<b>or a``."""
    span = placement.ranges[id(node)]
    for at, there, beside in (
        (span.end, source[node.end : node.end + 1], placement.target[span.end : span.end + 1]),
        (
            span.start,
            source[max(node.start - 1, 0) : node.start],
            placement.target[max(span.start - 1, 0) : span.start],
        ),
    ):
        if there.isspace() and beside.isalnum():
            placement.replace(at, at, " ")
            if at == span.start:  # the space stands before it
                placement.put(node, span.start + 1, span.end + 1)
            else:
                placement.put(node, span.start, span.end)


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
    placement.put(node, at + len(before), at + len(before + text))
    placement.note(f"{node.name}: the engine dropped it; put back by position")
