"""The quality commands: what they print and how they exit."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.quality_show import where_they_part
from pipeline.quality import examine
from pipeline.table import segment_frame, segment_schema, translation_of

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ["Il a 3 enfants.", "Le chat dort.", "La maison est grande et belle."]
GOOD = ["He has 3 children.", "The cat is sleeping.", "The house is big and beautiful."]
OTHER = ["He has 4 children.", "The cat sleeps.", "The house is large and nice."]
REFERENCE = ["He has three children.", "The cat is asleep.", "The house is big and beautiful."]


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*arguments: str):
        result = runner.invoke(app, ["quality", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        assert "Traceback" not in result.output
        return result

    return call


@pytest.fixture
def lines(tmp_path):
    def write(name: str, texts) -> str:
        path = tmp_path / name
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return str(path)

    return write


def table(folder: Path, targets, *, found="children", sources=SOURCE) -> str:
    folder.mkdir()
    rows = [
        {
            "doc_id": "a.fr.txt",
            "block_id": number,
            "segment_id": 0,
            "kind": "paragraph",
            "start": 0,
            "end": len(source),
            "block_start": 0,
            "block_end": len(source),
            "source": source,
            "draft": target,
            "target": target,
            "engine": "fake",
            "fingerprint": "f",
            "score": -0.3,
            "hypotheses": [],
            "terms": [
                {
                    "occurrence": {
                        "term": "enfants",
                        "row": "t.csv:2",
                        "span": {"start": 7, "end": 14},
                        "text": "enfants",
                    },
                    "expected": ["children", "kids"],
                    "found": found,
                    "target": {"start": 0, "end": 1},
                    "rung": "draft",
                    "status": "satisfied" if found else "violated",
                }
            ]
            if number == 0
            else [],
            "edits": [],
            "findings": [],
            "memory": False,
            "seconds": 0.0,
        }
        for number, (source, target) in enumerate(zip(sources, targets, strict=True))
    ]
    rows = [
        replace(r, findings=examine(r.segment, r, r.findings)) for r in map(translation_of, rows)
    ]
    segment_frame(rows).write_parquet(folder / "segments.parquet")
    return str(folder)


# --- score -------------------------------------------------------------------------


def test_score_prints_sacrebleus_lines(run, lines):
    result = run("score", lines("h", GOOD), "-r", lines("r", REFERENCE), "--width", "4")
    assert result.exit_code == 0
    from sacrebleu.metrics.bleu import BLEU

    bleu = BLEU()
    value = bleu.corpus_score(GOOD, [REFERENCE])
    assert value.format(4, False, bleu.get_signature().format()) in result.stdout


def test_score_by_segment_document_and_in_json(run, lines):
    hypothesis, reference = lines("h", GOOD), lines("r", REFERENCE)
    result = run("score", hypothesis, "-r", reference, "-m", "chrf", "--level", "segment")
    assert result.stdout.splitlines()[2] == "3\t100.0"
    ids = lines("ids", ["a", "a", "b"])
    result = run(
        "score", hypothesis, "-r", reference, "--level", "document", "--doc-ids", ids, "--json"
    )
    data = json.loads(result.stdout)
    assert [row["name"] for row in data["rows"]] == ["a", "b"]
    assert data["rows"][1]["values"] == pytest.approx([100, 100])
    assert data["scores"][0]["n"] == 3


def test_score_with_two_references_says_so_in_the_signature(run, lines):
    result = run("score", lines("h", GOOD), "-r", lines("r", REFERENCE), "-r", lines("s", OTHER))
    assert "nrefs:2" in result.stdout


def test_score_finds_the_reference_beside_the_text_and_aligns_blocks(run, tmp_path):
    (tmp_path / "a.fr.txt").write_text("One.\n\nTwo is here.\n\nThree.", encoding="utf-8")
    (tmp_path / "a.en.txt").write_text("One. Two is here.\n\nThree.", encoding="utf-8")
    result = run("score", "a.fr.txt", "--by", "blocks")
    assert result.exit_code == 0
    assert "aligned by length" in result.stderr


def test_score_of_a_runs_folder(run, tmp_path, lines):
    folder = table(tmp_path / "out", GOOD)
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs" / "a.en.txt").write_text("\n\n".join(REFERENCE), encoding="utf-8")
    result = run("score", folder, "-r", "refs", "--level", "document", "--fail-under", "chrf=50")
    assert result.exit_code == 0
    assert "a.fr.txt\t" in result.stdout
    assert run("score", folder).exit_code == 12


def test_gates_have_their_own_exit_codes(run, lines):
    arguments = ["score", lines("h", GOOD), "-r", lines("r", REFERENCE)]
    assert run(*arguments, "--fail-under", "bleu=10", "--fail-under", "chrf=20").exit_code == 0
    low = run(*arguments, "--fail-under", "bleu=99")
    assert (low.exit_code, "bleu is" in low.stderr) == (13, True)
    unmeasured = run(*arguments, "--fail-under", "terms=0.9")
    assert (unmeasured.exit_code, "not measured: terms" in unmeasured.stderr) == (12, True)


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("bleu", "NAME=VALUE was expected"),
        ("comet=3", "unknown figure 'comet'"),
        ("bleu=high", "'high' is not a number"),
        ("terms=98", "lies between 0 and 1"),
        ("ter=40", "less is better"),
    ],
)
def test_a_wrong_gate_is_a_usage_error_with_the_right_form(run, lines, gate, message):
    result = run("score", lines("h", GOOD), "-r", lines("r", REFERENCE), "--fail-under", gate)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (2, "score h -r r -m meteor"),
        (4, "score nowhere -r r"),
        (11, "score h -r short"),
        (12, "score h"),
        (13, "score h -r r --fail-under chrf=99"),
        (2, "compare h"),
        (4, "compare h nowhere -r r"),
        (11, "compare h short -r r"),
        (12, "compare h h2 -r r"),
        (13, "compare o h -r r --samples 10 --fail-under chrf=99"),
        (2, "report out --only nonsense"),
        (4, "report nowhere"),
        (7, "report blocked"),
        (12, "report out --fail-under bleu=1"),
        (13, "report out --fail-under confidence=1"),
        (2, "checks --only nonsense"),
        (4, "checks nowhere"),
        (11, "checks --source h --target short"),
        (12, "checks --source empty --target empty"),
        (13, "checks out --fail-on error"),
    ],
)
def test_every_exit_code_is_met_and_named_in_the_help(run, lines, tmp_path, code, arguments):
    for name, texts in (("h", GOOD), ("h2", GOOD), ("o", OTHER), ("r", REFERENCE), ("empty", [])):
        lines(name, texts)
    lines("short", GOOD[:1])
    table(tmp_path / "out", OTHER)
    table(tmp_path / "blocked", OTHER)
    (tmp_path / "blocked" / "report.html").mkdir()
    result = run(*arguments.split())
    assert result.exit_code == code, result.output
    told = " ".join(run(arguments.split()[0], "--help").stdout.split("Exit codes: ")[1].split())
    assert f"; {code} " in told


# --- bad input ---------------------------------------------------------------------


def test_empty_files_are_nothing_checked(run, lines):
    result = run("score", lines("h", []), "-r", lines("r", []))
    assert (result.exit_code, "no line in it" in result.stderr) == (12, True)


def test_files_of_empty_lines_are_nothing_checked_and_the_side_is_named(run, lines):
    blank, text = lines("blank", ["", " ", ""]), lines("text", GOOD)
    result = run("score", blank, "-r", text)
    assert (result.exit_code, f"{blank}: there is no text in it" in result.stderr) == (12, True)
    result = run("score", text, "-r", text, "-r", blank)
    assert (result.exit_code, f"{blank}: there is no text in it" in result.stderr) == (12, True)
    assert run("score", lines("some", ["", *GOOD[1:]]), "-r", text).exit_code == 0


def test_one_sided_and_unequal_files_are_an_error_with_both_counts(run, lines):
    result = run("score", lines("h", GOOD), "-r", lines("r", []))
    assert result.exit_code == 11
    assert "h 3" in result.stderr
    assert "r 0" in result.stderr
    long = run("score", lines("long", GOOD * 2000), "-r", lines("r2", REFERENCE * 1999))
    assert (long.exit_code, "long 6000" in long.stderr, "r2 5997" in long.stderr) == (
        11,
        True,
        True,
    )


def test_invalid_utf8_is_named_with_line_and_column(run, lines, tmp_path):
    (tmp_path / "bad").write_bytes(b"fine\ncaf\xe9\n")
    result = run("score", "bad", "-r", lines("r", ["fine", "cafe"]))
    assert result.exit_code == 4
    assert "bad:2: not valid UTF-8: byte 0xe9 at column 4" in result.stderr


def test_no_reference_at_all_is_nothing_checked(run, lines):
    result = run("score", lines("h", GOOD))
    assert (result.exit_code, "there is no reference" in result.stderr) == (12, True)


def test_a_missing_file_is_named(run, lines):
    assert run("score", "nowhere.txt").exit_code == 4
    result = run("score", lines("h", GOOD), "-r", "nowhere.txt")
    assert (result.exit_code, "nowhere.txt" in result.stderr) == (4, True)


def test_a_megabyte_in_one_segment_is_scored_and_too_much_for_ter(run, lines):
    long = "word and more words " * 55_000
    hypothesis, reference = lines("h", [long]), lines("r", [long + "end"])
    assert run("score", hypothesis, "-r", reference, "-m", "bleu").exit_code == 0
    result = run("score", hypothesis, "-r", reference, "-m", "ter")
    assert (result.exit_code, "too long for TER" in result.stderr) == (11, True)


def test_hypotheses_that_are_all_alike_are_scored_with_a_warning(run, lines):
    result = run("score", lines("h", ["The same."] * 3), "-r", lines("r", REFERENCE))
    assert result.exit_code == 0
    assert "all 3 segments" in result.stderr


def test_an_unknown_metric_is_a_usage_error(run, lines):
    result = run("score", lines("h", GOOD), "-r", lines("r", REFERENCE), "-m", "meteor")
    assert (result.exit_code, "chrf++" in result.stderr) == (2, True)


# --- test sets ---------------------------------------------------------------------


def test_a_test_set_offline_says_what_to_do_instead(run, lines, monkeypatch):
    import urllib.error

    import sacrebleu.utils

    def offline(*_arguments):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(sacrebleu.utils, "get_reference_files", offline)
    monkeypatch.setattr(sacrebleu.utils, "get_source_file", offline)
    result = run("score", lines("h", GOOD), "--testset", "wmt14")
    assert result.exit_code == 9
    assert "wmt14 could not be downloaded: no route to host" in result.stderr
    assert "--reference" in result.stderr


def test_unknown_test_sets_and_pairs_are_named_with_what_there_is(run, lines):
    hypothesis = lines("h", GOOD)
    result = run("score", hypothesis, "--testset", "wmt99")
    assert (result.exit_code, "wmt14" in result.stderr) == (2, True)
    result = run("score", hypothesis, "--testset", "wmt14", "--langpair", "fr-zz")
    assert (result.exit_code, "fr-en" in result.stderr) == (2, True)


def test_a_downloaded_test_set_is_scored(run, lines, monkeypatch):
    import sacrebleu.utils

    files = {"source": lines("s", SOURCE), "reference": lines("r", REFERENCE)}
    monkeypatch.setattr(sacrebleu.utils, "get_source_file", lambda *_: files["source"])
    monkeypatch.setattr(sacrebleu.utils, "get_reference_files", lambda *_: [files["reference"]])
    result = run("score", lines("h", GOOD), "--testset", "wmt14")
    assert (result.exit_code, "BLEU|nrefs:1" in result.stdout) == (0, True)


# --- compare -----------------------------------------------------------------------


def test_compare_prints_deltas_p_values_and_what_moved(run, lines):
    result = run(
        "compare",
        lines("a", OTHER),
        lines("b", GOOD),
        "-r",
        lines("r", REFERENCE),
        "-m",
        "chrf",
        "--samples",
        "100",
    )
    assert result.exit_code == 0
    assert "p = " in result.stdout
    assert "2 got better, 0 got worse, 1 did not move" in result.stdout
    assert "line 3" in result.stdout


def test_compare_names_systems_in_short_and_fits_eighty_columns(run, lines, tmp_path):
    (tmp_path / "deep" / "one").mkdir(parents=True)
    (tmp_path / "deep" / "two").mkdir()
    long = [f"{line} {'And so it goes on and on. ' * 9}" for line in OTHER]
    files = [lines("deep/one/flores-dev.en", long), lines("deep/two/flores-dev.en", GOOD)]
    result = run("compare", *files, "-r", lines("r", REFERENCE), "--samples", "50")
    assert "baseline                  one/flores-dev.en" in result.stdout
    prose = [line for line in result.stdout.splitlines() if "|nrefs" not in line]
    assert max(map(len, prose)) <= 80


def test_a_comparison_shows_where_two_texts_part():
    start = "The most surprising aspect of this attempt is in the"
    before, after = where_they_part(f"{start} personality of both.", f"{start} nature of both.")
    assert (before, after) == ("… in the personality of both.", "… in the nature of both.")
    assert where_they_part("A cat sat.", "A dog sat.") == ("A cat sat.", "A dog sat.")
    assert where_they_part("One two three four five.", "") == ("One two three four five.", "")


def test_compare_of_a_folder_and_a_file_is_a_usage_error(run, lines, tmp_path):
    folder = table(tmp_path / "one", OTHER)
    result = run("compare", folder, lines("b", GOOD), "-r", lines("r", REFERENCE))
    assert (result.exit_code, "folder and a file cannot be compared" in result.stderr) == (
        2,
        True,
    )


def test_a_term_that_one_glossary_alone_has_is_named(run, tmp_path):
    first = table(tmp_path / "one", OTHER)
    frame = pl.read_parquet(tmp_path / "one" / "segments.parquet")
    frame = frame.with_columns(terms=pl.lit([], dtype=segment_schema()["terms"]))
    frame.write_parquet(tmp_path / "one" / "segments.parquet")
    result = run("compare", first, table(tmp_path / "two", GOOD))
    assert "two: enfants (1 of 1 right)" in result.stderr


def test_compare_in_json_with_approximate_randomisation_and_three_systems(run, lines):
    files = [lines("a", OTHER), lines("b", GOOD), lines("c", REFERENCE)]
    options = ["-r", lines("r", REFERENCE), "--test", "ar", "--samples", "50", "--json"]
    result = run("compare", *files, *options)
    data = json.loads(result.stdout)["comparison"]
    assert data["test"] == "ar"
    assert len(data["systems"]) == 3


def test_comparing_a_text_with_itself_is_nothing_checked(run, lines):
    result = run("compare", lines("a", GOOD), lines("b", GOOD), "-r", lines("r", REFERENCE))
    assert (result.exit_code, "text for text" in result.stderr) == (12, True)


def test_compare_of_runs_shows_terms_and_findings_that_changed(run, tmp_path):
    first = table(tmp_path / "one", OTHER, found="")
    second = table(tmp_path / "two", GOOD)
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs" / "a.en.txt").write_text("\n\n".join(REFERENCE), encoding="utf-8")
    result = run("compare", first, second, "-r", "refs", "--samples", "50")
    assert result.exit_code == 0
    assert "enfants: (violated) → children" in result.stdout
    assert "numbers: 1 → 0" in result.stdout
    without = run("compare", first, second)
    assert (without.exit_code, "no reference, not scored" in without.stderr) == (0, True)
    told = without.stdout.split("look at these first:")[1]
    differing = json.loads(run("compare", first, second, "--json").stdout)["differing"]
    graver = [len(d["findings"]) for d in differing]
    assert graver == sorted(graver, reverse=True)
    assert graver[0] > 0
    assert differing[0]["place"] in told
    assert differing[0]["findings"][0] in told
    assert "look at these first" not in result.stdout
    assert run("compare", first, first).exit_code == 12


def test_runs_over_different_sources_are_refused(run, tmp_path):
    first = table(tmp_path / "one", OTHER)
    second = table(tmp_path / "two", GOOD, sources=["Autre.", *SOURCE[1:]])
    result = run("compare", first, second)
    assert (result.exit_code, "different sources" in result.stderr) == (11, True)


# --- report and checks ---------------------------------------------------------------


def test_report_writes_the_page_and_names_it(run, tmp_path):
    folder = table(tmp_path / "out", OTHER)
    result = run("report", folder)
    assert result.exit_code == 0
    assert "3 in the source, 4 in the translation" in result.stdout
    assert (tmp_path / "out" / "report.html").is_file()
    data = json.loads(run("report", folder, "--json", "--without", "numbers").stdout)
    assert data["errors"] == 0
    assert run("report", folder, "--fail-under", "terms=0.98").exit_code == 0
    assert run("report", folder, "--fail-under", "bleu=30").exit_code == 12


def test_report_and_checks_take_the_output_folder_of_the_settings(run, tmp_path, monkeypatch):
    (tmp_path / "passerelle.toml").write_text('out = "english"\n')
    table(tmp_path / "english", OTHER)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert run("report").exit_code == 0
    assert (tmp_path / "english" / "report.html").is_file()
    result = run("checks")
    assert result.exit_code == 0
    assert f"Next: `passerelle quality report {tmp_path / 'english'}` shows them." in result.stdout
    other = table(tmp_path / "other", GOOD)
    assert not (tmp_path / "other" / "report.html").exists()
    assert run("report", other).exit_code == 0
    assert (tmp_path / "other" / "report.html").is_file()


def test_report_gates_on_terms(run, tmp_path):
    folder = table(tmp_path / "out", GOOD, found="")
    result = run("report", folder, "--fail-under", "terms=0.98")
    assert (result.exit_code, "terms is 0" in result.stderr) == (13, True)


def test_checks_over_files_and_folders(run, lines, tmp_path):
    files = ["--source", lines("s", SOURCE), "--target", lines("t", OTHER)]
    result = run("checks", *files)
    assert result.exit_code == 0
    assert "line 1: error numbers: 3 in the source, 4 in the translation" in result.stdout
    assert "3 sentences checked: 1 error, 0 warnings, 0 notes." in result.stdout
    assert run("checks", *files, "--fail-on", "error").exit_code == 13
    assert run("checks", *files, "--without", "numbers", "--fail-on", "info").exit_code == 0
    data = json.loads(run("checks", table(tmp_path / "out", OTHER), "--json").stdout)
    assert data["counts"] == {"error": 1, "warning": 0, "info": 0}


def test_checks_are_listed_and_unknown_ones_refused(run):
    assert "french-left" in run("checks", "--list").stdout
    only = run("checks", "--list", "--only", "urls", "--json")
    assert [row["name"] for row in json.loads(only.stdout)] == ["urls"]
    result = run("checks", "--only", "grammar")
    assert (result.exit_code, "known checks" in result.stderr) == (2, True)


def test_one_side_alone_is_a_usage_error(run, lines):
    assert run("checks", "--source", lines("s", SOURCE)).exit_code == 2


def test_the_commands_stay_out_of_the_way_of_help():
    import subprocess

    program = (
        "import sys, pipeline.cli;"
        "print(any(m in sys.modules for m in ('polars', 'sacrebleu', 'jinja2')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_run_is_scored_against_several_references(run, tmp_path):
    folder = table(tmp_path / "out", OTHER)
    for name, texts in (("one", REFERENCE), ("two", GOOD)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.en.txt").write_text("\n\n".join(texts), encoding="utf-8")
    result = run("score", folder, "-r", "one", "-r", "two")
    assert (result.exit_code, "nrefs:2" in result.stdout) == (0, True)
    both = json.loads(run("score", folder, "-r", "one", "-r", "two", "--json").stdout)
    alone = json.loads(run("score", folder, "-r", "one", "--json").stdout)
    assert both["scores"][0]["value"] >= alone["scores"][0]["value"]
    other = table(tmp_path / "other", GOOD)
    result = run("compare", folder, other, "-r", "one", "-r", "two")
    assert (result.exit_code, "one reference" in result.stderr) == (2, True)


def test_gates_that_are_passed_say_so_beside_the_output(run, lines):
    files = [lines("h", GOOD), "-r", lines("r", REFERENCE)]
    result = run("score", *files, "--fail-under", "chrf=10", "--json")
    assert result.exit_code == 0
    assert "Gates passed: chrf " in result.stderr
    assert "(at least 10)" in result.stderr
    json.loads(result.stdout)  # nothing but JSON there
