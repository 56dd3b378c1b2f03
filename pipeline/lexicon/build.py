"""Build the lexicon that ships: ``python -m pipeline.lexicon.build SOURCE TARGET``.

SOURCE is a folder with ``lexicon.tsv.gz`` (French lemma, times seen, ``English:share`` …)
and ``english.tsv.gz`` (English lemma, times seen); TARGET is ``data/fr-en.lexicon.gz``
of this package. The lemmas of forms are simplemma's, looked up here once: its
dictionaries take 0.8 seconds and 54 MB to load, the lists written here a twentieth of it.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, PasserelleError
from pipeline.fsio import atomic_write

if TYPE_CHECKING:
    from collections.abc import Iterable


def _rows(path: Path) -> list[list[str]]:
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (OSError, EOFError, ValueError) as error:
        raise InputError(
            f"the counts cannot be read: {error}",
            place=str(path),
            next_step="give the folder with lexicon.tsv.gz and english.tsv.gz",
        ) from error
    return [line.split("\t") for line in lines]


def _forms(language: str, known: set[str]) -> Iterable[str]:
    """Give the lines of forms whose lemma differs, where the lexicon knows one of the two."""
    import simplemma
    from simplemma.strategies.dictionaries.dictionary_factory import DEFAULT_DICTIONARY_FACTORY

    dictionary = DEFAULT_DICTIONARY_FACTORY.get_dictionary(language)
    candidates = {
        form.lower()
        for form in dictionary
        if form.lower() in known or dictionary[form].lower() in known
    }
    for form in candidates | known:
        lemma = simplemma.lemmatize(form, lang=language).lower()
        if lemma != form and not known.isdisjoint((form, lemma)) and not set(form) & set(" \t\n"):
            yield f"{form}\t{lemma}"


def build(source: Path) -> bytes:
    """Give the contents of ``fr-en.lexicon.gz``.

    Raises:
        InputError: the counts cannot be read.
    """
    french: list[str] = []
    origins: defaultdict[str, dict[str, float]] = defaultdict(dict)
    seen_french = 0
    lemmas = set()
    for lemma, seen, *pairs in _rows(source / "lexicon.tsv.gz"):
        cells = [lemma, seen]
        for pair in pairs:
            word, _, share = pair.rpartition(":")
            cells += [word, str(round(float(share) * 1000))]
            origins[word][lemma] = float(share) * int(seen)
        french.append("\t".join(cells))
        lemmas.add(lemma)
        seen_french += int(seen)
    counts = {lemma: int(seen) for lemma, seen in _rows(source / "english.tsv.gz")}
    english = []
    for word in counts.keys() | origins.keys():
        links = origins.get(word, {})
        total = sum(links.values())
        best = max(links, key=lambda lemma: (links[lemma], lemma), default="")
        thousandths = round(1000 * links[best] / total) if best else 0
        english.append(f"{word}\t{counts.get(word, 0)}\t{total:.2f}\t{best}\t{thousandths}")
    lists = [
        "\n".join(sorted(lines)).encode()
        for lines in (
            french,
            english,
            _forms("fr", lemmas),
            _forms("en", counts.keys() | origins.keys()),
        )
    ]
    numbers = (seen_french, sum(counts.values()), *(len(lines) + 1 for lines in lists))
    head = "\t".join(map(str, numbers)).encode()
    # A list's size counts the line break before it.
    text = b"\n\n".join((head, *lists)) + b"\n"
    return gzip.compress(text, compresslevel=9, mtime=0)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.lexicon.build")
    parser.add_argument("source", type=Path, help="the folder with the counts")
    parser.add_argument("target", type=Path, help="the file to write")
    arguments = parser.parse_args()
    try:
        data = build(arguments.source)
        atomic_write(arguments.target, data)
    except PasserelleError as error:
        sys.exit(str(error))
    print(f"{arguments.target}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
