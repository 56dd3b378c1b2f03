"""Build what the check ``meaning`` looks up.

``python -m pipeline.lexicon.build_senses PAIRS WORDNET TARGET``: PAIRS is a gzipped file of
JSON lines ``[French, English, …]``, WORDNET the folder ``dict`` of Princeton WordNet 3.0
(``data.noun`` and so on), TARGET is ``data/senses.xz`` of this package.

A French lemma is taken up where it is rare and has a likely English. Its line holds what may
stand for it: the English that it was counted with, what WordNet puts within two steps of
that, and what stands unusually often beside it in the pairs. A lemma that keeps missing
these in pairs by human translators is left out: it is rendered freely.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, PasserelleError
from pipeline.fsio import atomic_write
from pipeline.lexicon import tables
from pipeline.lexicon.covering import STRAIGHT, WORDS, rarity
from pipeline.lexicon.senses import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RARE, _SEEN = 6.0, 3  # nats of weight, times: so 3 to 259 of 5.7 million words
_LIKELY = 0.25  # share that the likeliest English must have
_SAID = 0.1  # share from which on an English lemma's WordNet neighbours count
_BESIDE, _TIMES = 10.0, 3  # how much oftener than by chance, in how many pairs
_COMMON = 0.01  # an English word in more of the pairs than this explains nothing
_FREE = 0.03  # share of pairs without any of it from which on a lemma is left out

_SPECIFIC = 12  # links of a WordNet entry through which a second step is taken
_MANY = 40  # links of an entry from which on its kinds say nothing (kinds of person)
_POINTERS = {"@", "@i", "~", "~i", "+", "\\", "=", "<", "&", "^", "$", "*", ">"}
_STEPS = {"@": "@~", "~": "~", "+": "+&@~\\", "&": "+&@~\\", "\\": "+&@~\\", "=": "+&@~\\"}

_Row = tuple[str, frozenset[str]]  # a French lemma, the English words of the pair


def _words(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Give the words of a text that are no names, with their lemmas."""
    for place, word in enumerate(WORDS[language].findall(text.translate(STRAIGHT))):
        if len(word) > 1 and not (language == "fr" and place and word[0].isupper()):
            yield word.lower(), tables.lemma(word.lower(), language)


def _read_pairs(path: Path, wanted: set[str]) -> tuple[list[_Row], Counter[str], int]:
    """Give the rows of the wanted lemmas, in how many pairs each English word stands, and all."""
    rows: list[_Row] = []
    seen: Counter[str] = Counter()
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            french, english, *_ = json.loads(line)
            count += 1
            target = set()
            for word, lemma in _words(english, "en"):
                target |= {word, lemma, *(tables.lemma(part, "en") for part in word.split("-"))}
            seen.update(target)
            for lemma in {lemma for _, lemma in _words(french, "fr")} & wanted:
                rows.append((lemma, frozenset(target)))
    return rows, seen, count


class _WordNet:
    """Which words stand within two steps of one another."""

    def __init__(self, folder: Path) -> None:
        self._words: dict[str, list[str]] = {}
        self._links: dict[str, list[tuple[str, str]]] = {}
        self._synsets: defaultdict[str, list[str]] = defaultdict(list)  # keys: part of speech first
        for name in ("noun", "verb", "adj", "adv"):
            for line in (folder / f"data.{name}").read_text("latin-1").splitlines():
                if not line.startswith(" "):
                    self._add(line.partition(" | ")[0].split())

    def _add(self, cells: list[str]) -> None:
        key = cells[2].replace("s", "a") + cells[0]
        after = 4 + 2 * int(cells[3], 16)
        words = [cell.partition("(")[0].lower() for cell in cells[4:after:2]]
        self._words[key] = [word for word in words if "_" not in word]
        for word in words:
            self._synsets[word].append(key)
        pointers = cells[after + 1 : after + 1 + 4 * int(cells[after])]
        self._links[key] = [
            (mark[0], kind.replace("s", "a") + offset)
            for mark, offset, kind in zip(*(pointers[i::4] for i in range(3)), strict=True)
            if mark in _POINTERS
        ]

    def is_thing(self, word: str) -> bool:
        """Say whether a word is a noun and nothing else."""
        return {key[0] for key in self._synsets.get(word, ())} == {"n"}

    def near(self, word: str) -> Iterator[str]:
        """Give synonyms, what a link leads to, and a second step where it keeps to the sense."""
        for key in self._synsets.get(word, ()):
            yield from self._words[key]
            for mark, other in self._links[key]:
                if mark == "~" and len(self._links[key]) > _MANY:
                    continue
                yield from self._words[other]
                if len(self._links[other]) <= _SPECIFIC:
                    for second, third in self._links[other]:
                        if second in _STEPS.get(mark, ""):
                            yield from self._words[third]


