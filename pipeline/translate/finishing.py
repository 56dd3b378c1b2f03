"""From segments to finished translations: memory, engine, glossary, in this order."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary import enforce
from pipeline.memory import segment_key
from pipeline.records import Draft, Finding, Hypothesis, Request, Segment, Translation
from pipeline.translate.lines import is_prose
from pipeline.translate.second_look import second_look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.engines import Engine
    from pipeline.glossary import MaskShape, TermBase
    from pipeline.memory import Approved, TranslationMemory
    from pipeline.records import Markup, Severity, Span
    from pipeline.translate.recall import Recall

__all__ = [
    "APPROVED",
    "COPIED",
    "Finisher",
    "SegmentCounts",
    "Todo",
    "flag_findings",
    "protected_spans",
]

COPIED = "copy"
"""The engine's name of segments without a word to translate."""

APPROVED = "approved"
"""The engine's name of segments that a person has settled."""

_FLAGS: dict[str, tuple[Severity, str]] = {
    "loop": ("error", "the model repeats itself"),
    "empty": ("error", "the model gave nothing: the French stands as it was"),
    "copied": ("error", "the model gave the French back"),
    "truncated": ("error", "the translation breaks off"),
    "length": ("warning", "far longer or shorter than the French"),
    "split": ("warning", "longer than the model reads: translated in parts"),
}


def flag_findings(hypothesis: Hypothesis) -> tuple[Finding, ...]:
    """Turn what the guard saw in a hypothesis into findings."""
    findings = []
    for flag in hypothesis.flags:
        severity, message = _FLAGS.get(flag, ("warning", f"the engine reports: {flag}"))
        findings.append(Finding(check=flag, severity=severity, message=message))
    return tuple(findings)


@dataclass(slots=True, kw_only=True)
class SegmentCounts:
    """Where finished segments came from. Written by one thread, read by others."""

    total: int = 0
    copied: int = 0
    approved: int = 0
    remembered: int = 0  # whole, or their draft
    translated: int = 0  # drafts that the engine decoded now


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A segment that has words to translate."""

    segment: Segment
    key: bytes  # equal keys, equal translations
    touched: bool  # by the glossary


class Finisher:
    """Turns segments into translations.

    Args:
        engine: the engine, for its name, fingerprint and options.
        recall: the way to it.
        memory: for finished segments and people's corrections.
        termbase: the glossary.
        masks: the placeholder shape that was measured on the engine's model.
        renew: do not take finished segments from memory.
        look_again: translate sentences with French left over a second time.
    """

    def __init__(
        self,
        engine: Engine,
        recall: Recall,
        memory: TranslationMemory,
        termbase: TermBase,
        *,
        masks: MaskShape | None = None,
        renew: bool = False,
        look_again: bool = True,
    ) -> None:
        self.counts = SegmentCounts()
        self._engine = engine
        self._recall = recall
        self._memory = memory
        self._termbase = termbase
        self._masks = masks
        self._renew = renew
        self._look_again = look_again
        self._forbidden = {t.source: t.place for t in termbase.terms if t.status == "forbidden"}
        # More hypotheses cost a beam search little, and only a term can need them.
        self._choices = max(1, engine.decoding.beam)

    def __call__(self, segments: Sequence[Segment]) -> list[Translation]:
        """Finish segments: as many translations, same order.

        Raises:
            EngineError, OutputError, MemoryStoreError, Stopped: see `Recall.ask`.
        """
        results, prose = self._sorted_out(segments)
        for translation in results.values():
            self.counts.approved += translation.engine == APPROVED
            self.counts.copied += translation.engine == COPIED
        finished = self._prose([segments[i] for i in prose])
        results.update(zip(prose, finished, strict=True))
        self.counts.total += len(segments)
        return [results[i] for i in range(len(segments))]

    def texts(self, sources: Sequence[str]) -> list[str]:
        """Translate parts of sentences, the glossary kept; they count for nothing."""
        counts, self.counts = self.counts, SegmentCounts()
        try:
            return [t.target for t in self([_part(source) for source in sources])]
        finally:
            self.counts = counts

    def lacking(self, segments: Sequence[Segment]) -> list[Todo]:
        """Give what would be translated now, each once: what neither memory nor people know."""
        _, prose = self._sorted_out(segments)
        todo: dict[bytes, Todo] = {}
        for i in prose:
            t = self._todo(segments[i])
            todo.setdefault(t.key, t)
        if self._renew:
            return list(todo.values())
        found = self._memory.finished([(t.key, t.segment) for t in todo.values()])
        return [t for t, known in zip(todo.values(), found, strict=True) if known is None]

    def request(self, todo: Todo) -> Request:
        """Give the first request that a segment costs."""
        return Request(source=todo.segment.source, hypotheses=self._choices if todo.touched else 1)

    def _sorted_out(self, segments: Sequence[Segment]) -> tuple[dict[int, Translation], list[int]]:
        """Give, by position, what needs no translating, and the positions of the rest."""
        approved = self._memory.approved(dict.fromkeys(s.source for s in segments))
        settled: dict[int, Translation] = {}
        prose: list[int] = []
        for i, segment in enumerate(segments):
            if segment.source in approved:
                settled[i] = _settled(segment, approved[segment.source])
            elif not is_prose(_visible(segment)):
                settled[i] = _copied(segment)
            else:
                prose.append(i)
        return settled, prose

    def _prose(self, segments: Sequence[Segment]) -> list[Translation]:
        todo = [self._todo(segment) for segment in segments]
        found: list[Translation | None] = [None] * len(todo)
        if not self._renew:
            found = self._memory.finished([(t.key, t.segment) for t in todo])
            self.counts.remembered += sum(f is not None for f in found)
        missing: dict[bytes, Todo] = {}
        for t, known in zip(todo, found, strict=True):
            if known is None:
                missing.setdefault(t.key, t)
        fresh = self._translate(list(missing.values()))
        self._memory.keep_finished(fresh.items())
        seen: set[bytes] = set()
        result: list[Translation] = []
        for t, known in zip(todo, found, strict=True):
            if known is not None:
                result.append(self._with_rows(known) if t.touched else known)
                continue
            translation = fresh[t.key]
            if t.key in seen:  # the same sentence again
                self.counts.remembered += 1
                translation = replace(translation, memory=True, seconds=0.0)
            seen.add(t.key)
            result.append(replace(translation, segment=t.segment))
        return result

    def _with_rows(self, translation: Translation) -> Translation:
        """Name the glossary's rows where they stand now: lines move, meanings stay."""
        segment = translation.segment
        seen = self._termbase.find(segment.source, protected=protected_spans(segment.markup))
        rows = {(o.start, o.end): o.row for o in seen}
        terms = []
        for term in translation.terms:
            old = term.occurrence
            row = rows.get((old.start, old.end)) or self._forbidden.get(old.term, old.row)
            terms.append(replace(term, occurrence=replace(old, row=row)))
        return replace(translation, terms=tuple(terms))

    def _todo(self, segment: Segment) -> Todo:
        protected = protected_spans(segment.markup)
        terms = self._termbase.key(segment.source, protected=protected) if self._termbase else ""
        key = segment_key(
            self._engine.fingerprint,
            self._engine.decoding,
            segment.source,
            terms=terms,
            extra=repr((protected, self._masks if terms else None, self._look_again)),
        )
        return Todo(segment=segment, key=key, touched=bool(terms))

    def _translate(self, todo: Sequence[Todo]) -> dict[bytes, Translation]:
        answers = self._recall.ask([self.request(t) for t in todo])
        results: dict[bytes, Translation] = {}
        drafts: list[tuple[bytes, Draft]] = []
        for t, answer in zip(todo, answers, strict=True):
            if answer.remembered:
                self.counts.remembered += 1
            else:
                self.counts.translated += 1
            hypotheses = _never_empty(answer.hypotheses, t.segment.source)
            draft = Draft(
                segment=t.segment,
                hypotheses=hypotheses,
                engine=self._engine.name,
                fingerprint=self._engine.fingerprint,
                seconds=answer.seconds,
                findings=flag_findings(hypotheses[0]),
            )
            if t.touched:
                drafts.append((t.key, draft))
            else:
                results[t.key] = replace(_plain(draft), memory=answer.remembered)
        if drafts:
            finished = enforce(
                [draft for _, draft in drafts],
                self._termbase,
                self._recall,
                hints=self._engine.supports_hints,
                masks=self._masks,
            )
            for (key, _), translation in zip(drafts, finished, strict=True):
                results[key] = translation
        if not self._look_again:
            return results
        seen = second_look(
            list(results.values()),
            self._termbase,
            self._recall.ask,
            choices=self._choices,
            protected=lambda segment: protected_spans(segment.markup),
            hints=self._engine.supports_hints,
            masks=self._masks,
        )
        return dict(zip(results, seen, strict=True))


