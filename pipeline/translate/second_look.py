"""A second look at sentences whose first answer can be seen to be doubtful.

Three things are seen without a reader. French was left over: the bundled model, and any
other now and then, carries a word that it does not know over as it stands ("this surprising
démarche"). A word has no counterpart: nothing in the English is what *pépite* usually
becomes. The model was unsure, where its first pass was a quick one. All three have the same
remedy: ask once more, in full, with the French words banned and the words without
counterpart suggested; and take the answer only if it is better by the same measure, no
French is left in it, and every term is kept as well as before. Else the sentence stays as
it was, for the checks to report: a guess that hides the fault would be worse than the fault.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.glossary import rewrite
from pipeline.lexicon import hints
from pipeline.records import Draft, Request, score_lost
from pipeline.translate.choice import covering, covering_terms, merit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.engines import Abilities
    from pipeline.records import Hint, Hypothesis, Rendering, Segment
    from pipeline.translate.finishing import Todo
    from pipeline.translate.recall import Answer

RUNG = "second-look"
"""The rung of the edits that a second look makes."""

MAX_SCORE_LOSS = 0.1
"""How much less sure of an answer without the French words the model may be: natural log per
token. On lines 201 to 450 of FLORES dev, answers within it were right words ("breakdown" for
*panne*), those beyond it guesses ("pedestrian boulevard" for *boulevard périphérique*)."""

RARE = 7.0
"""From which weight on (nats, see `pipeline.lexicon`) a word without counterpart is suggested.
Commoner words are mostly idioms and free renderings, and suggesting them cost 0.2 BLEU."""

MARGIN = 0.05
"""By how much more merit (nats) an answer with suggestions must have: a model is surer of
words that it was told. Both chosen on the odd lines of FLORES dev, where 0 to 0.15 and 2 to 7
were tried (benchmarks/RESULTS.md)."""

MAX_WORDS = 3
"""Distinct words left in French from which on a sentence is not translated rather than
translated with words left over: banning all of them would leave nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a second look is for."""

    meaning: bool = False  # words without counterpart too, and sentences below `unsure`
    can: Abilities  # of the engine: what is not there is not asked for
    unsure: float | None = None  # merit, nats; None where the first pass was no quick one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    place: int  # in the sequence that was given
    todo: Todo
    rendering: Rendering
    look: Look
    merit: float | None
    banned: tuple[str, ...]
    hints: tuple[Hint, ...]
    idiom: bool  # a listed expression is lost: its English is known


def second_look(
    pairs: Sequence[tuple[Todo, Rendering]],
    look: Look,
    request: Callable[[Todo], Request],
    ask: Callable[[Sequence[Request]], Sequence[Answer]],
    enforce: Callable[[Sequence[tuple[Todo, Draft]]], Sequence[Rendering]],
) -> list[Rendering]:
    """Translate doubtful sentences again.

    Args:
        pairs: segments and their renderings, fresh from the engine and the glossary.
        look: what is doubtful.
        request: gives what is asked in full of a segment.
        ask: the engine behind its memory.
        enforce: keeps the glossary in the new answers too.

    Returns:
        As many renderings, same order. For a changed one, replaying its edits over its
        draft, which stays the engine's first answer, still gives its target.

    Raises:
        EngineError, OutputError, MemoryStoreError, Stopped: see `Recall.ask`.
        ModelDamaged: the lexicon cannot be read.
    """
    result = [rendering for _, rendering in pairs]
    cases = [
        case
        for place, (todo, rendering) in enumerate(pairs)
        if (case := _doubtful(place, todo, rendering, look)) is not None
    ]
    if not cases:
        return result
    requests = [
        replace(told, hints=(*told.hints, *case.hints), banned=case.banned)
        for case in cases
        for told in [request(case.todo)]
    ]
    taken = []
    for case, asked, answer in zip(cases, requests, ask(requests), strict=True):
        chosen = _choose(case, answer)
        if chosen is not None:
            draft = Draft(
                segment=case.todo.segment,
                hypotheses=(chosen,),
                engine=case.rendering.engine,
                fingerprint=case.rendering.fingerprint,
                hints=asked.hints,
                seconds=case.rendering.seconds + answer.seconds,
            )
            taken.append((case, draft))
    finished = enforce([(case.todo, draft) for case, draft in taken])
    for (case, _), new in zip(taken, finished, strict=True):
        kept = _violations(new) <= _violations(case.rendering)
        if kept and not _left(case.todo.segment, new):
            result[case.place] = _instead(case.rendering, new)
    return result


def _doubtful(place: int, todo: Todo, rendering: Rendering, look: Look) -> _Case | None:
    """Give what is doubtful in a rendering; None where nothing is."""
    banned = _left(todo.segment, rendering)
    if len(banned) > MAX_WORDS or not look.can.bans:
        banned = ()
    worth, unsure, idiom = rendering.score, False, False
    suggested: tuple[Hint, ...] = ()
    if look.meaning:
        seen = covering_terms(todo.segment, rendering.target, rendering.terms)
        worth = merit(rendering.score, seen)
        unsure = look.unsure is not None and (
            worth is None
            or worth < look.unsure
            or _violations(rendering) > 0
            or any(h.flags for h in rendering.hypotheses[:1])
        )
        idiom = any(hole.idiom for hole in seen.holes)
        # What a quick pass is sure of is left alone, expressions apart: suggestions did not
        # better it.
        if look.can.hints:
            sure = look.unsure is not None and not unsure
            suggested = hints(
                [hole for hole in seen.holes if hole.idiom or (hole.weight > RARE and not sure)]
            )
    # Without scores no answer is better than what stands, unless French goes.
    if not (banned or (look.can.scores and (suggested or unsure))):
        return None
    return _Case(
        place=place,
        todo=todo,
        rendering=rendering,
        look=look,
        merit=worth,
        banned=banned,
        hints=suggested,
        idiom=idiom,
    )


def _left(segment: Segment, rendering: Rendering) -> tuple[str, ...]:
    """Give the distinct French words left over in a rendering."""
    from pipeline.quality import left_in_french, pair_of

    pair = pair_of(segment, rendering).cut()
    return tuple(dict.fromkeys(pair.target[a:b] for a, b in left_in_french(pair)))


def _choose(case: _Case, answer: Answer) -> Hypothesis | None:
    """Take the best answer that is sound, English throughout, and better than the first.

    An answer without the French words may be a little worse by its score: the score knows
    nothing of what language a word is in.
    """
    for hypothesis, worth in _by_merit(case, answer):
        if case.banned:
            better = score_lost(case.rendering.score, hypothesis.score) <= MAX_SCORE_LOSS
        else:
            # Where no score is known nothing is better than what stands.
            wanted = MARGIN if case.hints and not case.idiom else 0.0
            better = score_lost(case.merit, worth) < -wanted
        text = replace(case.rendering, target=hypothesis.text, terms=())
        if better and not _left(case.todo.segment, text):
            return hypothesis
    return None


def _by_merit(case: _Case, answer: Answer) -> list[tuple[Hypothesis, float | None]]:
    """Give the sound answers with their merit, the best first."""
    segment = case.todo.segment
    terms = [t.occurrence.span for t in case.rendering.terms if not t.forbidden]
    sound = [h for h in answer.hypotheses if h.text.strip() and not h.flags]
    if case.look.meaning:
        pairs = [(h, merit(h.score, covering(segment, h.text, terms))) for h in sound]
    else:
        pairs = [(h, h.score) for h in sound]
    return sorted(pairs, key=lambda pair: -(pair[1] or 0.0))


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
