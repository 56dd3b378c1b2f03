"""The run of English words that a stretch of the French became, by links between words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from pipeline.lexicon import Links

_LIGHT = 0.2  # what a word counts that only holds others together, where there is nothing else
_UNLINKED = 0.01  # what a word costs to which nothing answers
_BETWEEN = 0.6  # share of its weight that a word of another stretch costs …
_FEW = 2  # … where there are more than so many of them in the run
_ENOUGH = 0.5  # share of the stretch's weight that must stand in the run
_TELLING = 2.5  # nats: weight from which on a word without link belongs to its neighbour
_DETERMINERS = frozenset(
    word
    for words in (
        "un une le la les l' des du au aux son sa ses leur leurs ce cet cette ces mon ma mes",
        "notre nos votre vos tout toute tous toutes",
        "a an the some his her its their this that these those my our your all any",
    )
    for word in words.split()
)
_PREPOSITIONS = frozenset(
    word
    for words in (
        "a au aux en de d' dans sur sous par pour avec sans depuis avant apres des chez vers",
        "entre contre pendant jusqu' durant selon grace devant derriere malgre lors hors",
        "in on at by of for from with without to into since before after under between against",
        "during until till over through within as",
    )
    for word in words.split()
)
_HOLDING = _DETERMINERS | _PREPOSITIONS | {"and", "or", "et", "ou"}
_COMPOUND = frozenset(("front", "spite", "because", "thanks", "according", "due", "favour", "top"))
_PARTICLES = frozenset(("up", "down", "off", "out", "away", "back"))


def linked_window(
    links: Links, start: int, end: int, free: Sequence[Span], text: str
) -> Span | None:
    """Find the run of words in the target.

    Args:
        links: of the sentence.
        start: where the stretch of the source starts.
        end: where it ends.
        free: stretches of ``text`` that may be taken.
        text: the target.

    Returns:
        ``None`` where too little of the stretch is linked to tell.
    """
    own = [i for i, t in enumerate(links.french) if start <= t.span.start and t.span.end <= end]
    telling = {
        i: links.french[i].weight
        for i in own
        if links.french[i].weight and links.french[i].surface not in _HOLDING
    }
    weights = telling or dict.fromkeys(own, _LIGHT)
    answers = {j: i for i, j in links.pairs}
    rooms = [(room, _words_in(links, room)) for room in free]
    for room, inside in rooms:
        whole = _whole(links, weights, answers, inside)
        if whole is not None:
            return _Widening(links, own, answers, room, text).around(*whole)
    best: tuple[float, int, int, Span] | None = None
    for room, inside in rooms:
        for first in inside:
            if answers.get(first) not in weights:
                continue
            total = 0.0
            for j in range(first, inside[-1] + 1):
                i = answers.get(j)
                if i in weights:
                    total += weights[i]
                    if best is None or total > best[0]:
                        best = (total, first, j, room)
                else:
                    total -= _UNLINKED if i is None else _BETWEEN * links.french[i].weight
    if best is None or best[0] < _ENOUGH * sum(weights.values()):
        return None
    return _Widening(links, own, answers, best[3], text).around(best[1], best[2])


def _words_in(links: Links, room: Span) -> list[int]:
    """Give the English words of a room, by their numbers."""
    spans = ((j, token.span) for j, token in enumerate(links.english))
    return [j for j, span in spans if room.start <= span.start and span.end <= room.end]


def _whole(
    links: Links, weights: dict[int, float], answers: dict[int, int], inside: Sequence[int]
) -> tuple[int, int] | None:
    """Give the run of all that answers to the stretch, if little else is in it."""
    linked = [j for j in inside if answers.get(j) in weights]
    if not linked or sum(weights[answers[j]] for j in linked) < _ENOUGH * sum(weights.values()):
        return None
    first, last = linked[0], linked[-1]
    others = [j for j in range(first, last) if links.english[j].weight and j not in linked]
    return (first, last) if len(others) <= _FEW else None


class _Widening:
    """Takes in what belongs to a run's words though nothing telling in the French answers to it."""

    def __init__(
        self,
        links: Links,
        own: Sequence[int],
        answers: dict[int, int],  # English word → the French one that it answers to
        room: Span,
        text: str,
    ) -> None:
        self._links = links
        self._own = own
        self._room = room
        self._text = text
        self._answers = answers

    def around(self, first: int, last: int) -> Span:
        """Give the run from one English word to another, widened."""
        english, room, text = self._links.english, self._room, self._text
        while self._beside(first - 1, first) and (
            self._held(first - 1)
            or (self._lonely(first - 1, -1) and not self._telling(first - 2, first - 1))
        ):
            first -= 1
        first = self._heads(first)
        while self._beside(last + 1, last) and (
            self._held(last + 1)
            or self._lonely(last + 1, 1)
            or (last + 1 not in self._answers and self._is(last + 1, _PARTICLES))
        ):
            last += 1
        start, end = english[first].span.start, english[last].span.end
        if text[max(start - 1, room.start) : start] in {*"$€£¥"}:
            start -= 1  # $40
        if text[end : min(end + 1, room.end)] in {*"%€°"}:
            end += 1
        return Span(start=start, end=end)

    def _heads(self, first: int) -> int:
        """Take in the article and the preposition that the stretch starts with: in front of the."""
        heads = [self._links.french[i].surface for i in self._own[:2]]
        leads = heads[0] in _PREPOSITIONS
        wanted: frozenset[str] = _PREPOSITIONS if leads else frozenset()
        if heads[0] in _DETERMINERS or leads:  # without an explanation: sans explication
            wanted |= _DETERMINERS
        two = heads[0].startswith("tou")  # all the proposals
        while self._beside(first - 1, first):
            if not (self._is(first - 1, wanted) or (leads and self._is(first - 1, _COMPOUND))):
                break
            answer = self._answers.get(first - 1, self._own[0])
            if answer not in self._own and self._is(
                first - 1, {self._links.french[answer].surface}
            ):
                break  # the very word stands beside the stretch
            if self._is(first - 1, _DETERMINERS):
                wanted, two = (wanted, False) if two else (wanted - _DETERMINERS, False)
            first -= 1
        return first

    def _is(self, j: int, words: Set[str]) -> bool:
        return self._links.english[j].surface in words

    def _beside(self, j: int, other: int) -> bool:
        """Say whether a word stands in the room, with nothing but space before the other."""
        english = self._links.english
        if not 0 <= j < len(english):
            return False
        span, next_to = english[j].span, english[other].span
        low, high = min(span.end, next_to.end), max(span.start, next_to.start)
        between = self._text[low:high]
        fits = self._room.start <= span.start and span.end <= self._room.end
        return fits and (between.isspace() or between in {"-", "’", "'"})

    def _held(self, j: int) -> bool:
        """Say whether a light word answers to one of the stretch: an auxiliary, a “not”."""
        answer = self._answers.get(j)
        return answer in self._own and not self._is(j, _HOLDING)

    def _telling(self, j: int, other: int) -> bool:
        linked = j in self._answers and self._beside(j, other)
        return linked and self._links.english[j].weight > 0

    def _lonely(self, j: int, side: int) -> bool:
        """Say whether a telling word has no link, and the French beside the stretch has one."""
        word = self._links.english[j]
        if j in self._answers or not word.known or word.weight < _TELLING:
            return False
        french = self._links.french
        linked = self._answers.values()
        at = self._own[-1] + 1 if side > 0 else self._own[0] - 1
        while 0 <= at < len(french) and not french[at].weight:
            at += side
        return not 0 <= at < len(french) or at in linked
