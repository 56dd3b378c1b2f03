"""Numbers, percentages and amounts: as the French says them, as English writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.touchups.base import SPACE, Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Ends, Sentence

# In French: thousands by blanks, points or apostrophes (three digits each), then a decimal comma.
_FRENCH = re.compile(
    rf"(?<![\w.,'’])(?<!\d[-/])(?:\d{{1,3}}(?:{SPACE}\d{{3}})+|\d{{1,3}}(?:\.\d{{3}})+"
    rf"|\d{{1,3}}(?:['’]\d{{3}})+|\d{{1,3}}(?:,\d{{3}}){{2,}}|\d+)(?:,\d+)?(?![\d'’]|[.,]\d|[-/]\d)"
)
_SIGNS = "€$£¥"
_AMOUNT = re.compile(rf"{SPACE}?(Mds|Md|Mrd|M|k|K)?{SPACE}?([{_SIGNS}])(?!\w)")
_MAGNITUDES = {"M": " million", "Md": " billion"}

# In the target: a number in whatever form, with the signs that may stand around it.
_ANY = r"\d{1,3}(?:[ \u00a0\u202f\u2009.,'’]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_TARGET = re.compile(
    rf"(?<![\w.,'’])(?<!\d[-/])(?P<signed>(?P<before>[{_SIGNS}]){SPACE}?)?(?P<number>{_ANY})"
    rf"(?P<scale>{SPACE}(?:million|billion|trillion)(?!s))?"
    rf"(?P<amount>{SPACE}?(?P<magnitude>Mds|Md|Mrd|M|k|K|B|bn)?{SPACE}?(?P<after>[{_SIGNS}])(?!\w))?"
    r"(?![\d'’]\d|\d|[.,]\d|[-/]\d)"
)
_JOINT = rf"{SPACE}?[-–]{SPACE}?|{SPACE}(?:à|et|ou|to|and|or){SPACE}"
_RANGE = re.compile(
    rf"(?<![\w.,'’{_SIGNS}-])(?P<low>{_ANY})(?P<joint>{_JOINT})(?P<high>{_ANY})"
    rf"{SPACE}?(?P<sign>[{_SIGNS}])(?!\w)"
)
_PERCENT = re.compile(rf"(?<=\d)({SPACE}+)%(?![\w(])")

# What names things by figures: no amount stands after it.
_NAMING = re.compile(
    r"(?:(?i:\b(?:versions?|v|articles?|art|sections?|chapitres?|chap|figures?|fig|paragraphes?"
    r"|pages?|pp?|num[ée]ros?|n[°ºo]s?|t[ée]l|t[ée]l[ée]phone|fax|siren|siret|rcs|isbn|issn"
    rf"|iban|réf|ref|codes?|bp|cs|cedex|rue|lignes?))(?!\w)[.:]?|[§№+×]){SPACE}*(?:[A-Z][\w-]*{SPACE})?$"
)
# What is counted after "1.250", so that the point is no decimal one.
_COUNTED = re.compile(
    rf"{SPACE}?(?:[{_SIGNS}%]|[kMm]?[€$]|(?:euro|franc|dollar)s?\b|d['’]|de\s|km|kg|t\b|ha\b|MW|kW"
    rf"|[^\W\d_]{{3,}}[sx]\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A number of the source."""

    ends: Ends  # with its sign
    groups: tuple[str, ...]  # of the whole part, as it is grouped
    fraction: str
    sign: str = ""
    magnitude: str = ""  # "k", "M", "Md"

    @property
    def digits(self) -> str:
        return "".join(self.groups)

    @property
    def grouped(self) -> bool:
        return len(self.groups) > 1

    def english(self, fraction: str) -> str:
        """Write it in English, with as much of its fraction as the translation has."""
        whole = f"{int(self.digits):,}"
        return f"{whole}.{fraction}" if fraction else whole

    def fraction_of(self, token: str) -> str | None:
        """Give the fraction that a number of the target has; ``None`` if it is another number."""
        whole, fraction = token, ""
        if self.fraction and token[-len(self.fraction) - 1 :] in _fractions(self.fraction):
            whole, fraction = token[: -len(self.fraction) - 1], self.fraction
        elif self.fraction.strip("0"):
            return None
        groups = re.split(r"\D", whole)
        same = "".join(groups) == self.digits
        whole_is_right = self.grouped or len(groups) == 1 or whole == self.english("")
        return fraction if same and whole_is_right else None


def _fractions(digits: str) -> tuple[str, str]:
    return f".{digits}", f",{digits}"


