"""Dates: French ones put into English, day and month in the order of the variant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.touchups.base import SPACE, Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Sentence

_FRENCH = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MONTHS = dict(zip(_FRENCH, _ENGLISH, strict=True)) | {
    "fevrier": "February",
    "aout": "August",
    "decembre": "December",
}
_YEAR = r"(?:1\d|20)\d\d"
_NAMES = "|".join((*_ENGLISH, *(f"(?i:{name})" for name in _MONTHS)))
_DAY_FIRST = re.compile(
    rf"(?<![\w.,/–-])(?P<day>\d\d?)(?:er|st|nd|rd|th)?{SPACE}(?P<month>{_NAMES})\b"
    rf"(?:,?{SPACE}(?P<year>{_YEAR})(?!\w))?"
)
_MONTH_FIRST = re.compile(
    rf"(?<![\w-])(?P<month>{'|'.join(_ENGLISH)}){SPACE}(?P<day>\d\d?)(?:st|nd|rd|th)?"
    rf"(?!\w|[.,:/–-]\d)(?:,?{SPACE}(?P<year>{_YEAR})(?!\w))?"
)
# One day of several ("3, 4 and 5 March"): where the month goes is not for a rule to say.
_MORE_BEFORE = re.compile(
    rf"\d(?:st|nd|rd|th)?(?:,|{SPACE}(?:and|or|to|et|ou|au)|{SPACE}?[–-]){SPACE}?$"
)
_MORE_AFTER = re.compile(
    rf"(?:,|{SPACE}(?:and|or|to)|{SPACE}?[–-]){SPACE}?\d\d?(?:st|nd|rd|th)?(?![\w:.])"
)
_FIGURES = re.compile(
    rf"(?<![\w/.,-])(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>{_YEAR}|\d\d)(?![\w/])"
)


def written_date(day: int, month: str, year: str, variant: str) -> str:
    """Write a date; day first unless the variant is American."""
    if variant == "us":
        return f"{month} {day}, {year}" if year else f"{month} {day}"
    return f"{day} {month} {year}" if year else f"{day} {month}"


@touchup("dates")
def dates(sentence: Sentence) -> Iterator[Change]:
    """Write dates that stayed French in English, and all of them as the variant wants.

    Without a variant, what is English already is right. 03/04/2025 is the 3rd of April in
    French; American writing has the month first.
    """
    target, variant = sentence.target, sentence.style.variant
    said = {_read(match): match.span() for match in _DAY_FIRST.finditer(sentence.source)}
    forms = (_DAY_FIRST, _MONTH_FIRST) if said else ()
    for match in (match for form in forms for match in form.finditer(target)):
        day, month, year = _read(match)
        start, end = match.span()
        right = match["month"] in _ENGLISH and not variant
        after = written_date(day, month, year, variant)
        if right or after == match[0] or (day, month, year) not in said or not 1 <= day <= 31:
            continue
        if _MORE_BEFORE.search(target[max(0, start - 12) : start]) or _MORE_AFTER.match(
            target, end
        ):
            continue
        # An American date with its year is set off by commas.
        comma = "," if variant == "us" and year and _goes_on(target[end:]) else ""
        yield Change(start=start, end=end, after=after + comma, source=said[day, month, year])
    if variant == "us":
        yield from _month_first(sentence)


def _read(match: re.Match[str]) -> tuple[int, str, str]:
    month = match["month"]
    return int(match["day"]), _MONTHS.get(month.lower(), month), match["year"] or ""


def _goes_on(rest: str) -> bool:
    return bool(re.match(rf"{SPACE}[^\W\d_]", rest))


def _month_first(sentence: Sentence) -> Iterator[Change]:
    said = [match for match in _FIGURES.finditer(sentence.source)]
    figures = {match[0] for match in said}
    for match in said:
        day, month, year = match["day"], match["month"], match["year"]
        after = f"{month}/{day}/{year}"
        if int(month) > 12 or after in figures:
            continue
        for found in re.finditer(rf"(?<![\w/.,-]){re.escape(match[0])}(?![\w/])", sentence.target):
            yield Change(start=found.start(), end=found.end(), after=after, source=match.span())
