"""Reading numbers in French and in English, so that they can be compared.

A mention has every value that its notation allows: French "1.500" is 1500 or 1.5, "20 h"
is 8 in the evening or 20 hours, "les années 80" are 80 or 1980. Two mentions agree where
one value is common. Numbers in words are read as well: they may answer a number in
digits, but are not themselves required to appear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from pipeline.quality.checks.pair import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["fr", "en"]

_CLOCK = 1e15  # clock times are minutes above this: no count reaches it
_SPACE = r"[ \u00a0\u202f\u2009]"

_SKIP = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")

_DIGITS = {
    # Thousands by spaces, points (or apostrophes) and a decimal comma; the English way too.
    "fr": re.compile(
        rf"(?<![\w.,])(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d{{1,3}}(?:['.]\d{{3}})+(?!\d)"
        r"|\d{1,3}(?:,\d{3}){2,}(?!\d)|\d+)(?:[.,]\d+)?(?!\d)"
    ),
    "en": re.compile(
        rf"(?<![\w.,])(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)"
        r"|\d+)(?:[.,]\d+)?(?!\d)"
    ),
}
# What may follow a number directly, letters and all.
_ORDINAL = {
    "fr": re.compile(r"(?:er|re|ère|e|ᵉ|è|ème|ième|nd|nde|es|èmes)(?!\w)"),
    "en": re.compile(r"(?:st|nd|rd|th)(?!\w)"),
}
_FR_HOUR = re.compile(
    rf"{_SPACE}?(?:h|heures?|H)(?!\w){_SPACE}?(?:(\d{{2}})(?![\d,.]\d))?(?:{_SPACE}?min)?|[hH](\d{{2}})(?!\d)"
)
_EN_CLOCK = re.compile(rf"(?::(\d{{2}}))?{_SPACE}?([ap])\.?{_SPACE}?m(?!\w)\.?", re.IGNORECASE)
_COLON = re.compile(r":(\d{2})(?!\d)")
_DECADE = re.compile(r"['’]?s(?!\w)")
_DECADE_WORDS = re.compile(r"(?:années|annees)\s+$", re.IGNORECASE)
_RANGE = re.compile(rf"{_SPACE}*(?:-|–|—|à|a|et|ou|to|and|or){_SPACE}*(?:[€$£]{_SPACE}?)?$")
_METRES = re.compile(rf"{_SPACE}?m{_SPACE}?(\d{{2}})(?!\d)")
_HALF = {
    "fr": re.compile(r"(?:\s+\w+)?\s+et\s+demie?(?!\w)"),
    "en": re.compile(r"\s+and\s+(?:a|one)[\s-]half(?!\w)"),
}
_WORDS = re.compile(r"[^\W\d_]+")
_NEXT_WORD = re.compile(r"[\s\u00a0\u202f-]?([^\W\d_]+[€$]?)(?!\w)")
_BEFORE_UNIT = re.compile(r"[\s\u00a0\u202f-]*(?:(?:d['’]|de |of )\s*)?")
_SIGN = re.compile(r"([€$£¥])[\s\u00a0\u202f]?$")
_LONG_YEAR = re.compile(r"(?:1[5-9]|20)\d\d[-–/]$")
_LETTER_BEFORE = re.compile(r"[^\W\d_][-–‑]?$")
_GLUED = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")
_JOINTS = ("et", "and")
_HOURS = re.compile(r"\s+heures?(?!\w)")
_ROMAN = re.compile(
    r"(?<!\w)(?=[IVXLC])(X{0,3}|XL|L?X{0,3})(IX|IV|V?I{0,3})(?:er|re|e|ᵉ|ème)?(?!\w)"
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_UNIT = re.compile(
    r"(?:[^\W\d_]+/[^\W\d_]+|°[CF]|[%€$£¥]|pour cent|per cent|[^\W\d_]+[€$]?)", re.IGNORECASE
)


_CURRENCIES = {"€": "euro", "$": "dollar", "£": "pound", "¥": "yen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords:
    """What words of a language are worth, lower-cased; the first of a value is its full name."""

    words: Mapping[str, float]
    scales: Mapping[str, float]  # powers of ten, written out and abbreviated
    months: Mapping[str, float]  # 1 to 12
    weekdays: Mapping[str, float]  # 1 to 7, Monday first
    units: Mapping[str, str]  # word → canonical unit


def _by_word(table: Mapping[str, str]) -> dict[str, str]:
    return {
        word.replace("_", " "): value for value, words in table.items() for word in words.split()
    }


@cache
def number_words(language: Language) -> NumberWords:
    """Give the table of a language."""
    tables = read_table("numbers.toml")
    own = {name: _by_word(table) for name, table in tables[language].items()}
    units = _by_word(tables["units"]) | own.pop("units")
    numbers = {name: {w: float(v) for w, v in table.items()} for name, table in own.items()}
    return NumberWords(units=units, **numbers)


@cache
def unit_dimensions() -> dict[str, str]:
    """Give unit → dimension: units of one dimension exclude each other."""
    return _by_word(read_table("numbers.toml")["dimensions"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A number as it stands in a text."""

    start: int
    end: int
    text: str
    values: frozenset[float]
    required: bool  # in digits, so that the other side must show it
    unit: str = ""  # canonical, where one of the table stands beside it


