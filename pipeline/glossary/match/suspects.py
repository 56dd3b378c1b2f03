"""Finding the place where a term that is missing was rendered wrongly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.glossary.match.english import is_caps
from pipeline.glossary.match.normal import compose, inside, squash, words
from pipeline.glossary.match.targets import Target, accepted, find_form, standing, surfaces
from pipeline.lexicon import is_word

if TYPE_CHECKING:
    from pipeline.glossary.records import Case, Match

_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\s\u00a0\u202f]+$")
_FULL_STOP = re.compile(r"\.(?=,|;|'|’|\s+[a-z])")
_TOKEN = re.compile(r"[^\W_]+")


def suspects(text: Target, match: Match) -> list[tuple[int, int, bool]]:
    """Find where a missing term's mistaken rendering stands.

    Listed wrong forms come first, then the source form copied untranslated, then what
    differs from an accepted form only by case, spacing, hyphens, accents, full stops or the
    order of two words.

    Returns:
        (start, end, certain) in code points, best kind only, in order; ``certain`` says
        that the form is no ordinary English, so that it may be replaced even where another
        like it stands.
    """
    term = match.term
    for form in term.wrong:
        case: Case = "exact" if term.case == "exact" else "smart"
        found = find_form(text, form, case=case, inflect=term.inflect, caps=match.caps)
        if found:
            return [(s, e, form != form.casefold()) for s, e in found]
    left = compose(match.text)  # "du Monde": of the name, this is left without its article
    if match.inflected and term.source.endswith(f" {left}"):
        found = find_form(text, left, case="exact", inflect=False)
        if found:
            return [(s, e, False) for s, e in found]
    if term.status != "dnt":
        copied: list[tuple[int, int]] = []
        for form in dict.fromkeys((compose(match.text), term.source)):
            if squash(form) not in {squash(f) for f in accepted(match)}:
                # With an English plural too: "the PMEs".
                copied += find_form(text, form, case="smart", inflect=term.inflect, caps=True)
        if copied:
            sure = " " in term.source or term.source != term.source.casefold()
            return [(s, e, sure) for s, e in sorted(set(copied))]
    return [
        (s, e, any(_own_casing(f) or is_caps(f) for f in accepted(match)))
        for s, e in _near(text, match)
    ]


def _near(text: Target, match: Match) -> list[tuple[int, int]]:
    """Find windows of words that squash to an accepted form but are not accepted."""
    wanted: dict[str, str] = {}
    for form in accepted(match):
        for _, surface in surfaces(form, inflect=match.term.inflect):
            wanted.setdefault(squash(surface), surface)
            left, _, right = surface.partition(" ")
            if right and " " not in right and surface == surface.casefold():
                # The French order of words: "learning supervised".
                wanted.setdefault(squash(right + left), surface)
    if match.term.case == "exact":
        wanted = {squash(f): f for f in accepted(match)}
    longest = max(map(len, wanted))
    tokens = [m.span() for m in _TOKEN.finditer(text.text)]
    found: list[tuple[int, int]] = []
    for first in range(len(tokens)):
        joined = ""
        for last in range(first, min(first + 8, len(tokens))):
            if last > first and not _joins(text.text[tokens[last - 1][1] : tokens[last][0]]):
                break
            joined += squash(text.text[slice(*tokens[last])])
            if len(joined) > longest:
                break
            if joined in wanted:
                start, end = tokens[first][0], tokens[last][1]
                pieces = last - first + 1
                if _plausible(text, start, end, wanted[joined], pieces, match):
                    if _FULL_STOP.match(text.text, end) and "." in text.text[start:end]:
                        end += 1  # "A.I. was": the full stop belongs to the acronym
                    found.append((start, end))
    kept: list[tuple[int, int]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _joins(gap: str) -> bool:
    return gap in {" ", "-", "‐", "‑", "\u00a0", "\u202f", ".", ". ", "'", "’"}


def _plausible(text: Target, start: int, end: int, form: str, pieces: int, match: Match) -> bool:
    """Guard against turning a correct ordinary word into a term."""
    found = text.text[start:end]
    if not standing(text.text, start, end) or inside(start, end, text.ranges):
        return False
    if compose(found) == compose(match.text):
        return True  # the source, copied
    if pieces > len(_TOKEN.findall(form)):
        return _split_plausible(found, form)
    if pieces > 1 or not _ordinary(found):
        return not _among_names(text.text, start, end, found)
    if _own_casing(form):
        return True
    if is_caps(form) or form == form.casefold() or squash(form) != form.casefold():
        return False  # "it" for IT, "who" for WHO, "expose" for exposé
    # apple, meta, orange: a common noun has a determiner before or a hyphen behind it, and a
    # capital at the start of the French sentence may have been a common noun's.
    word = _WORD_BEFORE.search(text.text[max(0, start - 24) : start])
    if word and word.group(1).casefold() in words("english-determiners"):
        return False
    return (match.start > 0 or start == 0) and text.text[end : end + 1] not in {"-", "‐", "‑"}


def _split_plausible(found: str, form: str) -> bool:
    """Judge words that make up a form which is written as one: "open AI", not "to get her"."""
    if "." in found:
        return is_caps(found) and is_caps(form)  # A.I., but no two sentences
    if len(squash(form)) < 3:
        return False  # "a I"
    if found != found.casefold() or _own_casing(form):
        return True
    return not re.search(r"\s", found)  # semi-conductor, but not "break down"


def _ordinary(found: str) -> bool:
    """Say whether one word is written as an ordinary English word: lower case or a capital."""
    if found[1:] != found[1:].casefold():
        return False
    return is_word(found.casefold(), "en")


def _among_names(text: str, start: int, end: int, found: str) -> bool:
    """Say whether a short capitalised word belongs to a person's name: Ai Weiwei."""
    if len(found) > 2 or found.isupper() or not found[0].isupper():
        return False
    return bool(re.match(r"\s[^\W\d_a-z]", text[end:])) or bool(
        re.search(r"[^\W\d_a-z]\w*\s$", text[:start])
    )


def _own_casing(form: str) -> bool:
    """Say whether a form has capitals that no rule of spelling would give it: OpenAI, xAI."""
    return any(c.isupper() for w in re.findall(r"[^\W_]+", form) for c in w[1:] if not w.isupper())
