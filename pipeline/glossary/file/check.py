"""Everything that can be wrong with glossary files, found before a run and by ``lint``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.file.rows import Problem, problem, read_terms
from pipeline.glossary.file.sheet import read_sheet
from pipeline.glossary.match import Matcher, Target, common_french, find_form, fold
from pipeline.glossary.records import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.glossary.records import Term

_MOST_FORMS = 40  # of a cell, that are compared with each other


def _warn(term: Term, column: str, kind: str, **values: str | int) -> Problem:
    file, _, line = term.place.rpartition(":")
    return problem(kind, file, int(line), column, **values)


def _ordinary(term: Term) -> Iterator[Problem]:
    if fold(term.source).text not in common_french() or term.status == "forbidden":
        return
    if term.source == term.source.casefold() or term.case == "ignore":
        yield _warn(term, "source", "ordinary-word", value=term.source)
    elif term.source != term.source.upper():
        yield _warn(term, "source", "name-is-word", value=term.source)


def _alike(term: Term) -> Iterator[Problem]:
    def found(form: str, inside: str) -> list[tuple[int, int]]:
        return find_form(Target.of(inside), form, case=term.case, inflect=term.inflect)

    for index, form in enumerate(term.targets[:_MOST_FORMS]):
        for earlier in term.targets[:index]:
            if (0, len(form)) in found(earlier, form):
                yield _warn(term, "target", "alike", value=form, other=earlier)
                break
    for wrong in term.wrong[:_MOST_FORMS]:
        for form in term.forms[:_MOST_FORMS]:
            if places := found(form, wrong):
                whole = (0, len(wrong)) in places
                kind = "wrong-is-accepted" if whole else "wrong-holds-accepted"
                yield _warn(term, "wrong", kind, value=wrong, other=form)
                break


def _clashes(terms: Sequence[Term]) -> Iterator[Problem]:
    """Find a row's wrong forms that another row wants to read."""
    wanted: dict[str, Term] = {}
    for term in terms:
        if term.status != "forbidden":
            for form in term.forms:
                wanted.setdefault(fold(form).text, term)
    for term in terms:
        for wrong in term.wrong:
            other = wanted.get(fold(wrong).text)
            if other is not None and other.source != term.source:
                said = {"value": wrong, "other": other.source, "place": other.place}
                yield _warn(term, "wrong", "wrong-is-other-target", **said)


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
            yield _warn(term, "source", "never-occurs", value=term.source)


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
            said = {"problem": error.problem, "step": error.next_step}
            at = int(line) if line.isdigit() else 0
            problems.append(problem("unreadable", str(path), at, **said))
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