def _number(text: str, language: Language) -> set[float]:
    """Give the values that a run of digits, points, commas and spaces may have."""
    bare = re.sub(rf"{_SPACE}|'", "", text)
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


def _clock(hours: float, minutes: int, half: str = "") -> set[float]:
    """Give the minutes of the day, on the twelve-hour clock twice where unmarked."""
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
        return {_CLOCK + hours * 60 + minutes}
    times = {_CLOCK + hours % 24 * 60 + minutes}
    if hours <= 12:
        times.add(_CLOCK + (hours + 12) % 24 * 60 + minutes)
    return times


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
        end, values, required = _notation(text, match, language)
        # "1995-96": the second year is short.
        if len(match[0]) == 2 and _LONG_YEAR.search(text[max(0, start - 5) : start]):
            values = values | {float(text[start - 5 : start - 3] + match[0])}
        if language == "fr" and _DECADE_WORDS.search(text[max(0, start - 10) : start]):
            values = values | _decade(max(_number(match[0], language)))
        if _LETTER_BEFORE.search(text[max(0, start - 2) : start]):
            required = False  # COVID-19, A-10, mid-1990s
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
            values=frozenset(values),
            required=required,
            unit=unit,
        )
        position = end


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
    if language == "en" and base % 10 == 0 and (decade := _DECADE.match(text, end)):
        return decade.end(), values | _decade(base), True
    if base <= 24:
        if language == "fr" and (hour := _FR_HOUR.match(text, end)):
            minutes = int(hour[1] or hour[2] or 0)
            # A duration as well: "1 h 30" is 1 hour 30 minutes, or 90 minutes.
            durations = {base, base * 60 + minutes, float(minutes)}
            return hour.end(), _clock(base, minutes) | durations, True
        if language == "en" and (hour := _EN_CLOCK.match(text, end)):
            # "8:30 p.m.", "8 p.m.", and "8.30 p.m.", which was read as a decimal.
            hours, _, after_point = match[0].replace(",", ".").partition(".")
            return hour.end(), _clock(int(hours), int(hour[1] or after_point or 0), hour[2]), True
        if len(match[0]) <= 2 and (hour := _COLON.match(text, end)):
            return hour.end(), _clock(base, int(hour[1])), True
    if language == "fr" and len(match[0]) == 1 and (metres := _METRES.match(text, end)):
        return metres.end(), {base + int(metres[1]) / 100, base * 100 + int(metres[1])}, True
    if len(match[0]) == 4 and match[0][0] == "0":  # 0230 UTC
        values.add(_CLOCK + int(match[0][:2]) * 60 + int(match[0][2:]))
    required = True
    if letters := _GLUED.match(text, end):
        word = letters[0].lower()
        table = number_words(language)
        # "90kg" is a number, "5G" or "3D" a name.
        required = word in table.units or word in table.scales or word in {"m", "k", "b"}
        if language == "en" and word in {"m", "b"}:
            values.add(base * (1e6 if word == "m" else 1e9))
    return end, values, required and text[end : end + 1] != "_"


