"""The counts on disk, and how a word is looked up in them.

``data/fr-en.lexicon.gz`` is text, written by :mod:`pipeline.lexicon.build`: a first line
with the words counted in French and in English and the size of each list, then four lists
of tab-separated lines, an empty line before each, sorted so that a lookup is a binary
search and nothing has to be parsed at the start:

- French lemma, times seen, then English lemma and share in thousandths, again and again;
- English lemma, times seen, links counted, likeliest French lemma, its share in thousandths;
- French form, its lemma; English form, its lemma, where the two differ.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "fr-en.lexicon.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class French:
    """A French lemma: how often it was seen, and what it became."""

    seen: int
    english: dict[str, float]  # English lemma → share of the links, likeliest first


@dataclass(frozen=True, slots=True, kw_only=True)
class English:
    """An English lemma: how often it was seen, and what it came from."""

    seen: int  # 0: only ever linked to
    links: float  # with French lemmas; 0: none
    french: str  # the likeliest French lemma; "" where there is none
    share: float  # of the links, that lemma's


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    totals: tuple[int, int]  # words counted: French, English
    data: bytes
    # For each list, where in data the line break before its first line and after its last is.
    french: tuple[int, int]
    english: tuple[int, int]
    forms: dict[str, tuple[int, int]]  # by language


@cache
def _lists() -> _Lists:
    place = files("pipeline.lexicon") / "data" / _FILE
    try:
        data = zlib.decompress(place.read_bytes(), wbits=31)
        end = data.index(b"\n")
        counted_french, counted_english, *sizes = map(int, data[:end].split())
        ends = [end := end + 1 + size for size in sizes]
        bounds = [(end - size, end) for end, size in zip(ends, sizes, strict=True)]
        if data[-1:] != b"\n" or ends[-1] != len(data) - 1:
            raise ValueError("it is cut short")
        french, english, french_forms, english_forms = bounds
        return _Lists(
            totals=(counted_french, counted_english),
            data=data,
            french=french,
            english=english,
            forms={"fr": french_forms, "en": english_forms},
        )
    except (OSError, zlib.error, ValueError, IndexError) as error:
        raise ModelDamaged(
            f"the lexicon that comes with passerelle cannot be read: {error}",
            place=str(place),
            next_step="install passerelle again",
        ) from error


def _cells(lines: tuple[int, int], key: str) -> list[str]:
    """Give the cells after ``key`` of its line, found by halving; none where it has none."""
    data, wanted = _lists().data, key.encode() + b"\t"
    low, high = lines  # two line breaks; the line is between them, if anywhere
    while low < high:
        middle = (low + high) // 2
        start = data.rfind(b"\n", low, middle + 1) + 1
        stop = data.find(b"\n", middle + 1)
        line = data[start:stop]
        if line.startswith(wanted):
            return line[len(wanted) :].decode().split("\t")
        if line < wanted:
            low = stop
        else:
            high = start - 1
    return []


@lru_cache(maxsize=131_072)
def is_word(word: str, language: str) -> bool:
    """Say whether simplemma's word list of a language, ``fr`` or ``en``, has a word."""
    import simplemma  # its dictionaries take half a second: only where a word must be judged

    return bool(simplemma.is_known(word, lang=language))


def totals() -> tuple[int, int]:
    """Give how many French and how many English words were counted.

    Raises:
        ModelDamaged: the data cannot be read.
    """
    return _lists().totals


@lru_cache(maxsize=16_384)
def french(lemma: str) -> French | None:
    """Look up a French lemma; None where the lexicon does not know it."""
    cells = _cells(_lists().french, lemma)
    if not cells:
        return None
    pairs = zip(cells[1::2], cells[2::2], strict=True)
    return French(seen=int(cells[0]), english={word: int(share) / 1000 for word, share in pairs})


def all_french() -> Iterator[tuple[str, French]]:
    """Give every French lemma with what is known of it."""
    lists = _lists()
    start, stop = lists.french
    for line in lists.data[start:stop].decode().split("\n"):
        if entry := french(lemma := line.partition("\t")[0]):
            yield lemma, entry


@lru_cache(maxsize=16_384)
def english(lemma: str) -> English | None:
    """Look up an English lemma; None where the lexicon does not know it."""
    cells = _cells(_lists().english, lemma)
    if not cells:
        return None
    seen, links, likeliest, share = cells
    return English(seen=int(seen), links=float(links), french=likeliest, share=int(share) / 1000)


@lru_cache(maxsize=65_536)
def lemma(word: str, language: str) -> str:
    """Give a lower-case word's lemma, as simplemma gave it when the lexicon was counted.

    Words whose lemma nothing in the lexicon depends on stay as they are.

    Args:
        word: lower-case, apostrophes straight.
        language: ``fr`` or ``en``.
    """
    forms = _lists().forms[language]
    if found := _cells(forms, word):
        return found[0]
    head, hyphen, last = word.rpartition("-")
    if not hyphen or (french if language == "fr" else english)(word):
        return word
    joined = word.replace("-", "")
    if found := _cells(forms, joined):
        return found[0]
    if (french if language == "fr" else english)(joined):
        return joined
    return head + hyphen + (_cells(forms, last) or [last])[0]
