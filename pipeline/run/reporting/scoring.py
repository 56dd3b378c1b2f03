"""Scores against the references that lie beside the sources; both sides cut alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.documents import is_supported, parse_document, read_document
from pipeline.errors import PasserelleError
from pipeline.quality import find_reference

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.quality.metrics.reference import CorpusScorer
    from pipeline.records import Document


def reference_blocks(path: Path) -> list[str]:
    """Cut a reference as the sources were cut: its blocks of prose, without markup.

    Raises:
        InputError: the file cannot be read.
    """
    from pipeline.quality.metrics.alignment import paragraphs, read_text

    if not is_supported(path.name):
        return list(paragraphs(read_text(path)))
    return _prose(read_document(path, doc_id=path.name))


def _prose(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.text.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScore:
    """One figure with its signature."""

    name: str  # as sacrebleu names it
    value: float
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceScores:
    """Scores over all documents that have a reference."""

    documents: int
    blocks: int  # paragraphs that were compared
    scores: tuple[MetricScore, ...]
    notes: tuple[str, ...]  # what could not be compared one to one, or at all


class References:
    """Collects outputs with their references as the documents are finished."""

    def __init__(self) -> None:
        self._scorer: CorpusScorer | None = None
        self._documents = 0
        self._notes: list[str] = []

    def add(self, source: Path, output: Path, doc_id: str, data: bytes) -> None:
        """Compare an output with the reference of its source, if it has one.

        Args:
            source: the French file, beside which the reference is looked for.
            output: where the translation was written: never its own reference.
            doc_id: by which notes name it.
            data: the translation, in UTF-8.
        """
        reference = find_reference(source)
        if reference is None or (output.exists() and reference.samefile(output)):
            return
        from pipeline.quality.metrics.alignment import align_blocks
        from pipeline.quality.metrics.reference import CorpusScorer

        try:
            blocks = _prose(parse_document(data, doc_id=output.name, name=output.name))
            theirs = reference_blocks(reference)
        except PasserelleError as error:
            self._notes.append(f"{doc_id}: the reference is not used: {error.problem}")
            return
        if not blocks or not theirs:
            self._notes.append(f"{doc_id}: not compared: output or reference is empty")
            return
        aligned = align_blocks(doc_id, blocks, [theirs])
        if aligned.note:
            self._notes.append(f"{doc_id}: {aligned.note}")
        if self._scorer is None:
            self._scorer = CorpusScorer()
        self._scorer.add(aligned.blocks, aligned.references)
        self._documents += 1

    def result(self) -> ReferenceScores | None:
        """Give the scores; ``None`` where no document has a reference."""
        if self._scorer is None and not self._notes:
            return None
        scores = self._scorer.scores() if self._scorer else ()
        return ReferenceScores(
            documents=self._documents,
            blocks=self._scorer.n if self._scorer else 0,
            scores=tuple(
                MetricScore(name=s.name, value=s.value, signature=s.signature) for s in scores
            ),
            notes=tuple(self._notes),
        )