def build(pairs: Path, wordnet: Path) -> bytes:
    """Give the contents of ``senses.xz``.

    Raises:
        InputError: the pairs or WordNet cannot be read.
    """
    lemmas = {
        lemma: entry
        for lemma, entry in tables.all_french()
        if len(lemma) > 2
        and entry.seen >= _SEEN
        and max(entry.english.values()) >= _LIKELY
        and rarity(entry.seen, tables.totals()[0]) > _RARE
    }
    try:
        net = _WordNet(wordnet)
        rows, seen, count = _read_pairs(pairs, set(lemmas))
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise InputError(
            f"the pairs or WordNet cannot be read: {error}",
            place=f"{pairs}, {wordnet}",
            next_step="give a .jsonl.gz of pairs and the folder with data.noun",
        ) from error
    common = {word for word, times in seen.items() if times > _COMMON * count}
    good = {word for word, times in seen.items() if times > 1} - common
    met = Counter(lemma for lemma, _ in rows)
    beside: Counter[tuple[str, str]] = Counter()
    for lemma, target in rows:
        beside.update((lemma, word) for word in target & good)
    near = cache(lambda word: {stem(other) for other in net.near(word) if other in good})
    stems = {}
    for lemma, entry in lemmas.items():
        stems[lemma] = {stem(word) for word in (lemma, *entry.english)}.union(
            *(near(word) for word, share in entry.english.items() if share >= _SAID)
        )
    for (lemma, word), times in beside.items():
        if times >= _TIMES and times * count >= _BESIDE * met[lemma] * seen[word]:
            stems[lemma].add(stem(word))
    free: Counter[str] = Counter()
    for lemma, target in rows:
        if stems[lemma].isdisjoint(map(stem, target)):
            free[lemma] += 1
    kept = {lemma for lemma in met if (free[lemma] + 0.3) / (met[lemma] + 10) < _FREE}
    things = {lemma for lemma in kept if net.is_thing(next(iter(lemmas[lemma].english)))}
    return _written({lemma: found for lemma, found in stems.items() if lemma in kept}, things)


def _written(stems: dict[str, set[str]], things: set[str]) -> bytes:
    """Give the file: a line of all stems; lemma, whether it is a thing, places of its stems.

    Each place but the first is written as its distance from the one before it.
    """
    known = sorted(set().union(*stems.values()))
    places = {found: place for place, found in enumerate(known)}
    lines = []
    for lemma in sorted(stems):
        steps = _steps(sorted(places[found] for found in stems[lemma]))
        lines.append(f"{lemma}\t{lemma in things:d}\t{' '.join(steps)}")
    return lzma.compress("\n".join((" ".join(known), *lines)).encode(), preset=6)


def _steps(places: Iterable[int]) -> Iterator[str]:
    before = 0
    for place in places:
        yield str(place - before)
        before = place


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.lexicon.build_senses")
    parser.add_argument("pairs", type=Path, help="JSON lines [French, English, …], gzipped")
    parser.add_argument("wordnet", type=Path, help="the folder dict of WordNet 3.0")
    parser.add_argument("target", type=Path, help="the file to write")
    arguments = parser.parse_args()
    try:
        data = build(arguments.pairs, arguments.wordnet)
        atomic_write(arguments.target, data)
    except PasserelleError as error:
        sys.exit(str(error))
    print(f"{arguments.target}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
