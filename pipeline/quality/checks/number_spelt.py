"""Numbers in words and in Roman figures: runs of number words, read by each language's grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.quality.checks.number_tables import CLOCK, Mention, clock, decade, number_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.number_tables import Language

_WORDS = re.compile(r"[^\W\d_]+")
_JOINTS = ("et", "and")
_LARGEST = 1e16  # no count is larger; what multiplies beyond it is two numbers
_HALF = {
    "fr": re.compile(r"(?:\s+\w+)?\s+et\s+demie?(?!\w)"),
    "en": re.compile(r"(?:\s+\w+)?\s+and\s+(?:a|one)[\s-]half(?:\s+(\w+))?(?!\w)"),
}
_DECADE_WORDS = re.compile(r"(?:années|annees)\s+$", re.IGNORECASE)
_HOURS = re.compile(r"\s+heures?(?!\w)(?:\s+(et\s+demie|et\s+quart|moins\s+le\s+quart))?")
_MINUTES = {"demie": 30, "quart": 15}
_EN_CLOCK = re.compile(r"(?::(\d{2}))?\s?([ap])\.?\s?m(?!\w)\.?", re.IGNORECASE)
_OCLOCK = re.compile(r"\s+(?:o['’]clock|in\s+the\s+(?:morning|afternoon|evening))", re.IGNORECASE)
_AT = re.compile(
    r"(?:\b(?:at|from|to|until|till|by|before|after|around|about|past|between|and)\s+|\d[-–])$",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(half|(?:a\s+)?quarter|five|ten|twenty(?:[-\s]five)?|\d{1,2})(?:\s+minutes)?\s+"
    r"(past|to|before|after)\s+([^\W\d_]+|\d{1,2})(?!\w)",
    re.IGNORECASE,
)
_ONE_AND_A_HALF = re.compile(r"\ban?\s+[a-z]+\s+and\s+a\s+half\b", re.IGNORECASE)
_PAST_MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
# "Dans quinze jours" is two weeks, "mille fois" and "trente-six chandelles" are no counts.
_IDIOM = re.compile(r"\s+(?:fois|jours|coups|chandelles|pattes|pas|times|sous|mots)\b")
_MONTHS = re.compile(r"\s+(?:mois|months)\b")
_VAGUE = frozenset({36.0, 400.0, 36_000.0})
_ROMAN = re.compile(
    r"(?<!\w)(?=[IVXLC])(X{0,3}|XL|L?X{0,3})(IX|IV|V?I{0,3})(?:er|re|e|ᵉ|ème)?(?!\w)"
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_Word = tuple[str, int, int]  # lower-cased, start, end


@dataclass(slots=True, kw_only=True)
class _Sum:
    """A number that grows word by word, as long as the next word may stand there."""

    language: Language
    total: float = 0.0
    current: float = 0.0  # below the last scale
    scale: float = _LARGEST  # the last one
    words: tuple[_Word, ...] = ()
    joint: bool = False  # "et" or "and" came last
    closed: bool = False  # by an ordinal, or by what is no count

    def take(self, word: _Word) -> bool:
        """Take the next word, or say that another number begins."""
        table = number_words(self.language)
        fits = False
        if word[0] in table.scales:
            fits = not self.closed and not self.joint and self._scale(table.scales[word[0]])
        elif not self.words:
            self.current = table.words[word[0]]
            fits, self.closed = True, word[0] not in table.counting
        elif not self.closed:
            fits = self._unit(table.words[word[0]])
            self.closed = fits and word[0] not in table.counting
        if fits:
            self.words, self.joint = (*self.words, word), False
        return fits

    def _scale(self, scale: float) -> bool:
        if scale == 100:
            if self.current >= 100:
                return False
            self.current = (self.current or 1.0) * 100
            return True
        if (self.total + self.current) * scale > _LARGEST:
            return False
        if scale > self.scale or (self.total and not self.current):
            self.total = (self.total + self.current) * scale  # mille milliards, hundred thousand
        elif scale < self.scale:
            self.total += (self.current or 1.0) * scale
        else:
            return False
        self.current, self.scale = 0.0, scale
        return True

    def _unit(self, value: float) -> bool:
        rest = self.current % 100
        if value < 1:  # trois quarts, two thirds
            if self.total or not 1 <= self.current <= 9 or self.current != int(self.current):
                return False
            self.current, self.closed = round(self.current * value, 2), True
            return True
        if self.current != int(self.current):
            return False
        if self.language == "fr":
            if rest == 4 and value == 20 and not self.joint:  # quatre-vingt
                self.current += 76
                return True
            fits = (
                (20 <= rest <= 50 and value <= 9)
                or (rest in {60, 80} and value <= 19)
                or (rest in {70, 90} and value <= 9)
                or (rest == 10 and 7 <= value <= 9)
            ) and rest % 10 == 0
            fits = fits or (rest == 0 and bool(self.words))
            fits = fits and (not self.joint or value in {1, 11})
        else:
            large = bool(self.total or self.current >= 100)
            fits = (rest >= 20 and rest % 10 == 0 and value <= 9 and not self.joint) or (
                rest == 0 and large
            )
        if fits:
            self.current += value
        return fits

    @property
    def number(self) -> float:
        return round(self.total + self.current, 6)


def spelt_mentions(text: str, language: Language) -> Iterator[Mention]:
    """Find the numbers in words and the months, in the order of the text."""
    table = number_words(language)
    sums: list[_Sum] = []  # numbers that stand side by side
    end = -1
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        if word in table.months:
            yield _mention(text, match.start(), match.end(), {table.months[word]})
        known = word in table.words or word in table.scales
        near = sums and text[end : match.start()].strip(" \u00a0\u202f-‑") == ""
        if sums and not (near and (known or word in _JOINTS)):
            yield from _finish(text, sums, language)
            sums = []
        if known:
            token = (word, match.start(), match.end())
            if not (sums and sums[-1].take(token)):
                sums.append(_Sum(language=language))
                sums[-1].take(token)
        elif sums and word in _JOINTS:
            sums[-1].joint = True
        end = match.end()
    if sums:
        yield from _finish(text, sums, language)
    if language == "en":
        yield from _past(text)


def _past(text: str) -> Iterator[Mention]:
    """Read "half past ten", "a quarter to six" and "an hour and a half"."""
    words = number_words("en").words
    for match in _ONE_AND_A_HALF.finditer(text):
        yield _mention(text, match.start(), match.end(), {1.5})
    for match in _PAST.finditer(text):
        hour = words.get(match[3].lower(), -1.0) if match[3].isalpha() else float(match[3])
        if not 1 <= hour <= 12:
            continue
        first = match[1].lower().split()[-1]
        minutes = int(first) if first.isdigit() else _PAST_MINUTES.get(first, 25)
        minutes = minutes if match[2].lower() in {"past", "after"} else -minutes
        if abs(minutes) < 60:
            yield _mention(text, match.start(), match.end(), clock(hour, minutes))


def _mention(text: str, start: int, end: int, values: set[float], *, sure: bool = False) -> Mention:
    return Mention(
        start=start,
        end=end,
        text=text[start:end],
        values=frozenset(values),
        required=False,
        sure=sure,
    )


def _finish(text: str, sums: list[_Sum], language: Language) -> Iterator[Mention]:
    """Give the numbers of a run; "nineteen eighty-four" is one."""
    index = 0
    while index < len(sums):
        own = sums[index]
        index += 1
        if language == "en" and index < len(sums) and 10 <= own.number <= 99:
            after = sums[index]
            if 10 <= after.number <= 99 and not own.joint and not own.closed:
                yield _mention(
                    text,
                    own.words[0][1],
                    after.words[-1][2],
                    {own.number * 100 + after.number, *(decade(own.number * 100 + after.number))},
                    sure=not after.closed,
                )
                index += 1
                continue
        yield _whole(text, own, language)


def _whole(text: str, own: _Sum, language: Language) -> Mention:
    """Give one number with every value that its company allows."""
    start, end, last = own.words[0][1], own.words[-1][2], own.words[-1][0]
    number = own.number
    values = {number}
    if language == "fr" and _DECADE_WORDS.search(text[max(0, start - 10) : start]):
        values |= decade(number)
    if language == "en" and last.endswith("ties"):
        values |= decade(number)
    if last in {"midi", "noon", "midday"}:
        values.add(CLOCK + 720)
    elif last in {"minuit", "midnight"}:
        values |= {CLOCK, 0.0}
    if language == "fr" and number <= 24 and (hours := _HOURS.match(text, end)):
        values |= clock(number, 0)
        if hours[1]:
            minutes = _MINUTES[hours[1].split()[-1]]
            values |= clock(number, -minutes if hours[1].startswith("moins") else minutes)
    if language == "en" and number <= 12:
        if half := _EN_CLOCK.match(text, end):
            values |= clock(number, 0, half[2])
        elif _OCLOCK.match(text, end) or _AT.search(text[max(0, start - 9) : start]):
            values |= clock(number, 0)
    if half := _HALF[language].match(text, end):
        scale = number_words("en").scales.get(half[1] or "", 1.0) if language == "en" else 1.0
        values |= {number + 0.5, (number + 0.5) * scale}
    table = number_words(language)
    counts = len(own.words) > 1 or last in table.counting or last.endswith(("ième", "th"))
    sure = (
        counts
        and number >= 2
        and number not in _VAGUE
        and not all(word in table.scales or word in {"un", "one"} for word, _, _ in own.words)
        and not _IDIOM.match(text, end)
        and len(values) == 1
    )
    if _MONTHS.match(text, end) and number % 6 == 0:
        values.add(number / 12)  # dix-huit mois, a year and a half
    return _mention(text, start, end, values, sure=sure)


def roman_mentions(text: str) -> Iterator[Mention]:
    """Find the Roman figures up to 89; one letter alone may be anything."""
    for match in _ROMAN.finditer(text):
        digits = match[1] + match[2]
        value = 0
        for here, following in zip(digits, [*digits[1:], ""], strict=True):
            worth = _ROMAN_VALUES[here]
            value += -worth if following and _ROMAN_VALUES[following] > worth else worth
        found = _mention(text, match.start(), match.end(), {float(value)})
        yield replace(found, sure=len(digits) > 1 and value >= 2)
