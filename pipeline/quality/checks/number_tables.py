"""What number words are worth, and the record of a number as it stands in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from pipeline.quality.checks.pair import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["fr", "en"]

CLOCK = 1e15  # clock times are minutes above this: no count reaches it
SPACE = r"[ \u00a0\u202f\u2009]"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords:
    """What words of a language are worth, lower-cased; the first of a value is its full name."""

    words: Mapping[str, float]
    scales: Mapping[str, float]  # powers of ten, written out and abbreviated
    months: Mapping[str, float]  # 1 to 12
    weekdays: Mapping[str, float]  # 1 to 7, Monday first
    units: Mapping[str, str]  # word → canonical unit
    counting: frozenset[str]  # those of ``words`` that one counts with; the rest are no counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A number as it stands in a text."""

    start: int
    end: int
    text: str
    values: frozenset[float]
    required: bool  # in digits, so that the other side must show it
    unit: str = ""  # canonical, where one of the table stands beside it
    sure: bool = False  # in words that count, not in an idiom: not to be contradicted


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
    counting = frozenset(tables["counting"][language].split())
    return NumberWords(units=units, counting=counting, **numbers)


@cache
def unit_dimensions() -> dict[str, str]:
    """Give unit → dimension: units of one dimension exclude each other."""
    return _by_word(read_table("numbers.toml")["dimensions"])


def clock(hours: float, minutes: int, half: str = "", *, exact: bool = False) -> set[float]:
    """Give the minutes of the day, on the twelve-hour clock twice where unmarked.

    Args:
        hours: 0 to 24.
        minutes: 0 to 59; below 0, before the hour.
        half: ``a`` or ``p`` where the text says a.m. or p.m.
        exact: the hour is one of twenty-four.
    """
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
        return {CLOCK + hours * 60 + minutes}
    times = {CLOCK + (hours % 24 * 60 + minutes) % 1440}
    if hours <= 12 and not exact:
        times.add(CLOCK + ((hours + 12) % 24 * 60 + minutes) % 1440)
    return times


def decade(value: float) -> set[float]:
    """Give the years and the short form that a decade goes by."""
    if value < 100:
        return {value, 1900 + value, 1800 + value, 2000 + value}
    return {value, value % 100}
