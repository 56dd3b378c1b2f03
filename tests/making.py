"""Records for tests, of as little as a test has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.records import Draft, Hypothesis, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence


def segment(source: str, **more: object) -> Segment:
    """Make a segment that is a whole paragraph; ``more`` are fields with other values."""
    fields = {
        "doc_id": "d.txt",
        "block_id": 0,
        "segment_id": 0,
        "kind": "paragraph",
        "start": 0,
        "end": len(source),
        "block_start": 0,
        "block_end": len(source),
    }
    return Segment(source=source, **(fields | more))


def draft(source: str, *texts: str, scores: Sequence[float] = (), **more: object) -> Draft:
    """Make the draft of a segment: its hypotheses' texts, best first; ``more`` as in `segment`."""
    marks = scores or [-0.5 - 0.1 * i for i in range(len(texts))]
    hypotheses = tuple(Hypothesis(text=t, score=s) for t, s in zip(texts, marks, strict=True))
    made = segment(source, **more)
    return Draft(segment=made, hypotheses=hypotheses, engine="fake", fingerprint="f")
