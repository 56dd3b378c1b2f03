"""Everything that can be wrong with glossary files, found before a run and by ``lint``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.file.problems import Problem, short
from pipeline.glossary.file.rows import read_terms
from pipeline.glossary.file.sheet import read_sheet
from pipeline.glossary.match.matcher import Matcher
from pipeline.glossary.match.normal import common_french, fold
from pipeline.glossary.match.targets import Target, find_form
from pipeline.glossary.records import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.glossary.records import Term


def _warn(term: Term, column: str, code: str, problem: str, next_step: str) -> Problem:
    file, _, line = term.place.rpartition(":")
    return Problem(
        severity="warning",
        file=file,
        line=int(line),
        column=column,
        problem=problem,
        next_step=next_step,
        code=code,
    )


def _ordinary(term: Term) -> Iterator[Problem]:
    if fold(term.source).text not in common_french() or term.status == "forbidden":
        return
    if term.source == term.source.casefold() or term.case == "ignore":
        yield _warn(
            term,
            "source",
            "ordinary-word",
            f"{short(term.source)} is an ordinary French word and will match where it means "
            "something else",
            "make the term longer (with the words around it), or remove the row",
        )
    elif term.source != term.source.upper():
        yield _warn(
            term,
            "source",
            "name-is-word",
            f"{short(term.source)} is also an ordinary word: at the start of a sentence the two "
            "cannot be told apart",
            "keep the row if the name is frequent; look at its sentences in outputs/terms.csv",
        )


def _alike(term: Term) -> Iterator[Problem]:
    for index, form in enumerate(term.targets):
        for earlier in term.targets[:index]:
            found = find_form(Target.of(form), earlier, case=term.case, inflect=term.inflect)
            if (0, len(form)) in found:
                yield _warn(
                    term,
                    "target",
                    "alike",
                    f"{short(form)} is accepted already as {short(earlier)}",
                    f"remove {short(form)}",
                )
                break
    for wrong in term.wrong:
        for form in term.targets or (term.source,):
            found = find_form(Target.of(wrong), form, case=term.case, inflect=term.inflect)
            if (0, len(wrong)) in found:
                yield _warn(
                    term,
                    "wrong",
                    "wrong-is-accepted",
                    f"{short(wrong)} is accepted as {short(form)}, so it is never repaired",
                    f"remove {short(wrong)}, or write case exact",
                )
                break
            if found:
                yield _warn(
                    term,
                    "wrong",
                    "wrong-holds-accepted",
                    f"{short(wrong)} holds {short(form)}, which is accepted, so it is never "
                    "repaired",
                    f"remove one of the two: {short(wrong)} here, or {short(form)} from the target",
                )
                break


def _clashes(terms: Sequence[Term]) -> Iterator[Problem]:
    """Find a row's wrong forms that another row wants to read."""
    wanted: dict[str, Term] = {}
    for term in terms:
        if term.status != "forbidden":
            for form in term.targets or (term.source,):
                wanted.setdefault(fold(form).text, term)
    for term in terms:
        for wrong in term.wrong:
            other = wanted.get(fold(wrong).text)
            if other is not None and other.source != term.source:
                yield _warn(
                    term,
                    "wrong",
                    "wrong-is-other-target",
                    f"{short(wrong)} is wrong here and right for {short(other.source)} "
                    f"({other.place}): in a sentence with both terms, the one may be taken for "
                    "the other",
                    f"remove {short(wrong)} unless the two never meet",
                )


def _unseen(terms: Sequence[Term], corpus: Iterable[str]) -> Iterator[Problem]:
    wanted = [t for t in terms if t.source != ANYWHERE]
    missing = {id(t) for t in wanted}
    matcher = Matcher(wanted)
    for text in corpus:
        if not missing:
            return
        seen = matcher.match(text)
        missing -= {id(m.term) for m in seen.matches}
        missing -= {id(t) for t in seen.forbidden}
    for term in wanted:
        if id(term) in missing:
            yield _warn(
                term,
                "source",
                "never-occurs",
                f"{short(term.source)} does not occur in the given texts",
                "check its spelling, or ignore this if other texts hold it",
            )


def lint(paths: Sequence[Path], *, corpus: Iterable[str] | None = None) -> tuple[Problem, ...]:
    """Find every problem of glossary files.

    Args:
        paths: CSV files.
        corpus: French texts; terms that occur in none of them are named.

    Returns:
        Errors and warnings, file by file in row order, then rows that clash with those of
        another file or place, then terms that never occur. A file
        that cannot be read gives one error at line 0 or where it breaks.
    """
    problems: list[Problem] = []
    terms: list[Term] = []
    for path in paths:
        try:
            found, faults = read_terms(read_sheet(path))
        except GlossaryError as error:
            _, _, line = error.place.rpartition(":")
            problems.append(
                Problem(
                    severity="error",
                    file=str(path),
                    line=int(line) if line.isdigit() else 0,
                    column="",
                    problem=error.problem,
                    next_step=error.next_step,
                    code="unreadable",
                )
            )
            continue
        here = [*faults]
        for term in found:
            here += [*_ordinary(term), *_alike(term)]
        problems += sorted(here, key=lambda p: p.line)
        terms += found
    problems += _clashes(terms)
    if corpus is not None:
        problems += _unseen(terms, corpus)
    return tuple(problems)
