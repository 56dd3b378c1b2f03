"""Expressions whose words don't give their sense: *jeter l'éponge* has no sponge in it.

``data/idioms.tsv`` was written by hand. A line holds the French, in lemmas, the English, and
the beginnings of words of which at least one stands in a translation that holds the sense.
Articles count for nothing, and up to two words (*a finalement jeté l'éponge*) may stand after
a verb or a reflexive pronoun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pipeline.lexicon import tables
from pipeline.records import Span

_WORD = re.compile(
    r"(?:[ldnmtsjc]|qu|jusqu|lorsqu|puisqu)'|[^\W\d_]+(?:-[^\W\d_]+)*", re.IGNORECASE
)
_ARTICLES = frozenset(["le", "la", "les", "l'", "un", "une"])
_PLAIN = {"du": "de", "des": "de", "d'": "de", "au": "à", "aux": "à", "qu'": "que"}
_POSSESSIVES = frozenset(
    ["mon", "ma", "mes", "ton", "ta", "tes", "son", "sa", "ses", "notre", "nos", "votre", "vos"]
) | {"leur", "leurs"}
_REFLEXIVES = frozenset(["se", "s'", "me", "m'", "te", "t'", "nous", "vous"])
_VERB = re.compile(r"SE|.*(?:er|ir|re|oir)")
_NO_VERBS = frozenset({"entre", "hors", "ordre", "lettre", "cheval"})
_PARTICIPLE = re.compile(r"(.{2,}?)(?:(é)|(u)|(i))e?s?")
_ENDINGS = {"é": ("er",), "u": ("re", "ir", "oir"), "i": ("ir",)}
_LOOSE = 2  # words that may stand after a verb or a reflexive pronoun


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """An expression of the list."""

    words: tuple[frozenset[str], ...]  # for each of its words, the lemmas that will do
    loose: tuple[bool, ...]  # for each, whether others may stand after it
    french: str
    english: str
    signs: re.Pattern[str]  # finds one of its words in English


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An expression that stands in a source."""

    span: Span
    idiom: Idiom

    def holds(self, target: str) -> bool:
        """Say whether a translation holds one of the words that show the sense."""
        return self.idiom.signs.search(target) is not None


@cache
def _idioms() -> dict[str, tuple[Idiom, ...]]:
    """Read the list: by each lemma that an expression may begin with."""
    found: dict[str, list[Idiom]] = {}
    text = files("pipeline.lexicon").joinpath("data/idioms.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        french, english, signs = line.split("\t")
        words = [_PLAIN.get(w, w) for w in french.split() if w not in _ARTICLES]
        idiom = Idiom(
            words=tuple(frozenset(word.split("/")) for word in words),
            loose=tuple(bool(_VERB.fullmatch(w)) and w not in _NO_VERBS for w in words),
            french=french,
            english=english,
            signs=re.compile(rf"\b(?:{'|'.join(map(_sign, signs.split('|')))})", re.IGNORECASE),
        )
        for first in idiom.words[0]:
            found.setdefault(first, []).append(idiom)
    return {first: tuple(idioms) for first, idioms in found.items()}


def _sign(sign: str) -> str:
    """Give the pattern of a beginning of a word; one that ends with a space is a whole word."""
    return re.escape(sign.strip()) + (r"\b" if sign.endswith(" ") else "")


@lru_cache(maxsize=64)
def idioms(source: str) -> tuple[Seen, ...]:
    """Find the listed expressions in a French sentence, the longest where some overlap."""
    words: list[frozenset[str]] = []
    places: list[tuple[int, int]] = []
    for match in _WORD.finditer(source.replace("’", "'")):
        word = _PLAIN.get(match[0].lower(), match[0].lower())
        if word not in _ARTICLES:
            words.append(_lemmas(word))
            places.append(match.span())
    seen: list[Seen] = []
    for at, lemmas in enumerate(words):
        for idiom in {i for lemma in lemmas for i in _idioms().get(lemma, ())}:
            last = _end(words, at, idiom)
            if last >= 0:
                span = Span(start=places[at][0], end=places[last][1])
                seen.append(Seen(span=span, idiom=idiom))
    seen.sort(key=lambda s: (s.span.start - s.span.end, s.span.start, s.idiom.french))
    chosen: list[Seen] = []
    for one in seen:
        if all(one.span.end <= c.span.start or c.span.end <= one.span.start for c in chosen):
            chosen.append(one)
    return tuple(sorted(chosen, key=lambda s: s.span.start))


def _lemmas(word: str) -> frozenset[str]:
    forms = {word, tables.lemma(word, "fr"), word.removesuffix("s"), word.removesuffix("x")}
    if found := _PARTICIPLE.fullmatch(word):
        vowel = found[2] or found[3] or found[4]
        forms.update(found[1] + ending for ending in _ENDINGS[vowel])
    if word in _POSSESSIVES:
        forms.add("POSS")
    if word in _REFLEXIVES:
        forms.add("SE")
    return frozenset(forms)


def _end(words: list[frozenset[str]], at: int, idiom: Idiom) -> int:
    """Give the place of the expression's last word if it begins at ``at``, else -1."""
    for number, wanted in enumerate(idiom.words[1:]):
        reach = 1 + (_LOOSE if idiom.loose[number] else 0)
        near = range(at + 1, min(at + 1 + reach, len(words)))
        at = next((i for i in near if not wanted.isdisjoint(words[i])), -1)
        if at < 0:
            return -1
    return at
