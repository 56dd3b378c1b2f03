"""The term base: every row of every layer, ready for use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError
from pipeline.glossary.file import read_sheet, read_terms
from pipeline.glossary.match import Matcher, fold
from pipeline.glossary.records import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.glossary.records import Matches, Term
    from pipeline.records import Span


class TermBase:
    """An immutable set of terms with its matcher.

    Args:
        terms: rows in order; later ones win where everything else is equal.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._matcher = Matcher(self.terms)
        self.fingerprint = (
            digest((i, *t.content(), t.priority) for i, t in enumerate(self.terms)) if terms else ""
        )

    @classmethod
    def empty(cls) -> TermBase:
        """Give a term base without terms: it touches nothing."""
        return cls(())

    def __len__(self) -> int:
        return len(self.terms)

    def match(self, source: str, *, protected: Sequence[Span] = ()) -> Matches:
        """See the terms of one sentence: its key, its occurrences, what `enforce` needs.

        Args:
            source: one sentence.
            protected: spans (code points of ``source``) that are not prose.
        """
        return self._matcher.match(source, protected)


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
            if not os.path.lexists(path):
                raise  # no row is to be mended
            faults.append(str(error))
            continue
        faults += [str(p) for p in problems if p.is_error]
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
