"""Tables as text: in the ways that spreadsheets of several countries save them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from formats.samples import Prose, Sample

_WAYS = {
    "commas": {},
    "semicolons": {"delimiter": ";"},
    "all-quoted": {"quoting": csv.QUOTE_ALL},
    "semicolons-quoted": {"delimiter": ";", "quoting": csv.QUOTE_ALL},
    "unix": {"lineterminator": "\n"},
    "semicolons-unix": {"delimiter": ";", "lineterminator": "\n"},
    "non-numbers-quoted": {"quoting": csv.QUOTE_NONNUMERIC},
}


def table(seed: str, kind: str) -> tuple[list[list[object]], list[str]]:
    """Make rows, the first with the columns' names, and the texts of the column "texte"."""
    prose = Prose(seed)
    rows: list[list[object]] = [["nom", "texte", "prix", "note"]]
    texts = []
    for i in range(5):
        text = {
            "sentences": prose.sentence(),
            "titles": prose.title(),
            "line-ends": f"{prose.sentence()}\n{prose.sentence()}",
            "quotes": f'{prose.title()} "{prose.title()}"; ici, là',
            "holes": prose.sentence() if i % 2 else "",
            "several": prose.sentences(2),
            "formulas": prose.sentence() if i else "=B2&C2",
        }[kind]
        rows.append([f"Le nom {i}", text, 12.5 + i, "=C2*2" if i == 1 else "Une note à garder"])
        if text and not text.startswith("="):
            texts.append(text)
    return rows, texts


KINDS = ("sentences", "titles", "line-ends", "quotes", "holes", "several", "formulas")


def samples() -> tuple[Sample, ...]:
    """Give the samples of CSV and TSV."""
    found: list[Sample] = []
    for kind in KINDS:
        for way, options in _WAYS.items():
            found.append(_sample("csv", kind, way, options))
        found.append(_sample("tsv", kind, "tabs", {"delimiter": "\t"}))
        found.append(_sample("tsv", kind, "tabs-unix", {"delimiter": "\t", "lineterminator": "\n"}))
        quoted = {"delimiter": "\t", "quoting": csv.QUOTE_ALL}
        found.append(_sample("tsv", kind, "tabs-quoted", quoted))
    marked = replace(found[0], name=f"{found[0].name}-bom", data=b"\xef\xbb\xbf" + found[0].data)
    bare = replace(found[1], name=f"{found[1].name}-unended", data=found[1].data.rstrip())
    french = replace(
        found[1],
        name=f"{found[1].name}-windows",
        data=found[1].data.decode().encode("windows-1252"),
    )
    return (*found, marked, bare, french)


def _sample(format: str, kind: str, way: str, options: dict) -> Sample:
    rows, texts = table(f"{kind} {way}", kind)
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows(rows)
    return Sample(
        name=f"{kind}-{way}",
        format=format,
        data=out.getvalue().encode(),
        texts=tuple(texts),
        columns=("texte",),
    )
