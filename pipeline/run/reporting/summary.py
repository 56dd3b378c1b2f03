"""The run report as a tired editor wants to read it: what, where, and what to check."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pipeline.run.reporting.progress import format_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.run.discovery import Passed
    from pipeline.run.reporting.report import RunReport

__all__ = ["render_summary"]

_SHOWN = 5  # skipped files and the like
_WIDTH = 80  # columns of an excerpt with its label
_RUNGS = {
    "draft": "by the model",
    "hypothesis": "by choosing another translation",
    "repair": "mended in place",
    "retranslate": "translated again",
    "hint": "translated again",
    "ban": "translated again",
    "masked": "translated again",
    "second-look": "translated again",
}


def _plain(text: str, _style: str) -> str:
    return text


def render_summary(
    report: RunReport, *, style: Callable[[str, str], str] = _plain, width: int = 0
) -> str:
    """Render a run report for people.

    Args:
        report: of a finished run.
        style: gives a text in a style (``good``, ``bad``, ``strong``, ``faint``); the
            text itself where there is no colour.
        width: columns of the terminal, at which lines are broken between words; 0 for lines
            that are not broken (a file, a pipe).
    """

    def styled(text: str, name: str) -> str:
        # Broken first: the signs of a colour would count as columns.
        return style(_broken(text, width), name)

    parts = (
        _headline(report, styled),
        _engine(report),
        _terms(report, styled),
        _check(report, styled),
        _skipped(report, styled),
        _scores(report),
        _kept(report),
        _next(report, styled),
    )
    return "\n".join(_broken(line, width) for part in parts for line in part)


def _broken(line: str, width: int) -> str:
    if not width or len(line) <= width or "\n" in line or "\x1b" in line:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line.strip(),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,  # a path or a signature stays whole
        break_on_hyphens=False,
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _headline(report: RunReport, style: Callable[[str, str], str]) -> Iterator[str]:
    seconds = format_seconds(report.seconds) if report.seconds >= 0.95 else "under a second"
    yield style(
        f"Translated {_count(report.documents, 'document')} "
        f"({_count(report.segments.total, 'sentence')}) into {report.out} in {seconds}.",
        "strong",
    )
    unchanged = report.documents - report.written
    if report.documents and not report.written:
        yield "  Nothing had changed since the last run."
    elif unchanged:
        yield f"  {_count(report.written, 'document')} changed, {unchanged:,} as before."


def _engine(report: RunReport) -> Iterator[str]:
    if report.engine is None:
        return
    yield f"  Engine: {report.engine.why}."
    segments = report.segments
    parts = []
    if segments.remembered:
        parts.append(f"{segments.remembered:,} known from before")
    if segments.approved:
        parts.append(f"{segments.approved:,} approved by a person")
    if segments.copied:
        parts.append(f"{segments.copied:,} with nothing to translate")
    if parts:
        again = ""
        if segments.asked_again:
            times = _count(segments.asked_again, "time")
            again = f"; the model was asked {times} more to keep terms and mend words"
        told = f"{segments.translated:,} translated now, {', '.join(parts)}"
        yield f"  Sentences: {told}{again}."
    if segments.looked_at_again:
        again = _count(segments.looked_at_again, "sentence")
        yield f"  Second look: {again} with French left over, translated again without it."


def _terms(report: RunReport, style: Callable[[str, str], str]) -> Iterator[str]:
    terms = report.terms
    if not report.glossary:
        yield "  Terms: no glossary was used."
        return
    if not terms.occurrences:
        yield "  Terms: none of the glossary's terms occurs."
        return
    ways: dict[str, int] = {}
    for rung, number in terms.rungs:
        way = _RUNGS.get(rung, rung)
        ways[way] = ways.get(way, 0) + number
    how = ", ".join(f"{number:,} {way}" for way, number in ways.items())
    all_kept = terms.satisfied == terms.occurrences
    text = f"  Terms: {terms.satisfied:,} of {terms.occurrences:,} as the glossary says ({how})."
    yield style(text, "good") if all_kept else text
    if all_kept:
        return
    yield style(f"  {_count(terms.violated, 'term')} not as the glossary says:", "bad")
    for violation in report.violations:
        expected = " or ".join(f"“{form}”" for form in violation.expected)
        yield (
            f"    {violation.document}, line {violation.line}: "
            f"“{violation.term}” should be {expected}"
        )
        yield from _pair(violation.source, violation.target, style)
    if terms.violated > len(report.violations):
        yield f"    and {terms.violated - len(report.violations):,} more: see terms.csv"


def _pair(source: str, target: str, style: Callable[[str, str], str]) -> Iterator[str]:
    for mark, text in (("fr", source), ("en", target)):
        short = textwrap.shorten(text, _WIDTH - 10, placeholder=" …")
        yield style(f"      {mark}  {short}", "faint")


def _check(report: RunReport, style: Callable[[str, str], str]) -> Iterator[str]:
    found = report.quality
    if found and not found.errors and not found.warnings:
        yield style("  Checks: nothing was found.", "good")
    elif found:
        yield (
            f"  Checks: {_count(found.errors, 'error')} and {_count(found.warnings, 'warning')} "
            f"in {_count(report.segments.total, 'sentence')}."
        )
    if not report.check_first:
        return
    flagged = "" if found else f" ({_count(report.segments.flagged, 'sentence')} flagged)"
    yield style(f"  Check first{flagged}:", "bad")
    for item in report.check_first:
        yield f"    {item.document}, {item.place}: {item.reason}"
        yield from _pair(item.source, item.target, style)


def _skipped(report: RunReport, style: Callable[[str, str], str]) -> Iterator[str]:
    if report.skipped_total:
        yield style(f"  Skipped {_count(report.skipped_total, 'file')}:", "bad")
        yield from _names(report.skipped, report.skipped_total)
    others = [p for p in report.ignored if not p.reason.startswith("the English reference")]
    if others:
        yield f"  Left alone {_count(len(others), 'file')} of the folders:"
        yield from _names(others, len(others))


def _names(passed: Sequence[Passed], total: int) -> Iterator[str]:
    for item in passed[:_SHOWN]:
        yield f"    {item.name}: {item.reason}"
    if total > _SHOWN:
        yield f"    and {total - _SHOWN:,} more: see manifest.json"


def _scores(report: RunReport) -> Iterator[str]:
    scores = report.scores
    if scores is None:
        return
    if scores.scores:
        figures = ", ".join(f"{s.name} {s.value:.1f}" for s in scores.scores)
        yield (
            f"  Against the reference ({_count(scores.documents, 'document')}, "
            f"{_count(scores.blocks, 'paragraph')}): {figures}"
        )
        for score in scores.scores:
            yield f"    {score.name}|{score.signature}"
    for note in scores.notes[:_SHOWN]:
        yield f"    {note}"


def _kept(report: RunReport) -> Iterator[str]:
    for name in report.kept[:_SHOWN]:
        yield f"  Somebody's changes to an earlier output are kept in {name}"
    for note in report.notes[:_SHOWN]:
        yield f"  Note: {note}"
    if report.left:
        names = ", ".join(report.left[:_SHOWN]) + (", …" if len(report.left) > _SHOWN else "")
        yield f"  Left from earlier runs, without a source in this one: {names}"


def _next(report: RunReport, style: Callable[[str, str], str]) -> Iterator[str]:
    glossary = report.glossary[-1] if report.glossary else ""
    if report.terms.violated:
        step = (
            f"look at the terms in {report.out}/terms.csv, correct {glossary} and run the same "
            "command again: only the sentences concerned are done anew."
        )
    elif report.check_first and report.quality:
        step = f"open {report.quality.page} and read the sentences above before publishing."
    elif report.check_first:
        step = "read the sentences above before publishing."
    elif report.skipped_total and not report.documents:
        step = "mend the files above and run the same command again."
    elif report.first_outputs:
        step = f"read {report.out}/{report.first_outputs[0]}"
        more = report.documents - 1
        step += f" (and {_count(more, 'more', 'more')} beside it)" if more else ""
        step += f"; {report.quality.page} says how good it is." if report.quality else "."
    else:
        return
    yield style(f"Next: {step}", "strong")
