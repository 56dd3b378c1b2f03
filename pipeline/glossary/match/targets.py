"""Finding accepted forms in an English text, and giving each occurrence its own.

The count follows WMT21 (arXiv 2106.11891, section 3): an occurrence is satisfied by a match
position that no other occurrence has used, alternatives allowed.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.glossary.match.english import is_caps, pluralise
from pipeline.glossary.match.normal import (
    Folded,
    compose,
    fold,
    inside,
    is_word,
    not_prose,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.glossary.records import Case, Match, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An English text, folded once for many searches."""

    text: str
    folded: Folded
    ranges: tuple[tuple[int, int, bool], ...]  # not prose

    @classmethod
    def of(cls, text: str) -> Target:
        """Prepare ``text``."""
        return cls(text=text, folded=fold(text), ranges=not_prose(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A form standing in a text."""

    start: int  # code points
    end: int
    form: str  # the accepted form (as the row lists it) that stands here


def accepted(match: Match) -> tuple[str, ...]:
    """Give the forms that satisfy a source match, preferred first."""
    term = match.term
    if term.status != "dnt":
        return term.targets
    own = term.forms
    return own if compose(match.text) in own or match.inflected else (*own, compose(match.text))


@functools.lru_cache(maxsize=65536)
def surfaces(form: str, *, inflect: bool) -> tuple[tuple[str, str], ...]:
    """Give the (folded, composed) spellings under which a form may stand: plural too."""
    own = compose(form)
    found = [own]
    if inflect:
        found += [pluralise(own), pluralise(own, strict=True), _last_plural(own)]
        if own.endswith("person"):  # spokespersons, spokespeople
            found.append(own.removesuffix("person") + "people")
    return tuple((fold(s).text, s) for s in dict.fromkeys(found))


def _last_plural(form: str) -> str:
    """Pluralise the last word whatever stands before it (``proof of concepts``)."""
    cut = form.rfind(" ") + 1
    return form[:cut] + pluralise(form[cut:], strict=True)


_PIECES = re.compile(r"[ -]")


def _same_case(found: str, wanted: str, case: Case, *, caps: bool) -> bool:
    """Compare two composed spellings of one folded form."""
    if found == wanted or case == "ignore":
        return True
    if case == "exact":
        return False
    if caps and is_caps(found) and found.casefold() == wanted.casefold():
        return True
    found_words, wanted_words = _PIECES.split(found), _PIECES.split(wanted)
    if len(found_words) != len(wanted_words):
        return False
    found_gaps, wanted_gaps = _PIECES.findall(found), _PIECES.findall(wanted)
    for index, (one, other) in enumerate(zip(found_words, wanted_words, strict=True)):
        plain = other.islower()
        if not plain and one != other and not (index == 0 and other == "The" and one == "the"):
            return False
        # A hyphen may stand for a space between plain words only.
        if (
            index
            and found_gaps[index - 1] != wanted_gaps[index - 1]
            and not (plain and wanted_words[index - 1].islower())
        ):
            return False
    return True


def standing(text: str, start: int, end: int) -> bool:
    """Say whether ``text[start:end]`` stands as a word of its own (French and English)."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    first, last = text[start], text[end - 1]
    if (is_word(before) and is_word(first)) or (is_word(after) and is_word(last)):
        return False
    if before in "'’ʼ" and start > 1 and is_word(text[start - 2]) and not _elided(text, start - 1):
        return False
    beyond = text[end + 1] if end + 1 < len(text) else " "
    if after == "." and (beyond.islower() or beyond.isdigit()):  # Node.js, x.ai
        return False
    if before == "." and start > 1 and is_word(text[start - 2]):  # Character.AI
        word = re.search(r"\w+$", text[: start - 1])
        if word and (len(word.group()) < 3 or word.group()[0].isupper()):
            return False
    return not (
        after in "-‐‑" and beyond.islower() and text[start:end].casefold() in words("prefix-names")
    )


def _elided(text: str, apostrophe: int) -> bool:
    word = re.search(r"[^\W\d_]+$", text[max(0, apostrophe - 9) : apostrophe])
    return bool(word) and word.group().casefold() in words("elisions")  # type: ignore[union-attr]


def find_form(
    target: Target, form: str, *, case: Case, inflect: bool, caps: bool = False
) -> list[tuple[int, int]]:
    """Find every place where a form stands in prose.

    Args:
        target: the prepared text.
        form: as the row lists it.
        case: the row's policy.
        inflect: the plural counts as the form.
        caps: ALL CAPS counts as the form.

    Returns:
        Spans in code points of ``target.text``, in order.
    """
    found: set[tuple[int, int]] = set()
    text = target.text
    haystack = target.folded.text
    for folded, wanted in surfaces(form, inflect=inflect):
        at = haystack.find(folded)
        while at >= 0:
            start, end = target.folded.span(at, at + len(folded))
            if (
                standing(text, start, end)
                and not inside(start, end, target.ranges)
                and _same_case(compose(text[start:end]), wanted, case, caps=caps)
            ):
                found.add((start, end))
            at = haystack.find(folded, at + 1)
    return sorted(found)


def _tile(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Choose spans leftmost-longest so that none overlap."""
    chosen: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not chosen or start >= chosen[-1][1]:
            chosen.append((start, end))
    return chosen


def _augment(
    need: int,
    wants: Sequence[Sequence[tuple[int, int]]],
    owner: dict[tuple[int, int], int],
    seen: set[tuple[int, int]],
) -> bool:
    # A free place before somebody else's: needs of one term keep their order.
    for span in sorted(wants[need], key=lambda s: s in owner):
        if span in seen:
            continue
        seen.add(span)
        if span not in owner or _augment(owner[span], wants, owner, seen):
            owner[span] = need
            return True
    return False


def assign(
    target: Target, needs: Sequence[tuple[Term, tuple[str, ...], bool]]
) -> tuple[Hit | None, ...]:
    """Give each need (term, accepted forms, ALL CAPS accepted) a place of its own.

    A largest assignment over non-overlapping places is found: leftmost-longest places
    first, then places hidden inside a longer one that nobody needs. Needs of the same term
    take their places in order.

    Returns:
        One hit, or None, for each need.
    """
    options: list[dict[tuple[int, int], str]] = []
    for term, forms, caps in needs:
        places: dict[tuple[int, int], str] = {}
        for form in forms:
            for span in find_form(target, form, case=term.case, inflect=term.inflect, caps=caps):
                places.setdefault(span, form)
        options.append(places)
    dropped: set[tuple[int, int]] = set()
    owner: dict[tuple[int, int], int] = {}
    while True:
        tiles = _tile([s for places in options for s in places if s not in dropped])
        wants = [[s for s in tiles if s in places] for places in options]
        trial: dict[tuple[int, int], int] = {}
        for need in range(len(needs)):
            _augment(need, wants, trial, set())
        if len(trial) > len(owner) or not owner:
            owner = trial
        unused = {s for s in tiles if s not in trial}
        hidden = {
            s
            for places in options
            for s in places
            if s not in tiles and any(u[0] < s[1] and s[0] < u[1] for u in unused)
        }
        if len(owner) == len(needs) or not hidden or not unused - dropped:
            break
        dropped |= unused
    result: list[Hit | None] = [None] * len(needs)
    for span, need in owner.items():
        result[need] = Hit(start=span[0], end=span[1], form=options[need][span])
    return tuple(result)
