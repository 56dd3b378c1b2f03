"""Fuzzed Markdown and plain text: read, translated and written without loss or hang."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fake_engine import FakeEngine
from golden_corpus import make

from pipeline import Translator
from pipeline.config import Settings
from pipeline.documents import Reading, cut_block, join_block, parse_document, write_document
from pipeline.errors import InputError
from pipeline.records import Span
from pipeline.run import ChosenEngine
from pipeline.translate import Hooks

from .trials import tries

if TYPE_CHECKING:
    import random

DATA = Path(__file__).parents[1] / "data" / "documents"
MARKS = (
    *"*_`~[]()<>!|#$\\{}:;-+=\"'&«»—–•o>\t\n\r\f\v\u00a0\u202f\u2028\u200b\ufeff\u0301\u202e\x1b",
    *("\n\n", "\r\n", "```", "~~~", "$$", "---\n", "+++\n", "![", "](", "[^1]", "[^1]:", "<!--"),
    *("-->", "<br>", "</div>", "&eacute;", "{{", "}}", "{%", "%}", "{nom}", "%(n)s", ":::", "!!!"),
    *("- ", "1. ", "> ", "# ", "    ", "| a | b |\n|---|---|\n", "https://a.fr/(", "a@b.fr", "\\("),
    *("\\)", "==", "^2^", ":smile:", "[[", "]]", "[TOC]", "===\n", "\n: ", "’", "œ", "🙂", "é"),
)
ANSWERS = (  # what engines have done to a sentence
    lambda s: s,
    lambda s: f"[{s}]",
    lambda s: "".join(c for c in s if c.isalnum() or c == " "),
    lambda _s: "",
    lambda s: s * 3,
    lambda s: "\n\n# " + s[::-1],
    lambda _s: "`*_[](<a>$$\\",
)


@cache
def _seeds() -> tuple[tuple[str, str], ...]:
    """Give (suffix, text) of sound documents to start from."""
    found = [(p.suffix, p.read_text(encoding="utf-8")) for p in sorted(DATA.glob("*.fr.*"))]
    for name, data in make().items():
        try:
            found.append((Path(name).suffix, data.decode("utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def _piece(dice: random.Random) -> str:
    text = dice.choice(_seeds())[1]
    at = dice.randrange(len(text) + 1)
    return text[at : at + dice.choice((5, 40, 300))]


def fuzzed(dice: random.Random) -> tuple[str, str]:
    """Give a document that nobody wrote: its suffix and its text."""
    suffix, text = dice.choice(_seeds())
    at = dice.randrange(len(text) + 1)
    text = text[at : at + dice.choice((80, 400, 2_000))]
    for _ in range(dice.randrange(12)):
        a = dice.randrange(len(text) + 1)
        b = min(len(text), a + dice.choice((0, 0, 1, 8, 80)))
        mark = dice.choice(MARKS)
        new = dice.choice((mark, mark * dice.choice((2, 3, 400)), _piece(dice), text[a:b] * 2, ""))
        text = text[:a] + new + text[b:]
    return dice.choice((suffix, ".md", ".txt")), text


def _bare(text: str) -> str:
    """Leave out what a sentence's one line does not carry: spaces, invisible characters."""
    kept = (c for c in unicodedata.normalize("NFC", text) if c.isprintable() and c not in " >")
    return "".join(kept)


def one(dice: random.Random, folder: Path) -> str:
    """Read, translate and write one document."""
    suffix, text = fuzzed(dice)
    encoding = dice.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    data = text.encode(encoding, "replace")
    if dice.random() < 0.1:
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.randbytes(3) + data[at + 1 :]
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    mode = dice.choice(("auto", "keep", "join"))
    try:
        document = parse_document(data, doc_id="a", name=path.name, reading=Reading(lines=mode))
    except InputError:
        return ""  # refused, with its reason
    written = write_document(document, {})
    if document.encoding.startswith("utf-8") and written != data:
        return "round trip: unchanged blocks gave other bytes"
    if suffix == ".txt" and _bare(_echoed(document)) != _bare(document.text):
        return "lost: the same words put back gave another text"
    if dice.random() < 0.6:
        return ""  # reading is quick, translating is not
    engine = FakeEngine(say=dice.choice(ANSWERS))
    hooks = Hooks(open_engine=lambda *_: ChosenEngine(engine=engine, why=""), warn=lambda _: None)
    settings = Settings(glossary=(), lines=mode, out=str(folder / "out"))
    with Translator(settings, hooks=hooks) as translator:
        result = translator.translate_file(path, folder / f"a.en{suffix}")
    parse_document(result.text.encode(), doc_id="b", name=path.name)
    return ""


def _echoed(document: object) -> str:
    made = {}
    for block in document.blocks:
        segments = cut_block(document, block, [Span(start=0, end=len(block.text))])
        made[block.block_id] = join_block(document, block, segments, [block.text])
    return write_document(document, made).decode("utf-8-sig")


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    return tries(one, seconds, seed)