def _numbers(source: str) -> list[_Number]:
    found = []
    for match in _FRENCH.finditer(source):
        text, start, end = match[0], match.start(), match.end()
        if _NAMING.search(source[max(0, start - 24) : start]):
            continue
        whole, _, fraction = text.partition(",")
        if text.count(",") > 1:  # 1,250,000: grouped the English way already
            whole, fraction = text, ""
        groups = tuple(re.split(r"\D", whole))
        if len(groups) > 1 and groups[0].startswith("0"):
            continue  # 0 800 123 456, 0.125
        if "." in whole and not fraction and not _thousands(groups, source[end : end + 30]):
            continue
        amount = _AMOUNT.match(source, end)
        magnitude = (amount[1] or "") if amount else ""
        found.append(
            _Number(
                ends=(start, amount.end() if amount else end),
                groups=groups,
                fraction=fraction,
                sign=amount[2] if amount else "",
                magnitude="Md" if magnitude in {"Mds", "Mrd"} else magnitude,
            )
        )
    return found


def _thousands(groups: tuple[str, ...], after: str) -> bool:
    """Say whether points stand between thousands: not in an IP address, not in a version."""
    if len(groups) == 2:
        return bool(_COUNTED.match(after))
    return len(groups) != 4 or any(int(group) > 255 for group in groups)


def _written(number: _Number, match: re.Match[str]) -> str | None:
    """Give a match of the target in English; ``None`` where it says another thing."""
    fraction = number.fraction_of(match["number"])
    signs = {match["before"], match["after"]} - {None}
    if fraction is None:
        return None
    figure, scale = number.english(fraction), match["scale"] or ""
    if not number.sign or not signs:
        plain = match["number"].isdigit()  # 1040 and 2025 are English as they stand
        if (not number.grouped and not fraction) or (plain and len(match["number"]) < 5):
            figure = match["number"]
        return (match["signed"] or "") + figure + scale + (match["amount"] or "")
    if signs != {number.sign}:
        return None
    if match["magnitude"]:
        if scale or not number.magnitude or len(fraction) > 3:
            return None
        if number.magnitude in "kK":
            figure = f"{int(number.digits + fraction + '0' * (3 - len(fraction))):,}"
        else:
            scale = _MAGNITUDES[number.magnitude]
    return f"{number.sign}{figure}{scale}"


def _ranges(sentence: Sentence) -> Iterator[Change]:
    """Give both ends of "10 à 15 €" their sign."""
    said = {
        (*_ends_of(match), match["sign"]): match.span()
        for match in _RANGE.finditer(sentence.source)
    }
    for match in _RANGE.finditer(sentence.target) if said else ():
        low, high = _ends_of(match)
        sign, joint = match["sign"], match["joint"]
        if (low, high, sign) in said:
            again = sign if joint.strip().isalpha() else ""
            after = f"{sign}{low.english(low.fraction)}{joint}{again}{high.english(high.fraction)}"
            source = said[low, high, sign]
            yield Change(start=match.start(), end=match.end(), after=after, source=source)


def _ends_of(match: re.Match[str]) -> tuple[_Number, _Number]:
    low, high = (_plain_number(match[name]) for name in ("low", "high"))
    return low, high


def _plain_number(token: str) -> _Number:
    """Read a number of a range, in French or in English: one or two digits after the mark."""
    parts = re.split(r"\D", token)
    fraction = parts.pop() if len(parts) > 1 and len(parts[-1]) != 3 else ""
    return _Number(ends=(0, 0), groups=("".join(parts),), fraction=fraction)


@touchup("numbers")
def numbers(sentence: Sentence) -> Iterator[Change]:
    """Write a number that kept its French form, or lost it half way, as English does.

    1.234,56 € is €1,234.56, 12 000 is 12,000, 2,5 % is 2.5%, 12 M€ is €12 million. What the
    digits mean is told by the French: its comma is a decimal one.
    """
    if not re.search(r"\d", sentence.target):
        return
    wanted: dict[Ends, set[str]] = {}
    sources: dict[Ends, Ends] = {}
    tokens = [*_TARGET.finditer(sentence.target)]
    for number in _numbers(sentence.source):
        for match in tokens:
            after = _written(number, match)
            if after is not None:
                wanted.setdefault(match.span(), set()).add(after)
                sources[match.span()] = number.ends
    for ends, forms in wanted.items():
        if len(forms) == 1:  # 1,250 kg and 1.250 people: which is which is not told
            yield Change(start=ends[0], end=ends[1], after=forms.pop(), source=sources[ends])
    yield from _ranges(sentence)
    for match in _PERCENT.finditer(sentence.target):
        yield Change(start=match.start(1), end=match.end(1), after="")
