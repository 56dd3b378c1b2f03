"""Seeing the glossary's terms in French: Aho–Corasick over folded forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, MatchKind

from pipeline.glossary.match.english import is_caps
from pipeline.glossary.match.french import Variant, contractions, variants
from pipeline.glossary.match.normal import (
    common_start,
    compose,
    fold,
    inside,
    not_prose,
    strip_accents,
    words,
)
from pipeline.glossary.match.targets import standing
from pipeline.glossary.records import ANYWHERE, Match, Matches, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.records import Span

_LAST_WORD = re.compile(r"([^\W\d_]+)[\s\u00a0\u202f]+$")
_PREPOSITION = re.compile(r"[^\W\d_]+[\s\u00a0\u202f]+")
_WORD_BEFORE_HYPHEN = re.compile(r"([^\W\d_]+)[-‐‑]$")
_WORD_AFTER_HYPHEN = re.compile(r"[-‐‑]([^\W\d_]+)")


class Matcher:
    """All terms of a term base, ready to be looked for.

    Args:
        terms: the rows, in order; a later row wins over an earlier one where span and
            priority are equal.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._anywhere = tuple(t for t in terms if t.source == ANYWHERE)
        patterns: dict[str, list[tuple[int, Variant, bool]]] = {}
        self._terms = tuple(t for t in terms if t.source != ANYWHERE)
        # Names and acronyms form loose compounds (``Musk-Zuckerberg``, ``pro-Musk``).
        self._loose = tuple(any(c.isupper() or c.isdigit() for c in t.source) for t in self._terms)
        for index, term in enumerate(self._terms):
            forms = (
                variants(term.source)
                if term.inflect
                else (Variant(text=fold(term.source).text, plural=False, own=True),)
            )
            for form in contractions(term.source):
                patterns.setdefault(form.text, []).append((index, form, False))
            for form in forms:
                patterns.setdefault(form.text, []).append((index, form, False))
                bare = strip_accents(form.text)
                if bare != form.text and term.case != "exact":
                    # Capitals often stand without their accents: RESEAUX, ECOLE.
                    patterns.setdefault(bare, []).append((index, form, True))
        self._owners = tuple(patterns.values())
        self._automaton = (
            AhoCorasick(list(patterns), matchkind=MatchKind.Standard, store_patterns=False)
            if patterns
            else None
        )

    def match(self, source: str, protected: Iterable[Span] = ()) -> Matches:
        """Find the terms of one sentence.

        Args:
            source: the sentence.
            protected: spans (code points) that are no prose.

        Returns:
            The chosen matches in order; what overlapped them and was given up; the
            forbidden rows that hold in this sentence.
        """
        if self._automaton is None:
            return Matches(matches=(), forbidden=self._anywhere)
        folded = fold(source)
        raw = self._automaton.find_matches_as_indexes(folded.text, overlapping=True)
        if not raw:
            return Matches(matches=(), forbidden=self._anywhere)
        ranges = not_prose(source) + tuple((s.start, s.end, False) for s in protected)
        candidates: list[tuple[tuple[int, ...], Match]] = []
        for pattern, low, high in raw:
            start, end = folded.span(low, high)
            if not standing(source, start, end) or (ranges and inside(start, end, ranges)):
                continue
            best: dict[bool, tuple[tuple[int, ...], Match]] = {}
            for index, form, bare in self._owners[pattern]:
                term = self._terms[index]
                at = _after_article(term, source, start, end) if form.contracted else start
                if at < 0:
                    continue
                text = source[at:end]
                found = (False, False) if form.contracted else _read(term, form, text, bare=bare)
                if found is None or not (self._loose[index] or _hyphens_allow(source, start, end)):
                    continue
                caps, exact = found
                rank = (at, -end, -term.priority, not exact, not form.own, -index)
                side = term.status == "forbidden"
                if side not in best or rank < best[side][0]:
                    plural = form.plural or _plural_before(source, start)
                    best[side] = (
                        rank,
                        Match(
                            term=term,
                            start=at,
                            end=end,
                            text=text,
                            plural=plural,
                            inflected=not form.own,
                            caps=caps,
                        ),
                    )
            candidates.extend(best.values())
        return self._choose(candidates)

    def _choose(self, candidates: list[tuple[tuple[int, ...], Match]]) -> Matches:
        candidates.sort(key=lambda c: c[0])
        kept: list[Match] = []
        given_up: list[tuple[Match, Match]] = []
        forbidden: dict[int, Term] = {}
        for _, match in candidates:
            if match.term.status == "forbidden":
                forbidden[id(match.term)] = match.term
            elif kept and match.start < kept[-1].end:
                given_up.append((kept[-1], match))
            else:
                kept.append(match)
        return Matches(
            matches=tuple(kept),
            overlaps=tuple(given_up),
            forbidden=(*forbidden.values(), *self._anywhere),
        )


