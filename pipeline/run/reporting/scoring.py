"""Scores of a run's documents, and of files and folders that somebody names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.documents import AS_IT_COMES, is_supported, parse_document, read_document
from pipeline.errors import NothingChecked, PasserelleError, UsageError
from pipeline.quality import CorpusScorer, find_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.documents import Reading
    from pipeline.quality import Score
    from pipeline.records import Document


def reference_blocks(path: Path, reading: Reading = AS_IT_COMES) -> list[str]:
    """Cut a reference as the sources were cut: its blocks of prose, without markup.

    Raises:
        InputError: the file cannot be read.
    """
    from pipeline.quality import paragraphs, read_text

    if not is_supported(path.name):
        return list(paragraphs(read_text(path)))
    return _prose(read_document(path, doc_id=path.name, reading=reading))


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

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._scorer: CorpusScorer | None = None
        self._documents = 0
        self._notes: list[str] = []

    def add(self, source: Path, output: Path, doc_id: str, data: bytes) -> None:
        """Compare an output with the reference of its source, if it has one.

        Args:
            source: the French file, beside which the reference is looked for.
            output: where the translation was written: never its own reference.
            doc_id: by which notes name it.
            data: the translation.
        """
        reference = find_reference(source, but=output)
        if reference is None:
            return
        from pipeline.quality import align_blocks

        try:
            name, told = output.name, self._reading
            blocks = _prose(parse_document(data, doc_id=name, name=name, reading=told))
            theirs = reference_blocks(reference, told)
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


# --- what somebody names ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Scores of a translation, and of its parts where they were asked for."""

    scores: Sequence[Score]
    rows: Sequence[tuple[str, Sequence[float]]]  # part, its value by each metric
    notes: Sequence[str]
    figures: Mapping[str, float | None]  # for gates


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How files and folders are scored."""

    metrics: Sequence[str]  # names from `pipeline.quality.METRICS`
    level: str = "corpus"  # what is scored one by one: "document", "segment", or nothing
    confidence: int = 0  # resamples for confidence intervals; 0 for none

    def run(self, outputs: Path, references: Sequence[Path] | None) -> Scored:
        """Score a run's output folder; without ``references``, with those beside the sources.

        Raises:
            InputError: the table or a reference cannot be read.
            NothingChecked: no document has a reference.
        """
        from pipeline.quality import build_report

        report = build_report(
            outputs,
            references=references,
            read_blocks=reference_blocks,
            checks=(),
            corpus_checks=(),
            metrics=self.metrics,
            bootstrap=self.confidence,
        )
        if not report.scores:
            raise NothingChecked(
                "no document has a reference",
                place=str(outputs),
                next_step="give the folder of the references with --reference",
            )
        rows: list[tuple[str, Sequence[float]]] = []
        if self.level == "document":
            documents = (doc for doc in report.documents if doc.scores)
            rows = [(doc.document, [score.value for score in doc.scores]) for doc in documents]
        elif self.level == "segment":
            rows = [(s.row.place, [s.chrf]) for s in report.segments if s.chrf is not None]
        figures = report.gate_values()
        return Scored(scores=report.scores, rows=rows, notes=report.notes, figures=figures)

    def lines(
        self,
        hypothesis: Path,
        references: Sequence[Path],
        *,
        doc_ids: Path | None = None,
        warn: Callable[[str], None],
    ) -> Scored:
        """Score a file of one segment a line; ``doc_ids`` holds each line's document.

        Raises:
            InputError: a file cannot be read.
            NothingChecked: there is no text in one of them.
            QualityError: they are not equally long.
            UsageError: documents are to be scored and not known.
        """
        from pipeline.quality import parallel_lines

        scorer = CorpusScorer(self.metrics)
        texts = (hypothesis, *references)
        names: list[str] = []
        blank, different = set(texts), set[str]()
        for columns in parallel_lines([*texts, *([doc_ids] if doc_ids else [])]):
            if doc_ids:
                names += columns.pop()
            blank -= {path for path, lines in zip(texts, columns, strict=True) if any(lines)}
            if len(different) < 2:
                different.update(columns[0])
            scorer.add(columns[0], columns[1:])
        for path in texts:
            if path in blank:
                raise NothingChecked(
                    "there is no text in it, only empty lines",
                    place=str(path),
                    next_step="give files with text in them",
                )
        if len(different) == 1 and scorer.n > 1:
            warn(f"all {scorer.n} segments of {hypothesis} are the same text")
        return self._scored(scorer, names)

    def blocks(self, hypothesis: Path, references: Sequence[Path]) -> Scored:
        """Score a file paragraph by paragraph, aligned by length where need be.

        Raises:
            InputError: a file cannot be read.
            NothingChecked: there is no text in one of them.
            UsageError: documents are to be scored.
        """
        from pipeline.quality import align_blocks

        texts = []
        for path in (hypothesis, *references):
            texts.append([block for block in reference_blocks(path) if block.strip()])
            if not texts[-1]:
                raise NothingChecked(
                    "there is no text in it",
                    place=str(path),
                    next_step="give a text with words in it",
                )
        aligned = align_blocks(hypothesis.name, texts[0], texts[1:])
        scorer = CorpusScorer(self.metrics)
        scorer.add(aligned.blocks, aligned.references)
        return self._scored(scorer, (), [f"{hypothesis}: {aligned.note}"] if aligned.note else [])

    def _scored(
        self, scorer: CorpusScorer, documents: Sequence[str], notes: Sequence[str] = ()
    ) -> Scored:
        """Give the scores; ``documents`` names each segment's, where they are known."""
        rows: list[tuple[str, Sequence[float]]] = []
        if self.level == "segment":
            columns = [scorer.segment_values(name) for name in scorer.names]
            rows = [(str(n), values) for n, values in enumerate(zip(*columns, strict=True), 1)]
        elif self.level == "document":
            if not documents:
                raise UsageError(
                    "the documents of the lines are not known",
                    next_step="give --doc-ids FILE, or a run's output folder",
                )
            for name, numbers in groupby(range(len(documents)), key=documents.__getitem__):
                rows.append((name, [s.value for s in scorer.scores(rows=list(numbers))]))
        scores = scorer.scores(bootstrap=self.confidence)
        figures = {score.metric: score.value for score in scores}
        return Scored(scores=scores, rows=rows, notes=notes, figures=figures)
