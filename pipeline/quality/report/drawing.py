"""What the page draws: texts cut into marked runs, and plots as plain numbers.

The template draws plots as SVG: a histogram and a line need two loops. A plotting library
would cost a megabyte of script in each report (Vega), or ten megabytes of dependency
(matplotlib), and neither follows the reader's dark mode.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.quality.report.headline import HistoryRow
    from pipeline.quality.report.model import Spread

# --- differences to a reference, and what findings point at --------------------------

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_LONGEST = 1500  # tokens of a text that is compared word by word


class Run(NamedTuple):
    """A stretch of text that is marked alike; ``kinds`` is "" where it is plain."""

    text: str
    kinds: str  # class names separated by spaces


Mark = tuple[int, int, str]  # start, end, kind


def differences(target: str, reference: str) -> tuple[list[Mark], list[Mark]]:
    """Mark the words of each side that the other does not have in the same order.

    Returns:
        Marks of kind ``extra`` in the translation and ``missing`` in the reference; none
        for texts too long to compare.
    """
    left = [(m[0].casefold(), m.start(), m.end()) for m in _TOKEN.finditer(target)]
    right = [(m[0].casefold(), m.start(), m.end()) for m in _TOKEN.finditer(reference)]
    if not left or not right or max(len(left), len(right)) > _LONGEST:
        return [], []
    matcher = difflib.SequenceMatcher(
        None, [token for token, _, _ in left], [token for token, _, _ in right], autojunk=False
    )
    extra: list[Mark] = []
    missing: list[Mark] = []
    for kind, i, j, k, n in matcher.get_opcodes():
        if kind == "equal":
            continue
        if j > i:
            extra.append((left[i][1], left[j - 1][2], "extra"))
        if n > k:
            missing.append((right[k][1], right[n - 1][2], "missing"))
    return extra, missing


def mark(text: str, marks: Iterable[Mark]) -> list[Run]:
    """Cut a text where marks begin and end; the runs joined give the text again."""
    inside = [(max(0, a), min(len(text), b), kind) for a, b, kind in marks if a < b]
    cuts = sorted({0, len(text), *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    runs = []
    for start, end in pairwise(cuts):
        kinds = sorted({kind for a, b, kind in inside if a <= start and end <= b})
        runs.append(Run(text=text[start:end], kinds=" ".join(kinds)))
    return runs


# --- plots ---------------------------------------------------------------------------

WIDTH, HEIGHT = 320, 96  # of the drawing area, in SVG units
_GAP = 2
_LEFT = 40  # room for the values beside a trend


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, with the text that hovering shows."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """A histogram ready to draw."""

    title: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    median_x: float
    median: str
    summary: str  # for those who hear the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One report in a trend."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A figure over the reports, ready to draw."""

    title: str
    points: tuple[Point, ...]
    path: str  # of an SVG polyline
    first: str
    last: str
    low: str  # what the lower and the upper line stand for
    high: str
    since: str  # day of the first report
    until: str


def _short(value: float, high: float) -> str:
    return f"{value:.0f}" if high > 10 else f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def histogram(spread: Spread) -> Histogram:
    """Lay out a histogram."""
    count = len(spread.counts)
    step = WIDTH / count
    tallest = max(spread.counts) or 1
    width = (spread.high - spread.low) / count
    bars = []
    for index, value in enumerate(spread.counts):
        height = value / tallest * (HEIGHT - 4)
        low = spread.low + index * width
        decimals = 0 if spread.high > 10 else 2
        bars.append(
            Bar(
                x=round(index * step + _GAP / 2, 2),
                y=round(HEIGHT - height, 2),
                width=round(step - _GAP, 2),
                height=round(height, 2),
                label=f"{low:.{decimals}f} to {low + width:.{decimals}f}: {value}",
            )
        )
    ticks = tuple(
        (
            round(WIDTH * part / 4, 2),
            _short(spread.low + (spread.high - spread.low) * part / 4, spread.high),
        )
        for part in range(5)
    )
    median = _short(spread.median, spread.high) if spread.high > 10 else f"{spread.median:.2f}"
    share = (spread.median - spread.low) / (spread.high - spread.low)
    return Histogram(
        title=spread.title,
        bars=tuple(bars),
        ticks=ticks,
        median_x=round(WIDTH * share, 2),
        median=median,
        summary=f"{spread.title}: {sum(spread.counts)} segments, median about {median}",
    )


def trend(
    title: str,
    history: Sequence[HistoryRow],
    name: str,
    *,
    least: float,
    scale: float = 1.0,
    decimals: int = 1,
    most: float | None = None,
) -> Trend | None:
    """Lay out a figure's course over the last reports; ``None`` with fewer than two.

    Args:
        title: what the plot is called.
        history: reports, oldest first.
        name: field of `HistoryRow`.
        least: the least that the height stands for, so that a small change looks small.
        scale: by which values are multiplied for display.
        decimals: shown.
        most: the greatest value that there can be.
    """
    rows = [row for row in history if getattr(row, name) is not None][-30:]
    if len(rows) < 2:
        return None
    values = [getattr(row, name) * scale for row in rows]
    low, high = min(values), max(values)
    spare = max(0.0, least - (high - low)) / 2
    low = max(0.0, low - spare)
    high = max(high, low + least)
    if most is not None and high > most:
        low, high = max(0.0, low - (high - most)), most
    room = (high - low) or 1.0
    points = []
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        level = (value - low) / room
        points.append(
            Point(
                x=round(_LEFT + index * (WIDTH - _LEFT - 6) / (len(rows) - 1), 2),
                y=round(HEIGHT - 4 - level * (HEIGHT - 10), 2),
                label=f"{row.created[:16].replace('T', ' ')}: {value:.{decimals}f}",
            )
        )
    return Trend(
        title=title,
        points=tuple(points),
        path=" ".join(f"{point.x},{point.y}" for point in points),
        first=f"{values[0]:.{decimals}f}",
        last=f"{values[-1]:.{decimals}f}",
        low=f"{low:.{decimals}f}",
        high=f"{high:.{decimals}f}",
        since=rows[0].created[:10],
        until=rows[-1].created[:10],
    )
