"""A second look at sentences in which French was left over.

The bundled model, and any other now and then, carries a word that it does not know over as
it stands ("this surprising démarche"). The word is known, so the remedy is: ask again with
just that word banned, and take the answer only if no French is left in it, every term is
kept as well as before, and the model is about as sure of it. Else the sentence stays as it
was, for the check to report: a guess that hides the fault would be worse than the fault.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary import rewrite
from pipeline.records import Draft, Request, score_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.records import Hypothesis, Rendering, Segment
    from pipeline.translate.finishing import Todo
    from pipeline.translate.recall import Answer

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
    todo: Todo
    rendering: Rendering
    banned: tuple[str, ...]


def second_look(
    pairs: Sequence[tuple[Todo, Rendering]],
    ask: Callable[[Sequence[Request]], Sequence[Answer]],
    enforce: Callable[[Sequence[tuple[Todo, Draft]]], Sequence[Rendering]],
    *,
    choices: int,
) -> list[Rendering]:
    """Translate sentences with French left over again, without the words in question.

    Args:
        pairs: segments and their renderings, fresh from the engine and the glossary.
        ask: the engine behind its memory.
        enforce: keeps the glossary in the new answers too.
        choices: hypotheses to ask for.

    Returns:
        As many renderings, same order. For a changed one, replaying its edits over its
        draft, which stays the engine's first answer, still gives its target.

    Raises:
        EngineError, OutputError, MemoryStoreError, Stopped: see `Recall.ask`.
    """
    result = [rendering for _, rendering in pairs]
    cases = [
        _Case(place=place, todo=todo, rendering=rendering, banned=banned)
        for place, (todo, rendering) in enumerate(pairs)
        if 0 < len(banned := _left(todo.segment, rendering)) <= MAX_WORDS
    ]
    if not cases:
        return result
    answers = ask(
        [Request(source=c.todo.segment.source, hypotheses=choices, banned=c.banned) for c in cases]
    )
    taken = []
    for case, answer in zip(cases, answers, strict=True):
        chosen = _choose(case, answer)
        if chosen is not None:
            draft = Draft(
                segment=case.todo.segment,
                hypotheses=(chosen,),
                engine=case.rendering.engine,
                fingerprint=case.rendering.fingerprint,
                seconds=case.rendering.seconds + answer.seconds,
            )
            taken.append((case, draft))
    finished = enforce([(case.todo, draft) for case, draft in taken])
    for (case, _), new in zip(taken, finished, strict=True):
        kept = _violations(new) <= _violations(case.rendering)
        if kept and not _left(case.todo.segment, new):
            result[case.place] = _instead(case.rendering, new)
    return result


def _left(segment: Segment, rendering: Rendering) -> tuple[str, ...]:
    """Give the distinct French words left over in a rendering."""
    from pipeline.quality import left_in_french, pair_of

    pair = pair_of(segment, rendering).cut()
    return tuple(dict.fromkeys(pair.target[a:b] for a, b in left_in_french(pair)))


def _choose(case: _Case, answer: Answer) -> Hypothesis | None:
    """Take the best answer that is sound, about as sure, and English throughout."""
    old = case.rendering
    for hypothesis in answer.hypotheses:
        if hypothesis.flags or not hypothesis.text.strip():
            continue
        if score_lost(old.score, hypothesis.score) > MAX_SCORE_LOSS:
            continue
        if not _left(case.todo.segment, replace(old, target=hypothesis.text, terms=())):
            return hypothesis
    return None


def _violations(rendering: Rendering) -> int:
    return sum(not t.satisfied for t in rendering.terms)


def _instead(old: Rendering, new: Rendering) -> Rendering:
    """Put the new text in the old one's place, its history kept."""
    return replace(
        new,
        draft=old.draft,
        hypotheses=old.hypotheses,
        edits=(*rewrite(old.draft, new.draft, rung=RUNG), *new.edits),
        terms=tuple(replace(t, rung=RUNG) if t.rung == "draft" else t for t in new.terms),
    )
