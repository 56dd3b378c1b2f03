"""Checks of a translation's form: empty, length, repetition, sentence count, marks."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.quality.checks.pair import WORD, check, make_finding, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

# Shares of the source's length in characters. On real French-English pairs the ratio is
# 0.86 in the mean; the bounds lie outside what was seen on the development half of
# FLORES-200 with the reference and four systems.
_SHORT, _LONG = 0.42, 1.6
_SHORTEST = 40  # characters of the source below which a ratio says nothing

_PADDING = re.compile(r"([\W_])\1{2,}")
_SENTENCE_END = re.compile(r"[.!?…]+[\"”»’)\]]*\s+(?=[\"“«‘(\[]?\s?[A-ZÀ-Ý])")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Dr|St|No|vs|Mme|Jr|cf|etc)|[A-Z])$")

# Words that rightly stand twice in a row.
_DOUBLED = frozenset({"that", "had", "so", "very", "bye", "no", "ha", "no-no", "tut", "is", "do"})
_MARK_LOOP = re.compile(r"([^\w\s])(?:\s+\1){4,}|([!?,;:])\2{5,}")
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*")
_QUOTE_PAIRS = {"“": "”", "«": "»"}
_BRACKET_PAIRS = {"(": ")", "[": "]", "{": "}"}


@check("empty", "Empty translation", "error", "The source has words, the translation none.")
def empty(pair: Pair) -> Iterator[Finding]:
    """Find a translation without a word for a source that has words."""
    if WORD.search(pair.source) and not re.search(r"\w", pair.target):
        what = "is empty" if not pair.target.strip() else "has no words"
        yield make_finding("empty", "error", f"the translation {what}")


def _extent(text: str) -> int:
    """Count a text's characters; a line that is padded (blanks, leaders) counts each run once."""
    return len(_PADDING.sub(r"\1", text.strip()))


@check("length", "Length", "warning", "The translation is far shorter or longer than its source.")
def length(pair: Pair) -> Iterator[Finding]:
    """Find a translation that is far too short or far too long for its source."""
    source, target = _extent(pair.source), _extent(pair.target)
    if source < _SHORTEST or not target:
        return
    ratio = target / source
    if ratio < _SHORT:
        share = f"{ratio:.0%}".replace("%", " %")
        yield make_finding(
            "length", "warning", f"only {share} of the source's length: something may be missing"
        )
    elif ratio > _LONG:
        yield make_finding(
            "length", "warning", f"{ratio:.1f} times the source's length: something may be added"
        )


@check(
    "repetition", "Repetition", "error", "A word or phrase follows itself, or comes back in a loop."
)
def repetition(pair: Pair) -> Iterator[Finding]:
    """Find words or phrases that follow themselves, and phrases that come back in a loop."""
    marks = _MARK_LOOP.search(pair.target)
    if marks and not _MARK_LOOP.search(pair.source):
        yield make_finding(
            "repetition", "error", f"{marks[0][0]!r} over and over", target=marks.span()
        )
        return
    tokens = [(m[0].lower(), m.start(), m.end()) for m in _TOKEN.finditer(pair.target)]
    plain = [token for token, _, _ in tokens]
    if len(set(plain)) == len(plain):
        return  # nothing comes twice
    source = [word.lower() for word in words(pair.source)]
    doubled = {a for a, b in pairwise(source) if a == b}
    for size in (1, 2, 3, 4, 5, 6, 8, 10):
        for i in _follows_itself(plain, size):
            if size == 1 and not _is_doubled(pair, tokens, i, doubled):
                continue
            if size == 2 and plain[i] == plain[i + 1]:
                continue  # said already
            start, end = tokens[i][1], tokens[i + 2 * size - 1][2]
            # A list ("red, blue, red, blue") or a next sentence that takes a phrase up
            # ("a cyclical event. A cyclical event is") is punctuated.
            between = pair.target[tokens[i + size - 1][2] : tokens[i + size][1]]
            if re.search(r"[.!?]" if size > 2 else r"[,;:.!?–—]", between):
                continue
            yield make_finding(
                "repetition",
                "error",
                f"repeated: {pair.target[start : tokens[i + size - 1][2]]!r}",
                target=(start, end),
            )
            return
    yield from _loops(pair, tokens, source)


def _follows_itself(plain: list[str], size: int) -> Iterator[int]:
    """Give the places where ``size`` words stand twice in a row."""
    run = 0
    for i in range(len(plain) - size):
        run = run + 1 if plain[i] == plain[i + size] else 0
        if run >= size:
            yield i - size + 1


