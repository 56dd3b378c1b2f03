"""Checks of language: copied source, French left over, a source that is not French."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from pipeline.quality.checks.pair import (
    check,
    fold,
    known_english,
    known_french,
    make_finding,
    read_table,
    tokens,
    word_set,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_ELIDED = re.compile(r"(?:[ldnscjmt]|qu)['’][a-zà-ÿœ]{2,}")
_LONG_RUN = 20  # words
_MOST_PLACES = 40  # of one word in a source, from which a run is followed
_WORD_BEFORE = re.compile(r"([^\W\d_][\w'’-]*)\W{1,2}$")
_WORD_AFTER = re.compile(r"\W{1,2}([^\W\d_][\w'’-]*)")
# Addresses, handles, hashtags, paths, file names and what stands in code: no prose.
_CODED = re.compile(r"://|^www\.|[@#_\\]|^[./~]*/\w|\w\(\)|\w\.[a-zA-Z]\w{1,4}\W*$")
_QUOTED = re.compile(
    r"[«“\"‘][^«»“”\"]{1,80}[»”\"’]|(?<!\w)'[^'\n]{1,80}'(?!\w)|([*_`])(?!\s)[^*_`\n]{1,80}\1"
)


_Token = tuple[str, int, int]  # word, start, end


@cache
def _surely_french() -> frozenset[str]:
    return word_set("french") - word_set("english") - word_set("french_ambiguous")


@cache
def _languages() -> dict[str, frozenset[str]]:
    """Give the function words of languages that are not French."""
    others = {
        name: frozenset(words.split()) for name, words in read_table("words.toml")["others"].items()
    }
    return {"English": word_set("english"), **others}


def _share(found: list[str], table: frozenset[str]) -> float:
    return sum(word in table for word in found) / len(found) if found else 0.0


@check("untranslated", "Source copied", "error", "The translation is the French source, or nearly.")
def untranslated(pair: Pair) -> Iterator[Finding]:
    """Find a translation that is the source again, or nearly."""
    shorter, longer = sorted((len(tokens(pair.source)), len(tokens(pair.target))))
    if len(tokens(pair.source)) < 3 or not shorter or shorter < 0.8 * longer:
        return
    ours = {t for t, _, _ in tokens(pair.source)}
    if sum(t in ours for t, _, _ in tokens(pair.target)) < 0.5 * longer:
        return  # cheap, and true of almost every translation
    source = [fold(t) for t, _, _ in tokens(pair.source)]
    target = [fold(t) for t, _, _ in tokens(pair.target)]
    found = [t.replace("’", "'") for t, _, _ in tokens(pair.source)]
    lower = [t.lower() for t in found]
    french_words, english_words = word_set("french"), word_set("english")
    french = sum(t in french_words or t[:2] in {"l'", "d'", "n'", "c'", "j'"} for t in found)
    # A title that is all names is rightly the same in both languages, and so is "Vive la France".
    if (
        french == 0
        or all(t in word_set("french_loans") for t in found if t[0].islower())
        or _share(lower, english_words) > _share(lower, french_words)
    ):
        return
    if source == target:
        yield make_finding("untranslated", "error", "the translation is the French source")
        return
    kept = Counter(source) & Counter(target)
    # Names that stand on both sides are no copy: at least two of its words are small ones.
    small = sum(kept[word] > 0 for word in {fold(t) for t in found if t[0].islower()})
    same = sum(kept.values()) / max(len(source), len(target))
    if same >= 0.8 and small >= 2 and _share(lower, french_words) >= 0.1:
        yield make_finding("untranslated", "error", "the translation is almost the French source")


def _french_only(word: str) -> bool:
    lower = word.lower()
    if lower in word_set("french_loans"):
        return False
    if lower in word_set("french_left") or _ELIDED.match(word):
        return True
    return len(lower) >= 5 and known_french(lower) and not known_english(lower)


@check(
    "french-left",
    "French left over",
    "error",
    "French words of the source stand in the translation.",
)
def french_left(pair: Pair) -> Iterator[Finding]:
    """Find French words of the source that stand untranslated in the translation."""
    left = left_in_french(pair)
    if left:
        shown = ", ".join(dict.fromkeys(pair.target[a:b] for a, b in left))
        yield make_finding("french-left", "error", f"left in French: {shown}", target=left[0])


def left_in_french(pair: Pair) -> tuple[tuple[int, int], ...]:
    """Give the spans of the translation that are French words of the source, in order.

    Single words count where the French word list knows them and the English one does
    not; runs of two words and more where a French function word is among them. Words
    inside quotation marks (titles, mottos), in addresses, in names, in code and in forms
    that the glossary asked for are let be.
    """
    ours = tokens(pair.source)
    theirs = tokens(pair.target)
    source = {word for word, _, _ in ours if word[0].islower()}
    if not source or not theirs:
        return ()
    allowed = [match.span() for match in _QUOTED.finditer(pair.target)]
    allowed += [m.span() for m in re.finditer(r"\S+", pair.target) if _CODED.search(m[0])]
    allowed += pair.kept_spans
    left = [
        (start, end)
        for word, start, end in theirs
        if word[0].islower()
        and word in source
        and _french_only(word)
        and not _in_name(pair, start, end)
    ]
    small = [(a, b) for a, b in left if pair.target[a:b].lower() in word_set("french_left")]
    if len(left) == len(small) == 1:
        left = []  # one small word may belong to a name
    left += _copied_runs(pair, ours, theirs)
    return tuple(
        sorted(
            (start, end)
            for start, end in left
            if not any(a <= start < b for a, b in allowed)
            and pair.target[start:end] not in pair.code
        )
    )


def _copied_runs(
    pair: Pair, ours: Sequence[_Token], theirs: Sequence[_Token]
) -> Iterator[tuple[int, int]]:
    """Give spans of the translation that are copied from the source and hold French.

    A run with as many capitals as small words is a name (Bartolomé de las Casas).
    """
    places: dict[str, list[int]] = {}
    for index, (word, _, _) in enumerate(ours):
        places.setdefault(word, []).append(index)
    i = 0
    while i < len(theirs):
        size = 0
        for start in places.get(theirs[i][0], ())[:_MOST_PLACES]:
            run = 1
            while (
                i + run < len(theirs)
                and start + run < len(ours)
                and theirs[i + run][0] == ours[start + run][0]
                and pair.target[theirs[i + run - 1][2] : theirs[i + run][1]].isspace()
            ):
                run += 1
            size = max(size, run)
            if size >= _LONG_RUN:
                break  # a copy: no need to find a longer one
        if size >= 2:
            run_words = [word for word, _, _ in theirs[i : i + size]]
            lower = [word for word in run_words if word[0].islower()]
            span = theirs[i][1], theirs[i + size - 1][2]
            french = any(w in _surely_french() or _ELIDED.match(w) for w in lower)
            loan = all(word in word_set("french_loans") for word in lower)
            street = run_words[0].lower() in word_set("streets") and run_words[-1][0].isupper()
            if (
                french
                and not (loan or street)
                and len(lower) > size - len(lower)
                and not _between_names(pair.target, *span)
            ):
                yield span
        i += max(size, 1)


def _between_names(text: str, start: int, end: int) -> bool:
    before = _WORD_BEFORE.search(text[:start])
    after = _WORD_AFTER.match(text, end)
    return bool(before and after and before[1][0].isupper() and after[1][0].isupper())


def _in_name(pair: Pair, start: int, end: int) -> bool:
    """Say whether a lower-case word is part of a name (Croix des Champs, Monde diplomatique)."""
    before = _WORD_BEFORE.search(pair.target[:start])
    if before and before[1][0].isupper() and before[1] in pair.source:
        return True
    return _between_names(pair.target, start, end)


@check(
    "source-language",
    "Source not French",
    "warning",
    "The source's function words are those of another language.",
)
def source_language(pair: Pair) -> Iterator[Finding]:
    """Find a source that is not French, by its function words."""
    text = _QUOTED.sub(" ", pair.source)  # a French sentence may quote any language
    plain = [t.replace("’", "'") for t, _, _ in tokens(text)]
    found = [t.lower() for t in plain]
    if len(found) < 5:
        return
    elided = sum((t[1:2] == "'" and t[0] in "ldncjsm") or t[:3] == "qu'" for t in found)
    french_words = word_set("french")
    french = sum(t in french_words for t in found) + elided
    if french >= 0.4 * len(found):
        return  # as every French sentence
    # "Il a dit si, puis non": what is French as well is no evidence for Italian, unless most
    # other words are strange to French.
    strange = [t for t in found if not known_french(t)]
    small = [t for t in plain if t[0].islower()]
    far = sum(not known_french(t) for t in small) > 0.5 * len(small)
    evidence = found if far else strange
    counts = {n: [t for t in evidence if t in table] for n, table in _languages().items()}
    name, own = max(counts.items(), key=lambda item: len(item[1]))
    french = sum(t in french_words and t not in _languages()[name] for t in found) + elided
    varied = len(set(own)) >= 2 if not far else any(not known_french(t) for t in own)
    if varied and len(own) >= max(2, 2 * french, 0.12 * len(found)):
        yield make_finding(
            "source-language", "warning", f"the source seems to be {name}, not French"
        )
