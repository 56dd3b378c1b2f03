"""The ladder: each rung a function, cheapest and least damaging first.

1. ``draft``       the draft holds every term
2. ``hypothesis``  another hypothesis does, and its score is close
3. ``repair``      a mistaken rendering is mended in place
4. ``retranslate`` the target form is written into the French source (code-switching);
   ``hint`` and ``ban`` follow where the engine can
5. ``masked``      a placeholder goes through the model and comes back exactly once
6. ``flag``        the best draft is kept and the violation reported

``Rendering.draft`` is always the engine's first answer. A rung that takes another text
whole writes one edit, cut down to the words that differ; repairs write one edit a change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary.enforce.assess import Assessment, assess
from pipeline.glossary.enforce.edits import rewrite
from pipeline.glossary.enforce.placeholders import mask, unmask
from pipeline.glossary.enforce.repair import repair
from pipeline.glossary.enforce.result import finish
from pipeline.glossary.enforce.rewording import (
    bans,
    code_switch,
    hints_for,
    looks_sound,
    loses,
    one_line,
    unquote,
)
from pipeline.glossary.match.english import pluralise, upper_first
from pipeline.records import Request, Span, score_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.glossary.records import MaskShape, Matches
    from pipeline.glossary.termbase import TermBase
    from pipeline.records import Draft, Edit, Hypothesis, Rendering, Translate


MAX_SCORE_LOSS = 0.5
"""How much worse than the draft another hypothesis may score: natural log per token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text on its way to become the target."""

    text: str
    edits: tuple[Edit, ...]  # from the draft to the text
    whole: str  # rung that gave the text before repairs: "draft", "hypothesis" …
    raw: Assessment  # before repairs
    final: Assessment  # after repairs
    score: float | None


@dataclass(slots=True, kw_only=True)
class _Work:
    """One draft on the ladder."""

    draft: Draft
    matches: Matches
    best: Candidate
    spare: Candidate | None = None  # the best rewording in which a term's number is odd

    @property
    def done(self) -> bool:
        return self.best.final.violations == 0

    def offer(self, candidate: Candidate | None) -> None:
        """Take a candidate that leaves fewer violations than the best so far."""
        if candidate and candidate.final.violations < self.best.final.violations:
            self.best = candidate

    def offer_reworded(self, candidate: Candidate) -> None:
        """Take a rewording; where it is odd, only if no other rung finds a better one.

        A model that meets "la AI race" in French may go on with "the AI races into": an
        accepted plural by its letters, and a verb.
        """
        if not _odd_number(candidate.final, self.best.final, self.matches):
            self.offer(candidate)
        elif self.spare is None or candidate.final.violations < self.spare.final.violations:
            self.spare = candidate


def _candidate(draft: Draft, matches: Matches, hypothesis: Hypothesis, rung: str) -> Candidate:
    first = draft.hypotheses[0].text
    taken = hypothesis.text
    raw = assess(taken, matches)
    if rung not in {"draft", "hypothesis"} and _lost_capital(taken, raw, draft.segment.source):
        taken = upper_first(taken)
        raw = assess(taken, matches)
    text, mended, final = repair(taken, matches)
    cause = _cause(draft, matches)
    return Candidate(
        text=text,
        edits=(
            *rewrite(first, taken, rung=rung, term=cause[0], source=cause[1]),
            *mended,
        ),
        whole=rung,
        raw=raw,
        final=final,
        score=hypothesis.score,
    )


def _odd_number(measured: Assessment, before: Assessment, matches: Matches) -> bool:
    """Say whether a term that was missing before came out in another number than the French."""
    for index in before.missing:
        match, hit = matches.matches[index], measured.hits[index]
        if hit is None or match.term.status == "dnt":
            continue
        form = pluralise(hit.form) if match.plural and match.term.inflect else hit.form
        if measured.target.text[hit.start : hit.end].casefold() != form.casefold():
            return True
    return False


def _lost_capital(text: str, measured: Assessment, source: str) -> bool:
    """Say whether a sentence begins with a term that a rewording left in lower case."""
    letter = next((c for c in source if c.isalpha()), "")
    starts = [h.start for h in measured.hits if h is not None]
    return letter.isupper() and any(not any(map(str.isalnum, text[:s])) for s in starts)


def _cause(draft: Draft, matches: Matches) -> tuple[str, Span | None]:
    """Name the first term that the draft misses: it is why the draft was given up."""
    measured = assess(draft.hypotheses[0].text, matches)
    if measured.missing:
        match = matches.matches[measured.missing[0]]
        return match.term.source, Span(start=match.start, end=match.end)
    if measured.forbidden:
        return measured.forbidden[0][0].source, None
    return "", None


def check_draft(draft: Draft, matches: Matches) -> Candidate:
    """Rung 1: measure the engine's first answer as it stands."""
    text = draft.hypotheses[0].text
    measured = assess(text, matches)
    return Candidate(
        text=text,
        edits=(),
        whole="draft",
        raw=measured,
        final=measured,
        score=draft.hypotheses[0].score,
    )


