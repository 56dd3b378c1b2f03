"""Hours: 18 h 30 is 6:30 p.m., or 18:30 where that is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.touchups.base import SPACE, Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Ends, Sentence, Style

_FRENCH = re.compile(
    rf"(?<![\w.,:])(?P<hour>\d{{1,2}}){SPACE}?(?:[hH]|heures?)(?:{SPACE}?(?P<minute>[0-5]\d))?(?!\w|[.,:]\d)"
)
# A stretch of time, not a time of the day, told by what stands before it …
_LASTING = re.compile(
    r"(?:\b(?:pendant|durant|en|dur\w+|dure|moins|plus|sous|d['’]|de|des|les|toutes|tous|par|chaque"
    r"|toujours|presque|quelque|ces|nos|ses|leurs|deux|après|il y a|depuis)"
    rf"|[+]){SPACE}+(?:de{SPACE}|d['’]|les{SPACE}|des{SPACE}|ses{SPACE}|ces{SPACE}|environ{SPACE}"
    rf"|près{SPACE}de{SPACE}|plus{SPACE}de{SPACE}|à{SPACE}peine{SPACE})*$",
    re.IGNORECASE,
)
# … or after it.
_WORKED = re.compile(rf"{SPACE}?(?:/|par\b|de\s+(?!l['’]apr|nuit|la\s+nuit|du\b)\w|sur\s+\d|d['’])")
_LATER = re.compile(r"\s(?:plus\s+tard|avant|après|durant|pendant)\b")
# A time of the day without minutes must have one of these before it.
_AT = re.compile(
    r"(?:\b(?:à|est|sera|vers|dès|jusqu['’]à|avant|partir\s+de|aux\s+environs\s+de|entre|compter\s+de)"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|matin|soir)(?:\s+\w+)?,?"
    rf"|\d(?:h|H|{SPACE}h)(?:{SPACE}?\d\d)?{SPACE}(?:et|à|ou|-|–)|\d{{4}},?|^|[(:–—-])(?:{SPACE}environ)?{SPACE}*$",
    re.IGNORECASE,
)
_TARGET = re.compile(
    rf"(?<![\w.,:-])(?:(?P<at>[Aa]t){SPACE})?(?:(?:12{SPACE})?(?P<word>noon|midnight)(?!\w)"
    rf"|(?P<hour>\d\d?)(?:(?P<h>{SPACE}?[hH])|{SPACE}(?P<of>hours?|o['’]clock|heures?)|(?P<colon>[:.])(?=\d\d)"
    rf"|(?={SPACE}?[apAP]\.?{SPACE}?[mM]))(?:{SPACE}?(?:and{SPACE})?(?P<minute>[0-5]\d)(?!\d))?"
    rf"(?:{SPACE}?(?P<half>[apAP])(?:\.{SPACE}?[mM]\.?|[mM](?!\w)))?)(?!\w|[:.,-]\d)"
)
_FROM = re.compile(rf"\bde{SPACE}$", re.IGNORECASE)
_TO = re.compile(rf"{SPACE}à{SPACE}\d{{1,2}}{SPACE}?(?:[hH]|heures)")


def clock_time(hour: int, minute: int, style: Style) -> str:
    """Write a time of the day.

    Twelve hours unless 24 are asked for: 6:30 p.m., in British writing 6:30pm.
    """
    if style.clock == "24":
        return f"{hour % 24:02}:{minute:02}"
    if not minute and hour % 12 == 0:
        return "noon" if hour == 12 else "midnight"
    half = "p" if hour % 24 >= 12 else "a"
    half = f"{half}m" if style.variant == "uk" else f" {half}.m."
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''}{half}"


def _times(source: str) -> Iterator[tuple[Ends, int, int]]:
    """Give the times of the day: place, hour and minute."""
    for match in _FRENCH.finditer(source):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if hour > 24 or (hour == 24 and minute):
            continue
        before, after = source[max(0, match.start() - 40) : match.start()], source[match.end() :]
        fixed = _AT.search(before) or (_FROM.search(before) and _TO.match(after))
        lasting = match["minute"] is None or _LASTING.search(before) or _LATER.match(after)
        if _WORKED.match(after) or (lasting and not fixed):
            continue
        yield match.span(), hour, minute


def _mistaken(match: re.Match[str], hour: int, minute: int, style: Style) -> bool:
    """Say whether a time of the target is this one, and not written as it is to be."""
    if match["word"]:
        return style.clock == "24" and not minute and hour == (12 if match["word"] == "noon" else 0)
    if int(match["minute"] or 0) != minute:
        return False
    half = (match["half"] or "").lower()
    if half:
        same = int(match["hour"]) == (hour % 12 or 12) and half == ("p" if hour >= 12 else "a")
        return style.clock == "24" and same
    if int(match["hour"]) != hour:
        return False
    if match["of"]:  # 10 o'clock is English, 18 o'clock is not
        return hour > 12 or (match["of"] == "hours" and bool(match["at"]))
    return bool(match["h"]) or (style.clock == "12" and match["colon"] == ":")


@touchup("hours")
def hours(sentence: Sentence) -> Iterator[Change]:
    """Write times of the day that kept their French form as English writes them.

    Stretches of time ("en 1 h 30", "35 h par semaine") are left alone. Where a clock is asked
    for, times that are right on the other clock are written on it too.
    """
    target = sentence.target
    found: dict[Ends, set[str]] = {}
    sources: dict[Ends, Ends] = {}
    times = [*_times(sentence.source)]
    for match in _TARGET.finditer(target) if times else ():
        place = match.start("hour" if match["hour"] else "word"), match.end()
        for ends, hour, minute in times:
            if _mistaken(match, hour % 24, minute, sentence.style) or (
                hour == 24 and _mistaken(match, hour, minute, sentence.style)
            ):
                found.setdefault(place, set()).add(clock_time(hour, minute, sentence.style))
                sources[place] = ends
    for (start, end), forms in found.items():
        if len(forms) > 1:
            continue
        after, old = forms.pop(), target[start:end]
        closes = re.match(r"\s*$|\s+[A-Z“\"«]", target[end:])
        if after.endswith(".") and target[end : end + 1] == ".":
            after = after[:-1]  # one point ends the abbreviation and the sentence
        elif old.endswith(".") and not after.endswith(".") and closes:
            after += "."
        yield Change(start=start, end=end, after=after, source=sources[start, end])