def _after_article(term: Term, source: str, start: int, end: int) -> int:
    """Give where a name stands whose article is melted into the preposition before it.

    ``l'article du Monde`` speaks of *Le Monde*; ``Champion du Monde`` and ``COUPE DU MONDE``
    are other names, or cannot be told apart from them.

    Returns:
        The start of what is left of the name; -1 where it is not the name.
    """
    preposition = _PREPOSITION.match(source, start, end)
    before = _LAST_WORD.search(source[max(0, start - 40) : start])
    if preposition is None or (before and before.group(1)[0].isupper()):
        return -1
    rest = compose(source[preposition.end() : end])
    return preposition.end() if rest == term.source.partition(" ")[2] else -1


def _read(term: Term, form: Variant, text: str, *, bare: bool) -> tuple[bool, bool] | None:
    """Judge a match's casing.

    Returns:
        (stands in ALL CAPS although the row does not, is written as the row), or None
        where the row's case policy refuses it.
    """
    found = compose(text)
    if found == term.source:
        return False, True
    caps = is_caps(found)
    if bare:
        return (True, False) if caps and not is_caps(term.source) else None
    if term.case == "ignore":
        return caps, False
    if term.case == "exact":
        # Only the ending may differ, by inflection.
        return (False, False) if not form.own and _exact_stem(found, term.source) else None
    if caps:
        return not is_caps(term.source), False
    wanted = term.source.replace("-", " ").split(" ")
    standing_there = found.replace("-", " ").split(" ")
    if len(standing_there) != len(wanted):
        return None
    for word, own in zip(standing_there, wanted, strict=True):
        if not own.islower() and own.casefold() != own and not _exact_stem(word, own):
            return None
    return False, False


def _exact_stem(found: str, own: str) -> bool:
    """Say whether two words differ at most in a lower-case ending."""
    common = common_start(found, own)
    return (
        common > 0
        and common >= min(len(found), len(own)) - 3
        and not any(c.isupper() for c in found[common:] + own[common:])
    )


def _plural_before(source: str, start: int) -> bool:
    word = _LAST_WORD.search(source[max(0, start - 16) : start])
    return bool(word) and word.group(1).casefold() in words("french-plural-determiners")  # type: ignore[union-attr]


def _hyphens_allow(source: str, start: int, end: int) -> bool:
    """Say whether the hyphens around plain words leave them words of their own.

    Next to a hyphen they are part of another word (``porte-parole``), unless what stands
    beyond is a prefix or a particle (``ex-modèle``, ``modèle-là``).
    """
    if start and source[start - 1] in "-‐‑":
        before = _WORD_BEFORE_HYPHEN.search(source[max(0, start - 20) : start])
        if not before or before.group(1).casefold() not in words("french-hyphen-prefixes"):
            return False
    if end < len(source) and source[end] in "-‐‑":
        after = _WORD_AFTER_HYPHEN.match(source, end)
        if not after or after.group(1).casefold() not in words("french-hyphen-suffixes"):
            return False
    return True
