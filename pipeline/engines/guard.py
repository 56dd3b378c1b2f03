"""A guard around any engine: sees the usual failures, decodes again, else says so."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import replace
from operator import mul
from typing import TYPE_CHECKING

from pipeline.engines.failures import find_failures
from pipeline.records import Decoding, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.engines.base import Engine
    from pipeline.records import Request

GUARD_VERSION = 1  # raised whenever the guard's choices change
_PIECE_TOKENS = 120  # of a cut sentence: models learn from sentences of this length


def retry_decodings(base: Decoding) -> tuple[Decoding, ...]:
    """Give the options to try, in order, where ``base`` failed.

    First the same beam with repetition forbidden; then the other kind of search (greedy
    after beam search, a beam of 4 after greedy), which breaks most other failures.
    """
    firm = replace(base, no_repeat_ngram=3, repetition_penalty=1.2)
    return tuple(d for d in (firm, replace(firm, beam=1 if base.beam > 1 else 4)) if d != base)


class GuardedEngine:
    """An engine whose answers are looked at before they are passed on.

    A request whose best hypothesis shows a failure takes a sound one of its own list
    where there is one; else it alone is decoded again with other options. Where nothing
    helps, the least bad hypothesis is kept and its ``flags`` name the failures:
    ``empty``, ``loop``, ``copied``, ``length``; an engine's own ``truncated`` counts too.
    A sentence longer than the model reads is cut, translated in pieces and flagged
    ``split``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.decoding = engine.decoding
        self.abilities = engine.abilities
        self.max_source_tokens = engine.max_source_tokens

    @property
    def fingerprint(self) -> str:
        """Hash of the engine's fingerprint and the guard's version."""
        text = f"guard {GUARD_VERSION} {self._engine.fingerprint}"
        return hashlib.sha256(text.encode()).hexdigest()

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's tokens."""
        return self._engine.count_tokens(sources)

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate a batch; as many answers, in order.

        Raises:
            EngineError: the model failed; the message names the sentence.
        """
        limit = self.max_source_tokens
        lengths = self._engine.count_tokens([request.source for request in batch])
        pieces = [
            split_overlong(
                request.source, limit=min(limit, _PIECE_TOKENS), count=self._engine.count_tokens
            )
            if length > limit
            else (request.source,)
            for request, length in zip(batch, lengths, strict=True)
        ]
        parts = [
            request
            if len(cut) == 1
            else replace(
                request,
                source=piece,
                hypotheses=1,
                hints=tuple(h for h in request.hints if h.source in piece),
            )
            for request, cut in zip(batch, pieces, strict=True)
            for piece in cut
        ]
        answers = iter(self._guarded(parts))
        return [
            next(answers)
            if len(cut) == 1
            else (_join([_kept(piece, next(answers)[0]) for piece in cut]),)
            for cut in pieces
        ]

    def _guarded(self, batch: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        best = [
            _judged(request, answer)
            for request, answer in zip(batch, self._engine.translate(batch), strict=True)
        ]
        for attempt in range(2):
            again: dict[int, Request] = {}
            for index, (request, answer) in enumerate(zip(batch, best, strict=True)):
                if answer[0].flags and "unanswered" not in answer[0].flags:
                    options = retry_decodings(request.decoding or self.decoding)
                    if attempt < len(options):
                        again[index] = replace(request, decoding=options[attempt])
            if not again:
                break
            retried = self._engine.translate(list(again.values()))
            for (index, request), answer in zip(again.items(), retried, strict=True):
                judged = _judged(request, answer)
                if _badness(judged[0]) < _badness(best[index][0]):
                    best[index] = judged
        return best


_ORDER = (
    "truncated",
    "length",
    "copied",
    "loop",
    "unrelated",
    "refused",
    "empty",
)  # the last is the worst


def _badness(hypothesis: Hypothesis) -> int:
    return sum(2 ** _ORDER.index(flag) for flag in hypothesis.flags if flag in _ORDER)


def _judged(request: Request, answer: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Flag each hypothesis and put sound ones first, otherwise in the engine's order."""
    flagged = [
        replace(h, flags=tuple(dict.fromkeys((*h.flags, *find_failures(request.source, h.text)))))
        for h in answer
    ]
    return tuple(sorted(flagged, key=_badness))


def _kept(piece: str, part: Hypothesis) -> Hypothesis:
    """Let a piece's French stand where nothing came of it."""
    return part if part.text.strip() else replace(part, text=piece)


def _join(parts: Sequence[Hypothesis]) -> Hypothesis:
    """Join the translations of a cut sentence; the score is their mean by length."""
    texts = [part.text for part in parts]
    weights = [max(len(text), 1) for text in texts]
    scores = [part.score for part in parts if part.score is not None]
    flags = dict.fromkeys(flag for part in parts for flag in part.flags)
    return Hypothesis(
        text=" ".join(text for text in texts if text),
        score=sum(map(mul, scores, weights)) / sum(weights) if len(scores) == len(parts) else None,
        flags=("split", *flags),
    )


# --- sentences longer than a model reads ------------------------------------------

# Where to cut, best first: after a strong pause, after a comma, between words.
_CUTS = (r"(?<=[;:.!?…])\s+", r"(?<=,)\s+", r"\s+")


def split_overlong(
    source: str, *, limit: int, count: Callable[[Sequence[str]], list[int]]
) -> tuple[str, ...]:
    """Cut ``source`` into pieces of at most ``limit`` tokens, at the best places there are.

    Args:
        source: the sentence.
        limit: most tokens in a piece, 1 or more.
        count: gives the length of each text in tokens.

    Returns:
        The pieces in order, without the white space between them: a single piece where
        the sentence fits. A word that is longer than the limit is cut between
        characters, down to single ones.
    """
    return tuple(_split(source, limit, count, 0)) or (source,)


def _split(
    text: str, limit: int, count: Callable[[Sequence[str]], list[int]], level: int
) -> Iterator[str]:
    if len(text) <= 1 or count([text])[0] <= limit:
        yield text
        return
    if level == len(_CUTS):
        middle = len(text) // 2
        yield from _split(text[:middle], limit, count, level)
        yield from _split(text[middle:], limit, count, level)
        return
    parts = [part for part in re.split(_CUTS[level], text) if part]
    while parts:
        # Joined texts are counted, because lengths are not exactly sums. A part has a token
        # at least, so that no more than `limit` of them can fit.
        taken = bisect_right(
            range(1, min(len(parts), limit) + 1),
            limit,
            key=lambda number: count([" ".join(parts[:number])])[0],
        )
        if taken:
            yield " ".join(parts[:taken])
        else:
            yield from _split(parts[0], limit, count, level + 1)
        parts = parts[max(taken, 1) :]
