"""Paired tests give sacrebleu's own p-values and refuse what is no test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import NothingChecked, QualityError, UsageError
from pipeline.quality.metrics.reference import default_seed
from pipeline.quality.metrics.significance import compare_systems

ROOT = Path(__file__).parents[2]
FLORES = ROOT.parent / "shared" / "testsets" / "flores-dev"

REFERENCES = [
    f"The minister said on day {n} that the {w} would rise."
    for n, w in enumerate(
        ["price", "tax", "river", "wage", "rent", "cost", "temperature", "rate", "sea", "number"]
    )
]
FIRST = [line.replace("would rise", "will go up") for line in REFERENCES]
SECOND = [
    line if n % 3 else line.replace("The minister said", "Said minister")
    for n, line in enumerate(REFERENCES)
]


def sacrebleu_paired(tmp_path: Path, first, second, references, *arguments: str):
    for name, lines in [("a", first), ("b", second), ("r", references)]:
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    # sacrebleu 2.6.0 cannot print chrF's float32 as JSON: the encoder is helped out.
    program = (
        "import json, sys; from sacrebleu.sacrebleu import main;"
        "json.JSONEncoder.default = lambda self, number: float(number); main()"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, "r", "-i", "a", "b"]
    command += ["-m", "bleu", "chrf", "-f", "json", *arguments]
    out = subprocess.run(
        command, capture_output=True, text=True, check=True, encoding="utf-8", cwd=tmp_path
    )
    return json.loads(out.stdout)


def assert_equal(ours, theirs) -> None:
    for score in ours.scores:
        row = theirs[0 if score.system == "a" else 1][score.name]
        assert score.value == row["score"]
        assert score.p_value == row["p_value"]
        assert score.mean == row["mean"]
        assert score.ci == row["ci"]


@pytest.mark.parametrize(("test", "option"), [("bs", "--paired-bs"), ("ar", "--paired-ar")])
def test_p_values_equal_the_sacrebleu_command_line(tmp_path, test, option):
    theirs = sacrebleu_paired(tmp_path, FIRST, SECOND, REFERENCES, option, f"{option}-n", "500")
    ours = compare_systems(
        [("a", FIRST), ("b", SECOND)],
        [REFERENCES],
        metrics=("bleu", "chrf"),
        test=test,
        samples=500,
    )
    assert_equal(ours, theirs)
    assert f"{test}:500|seed:12345" in dict(ours.signatures)["BLEU"]


@pytest.mark.skipif(not FLORES.is_dir(), reason="../shared/testsets/flores-dev is not here")
def test_p_values_of_two_real_systems_equal_the_sacrebleu_command_line(tmp_path):
    files = ["flores-dev.bergamot-tiny.en", "flores-dev.google.en", "flores-dev.en"]
    first, second, references = (
        (FLORES / name).read_text(encoding="utf-8").splitlines()[:150] for name in files
    )
    theirs = sacrebleu_paired(tmp_path, first, second, references, "--paired-bs")
    ours = compare_systems([("a", first), ("b", second)], [references])
    assert_equal(ours, theirs)
    better = next(s for s in ours.scores if s.system == "b" and s.metric == "bleu")
    assert better.significant()
    assert better.delta > 0


def test_equal_outputs_are_nothing_to_compare():
    with pytest.raises(NothingChecked, match="text for text"):
        compare_systems([("a", FIRST), ("b", list(FIRST))], [REFERENCES])


def test_one_system_or_one_name_twice_is_refused():
    with pytest.raises(UsageError, match="two systems"):
        compare_systems([("a", FIRST)], [REFERENCES])
    with pytest.raises(UsageError, match="same name"):
        compare_systems([("a", FIRST), ("a", SECOND)], [REFERENCES])


def test_outputs_of_other_lengths_are_refused():
    with pytest.raises(QualityError, match="10 segments, the output 9"):
        compare_systems([("a", FIRST), ("b", SECOND[:9])], [REFERENCES])


def test_a_test_that_would_not_fit_into_memory_says_what_would():
    long = ["a b c"] * 100_000
    with pytest.raises(QualityError, match="GB of memory") as caught:
        compare_systems([("a", long), ("b", ["a b d"] * 100_000)], [long])
    assert "--samples" in caught.value.next_step


def test_the_seed_is_sacrebleus_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    assert default_seed() == 12345
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    assert default_seed() == 7
    monkeypatch.setenv("SACREBLEU_SEED", "none")
    with pytest.raises(UsageError, match="whole number"):
        default_seed()


def test_no_modules_of_the_room_import_each_other_in_a_circle():
    import ast
    from graphlib import TopologicalSorter

    import pipeline.quality

    folder = Path(pipeline.quality.__file__).parent
    files = {
        ".".join(path.relative_to(folder).with_suffix("").parts): path
        for path in folder.rglob("*.py")
        if path.stem != "__init__"
    }
    names = set(files)
    assert len(names) > 20
    graph = {}
    for name, path in files.items():
        tree = ast.parse(path.read_text("utf-8"))
        imports = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        graph[name] = {module.removeprefix("pipeline.quality.") for module in imports} & names
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError on a circle
    assert set(order) == names
