"""The term base: every row of every layer, ready for use."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.file.rows import read_terms
from pipeline.glossary.file.sheet import read_sheet
from pipeline.glossary.match.matcher import Matcher
from pipeline.glossary.match.normal import fold
from pipeline.records import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.glossary.records import Match, Matches, Term
    from pipeline.records import Span, Translation

__all__ = ["TermBase", "load_termbase", "occurrence_of"]

RULES = "2"
"""Raised when the ladder changes what it makes of the same row."""


def occurrence_of(match: Match) -> Occurrence:
    """Give the public record of a match."""
    return Occurrence(
        term=match.term.source,
        row=match.term.place,
        start=match.start,
        end=match.end,
        text=match.text,
    )


def _hash(contents: Iterable[object]) -> str:
    lines = sorted(json.dumps(c, ensure_ascii=False, default=list) for c in contents)
    return hashlib.sha256("\n".join((RULES, *lines)).encode()).hexdigest()


class TermBase:
    """An immutable set of terms with its matcher.

    Args:
        terms: rows in order; later ones win where everything else is equal.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._matcher = Matcher(self.terms)
        self.fingerprint = (
            _hash((i, *t.content(), t.priority) for i, t in enumerate(self.terms)) if terms else ""
        )

    @classmethod
    def empty(cls) -> TermBase:
        """Give a term base without terms: it touches nothing."""
        return cls(())

    def __len__(self) -> int:
        return len(self.terms)

    def match(self, source: str, *, protected: Sequence[Span] = ()) -> Matches:
        """Find terms with everything the matcher knows about them.

        Args:
            source: one sentence.
            protected: spans (code points of ``source``) that are not prose.
        """
        return self._matcher.match(source, protected)

    def find(self, source: str, *, protected: Sequence[Span] = ()) -> tuple[Occurrence, ...]:
        """Find the occurrences of terms in a sentence, in order, never overlapping.

        Args:
            source: one sentence.
            protected: spans (code points of ``source``) that are not prose.
        """
        return tuple(occurrence_of(m) for m in self.match(source, protected=protected).matches)

    def key(self, source: str, *, protected: Sequence[Span] = ()) -> str:
        """Hash what the glossary has to say about a sentence; "" where it has nothing.

        Two term bases that give the same key treat the sentence alike, so a finished
        translation may be used again. Editing a row changes the keys of the sentences that
        it touches and of no others; notes, domains and file names do not count.
        """
        seen = self.match(source, protected=protected)
        if not seen.matches and not seen.forbidden:
            return ""
        rows = [("match", m.start, m.end, *m.term.content()) for m in seen.matches]
        return _hash([*rows, *(("forbidden", *t.content()) for t in seen.forbidden)])

    def located(self, translation: Translation) -> Translation:
        """Name the rows of a remembered translation by where they stand now.

        A translation keeps its key, and stays in the memory, when its rows only moved in
        their file; the places in its term results are brought up to date here.
        """
        if not translation.terms:
            return translation
        places = {(t.source, t.status == "forbidden"): t.place for t in self.terms}
        terms = tuple(
            replace(t, occurrence=replace(t.occurrence, row=place))
            if (place := places.get((t.occurrence.term, not t.expected)))
            else t
            for t in translation.terms
        )
        return translation if terms == translation.terms else replace(translation, terms=terms)


def load_termbase(paths: Sequence[Path], *, domains: Sequence[str] = ()) -> TermBase:
    """Read glossary files in layers: a later file's row replaces an earlier one's.

    Args:
        paths: CSV files; none gives an empty term base.
        domains: keep rows without a domain and rows with one of these; all when empty.

    Raises:
        GlossaryError: a file cannot be read or has errors; all of them are listed.
    """
    wanted = {d.casefold() for d in domains}
    layers: list[list[Term]] = []
    faults: list[str] = []
    for path in paths:
        try:
            terms, problems = read_terms(read_sheet(path))
        except GlossaryError as error:
            faults.append(str(error))
            continue
        faults += [str(p) for p in problems if p.severity == "error"]
        layers.append([t for t in terms if not wanted or not t.domain or wanted & {*t.domain}])
    if faults:
        count = "an error" if len(faults) == 1 else f"{len(faults)} errors"
        raise GlossaryError(
            f"{count} in the glossary\n" + "\n".join(faults),
            place=", ".join(str(p) for p in paths),
            next_step="mend the rows named above; `passerelle glossary lint` shows them again",
        )
    return TermBase(_layered(layers))


def _layered(layers: Sequence[Sequence[Term]]) -> list[Term]:
    kept: list[Term] = []
    for layer in layers:
        replaced = {_identity(t) for t in layer}
        kept = [t for t in kept if _identity(t) not in replaced]
        kept.extend(layer)
    return kept


def _identity(term: Term) -> tuple[str, bool]:
    """Give what makes a later row replace an earlier one: the same source, folded by case."""
    name = term.source if any(c.isupper() for c in term.source) else fold(term.source).text
    return name, term.status == "forbidden"
