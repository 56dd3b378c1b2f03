"""The run report as a tired editor wants to read it: what, where, and what to check."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.run.reporting.progress import format_seconds
from pipeline.wording import WAYS, Style, counted, fold, one_line, plain, unkept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.run.discovery import Passed
    from pipeline.run.reporting.report import RunReport, ToCheck

    Lines = Iterator[tuple[str, str]]  # a line and its style; "" for none

_SHOWN = 5  # skipped files and the like
_FOUND = 20  # sentences of standard input
_WIDTH = 80  # columns of an excerpt with its label


def render_summary(report: RunReport, *, style: Style = plain, width: int = 0) -> str:
    """Render a run report for people.

    Args:
        report: of a finished run.
        style: colours a text.
        width: columns of the terminal, at which lines are broken between words; 0 for lines
            that are not broken (a file, a pipe).
    """
    parts = (_headline, _engine, _terms, _check, _skipped, _scores, _kept, _next)
    lines = []
    for line, name in (pair for part in parts for pair in part(report)):
        line = one_line(line)  # of names and messages
        # Broken first: the signs of a colour would count as columns.
        text = fold(line, width) if width else line
        lines.append(style(text, name) if name else text)
    return "\n".join(lines)


def render_found(found: Sequence[ToCheck], *, style: Style = plain) -> Iterator[str]:
    """Render the findings of one text that leaves no report: a sentence a time, the first ones.

    Args:
        found: sentences with findings.
        style: colours a text.
    """
    for item in found[:_FOUND]:
        yield style(one_line(f"warning: {item.place}: {item.reason}"), "bad")
        for line, name in _pair(item.source, item.target):
            yield style(line, name)
    if (more := len(found) - _FOUND) > 0:
        yield f"and {counted(more, 'more sentence')}: translate a file to get a report of all"


def _headline(report: RunReport) -> Lines:
    seconds = format_seconds(report.seconds) if report.seconds >= 0.95 else "under a second"
    yield (
        f"Translated {counted(report.documents, 'document')} "
        f"({counted(report.segments.total, 'sentence')}) into {report.out} in {seconds}.",
        "strong",
    )
    unchanged = report.documents - report.written
    if report.documents and not report.written:
        yield "  Nothing had changed since the last run.", ""
    elif unchanged:
        yield f"  {counted(report.written, 'document')} changed, {unchanged:,} as before.", ""


def _engine(report: RunReport) -> Lines:
    if report.engine is None:
        return
    yield f"  Engine: {report.engine.why}.", ""
    segments = report.segments
    others = (
        (segments.remembered, "known from before"),
        (segments.approved, "approved by a person"),
        (segments.copied, "with nothing to translate"),
    )
    parts = [f"{number:,} {what}" for number, what in others if number]
    if parts:
        again = ""
        if segments.asked_again:
            times = counted(segments.asked_again, "time")
            again = f"; the model was asked {times} more to keep terms and mend words"
        told = f"{segments.translated:,} translated now, {', '.join(parts)}"
        yield f"  Sentences: {told}{again}.", ""
    if segments.looked_at_again:
        again = counted(segments.looked_at_again, "sentence")
        yield f"  Second look: {again} doubtful at first, bettered by translating again.", ""
    if segments.touched_up:
        number = sum(count for _, count in segments.touched_up)
        kinds = ", ".join(f"{name} {count:,}" for name, count in segments.touched_up)
        yield f"  Touch-ups: {counted(number, 'place')} written as English does ({kinds}).", ""


def _terms(report: RunReport) -> Lines:
    terms = report.terms
    if not report.glossary:
        yield "  Terms: no glossary was used.", ""
        return
    if not terms.occurrences:
        yield "  Terms: none of the glossary's terms occurs.", ""
        return
    ways: Counter[str] = Counter()
    for rung, number in terms.rungs:
        ways[WAYS.get(rung, rung)] += number
    how = ", ".join(f"{number:,} {way}" for way, number in ways.items())
    kept = f"  Terms: {terms.satisfied:,} of {terms.occurrences:,} as the glossary says"
    all_kept = terms.satisfied == terms.occurrences
    yield (
        f"{kept} ({how})." if how else f"{kept}.",
        "good" if all_kept else "",
    )
    if all_kept:
        return
    yield f"  {counted(terms.violated, 'term')} not as the glossary says:", "bad"
    for violation in report.violations:
        said = unkept(violation.term, violation.expected, violation.found)
        yield f"    {violation.document}, {violation.place}: {said}", ""
        yield from _pair(violation.source, violation.target)
    if terms.violated > len(report.violations):
        yield f"    and {terms.violated - len(report.violations):,} more: see terms.csv", ""


def _pair(source: str, target: str) -> Lines:
    for mark, text in (("fr", source), ("en", target)):
        yield f"      {mark}  {textwrap.shorten(text, _WIDTH - 10, placeholder=' …')}", "faint"


def _check(report: RunReport) -> Lines:
    found = report.quality
    if found and not found.errors and not found.warnings:
        yield "  Checks: nothing was found.", "good"
    elif found:
        yield (
            f"  Checks: {counted(found.errors, 'error')} and "
            f"{counted(found.warnings, 'warning')} in "
            f"{counted(report.segments.total, 'sentence')}.",
            "",
        )
    if not report.check_first:
        return
    flagged = "" if found else f" ({counted(report.segments.flagged, 'sentence')} flagged)"
    yield f"  Check first{flagged}:", "bad"
    for item in report.check_first:
        yield f"    {item.document}, {item.place}: {item.reason}", ""
        yield from _pair(item.source, item.target)


def _skipped(report: RunReport) -> Lines:
    if report.skipped_total:
        yield f"  Skipped {counted(report.skipped_total, 'file')}:", "bad"
        yield from _names(report.skipped, report.skipped_total)
    others = [p for p in report.ignored if not p.reason.startswith("the English reference")]
    if others:
        yield f"  Left alone {counted(len(others), 'file')} of the folders:", ""
        yield from _names(others, len(others))


def _names(passed: Sequence[Passed], total: int) -> Lines:
    for item in passed[:_SHOWN]:
        yield f"    {item.name}: {item.reason}", ""
    if total > _SHOWN:
        yield f"    and {total - _SHOWN:,} more: see manifest.json", ""


def _scores(report: RunReport) -> Lines:
    scores = report.scores
    if scores is None:
        return
    if scores.scores:
        over = f"{counted(scores.documents, 'document')}, {counted(scores.blocks, 'paragraph')}"
        figures = ", ".join(f"{s.name} {s.value:.1f}" for s in scores.scores)
        yield f"  Against the reference ({over}): {figures}", ""
        for score in scores.scores:
            yield f"    {score.name}|{score.signature}", ""
    for note in scores.notes[:_SHOWN]:
        yield f"    {note}", ""


def _kept(report: RunReport) -> Lines:
    for name in report.kept[:_SHOWN]:
        yield f"  Somebody's changes to an earlier output are kept in {name}", ""
    for note in report.notes[:_SHOWN]:
        yield f"  Note: {note}", ""
    if report.left:
        names = ", ".join(report.left[:_SHOWN]) + (", …" if len(report.left) > _SHOWN else "")
        yield f"  Left from earlier runs, without a source in this one: {names}", ""


def _next(report: RunReport) -> Lines:
    glossary = report.glossary[-1] if report.glossary else ""
    if report.terms.violated:
        step = (
            f"look at the terms in {report.out}/terms.csv, correct {glossary} and run the same "
            "command again: only the sentences concerned are done anew."
        )
    elif report.check_first:
        page = f"open {report.quality.page} and " if report.quality else ""
        step = f"{page}read the sentences above before publishing."
    elif report.skipped_total and not report.documents:
        step = "mend the files above and run the same command again."
    elif report.first_outputs:
        step = f"read {report.out}/{report.first_outputs[0]}"
        more = report.documents - 1
        step += f" (and {counted(more, 'more', 'more')} beside it)" if more else ""
        step += f"; {report.quality.page} says how good it is." if report.quality else "."
    else:
        return
    yield f"Next: {step}", "strong"
