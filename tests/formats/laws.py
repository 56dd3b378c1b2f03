"""What holds for every format, said once: each law takes a sample and raises if it is broken."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from formats.marked import Marked, bag, collapsed, joined, marked, spelt
from formats.oracles import frame, read
from formats.samples.containers import unzipped
from pipeline.documents import Reading
from pipeline.records import Hypothesis, Rendering
from pipeline.translate.assembling import Assembly
from pipeline.translate.reading import Limits, Source, load_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from formats.samples import Sample

    Word = tuple[str, frozenset[str]]

ZIPPED = {"docx", "pptx", "odt", "odp", "epub", "xlsx"}
FLOWING = {"srt", "vtt"}
"""Formats in which a sentence may run over several texts: these are read as one."""
COLLAPSING = {"html", "xhtml", "epub", "ipynb", *FLOWING}
"""Formats in which blanks are one space, to those who look at the page."""
BILINGUAL = {"xlf", "po"}
"""Formats that hold the source too: a translation is added to it."""

_MAY_CHANGE = {  # parts of a container that hold prose; all others are the same bytes
    "docx": r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
    r"|docProps/core\.xml",
    "pptx": r"ppt/(slides/slide\d+|notesSlides/notesSlide\d+|charts/chart\d+|comments/.+"
    r"|diagrams/(data|drawing)\d+)\.xml|docProps/core\.xml",
    "odt": r"content\.xml|meta\.xml|styles\.xml",
    "odp": r"content\.xml|meta\.xml|styles\.xml",
    "epub": r".*\.(xhtml|html|opf|ncx)",
    "xlsx": r"xl/(sharedStrings|worksheets/sheet\d+)\.xml",
}
_SMALL = {"LE", "LA", "L", "LES", "UN", "UNE", "DES", "DU", "CE", "CETTE", "SES", "SON", "SA"}
_SMALL |= {"MON", "NOTRE", "DANS", "SOUS", "SANS", "DEPUIS", "POUR", "AVEC", "AVANT"}
_LANGUAGE = re.compile(
    rb"<dc:language\b[^>]*>[^<]*</dc:language>|\b(?:xml:lang|lang|content|fo:language|fo:country|"
    rb"w:val|w:eastAsia|w:bidi)=(?:\"[\w-]*\"|'[\w-]*'|[\w-]+)"
)


# --- engines and the way through the product -----------------------------------------


def shout(source: str) -> str:
    """Keep the words' order."""
    return source.upper()


def shout_backwards(source: str) -> str:
    """Turn the words' order round; the stop stays at the end."""
    words, stop = re.fullmatch(r"(.*?)([.!?…]*)", source, re.DOTALL).groups()
    return " ".join(reversed(words.split())).upper() + stop


def translated(sample: Sample, answer: Callable[[str], str]) -> bytes:
    """Give a sample's translation by an engine that answers so; nothing but placing happens."""
    name = sample.file_name
    source = Source(path=Path(name), doc_id=name, output="out", size=len(sample.data))
    limits = Limits(tokens=10**9, measure=lambda texts: [1] * len(texts), file_bytes=0)
    reading = Reading(columns=sample.columns)
    loaded = load_bytes(sample.data, source, limits, reading=reading)
    assembly = Assembly(loaded, lambda pieces: [answer(piece) for piece in pieces])
    for segment in loaded.segments:
        said = answer(segment.source)
        assembly.add(
            [
                Rendering(
                    draft=said,
                    target=said,
                    engine="fake",
                    fingerprint="",
                    score=None,
                    hypotheses=(Hypothesis(text=said, score=None),),
                )
            ]
        )
    return assembly.data()


# --- what is compared ----------------------------------------------------------------


def expected(sample: Sample, change: Callable[[Marked], Marked]) -> list[Marked]:
    """Give what a person must see in a sample's translation."""
    return normal(sample.format, [change(marked(text)) for text in sample.texts])


