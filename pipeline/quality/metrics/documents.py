"""Scores of whole documents: outputs against their references, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import NothingChecked
from pipeline.quality.metrics.alignment import AlignedText, align_blocks, paragraphs
from pipeline.quality.metrics.reference import DEFAULT_METRICS, CorpusScorer, Score

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DocumentsQuality", "quality_of_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsQuality:
    """Corpus scores over all documents' blocks, and each document's own."""

    scores: tuple[Score, ...]  # over all blocks of all documents
    documents: tuple[tuple[str, tuple[Score, ...]], ...]  # in the order given
    alignments: tuple[AlignedText, ...]
    notes: tuple[str, ...]  # documents whose blocks had to be aligned by length


def quality_of_documents(
    pairs: Sequence[tuple[str, str | Sequence[str]]],
    *,
    names: Sequence[str] = (),
    metrics: Sequence[str] = DEFAULT_METRICS,
    bootstrap: int = 0,
) -> DocumentsQuality:
    """Score output texts against reference texts, with paragraphs as segments.

    Args:
        pairs: for each document its output text and its reference text (or several).
        names: the documents' names for notes, as many as pairs; numbers by default.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
        bootstrap: resamples for the confidence interval; 0 for none.

    Raises:
        NothingChecked: there is no document, or a document's output or reference is empty.
    """
    names = names or [str(number) for number in range(1, len(pairs) + 1)]
    scorer = CorpusScorer(metrics)
    alignments: list[AlignedText] = []
    ranges: list[range] = []
    width = 0
    for name, (output, reference) in zip(names, pairs, strict=True):
        texts = (reference,) if isinstance(reference, str) else tuple(reference)
        blocks = paragraphs(output)
        references = [paragraphs(text) for text in texts]
        for what, found in [("output", blocks), *(("reference", r) for r in references)]:
            if not found:
                raise NothingChecked(
                    f"the {what} is empty", place=name, next_step="give a text with words in it"
                )
        aligned = align_blocks(name, blocks, references)
        alignments.append(aligned)
        scorer.add(aligned.blocks, aligned.references)
        ranges.append(range(width, scorer.n))
        width = scorer.n
    return DocumentsQuality(
        scores=scorer.scores(bootstrap=bootstrap),
        documents=tuple(
            (name, scorer.scores(rows=rows)) for name, rows in zip(names, ranges, strict=True)
        ),
        alignments=tuple(alignments),
        notes=tuple(f"{a.doc_id}: {a.note}" for a in alignments if a.note),
    )
