"""From segments to renderings: memory, engine, second look, glossary, in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary import enforce, hints_for
from pipeline.memory import segment_key
from pipeline.records import Draft, Finding, Hypothesis, Rendering, Request, Segment
from pipeline.translate.choice import covering_terms, ranked
from pipeline.translate.lines import is_prose
from pipeline.translate.recall import Recall
from pipeline.translate.second_look import Look, second_look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.glossary import Matches, TermBase
    from pipeline.memory import TranslationMemory
    from pipeline.records import Severity
    from pipeline.translate.engine_choice import ChosenEngine
    from pipeline.translate.recall import Made
    from pipeline.translate.stopping import Stop

COPIED = "copy"
"""The engine's name of segments without a word to translate."""

APPROVED = "approved"
"""The engine's name of segments that a person has settled."""

_FLAGS: dict[str, tuple[Severity, str]] = {
    "loop": ("error", "the model repeats itself"),
    "empty": ("error", "the model gave nothing: the French stands as it was"),
    "copied": ("error", "the model gave the French back"),
    "truncated": ("error", "the translation breaks off"),
    "refused": ("error", "the model refused to translate"),
    "unrelated": ("error", "the model wrote something else than a translation"),
    "unanswered": ("error", "the engine gave no answer"),
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
    key: bytes  # equal keys, equal renderings
    seen: Matches  # what the glossary has to say about it


class Finisher:
    """Turns segments into renderings: the sentence's way, wired here and nowhere else.

    Args:
        chosen: the engine with what was measured of it.
        memory: for answers, finished segments and people's corrections.
        termbase: the glossary.
        stop: looked at before every step.
        renew: answer from memory only what was decoded since this object was made.
        look: which sentences are translated a second time: ``off``, ``french`` or ``full``.
        on_step: see `Recall`.
        on_made: see `Recall`.
    """

    def __init__(
        self,
        chosen: ChosenEngine,
        memory: TranslationMemory,
        termbase: TermBase,
        *,
        stop: Stop,
        renew: bool = False,
        look: str = "full",
        on_step: Callable[[int, int], None] = lambda _done, _all: None,
        on_made: Callable[[Sequence[Made]], None] = lambda _made: None,
    ) -> None:
        self.counts = SegmentCounts()
        self.recall = Recall(
            chosen.engine,
            memory,
            stop=stop,
            step_tokens=chosen.step_tokens,
            renew=renew,
            on_step=on_step,
            on_made=on_made,
        )
        self._engine = chosen.engine
        self._masks = chosen.masks
        self._memory = memory
        self._termbase = termbase
        self._renew = renew
        self._look = look
        self._quick = chosen.quick if look == "full" else None
        # More hypotheses cost a beam search little, and the best one is not always the first.
        self._choices = max(1, chosen.engine.decoding.beam) if chosen.engine.abilities.nbest else 1

    def __call__(self, segments: Sequence[Segment]) -> list[Rendering]:
        """Finish segments: as many renderings, same order.

        Raises:
            EngineError, OutputError, MemoryStoreError, Stopped: see `Recall.ask`.
        """
        results, prose = self._sorted_out(segments)
        for rendering in results.values():
            self.counts.approved += rendering.engine == APPROVED
            self.counts.copied += rendering.engine == COPIED
        finished = self._prose([segments[i] for i in prose])
        results.update(zip(prose, finished, strict=True))
        self.counts.total += len(segments)
        return [results[i] for i in range(len(segments))]

    def texts(self, sources: Sequence[str]) -> list[str]:
        """Translate parts of sentences, the glossary kept; they count for nothing."""
        counts, self.counts = self.counts, SegmentCounts()
        try:
            return [rendering.target for rendering in self([_part(source) for source in sources])]
        finally:
            self.counts = counts

    def lacking(self, segments: Sequence[Segment]) -> list[Todo]:
        """Give what would be translated now, each once: what neither memory nor people know."""
        _, prose = self._sorted_out(segments)
        todo = {t.key: t for t in reversed([self._todo(segments[i]) for i in prose])}
        known = {} if self._renew else self._memory.finished(list(todo))
        return [t for t in reversed(todo.values()) if t.key not in known]

    def request(self, todo: Todo) -> Request:
        """Give the first request that a segment costs."""
        request = self._in_full(todo)
        if self._quick is None:
            return request
        return replace(request, hypotheses=1, decoding=self._quick.decoding)

    def _in_full(self, todo: Todo) -> Request:
        # An engine that listens is told what the glossary says.
        return Request(
            source=todo.segment.source,
            hypotheses=self._choices,
            hints=hints_for(todo.seen) if self._engine.abilities.hints else (),
        )

    def _sorted_out(self, segments: Sequence[Segment]) -> tuple[dict[int, Rendering], list[int]]:
        """Give, by position, what needs no translating, and the positions of the rest."""
        approved = self._memory.approved(dict.fromkeys(s.source for s in segments))
        settled: dict[int, Rendering] = {}
        prose: list[int] = []
        for i, segment in enumerate(segments):
            if segment.source in approved:
                settled[i] = _settled(approved[segment.source].target, APPROVED)
            elif not is_prose(_visible(segment)):
                settled[i] = _settled(segment.source, COPIED)
            else:
                prose.append(i)
        return settled, prose

    def _prose(self, segments: Sequence[Segment]) -> list[Rendering]:
        todo = [self._todo(segment) for segment in segments]
        keys = [t.key for t in todo]
        known = {} if self._renew else self._memory.finished(list(dict.fromkeys(keys)))
        self.counts.remembered += sum(key in known for key in keys)
        missing: dict[bytes, Todo] = {}
        for t in todo:
            if t.key not in known:
                missing.setdefault(t.key, t)
        fresh = self._translate(list(missing.values()))
        self._memory.keep_finished(
            (key, missing[key].segment.source, rendering) for key, rendering in fresh.items()
        )
        met: set[bytes] = set()
        result: list[Rendering] = []
        for t in todo:
            if t.key in known:
                result.append(t.seen.located(known[t.key]))
                continue
            rendering = fresh[t.key]
            if t.key in met:  # the same sentence again
                self.counts.remembered += 1
                rendering = replace(rendering, memory=True, seconds=0.0)
            met.add(t.key)
            result.append(rendering)
        return result

    def _todo(self, segment: Segment) -> Todo:
        seen = self._termbase.match(segment.source, protected=segment.protected)
        key = segment_key(
            self._engine.fingerprint,
            self._engine.decoding,
            segment.source,
            terms=seen.key,
            extra=repr((segment.protected, self._masks if seen else None, self._look, self._quick)),
        )
        return Todo(segment=segment, key=key, seen=seen)

    def _translate(self, todo: Sequence[Todo]) -> dict[bytes, Rendering]:
        requests = [self.request(t) for t in todo]
        answers = self.recall.ask(requests)
        results: dict[bytes, Rendering] = {}
        drafts: list[tuple[Todo, Draft]] = []
        for t, request, answer in zip(todo, requests, answers, strict=True):
            if answer.remembered:
                self.counts.remembered += 1
            else:
                self.counts.translated += 1
            terms = [m.occurrence.span for m in t.seen.matches]
            hypotheses = ranked(_never_empty(answer.hypotheses, t.segment.source), t.segment, terms)
            draft = Draft(
                segment=t.segment,
                hypotheses=hypotheses,
                engine=self._engine.name,
                fingerprint=self._engine.fingerprint,
                hints=request.hints,
                seconds=answer.seconds,
                findings=flag_findings(hypotheses[0]),
            )
            if t.seen:
                drafts.append((t, draft))
            else:
                results[t.key] = _plain(draft, memory=answer.remembered)
        kept = self._enforced(drafts)
        results |= {t.key: rendering for (t, _), rendering in zip(drafts, kept, strict=True)}
        if self._look != "off":
            cases = {t.key: t for t in todo}
            again = second_look(
                [(cases[key], rendering) for key, rendering in results.items()],
                Look(
                    meaning=self._look == "full",
                    can=self._engine.abilities,
                    unsure=None if self._quick is None else self._quick.unsure,
                ),
                self._in_full,
                self.recall.ask,
                self._enforced,
            )
            results = dict(zip(results, again, strict=True))
        segments = {t.key: t.segment for t in todo}
        return {key: _covered(segments[key], rendering) for key, rendering in results.items()}

    def _enforced(self, drafts: Sequence[tuple[Todo, Draft]]) -> Sequence[Rendering]:
        """Keep the glossary in drafts."""
        if not drafts:
            return ()
        return enforce(
            [draft for _, draft in drafts],
            self._termbase,
            self.recall,
            masks=self._masks,
            can_ban=self._engine.abilities.bans,
            matches=[t.seen for t, _ in drafts],
        )


def _never_empty(hypotheses: tuple[Hypothesis, ...], source: str) -> tuple[Hypothesis, ...]:
    """Let the French stand where the model gave nothing, so that no text is lost."""
    best = hypotheses[0]
    if best.text.strip():
        return hypotheses
    flags = best.flags if "empty" in best.flags else ("empty", *best.flags)
    return (replace(best, text=source, flags=flags), *hypotheses[1:])


def _covered(segment: Segment, rendering: Rendering) -> Rendering:
    """Note how much of the French stands in the English."""
    seen = covering_terms(segment, rendering.target, rendering.terms)
    return replace(rendering, coverage=seen.both)


def _plain(draft: Draft, *, memory: bool) -> Rendering:
    """Take the draft as it is: no term touches it."""
    best = draft.hypotheses[0]
    return Rendering(
        draft=best.text,
        target=best.text,
        engine=draft.engine,
        fingerprint=draft.fingerprint,
        score=best.score,
        hypotheses=draft.hypotheses,
        findings=draft.findings,
        memory=memory,
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


def _settled(target: str, engine: str) -> Rendering:
    """Give what no model wrote: a person's sentence, or one without a word to translate."""
    return Rendering(
        draft=target,
        target=target,
        engine=engine,
        fingerprint="",
        score=None,
        hypotheses=(Hypothesis(text=target, score=None),),
        memory=engine == APPROVED,
    )


def _visible(segment: Segment) -> str:
    """Give the source without what its markup protects (code, addresses)."""
    text = segment.source
    for span in reversed(segment.protected):
        text = text[: span.start] + " " + text[span.end :]
    return text
