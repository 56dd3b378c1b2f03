"""The register of checks, running them over segments, and how sure one may be after that."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.lexicon import WEIGHT
from pipeline.quality.checks import form, language, markup, meaning, numbers, possessive, senses
from pipeline.quality.checks.corpus import CORPUS_CHECKS
from pipeline.quality.checks.pair import Check, Pair, make_finding, pair_of
from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.metadata import EntryPoint

    from pipeline.records import Rendering, Segment

GROUP = "passerelle.checks"
"""The group of entry points by which an installed distribution adds checks."""

CHECKS: tuple[Check, ...] = (
    form.empty,
    language.untranslated,
    language.french_left,
    language.source_language,
    form.length,
    form.sentences,
    form.repetition,
    numbers.numbers,
    numbers.units,
    numbers.dates,
    numbers.number_format,
    markup.urls,
    markup.placeholders,
    markup.markup,
    markup.entities,
    form.quotes,
    form.brackets,
    meaning.names,
    meaning.negation,
    possessive.possessive,
    senses.senses,
)
"""Those that come with Passerelle."""

_BUILT_IN = {check.name for check in CHECKS}
_ORDER = {"error": 0, "warning": 1, "info": 2}


# --- what there is -----------------------------------------------------------------


@cache
def known_checks() -> dict[str, Check]:
    """Give every check by its name: `CHECKS`, then those of installed distributions.

    A distribution names an object that is a `Check` by an entry point of `GROUP`.

    Raises:
        UsageError: such an entry point does not load, is no check, or takes a name that
            another check has.
    """
    from importlib.metadata import entry_points  # slow to import

    known = {check.name: check for check in CHECKS}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        check = _load(point)
        if check.name in known or check.name in CORPUS_CHECKS:
            raise _unusable(point, f"takes the name of another check, {check.name!r}")
        known[check.name] = check
    return known


def _load(point: EntryPoint) -> Check:
    try:
        check = point.load()
    except Exception as error:
        raise _unusable(point, f"cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(check, Check):
        raise _unusable(point, f"is no Check but {type(check).__name__}")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", check.name) or check.severity not in _ORDER:
        raise _unusable(
            point, f"has an unusable name or severity: {check.name!r}, {check.severity!r}"
        )
    return check


def _unusable(point: EntryPoint, problem: str) -> UsageError:
    owner = point.dist.name if point.dist else point.value
    return UsageError(
        f"the check {point.name!r} of the distribution {owner!r} {problem}",
        place=f"entry point {GROUP}: {point.name} = {point.value}",
        next_step=f"mend it, or remove it with `pip uninstall {owner}`",
    )


def titles() -> dict[str, tuple[str, str]]:
    """Give title and explanation of every check, by its name."""
    return {c.name: (c.title, c.explanation) for c in known_checks().values()} | CORPUS_CHECKS


@cache
def _default_checks() -> tuple[Check, ...]:
    return tuple(check for check in known_checks().values() if check.default)


def _refuse_unknown(names: Sequence[str]) -> None:
    known = [*known_checks(), *CORPUS_CHECKS]
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
    _refuse_unknown((*only, *without))
    return frozenset(n for n in CORPUS_CHECKS if (not only or n in only) and n not in without)


def choose_checks(only: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Check, ...]:
    """Choose checks by name.

    Args:
        only: run these and no others, whether they are on by default or not.
        without: leave these out.

    Raises:
        UsageError: there is no such check, or one of another distribution is unusable.
    """
    _refuse_unknown((*only, *without))
    known = known_checks()
    chosen = [known[name] for name in only if name in known] if only else _default_checks()
    return tuple(check for check in chosen if check.name not in without)


# --- running them ------------------------------------------------------------------


def check_pair(pair: Pair, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Run checks over one pair. An empty translation is reported as that and nothing else."""
    pair = pair.cut()
    if not pair.target.strip():
        checks = [form.empty] if any(c.name == "empty" for c in checks) else []
    return tuple(finding for check in checks for finding in _findings(check, pair))


def _findings(check: Check, pair: Pair) -> tuple[Finding, ...]:
    """Run one check; where it fails, that is what it found: no check ends a run."""
    try:
        found = tuple(check.find(pair))
        if wrong := [f for f in found if not isinstance(f, Finding) or f.severity not in _ORDER]:
            raise TypeError(f"{wrong[0]!r} is no finding")
    except Exception as error:
        problem = f"could not be checked: {type(error).__name__}: {str(error)[:200]}"
        return (make_finding(check.name, "warning", problem),)
    return found


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

    Raises:
        UsageError: a check of another distribution is unusable.
    """
    own = check_pair(pair_of(segment, rendering), checks or _default_checks())
    names = {finding.check for finding in own}
    return by_gravity([*(f for f in stages if f.check not in names), *own])


def chosen(findings: Iterable[Finding], checks: Sequence[Check], pair: Pair) -> Iterator[Finding]:
    """Give of a row's findings those of earlier stages and of ``checks``.

    A row was examined by the default checks when it was made; others are run now, and those
    of other distributions once more, as they may have been installed since.
    """
    again = [check for check in checks if not check.default or check.name not in _BUILT_IN]
    kept = {check.name for check in checks} - {check.name for check in again}
    passed = known_checks().keys() - kept
    yield from (f for f in findings if f.check not in passed)
    yield from check_pair(pair, again)


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give findings, each once, the gravest first."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: _ORDER[f.severity]))


# --- how sure one may be -----------------------------------------------------------

_KEEPS: dict[str, float] = {"error": 0.4, "warning": 0.7, "info": 1.0}
_VIOLATION_KEEPS = 0.5
_UNKNOWN = 0.8  # a segment whose model gave no score: neither sure nor suspect
_USUAL_RATIO = -0.06  # English over French, natural log of code points, on FLORES dev
_RATIO, _DIGITS = 0.2, 1.7  # what length and digits weigh beside the model's score


def confidence(source: str, rendering: Rendering, findings: Iterable[Finding]) -> float:
    """Give a segment's confidence without a reference, 0 to 1, to order what to check first.

    The base is the model's own mean probability per token, exp(mean log-probability): the
    length-normalised score that Fomicheva et al. 2020 ("Unsupervised Quality Estimation for
    Neural Machine Translation", TACL 8) find to rank segments best among what a single pass
    gives. In its exponent stand beside it how much of the French stands in the English,
    which knows words that the model is wrong about and sure of, an unusual length, and the
    share of digits, which models get wrong. Weights were fitted on the odd lines of FLORES
    dev; ``benchmarks/bench_quality.py`` measures the rank correlation with chrF on the even
    ones. Each kind of finding takes away a share, and so does a violated term.

    Args:
        source: the French.
        rendering: what became of it.
        findings: what the checks found in it.
    """
    value = 1.0
    if not rendering.settled:
        doubt = math.log(_UNKNOWN) if rendering.score is None else min(rendering.score, 0.0)
        doubt += WEIGHT * min(rendering.coverage or 0.0, 0.0)
        ratio = math.log(max(len(rendering.target), 1) / max(len(source), 1))
        doubt -= _RATIO * abs(ratio - _USUAL_RATIO)
        doubt -= _DIGITS * sum(map(str.isdigit, source)) / max(len(source), 1)
        value = math.exp(doubt)
    # The second finding of a kind adds little: one loop may trip three checks.
    for severity in sorted({finding.severity for finding in findings}):
        value *= _KEEPS[severity]
    return value * (1.0 if all(t.satisfied for t in rendering.terms) else _VIOLATION_KEEPS)
