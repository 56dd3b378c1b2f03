"""A second look at sentences in which French was left over.

The bundled model, and any other now and then, carries a word that it does not know over as
it stands ("this surprising démarche"). The word is known, so the remedy is: ask again with
just that word banned, and take the answer only if no French is left in it, every term is
kept as well as before, and the model is about as sure of it. Else the sentence stays as it
was, for the check to report: a guess that hides the fault would be worse than the fault.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary import enforce, rewrite
from pipeline.records import Draft, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.glossary import MaskShape, TermBase
    from pipeline.records import Hypothesis, Segment, Span, Translation
    from pipeline.translate.recall import Answer

__all__ = ["MAX_SCORE_LOSS", "MAX_WORDS", "RUNG", "second_look"]

RUNG = "second-look"
"""The rung of the edits that a second look makes."""

MAX_SCORE_LOSS = 0.1
"""How much less sure of the answer the model may be: natural log per token. On lines 201
to 450 of FLORES dev, answers within it were right words ("breakdown" for *panne*), those
beyond it guesses ("pedestrian boulevard" for *boulevard périphérique*)."""

MAX_WORDS = 3
"""Distinct words left in French from which on a sentence is not translated rather than
translated with words left over: banning all of them would leave nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    place: int  # in the sequence that was given
    translation: Translation
    banned: tuple[str, ...]


def second_look(
    translations: Sequence[Translation],
    termbase: TermBase,
    ask: Callable[[Sequence[Request]], Sequence[Answer]],
    *,
    choices: int,
    protected: Callable[[Segment], Sequence[Span]],
    hints: bool = False,
    masks: MaskShape | None = None,
) -> list[Translation]:
    """Translate sentences with French left over again, without the words in question.

    Args:
        translations: fresh from the engine and the glossary.
        termbase: the glossary, which the new answers must keep too.
        ask: the engine behind its memory.
        choices: hypotheses to ask for.
        protected: gives the stretches of a segment that are not prose (code, addresses).
        hints: whether the engine understands hints.
        masks: the placeholder shape measured on the engine's model.

    Returns:
        As many translations, same order. For a changed one, replaying its edits over its
        draft, which stays the engine's first answer, still gives its target.

    Raises:
        EngineError, OutputError, MemoryStoreError, Stopped: see `Recall.ask`.
    """
    result = list(translations)
    cases = [
        _Case(place=place, translation=translation, banned=banned)
        for place, translation in enumerate(translations)
        if 0 < len(banned := _left(translation, protected(translation.segment))) <= MAX_WORDS
    ]
    if not cases:
        return result
    answers = ask(
        [
            Request(source=c.translation.segment.source, hypotheses=choices, banned=c.banned)
            for c in cases
        ]
    )
    taken = [
        (case, answer, chosen)
        for case, answer in zip(cases, answers, strict=True)
        if (chosen := _choose(case.translation, answer, protected)) is not None
    ]
    drafts = [
        Draft(
            segment=case.translation.segment,
            hypotheses=(chosen,),
            engine=case.translation.engine,
            fingerprint=case.translation.fingerprint,
            seconds=case.translation.seconds + answer.seconds,
        )
        for case, answer, chosen in taken
    ]
    finished = enforce(
        drafts,
        termbase,
        lambda requests: [answer.hypotheses for answer in ask(requests)],
        hints=hints,
        masks=masks,
    )
    for (case, _, _), new in zip(taken, finished, strict=True):
        spans = protected(new.segment)
        if _violations(new) <= _violations(case.translation) and not _left(new, spans):
            result[case.place] = _instead(case.translation, new)
    return result


def _left(translation: Translation, protected: Sequence[Span]) -> tuple[str, ...]:
    """Give the distinct French words left over in a translation."""
    from pipeline.quality import Pair, left_in_french

    source = translation.segment.source
    pair = Pair(
        source=source,
        target=translation.target,
        kept_spans=tuple(
            (t.target_start, t.target_end) for t in translation.terms if t.status == "satisfied"
        ),
    ).cut()
    code = " ".join(source[span.start : span.end] for span in protected)
    found = dict.fromkeys(pair.target[start:end] for start, end in left_in_french(pair))
    return tuple(word for word in found if word not in code)


def _choose(
    old: Translation, answer: Answer, protected: Callable[[Segment], Sequence[Span]]
) -> Hypothesis | None:
    """Take the best answer that is sound, about as sure, and English throughout."""
    for hypothesis in answer.hypotheses:
        lost = old.score - hypothesis.score
        if hypothesis.flags or not hypothesis.text.strip():
            continue
        if not math.isnan(lost) and lost > MAX_SCORE_LOSS:
            continue
        candidate = replace(old, target=hypothesis.text, terms=())
        if not _left(candidate, protected(old.segment)):
            return hypothesis
    return None


def _violations(translation: Translation) -> int:
    return sum(t.status == "violated" for t in translation.terms)


def _instead(old: Translation, new: Translation) -> Translation:
    """Put the new text in the old one's place, its history kept."""
    edits = rewrite(old.draft, new.draft, rung=RUNG, term="", source=(-1, -1))
    return replace(
        new,
        draft=old.draft,
        hypotheses=old.hypotheses,
        edits=(*edits, *new.edits),
        terms=tuple(replace(t, rung=RUNG) if t.rung == "draft" else t for t in new.terms),
    )
