"""``passerelle glossary``: exit code and text of every command."""

from __future__ import annotations

import json

import pytest
from making import draft
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import EXIT_SKIPPED, GlossaryError
from pipeline.glossary import TermBase, enforce, load_termbase
from pipeline.records import Hypothesis, Translation
from pipeline.table import segment_frame

HEADER = "source,target,status,note\r\n"
BODY = 'IA,AI,,"kept, as it is"\r\nOpenAI,,dnt,\r\nUE,EU,,\r\n'


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A working folder with a glossary and one article."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "terms.csv").write_bytes((HEADER + BODY).encode())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(
        "On voit Tartempion ici. L’IA avance.\n\nUn jumeau numérique, deux jumeaux numériques, "
        "un jumeau numérique de plus.\n",
        encoding="utf-8",
    )
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, ["glossary", *arguments])


def content(desk):
    return (desk / "glossary" / "terms.csv").read_bytes().decode()


def test_list_shows_each_row_with_its_place(desk):
    result = call("list")
    assert result.exit_code == 0
    assert "glossary/terms.csv:2: IA → AI" in result.stdout
    assert "glossary/terms.csv:3: OpenAI → (as it is)  [dnt]" in result.stdout
    assert [t["source"] for t in json.loads(call("list", "eu", "--json").stdout)] == ["UE"]


def test_add_appends_one_row(desk):
    result = call("add", "jumeau numérique", "digital twin", "--note", "a, b")
    assert result.exit_code == 0, result.output
    assert content(desk) == HEADER + BODY + 'jumeau numérique,digital twin,,"a, b"\r\n'
    assert "added glossary/terms.csv:5" in result.stdout


def test_add_without_a_target_keeps_the_term_as_it_is(desk):
    result = call("add", "Grok", "--json")
    assert json.loads(result.stdout)["values"] == ["Grok", "", "dnt", ""]
    assert content(desk).endswith("Grok,,dnt,\r\n")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["IA", "A.I."], "has a row already"),
        (["puce", "chip", "--status", "good"], "'good' is no status"),
        (["puce", "chip", "--wrong", "flea"], "has no column 'wrong'"),
        (["puce", "chip||flea"], "empty alternative"),
    ],
)
def test_add_refuses_what_lint_would_and_writes_nothing(desk, arguments, problem):
    result = call("add", *arguments)
    assert result.exit_code == 5
    assert problem in result.stderr
    assert "→" in result.stderr
    assert content(desk) == HEADER + BODY


def test_set_changes_one_cell_and_no_other_byte(desk):
    result = call("set", "IA", "target=AI|artificial intelligence")
    assert result.exit_code == 0, result.output
    changed = 'IA,AI|artificial intelligence,,"kept, as it is"\r\n'
    assert content(desk) == HEADER + changed + "OpenAI,,dnt,\r\nUE,EU,,\r\n"


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (["IA", "target="], 5, "the target is empty"),
        (["IA", "target"], 2, "is no column=value"),
        (["IA", "colour=red"], 5, "has no column 'colour'"),
        (["ia", "target=x"], 5, "there is no row for 'ia'"),
    ],
)
def test_set_refuses_a_change_that_cannot_be(desk, arguments, code, problem):
    result = call("set", *arguments)
    assert result.exit_code == code
    assert problem in result.stderr
    assert content(desk) == HEADER + BODY


def test_a_term_with_two_rows_needs_a_line(desk):
    path = desk / "glossary" / "terms.csv"
    path.write_text(HEADER + "IA,AI,,\nIA,brain,forbidden,\n", encoding="utf-8")
    result = call("set", "IA", "note=x")
    assert result.exit_code == 5
    assert "lines 2, 3" in result.stderr
    assert call("set", "IA", "note=x", "--line", "3").exit_code == 0
    assert "IA,brain,forbidden,x" in path.read_text(encoding="utf-8")


def test_remove_takes_one_row_out(desk):
    assert call("remove", "OpenAI").exit_code == 0
    assert content(desk) == HEADER + (BODY.replace("OpenAI,,dnt,\r\n", ""))
    assert call("remove", "OpenAI").exit_code == 5


