"""The report as one HTML file: no network, no script but its own, all text escaped."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pipeline.quality.checks.registry import titles
from pipeline.quality.report.drawing import Run, differences, histogram, mark, trend
from pipeline.quality.report.headline import comparable
from pipeline.quality.report.model import furthest, least_sure
from pipeline.table import to_plain
from pipeline.wording import RUNGS, visible

if TYPE_CHECKING:
    import jinja2

    from pipeline.quality.report.model import QualityReport, SegmentReport
    from pipeline.records import Span

_SHOWN_SEGMENTS = 2_000
_SHOWN_OCCURRENCES = 3_000
_SHOWN_MORE = 3  # of the least sure, and of those furthest from the reference
_LONGEST_LEAD = 200  # characters of a text in the list of what to check first
_OPEN_OCCURRENCES = 25  # more are folded away below the table of terms
_LONGEST_TEXT = 6_000  # characters of one segment that a page shows


def _template(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["thousands"] = lambda value: f"{value:,}"
    environment.filters["day"] = lambda value: value[:16].replace("T", " ")
    return environment


def _percent(value: float | None, decimals: int = 1) -> str:
    if value is None:
        return "–"
    # 99.96 % must not read as all of them.
    text = f"{value * 100:.{decimals}f}"
    if value < 1 and float(text) == 100:
        text = f"{100 - 10**-decimals:.{decimals}f}"
    return f"{text.removesuffix('.0')}\u00a0%"


def _settled(report: QualityReport) -> Counter[str]:
    """Count occurrences by the way in which they were settled, in words."""
    ways: Counter[str] = Counter()
    for rung, number in report.terms.by_rung:
        ways[RUNGS.get(rung, rung)] += number
    return ways


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} …"


def _card(number: int, position: int, segment: SegmentReport) -> dict[str, Any]:
    """Give a segment with its texts cut into runs; ``position`` is that in its document."""
    source, target, reference = map(
        _cut, (segment.row.source, segment.row.target, segment.reference)
    )
    extra, missing = differences(target, reference) if reference else ([], [])
    ours = [(f.source.start, f.source.end, "point") for f in segment.findings if f.source]
    theirs = [(f.target.start, f.target.end, "point") for f in segment.findings if f.target]
    return {
        "number": number,  # worst first
        "position": position,
        "segment": segment,
        "source": mark(source, ours),
        "target": mark(target, [*extra, *theirs]),
        "reference": mark(reference, missing),
    }


def _reason(segment: SegmentReport) -> str:
    if segment.unsaid:
        terms = ", ".join(dict.fromkeys(segment.unsaid))
        return f"Glossary: {terms} is not as it should be"
    message = segment.findings[0].message
    return message[:1].upper() + message[1:]


def _stretch(text: str, span: Span | None) -> list[Run]:
    """Give the part of a text around a span, which is marked; whole words."""
    start, stop = 0, len(text)
    if span and span.end > _LONGEST_LEAD:
        cut = max(0, span.start - _LONGEST_LEAD // 2)
        start = text.find(" ", cut, span.start) + 1 or cut
    if stop - start > _LONGEST_LEAD:
        needed = min(span.end, start + 2 * _LONGEST_LEAD) if span else start
        wanted = max(start + _LONGEST_LEAD, needed)
        space = text.rfind(" ", needed, wanted)
        stop = space if space > start else wanted
    inside = [(span.start - start, span.end - start, "point")] if span else []
    before = [Run("… ", "")] if start else []
    after = [Run(" …", "")] if stop < len(text) else []
    return [*before, *mark(text[start:stop], inside), *after]


def _lead(number: int, segment: SegmentReport, reason: str = "") -> dict[str, Any]:
    """Give a segment for the list of what to check first: a stretch of each text."""
    finding = segment.findings[0] if segment.findings and not segment.unsaid else None
    return {
        "number": number,  # of its card
        "gravity": segment.gravity,
        "reason": reason or _reason(segment),
        "more": max(0, len(segment.findings) + bool(segment.unsaid) - 1),  # beside the one named
        "place": segment.row.place,
        "source": _stretch(segment.row.source, finding.source if finding else None),
        "target": _stretch(segment.row.target, finding.target if finding else None),
    }


def _manifest(report: QualityReport) -> list[tuple[str, str]]:
    """Flatten the manifest into lines: dotted names and values."""
    lines: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        if isinstance(value, list) and value and not isinstance(value[0], (dict, list)):
            value = ", ".join(str(item) for item in value)
        if isinstance(value, dict) and set(value) == {"value", "origin"}:
            shown = value["value"]
            if isinstance(shown, list):
                shown = ", ".join(str(item) for item in shown)
            elif not isinstance(shown, str):
                shown = json.dumps(shown, ensure_ascii=False)
            lines.append((name, f"{shown or '–'} ({value['origin']})"))
        elif isinstance(value, dict) and value:
            for key, item in value.items():
                walk(f"{name}.{key}" if name else str(key), item)
        elif value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines.append((name, text if len(text) <= 400 else f"{text[:400]} …"))

    # What the run found is told above, of these very segments.
    told = {"violations", "check_first", "scores", "quality", "notes", "dry_run", "first_outputs"}
    walk("", to_plain({k: v for k, v in report.manifest.items() if k not in told}))
    return lines


def render_html(report: QualityReport) -> str:
    """Render the report as one self-contained page.

    Everything from the articles passes through Jinja's escaping; the page's own script
    and style are named by their hashes in its Content-Security-Policy, so that nothing
    else could run even if it got in.
    """
    script, style = _template("report.js"), _template("report.css")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    shown = report.segments[:_SHOWN_SEGMENTS]
    order = {document.document: n for n, document in enumerate(report.documents)}
    places = sorted(
        range(len(shown)),
        key=lambda n: (
            order[shown[n].row.doc_id],
            shown[n].row.segment.block_id,
            shown[n].row.segment.segment_id,
        ),
    )
    positions = {number: position for position, number in enumerate(places)}
    cards = [_card(n, positions[n], segment) for n, segment in enumerate(shown)]
    history = comparable(report.history)
    trends = (
        trend("BLEU", history, "bleu", least=5, most=100),
        trend("chrF", history, "chrf", least=5, most=100),
        trend("Terms right, %", history, "terms", scale=100, least=5, most=100),
        trend("Errors found", history, "errors", decimals=0, least=5),
        trend("Confidence", history, "confidence", decimals=2, least=0.1, most=1),
    )
    unsure = least_sure(shown, _SHOWN_MORE)
    far = furthest(shown, _SHOWN_MORE, taken=unsure)
    spoke = {check.name for check in report.checks}
    known = titles()
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            policy=policy,
            script=script,
            style=style,
            cards=cards,
            first=[_lead(n, report.segments[n]) for n in report.first],
            unsure=[_lead(n, shown[n], f"Confidence {shown[n].confidence:.2f}") for n in unsure],
            far=[_lead(n, shown[n], f"chrF {shown[n].chrf or 0:.0f}") for n in far],
            troubled=sum(bool(segment.gravity) for segment in report.segments),
            silent=[known.get(name, (name, "")) for name in report.checks_run if name not in spoke],
            rungs=RUNGS,
            settled=_settled(report).most_common(),
            fold=len(report.occurrences) > _OPEN_OCCURRENCES and not report.terms.violated,
            card_of={segment.row.place: number for number, segment in enumerate(shown)},
            earlier=len(report.history) - 1,
            histograms=[histogram(spread) for spread in report.spreads],
            trends=[item for item in trends if item],
            terms=report.terms.terms,
            occurrences=report.occurrences[:_SHOWN_OCCURRENCES],
            documents=sorted({segment.row.doc_id for segment in shown}),
            grave=sum(segment.gravity == 2 for segment in report.segments),
            manifest=_manifest(report),
            titles={check.name: check.title for check in report.checks},
            moved={delta.name: delta for delta in report.deltas},
        )
    )
    return visible(page)
