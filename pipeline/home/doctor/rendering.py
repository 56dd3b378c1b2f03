"""What was found, as a person reads it: a line for each examination, its troubles below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.wording import fold, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.home.doctor.records import Health, Level
    from pipeline.wording import Style

_LEVEL = len("warning")
_STYLES: dict[Level, str] = {"ok": "good", "note": "faint", "warning": "strong", "error": "bad"}


def render(health: Health, *, style: Style = plain, width: int = 0) -> Iterator[str]:
    """Give the lines of a report.

    Args:
        health: what was found.
        style: colours a level.
        width: columns to break lines at; 0 for none.
    """
    wide = max((len(each.name) for each in health.examined), default=0)
    indent = " " * (_LEVEL + 2)
    for each in health.examined:
        level = style(each.level.ljust(_LEVEL), _STYLES[each.level])
        head = _LEVEL + wide + 4
        summary = _fold(each.found.summary, width and max(width - head, 40))
        below = "\n" + " " * (head - 2)  # what is broken is indented already
        yield f"{level}  {each.name.ljust(wide)}  {summary.replace(chr(10), below)}"
        for trouble in each.found.troubles:
            where = f"{trouble.where}: " if trouble.where else ""
            yield _fold(f"{indent}{where}{trouble.what}", width)
            yield _fold(f"{indent}→ {trouble.next_step}", width)
    yield ""
    yield style(health.first, "strong")


def _fold(line: str, width: int) -> str:
    return fold(line, width) if width else line
