"""What French words usually become: coverage of a pair, words without counterpart, hints.

A form check cannot see a wrong sense in good English. Counts over aligned sentences can:
they know that *pépite* becomes "nugget" or "gem", and that "pitfall" is neither.
"""

from pipeline.lexicon.covering import WEIGHT, Coverage, Unmatched, coverage, hints
from pipeline.lexicon.linking import Links, link
from pipeline.lexicon.senses import missing
from pipeline.lexicon.tables import is_word

__all__ = [
    "WEIGHT",
    "Coverage",
    "Links",
    "Unmatched",
    "coverage",
    "hints",
    "is_word",
    "link",
    "missing",
]