def test_lint_exits_with_five_on_errors_and_zero_on_warnings(desk):
    result = call("lint")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        0,
        "glossary/terms.csv: 0 errors, 0 warnings",
    )
    path = desk / "glossary" / "terms.csv"
    path.write_text("source,target\npoint,dot\n", encoding="utf-8")
    result = call("lint")
    assert result.exit_code == 0
    assert "glossary/terms.csv:2 [source]: warning" in result.stdout
    path.write_text("source,target\nIA,\n", encoding="utf-8")
    result = call("lint")
    assert result.exit_code == call("list").exit_code == GlossaryError.exit_code == 5
    assert call("lint", "--json").exit_code == 5
    assert "glossary/terms.csv:2 [target]: error: the target is empty\n  → " in result.stdout
    found = json.loads(call("lint", "--json").stdout)
    assert (found["errors"], found["problems"][0]["code"]) == (1, "empty-target")


def test_lint_names_terms_that_the_given_documents_lack(desk):
    result = call("lint", "--corpus", "in")
    assert result.exit_code == 0
    assert "'OpenAI' does not occur" in result.stdout
    assert "'IA' does not occur" not in result.stdout


def test_suggest_needs_no_glossary_and_gives_one_with_its_header(desk, monkeypatch):
    new = desk / "new"
    new.mkdir()
    monkeypatch.chdir(new)
    result = call("suggest", "../in", "--json")
    assert result.exit_code == 0, result.output
    assert "IA" in [c["source"] for c in json.loads(result.stdout)]
    result = call("suggest", "../in")
    assert result.exit_code == 0, result.output
    assert "no glossary yet" in result.stderr
    (new / "terms.csv").write_text(result.stdout, encoding="utf-8")
    assert "empty-source" not in call("lint", "terms.csv", "--json").stdout
    assert "missing-column" not in call("lint", "terms.csv", "--json").stdout
    result = call("suggest", "../in", "-g", "asked-for.csv")
    assert result.exit_code == 5
    assert "asked-for.csv" in result.stderr


def test_suggest_prints_rows_that_can_be_pasted_and_pass_lint_once_filled(desk):
    result = call("suggest", "in")
    assert result.exit_code == 0, result.output
    rows = result.stdout.splitlines()
    assert rows[0].startswith("Tartempion,,dnt,")
    assert rows[1].startswith("jumeau numérique,,,")
    assert "3 in 1 document" in rows[1]
    path = desk / "glossary" / "terms.csv"
    path.write_text(
        HEADER + rows[0] + "\n" + rows[1].replace(",,,", ",digital twin,,"), encoding="utf-8"
    )
    assert [t.source for t in load_termbase([path]).terms] == ["Tartempion", "jumeau numérique"]


def test_suggest_uses_the_last_run_for_names_that_it_rendered_in_two_ways(desk):
    table(
        desk, TermBase.empty(), [("Chez Qyzo, oui.", "At Qyzo, yes."), ("Pas Qyzo.", "Not Qizo.")]
    )
    found = json.loads(call("suggest", "in", "--json").stdout)
    assert (found[0]["kind"], found[0]["source"]) == ("unstable", "Qyzo")
    assert sorted(found[0]["variants"]) == ["Qizo ×1", "Qyzo ×1"]


def table(desk, termbase, pairs):
    drafts = [
        draft(source, target, doc_id="a.txt", segment_id=number)
        for number, (source, target) in enumerate(pairs)
    ]
    done = enforce(
        drafts, termbase, lambda batch: [(Hypothesis(text="", score=-9.0),) for _ in batch]
    )
    (desk / "outputs").mkdir(exist_ok=True)
    rows = [Translation.of(d.segment, r) for d, r in zip(drafts, done, strict=True)]
    segment_frame(rows).write_parquet(desk / "outputs" / "segments.parquet")


def test_stats_counts_what_the_last_run_made_of_each_term(desk):
    base = load_termbase([desk / "glossary" / "terms.csv"])
    table(
        desk,
        base,
        [("L’IA et l’UE.", "IA and the EU."), ("L’IA.", "It."), ("Rien.", "Nothing with AI.")],
    )
    result = call("stats")
    assert result.exit_code == 0, result.output
    assert "2 of 3 occurrences (66.7%)" in result.stdout
    assert "violated 1, forbidden forms 0, beyond the source 1" in result.stdout
    assert "IA  1/2  AI ×1  (repair 1, flag 1)  1 violated  +1 beyond the source" in result.stdout
    found = json.loads(call("stats", "--json").stdout)
    assert dict(found["by_rung"]) == {"repair": 1, "draft": 1, "flag": 1}


