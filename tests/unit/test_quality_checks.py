"""Checks speak where something is wrong and are quiet where nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.quality.checks.pair import Pair
from pipeline.quality.checks.registry import CHECKS, check_pair, choose_checks

DATA = Path(__file__).parents[1] / "data" / "quality"
OWN_TABLES = {"meaning", "possessive"}  # checks with tests of their own


def cases():
    lines = (DATA / "checks.tsv").read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            check, verdict, source, target = line.split("\t")
            yield pytest.param(check, verdict, source, target, id=f"{number}-{verdict}-{check}")


@pytest.mark.parametrize(("check", "verdict", "source", "target"), list(cases()))
def test_each_pair_of_the_table_is_judged_as_the_table_says(check, verdict, source, target):
    found = check_pair(Pair(source=source, target=target), CHECKS)
    names = {finding.check for finding in found} - OWN_TABLES
    if verdict == "finds":
        assert check in names, found
    else:
        assert not (names if check == "*" else names & {check}), found


@pytest.mark.parametrize(("check", "verdict", "source", "target"), list(cases()))
def test_spans_lie_in_their_texts_and_messages_are_not_empty(check, verdict, source, target):
    for finding in check_pair(Pair(source=source, target=target), CHECKS):
        assert finding.message
        for span, text in ((finding.source, source), (finding.target, target)):
            if span:
                assert 0 <= span.start < span.end <= len(text)


def test_every_check_has_a_case_that_it_finds_and_one_that_it_leaves():
    found = {p.values[0] for p in cases() if p.values[1] == "finds"}
    assert found == {check.name for check in CHECKS} - OWN_TABLES
    assert sum(p.values[1] == "quiet" for p in cases()) > 80


def test_checks_are_switched_by_name():
    pair = Pair(source="Il a 3 enfants (déjà).", target="He has 4 children (already.")
    assert {f.check for f in check_pair(pair, choose_checks())} == {"numbers", "brackets"}
    assert {f.check for f in check_pair(pair, choose_checks(["brackets"]))} == {"brackets"}
    assert {f.check for f in check_pair(pair, choose_checks(without=["numbers"]))} == {"brackets"}


def test_an_unknown_check_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="'number'") as caught:
        choose_checks(["number"])
    assert "did you mean 'numbers'?" in caught.value.next_step


def test_names_that_the_glossary_answers_for_are_left_alone():
    source = "La société OpenAI est connue."
    start = source.index("OpenAI")
    pair = Pair(source=source, target="The company is known.", term_spans=((start, start + 6),))
    assert not check_pair(pair, choose_checks(["names"]))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Il a dit que tout allait bien en 2024. ", "He said all was well in 2024. "),
        ("Abcdefg Hijklmn Opqrstu ", "Abcdefh Hijklmo Opqrstv "),
        ("la ", "la "),
        ("12 345 ", "12,346 "),
        ("« ( [ ", "“ { ) "),
        ("<b>**`", "</i>~~"),
    ],
)
def test_a_megabyte_in_one_segment_is_checked_in_bounded_time(source, target):
    import time

    pair = Pair(source=source * (1_000_000 // len(source)), target=target * 50_000)
    start = time.perf_counter()
    check_pair(pair, CHECKS)
    assert time.perf_counter() - start < 20