def choose_hypothesis(
    draft: Draft,
    matches: Matches,
    *,
    max_loss: float = MAX_SCORE_LOSS,
    lossy: bool = False,
) -> Candidate | None:
    """Rung 2: find another hypothesis that holds every term and scores about as well.

    Args:
        draft: the draft; its hypotheses stand best first.
        matches: the terms of its source.
        max_loss: how much lower the score may be, in natural log per token.
        lossy: a number or a capitalised word of the draft may be missing.

    Returns:
        The best-scored such hypothesis, or None.
    """
    for hypothesis in _others(draft, max_loss, lossy=lossy):
        if assess(hypothesis.text, matches).violations == 0:
            return _candidate(draft, matches, hypothesis, "hypothesis")
    return None


def _others(draft: Draft, max_loss: float, *, lossy: bool) -> Iterator[Hypothesis]:
    """Give the hypotheses that may stand in for the draft, best first."""
    first = draft.hypotheses[0]
    for hypothesis in draft.hypotheses[1:]:
        if hypothesis.flags or score_lost(first.score, hypothesis.score) > max_loss:
            continue
        if lossy or not loses(hypothesis.text, first.text, draft.segment.source, names=True):
            yield hypothesis


def repair_in_place(
    draft: Draft,
    matches: Matches,
    *,
    max_loss: float = MAX_SCORE_LOSS,
    lossy: bool = False,
) -> Candidate:
    """Rung 3: mend the draft, or the hypothesis that mending brings furthest."""
    best = _candidate(draft, matches, draft.hypotheses[0], "draft")
    for hypothesis in _others(draft, max_loss, lossy=lossy):
        if best.final.violations == 0:
            break
        other = _candidate(draft, matches, hypothesis, "hypothesis")
        if other.final.violations < best.final.violations:
            best = other
    return best


def _ask(
    works: Sequence[_Work],
    translate: Translate,
    rung: str,
    request: Callable[[_Work], Request | None],
    reading: Callable[[str, _Work], str] = lambda text, _: text,
) -> None:
    """Send one request for each unfinished work, in one call, and offer what comes back.

    A request that asks again what made the draft is not sent.
    """
    asked = []
    for work in works:
        wanted = None if work.done else request(work)
        if wanted is not None and wanted != _request(work):
            asked.append((work, wanted))
    if not asked:
        return
    answers = translate([r for _, r in asked])
    for (work, _), hypotheses in zip(asked, answers, strict=True):
        for hypothesis in hypotheses:
            answer = replace(hypothesis, text=reading(hypothesis.text, work))
            if looks_sound(answer, work.draft):
                work.offer_reworded(_candidate(work.draft, work.matches, answer, rung))


def retranslate_switched(works: Sequence[_Work], translate: Translate) -> None:
    """Rung 4a: translate again with target forms written into the French source.

    First only the missing terms, which changes the sentence least; then every term; then
    the missing ones in quotation marks, which are taken away again.
    """

    def missing(work: _Work) -> Request | None:
        return _switched(work, work.best.final.missing)

    def every(work: _Work) -> Request | None:
        number = len(work.matches.matches)
        return _switched(work, range(number)) if 0 < len(work.best.final.missing) < number else None

    def quoted(work: _Work) -> Request | None:
        return _switched(work, work.best.final.missing, quoted=True)

    def plain(text: str, work: _Work) -> str:
        number = range(len(work.matches.matches))
        return unquote(text, work.draft.segment.source, work.matches, number)

    _ask(works, translate, "retranslate", missing)
    _ask(works, translate, "retranslate", every)
    _ask(works, translate, "retranslate", quoted, plain)


