"""Terminology metrics, from the occurrences that the segment table records.

Sources of the formulas:

* exact-match accuracy, window overlap, 1 - TERm: Alam et al. 2021, "On the Evaluation of
  Machine Translation for Terminology Consistency", arXiv 2106.11891, section 3, and the
  WMT21 terminology task;
* success rate (tracks 1 and 2) and consistency (first or most frequent rendering, micro
  and macro): the WMT25 terminology task's evaluation scripts.

Where this differs from the published scripts: forms are matched at word boundaries (the
scripts match substrings, so that "AI" is found in "said"); lemmas come from simplemma, not
stanza; the WMT21 script prints nothing for English, so its numbers cannot be compared.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.records import TermResult, Translation

_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCount:
    """One glossary term over the whole run."""

    term: str
    expected: tuple[str, ...]
    occurrences: int
    satisfied: int
    renderings: tuple[tuple[str, int], ...]  # accepted forms found, most frequent first
    rungs: tuple[tuple[str, int], ...]
    over_use: int  # accepted forms in the output beyond the occurrences in the source

    @property
    def violated(self) -> int:
        """Occurrences without an accepted form."""
        return self.occurrences - self.satisfied


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMetrics:
    """Terminology figures of a run. Rates lie in 0 to 1; None where nothing was counted."""

    occurrences: int
    satisfied: int
    violated: int
    accuracy: float | None  # satisfied / occurrences, as the glossary stage judged
    exact_match: float | None  # WMT21: listed forms only, case-sensitive
    success_rate: float | None  # WMT25 track 1: surface or lemma, lower-cased
    document_success_rate: float | None  # WMT25 track 2: mean of min(target / source, 1)
    consistency_first_micro: float | None
    consistency_first_macro: float | None
    consistency_frequent_micro: float | None
    consistency_frequent_macro: float | None
    over_use: int
    over_use_rate: float | None  # over_use / occurrences
    forbidden: int  # forbidden forms that stand in the output
    by_rung: tuple[tuple[str, int], ...]  # occurrences by the rung that settled them
    terms: tuple[TermCount, ...]  # worst first: violations, then frequency


@lru_cache(maxsize=4096)
def _form_pattern(form: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE if ignore_case else 0)


def count_forms(text: str, forms: Iterable[str], *, ignore_case: bool = True) -> int:
    """Count the places where one of ``forms`` stands, longest first, none counted twice."""
    taken: list[tuple[int, int]] = []
    for form in sorted({form for form in forms if form}, key=len, reverse=True):
        for match in _form_pattern(form, ignore_case).finditer(text):
            start, end = match.span()
            if all(end <= a or b <= start for a, b in taken):
                taken.append((start, end))
    return len(taken)


def exact_matches(target: str, wanted: Sequence[Sequence[str]]) -> list[bool]:
    """Say for each occurrence whether one of its forms stands in the target.

    WMT21's exact match: each position of the target serves one occurrence only.

    Args:
        target: the translation.
        wanted: for each occurrence its accepted forms, preferred first.
    """
    used: set[int] = set()
    results = []
    for forms in wanted:
        start = next(
            (
                match.start()
                for form in forms
                if form
                for match in _form_pattern(form, False).finditer(target)
                if match.start() not in used
            ),
            None,
        )
        if start is not None:
            used.add(start)
        results.append(start is not None)
    return results


@lru_cache(maxsize=50_000)
def _lemma(word: str) -> str:
    import simplemma

    return str(simplemma.lemmatize(word, lang="en")).lower()


def _lemmas(text: str) -> str:
    return f" {' '.join(_lemma(word) for word in _WORD.findall(text))} "


def success_rate(target: str, forms: Iterable[str], *, lemmas: str | None = None) -> bool:
    """Say whether a form stands in the target, lower-cased, as it is or by its lemmas.

    Args:
        target: the translation.
        forms: accepted forms.
        lemmas: the target's lemmas where the caller has them already.
    """
    forms = [form for form in forms if form]
    if any(_form_pattern(form, True).search(target) for form in forms):
        return True
    lemmas = _lemmas(target) if lemmas is None else lemmas
    return any(_lemmas(form) in lemmas for form in forms)


def _rendering(term: TermResult) -> str:
    """Give the form found, by its lemmas, so that a plural is no inconsistency."""
    return _lemmas(term.found).strip() if term.satisfied and term.found else ""


@dataclass(slots=True)
class _Tally:
    """What is counted for one term while rows pass by."""

    expected: tuple[str, ...]
    occurrences: int = 0
    satisfied: int = 0
    over_use: int = 0
    first: str = ""


class TermTally:
    """Collects terminology counts row by row, so that a table need not be held at once."""

    def __init__(self) -> None:
        self._terms: dict[str, _Tally] = {}
        self._found: dict[str, Counter[str]] = defaultdict(Counter)
        self._rendered: dict[str, Counter[str]] = defaultdict(Counter)
        self._term_rungs: dict[str, Counter[str]] = defaultdict(Counter)
        self._rungs: Counter[str] = Counter()
        self._exact = 0
        self._pairs = 0  # segment × distinct term, as track 1 counts
        self._pairs_matched = 0
        self._in_document: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._forbidden = 0

    def add(self, row: Translation) -> None:
        """Count one segment."""
        wanted = [term for term in row.terms if not term.forbidden]
        self._forbidden += sum(t.forbidden and not t.satisfied for t in row.terms)
        self._exact += sum(exact_matches(row.target, [t.expected for t in wanted]))
        lemmas: str | None = None
        distinct: dict[str, int] = {}
        for term in wanted:
            tally = self._terms.setdefault(term.occurrence.term, _Tally(expected=term.expected))
            tally.occurrences += 1
            tally.satisfied += term.satisfied
            rendering = _rendering(term)
            tally.first = tally.first or rendering
            self._rendered[term.occurrence.term][rendering] += 1
            if term.satisfied and term.found:
                self._found[term.occurrence.term][term.found] += 1
            self._term_rungs[term.occurrence.term][term.rung] += 1
            self._rungs[term.rung] += 1
            distinct[term.occurrence.term] = distinct.get(term.occurrence.term, 0) + 1
        for name, sources in distinct.items():
            forms = self._terms[name].expected
            if lemmas is None:
                lemmas = _lemmas(row.target)
            self._pairs += 1
            self._pairs_matched += success_rate(row.target, forms, lemmas=lemmas)
            counts = self._in_document[row.doc_id, name]
            counts[0] += sources
            counts[1] += count_forms(row.target, forms)

    def add_over_use(self, row: Translation) -> None:
        """Count accepted forms beyond the occurrences; after every row was added once.

        A form of one term may be a form of another (or a part of it): what any term of
        the segment allows is allowed.
        """
        here = Counter(term.occurrence.term for term in row.terms if not term.forbidden)
        folded = row.target.casefold()
        allowed = {form for name in here for form in self._terms[name].expected}
        for name, tally in self._terms.items():
            forms = [f for f in tally.expected if f and f.casefold() in folded]
            if not forms:
                continue
            if not here[name] and any(f in other for f in forms for other in allowed):
                continue
            tally.over_use += max(0, count_forms(row.target, forms) - here[name])

    def result(self) -> TermMetrics:
        """Compute the figures from what was added."""
        occurrences = sum(t.occurrences for t in self._terms.values())
        satisfied = sum(t.satisfied for t in self._terms.values())
        over_use = sum(t.over_use for t in self._terms.values())
        rates = [
            min(targets / sources, 1.0)
            for sources, targets in self._in_document.values()
            if sources
        ]
        first = {name: t.first for name, t in self._terms.items()}
        frequent = {name: _most_frequent(self._rendered[name]) for name in self._terms}
        first_micro, first_macro = self._consistency(first)
        frequent_micro, frequent_macro = self._consistency(frequent)
        counts = [
            TermCount(
                term=name,
                expected=t.expected,
                occurrences=t.occurrences,
                satisfied=t.satisfied,
                renderings=tuple(self._found[name].most_common()),
                rungs=tuple(self._term_rungs[name].most_common()),
                over_use=t.over_use,
            )
            for name, t in self._terms.items()
        ]
        return TermMetrics(
            occurrences=occurrences,
            satisfied=satisfied,
            violated=occurrences - satisfied,
            accuracy=_rate(satisfied, occurrences),
            exact_match=_rate(self._exact, occurrences),
            success_rate=_rate(self._pairs_matched, self._pairs),
            document_success_rate=sum(rates) / len(rates) if rates else None,
            consistency_first_micro=first_micro,
            consistency_first_macro=first_macro,
            consistency_frequent_micro=frequent_micro,
            consistency_frequent_macro=frequent_macro,
            over_use=over_use,
            over_use_rate=_rate(over_use, occurrences),
            forbidden=self._forbidden,
            by_rung=tuple(self._rungs.most_common()),
            terms=tuple(sorted(counts, key=lambda c: (-c.violated, -c.occurrences, c.term))),
        )

    def _consistency(self, wanted: dict[str, str]) -> tuple[float | None, float | None]:
        """Share of occurrences rendered like the term's pseudo-reference: micro, macro."""
        shares = []
        same = total = 0
        for name, rendering in wanted.items():
            counts = self._rendered[name]
            hits = counts[rendering] if rendering else 0
            same += hits
            total += counts.total()
            shares.append(hits / counts.total())
        return _rate(same, total), sum(shares) / len(shares) if shares else None


def _most_frequent(renderings: Counter[str]) -> str:
    return max(((count, text) for text, count in renderings.items() if text), default=(0, ""))[1]


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
