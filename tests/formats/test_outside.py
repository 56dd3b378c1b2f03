"""Other people's programs judge translated documents, and write documents to be translated.

LibreOffice (``soffice``), ``pdftotext`` and ``epubcheck`` are asked where they are installed.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from html import escape
from pathlib import Path

import pytest

from formats import laws, office
from formats.marked import notation
from formats.oracles import read
from formats.samples import Sample, samples
from formats.samples.odp import Odp
from pipeline.documents import is_supported

pytestmark = pytest.mark.slow
SEED = Path(__file__).parents[2] / "seeds" / "musk-zuckerberg-openai.fr.txt"
needs_office = pytest.mark.skipif(
    not (office.OFFICE and office.PDFTOTEXT), reason="soffice or pdftotext is not installed"
)
needs_epubcheck = pytest.mark.skipif(not office.EPUBCHECK, reason="epubcheck is not installed")
PRINTED = ("docx", "pptx", "odt", "odp")


def _skip_unless_read(format: str) -> None:
    if not is_supported(f"a.{format}"):
        pytest.skip(f"the product reads no .{format} yet")


@needs_office
@pytest.mark.parametrize("format", PRINTED)
def test_libreoffice_prints_the_translation_as_it_prints_the_original(format):
    _skip_unless_read(format)
    files = {f"{s.name}.{format}": s.data for s in samples(format)}
    english = {f"{s.name}.{format}": laws.translated(s, laws.shout) for s in samples(format)}
    before, after = office.printed(files), office.printed(english)
    assert after.keys() == before.keys() == files.keys()
    # Capitals are wider: on a slide some letters of a line leave the page.
    cut = 0.15 if format in ("pptx", "odp") else 0.0
    for name, words in before.items():
        wanted, found = _shouted(words), _shouted(after[name])
        missed = (wanted - found) + (found - wanted)
        assert missed.total() <= cut * wanted.total(), name


def _shouted(words: list[str]) -> Counter[str]:
    """Count letters, not words: where a line or a word is cut is the printer's affair."""
    return Counter("".join(words).upper().replace("\u00ad", "").replace("\u2011", "-"))


@needs_epubcheck
@pytest.mark.parametrize("sample", samples("epub"), ids=lambda s: s.name)
def test_epubcheck_finds_nothing_in_the_translation(sample):
    _skip_unless_read("epub")
    assert office.complaints(laws.translated(sample, laws.shout)) == ""


# --- documents that LibreOffice writes -------------------------------------------------

WRITTEN = {  # format → what LibreOffice makes it of
    "docx": ("html", "odt"),
    "odt": ("html", "docx"),
    "pptx": ("odp",),
    "odp": ("pptx",),
    "epub": ("html", "odt", "docx"),
    "xlsx": ("csv",),
}

NOT_JUDGED = {("epub", "endnotes-of-docx")}
"""Its notes are marked with i and ii, which stay; the oracle takes them for words."""


@cache
def written(format: str) -> tuple[Sample, ...]:
    """Give documents of a format that LibreOffice made of the seed and of our samples."""
    found = []
    for origin in WRITTEN[format]:
        files = {f"{s.name}.{origin}": s.data for s in samples(origin)}
        files |= {f"seed.{origin}": data for data in _seed(origin)}
        for stem, data in office.converted(files, format).items():
            texts = tuple(notation(text) for text in read(format, data))
            columns = ("texte",) if format == "xlsx" else ()
            name = f"{stem}-of-{origin}"
            sample = Sample(name=name, format=format, data=data, texts=texts, columns=columns)
            # A tag in running text is a placeholder and stays: the samples of HTML have them.
            judged = (format, name) not in NOT_JUDGED
            tags = any("&lt;b" in text for text in texts)
            found += [sample] if texts and judged and not tags else []
    return tuple(sorted(found, key=lambda s: s.name))


def _seed(origin: str) -> list[bytes]:
    lines = [line for line in SEED.read_text("utf-8").splitlines() if line.strip()]
    if origin == "html":
        body = "".join(f"<p>{escape(line)}</p>\n" for line in lines[1:])
        head = '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"></head><body>'
        return [f"{head}<h1>{escape(lines[0])}</h1>{body}</body></html>".encode()]
    if origin == "csv":
        return [b"nom,texte\n" + "".join(f'x,"{_q(li)}"\n' for li in lines).encode()]
    if origin == "odp":
        show = Odp("seed")
        for line in lines:
            show.body.append(f"<text:p>{escape(line)}</text:p>")
            show.turn()
        return [show.pack()]
    return []


def _q(text: str) -> str:
    return text.replace('"', '""')


@needs_office
@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize(
    "law",
    [
        laws.nothing_changes_but_the_language,
        laws.each_text_is_translated_once,
        laws.looks_are_on_the_same_words,
        laws.looks_go_with_the_words,
    ],
    ids=lambda law: law.__name__.replace("_", "-"),
)
def test_the_law_holds_for_what_libreoffice_writes(format, law):
    _skip_unless_read(format)
    assert len(written(format)) >= 20
    broken = {}
    for sample in written(format):
        try:
            law(sample)
        except AssertionError as error:
            lines = str(error).splitlines()
            if law is laws.looks_go_with_the_words:  # a line break is no space to the judge:
                lines = [li for li in lines if not li.endswith(", ())")]  # words without a look
            if any(lines):
                broken[sample.name] = "\n".join(lines)
    assert not broken, "\n\n".join(f"{name}: {text[:500]}" for name, text in broken.items())