def test_stats_without_a_run_says_what_to_do(desk):
    result = call("stats")
    assert result.exit_code == 4
    assert "run `passerelle init` first" in result.stderr


def test_import_and_export_go_round(desk):
    for name in ("out.tbx", "out.tsv", "out.csv"):
        assert call("export", name).exit_code == 0
        result = call("import", name, "--file", f"new-{name}.csv", "--json")
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert (found["added"], found["conflicts"], found["problems"]) == (3, [], [])
        again = load_termbase([desk / f"new-{name}.csv"]).terms
        assert [(t.source, t.status) for t in again] == [
            ("IA", "preferred"),
            ("OpenAI", "dnt"),
            ("UE", "preferred"),
        ]


def test_import_leaves_rows_alone_that_say_something_else_unless_told(desk):
    (desk / "more.tsv").write_text("IA\tA.I.\nUE\tEU\nGrok\tGrok\nx\t…\n", encoding="utf-8")
    result = call("import", "more.tsv")
    assert result.exit_code == EXIT_SKIPPED == 3, result.output
    assert "1 added, 0 changed, 1 there already" in result.stdout
    assert "left alone: more.tsv:1 [target]: warning: 'IA' has another target" in result.stdout
    assert "left out: more.tsv:4 [target]: error: '…' has neither letter" in result.stdout
    assert content(desk) == HEADER + BODY + "Grok,Grok,,\r\n"
    result = call("import", "more.tsv", "--overwrite")
    assert "0 added, 1 changed, 2 there already" in result.stdout
    assert content(desk).startswith(HEADER + 'IA,A.I.,,"kept, as it is"\r\n')


def test_export_never_overwrites_a_glossary_in_use(desk):
    result = call("export", "glossary/terms.csv")
    assert result.exit_code == 5
    assert content(desk) == HEADER + BODY


def test_a_broken_glossary_stops_every_command_without_a_traceback(desk):
    (desk / "glossary" / "terms.csv").write_text('source,target\nIA,"AI\n', encoding="utf-8")
    for arguments in (["list"], ["export", "x.tsv"], ["suggest", "in"]):
        result = call(*arguments)
        assert result.exit_code == 5
        assert "never closed" in result.stderr
        assert "glossary/terms.csv:2" in result.stderr
        assert "Traceback" not in result.output


def test_a_locked_glossary_is_reported(desk):
    result = call("add", "puce", "chip", "--file", "nowhere/terms.csv")
    assert result.exit_code == 5
    assert "nowhere/terms.csv" in result.stderr


def test_a_new_row_that_lint_warns_of_is_written_and_the_warning_shown(desk):
    result = call("add", "point", "point")
    assert result.exit_code == 0
    assert "'point' is an ordinary French word" in result.stderr
    assert "glossary/terms.csv:5 [source]: warning" in result.stderr
    found = json.loads(call("set", "point", "target==1+1", "--json").stdout)
    assert {p["code"] for p in found["problems"]} == {"ordinary-word"}
    assert "\r\npoint,'=1+1," in content(desk)  # what no spreadsheet runs
    assert json.loads(call("remove", "point", "--json").stdout)["problems"] == []
    assert content(desk) == HEADER + BODY


def test_a_cell_of_any_length_is_shown_on_one_line(desk):
    note = "un\ndeux " + "x" * 100_000
    result = call("set", "IA", f"note={note}")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 1
    assert len(result.stdout) < 300


def test_a_column_that_stands_twice_is_not_edited(desk):
    path = desk / "twice.csv"
    path.write_text("source,target,target\nIA,AI,\n", encoding="utf-8")
    result = call("set", "IA", "target=A.I.", "--file", "twice.csv")
    assert result.exit_code == 5
    assert "twice.csv:1: the column 'target' stands twice" in result.stderr