def _decade(value: float) -> set[float]:
    if value < 100:
        return {value, 1900 + value, 1800 + value, 2000 + value}
    return {value, value % 100}


def _word_mentions(text: str, language: Language) -> Iterator[Mention]:
    """Read numbers in words: runs of number words, summed as the language sums them."""
    table = number_words(language)
    run: list[tuple[str, int, int]] = []
    end = -1
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        if word in table.months:
            yield _words(text, match.start(), match.end(), {table.months[word]})
        known = word in table.words or word in table.scales
        near = run and text[end : match.start()].strip(" \u00a0\u202f-‑") == ""
        if run and not (near and (known or word in _JOINTS)):
            yield from _finish(text, run, language)
            run = []
        if known or (run and word in _JOINTS):
            run.append((word, match.start(), match.end()))
        end = match.end()
    if run:
        yield from _finish(text, run, language)


def _words(text: str, start: int, end: int, values: set[float]) -> Mention:
    return Mention(
        start=start, end=end, text=text[start:end], values=frozenset(values), required=False
    )


def _finish(text: str, run: list[tuple[str, int, int]], language: Language) -> Iterator[Mention]:
    """Sum one run of number words; its single words count as values too."""
    table = number_words(language)
    while run[-1][0] in _JOINTS:
        run = run[:-1]
    total = current = 0.0
    values: set[float] = set()
    for word, _, _ in run:
        if word in table.scales:
            scale = table.scales[word]
            values.add(scale)  # "hundreds of", "millions"
            if scale == 100:
                current = (current or 1.0) * 100
            else:
                total = total + current * scale if current else (total or 1.0) * scale
                current = 0.0
        elif word in table.words:
            value = table.words[word]
            values.add(value)
            # quatre-vingt: the 4 that was added becomes 80.
            current += 76 if language == "fr" and value == 20 and current % 100 == 4 else value
    number = round(total + current, 6)
    values.add(number)
    start, end, last = run[0][1], run[-1][2], run[-1][0]
    if language == "fr" and _DECADE_WORDS.search(text[max(0, start - 10) : start]):
        values |= _decade(number)
    if language == "en" and last.endswith("ties"):
        values |= _decade(number)
    if last in {"midi", "noon", "midday"}:
        values.add(_CLOCK + 720)
    elif last in {"minuit", "midnight"}:
        values |= {_CLOCK, 0.0}
    if language == "fr" and _HOURS.match(text, end):
        values |= _clock(number, 0)
    if language == "en" and (half := _EN_CLOCK.match(text, end)):
        values |= _clock(number, 0, half[2])
    if _HALF[language].match(text, end):
        values.add(number + 0.5)
    yield _words(text, start, end, values)


def _roman_mentions(text: str) -> Iterator[Mention]:
    for match in _ROMAN.finditer(text):
        digits = match[1] + match[2]
        value = 0
        for here, following in zip(digits, [*digits[1:], ""], strict=True):
            worth = _ROMAN_VALUES[here]
            value += -worth if following and _ROMAN_VALUES[following] > worth else worth
        yield _words(text, match.start(), match.end(), {float(value)})


def _share_scales(mentions: list[Mention], text: str) -> list[Mention]:
    """Let "entre 5 et 10 millions" mean 5 millions as well."""
    shared = []
    for index, mention in enumerate(mentions):
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if following and _RANGE.fullmatch(text[mention.end : following.start]):
            largest, own = max(following.values), max(mention.values)
            scale = next((s for s in (1e12, 1e9, 1e6, 1e3) if s <= largest < _CLOCK), 0.0)
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
        text = _SKIP.sub(lambda match: " " * len(match[0]), text)
    found = _share_scales(list(_digit_mentions(text, language)), text)
    found.extend(_word_mentions(text, language))
    found.extend(_roman_mentions(text))
    return found
