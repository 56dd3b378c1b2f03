"""Seeing terms: in the French of a sentence, and their accepted forms in its English.

Enters: text and `Term` records. Leaves: spans. Nothing here changes a text. `normal` is text as
it is compared, with the word tables (``data/words.txt``); `french` the forms of a term,
`english` plurals, articles and capitals; `matcher` finds terms in French, `targets` accepted
forms in English, `suspects` the mistaken ones.
"""

from __future__ import annotations

from pipeline.glossary.match.english import (
    article_for,
    is_caps,
    pluralise,
    sentence_start,
    upper_first,
)
from pipeline.glossary.match.french import common_head
from pipeline.glossary.match.matcher import Matcher
from pipeline.glossary.match.normal import (
    common_french,
    common_start,
    compose,
    fold,
    not_prose,
    squash,
    words,
)
from pipeline.glossary.match.suspects import suspects
from pipeline.glossary.match.targets import Hit, Target, accepted, assign, find_form

__all__ = [
    "Hit",
    "Matcher",
    "Target",
    "accepted",
    "article_for",
    "assign",
    "common_french",
    "common_head",
    "common_start",
    "compose",
    "find_form",
    "fold",
    "is_caps",
    "not_prose",
    "pluralise",
    "sentence_start",
    "squash",
    "suspects",
    "upper_first",
    "words",
]