def _never_empty(hypotheses: tuple[Hypothesis, ...], source: str) -> tuple[Hypothesis, ...]:
    """Let the French stand where the model gave nothing, so that no text is lost."""
    best = hypotheses[0]
    if best.text.strip():
        return hypotheses
    flags = best.flags if "empty" in best.flags else ("empty", *best.flags)
    return (replace(best, text=source, flags=flags), *hypotheses[1:])


def _plain(draft: Draft) -> Translation:
    """Take the draft as it is: no term touches it."""
    best = draft.hypotheses[0]
    return Translation(
        segment=draft.segment,
        draft=best.text,
        target=best.text,
        engine=draft.engine,
        fingerprint=draft.fingerprint,
        score=best.score,
        hypotheses=draft.hypotheses,
        findings=draft.findings,
        seconds=draft.seconds,
    )


def _part(source: str) -> Segment:
    """Give a part of a sentence the form of a segment that stands nowhere."""
    return Segment(
        doc_id="",
        block_id=0,
        segment_id=0,
        kind="part",
        start=0,
        end=len(source),
        block_start=0,
        block_end=len(source),
        source=source,
    )


def _settled(segment: Segment, approved: Approved) -> Translation:
    return Translation(
        segment=segment,
        draft=approved.target,
        target=approved.target,
        engine=APPROVED,
        fingerprint="",
        score=math.nan,
        hypotheses=(Hypothesis(text=approved.target, score=math.nan),),
        memory=True,
    )


def _copied(segment: Segment) -> Translation:
    return Translation(
        segment=segment,
        draft=segment.source,
        target=segment.source,
        engine=COPIED,
        fingerprint="",
        score=math.nan,
        hypotheses=(Hypothesis(text=segment.source, score=math.nan),),
    )


def protected_spans(markup: Sequence[Markup]) -> tuple[Span, ...]:
    """Give the stretches of a segment's text that are not prose (code, addresses)."""
    if not markup:
        return ()
    from pipeline.documents import markup_spans

    return markup_spans(markup)


def _visible(segment: Segment) -> str:
    """Give the source without what its markup protects (code, addresses)."""
    text = segment.source
    for span in reversed(protected_spans(segment.markup)):
        text = text[: span.start] + " " + text[span.end :]
    return text