def _switched(work: _Work, chosen: Sequence[int], *, quoted: bool = False) -> Request | None:
    if not chosen:
        return None
    source = work.draft.segment.source
    return _request(work, code_switch(source, work.matches, chosen, quoted=quoted))


def retranslate_hinted(works: Sequence[_Work], translate: Translate) -> None:
    """Rung 4b: translate again with the term pairs as hints."""
    _ask(
        works,
        translate,
        "hint",
        lambda w: replace(_request(w), hints=hints_for(w.matches)) if w.matches.matches else None,
    )


def retranslate_banned(works: Sequence[_Work], translate: Translate) -> None:
    """Rung 4c: translate again with what stood in the term's place banned."""

    def request(work: _Work) -> Request | None:
        banned = bans(work.draft, work.matches, work.best.final)
        return replace(_request(work), banned=banned) if banned else None

    _ask(works, translate, "ban", request)


def masked_pass(works: Sequence[_Work], translate: Translate, shape: MaskShape) -> None:
    """Rung 5: send the terms through as placeholders; each must come back exactly once."""
    asked = [w for w in works if not w.done and w.best.final.missing]
    if not asked:
        return
    answers = translate(
        [_request(w, mask(w.draft.segment.source, w.matches, shape)) for w in asked]
    )
    for work, hypotheses in zip(asked, answers, strict=True):
        for hypothesis in hypotheses:
            restored = unmask(hypothesis.text, work.matches, shape)
            if restored is None:
                continue
            answer = replace(hypothesis, text=restored)
            if looks_sound(answer, work.draft):
                work.offer_reworded(_candidate(work.draft, work.matches, answer, "masked"))


def _request(work: _Work, source: str | None = None) -> Request:
    text = work.draft.segment.source if source is None else source
    return Request(source=one_line(text), hypotheses=len(work.draft.hypotheses))


def enforce(
    drafts: Sequence[Draft],
    termbase: TermBase,
    translate: Translate,
    *,
    hints: bool = False,
    masks: MaskShape | None = None,
    matches: Sequence[Matches] | None = None,
) -> tuple[Rendering, ...]:
    """Make drafts keep the glossary, or say by name where they don't.

    Every occurrence of a source term either holds an accepted target form, at a place that
    no other occurrence has used, or its ``TermResult`` is ``violated`` and a finding of
    check ``term`` and severity ``error`` names it. A draft without terms is not touched.

    Args:
        drafts: segments with the engine's hypotheses, best first. In a segment's
            ``protected`` stretches no term is looked for.
        termbase: the terms.
        translate: the engine; called once for each way of asking (six at most), with all
            the sentences that are still unsatisfied.
        hints: whether the engine understands ``Request.hints``.
        masks: the placeholder shape measured on the engine's model; no masked pass where
            none was measured.
        matches: what ``termbase`` sees in each draft's source, where the caller has looked
            already: a sentence need not be matched twice.

    Returns:
        As many renderings as drafts, in the same order. For each,
        ``replay(rendering.draft, rendering.edits) == rendering.target``.

    Raises:
        EngineError: the engine failed on a retranslation.
    """
    if matches is None:
        matches = [termbase.match(d.segment.source, protected=d.segment.protected) for d in drafts]
    works: list[_Work] = []
    for draft, seen in zip(drafts, matches, strict=True):
        work = _Work(draft=draft, matches=seen, best=check_draft(draft, seen))
        if not work.done:
            work.offer(choose_hypothesis(draft, seen))
        if not work.done:
            work.offer(repair_in_place(draft, seen))
        works.append(work)
    retranslate_switched(works, translate)
    if hints:
        retranslate_hinted(works, translate)
    retranslate_banned(works, translate)
    if masks is not None:
        masked_pass(works, translate, masks)
    for work in works:
        if not work.done:
            work.offer(work.spare)
        if not work.done:  # better a sentence that lost a word than one that lost a term
            work.offer(choose_hypothesis(work.draft, work.matches, lossy=True))
        if not work.done:
            work.offer(repair_in_place(work.draft, work.matches, lossy=True))
    return tuple(finish(w.draft, w.matches, w.best) for w in works)
