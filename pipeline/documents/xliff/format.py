"""XLIFF as a format: targets are written where they are missing, with the state of a draft."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.documents.base import Plain
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.tagged import read_xml, value_span
from pipeline.documents.verbatim import has_prose, is_icu
from pipeline.documents.xliff.codes import blocks_of
from pipeline.documents.xliff.units import File, Unit
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.documents.base import Reading


class Xliff(Plain, TreeFormat):
    """XLIFF: what has a target already, is approved or is not to be translated stays."""

    name = "xliff"
    suffixes = (".xlf", ".xliff")

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[list[Part], None, list[Finding]]:
        """Find the units without target; see `TreeFormat.read`."""
        if not data.strip():
            return [Part(text=data.decode("utf-8", "replace"))], None, []
        xml = read_xml(data, place=name)
        file = File(xml)
        file.read()
        places: Counter[str] = Counter()
        parts = [p for unit in file.units if (p := _part(xml.text, unit, places)) is not None]
        if left := sum(unit.icu for unit in file.units):
            message = f"{left} units left: their forms stand in the text itself (ICU), in braces"
            file.findings.append(Finding(check="document", severity="warning", message=message))
        edits = [edit for edit in file.edits if parts]
        edits += [
            edit
            for unit in file.units
            if unit.todo and not unit.icu
            for edit in _state(xml.text, unit)
        ]
        whole = Part(
            text=xml.text, edits=sorted(edits, key=lambda e: e[0].start), encode=xml.encode
        )
        return [whole, *parts], None, file.findings


# --- one unit --------------------------------------------------------------------------


def _part(text: str, unit: Unit, places: Counter[str]) -> Part | None:
    """Give the text to translate and where it is written; ``None`` where nothing is to be done."""
    if not unit.todo:
        return None
    source = unit.elements["source"]
    spoken = unit.elements.get("seg-source", source)
    span = spoken.span
    target = unit.elements.get("target")
    tag = text[source.tag.start : source.tag.end]
    name = re.split(r"[\s/>]", tag[1:], maxsplit=1)[0].removesuffix("source") + "target"
    if target is None:
        at = Span(start=spoken.whole.end, end=spoken.whole.end)
        line = text[text.rfind("\n", 0, spoken.tag.start) + 1 : spoken.tag.start]
        newline = "\r\n" if text[: spoken.tag.start].endswith("\r\n" + line) else "\n"
        before = newline + line if not line.strip() else ""
        opening = before + _with_state(f"<{name}>", unit)
    else:
        at = target.whole
        raw = text[target.tag.start : target.tag.end]
        opening = _with_state(raw.removesuffix("/>").removesuffix(">").rstrip() + ">", unit)
    found = blocks_of(text, spoken.inside, collapse=not unit.preserve)
    prose = [block for block in found if has_prose(block.text)]
    if found and not prose and any(is_icu(block.text) for block in found):
        unit.icu = True
        return None
    blocks = []
    for block in prose:
        places[unit.where] += 1
        count = places[unit.where]
        where = f"{unit.where}, part {count}" if count > 1 else unit.where
        start, end = block.start - span.start, block.end - span.start
        blocks.append(replace(block, where=where, start=start, end=end))
    return Part(
        text=text[span.start : span.end],
        blocks=blocks,
        parent=0,
        at=at,
        write=lambda new: f"{opening}{new}</{name}>",
        always=True,
    )


def _with_state(tag: str, unit: Unit) -> str:
    """Say of a target of XLIFF 1 that a machine wrote it."""
    if unit.second:
        return tag
    tag = _with(tag, "state", "needs-adaptation")
    return _with(tag, "state-qualifier", "mt-suggestion")


def _with(tag: str, name: str, value: str) -> str:
    span = value_span(tag, name)
    if span is not None:
        return tag[: span.start] + value + tag[span.end :]
    end = len(tag) - (2 if tag.endswith("/>") else 1)
    return f'{tag[:end].rstrip()} {name}="{value}"{tag[end:]}'


def _state(text: str, unit: Unit) -> Iterator[tuple[Span, str]]:
    """Say of a segment of XLIFF 2 that a machine translated it."""
    if unit.second:
        tag = text[unit.tag.start : unit.tag.end]
        new = _with(_with(tag, "state", "translated"), "subState", "passerelle:mt-suggestion")
        yield Span(start=unit.tag.start, end=unit.tag.end), new
