"""What a retranslation is asked, and whether its answer can be trusted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.glossary.enforce.repair import wanted_form
from pipeline.glossary.match import fold, suspects, words
from pipeline.records import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.glossary.enforce.assess import Assessment
    from pipeline.glossary.records import Matches
    from pipeline.records import Draft, Hypothesis


_VOWELS = "aeiouyhàâäéèêëîïôöùûü"
_ELIDED = re.compile(r"(?i)(?<![^\W_])(l|d|qu|jusqu|n|s)['’]$")
_FULL = {"l": "le ", "d": "de ", "qu": "que ", "jusqu": "jusque ", "n": "ne ", "s": "se "}
_CONTRACTED = re.compile(r"(?<![^\W_])([Dd]u|[Dd]es|[Aa]ux?)[\s\u00a0\u202f]+$")
_PREPOSITIONS = {"du": "de ", "des": "de ", "au": "à ", "aux": "à "}
_PREPOSITIONS |= {k.capitalize(): v.capitalize() for k, v in _PREPOSITIONS.items()}
_ARTICLE = re.compile(r"Les? ")
_QUOTES = '"«»“”„'
_WORDS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"\d+")


def one_line(text: str) -> str:
    """Give ``text`` with its line breaks as spaces: an engine reads one line."""
    return re.sub(r"\s*[\r\n]+\s*", " ", text)


def put_in(source: str, start: int, end: int, form: str) -> str:
    """Write ``form`` over ``source[start:end]``.

    An elision before a consonant is undone, and so is the contraction with an article that
    the form brings back (``du Monde``: ``de Le Monde``).
    """
    head = source[:start]
    contracted = _CONTRACTED.search(head)
    if contracted and _ARTICLE.match(form) and not _ARTICLE.match(source[start:end]):
        head = head[: contracted.start()] + _PREPOSITIONS[contracted.group(1)]
    elided = _ELIDED.search(head)
    if elided and form[:1].isalpha() and fold(form).text[0] not in _VOWELS:
        letter = elided.group(1)
        full = _FULL[letter.casefold()]
        head = head[: elided.start()] + (full.capitalize() if letter[0].isupper() else full)
    return head + form + source[end:]


def code_switch(
    source: str, matches: Matches, chosen: Iterable[int], *, quoted: bool = False
) -> str:
    """Write the target forms of the chosen matches into the French source.

    Args:
        source: the sentence.
        matches: its terms.
        chosen: indexes of the matches to write.
        quoted: put them in quotation marks, so that the model takes them for names
            (``Il lit « Le Monde »``) and not for words to conjugate (``la AI race``).
    """
    for index in sorted(chosen, reverse=True):
        match = matches.matches[index]
        form = wanted_form(match)
        if quoted:
            form = f"« {form} »"
        source = put_in(source, match.start, match.end, form)
    return source


def unquote(text: str, source: str, matches: Matches) -> str:
    """Take the quotation marks away that `code_switch` brought in."""
    for match in matches.matches:
        around = source[max(0, match.start - 2) : match.start] + source[match.end : match.end + 2]
        if not any(mark in around for mark in _QUOTES):
            form = re.escape(wanted_form(match))
            pattern = rf"(?i)[{_QUOTES}]\s?({form})(['’]s)?([,.]?)\s?[{_QUOTES}]"
            text = re.sub(pattern, r"\1\2\3", text)
    return text


def hints_for(matches: Matches) -> tuple[Hint, ...]:
    """Give one hint for each distinct form of a term in the sentence."""
    return tuple(dict.fromkeys(Hint(source=m.text, target=wanted_form(m)) for m in matches.matches))


def bans(draft: Draft, matches: Matches, measured: Assessment) -> tuple[str, ...]:
    """Give the strings that stood where an accepted form should have.

    They are forbidden forms, mistaken renderings, and, where the engine gives alignments,
    what the missing occurrences were aligned with.
    """
    found: dict[str, None] = {hit.form: None for _, hit in measured.forbidden}
    taken = measured.taken()
    first = draft.hypotheses[0]
    for index in measured.missing:
        match = matches.matches[index]
        for start, end, _ in suspects(measured.target, match):
            if not any(start < high and low < end for low, high in taken):
                found[measured.target.text[start:end]] = None
        aligned = [t for s, t in first.alignment if s.start < match.end and s.end > match.start]
        if aligned:
            low, high = min(t.start for t in aligned), max(t.end for t in aligned)
            if high - low <= 40 and first.text[low:high].strip():
                found[first.text[low:high].strip()] = None
    return tuple(found)


def loses(text: str, before: str, source: str, *, names: bool = False) -> bool:
    """Say whether a text lacks a number that the draft has from its source.

    Args:
        text: what may take the draft's place.
        before: the draft.
        source: the French sentence.
        names: capitalised words of the draft, its first word apart, must be there too
            (``on Tuesday``).
    """
    numbers = set(_NUMBERS.findall(source))
    wanted = [n for n in _NUMBERS.findall(before) if n in numbers]
    found = _NUMBERS.findall(text)
    if any(found.count(n) < wanted.count(n) for n in wanted):
        return True
    kept = {w.casefold() for w in _WORDS.findall(text)}
    first = _WORDS.search(before)
    later = _WORDS.findall(before, first.end() if first else 0)
    return names and any(w[0].isupper() and w.casefold() not in kept for w in later)


def looks_sound(hypothesis: Hypothesis, draft: Draft) -> bool:
    """Say whether a retranslation may replace the draft.

    Refused are answers that the engine's guard marked, that are much shorter than the draft
    or much longer than draft and source, that lose a number, or that hold clearly more French
    than the draft.
    """
    text, before = hypothesis.text, draft.hypotheses[0].text
    if hypothesis.flags or not text.strip() or "\n" in text.strip():
        return False
    if not draft.hypotheses[0].flags:
        if loses(text, before, draft.segment.source):
            return False
        longest = 2 * max(len(before), len(draft.segment.source)) + 12
        if not 0.5 * len(before) - 12 <= len(text) <= longest:
            return False
    return _french(text) <= _french(before) + 2


def _french(text: str) -> int:
    return sum(w in words("french-function-words") for w in _WORDS.findall(text.casefold()))
