"""Checks of numbers, units, dates and number formats."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.quality.checks.number_reading import read_numbers
from pipeline.quality.checks.number_tables import SPACE, Mention, number_words, unit_dimensions
from pipeline.quality.checks.pair import check, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.quality.checks.number_tables import Language
    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding, Severity

_A, _Z = r"(?<![\w.,])", r"(?!\d|[.,]\d)"  # where a number begins and ends
# Numbers as English does not write them. What English may mean otherwise (42,195 and 12.000) is
# wrong only where it stands in the source as well.
_FORMATS: tuple[tuple[re.Pattern[str], Severity, bool, str], ...] = tuple(
    (re.compile(pattern), "warning" if grave else "info", copied, hint)
    for pattern, grave, copied, hint in (
        (
            rf"{_A}\d{{1,3}}(?:[.,]\d{{3}})*(?:,\d{{3}},|\.\d{{3}},)\d{{1,2}}{_Z}",
            True,
            False,
            "French marks",
        ),
        (rf"{_A}\d+,\d{{1,2}}{_Z}", False, True, "a decimal comma"),
        (rf"{_A}\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)", False, True, "a space between thousands"),
        (rf"{_A}\d{{1,3}}(?:\.\d{{3}}){{2,}}{_Z}", True, True, "points between thousands"),
        (
            rf"(?<![A-Z]\w\w\s)(?<!\w[.\s]){_A}[1-9]\d{{0,2}}\.\d{{3}}{_Z}",
            True,
            True,
            "a point between thousands",
        ),
        (
            rf"{_A}\d{{1,2}}{SPACE}?[hH]{SPACE}?\d{{2}}(?![\d,.]\d|\w|{SPACE}?m)",
            True,
            False,
            "a French hour",
        ),
        (r"(?<=\bat )\d{1,2} ?[hH](?!\w)", True, True, "a French hour"),
        (
            r"(?<!\w)(?:\d+|[IVXLC]+)(?:er|ère|re|e|ᵉ|è|ème|ième)(?!\w)",
            True,
            True,
            "a French ending",
        ),
        (
            r"(?<!\w)\d[\d.,]*\s?(?:milliards?|Md[s€]*|Mrd€?|M€|k€)(?!\w)",
            True,
            False,
            "a French unit",
        ),
    )
)
_DOUBTFUL_MONTHS = frozenset({"mars", "may", "march", "mar", "dec", "sept", "oct", "nov"})
_MOST_SPELT = 1e4  # "des millions" and the like are no counts
_LEAST_SPELT = 11  # below, a number in words may be left out: "ses trois enfants", his children
# Cheap signs of numbers in words.
_SPELT_FR = re.compile(
    r"deux|trois|quatre|cinq|\bsix|\bsept|\bhuit|\bneuf|\bdix|onze|douze|treize|quinze|seize|vingt"
    r"|trente|quarante|ante\b|\bcent|mille|[IVX]{2}",
    re.IGNORECASE,
)
_SCORE = re.compile(r"(?<![\w.,/–-])(\d{1,2})[-–](\d{1,2})(?![\w/–-]|[.,]\d)")
_BELOW_ZERO = re.compile(
    r"(?:(?<![\w)%])[-−–]|\bmoins\s+)(?=\d+(?:[.,]\d+)?\s?(?:°|%|degr))(\d+(?:[.,]\d+)?)", re.I
)
_SIGNED = re.compile(
    r"[-−–]\s?\d|\b(?:minus|negative|below|under|sub|f[ae]ll\w*|down|declin\w*|dr[oa]p\w*|decreas\w*"
    r"|los[est]\w*|less|lower\w*|shr\w*|contract\w*|cut|reduc\w*|slump\w*|minuses|off)\b",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"(?<![\w./-])\d{1,2}([./-])(\d{1,2})\1(?:\d{4}|\d{2})(?![\w/-]|[.,]\d)")
_DIGIT = re.compile(r"\d|[IVX]{2}")
_SPACES = re.compile(SPACE)


@lru_cache(maxsize=8)
def _mentions(text: str, language: Language) -> tuple[Mention, ...]:
    return tuple(read_numbers(text, language))


def _has_digits(pair: Pair) -> bool:
    """Say whether a number in digits stands anywhere: words alone are never required."""
    return bool(_DIGIT.search(pair.source) or _DIGIT.search(pair.target))


def _values(mentions: tuple[Mention, ...]) -> set[float]:
    return set().union(*(mention.values for mention in mentions)) if mentions else set()


@check(
    "numbers",
    "Numbers",
    "error",
    "A number of one side is on the other neither in digits nor in words.",
)
def numbers(pair: Pair) -> Iterator[Finding]:
    """Find numbers that the other side has neither in digits nor in words.

    Those in digits are required. Those in words ("quinze jours", two weeks) may not contradict
    each other, fifteen dead and fifty dead; a large one may not be lost.
    """
    spelt = bool(_SPELT_FR.search(pair.source))
    if not (spelt or _has_digits(pair)):
        return
    source, target = _mentions(pair.source, "fr"), _mentions(pair.target, "en")
    in_source, in_target = _values(source), _values(target)
    missing = [m for m in source if m.required and not m.values & in_target]
    added = [m for m in target if m.required and not m.values & in_source]
    pairs = list(zip(missing, added, strict=False))
    said = [m for m in source if m.sure and not m.values & in_target]
    heard = [m for m in target if m.sure and not m.values & in_source]
    pairs += zip(said, heard, strict=False)
    for lost, new in pairs:
        yield make_finding(
            "numbers",
            "error",
            f"{lost.text} in the source, {new.text} in the translation",
            source=(lost.start, lost.end),
            target=(new.start, new.end),
        )
    for lost in missing[len(added) :]:
        yield make_finding(
            "numbers",
            "error",
            f"{lost.text} is not in the translation",
            source=(lost.start, lost.end),
        )
    for lost in said[len(heard) :]:
        if _LEAST_SPELT <= max(lost.values) < _MOST_SPELT:
            yield make_finding(
                "numbers",
                "warning",
                f"{lost.text} is not in the translation",
                source=(lost.start, lost.end),
            )
    for new in added[len(missing) :]:
        yield make_finding(
            "numbers", "error", f"{new.text} is not in the source", target=(new.start, new.end)
        )
    yield from _turned(pair)


def _turned(pair: Pair) -> Iterator[Finding]:
    """Find a score whose sides changed places and a number that lost its minus."""
    shown = {match.groups() for match in _SCORE.finditer(pair.target)}
    for score in _SCORE.finditer(pair.source):
        other = score[2], score[1]
        if score.groups() not in shown and other in shown:
            yield make_finding(
                "numbers",
                "warning",
                f"{score[0]} in the source, {'-'.join(other)} in the translation",
                source=score.span(),
            )
    below = _BELOW_ZERO.search(pair.source)
    if below and not _SIGNED.search(pair.target):
        yield make_finding(
            "numbers", "error", f"the minus of {below[0]} is lost", source=below.span()
        )


@check(
    "units",
    "Units and currencies",
    "error",
    "A number kept its value and changed its unit or currency.",
)
def units(pair: Pair) -> Iterator[Finding]:
    """Find a number that kept its value and changed its unit: km and miles, € and $."""
    if not _has_digits(pair):
        return
    source, target = _mentions(pair.source, "fr"), _mentions(pair.target, "en")
    dimensions = unit_dimensions()
    for new in target:
        dimension = dimensions.get(new.unit)
        if not dimension:
            continue
        twins = [m for m in source if m.values & new.values and m.unit]
        shared = {dimension, "share"} if dimension == "money" else {dimension}
        same = {m.unit for m in twins if dimensions.get(m.unit) in shared}
        if same and new.unit not in same:
            twin = next(m for m in twins if m.unit in same)
            yield make_finding(
                "units",
                "error",
                f"{twin.text} {twin.unit} in the source, {new.text} {new.unit} in the translation",
                source=(twin.start, twin.end),
                target=(new.start, new.end),
            )


@cache
def _calendar_names(language: Language) -> re.Pattern[str]:
    """Give the pattern of months and weekdays; English ones begin with a capital."""
    table = number_words(language)
    names = [*table.months, *table.weekdays]
    names = [name.title() for name in names] if language == "en" else names
    return re.compile(rf"\b(?:{'|'.join(names)})\b", 0 if language == "en" else re.IGNORECASE)


def _calendar(text: str, language: Language) -> tuple[set[float], set[float]]:
    """Give the months and weekdays that a text names; what may be another word is left out.

    English ones are read with a capital only: "may", "march".
    """
    table = number_words(language)
    found_months: set[float] = set()
    found_days: set[float] = set()
    if language == "fr":  # 3/04/2025
        found_months |= {float(m[2]) for m in _NUMERIC_DATE.finditer(text) if 1 <= int(m[2]) <= 12}
    for match in _calendar_names(language).finditer(text):
        lower = match[0].lower()
        if lower in table.weekdays:
            found_days.add(table.weekdays[lower])
            continue
        # "Mars" the planet, "May" the verb: a day or a year must stand beside it.
        before, after = text[max(0, match.start() - 6) : match.start()], text[match.end() :][:6]
        sure = lower not in _DOUBTFUL_MONTHS
        if sure or re.search(r"\d(?:er|st|nd|rd|th)?\s*$", before) or re.match(r"\s*\d", after):
            found_months.add(table.months[lower])
    return found_months, found_days


@check("dates", "Months and weekdays", "error", "A month or weekday became another one.")
def dates(pair: Pair) -> Iterator[Finding]:
    """Find a month or a weekday that became another one."""
    theirs = _calendar(pair.target, "en")
    if not any(theirs):
        return
    ours = _calendar(pair.source, "fr")
    fr, en = number_words("fr"), number_words("en")
    names = ((fr.months, en.months), (fr.weekdays, en.weekdays))
    for wanted, found, (french, english) in zip(ours, theirs, names, strict=True):
        lost, new = wanted - found, found - wanted
        # A month may be named in words that were not read as one ("mars"): only where
        # both sides name one and disagree is something wrong.
        if lost and new:
            here, there = _name(lost, french), _name(new, english).title()
            yield make_finding(
                "dates", "error", f"{here} in the source, {there} in the translation"
            )


def _name(numbers_found: set[float], names: Mapping[str, float]) -> str:
    first = min(numbers_found)
    return next(name for name, number in names.items() if number == first)


@check(
    "number-format",
    "Number format",
    "warning",
    "A number kept its French notation (3,5, 10 000, 10h30 or XXe).",
)
def number_format(pair: Pair) -> Iterator[Finding]:
    """Find numbers that kept their French notation: 3,5 for 3.5, 10 000 for 10,000, 18h30."""
    if not _DIGIT.search(pair.source):
        return
    source = _SPACES.sub("", pair.source)
    ends: list[tuple[int, int]] = []
    for pattern, severity, copied, hint in _FORMATS:
        for match in pattern.finditer(pair.target):
            start, end = match.span()
            if any(a < end and start < b for a, b in ends):
                continue  # said already
            if copied and _SPACES.sub("", match[0]) not in source:
                continue
            ends.append((start, end))
            yield make_finding(
                "number-format", severity, f"{match[0]} keeps {hint}", target=(start, end)
            )
