"""Checks over a document: one spelling for one name, one gender for one person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.quality import CorpusChecks, Pair

PROJECT = Path(__file__).parents[2]
CASES = json.loads((PROJECT / "tests" / "data" / "names.json").read_text(encoding="utf-8"))


def found(rows, *, names=("name-forms", "gender"), document="a.txt"):
    """Give check and marked words of every finding; a row is French, English, paragraph."""
    checks = CorpusChecks(names)
    return [
        [finding.check, english[finding.target.start : finding.target.end]]
        for number, (french, english, *paragraph) in enumerate(rows)
        for finding in checks.add(
            Pair(source=french, target=english),
            f"row {number}",
            document=document,
            paragraph=paragraph[0] if paragraph else 0,
        )
    ]


@pytest.mark.parametrize(
    ("rows", "wanted"), [(c["rows"], c["found"]) for c in CASES["found"]], ids=str
)
def test_two_spellings_and_two_genders_are_found(rows, wanted):
    assert found(rows) == wanted


@pytest.mark.parametrize("rows", CASES["nothing"], ids=str)
def test_what_may_be_two_people_or_two_words_is_left_alone(rows):
    assert found(rows) == []


def test_lines_without_a_document_and_other_documents_are_not_compared():
    rows = CASES["found"][0]["rows"]
    assert found(rows)
    assert found(rows, document="") == []
    checks = CorpusChecks(("name-forms",))
    for number, (french, english) in enumerate(rows):
        pair = Pair(source=french, target=english)
        assert checks.add(pair, "¶1.1", document=f"{number}.txt") == ()


def test_a_term_of_the_glossary_is_the_glossarys_to_judge():
    checks = CorpusChecks(("name-forms",))
    for english in ("Zelensky spoke.", "Zelenskyy spoke."):
        pair = Pair(source="Hier Zelensky a parlé.", target=english, term_spans=((5, 13),))
        assert checks.add(pair, "here", document="a.txt") == ()


def test_a_professional_translation_has_no_finding():
    french, english = (
        [
            line
            for line in (PROJECT / "seeds" / name).read_text("utf-8").splitlines()
            if line.strip()
        ]
        for name in ("musk-zuckerberg-openai.fr.txt", "musk-zuckerberg-openai.en.txt")
    )
    rows = zip(french, english, range(len(french)), strict=True)
    assert found(rows) == []
