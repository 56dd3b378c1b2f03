"""Collecting a report document by document; of a large run, the worst segments are kept."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import replace
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipeline.quality.checks.corpus import CorpusChecks
from pipeline.quality.checks.pair import Check, pair_of
from pipeline.quality.checks.registry import by_gravity, chosen, confidence, titles
from pipeline.quality.metrics.alignment import align_blocks, blocks_of, split_english
from pipeline.quality.metrics.reference import CorpusScorer
from pipeline.quality.metrics.term_reference import TermReferenceMetrics, term_reference_metrics
from pipeline.quality.metrics.terms import TermTally
from pipeline.quality.report.headline import HistoryRow, deltas
from pipeline.quality.report.model import (
    CheckCount,
    DocumentReport,
    OccurrenceReport,
    QualityReport,
    SegmentReport,
    Spread,
    varied,
)
from pipeline.wording import TOUCH_UP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from pipeline.records import Translation

# What earlier stages report by themselves: check → title and explanation.
_STAGES = {
    "term": ("Glossary", "A term is not rendered as the glossary says."),
    "term-overlap": ("Overlapping terms", "Two glossary terms claim the same words."),
    "loop": ("Loop", "The model repeated itself and could not be brought to stop."),
    "copied": ("French given back", "The model gave the French back."),
    "truncated": ("Broken off", "The translation breaks off."),
    "refused": ("Refused", "The model refused to translate."),
    "unrelated": ("No translation", "The model wrote something else than a translation."),
    "unanswered": ("No answer", "The engine gave no answer."),
    "split": ("Translated in parts", "The sentence is longer than the model reads."),
    "long-sentence": ("Long sentence", "The sentence was cut before translation."),
}
_AROUND = 40  # characters shown to either side of a term
_KEPT_SEGMENTS = 20_000
_KEPT_OCCURRENCES = 20_000
_BINS = 20
# Figures of sentences whose distribution is drawn: title, lowest and highest value.
_FIGURES = {
    "chrf": ("chrF of sentences", 0, 100),
    "ratio": ("Length against the source", 0, 2),
    "confidence": ("Confidence of sentences", 0, 1),
}
_FIRST = 6  # segments to check first
_MOST_TERM_SEGMENTS = 2_000  # with a reference, for TERm, which is slow


def _spread(name: str, title: str, low: float, high: float, bins: Counter[int]) -> Spread:
    """Give what was counted in `_BINS` bins of equal width, and the middle of the median's."""
    counts = tuple(bins[index] for index in range(_BINS))
    seen = accumulate(counts)
    middle = next(index for index, number in enumerate(seen) if number >= sum(counts) / 2)
    width = (high - low) / _BINS
    return Spread(
        name=name,
        title=title,
        low=low,
        high=high,
        counts=counts,
        median=low + (middle + 0.5) * width,
    )