def _is_doubled(pair: Pair, tokens: list[tuple[str, int, int]], i: int, allowed: set[str]) -> bool:
    word, _, end = tokens[i]
    between = pair.target[end : tokens[i + 1][1]]
    return (
        between.strip() == ""
        and len(word) > 1
        and not word.isdigit()
        and word not in _DOUBLED
        and word not in allowed
    )


def _loops(pair: Pair, tokens: list[tuple[str, int, int]], source: list[str]) -> Iterator[Finding]:
    """Find a run of four words that stands three times, though the source repeats nothing."""
    size = 4
    plain = [token for token, _, _ in tokens]
    grams = Counter(tuple(plain[i : i + size]) for i in range(len(plain) - size + 1))
    if not grams:
        return
    gram, count = grams.most_common(1)[0]
    if count < 3:
        return
    own = Counter(tuple(source[i : i + 3]) for i in range(len(source) - 2))
    if own and own.most_common(1)[0][1] >= count:
        return
    first = next(i for i in range(len(plain)) if tuple(plain[i : i + size]) == gram)
    start, end = tokens[first][1], tokens[first + size - 1][2]
    yield make_finding(
        "repetition",
        "error",
        f"{pair.target[start:end]!r} stands {count} times",
        target=(start, end),
    )


def _count_sentences(text: str) -> int:
    text = text.strip()
    ends = (match.start() for match in _SENTENCE_END.finditer(text))
    return sum(not _ABBREVIATION.search(text[max(0, end - 4) : end]) for end in ends) + 1


@check("sentences", "Sentence count", "warning", "Sentences seem to be added or lost.")
def sentences(pair: Pair) -> Iterator[Finding]:
    """Find sentences that were added or lost: another count and a length that agrees."""
    if not pair.target.strip() or _extent(pair.source) < _SHORTEST:
        return
    source, target = _count_sentences(pair.source), _count_sentences(pair.target)
    if source == target:
        return
    ratio = _extent(pair.target) / _extent(pair.source)
    if (target > source and ratio > 1.1) or (target < source and ratio < 0.66):
        yield make_finding(
            "sentences", "warning", f"{target} sentences in the translation, {source} in the source"
        )


def _balance(text: str, pairs: dict[str, str]) -> dict[str, int]:
    return {a + b: text.count(a) - text.count(b) for a, b in pairs.items()}


@check(
    "quotes",
    "Quotation marks",
    "warning",
    "A quotation opens and does not close, or closes unopened.",
)
def quotes(pair: Pair) -> Iterator[Finding]:
    """Find a quotation that opens and does not close (or the reverse), unlike the source.

    A quotation may run over several segments: then the source is unbalanced as well.
    """
    if '""' in pair.source or '""' in pair.target:
        return  # quotation marks doubled by a spreadsheet: nothing can be concluded
    source = sum(_balance(pair.source, _QUOTE_PAIRS).values())
    target = sum(_balance(pair.target, _QUOTE_PAIRS).values())
    straight = pair.source.count('"') % 2, pair.target.count('"') % 2
    # One mark may be curly and its partner straight: they are counted together then.
    if source or straight[0]:
        return
    if target and not straight[1]:
        mark = "“" if target > 0 else "”"
        yield _mark(
            "quotes",
            pair,
            mark,
            "a quotation is not closed" if target > 0 else "a quotation is not opened",
        )
    elif straight[1] and not target:
        yield _mark("quotes", pair, '"', "a quotation mark has no partner")


@check(
    "brackets",
    "Brackets",
    "warning",
    "Brackets are balanced in the source and not in the translation.",
)
def brackets(pair: Pair) -> Iterator[Finding]:
    """Find brackets that are not balanced though the source's are."""
    if any(_balance(pair.source, _BRACKET_PAIRS).values()):
        return
    for marks, balance in _balance(pair.target, _BRACKET_PAIRS).items():
        if balance:
            mark = marks[0] if balance > 0 else marks[1]
            what = "closed" if balance > 0 else "opened"
            yield _mark("brackets", pair, mark, f"a bracket is not {what}: {mark}")


def _mark(check: str, pair: Pair, mark: str, message: str) -> Finding:
    at = pair.target.rfind(mark)
    return make_finding(check, "warning", message, target=(at, at + 1) if at >= 0 else None)
