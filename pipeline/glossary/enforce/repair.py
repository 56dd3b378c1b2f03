"""Rung 3: mending a term in place, and the English right around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.enforce.assess import Assessment, assess
from pipeline.glossary.match import (
    accepted,
    article_for,
    common_start,
    compose,
    is_caps,
    pluralise,
    sentence_start,
    suspects,
    upper_first,
)
from pipeline.records import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.glossary.records import Match, Matches

_WORD_BEFORE = re.compile(r"([^\W\d_]+['’]?)[\s\u00a0\u202f]+$")
# A name that brings its own article: Le Monde, L'Oréal, The Guardian.
_OWN_ARTICLE = re.compile(r"(?:the|la|le|les) |l['’]")
_POSSESSIVE = re.compile(r"['’](?= [a-z])")


def replay(draft: str, edits: Iterable[Edit]) -> str:
    """Replay edits over the draft: gives the target.

    Args:
        draft: ``Translation.draft``.
        edits: ``Translation.edits``, in order.

    Raises:
        GlossaryError: the edits were made for another text.
    """
    text = draft
    for edit in edits:
        start, end = edit.span.start, edit.span.end
        if text[start:end] != edit.before:
            raise GlossaryError(
                f"an edit expects {edit.before!r} at {start}, the text has {text[start:end]!r}",
                next_step="replay the edits over the draft they were made for, in order",
            )
        text = text[:start] + edit.after + text[end:]
    return text


def rewrite(
    before: str, after: str, *, rung: str, term: str = "", source: Span | None = None
) -> tuple[Edit, ...]:
    """Give the edit that turns one whole text into another, cut down to the words that differ.

    Returns:
        One edit, or none where the texts are the same.
    """
    if before == after:
        return ()
    low = common_start(before, after)
    while low and not before[low - 1].isspace():
        low -= 1
    high = common_start(before[low:][::-1], after[low:][::-1])
    while high and not before[len(before) - high].isspace():
        high -= 1
    span = Span(start=low, end=len(before) - high)
    old, new = before[low : span.end], after[low : len(after) - high]
    return (Edit(span=span, before=old, after=new, rung=rung, term=term, source=source),)


def wanted_form(match: Match) -> str:
    """Give the form to write for a match: the preferred one, in the source's number and case."""
    form = accepted(match)[0]
    if match.caps and match.term.status == "dnt":
        return compose(match.text)
    if match.plural and match.term.inflect and match.term.status != "dnt":
        form = pluralise(form)
    return form.upper() if match.caps else form


def repair(text: str, matches: Matches) -> tuple[str, tuple[Edit, ...], Assessment]:
    """Mend missing terms in place.

    Only occurrences without an accepted form are touched, only where their mistaken
    rendering is found, and only as often as it is missing. An ambiguous ordinary word is
    left alone.

    Returns:
        The new text, the edits that lead to it, and its assessment.
    """
    strict = _mend(text, matches, loose=False)
    if strict[2].missing:
        # A mistaken rendering may hold another term's form: "generating AI" and "IA".
        loose = _mend(text, matches, loose=True)
        if loose[2].violations < strict[2].violations:
            return loose
    return strict


def _mend(text: str, matches: Matches, *, loose: bool) -> tuple[str, tuple[Edit, ...], Assessment]:
    """Mend what is missing, longest terms first.

    Args:
        text: the draft.
        matches: the terms of its source.
        loose: a listed wrong form may overlap a place that satisfies another occurrence,
            which then has to be mended in its turn.
    """
    edits: list[Edit] = []
    measured = assess(text, matches)
    longest: dict[int, int] = {}  # of a term; its occurrences are mended in their order
    for match in matches.matches:
        term = id(match.term)
        longest[term] = max(longest.get(term, 0), match.end - match.start)
    order = sorted(
        range(len(matches.matches)), key=lambda i: (-longest[id(matches.matches[i].term)], i)
    )
    for index in order:
        if measured.hits[index] is not None:
            continue
        # Where the term itself cannot be mended, another may have taken its place:
        # "IA, or artificial intelligence" for "L’IA, ou intelligence artificielle".
        for chosen in (index, *(i for i in order if i != index)):
            place = _place(measured, chosen, matches, loose=loose)
            if place is None:
                continue
            made = _replace(measured.target.text, place, matches.matches[chosen])
            then = assess(replay(measured.target.text, made), matches)
            fits = then.satisfied > measured.satisfied or (
                loose and chosen == index and then.hits[index] is not None
            )
            if fits and len(then.forbidden) <= len(measured.forbidden):
                edits.extend(made)
                measured = then
                break
    return measured.target.text, tuple(edits), measured


