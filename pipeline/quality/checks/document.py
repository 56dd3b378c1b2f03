"""Checks that need a whole document: one name, one spelling; one person, one gender."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from pipeline.quality.checks.meaning import phonetic
from pipeline.quality.checks.pair import fold, known_english, known_french, make_finding, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

DOCUMENT_CHECKS = {
    "name-forms": (
        "One name, two spellings",
        "A document writes one name in two ways where the French writes it in one.",
    ),
    "gender": (
        "He and she",
        "A paragraph calls its only person he and she.",
    ),
}
"""Name → title and explanation."""

_NAME = re.compile(r"(?<![\w@#/.-])[A-ZÀ-ÖØ-Þ][^\W\d_]{3,}(?:-[A-ZÀ-ÖØ-Þ][^\W\d_]+)*(?![\w@/-])")
_QUOTED = re.compile(r"[«“\"][^«»“”\"]*[»”\"]")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+"
_PERSON = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s(?:{_CAPITAL}[\s-])*{_CAPITAL}|(?:{_CAPITAL}[\s-])+{_CAPITAL}"
)
_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof)\.?\s+")
_OPENS = re.compile(r"(?:^|[.!?:;…])\W*$")
_PRONOUN = re.compile(r"\b(?:(he|him|his|himself)|(she|her|hers|herself))\b", re.IGNORECASE)
_IMPERSONAL = re.compile(
    r"\b(?:s['’]|qu['’]|lorsqu['’]|puisqu['’])?il\s+(?:n['’]|s['’]|ne\s+)?(?:y\s+\w+|fau\w+|agi\w+|suffi\w+|import\w+|pleut)",
    re.IGNORECASE,
)
_IL = re.compile(r"\bil\b|\b\w+-(?:t-)?il\b", re.IGNORECASE)
_ELLE = re.compile(r"\belle\b", re.IGNORECASE)
_SIMILAR = 0.84
_LEAST = 5  # letters of a name whose forms may differ in letters
_PLACED = re.compile(
    r"\b(?:in|at|to|from|near|of|for|by|with|on|the|and)\s+(?:the\s+)?$", re.IGNORECASE
)


class DocumentChecks:
    """Takes in the rows of documents, one document after the other.

    Memory: the names of the document at hand and its last paragraph.
    """

    def __init__(self) -> None:
        self._document = ""
        self._forms: dict[str, tuple[str, str]] = {}  # name in the French → in English, and where
        self._told: set[tuple[str, str]] = set()
        self._paragraph = -1
        self._texts: list[Pair] = []

    def add(self, pair: Pair, document: str, paragraph: int, place: str) -> Iterator[Finding]:
        """Take in the next row; ``place`` is how messages name it later."""
        if document != self._document:
            self._document, self._paragraph = document, -1
            self._forms.clear()
            self._told.clear()
        if paragraph != self._paragraph:
            self._paragraph = paragraph
            self._texts = []
        yield from self._name_forms(pair, place)
        yield from self._gender(pair)

    def _name_forms(self, pair: Pair, place: str) -> Iterator[Finding]:
        theirs = {match[0]: match.span() for match in _NAME.finditer(pair.target)}
        ours = {match[0]: match.span() for match in _NAME.finditer(pair.source)}
        strange = [name for name in theirs if name not in ours]
        for name, (start, end) in ours.items():
            if known_french(name.lower()) or any(a < end and start < b for a, b in pair.term_spans):
                continue
            twins = [name] if name in theirs else [t for t in strange if _same_name(name, t)]
            if len(twins) != 1:
                continue
            form, where = self._forms.setdefault(name, (twins[0], place))
            if form != twins[0] and (name, twins[0]) not in self._told:
                self._told.add((name, twins[0]))
                yield make_finding(
                    "name-forms",
                    "warning",
                    f"“{twins[0]}” here, “{form}” at {where}: “{name}” in the source both times",
                    source=(start, end),
                    target=theirs[twins[0]],
                )

    def _gender(self, pair: Pair) -> Iterator[Finding]:
        before = _sexes(self._texts)
        self._texts.append(pair)
        if len(before) > 1 or len(_sexes(self._texts)) < 2 or not self._one_person():
            return
        said = [*_PRONOUN.finditer(_unquoted(pair.target))]
        first = next(iter(before), said[0].lastindex)
        match = next((m for m in said if m.lastindex != first), None)
        if match is not None:
            other = "he" if match.lastindex == 2 else "she"
            yield make_finding(
                "gender",
                "warning",
                f"“{match[0]}”, where the paragraph says “{other}” of its only person",
                target=match.span(),
            )

    def _one_person(self) -> bool:
        """Say whether the paragraph is about one named person, and nobody else is in it."""
        source = " ".join(_unquoted(pair.source) for pair in self._texts)
        target = " ".join(_unquoted(pair.target) for pair in self._texts)
        if _ELLE.search(source) and _IL.search(_IMPERSONAL.sub(" ", source)):
            return False
        people = {_TITLE.sub("", fold(match[0])) for match in _PERSON.finditer(target)}
        person = max(people, key=len, default="")
        if not person or not all(f" {person}".endswith(f" {name}") for name in people):
            return False
        rest = _PERSON.sub(" ", target)
        if {fold(word) for word in re.findall(r"[^\W\d_]+", rest)} & word_set("people"):
            return False
        alone = (
            match[0]
            for match in _NAME.finditer(rest)
            if not _PLACED.search(rest[: match.start()])
            and not (_OPENS.search(rest[: match.start()]) and known_english(match[0].lower()))
        )
        own = person.split()
        return all(fold(name) in own for name in alone) and own[-1] in fold(source)


def _sexes(pairs: list[Pair]) -> set[int]:
    return {m.lastindex or 0 for pair in pairs for m in _PRONOUN.finditer(_unquoted(pair.target))}


def _unquoted(text: str) -> str:
    """Blank out what is quoted: others are spoken of there."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def _same_name(name: str, twin: str) -> bool:
    """Say whether a word of the translation is a name of the source, spelt otherwise."""
    if twin.isupper() != name.isupper():
        return False
    a, b = fold(name), fold(twin)
    if a == b:
        return True
    if len(a) < _LEAST or a.removesuffix("s") == b.removesuffix("s") or a[0] != b[0]:
        return False
    if b.startswith(a[:-1]) and (len(b) > len(a) + 1 or re.search("(?:i|n)s?$", b)):
        return False  # Canada, Canadian; Pakistan, Pakistani
    return phonetic(name) == phonetic(twin) or (
        difflib.SequenceMatcher(None, a, b).ratio() >= _SIMILAR
    )
