"""What words in a cell look like: by their own properties, or by the font of their cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.office import Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.documents.tagged import Xml

_PROPERTY = re.compile(r"<(?:[\w.-]+:)?(\w+)([^<>]*?)/?>")
_VALUE = re.compile(r"""([\w.-]+)\s*=\s*["']([^"']*)["']""")
_IDLE = frozenset({"rPr", "family", "charset", "scheme"})
"""Properties that nobody sees, if the name of the font is the same."""
_NAMES = {"b": "bold", "i": "italic", "u": "underline", "strike": "struck", "color": "colour"}


class Fonts:
    """The fonts of a workbook's cells.

    Args:
        styles: its styles; ``None`` for none.
    """

    def __init__(self, styles: Xml | None) -> None:
        self._fonts: list[Look] = []
        self._of_style: list[int] = []
        inside: list[tuple[str, Mapping[str, str]]] | None = None
        formats = False
        for event in styles.events() if styles is not None else ():
            if event.name == "s:font":
                if inside is not None:
                    self._fonts.append(_look(inside))
                inside = [] if event.kind == "start" else None
            elif event.name == "s:cellXfs":
                formats = event.kind == "start"
            elif event.kind == "start" and inside is not None:
                name = event.name.partition(":")[2]
                inside.append(("rFont" if name == "name" else name, event.attributes))
            elif event.kind == "start" and formats and event.name == "s:xf":
                font = event.attributes.get("fontId", "0")
                self._of_style.append(int(font) if font.isdecimal() else 0)

    def look(self, properties: str, style: str) -> Look:
        """Give the look of a run.

        Args:
            properties: raw XML of its properties; "" where it has none.
            style: number of the style of its cell.
        """
        if properties:
            found = _PROPERTY.finditer(properties)
            return _look((m[1], dict(_VALUE.findall(m[2]))) for m in found)
        number = int(style[:6]) if style.isdecimal() else 0
        font = self._of_style[number] if number < len(self._of_style) else 0
        return self._fonts[font] if font < len(self._fonts) else Look()


def _look(properties: Iterable[tuple[str, Mapping[str, str]]]) -> Look:
    """Make a look of properties: equal for those that look alike."""
    seen = sorted(
        (name, *sorted(f"{key}={value}" for key, value in attributes.items()))
        for name, attributes in properties
        if name not in _IDLE and attributes.get("val") not in ("0", "false", "none", "baseline")
    )
    return Look(repr(seen), next((_NAMES[name] for name, *_ in seen if name in _NAMES), "look"))