def _place(
    measured: Assessment, index: int, matches: Matches, *, loose: bool
) -> tuple[int, int] | None:
    match = matches.matches[index]
    taken = measured.taken()
    free = [
        s
        for s in suspects(measured.target, match)
        if not any(
            s[0] < high and low < s[1] and not (loose and s[0] <= low and high <= s[1])
            for low, high in taken
        )
    ]
    if not free:
        return None
    rivals = [
        i
        for i, m in enumerate(matches.matches)
        if m.term is match.term and (i == index or measured.hits[i] is None)
    ]
    if len(free) > len(rivals) and not all(certain for _, _, certain in free):
        return None
    order = rivals.index(index) if len(free) >= len(rivals) else 0
    return free[min(order, len(free) - 1)][:2]


def _replace(text: str, place: tuple[int, int], match: Match) -> list[Edit]:
    """Give the edits that write a match's form at ``place``, mending its neighbours."""
    start, end = place
    before = text[start:end]
    word = _WORD_BEFORE.search(text[:start])
    one = word is not None and word.group(1).casefold() in {"a", "an"}
    form = accepted(match)[0] if one and not match.caps else wanted_form(match)
    form = _styled(before, form, text, start, match, one=one)
    edits: list[Edit] = []
    current = text

    def note(low: int, high: int, after: str) -> None:
        nonlocal current
        edits.append(
            Edit(
                span=Span(start=low, end=high),
                before=current[low:high],
                after=after,
                rung="repair",
                term=match.term.source,
                source=match.occurrence.span,
            )
        )
        current = current[:low] + after + current[high:]

    note(start, end, form)
    end = start + len(form)
    # "the Systemes' cost": only a form in s keeps the bare apostrophe.
    plural_possessive = _POSSESSIVE.match(current, end) and not _in_quotes(current[:start])
    if plural_possessive and before[-1:] == "s" and form[-1:].casefold() != "s":
        note(end + 1, end + 1, "s")
    word = _WORD_BEFORE.search(current[:start])
    article = word.group(1) if word else ""
    if word is None or article.casefold() not in {"a", "an", "the"}:
        return edits
    low, high = word.span(1)
    capital = article[0].isupper()
    if _OWN_ARTICLE.match(form.casefold()):
        note(low, start, "")
        if capital and upper_first(form) != form:
            note(low, low + len(form), upper_first(form))
    elif article.casefold() != "the" and not _is_plural(form, match):
        right = article_for(form)
        if right != article.casefold():
            after = right.upper() if is_caps(article) and len(article) > 1 else right
            note(low, high, upper_first(after) if capital else after)
    return edits


def _is_plural(form: str, match: Match) -> bool:
    return match.plural and form == pluralise(accepted(match)[0]) != accepted(match)[0]


def _styled(before: str, form: str, text: str, start: int, match: Match, *, one: bool) -> str:
    """Give ``form`` the capital or plural of what it replaces (no plural after ``a``)."""
    singular = accepted(match)[0]
    plain = match.term.inflect and match.term.status != "dnt" and not match.caps
    if plain and form == singular and not one:
        # The mistaken rendering may show a plural that the source's spelling hides.
        for wrong in (*match.term.wrong, match.term.source):
            if before.casefold() == pluralise(wrong).casefold() != wrong.casefold():
                form = pluralise(singular)
    if sentence_start(text, start) and before[:1].isupper():
        return upper_first(form)
    words = before.split()
    if len(words) > 1 and all(w[:1].isupper() for w in words):  # a heading in Title Case
        return " ".join(upper_first(w) for w in form.split(" "))
    return form


def _in_quotes(before: str) -> bool:
    """Say whether a single quotation mark is open at the end of ``before``."""
    opened = len(re.findall(r"(?<!\w)['‘](?=\w)", before))
    return opened > len(re.findall(r"(?<=[\w.,!?])['’](?!\w)", before))
