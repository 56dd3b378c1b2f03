"""Numbers are read as each language writes them, and no text makes the reading fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.quality.checks.number_reading import read_numbers
from pipeline.quality.checks.pair import Pair
from pipeline.quality.checks.registry import CHECKS, check_pair

TABLE = Path(__file__).parents[1] / "data" / "quality" / "numbers.tsv"
NUMBER_CHECKS = {"numbers", "units", "dates", "number-format"}


def values(text, language, *, required=True):
    return [sorted(m.values) for m in read_numbers(text, language) if m.required or not required]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1 234,5", "fr", 1234.5),
        ("1\u202f234\u202f567", "fr", 1_234_567),
        ("1.234.567", "fr", 1_234_567),
        ("3,5 Md€", "fr", 3.5e9),
        ("12 milliards", "fr", 12e9),
        ("5 billions", "fr", 5e12),
        ("5 billion", "en", 5e9),
        ("$3.5bn", "en", 3.5e9),
        ("1,234.5", "en", 1234.5),
        ("20th", "en", 20),
        ("1er", "fr", 1),
        ("1,500", "en", 1500),
    ],
)
def test_a_notation_gives_its_value(text, language, expected):
    assert expected in values(text, language)[0]


def test_a_notation_that_two_languages_read_apart_has_both_values():
    assert values("1.500", "fr") == [[1.5, 1500.0]]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("quatre-vingt-dix-sept", "fr", 97),
        ("soixante et onze", "fr", 71),
        ("mille neuf cent quatre-vingt-quatre", "fr", 1984),
        ("deux cent mille", "fr", 200_000),
        ("nonante-neuf", "fr", 99),
        ("trois millions deux cent mille", "fr", 3_200_000),
        ("ninety-seven", "en", 97),
        ("two hundred and five thousand", "en", 205_000),
        ("three million two hundred thousand", "en", 3_200_000),
        ("XIVe", "fr", 14),
        ("midi", "fr", 12),
    ],
)
def test_words_and_roman_figures_are_read_but_not_required(text, language, expected):
    mentions = read_numbers(text, language)
    assert any(expected in mention.values for mention in mentions)
    assert not any(mention.required for mention in mentions)


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("20 h", "8 p.m."),
        ("20 h 30", "8:30 p.m."),
        ("20h30", "20:30"),
        ("8 heures 05", "8.05 a.m."),
        ("0230", "2:30 a.m."),
        ("midi", "12 noon"),
        ("1 h 30", "90 minutes"),
        ("les années 80", "the 1980s"),
        ("1995-96", "1995–1996"),
        ("entre 5 et 10 millions", "between 5 million and 10 million"),
        ("2 ans et demi", "two and a half years"),
        ("1 m 80", "1.80 m"),
    ],
)
def test_both_languages_notations_of_one_thing_agree(french, english):
    ours, theirs = read_numbers(french, "fr"), read_numbers(english, "en")
    shown = set().union(*(m.values for m in theirs))
    assert all(m.values & shown for m in ours if m.required)
    known = set().union(*(m.values for m in ours))
    assert all(m.values & known for m in theirs if m.required)


def test_names_with_digits_and_addresses_are_no_numbers():
    text = "COVID-19, A320, 5G, https://x.org/2024 and a1@b2.org"
    assert not any(m.required for m in read_numbers(text, "en"))


@pytest.mark.parametrize(
    ("text", "language", "unit"),
    [
        ("30 km", "fr", "km"),
        ("30 kilomètres", "fr", "km"),
        ("90kg", "fr", "kg"),
        ("3,5 Md€", "fr", "euro"),
        ("3 milliards d'euros", "fr", "euro"),
        ("$30", "en", "dollar"),
        ("30 per cent", "en", "percent"),
        ("a 3-year plan", "en", "year"),
    ],
)
def test_the_unit_beside_a_number_is_read(text, language, unit):
    assert next(m.unit for m in read_numbers(text, language) if m.required) == unit


PIECES = (
    "0 1 9 12 20 100 1995 , . : ; - – ' ’ h h30 am p.m. e er th s % € $ km m kg million milliard "
    "Md€ bn et demi and a half années quatre vingt cent mille X IV _ \u00a0 ٣ ² à to"
)
pieces = st.sampled_from(PIECES.split(" "))


@given(
    st.lists(st.one_of(pieces, st.just(" ")), max_size=25).map("".join),
    st.sampled_from(["fr", "en"]),
)
@settings(deadline=None, max_examples=400)
def test_any_text_is_read_without_fail_and_spans_lie_in_it(text, language):
    for mention in read_numbers(text, language):
        assert text[mention.start : mention.end] == mention.text
        assert mention.values


@given(
    st.from_regex(r"\A[0-9]{1,3}[.,][0-9]{1,2}\Z"),
    st.sampled_from(["{}", "{} €", "€{}", "{} kg", "{} %"]),
    st.sampled_from(["fr", "en"]),
)
@settings(deadline=None, max_examples=400)
def test_a_decimal_is_read_whatever_its_digits(number, frame, language):
    mentions = read_numbers(frame.format(number), language)
    assert float(number.replace(",", ".")) in set().union(*(m.values for m in mentions))


@pytest.mark.parametrize("price", ["0,60", "0,05", "0,92", "0,00"])
def test_a_price_below_one_euro_is_checked(price):
    source = f"La sardine a baissé de {price} €."
    right = f"The sardine fell by €{price.replace(',', '.')}."
    assert not found(source, right) & NUMBER_CHECKS
    assert found(source, right.replace("€0.", "€3.")) & NUMBER_CHECKS


@given(st.integers(0, 999_999_999), st.sampled_from([" ", "\u00a0", "\u202f"]))
@settings(deadline=None)
def test_a_grouped_integer_is_itself_in_both_languages(number, space):
    english = f"{number:,}"
    french = english.replace(",", space)
    assert float(number) in values(french, "fr")[0]
    assert float(number) in values(english, "en")[0]


# --- right in any spelling, or a finding says what differs -------------------------------------


def found(source, target):
    return {finding.check for finding in check_pair(Pair(source=source, target=target), CHECKS)}


@pytest.mark.parametrize(
    "line", [row for row in TABLE.read_text("utf-8").splitlines() if row[0] != "#"]
)
def test_a_number_arrives_right_or_carries_a_finding(line):
    verdict, source, target = line.split("\t")
    checks = found(source, target)
    checks &= NUMBER_CHECKS
    assert checks if verdict == "wrong" else not checks


SPELT = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf"
)
UNITS = SPELT.split()
TENS = ("vingt", "trente", "quarante", "cinquante", "soixante")
EN_SPELT = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
EN_UNITS = EN_SPELT.split()
EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def french(n):
    """Spell a number below a million as France does."""
    if n < 20:
        return UNITS[n]
    if n < 80:
        tens, unit = (n // 10, n % 10) if n < 70 else (6, n - 60)
        joint = " et " if unit in {1, 11} else "-"
        return TENS[tens - 2] + (joint + UNITS[unit] if unit else "")
    if n < 100:
        return "quatre-vingt" + (f"-{UNITS[n - 80]}" if n > 80 else "s")
    if n < 1000:
        rest = f" {french(n % 100)}" if n % 100 else ("s" if n >= 200 else "")
        return (f"{UNITS[n // 100]} " if n >= 200 else "") + "cent" + rest
    rest = f" {french(n % 1000)}" if n % 1000 else ""
    # "quatre-vingts" and "cents" lose their s before "mille".
    thousands = french(n // 1000).replace("vingts", "vingt").replace("cents", "cent")
    return (f"{thousands} mille" if n >= 2000 else "mille") + rest


def english(n):
    """Spell a number below a million."""
    if n < 20:
        return EN_UNITS[n]
    if n < 100:
        return EN_TENS[n // 10 - 2] + (f"-{EN_UNITS[n % 10]}" if n % 10 else "")
    size, word = (100, "hundred") if n < 1000 else (1000, "thousand")
    joint = " and " if n % size < 100 else " "
    return f"{english(n // size)} {word}" + (joint + english(n % size) if n % size else "")


numbers = st.integers(0, 999_999)
spellings = st.sampled_from([str, french, "{:,}".format, lambda n: f"{n:,}".replace(",", "\u202f")])


@given(numbers, spellings, st.sampled_from([str, "{:,}".format, english]))
@settings(deadline=None, max_examples=60)
def test_every_spelling_of_a_number_is_its_english(number, ours, theirs):
    if ours == "{:,}".format:
        ours = lambda n: f"{n:,}".replace(",", " ")  # noqa: E731
    source, target = f"Ils étaient {ours(number)} à venir.", f"There were {theirs(number)} of them."
    assert not found(source, target) & NUMBER_CHECKS


@given(st.integers(2, 999_999), st.integers(2, 999_999), spellings, spellings)
@settings(deadline=None, max_examples=60)
def test_another_number_is_a_finding_in_every_spelling(number, other, ours, theirs):
    if number == other:
        return
    ours = french if ours is french else str
    theirs = english if theirs is french else "{:,}".format
    source, target = f"Ils étaient {ours(number)} à venir.", f"There were {theirs(other)} of them."
    # A decade by its short form ("85", 1985) and idioms (trente-six, quatre cents) may pass, and
    # so may a small number in words against a round one.
    if ours is french and (number in {36, 400, 36_000} or other in {100, 1_000, 100_000}):
        return
    assert found(source, target) & NUMBER_CHECKS
