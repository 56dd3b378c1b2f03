"""The ladder: each rung a function, cheapest and least damaging first.

1. ``draft``       the draft holds every term (an engine that reads hints was told them)
2. ``hypothesis``  another hypothesis does, and its score is close
3. ``repair``      a mistaken rendering is mended in place
4. ``retranslate`` the target form is written into the French source (code-switching);
   ``ban`` forbids what stood there instead
5. ``masked``      a placeholder goes through the model and comes back exactly once
6. ``flag``        the best draft is kept and the violation reported

``Rendering.draft`` is always the engine's first answer. A rung that takes another text
whole writes one edit, cut down to the words that differ; repairs write one edit a change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.glossary.enforce.assess import Assessment, Candidate, assess, finish
from pipeline.glossary.enforce.placeholders import mask, unmask
from pipeline.glossary.enforce.repair import repair, rewrite
from pipeline.glossary.enforce.rewording import (
    bans,
    code_switch,
    looks_sound,
    loses,
    one_line,
    unquote,
)
from pipeline.glossary.match import pluralise, upper_first
from pipeline.records import Request, Span, score_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.glossary.records import MaskShape, Matches
    from pipeline.glossary.termbase import TermBase
    from pipeline.records import Draft, Hypothesis, Rendering, Translate


MAX_SCORE_LOSS = 0.5
"""How much worse than the draft another hypothesis may score: natural log per token."""


class _Work:
    """One draft on the ladder. Rung 1 is where it starts: the engine's first answer."""

    def __init__(self, draft: Draft, matches: Matches) -> None:
        self.draft = draft
        self.matches = matches
        self.source = draft.segment.source
        first = draft.hypotheses[0]
        measured = assess(first.text, matches)
        self.first = self.best = Candidate(
            text=first.text,
            edits=(),
            whole="draft",
            raw=measured,
            final=measured,
            score=first.score,
        )
        self.spare: Candidate | None = None  # the best rewording with a term's number odd

    @property
    def done(self) -> bool:
        return self.best.violations == 0

    @property
    def missing(self) -> tuple[int, ...]:
        return self.best.final.missing

    def offer(self, candidate: Candidate | None) -> None:
        """Take a candidate that leaves fewer violations than the best so far."""
        if candidate and candidate.violations < self.best.violations:
            self.best = candidate

    def offer_reworded(self, candidate: Candidate) -> None:
        """Take a rewording; where it is odd, only if no other rung finds a better one.

        A model that meets "la AI race" in French may go on with "the AI races into": an
        accepted plural by its letters, and a verb.
        """
        if not _odd_number(candidate.final, self.best.final, self.matches):
            self.offer(candidate)
        elif self.spare is None or candidate.violations < self.spare.violations:
            self.spare = candidate

    def candidate(self, hypothesis: Hypothesis, rung: str) -> Candidate:
        """Mend a text in place; its edits start from the draft."""
        taken = hypothesis.text
        raw = assess(taken, self.matches)
        if rung not in {"draft", "hypothesis"} and _lost_capital(taken, raw, self.source):
            taken = upper_first(taken)
            raw = assess(taken, self.matches)
        text, mended, final = repair(taken, self.matches)
        term, span = self.cause()
        edits = rewrite(self.first.text, taken, rung=rung, term=term, source=span)
        return Candidate(
            text=text,
            edits=(*edits, *mended),
            whole=rung,
            raw=raw,
            final=final,
            score=hypothesis.score,
        )

    def cause(self) -> tuple[str, Span | None]:
        """Name the first term that the draft misses: it is why the draft was given up."""
        measured = self.first.final
        if measured.missing:
            match = self.matches.matches[measured.missing[0]]
            return match.term.source, Span(start=match.start, end=match.end)
        return (measured.forbidden[0][0].source if measured.forbidden else ""), None

    def request(self, source: str | None = None) -> Request:
        """Ask for as many hypotheses as the draft has, of its source or another.

        Hints of words that another source does not hold any more are left out.
        """
        text = self.source if source is None else source
        return Request(
            source=one_line(text),
            hypotheses=len(self.draft.hypotheses),
            hints=tuple(h for h in self.draft.hints if h.source in text),
        )

    def switched(self, chosen: Sequence[int], *, quoted: bool = False) -> Request | None:
        """Ask with the target forms of the chosen terms written into the French."""
        words = code_switch(self.source, self.matches, chosen, quoted=quoted)
        return self.request(words) if chosen else None


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


