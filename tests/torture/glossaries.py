"""Fuzzed glossaries: read, linted, merged and edited; no row that was good is lost."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PasserelleError
from pipeline.glossary import load_termbase
from pipeline.glossary.exchange import read_terms_of
from pipeline.glossary.file import add_row, lint, merge_rows

from .trials import tries

if TYPE_CHECKING:
    import random

TERMS = Path(__file__).parents[1] / "data" / "glossary" / "terms.csv"
TBX = """<?xml version="1.0"?><martif type="TBX" xml:lang="fr"><text><body><termEntry>
<langSet xml:lang="fr"><tig><term>taux directeur</term></tig></langSet>
<langSet xml:lang="en"><tig><term>policy rate</term></tig></langSet></termEntry></body></text>
</martif>"""
TMX = """<?xml version="1.0"?><tmx version="1.4"><header srclang="fr"/><body><tu>
<tuv xml:lang="fr"><seg>plan <bpt i="1">b</bpt>social<ept i="1">/b</ept></seg></tuv>
<tuv xml:lang="en"><seg>redundancy plan</seg></tuv></tu></body></tmx>"""
MARKS = (
    *",;\t|\"'\n\r\f\0#=+-@<>&%:/\\ \u00a0\u2028\ufeff\u202e\x1b",
    *('""', '"\n', "sep=;\n", "source,target\n", "#REF!", "=1+1", "approved", "forbidden", "\r\n"),
    *("<term>", "</tig>", "&a;", "<!ENTITY a 'b'>", "<![CDATA[", "(?:a+)+", "🙂", "é", "a|b|c"),
)
SOUND = "source,target\nmairie,town hall\nplan social,redundancy plan\n"


@cache
def _seeds() -> tuple[tuple[str, str], ...]:
    terms = TERMS.read_text(encoding="utf-8")
    tabs = "taux directeur\tpolicy rate\tBCE\nmairie\ttown hall\n"
    return ((".csv", terms), (".csv", SOUND), (".tsv", tabs), (".tbx", TBX), (".tmx", TMX))


def one(dice: random.Random, folder: Path) -> str:
    """Damage a list of terms and do with it what a person does."""
    suffix, text = dice.choice(_seeds())
    for _ in range(dice.randrange(8)):
        at = dice.randrange(len(text) + 1)
        end = at + dice.choice((0, 0, 1, 30))
        mark = dice.choice(MARKS)
        text = text[:at] + mark * dice.choice((1, 1, 2, 3_000)) + text[end:]
    data = text.encode(dice.choice(("utf-8", "utf-8", "cp1252", "utf-16")), "replace")
    path = folder / f"list{suffix}"
    path.write_bytes(data)
    own = folder / "terms.csv"
    own.write_text(SOUND, encoding="utf-8")
    rows = ()
    for step in (lambda: lint([path]), lambda: load_termbase([path])):
        try:
            step()
        except PasserelleError:
            continue  # refused, with its reason
    try:
        rows = read_terms_of(path)
        merge_rows(own, rows, overwrite=dice.random() < 0.5)
    except PasserelleError:
        pass
    if missing := {"mairie", "plan social"} - _sources(own):
        return f"lost: {missing} after an import"
    before = path.read_bytes()
    try:
        add_row(path, {"source": "chat noir", "target": "black cat"})
    except PasserelleError:
        if path.read_bytes() != before:
            return "lost: a refused row changed the file"
        return ""
    if b"chat noir" not in path.read_bytes().replace(b"\0", b""):
        return "lost: an added row is not there"
    return ""


def _sources(path: Path) -> set[str]:
    return {term.source for term in load_termbase([path]).terms}


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    return tries(one, seconds, seed)
