"""Records for tests, of as little as a test has to say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.documents import AS_IT_COMES
from pipeline.records import Draft, Hypothesis, Rendering, Segment
from pipeline.translate.assembling import Assembly
from pipeline.translate.reading import Limits, Source, load_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents import Reading


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


def written(text: str, answer: Callable[[str], str], *, name: str = "a.md") -> str:
    """Give a text's translation by an engine that answers so; nothing but placing happens."""
    return written_bytes(text.encode(), answer, name=name).decode()


def written_bytes(
    data: bytes, answer: Callable[[str], str], *, name: str, reading: Reading = AS_IT_COMES
) -> bytes:
    """Give a file's translation by an engine that answers so; nothing but placing happens."""
    source = Source(path=Path(name), doc_id=name, output="out", size=1)
    limits = Limits(tokens=10**9, measure=lambda texts: [1] * len(texts), file_bytes=0)
    loaded = load_bytes(data, source, limits, reading=reading)
    assembly = Assembly(loaded, lambda pieces: [answer(piece) for piece in pieces])
    for target in [answer(segment.source) for segment in loaded.segments]:
        said = (Hypothesis(text=target, score=None),)
        assembly.add(
            [
                Rendering(
                    draft=target,
                    target=target,
                    engine="fake",
                    fingerprint="",
                    score=None,
                    hypotheses=said,
                )
            ]
        )
    return assembly.data()


def garbled(text: str, *, name: str = "a.md", seed: int | None = None) -> str:
    """Give a file's translation by an engine that shouts every word, and shuffles them too."""

    def answer(source: str) -> str:
        words = source.split()
        if seed is not None:
            random.Random(seed).shuffle(words)
        return " ".join(words).upper()

    return written(text, answer, name=name)
