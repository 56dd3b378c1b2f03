"""Reading numbers in French and in English, so that they can be compared.

A mention has every value that its notation allows: French "1.500" is 1500 or 1.5, "20 h"
is 8 in the evening or 20 hours, "les années 80" are 80 or 1980, 50 % is a half as well. Two
mentions agree where one value is common. Numbers in words (`number_spelt`) may answer a number in
digits.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.quality.checks.number_spelt import roman_mentions, spelt_mentions
from pipeline.quality.checks.number_tables import (
    CLOCK,
    SPACE,
    Mention,
    clock,
    decade,
    number_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.number_tables import Language

_ADDRESS = re.compile(r"://|^www\.|@.*\.")

_MIXED = r"\d{1,3}(?:[.,]\d{3})+[.,]\d{1,2}(?!\d)"  # 1.250,00 and what became of it: 1,250,00
_DATE = re.compile(r"(?<![\w.,/-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/-]|[.,]\d)")
_FRACTION = re.compile(r"(?<![\w.,/])([1-9])/([2-9])(?![\w/]|[.,]\d)")
_ONE_IN = re.compile(r"\s+(?:[^\W\d_]+\s+){0,2}(?:sur|in|out\s+of)\s+(\d{1,3})(?![\d.,])")
_ONE_BEFORE = re.compile(
    r"(?<!\d)(?:1|une?|one)\s+(?:[^\W\d_]+\s+){0,2}(?:sur|in|out\s+of)\s+$", re.IGNORECASE
)
_PARTS_OF_DAY = re.compile(r"soir|après-midi|nuit|journée", re.IGNORECASE)
_A_TIME = re.compile(r"(?:\bà|\bvers|\bdès|\bjusqu['’]à)\s+$", re.IGNORECASE)
_ON_CLOCK = re.compile(
    r"(?:\b(?:at|from|to|until|till|by|before|after|around|about|past|between|and)\s+|\d[-–])$",
    re.IGNORECASE,
)
_OCLOCK = re.compile(r"\s+(?:o['’]clock|in\s+the\s+(?:morning|afternoon|evening))", re.IGNORECASE)
_PAST_HOUR = re.compile(r"\s*\b(?:(et)\s+(demie|quart)|(moins)\s+le\s+(quart))(?!\w)")
_DISTANCE = re.compile(r"\s+d(?:e\s|['’])")
_SECONDS = re.compile(rf"{SPACE}?s{SPACE}?(\d{{2}})(?!\d)")
_HUNDRED_HOURS = re.compile(r"\s+(?:hours|hrs|GMT|UTC)(?!\w)")
_A_WEEK = re.compile(r"\s+jours(?!\w)")

_DIGITS = {
    # Thousands by spaces, points (or apostrophes) and a decimal comma; the English way too.
    "fr": re.compile(
        rf"(?<![\w.,])(?:{_MIXED}|\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)|\d{{1,3}}(?:['.]\d{{3}})+(?!\d)"
        r"|\d{1,3}(?:,\d{3}){2,}(?!\d)|\d+)(?:[.,]\d+)?(?!\d)"
    ),
    "en": re.compile(
        rf"(?<![\w.,])(?:{_MIXED}|\.\d+(?!\d)|\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)"
        r"|\d+)(?:[.,]\d+)?(?!\d)"
    ),
}
# What may follow a number directly, letters and all.
_ORDINAL = {
    "fr": re.compile(r"(?:er|re|ère|e|ᵉ|è|ème|ième|nd|nde|es|èmes)(?!\w)"),
    "en": re.compile(r"(?:st|nd|rd|th)(?!\w)"),
}
_FR_HOUR = re.compile(
    rf"{SPACE}?(?:h|heures?|H)(?!\w){SPACE}?(?:(\d{{2}})(?![\d,.]\d))?(?:{SPACE}?min)?|[hH](\d{{2}})(?!\d)"
)
_EN_CLOCK = re.compile(rf"(?::(\d{{2}}))?{SPACE}?([ap])\.?{SPACE}?m(?!\w)\.?", re.IGNORECASE)
_COLON = re.compile(r":(\d{2})(?!\d)")
_DECADE = re.compile(r"['’]?s(?!\w)")
_DECADE_WORDS = re.compile(r"(?:années|annees)\s+$", re.IGNORECASE)
_RANGE = re.compile(rf"{SPACE}*(?:-|–|—|à|a|et|ou|to|and|or){SPACE}*(?:[€$£]{SPACE}?)?$")
_METRES = re.compile(rf"{SPACE}?m{SPACE}?(\d{{2}})(?!\d)")
_HALF = {
    "fr": re.compile(r"(?:\s+\w+)?\s+et\s+demie?(?!\w)"),
    "en": re.compile(r"\s+and\s+(?:a|one)[\s-]half(?!\w)"),
}
_NEXT_WORD = re.compile(r"[\s\u00a0\u202f-]?([^\W\d_]+[€$]?)(?!\w)")
_BEFORE_UNIT = re.compile(r"[\s\u00a0\u202f-]*(?:(?:d['’]|de |of )\s*)?")
_SIGN = re.compile(r"([€$£¥])[\s\u00a0\u202f]?$")
_LONG_YEAR = re.compile(r"(?:1[5-9]|20)\d\d[-–/]$")
_LETTER_BEFORE = re.compile(r"[^\W\d_][-–‑]?$")
_GLUED = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")
_UNIT = re.compile(
    r"(?:[^\W\d_]+/[^\W\d_]+|°[CF]|[%€$£¥]|pour cent|per cent|[^\W\d_]+[€$]?)", re.IGNORECASE
)


_CURRENCIES = {"€": "euro", "$": "dollar", "£": "pound", "¥": "yen"}


def _number(text: str, language: Language) -> set[float]:
    """Give the values that a run of digits, points, commas and spaces may have."""
    bare = re.sub(rf"{SPACE}|'", "", text)
    values: set[float] = set()
    groups = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare)
    if groups:
        values.add(float(re.sub(r"[.,]", "", bare)))
        # One separator with three digits after it is a decimal as well: 1.500, 1,500.
        decimal = "," if language == "fr" else "."
        if len(re.findall(r"[.,]", bare)) == 1 and (decimal in bare or language == "fr"):
            values.add(float(bare.replace(",", ".")))
        return values
    separators = re.findall(r"[.,]", bare)
    if not separators:
        return {float(bare)}
    last = max(bare.rfind("."), bare.rfind(","))
    whole, fraction = bare[:last], bare[last + 1 :]
    values.add(round(float(re.sub(r"[.,]", "", whole) + "." + fraction), 6))
    return values


def _scale_after(text: str, end: int, language: Language) -> tuple[float, int]:
    """Give the power of ten that follows, and where it ends."""
    scales = number_words(language).scales
    total = 1.0  # "cent mille", "mille milliards": one scale multiplies the other
    while (match := _NEXT_WORD.match(text, end)) and (scale := scales.get(match[1].lower())):
        total, end = total * scale, match.end()
    return total, end


def _unit_after(text: str, end: int, language: Language) -> str:
    table = number_words(language).units
    skip = _BEFORE_UNIT.match(text, end)
    match = _UNIT.match(text, skip.end() if skip else end)
    return table.get(match[0].lower(), "") if match else ""


def _unit_before(text: str, start: int) -> str:
    match = _SIGN.search(text[max(0, start - 2) : start])
    return _CURRENCIES[match[1]] if match else ""


def _digit_mentions(text: str, language: Language) -> Iterator[Mention]:
    position = 0
    pattern = _DIGITS[language]
    while match := pattern.search(text, position):
        start = match.start()
        if special := _DATE.match(text, start) or _FRACTION.match(text, start):
            yield from _special(special)
            position = special.end()
            continue
        end, values, required = _notation(text, match, language)
        # "1995-96": the second year is short.
        if len(match[0]) == 2 and _LONG_YEAR.search(text[max(0, start - 5) : start]):
            values = values | {float(text[start - 5 : start - 3] + match[0])}
        if language == "fr" and _DECADE_WORDS.search(text[max(0, start - 10) : start]):
            values = values | decade(max(_number(match[0], language)))
        if _LETTER_BEFORE.search(text[max(0, start - 2) : start]):
            required = False  # COVID-19, A-10, mid-1990s
        if language == "fr" and values & {8.0, 15.0} and _A_WEEK.match(text, end):
            required = False  # "dans 15 jours": in two weeks
        unit = _unit_before(text, start) or _unit_after(text, end, language)
        if "heure" in text[match.end() : end]:
            unit = "hour"
        scale, after = _scale_after(text, end, language)
        if scale > 1:
            values = {round(value * scale, 6) for value in values}
            end = after
            unit = unit or _unit_after(text, end, language)
        if _HALF[language].match(text, end):
            values = values | {value + scale * 0.5 for value in values}
        yield Mention(
            start=start,
            end=end,
            text=text[start:end],
            values=frozenset(values | _shares(text, (start, end), values, unit)),
            required=required,
            unit=unit,
        )
        position = end


def _special(match: re.Match[str]) -> Iterator[Mention]:
    """Give the numbers of a date (3/04/25), or of a fraction that may be a day and a month."""
    groups = [1, 3, 4] if match.re is _DATE else [0]
    for group in groups:
        values = {float(match[group])} if match.re is _DATE else set()
        if group == 4 and len(match[4]) == 2:
            values |= decade(float(match[4]))
        if not group:
            over, under = float(match[1]), float(match[2])
            values = {over, under, round(over / under, 2)}
        yield Mention(
            start=match.start(group),
            end=match.end(group),
            text=match[group],
            values=frozenset(values),
            required=True,
        )


def _shares(text: str, span: tuple[int, int], values: set[float], unit: str) -> set[float]:
    """Give what else a share may be called: 50 % is a half, 1 of 4 a quarter."""
    start, end = span
    value = min(values)
    if unit == "percent":
        return {round(value / 100, 2)}
    if unit == "month" and value % 6 == 0:
        return {value / 12}
    if value == 1 and (of := _ONE_IN.match(text, end)) and float(of[1]):
        return {round(1 / float(of[1]), 2)}
    if value and _ONE_BEFORE.search(text[max(0, start - 40) : start]):
        return {round(1 / value, 2)}
    return set()


def _notation(text: str, match: re.Match[str], language: Language) -> tuple[int, set[float], bool]:
    """Read what is attached to a number: an ordinal ending, a clock time, a decade, letters.

    Returns:
        Where the number ends, its values, and whether the other side must show it.
    """
    end = match.end()
    values = _number(match[0], language)
    base = max(values)
    if ordinal := _ORDINAL[language].match(text, end):
        return ordinal.end(), values, True
    if language == "en" and base % 10 == 0 and (decade_end := _DECADE.match(text, end)):
        return decade_end.end(), values | decade(base), True
    if base <= 24:
        if language == "fr" and (hour := _FR_HOUR.match(text, end)):
            return _french_hour(text, match.start(), base, hour)
        if language == "en" and (hour := _EN_CLOCK.match(text, end)):
            # "8:30 p.m.", "8 p.m.", and "8.30 p.m.", which was read as a decimal.
            hours, _, after_point = match[0].replace(",", ".").partition(".")
            minutes = int(hour[1] or after_point[:2] or 0)
            return hour.end(), clock(int(hours or 0), minutes, hour[2]), True
        if len(match[0]) <= 2 and (hour := _COLON.match(text, end)):
            return hour.end(), clock(base, int(hour[1])), True
        before = text[max(0, match.start() - 9) : match.start()]
        if (
            language == "en"
            and base <= 12
            and (_OCLOCK.match(text, end) or _ON_CLOCK.search(before))
        ):
            return end, values | clock(base, 0), True
    metres = _METRES.match(text, end) or _SECONDS.match(text, end)
    if metres and language == "fr" and len(match[0]) == 1:
        return metres.end(), {base + int(metres[1]) / 100, base * 100 + int(metres[1])}, True
    four = len(match[0]) == 4 and match[0].isdecimal()
    if four and (match[0][0] == "0" or _HUNDRED_HOURS.match(text, end)):  # 0230 UTC
        values.add(CLOCK + int(match[0][:2]) * 60 + int(match[0][2:]))
    required = True
    if letters := _GLUED.match(text, end):
        word = letters[0].lower()
        table = number_words(language)
        # "90kg" is a number, "5G" or "3D" a name.
        required = word in table.units or word in table.scales or word in {"m", "k", "b"}
        if language == "en" and word in {"m", "b"}:
            values.add(base * (1e6 if word == "m" else 1e9))
    return end, values, required and text[end : end + 1] != "_"


def _french_hour(
    text: str, start: int, base: float, hour: re.Match[str]
) -> tuple[int, set[float], bool]:
    """Read "18 h 30": a time of the day, of twenty-four hours unless the text says otherwise."""
    minutes = int(hour[1] or hour[2] or 0)
    shift = 0
    if past := _PAST_HOUR.match(text, hour.end()):
        shift = {"demie": 30, "quart": 15}[past[2] or past[4]] * (-1 if past[3] else 1)
    times = clock(base, minutes, exact=not _PARTS_OF_DAY.search(text))
    if shift:
        times |= clock(base, shift)
    if _A_TIME.search(text[max(0, start - 9) : start]) and not _DISTANCE.match(text, hour.end()):
        return hour.end(), times, True
    # A duration as well: "1 h 30" is 1 hour 30 minutes, 90 minutes, or an hour and a half.
    durations = {base, base * 60 + minutes, float(minutes), base + minutes / 60}
    return hour.end(), times | durations, True


def _share_scales(mentions: list[Mention], text: str) -> list[Mention]:
    """Let "entre 5 et 10 millions" mean 5 millions as well."""
    shared = []
    for index, mention in enumerate(mentions):
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if following and _RANGE.fullmatch(text[mention.end : following.start]):
            largest, own = max(following.values), max(mention.values)
            scale = next((s for s in (1e12, 1e9, 1e6, 1e3) if s <= largest < CLOCK), 0.0)
            between = text[mention.end : following.start].strip()
            joined = between in {"et", "and"}  # "24 heures sur 24 et 7 jours"
            unit = mention.unit or ("" if joined else following.unit)
            values = mention.values
            if scale and own < 1000:
                values = values | {round(own * scale, 6)}
            shared.append(replace(mention, values=values, unit=unit))
        else:
            shared.append(mention)
    return shared


def read_numbers(text: str, language: Language) -> list[Mention]:
    """Find every number of a text, in digits, in words and in Roman figures.

    URLs and e-mail addresses are passed over. Mentions in words come after those in
    digits; each list is in the order of the text.
    """
    if "://" in text or "@" in text or "www." in text:
        text = re.sub(r"\S+", lambda m: " " * len(m[0]) if _ADDRESS.search(m[0]) else m[0], text)
    found = _share_scales(list(_digit_mentions(text, language)), text)
    found.extend(spelt_mentions(text, language))
    found.extend(roman_mentions(text))
    return found
