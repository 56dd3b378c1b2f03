"""On which words of a real translation markup lands: 246 spans, labelled by hand.

``tests/data/placing/spans.jsonl`` holds French sentences with marked words, what the bundled
model made of them (and of the pieces it was asked for), and the English with the words marked
that a reader would mark. The rules were made looking at the part ``dev``, not at ``held-out``.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docx import Document
from pptx import Presentation

from pipeline.documents import place_markup
from pipeline.lexicon import link
from pipeline.translate.reading import Limits, Source, load_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parents[1] / "data" / "placing" / "spans.jsonl"
PAIR = re.compile(r"<([abi])>(.*?)</\1>")
ROWS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def markdown(tagged: str) -> bytes:
    signs = {"b": "**{}**", "i": "_{}_", "a": "[{}](x)"}
    return PAIR.sub(lambda m: signs[m[1]].format(m[2]), tagged).encode()


def html(tagged: str) -> bytes:
    return f"<p>{tagged.replace('<a>', '<a href=x>')}</p>".encode()


def docx(tagged: str) -> bytes:
    document, made = Document(), io.BytesIO()
    document.core_properties.comments = ""
    paragraph = document.add_paragraph()
    for name, text in re.findall(r"(?:<([abi])>)?([^<]+)(?:</[abi]>)?", tagged):
        run = paragraph.add_run(text)
        run.bold, run.italic, run.underline = name == "b" or None, name == "i", name == "a"
    document.save(made)
    return made.getvalue()


def pptx(tagged: str) -> bytes:
    shown, made = Presentation(), io.BytesIO()
    shown.core_properties.title = ""
    slide = shown.slides.add_slide(shown.slide_layouts[1])
    paragraph = slide.placeholders[1].text_frame.paragraphs[0]
    for name, text in re.findall(r"(?:<([abi])>)?([^<]+)(?:</[abi]>)?", tagged):
        run = paragraph.add_run()
        run.text = text
        run.font.bold, run.font.italic = name == "b" or None, name == "i" or None
        run.font.underline = name == "a" or None
    shown.save(made)
    return made.getvalue()


def odt(tagged: str) -> bytes:
    looks = {"b": 'fo:font-weight="bold"', "i": 'fo:font-style="italic"', "a": 'fo:color="#00f"'}
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {look}/>'
        "</style:style>"
        for name, look in looks.items()
    )
    text = re.sub("<([abi])>", r'<text:span text:style-name="\1">', tagged)
    text = re.sub("</[abi]>", "</text:span>", text)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for name, long in (
            ("office", "office"),
            ("text", "text"),
            ("style", "style"),
            ("fo", "xsl-fo-compatible"),
        )
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:text><text:p>{text}</text:p>"
            "</office:text></office:body></office:document-content>",
        )
    return made.getvalue()


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "a.md": markdown,
    "a.html": html,
    "a.docx": docx,
    "a.pptx": pptx,
    "a.odt": odt,
}


def spans(tagged: str) -> Counter[str]:
    """Give the marked words, most of one look counted apart from those of another."""
    return Counter(match[2].strip(" .:") for match in PAIR.finditer(tagged))


@cache
def placed(name: str, part: str) -> tuple[int, int, tuple[str, ...]]:
    """Give how many spans there are, how many stand on the right words, and the others."""
    total = right = 0
    wrong: list[str] = []
    for row in ROWS:
        if row["part"] != part:
            continue
        found = Counter(marked(name, row))
        wanted = spans(row["expected"])
        total += wanted.total()
        right += (found & wanted).total()
        wrong += [f"{words!r}: {row['expected']}" for words in found - wanted]
    return total, right, tuple(wrong)


def marked(name: str, row: dict[str, object]) -> Iterator[str]:
    """Put a sentence's markup into its English as a format writes it; give the marked words."""
    source = Source(path=Path(name), doc_id=name, output="o", size=1)
    limits = Limits(tokens=10**9, measure=lambda texts: [1] * len(texts), file_bytes=0)
    loaded = load_bytes(WRITTEN[name](str(row["french"])), source, limits)
    (segment,) = loaded.segments
    pieces = row["pieces"]
    made = place_markup(
        segment.source,
        segment.markup,
        str(row["english"]),
        syntax=segment.syntax or loaded.document.format,
        kind=segment.kind,
        translate_pieces=lambda asked: [pieces.get(piece, "") for piece in asked],
    )
    ends = {m.group: m.raw for m in segment.markup if m.role == "close"}
    at: dict[str, int] = {}
    for item in segment.markup:
        if item.role == "open":
            start = made.raw.index(item.raw, at.get(item.raw, 0)) + len(item.raw)
            end = made.raw.index(ends[item.group], start)
            at[item.raw] = end + len(ends[item.group])
            yield made.raw[start:end].strip(" .:")


@pytest.mark.parametrize("name", WRITTEN)
def test_markup_stands_on_the_right_words(name: str) -> None:
    for part, least in (("dev", 0.99), ("held-out", 0.97)):
        total, right, wrong = placed(name, part)
        assert total > 80
        assert right >= least * total, "\n".join(wrong)


@pytest.mark.parametrize(
    ("french", "english", "pairs"),
    [
        (
            "Le nouveau président de la banque veut baisser les taux.",
            "The new bank president wants to lower the rates.",
            {"nouveau": "new", "président": "president", "banque": "bank", "taux": "rates"},
        ),
        (
            "Elle parle couramment le japonais.",
            "She is fluent in Japanese.",
            {"japonais": "Japanese"},
        ),
        ("Il part à 23 h 15.", "He leaves at 23:15.", {"23": "23", "15": "15"}),
        ("Un plan de relance.", "A plan to relaunch.", {"Un": "A", "relance": "relaunch"}),
    ],
)
def test_words_are_linked_with_what_they_became(french, english, pairs) -> None:
    links = link(french, english)
    found = {
        french[a.start : a.end]: english[b.start : b.end]
        for i, j in links.pairs
        for a, b in [(links.french[i].span, links.english[j].span)]
    }
    assert {word: found.get(word) for word in pairs} == pairs


def test_no_word_is_linked_twice_and_long_sentences_not_at_all() -> None:
    links = link("un chat, un chien, un chat " * 9, "a cat, a dog, a cat " * 9)
    assert len({i for i, _ in links.pairs}) == len({j for _, j in links.pairs}) == len(links.pairs)
    assert not link("chat " * 300, "cat " * 300).pairs
    assert not link("", "cat").pairs
