"""The register of checks, and running them over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.quality.checks import form, language, markup, meaning, numbers
from pipeline.quality.checks.corpus import CORPUS_CHECKS
from pipeline.quality.checks.pair import Pair, pair_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pipeline.records import Finding, Rendering, Segment, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: a name to switch it by, and the function that finds."""

    name: str
    title: str
    severity: Severity  # the gravest that it reports
    explanation: str
    find: Callable[[Pair], Iterable[Finding]]
    default: bool = True  # whether it runs unless switched off


CHECKS: tuple[Check, ...] = (
    Check(
        name="empty",
        title="Empty translation",
        severity="error",
        explanation="The source has words, the translation none.",
        find=form.empty,
    ),
    Check(
        name="untranslated",
        title="Source copied",
        severity="error",
        explanation="The translation is the French source, or nearly.",
        find=language.untranslated,
    ),
    Check(
        name="french-left",
        title="French left over",
        severity="error",
        explanation="French words of the source stand in the translation.",
        find=language.french_left,
    ),
    Check(
        name="source-language",
        title="Source not French",
        severity="warning",
        explanation="The source's function words are those of another language.",
        find=language.source_language,
    ),
    Check(
        name="length",
        title="Length",
        severity="warning",
        explanation="The translation is far shorter or longer than its source.",
        find=form.length,
    ),
    Check(
        name="sentences",
        title="Sentence count",
        severity="warning",
        explanation="Sentences seem to be added or lost.",
        find=form.sentences,
    ),
    Check(
        name="repetition",
        title="Repetition",
        severity="error",
        explanation="A word or phrase follows itself, or comes back in a loop.",
        find=form.repetition,
    ),
    Check(
        name="numbers",
        title="Numbers",
        severity="error",
        explanation="A number of one side is on the other neither in digits nor in words.",
        find=numbers.numbers,
    ),
    Check(
        name="units",
        title="Units and currencies",
        severity="error",
        explanation="A number kept its value and changed its unit or currency.",
        find=numbers.units,
    ),
    Check(
        name="dates",
        title="Months and weekdays",
        severity="error",
        explanation="A month or weekday became another one.",
        find=numbers.dates,
    ),
    Check(
        name="number-format",
        title="Number format",
        severity="info",
        explanation="A number kept its French notation (3,5 or 10 000).",
        find=numbers.number_format,
    ),
    Check(
        name="urls",
        title="Addresses",
        severity="error",
        explanation="A URL or an e-mail address is missing, changed or added.",
        find=markup.urls,
    ),
    Check(
        name="placeholders",
        title="Placeholders",
        severity="error",
        explanation="A placeholder such as {name} or %s is missing, changed or added.",
        find=markup.placeholders,
    ),
    Check(
        name="markup",
        title="Markup",
        severity="error",
        explanation="HTML tags or Markdown marks are missing, changed or added.",
        find=markup.markup,
    ),
    Check(
        name="entities",
        title="HTML entities",
        severity="error",
        explanation="An HTML entity such as &#39; stands as text.",
        find=markup.entities,
    ),
    Check(
        name="quotes",
        title="Quotation marks",
        severity="warning",
        explanation="A quotation opens and does not close, or closes unopened.",
        find=form.quotes,
    ),
    Check(
        name="brackets",
        title="Brackets",
        severity="warning",
        explanation="Brackets are balanced in the source and not in the translation.",
        find=form.brackets,
    ),
    Check(
        name="names",
        title="Names",
        severity="error",
        explanation="A name vanished or changed its spelling.",
        find=meaning.names,
    ),
    Check(
        name="negation",
        title="Negation",
        severity="warning",
        explanation="The source negates and nothing in the translation answers it.",
        find=meaning.negation,
    ),
)

_BY_NAME = {check.name: check for check in CHECKS}


def _known(names: Sequence[str]) -> None:
    known = [*_BY_NAME, *CORPUS_CHECKS]
    for name in names:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"unknown check {name!r}",
                next_step=(f"did you mean {near[0]!r}? " if near else "")
                + f"known checks: {', '.join(known)}",
            )


def choose_corpus_checks(only: Sequence[str] = (), without: Sequence[str] = ()) -> frozenset[str]:
    """Choose those of `CORPUS_CHECKS` that run, as `choose_checks` does for the others.

    Raises:
        UsageError: there is no such check.
    """
    _known((*only, *without))
    return frozenset(n for n in CORPUS_CHECKS if (not only or n in only) and n not in without)


def choose_checks(only: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Check, ...]:
    """Choose checks by name.

    Args:
        only: run these and no others, whether they are on by default or not.
        without: leave these out.

    Raises:
        UsageError: there is no such check.
    """
    _known((*only, *without))
    chosen = (
        [_BY_NAME[n] for n in only if n in _BY_NAME] if only else [c for c in CHECKS if c.default]
    )
    return tuple(check for check in chosen if check.name not in without)


def check_pair(pair: Pair, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Run checks over one pair. An empty translation is reported as that and nothing else."""
    pair = pair.cut()
    if not pair.target.strip():
        return tuple(form.empty(pair)) if any(c.name == "empty" for c in checks) else ()
    return tuple(finding for check in checks for finding in check.find(pair))


def examine(
    segment: Segment, rendering: Rendering, stages: Sequence[Finding], checks: Sequence[Check] = ()
) -> tuple[Finding, ...]:
    """Join what the stages found in a segment and what the checks find, grave ones first.

    Where both have a check of one name, the check's finding is the exact one.

    Args:
        segment: the segment.
        rendering: what became of it.
        stages: findings of earlier stages.
        checks: those to run; the default ones unless given.
    """
    own = check_pair(pair_of(segment, rendering), checks or choose_checks())
    names = {finding.check for finding in own}
    return by_gravity([*(f for f in stages if f.check not in names), *own])


def chosen(findings: Iterable[Finding], checks: Sequence[Check], pair: Pair) -> Iterator[Finding]:
    """Give of a row's findings those of earlier stages and of ``checks``.

    A row was examined by the default checks when it was made; others are run now.
    """
    names = {check.name for check in checks}
    yield from (f for f in findings if f.check in names or f.check not in _BY_NAME)
    yield from check_pair(pair, [check for check in checks if not check.default])


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give findings, each once, the gravest first."""
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: order[f.severity]))