def normal(format: str, texts: Iterable[Marked]) -> list[Marked]:
    """Make texts comparable: blanks as the format has them, an order that means nothing."""
    texts = [spelt(text) for text in texts]
    if format in FLOWING:
        texts = [joined(texts)]
    if format in COLLAPSING:
        texts = [collapsed(text) for text in texts]
    return sorted(texts, key=lambda text: text.text)


def same(wanted: Iterable[object], found: Iterable[object]) -> None:
    """Hold that all that is wanted is found and nothing else, in any order."""
    want, have = Counter(wanted), Counter(found)
    lines = [f"missing: {item!r}" for item in (want - have).elements()]
    lines += [f"too much: {item!r}" for item in (have - want).elements()]
    assert not lines, "\n".join(lines).replace("frozenset", "")


def seen(sample: Sample, data: bytes) -> list[Marked]:
    """Give what the oracle reads in a sample's translation."""
    return normal(sample.format, read(sample.format, data))


# --- the laws ------------------------------------------------------------------------


def nothing_changes_but_the_language(sample: Sample) -> None:
    """Law 1: an engine that gives its input back gives the file back."""
    result = translated(sample, lambda source: source)
    if sample.format in ZIPPED:
        before, after = unzipped(sample.data), unzipped(result)
        assert list(after) == list(before)
        changed = [n for n in before if without_language(before[n]) != without_language(after[n])]
        assert changed == []
    elif sample.format not in BILINGUAL:
        assert without_language(result) == without_language(sample.data)


def other_parts_are_untouched(sample: Sample) -> None:
    """Law 2: parts without prose are the same bytes, and so is all that must stay."""
    result = translated(sample, shout)
    before, after = parts(sample, sample.data), parts(sample, result)
    assert list(after) == list(before)
    may_change = re.compile(_MAY_CHANGE.get(sample.format, ".*"))
    changed = [n for n in before if without_language(before[n]) != without_language(after[n])]
    assert [n for n in changed if not may_change.fullmatch(n)] == []
    old, new = b"\n".join(before.values()), b"\n".join(after.values())
    assert frame(sample.format, result) == frame(sample.format, sample.data)
    lost = {raw: (old.count(raw.encode()), new.count(raw.encode())) for raw in sample.kept}
    assert {raw: counts for raw, counts in lost.items() if counts[0] != counts[1]} == {}


def each_text_is_translated_once(sample: Sample) -> None:
    """Law 3: what a person sees is what was said, each of it once and nothing in French."""
    found = seen(sample, translated(sample, shout))
    wanted = expected(sample, Marked.shouted)
    same([t.text for t in wanted], [t.text for t in found])


def looks_are_on_the_same_words(sample: Sample) -> None:
    """Law 5: each word has the look that it had, wherever the translation puts it."""
    wanted = expected(sample, Marked.shouted)
    found = seen(sample, translated(sample, shout))
    same([tuple(t.words) for t in wanted], [tuple(t.words) for t in found])


def looks_go_with_the_words(sample: Sample) -> None:
    """Law 5: also where the translation turns their order round."""
    same(*(words.elements() for words in turned_round(sample)))


def turned_round(sample: Sample) -> tuple[Counter[Word], Counter[Word]]:
    """Give the words with their looks that are wanted and those found where the order is turned.

    Articles and prepositions are left out: no language that people translate into has them
    after their noun, where a look that ends with the noun would have to reach on.
    """
    wanted = bag(expected(sample, Marked.shouted))
    found = bag(seen(sample, translated(sample, shout_backwards)))
    for words in (wanted, found):
        for word in [pair for pair in words if pair[0] in _SMALL]:
            del words[word]
    return wanted, found - Counter(
        {word: n for word, n in (found - wanted).items() if not word[1]}  # of a name torn apart
    )


def without_language(data: bytes) -> bytes:
    """Drop what names a language."""
    return _LANGUAGE.sub(b"", data)


def parts(sample: Sample, data: bytes) -> dict[str, bytes]:
    """Give the parts of a container, or the file as its only one."""
    return unzipped(data) if sample.format in ZIPPED else {"": data}
