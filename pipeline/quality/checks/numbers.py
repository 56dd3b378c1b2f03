"""Checks of numbers, units, dates and number formats."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from pipeline.quality.checks.number_reading import (
    Mention,
    number_words,
    read_numbers,
    unit_dimensions,
)
from pipeline.quality.checks.pair import check, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.quality.checks.number_reading import Language
    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_FRENCH_DECIMAL = re.compile(r"(?<![\d.,])\d{1,3},\d{1,2}(?![\d,])")
_FRENCH_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])")
_DOUBTFUL_MONTHS = frozenset({"mars", "may", "march", "mar", "dec", "sept", "oct", "nov"})
_MOST_SPELT = 1e4  # "des millions" and the like are no counts
# Cheap signs of numbers in words from eleven on.
_SPELT_FR = [
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "vingt", "trente", "quarante"),
    *("cinquante", "soixante", "septante", "huitante", "octante", "nonante"),
]
_SPELT_EN = ["eleven", "twel", "teen", "ty"]
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=8)
def _mentions(text: str, language: Language) -> tuple[Mention, ...]:
    return tuple(read_numbers(text, language))


def _has_digits(pair: Pair) -> bool:
    """Say whether a number in digits stands anywhere: words alone are never required."""
    return bool(_DIGIT.search(pair.source) or _DIGIT.search(pair.target))


def _any_of(signs: Sequence[str], text: str) -> bool:
    lower = text.lower()
    return any(sign in lower for sign in signs)


def _large(mention: Mention) -> bool:
    """Say whether a number in words is beyond those that idioms are made of."""
    return not mention.required and 11 <= max(mention.values) < _MOST_SPELT


def _values(mentions: tuple[Mention, ...]) -> set[float]:
    return set().union(*(mention.values for mention in mentions)) if mentions else set()


@check(
    "numbers",
    "Numbers",
    "error",
    "A number of one side is on the other neither in digits nor in words.",
)
def numbers(pair: Pair) -> Iterator[Finding]:
    """Find numbers in digits that the other side has neither in digits nor in words."""
    spelt = _any_of(_SPELT_FR, pair.source) and _any_of(_SPELT_EN, pair.target)
    if not (spelt or _has_digits(pair)):
        return
    source, target = _mentions(pair.source, "fr"), _mentions(pair.target, "en")
    in_source, in_target = _values(source), _values(target)
    missing = [m for m in source if m.required and not m.values & in_target]
    added = [m for m in target if m.required and not m.values & in_source]
    # Words are required of neither side ("quinze jours", two weeks), but fifteen dead and
    # fifty dead contradict each other.
    pairs = list(zip(missing, added, strict=False))
    if spelt:
        said = [m for m in source if _large(m) and not m.values & in_target]
        heard = [m for m in target if _large(m) and not m.values & in_source]
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
    for new in added[len(missing) :]:
        yield make_finding(
            "numbers", "error", f"{new.text} is not in the source", target=(new.start, new.end)
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
        same = {m.unit for m in twins if dimensions.get(m.unit) == dimension}
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
    "number-format", "Number format", "info", "A number kept its French notation (3,5 or 10 000)."
)
def number_format(pair: Pair) -> Iterator[Finding]:
    """Find a number that kept its French notation: 3,5 for 3.5, 10 000 for 10,000."""
    for pattern, hint in (
        (_FRENCH_DECIMAL, "a decimal comma"),
        (_FRENCH_GROUPS, "a space between thousands"),
    ):
        for match in pattern.finditer(pair.target):
            if match[0].replace("\u00a0", " ").replace("\u202f", " ") in pair.source.replace(
                "\u00a0", " "
            ).replace("\u202f", " "):
                yield make_finding(
                    "number-format", "info", f"{match[0]} keeps {hint}", target=match.span()
                )
