"""Checks that need more than one segment: consistency across the whole run."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.quality.checks.document import DOCUMENT_CHECKS, DocumentChecks
from pipeline.quality.checks.pair import make_finding, words

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

CORPUS_CHECKS = {
    "two-translations": ("Two translations", "One source is translated in two ways."),
    "shared-translation": (
        "Shared translation",
        "Two different sources have the very same translation.",
    ),
    **DOCUMENT_CHECKS,
}
"""Name → title and explanation."""

_FEWEST_WORDS = 3  # "Lire la suite" may well read two ways


def _key(text: str) -> bytes:
    """Name a text by its words and numbers: case, spaces and punctuation do not count."""
    plain = " ".join(word.casefold() for word in words(text.replace("’", "'")))
    numbers = " ".join(part for part in text.split() if any(c.isdigit() for c in part))
    return blake2b(f"{plain}|{numbers}".encode(), digest_size=8).digest()


class CorpusChecks:
    """Takes in rows one by one; each finding names the earlier row that it disagrees with.

    Memory: two hashes and a place per segment, not the texts.

    Args:
        names: which of `CORPUS_CHECKS` to run.
    """

    def __init__(self, names: Collection[str] = tuple(CORPUS_CHECKS)) -> None:
        self._names = frozenset(names)
        self._within = DocumentChecks() if self._names & DOCUMENT_CHECKS.keys() else None
        self._by_source: dict[bytes, tuple[bytes, str]] = {}
        self._by_target: dict[bytes, tuple[bytes, str]] = {}

    def add(
        self, pair: Pair, place: str, *, document: str = "", paragraph: int = 0
    ) -> tuple[Finding, ...]:
        """Take in the next row.

        Args:
            pair: what the row says.
            place: how messages name it later.
            document: that it stands in; the rows of one come one after the other. Lines of
                which that is not known are no document.
            paragraph: of the document.
        """
        pair = pair.cut()
        found = self._across(pair, place)
        if document and self._within is not None:
            within = self._within.add(pair, document, paragraph, place)
            found += tuple(f for f in within if f.check in self._names)
        return found

    def _across(self, pair: Pair, place: str) -> tuple[Finding, ...]:
        if len(words(pair.source)) < _FEWEST_WORDS or not pair.target.strip():
            return ()
        source, target = _key(pair.source), _key(pair.target)
        findings = []
        other, where = self._by_source.setdefault(source, (target, place))
        if other != target and "two-translations" in self._names:
            findings.append(
                make_finding(
                    "two-translations",
                    "warning",
                    f"the same source is translated otherwise at {where}",
                )
            )
        if len(words(pair.target)) >= _FEWEST_WORDS:
            other, where = self._by_target.setdefault(target, (source, place))
            if other != source and "shared-translation" in self._names:
                findings.append(
                    make_finding(
                        "shared-translation",
                        "warning",
                        f"another source has this very translation at {where}",
                    )
                )
        return tuple(findings)