def _without_asking(work: _Work, *, lossy: bool = False) -> None:
    """Rungs 2 and 3: take another hypothesis that holds every term, else mend in place.

    Args:
        work: what is on the ladder.
        lossy: a number or a capitalised word of the draft may be missing.
    """
    if work.done:
        return
    first, *others = work.draft.hypotheses
    others = [
        h
        for h in others
        if not h.flags
        and score_lost(first.score, h.score) <= MAX_SCORE_LOSS
        and (lossy or not loses(h.text, first.text, work.source, names=True))
    ]
    for hypothesis in others:
        if assess(hypothesis.text, work.matches).violations == 0:
            work.offer(work.candidate(hypothesis, "hypothesis"))
            return
    work.offer(work.candidate(first, "draft"))
    for hypothesis in others:
        if not work.done:
            work.offer(work.candidate(hypothesis, "hypothesis"))


def _ask(
    works: Sequence[_Work],
    translate: Translate,
    rung: str,
    request: Callable[[_Work], Request | None],
    reading: Callable[[str, _Work], str | None] = lambda text, _: text,
) -> None:
    """Rungs 4 and 5: send one request for each unfinished work, in one call.

    A request that asks again what made the draft is not sent.

    Args:
        works: everything on the ladder.
        translate: the engine.
        rung: the name of this way of asking.
        request: what to ask; None where this way is none for a work.
        reading: gives an answer's text, or None where it is of no use.
    """
    wanted = [(work, None if work.done else request(work)) for work in works]
    asked = [(work, r) for work, r in wanted if r is not None and r != work.request()]
    if not asked:
        return
    answers = translate([r for _, r in asked])
    for (work, _), hypotheses in zip(asked, answers, strict=True):
        for hypothesis in hypotheses:
            text = reading(hypothesis.text, work)
            answer = hypothesis if text is None else replace(hypothesis, text=text)
            if text is not None and looks_sound(answer, work.draft):
                work.offer_reworded(work.candidate(answer, rung))


def _retranslate(
    works: Sequence[_Work], translate: Translate, *, masks: MaskShape | None, can_ban: bool
) -> None:
    def every(work: _Work) -> Request | None:
        number = len(work.matches.matches)
        return work.switched(range(number)) if 0 < len(work.missing) < number else None

    def plain(text: str, work: _Work) -> str:
        return unquote(text, work.source, work.matches)

    def banned(work: _Work) -> Request | None:
        words = bans(work.draft, work.matches, work.best.final)
        return replace(work.request(), banned=words) if words else None

    # Only the missing terms change the sentence least; then every term; then the missing ones
    # in quotation marks, which are taken away again.
    _ask(works, translate, "retranslate", lambda w: w.switched(w.missing))
    _ask(works, translate, "retranslate", every)
    _ask(works, translate, "retranslate", lambda w: w.switched(w.missing, quoted=True), plain)
    if can_ban:
        _ask(works, translate, "ban", banned)
    if masks is not None:
        _ask(
            works,
            translate,
            "masked",
            lambda w: w.request(mask(w.source, w.matches, masks)) if w.missing else None,
            lambda text, w: unmask(text, w.matches, masks),
        )


def enforce(
    drafts: Sequence[Draft],
    termbase: TermBase,
    translate: Translate,
    *,
    masks: MaskShape | None = None,
    can_ban: bool = True,
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
        translate: the engine; called once for each way of asking (five at most), with all
            the sentences that are still unsatisfied.
        masks: the placeholder shape measured on the engine's model; no masked pass where
            none was measured.
        can_ban: the engine keeps banned strings out.
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
    works = [_Work(draft, seen) for draft, seen in zip(drafts, matches, strict=True)]
    for work in works:
        _without_asking(work)
    _retranslate(works, translate, masks=masks, can_ban=can_ban)
    for work in works:
        work.offer(work.spare)
        _without_asking(work, lossy=True)  # better to lose a word than a term
    return tuple(finish(w.draft, w.matches, w.best) for w in works)
