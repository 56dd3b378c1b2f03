"""Two hundred documents come out as they were frozen: text, rows and terms.

``tests/golden_corpus.py`` makes the documents, ``tests/data/golden/fake.json`` holds the
digests. A change of behaviour that is meant is frozen anew, and its diff reviewed, by

    PASSERELLE_GOLDEN=freeze pytest tests/unit/test_golden.py

The glossary is a copy that lies beside the digests, so that a new row in
``glossary/terms.csv`` changes nothing here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import zlib
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.quality import choose_checks

PLACED = ("markup", "warning")
CHECKED = {check.name for check in choose_checks()}
TESTS = Path(__file__).parents[1]
DATA = TESTS / "data" / "golden"
FROZEN = DATA / "fake.json"
FREEZE = os.environ.get("PASSERELLE_GOLDEN") == "freeze"
HINT = "meant? PASSERELLE_GOLDEN=freeze pytest tests/unit/test_golden.py"

# The digests are those of version 0.1, in its layout: spans as pairs of columns, -1 (in
# findings null) where there is none, an unknown score as NaN, findings of the stages only.
COLUMNS = (
    *("block_id", "segment_id", "kind", "start", "end"),
    *("source", "draft", "target", "score", "terms", "edits", "findings"),
)


# What the clumsy engine knows: the French, the right English, a wrong one.
KNOWN = (
    ("intelligence artificielle", "artificial intelligence", "artificial intellect"),
    ("apprentissage automatique", "machine learning", "automatic learning"),
    ("apprentissage profond", "deep learning", "profound learning"),
    ("réseau de neurones", "neural network", "network of neurons"),
    ("réseaux de neurones", "neural networks", "networks of neurons"),
    ("grand modèle de langage", "large language model", "great language model"),
    ("grands modèles de langage", "large language models", "great language models"),
    ("agent conversationnel", "chatbot", "talking agent"),
    ("moteur de recherche", "search engine", "research engine"),
    ("puissance de calcul", "computing power", "calculation power"),
    ("centre de données", "data center", "center of data"),
    ("chaîne de blocs", "blockchain", "chain of blocks"),
    ("données d'entraînement", "training data", "workout data"),
    ("capital-risque", "venture capital", "risk capital"),
    ("levée de fonds", "funding round", "lifting of funds"),
    ("réseaux sociaux", "social networks", "social nets"),
    ("Commission européenne", "European Commission", "Commission of Europe"),
    ("OpenAI", "OpenAI", "OpenIA"),
    ("Mistral AI", "Mistral AI", "Mistral IA"),
    ("Elon Musk", "Elon Musk", "Elon Muskus"),
    ("xAI", "xAI", "XIA"),
    ("IA", "AI", "IA"),
    ("PDG", "CEO", "PDG"),
    ("n'est pas", "is not", "is not"),
    ("et", "and", "and"),
    ("un", "a", "an"),
    ("une", "a", "an"),
    ("de", "of", "of the"),
    ("le", "the", "the"),
    ("la", "the", "the"),
    ("pour", "for", "for"),
    ("dans", "in", "in"),
)
_FRENCH = re.compile(
    r"\b(?:" + "|".join(sorted((re.escape(k[0]) for k in KNOWN), key=len, reverse=True)) + r")\b"
)
_ENGLISH = {french: (right, wrong, french, "it") for french, right, wrong in KNOWN}


def clumsy(source, turn):
    """Give half an English sentence: terms right, wrong, left in French or lost."""

    def render(match):
        return _ENGLISH[match.group()][zlib.crc32(f"{source}|{match.start()}|{turn}".encode()) % 4]

    return _FRENCH.sub(render, source.replace("’", "'"))


class Clumsy:
    """An engine whose every hypothesis goes wrong elsewhere, and that heeds what is banned."""

    def __init__(self, fake):
        self.fake = fake

    def __getattr__(self, name):
        return getattr(self.fake, name)

    def translate(self, batch):
        return [
            tuple(
                replace(hypothesis, text=self._say(request, turn), score=-0.25 * (turn + 1))
                for turn, hypothesis in enumerate(answer)
            )
            for request, answer in zip(batch, self.fake.translate(batch), strict=True)
        ]

    def _say(self, request, turn):
        text = clumsy(request.source, turn)
        for word in request.banned:
            text = text.replace(word, "thing")
        return text


ENGINES = {
    "echo": lambda make: make(),
    "clumsy": lambda make: Clumsy(make(fingerprint="clumsy-1")),
}


def digest(data):
    """Give the first 16 digits of a sha256: enough to see a change."""
    return hashlib.sha256(data).hexdigest()[:16]


def ends(span, prefix="", *, none=-1):
    """Give a span as the two columns that it was."""
    start, end = (span["start"], span["end"]) if span else (none, none)
    return {f"{prefix}start": start, f"{prefix}end": end}


def canonical(row):
    """Give a row as one line of JSON that depends on its values only."""
    made = {name: row[name] for name in COLUMNS}
    if made["score"] is None:
        made["score"] = "NaN"
    made["terms"] = [
        {
            **{name: term["occurrence"][name] for name in ("term", "text")},
            "row": re.split(r"[/\\]", term["occurrence"]["row"])[-1],
            **ends(term["occurrence"]["span"]),
            **{name: term[name] for name in ("expected", "found", "rung", "status")},
            **ends(term["target"], "target_"),
        }
        for term in row["terms"]
    ]
    made["edits"] = [
        {
            **{name: edit[name] for name in ("before", "after", "rung", "term")},
            **ends(edit["span"]),
            **ends(edit["source"], "source_"),
        }
        for edit in row["edits"]
    ]
    made["findings"] = [
        {
            **{name: finding[name] for name in ("check", "severity", "message")},
            **ends(finding["source"], "source_", none=None),
            **ends(finding["target"], "target_", none=None),
        }
        for finding in row["findings"]
        # The placer has warnings of the same name as a check whose findings are errors.
        if finding["check"] not in CHECKED or (finding["check"], finding["severity"]) == PLACED
    ]
    made["findings"].sort(key=lambda f: (f["check"], f["message"]))
    return json.dumps(made, ensure_ascii=False, sort_keys=True)


def digests(out):
    """Give what is frozen of an output folder: by document its text and its rows."""
    own = {"segments.parquet", "manifest.json", "terms.csv"}
    texts = {
        path.relative_to(out).as_posix(): digest(path.read_bytes())
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".passerelle" not in path.parts and path.name not in own
    }
    rows = {}
    for row in pl.read_parquet(out / "segments.parquet").iter_rows(named=True):
        rows.setdefault(row["doc_id"], []).append(canonical(row))
    return {
        "texts": texts,
        "rows": {doc: digest("\n".join(lines).encode()) for doc, lines in rows.items()},
        "order": digest("\n".join(rows).encode()),
    }


def differences(name, old, new):
    """Name the entries of a table that are not what they were."""
    return [
        f"{name}: {key} "
        + ("is new" if key not in old else "is gone" if key not in new else "changed")
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def frozen():
    return json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.is_file() else {}


def freeze(name, value):
    text = json.dumps({**frozen(), name: value}, ensure_ascii=False, indent=1, sort_keys=True)
    FROZEN.write_text(text + "\n", encoding="utf-8")
    pytest.skip(f"{name} was frozen anew")


@pytest.fixture(scope="module")
def corpus():
    spec = importlib.util.spec_from_file_location(
        "passerelle_golden_corpus", TESTS / "golden_corpus.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_are_those_that_were_frozen(corpus):
    made = {name: digest(data) for name, data in corpus.make().items()}
    assert len(made) == corpus.COUNT
    if FREEZE:
        freeze("inputs", made)
    changed = differences("inputs", frozen()["inputs"], made)
    assert not changed, "\n".join([f"{len(changed)} differences", *changed, HINT])


@pytest.mark.parametrize("name", ENGINES)
def test_every_document_comes_out_as_it_was_frozen(
    name, corpus, tmp_path, monkeypatch, translate, fake_engine_class
):
    source, out = tmp_path / "in", tmp_path / "out"
    corpus.write(source)
    monkeypatch.chdir(DATA)
    report = translate(
        source,
        out=out,
        engine=ENGINES[name](fake_engine_class),
        glossary=("terms.csv",),
        front_matter=("title", "subtitle", "description") if name == "clumsy" else (),
        second_look="full",
        window=64,
        step_tokens=256,
    )
    made = digests(out)
    # The term table names no document; paths in the reasons are those of this run.
    made["counts"] = {
        "exit code": report.exit_code(),
        "segments": report.segments.total,
        "terms": report.terms.occurrences,
        "violated": report.terms.violated,
        "translated again": report.segments.looked_at_again,
        **{f"rung {rung}": count for rung, count in report.terms.rungs},
        **{Path(p.name).name: p.reason for p in report.skipped},
    }
    made["terms.csv"] = digest((out / "terms.csv").read_bytes())
    if FREEZE:
        freeze(name, made)
    old = frozen()[name]
    changed = [
        line
        for part in ("texts", "rows", "counts")
        for line in differences(part, old[part], made[part])
    ]
    changed += [f"{part} changed" for part in ("order", "terms.csv") if old[part] != made[part]]
    assert not changed, "\n".join(
        [f"{len(changed)} differences, outputs in {out}", *changed[:40], HINT]
    )
