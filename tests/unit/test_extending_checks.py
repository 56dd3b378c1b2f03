"""A check from outside is installed and runs; one that is broken says whose it is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import UsageError
from pipeline.quality import CHECKS, Pair, check, check_pair, choose_checks, examine, make_finding
from pipeline.quality.checks import registry
from pipeline.records import Rendering, Segment

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = next(
    text
    for path in sorted(DOCS.glob("EXTENDING*.md"))
    if "## A check\n" in (text := path.read_text(encoding="utf-8"))
)
SECTION = re.split(r"\n## ", GUIDE.split("## A check\n")[1])[0]


def example(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)[1]


@pytest.fixture(autouse=True)
def looked_up_anew():
    def forget():
        registry.known_checks.cache_clear()
        registry._default_checks.cache_clear()

    forget()
    yield
    forget()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a distribution that names its module's objects as checks."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(module: str, text: str, points: dict[str, str], name: str) -> None:
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        folder = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{key} = {value}" for key, value in points.items()]
        (folder / "entry_points.txt").write_text("\n".join(["[passerelle.checks]", *lines]) + "\n")

    return install


@pytest.fixture
def house_style(install):
    points = tomllib.loads(example("toml"))["project"]["entry-points"]["passerelle.checks"]
    install("house_style", example("python"), points, "house-style")


def segment(source: str) -> Segment:
    return Segment(
        doc_id="a.fr.txt",
        block_id=0,
        segment_id=0,
        kind="paragraph",
        start=0,
        end=len(source),
        block_start=0,
        block_end=len(source),
        source=source,
    )


def rendering(target: str) -> Rendering:
    return Rendering(
        draft=target, target=target, engine="fake", fingerprint="f", score=-0.1, hypotheses=()
    )


def test_the_guides_example_runs_with_every_sentence_once_it_is_installed(house_style):
    found = examine(segment("Il pleut."), rendering("It is raining!"), ())
    assert [(f.check, f.message) for f in found] == [
        ("exclamation", "an exclamation mark was added")
    ]
    assert (found[0].target.start, found[0].target.end) == (13, 14)
    assert not examine(segment("Il pleut !"), rendering("It is raining!"), ())


def test_an_installed_check_is_listed_and_switched_by_name(house_style):
    assert "exclamation" in CliRunner().invoke(app, ["quality", "checks", "--list"]).output
    pair = Pair(source="Il pleut.", target="It is raining!")
    assert [f.check for f in check_pair(pair, choose_checks(["exclamation"]))] == ["exclamation"]
    assert not check_pair(pair, choose_checks(without=["exclamation"]))


def test_rows_of_before_the_installation_are_checked_by_the_report(house_style):
    pair = Pair(source="Il pleut.", target="It is raining!")
    again = tuple(registry.chosen((), choose_checks(), pair))
    assert [f.check for f in again] == ["exclamation"]
    assert tuple(registry.chosen(again, choose_checks(), pair)) == again
    assert not tuple(registry.chosen(again, choose_checks(without=["exclamation"]), pair))


def test_without_plug_ins_the_checks_are_the_built_in_ones():
    assert tuple(registry.known_checks().values()) == CHECKS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("import nowhere_to_be_found", "cannot be loaded: ModuleNotFoundError"),
        ("it = 3", "is no Check but int"),
        (
            "from pipeline.quality import check\n"
            "@check('numbers', 'Mine', 'error', 'Mine.')\ndef it(pair): return ()",
            "takes the name of another check, 'numbers'",
        ),
        (
            "from pipeline.quality import check\n"
            "@check('two-translations', 'Mine', 'error', 'Mine.')\ndef it(pair): return ()",
            "takes the name of another check, 'two-translations'",
        ),
        (
            "from pipeline.quality import check\n"
            "@check('My check', 'Mine', 'error', 'Mine.')\ndef it(pair): return ()",
            "has an unusable name or severity: 'My check', 'error'",
        ),
    ],
)
def test_a_broken_one_is_refused_with_the_name_of_its_distribution(install, text, problem):
    module = "broken_" + re.sub(r"\W", "", problem)
    install(module, text, {"mine": f"{module}:it"}, "broken-checks")
    with pytest.raises(UsageError, match=re.escape(problem)) as caught:
        choose_checks()
    assert "'broken-checks'" in caught.value.problem
    assert caught.value.place == f"entry point passerelle.checks: mine = {module}:it"
    assert "pip uninstall broken-checks" in caught.value.next_step
    result = CliRunner().invoke(app, ["quality", "checks", "--list"])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_check_that_fails_is_a_finding_and_the_others_go_on():
    @check("sums", "Sums", "error", "Sums are right.")
    def sums(pair):
        yield make_finding("sums", "error", "seen before it failed")
        raise ZeroDivisionError("division by zero")

    pair = Pair(source="Il a 3 enfants.", target="He has 4 children.")
    found = check_pair(pair, [sums, *choose_checks(["numbers"])])
    assert [(f.check, f.severity) for f in found] == [("sums", "warning"), ("numbers", "error")]
    assert found[0].message == "could not be checked: ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    "answer", [None, ["no finding"], [replace(make_finding("x", "info", "x"), severity="grave")]]
)
def test_a_check_that_gives_no_findings_but_something_else_is_a_finding(answer):
    wrong = check("wrong", "Wrong", "info", "Wrong.")(lambda pair: answer)
    (finding,) = check_pair(Pair(source="a", target="b"), [wrong])
    assert (finding.check, finding.severity) == ("wrong", "warning")
    assert finding.message.startswith("could not be checked: TypeError")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Il y en a " + "9" * 400 + ".", "There are " + "9" * 400 + "."),
        ("Il y en a " + "9" * 5000 + ".", "There are " + "9" * 5000 + "."),
        ("9" * 400 + ",5 % et 3 " + "cent " * 1500, "9" * 400 + ".5% and 3 " + "hundred " * 900),
        ("Il en a 3 " + "mille " * 155, "He has 3 " + "hundred " * 155),
        ("cent " * 155 + "ans", "hundred " * 155 + "years"),
        ("quatre-vingt " * 600, "eighty " * 900),
        ("XXX " * 1500 + "20 h 30", "8:30 p.m. " * 800),
    ],
)
def test_numbers_beyond_all_counting_do_not_end_a_run(source, target):
    for finding in check_pair(Pair(source=source, target=target), CHECKS):
        assert finding.message