class ReportBuilder:
    """Takes documents one by one and gives the report.

    Args:
        checks: those to run over each segment.
        corpus_checks: names of those to run across segments.
        metrics: names from `pipeline.quality.metrics.reference.METRICS`.
    """

    def __init__(
        self, *, checks: Sequence[Check], corpus_checks: Collection[str], metrics: Sequence[str]
    ) -> None:
        self.checks = checks
        self.corpus_checks = corpus_checks
        self.tally = TermTally()
        self.scorer = CorpusScorer(metrics)
        self.corpus = CorpusChecks(corpus_checks)
        self.documents: list[tuple[DocumentReport, range]] = []
        self.total = 0
        self.engines: Counter[str] = Counter()
        self.confidence = 0.0
        self.severities: Counter[str] = Counter()
        self.touched: Counter[str] = Counter()
        self.by_check: dict[str, Counter[str]] = {}
        self.occurrences: list[OccurrenceReport] = []
        self.term_segments: list[tuple[str, str, tuple[tuple[str, ...], ...]]] = []
        # Least worrying on top, so that it is the one to go; the index breaks ties.
        self.kept: list[tuple[tuple[float, ...], int, SegmentReport]] = []
        self.bins: dict[str, Counter[int]] = {name: Counter() for name in _FIGURES}

    def document(
        self,
        document: str,
        rows: Sequence[Translation],
        references: Sequence[tuple[Path, Sequence[str]]],
    ) -> None:
        """Take in one document: its rows and, for each reference, path and blocks."""
        start = self.scorer.n
        note = ""
        texts: list[str] = [""] * len(rows)
        values: list[float | None] = [None] * len(rows)
        usable = [(path, [b for b in blocks if b.strip()]) for path, blocks in references]
        empty = [str(path) for path, blocks in usable if not blocks]
        if not references:
            note = "no reference"
        elif empty:
            note = f"not scored: the reference is empty or not readable ({', '.join(empty)})"
        else:
            note = self._align(document, rows, [blocks for _, blocks in usable], texts, values)
        errors = warnings = violations = terms = 0
        sure = 0.0
        for row, reference, chrf in zip(rows, texts, values, strict=True):
            segment = self._segment(row, reference, chrf)
            self._keep(segment)
            sure += segment.confidence
            errors += sum(f.severity == "error" for f in segment.findings)
            warnings += sum(f.severity == "warning" for f in segment.findings)
            violations += len(segment.violations)
            terms += sum(not t.forbidden for t in row.terms)
            self.tally.add_over_use(row)
            self._occurrences(row)
        self.documents.append(
            (
                DocumentReport(
                    document=document,
                    segments=len(rows),
                    words=sum(len(row.source.split()) for row in rows),
                    reference=", ".join(path.as_posix() for path, _ in references),
                    note=note,
                    scores=(),
                    confidence=sure / len(rows),
                    errors=errors,
                    warnings=warnings,
                    terms=terms,
                    violations=violations,
                ),
                range(start, self.scorer.n),
            )
        )

    def _align(
        self,
        document: str,
        rows: Sequence[Translation],
        references: Sequence[Sequence[str]],
        texts: list[str],
        values: list[float | None],
    ) -> str:
        """Score blocks; give each row the reference text of its sentence and its chrF."""
        blocks, whole = blocks_of(rows)
        aligned = align_blocks(document, whole, references)
        self.scorer.add(aligned.blocks, aligned.references)
        scorer = CorpusScorer(("chrf",))
        places: list[list[int]] = []
        for group, *parts in zip(aligned.groups, *aligned.references, strict=True):
            inside = [index for block in blocks[slice(*group)] for index in block]
            if not inside:
                continue
            sentences = [split_english(part) for part in parts]
            beads = align_blocks(document, [rows[i].target for i in inside], sentences)
            scorer.add(beads.blocks, beads.references)
            for (first, last), text in zip(beads.groups, beads.references[0], strict=True):
                places.append(inside[first:last])
                for index in inside[first:last]:
                    texts[index] = text
        for indices, value in zip(places, scorer.segment_values("chrf"), strict=True):
            for index in indices:
                values[index] = value
        return aligned.note

    def _segment(self, row: Translation, reference: str, chrf: float | None) -> SegmentReport:
        pair = pair_of(row.segment, row)
        across = self.corpus.add(
            pair, row.place, document=row.doc_id, paragraph=row.segment.block_id
        )
        findings = by_gravity([*chosen(row.findings, self.checks, pair), *across])
        segment = SegmentReport(
            row=row,
            findings=findings,
            confidence=confidence(row.source, row, findings),
            reference=reference,
            chrf=chrf,
        )
        self.total += 1
        self.confidence += segment.confidence
        self.engines[row.engine] += 1
        ratio = segment.ratio if len(row.source.strip()) >= 20 else None
        for name, value in (("confidence", segment.confidence), ("chrf", chrf), ("ratio", ratio)):
            if value is not None:
                _, low, high = _FIGURES[name]
                bin_ = int((value - low) / (high - low) * _BINS)
                self.bins[name][min(_BINS - 1, max(0, bin_))] += 1  # outliers in the last
        self.touched.update(
            edit.rung.removeprefix(TOUCH_UP) for edit in row.edits if edit.rung.startswith(TOUCH_UP)
        )
        for finding in findings:
            self.severities[finding.severity] += 1
            self.by_check.setdefault(finding.check, Counter())[finding.severity] += 1
        for check in {finding.check for finding in findings}:
            self.by_check[check]["segments"] += 1
        wanted = tuple({t.expected for t in row.terms if not t.forbidden})
        if wanted and reference and len(self.term_segments) < _MOST_TERM_SEGMENTS:
            self.term_segments.append((row.target, reference, wanted))
        return segment

    def _keep(self, segment: SegmentReport) -> None:
        chrf = 100.0 if segment.chrf is None else segment.chrf
        worry = (float(segment.gravity), -segment.confidence, -chrf)
        entry = (worry, -self.total, segment)
        if len(self.kept) < _KEPT_SEGMENTS:
            heapq.heappush(self.kept, entry)
        else:
            heapq.heappushpop(self.kept, entry)

    def _occurrences(self, row: Translation) -> None:
        for term in row.terms:
            if len(self.occurrences) >= _KEPT_OCCURRENCES and term.satisfied:
                continue
            edits = [
                edit
                for edit in row.edits
                if edit.term == term.occurrence.term and edit.source in (None, term.occurrence.span)
            ]
            seen, found = term.occurrence, term.target
            self.occurrences.append(
                OccurrenceReport(
                    place=row.place,
                    document=row.doc_id,
                    term=seen.term,
                    text=seen.text,
                    before=_words_before(row.source, seen.span.start),
                    after=_words_after(row.source, seen.span.end),
                    target_before=_words_before(row.target, found.start) if found else "",
                    target_after=_words_after(row.target, found.end) if found else "",
                    expected=term.expected,
                    found=term.found,
                    rung=term.rung,
                    satisfied=term.satisfied,
                    changed_from=edits[-1].before if edits else "",
                    changed_to=edits[-1].after if edits else "",
                )
            )

    def result(
        self,
        *,
        created: str,
        manifest: dict[str, Any],
        history: tuple[HistoryRow, ...],
        fingerprint: str,
        texts: str,
        bootstrap: int,
        notes: Iterable[str],
    ) -> QualityReport:
        """Give the report of everything that was taken in."""
        scores = self.scorer.scores(bootstrap=bootstrap) if self.scorer.n else ()
        terms = self.tally.result()
        documents = tuple(
            replace(doc, scores=self.scorer.scores(rows=rows)) if rows else doc
            for doc, rows in self.documents
        )
        ordered = sorted(self.kept, key=lambda entry: (entry[0], entry[1]), reverse=True)
        average = self.confidence / self.total
        engine = ", ".join(name for name, _ in self.engines.most_common())
        values = {score.metric: score.value for score in scores}
        if history and history[-1].table == fingerprint:
            history = history[:-1]
        row = HistoryRow(
            created=created,
            table=fingerprint,
            engine=engine,
            documents=len(documents),
            segments=self.total,
            bleu=values.get("bleu"),
            chrf=values.get("chrf"),
            terms=terms.accuracy,
            violations=terms.violated,
            errors=self.severities["error"],
            warnings=self.severities["warning"],
            confidence=average,
            texts=texts,
        )
        history = (*history, row)
        segments = tuple(segment for _, _, segment in ordered)
        return QualityReport(
            created=created,
            engine=engine,
            segments_total=self.total,
            scores=scores,
            references=sum(bool(rows) for _, rows in self.documents),
            documents=documents,
            segments=segments,
            first=_first(segments),
            checks=self._check_counts(),
            checks_run=(*(check.name for check in self.checks), *sorted(self.corpus_checks)),
            errors=self.severities["error"],
            warnings=self.severities["warning"],
            notes_found=self.severities["info"],
            touch_ups=tuple(self.touched.most_common()),
            terms=terms,
            term_reference=self._term_reference(),
            occurrences=tuple(sorted(self.occurrences, key=attrgetter("satisfied"))),
            spreads=tuple(
                _spread(name, *_FIGURES[name], bins) for name, bins in self.bins.items() if bins
            ),
            confidence=average,
            history=history,
            deltas=deltas(history),
            notes=(*self._notes(documents), *notes),
            manifest=manifest,
        )

    def _term_reference(self) -> TermReferenceMetrics | None:
        return term_reference_metrics(self.term_segments) if self.term_segments else None

    def _check_counts(self) -> tuple[CheckCount, ...]:
        known = _STAGES | titles()
        counts = []
        for name, found in self.by_check.items():
            title, explanation = known.get(
                name, (name.replace("-", " ").capitalize(), "Reported while translating.")
            )
            counts.append(
                CheckCount(
                    name=name,
                    title=title,
                    explanation=explanation,
                    errors=found["error"],
                    warnings=found["warning"],
                    notes=found["info"],
                    segments=found["segments"],
                )
            )
        return tuple(sorted(counts, key=lambda c: (-c.errors, -c.warnings, -c.notes, c.name)))

    def _notes(self, documents: Sequence[DocumentReport]) -> tuple[str, ...]:
        notes = [f"{doc.document}: {doc.note}" for doc in documents if doc.note and doc.reference]
        bare = [doc.document for doc in documents if not doc.reference]
        if bare and len(bare) < len(documents):
            notes.append(f"without reference, not scored: {', '.join(bare)}")
        elif bare:
            notes.append("no document has a reference: BLEU and chrF were not computed")
        if self.total > len(self.kept):
            notes.append(
                f"{self.total} segments were checked; the worst {len(self.kept)} are listed"
            )
        return tuple(notes)


def _first(segments: Sequence[SegmentReport]) -> tuple[int, ...]:
    grave = [index for index, segment in enumerate(segments) if segment.gravity]
    return tuple(varied(grave, lambda index: segments[index].trouble, _FIRST))


def _words_before(text: str, start: int) -> str:
    """Give the words before a place, whole ones, with a sign where text is left out."""
    cut = start - _AROUND
    if cut <= 0:
        return text[:start]
    space = text.find(" ", cut, start)
    return "… " + text[(space + 1 if space >= 0 else cut) : start]


def _words_after(text: str, end: int) -> str:
    """Give the words after a place, whole ones, with a sign where text is left out."""
    cut = end + _AROUND
    if cut >= len(text):
        return text[end:]
    space = text.rfind(" ", end, cut)
    return text[end : space if space >= 0 else cut] + " …"
