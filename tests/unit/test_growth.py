"""No check, and no reading of a glossary, takes time that grows faster than its text."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ModelDamaged
from pipeline.glossary.file.check import lint
from pipeline.models.record import RECORD_NAME, read_record
from pipeline.quality.checks.pair import Pair
from pipeline.quality.checks.registry import CHECKS, check_pair

# Shapes that make a search start anew at every character: name → one piece of it.
SHAPES = {
    "words": "le mot ",
    "one word": "a",
    "spaces": " ",
    "at signs": "a@",
    "dots": "a.",
    "address": "a@a.a",
    "link": "](",
    "open tags": "<a ",
    "comments": "<!--",
    "braces": "{{",
    "dollars": "${",
    "negation": "n'a ",
    "ne": "ne se ",
    "aucun": "aucun ",
    "hundred": "hundred ",
    "cent": "cent ",
    "quatre": "quatre-vingt-",
    "digits": "1",
    "groups": "1 000",
    "points": "1.000",
    "dates": "1/",
    "scores": "1-1 ",
    "roman": "XI",
    "hours": "1h",
    "quotes": "« ",
    "straight": "'a ",
    "marks": ". ",
    "stars": "*_`",
    "names": "Ab Cd ",
    "letters": "é\u0301",
    "hostile": "\x1b[\u202e",
}
GENEROUS = 40  # times the processor time for 16 times the text


def seconds(function, *arguments, times=3):
    """Give the best of some processor times."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        function(*arguments)
        best = min(best, time.process_time() - start)
    return best


def grows_with(run, pairs, times):
    """Tell whether texts of 1, 4 and 16 times the length take time in proportion."""
    # What is over in a moment is not measured against itself.
    short, longer, longest = (max(seconds(run, pair, times=times), 0.02) for pair in pairs)
    return longer <= 10 * short and longest <= GENEROUS * short


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_takes_time_that_grows_with_the_text(check):
    for name, piece in SHAPES.items():
        for other in (piece, "The word is here. "):
            pairs = [
                Pair(source=(piece * size)[:size], target=(other * size)[:size])
                for size in (250, 1000, 4000)
            ]

            def run(pair):
                list(check.find(pair))

            # One measure may hold what is done once: a lexicon loaded, memory tidied up.
            assert any(grows_with(run, pairs, times) for times in (1, 3, 10)), name


@pytest.mark.parametrize(
    "piece", ["hundred ", "cent ", "million ", "9", "1e9 ", "IX ", "nineteen "]
)
def test_numbers_without_end_are_checked_and_nothing_is_raised(piece):
    pair = Pair(source=piece * 400, target=piece * 399 + "one")
    assert not any("could not be checked" in f.message for f in check_pair(pair, CHECKS))


PIECES = st.one_of(
    st.sampled_from(
        [*SHAPES.values(), "20 h 30", "XXe", "3/04/2025", "\n", "€", "٣", "½", "-5 °C"]
    ),
    st.text(max_size=6),
)


@given(st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES, max_size=30).map("".join))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_pair_of_texts_makes_a_check_fail(source, target):
    for finding in check_pair(Pair(source=source, target=target), CHECKS):
        assert "could not be checked" not in finding.message
        for span, text in ((finding.source, source), (finding.target, target)):
            assert span is None or 0 <= span.start <= span.end <= len(text)


HEADER = "source,target,wrong\n"
SHEETS = {
    "rows": lambda n: HEADER + "".join(f"terme{i} neuf,term{i} new,\n" for i in range(n // 10)),
    "one row again": lambda n: HEADER + "serveur,server,\n" * (n // 10),
    "long source": lambda n: HEADER + "a" * n + ",b,\n",
    "many words": lambda n: HEADER + "mot " * n + "," + "word " * n + ",\n",
    "forms": lambda n: HEADER + "mot," + "|".join(f"a word {i}" for i in range(n // 10)) + ",\n",
    "wrong forms": lambda n: (
        HEADER + "mot,word," + "|".join(f"w{i}" for i in range(n // 10)) + "\n"
    ),
    "open quote": lambda n: HEADER + 'mot,"a\n' + "b,c,\n" * (n // 10),
    "commas": lambda n: HEADER + "a," + "," * n + "\n",
    "hyphens": lambda n: HEADER + "a-" * n + "a,b,\n",
    "apostrophes": lambda n: HEADER + "l'" * n + "a,b,\n",
    "control characters": lambda n: HEADER + "a," + "\x01" * n + ",\n",
    "spaces": lambda n: HEADER + "a," + "b" + " " * n + "c,\n",
}


@pytest.mark.parametrize("name", SHEETS)
def test_lint_takes_time_that_grows_with_the_file(name, tmp_path):
    path = tmp_path / "terms.csv"
    taken = []
    for n in (500, 2000, 8000):
        path.write_text(SHEETS[name](n), encoding="utf-8")
        taken.append(seconds(lint, [path]))
    once = max(taken[0], 0.01)
    assert taken[2] <= GENEROUS * once, taken


@pytest.mark.parametrize("depth", [10, 100_000])
def test_a_models_record_of_any_depth_is_read_or_damaged(tmp_path, depth):
    (tmp_path / RECORD_NAME).write_text("[" * depth + "]" * depth, encoding="utf-8")
    with pytest.raises(ModelDamaged):
        read_record(tmp_path)
