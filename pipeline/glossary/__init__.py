"""The glossary: a CSV that people edit, and a promise that is kept.

The room's face: read term bases, see terms in French, and make drafts hold the accepted
English forms, or name the violations.
"""

from __future__ import annotations

from pipeline.glossary.enforce import enforce, hints_for, replay, rewrite
from pipeline.glossary.output import write_terms_csv
from pipeline.glossary.records import MaskShape, Match, Matches, Term
from pipeline.glossary.termbase import TermBase, load_termbase

__all__ = [
    "MaskShape",
    "Match",
    "Matches",
    "Term",
    "TermBase",
    "enforce",
    "hints_for",
    "load_termbase",
    "replay",
    "rewrite",
    "write_terms_csv",
]
