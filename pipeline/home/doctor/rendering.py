"""What was found, as a person reads it: a line for each examination, its troubles below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.home.doctor.records import Health, Level
    from pipeline.wording import Style

_STYLES: dict[Level, str] = {"ok": "good", "note": "faint", "warning": "strong", "error": "bad"}


def render(health: Health, *, style: Style = plain) -> Iterator[str]:
    """Give the lines of a report.

    Args:
        health: what was found.
        style: colours a level.
    """
    wide = max((len(each.name) for each in health.examined), default=0)
    indent = " " * (len("warning") + wide + 4)
    for each in health.examined:
        level = style(each.level.ljust(len("warning")), _STYLES[each.level])
        yield f"{level}  {each.name.ljust(wide)}  {each.found.summary}"
        for trouble in each.found.troubles:
            where = f"{trouble.where}: " if trouble.where else ""
            yield f"{indent}{where}{trouble.what}"
            yield f"{indent}→ {trouble.next_step}"
    yield ""
    yield style(health.first, "strong")
