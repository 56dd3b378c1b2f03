from __future__ import annotations

import json
import re
import subprocess
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.errors import OutputError
from pipeline.run import ChosenEngine
from pipeline.run.reporting.summary import render_summary

ARTICLE = "Bonjour à tous. Il fait beau.\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.fr.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def engine(fake_engine_class, monkeypatch):
    engine = fake_engine_class()
    monkeypatch.setattr(
        command,
        "_open",
        lambda _settings, _say: ChosenEngine(engine=engine, why="the fake engine"),
    )
    return engine


def passerelle(*arguments, stdin=None):
    return CliRunner().invoke(app, list(map(str, arguments)), input=stdin)


def test_a_folder_is_translated_into_the_default_output_folder(folder, engine):
    result = passerelle("translate", "in")
    assert result.exit_code == 0, result.output
    text = (folder / "outputs" / "a.en.txt").read_text(encoding="utf-8")
    assert text == "[Bonjour à tous.] [Il fait beau.]\n"
    assert "Translated 1 document (2 sentences) into outputs" in result.stdout
    assert "Engine: the fake engine." in result.stdout
    assert "Next: open outputs/report.html and read the sentences above" in result.stdout
    assert "<title>" in (folder / "outputs" / "report.html").read_text(encoding="utf-8")


def test_the_report_is_computed_again_only_where_something_changed(folder, engine):
    page = folder / "outputs" / "report.html"
    passerelle("translate", "in")
    first = page.stat().st_mtime_ns
    passerelle("translate", "in")
    assert page.stat().st_mtime_ns == first
    (folder / "in" / "a.en.txt").write_text("Hello all. It is fine.\n", encoding="utf-8")
    assert "BLEU" in passerelle("translate", "in").stdout
    assert page.stat().st_mtime_ns > first
    history = pl.read_parquet(folder / "outputs" / "history.parquet")
    assert history["bleu"].is_null().to_list() == [True, False]


def test_no_report_writes_none(folder, engine):
    shown = passerelle("translate", "in", "--no-report").stdout
    assert "left in French" in shown  # sentences are checked all the same
    assert "report.html" not in shown
    assert not (folder / "outputs" / "report.html").exists()


def test_a_reference_that_is_no_text_costs_its_comparison_only(folder, engine):
    (folder / "in" / "a.en.txt").write_bytes(b"\0\1\2" * 50)
    result = passerelle("translate", "in")
    assert result.exit_code == 0
    assert "Translated 1 document" in result.stdout
    assert "the reference is not used: this is not a text file" in result.stdout
    assert (folder / "outputs" / "report.html").is_file()


def test_a_name_too_long_for_its_translation_is_skipped_and_the_report_written(folder, engine):
    (folder / "in" / f"{'n' * 251}.txt").write_text("Il pleut.\n")
    result = passerelle("translate", "in")
    assert result.exit_code == 3
    assert "the name is too long for this file system" in result.stdout
    assert (folder / "outputs" / "a.en.txt").is_file()
    assert (folder / "outputs" / "report.html").is_file()


@pytest.mark.parametrize("content", [b"", b"\xff\0\1", b"[]"])
@pytest.mark.parametrize(
    "name",
    ["report.json", "report.html", "quality.parquet", "quality.csv", "segments.parquet"]
    + ["manifest.json", "terms.csv"]
    + [f".passerelle/{name}" for name in ("lock", "journal.sqlite", "memory.sqlite")],
)
def test_whatever_file_of_the_outputs_is_damaged_the_next_run_finishes(
    folder, engine, name, content
):
    first = passerelle("translate", "in")
    found = [line for line in first.stdout.splitlines() if line.startswith("  Checks: ")]
    (folder / "outputs" / name).write_bytes(content)
    result = passerelle("translate", "in")
    if name.endswith("lock") and content:  # it may be somebody's: it is left alone
        assert result.exit_code == 7
        assert "no lock file of passerelle's" in result.stderr
        return
    assert result.exit_code == 0, result.output
    assert found
    assert found[0] in result.stdout
    assert (folder / "outputs" / "a.en.txt").read_text() == "[Bonjour à tous.] [Il fait beau.]\n"


def test_where_the_quality_report_fails_the_run_is_still_told(folder, engine, monkeypatch):
    def fail(*_args, **_more):
        raise OutputError("the disk is full", place="report.html", next_step="free some space")

    monkeypatch.setattr("pipeline.quality.write_report", fail, raising=False)
    (folder / "in" / "b.txt").write_bytes(b"\0\1\2" * 50)
    result = passerelle("translate", "in")
    assert result.exit_code == 7
    assert "Translated 1 document" in result.stdout
    assert "Skipped 1 file" in result.stdout
    assert "report.html" in result.stderr
    assert "→ free some space" in result.stderr


def test_a_damaged_history_is_kept_and_told_and_stops_nothing(folder, engine):
    (folder / "outputs").mkdir()
    (folder / "outputs" / "history.parquet").write_bytes(b"no parquet")
    result = passerelle("translate", "in")
    assert result.exit_code == 0
    assert "history.parquet.kept-1" in result.stderr


def test_what_the_checks_find_is_named_with_paragraph_and_sentence(folder, engine):
    (folder / "in" / "a.fr.txt").write_text("Bonjour.\n\nOui. Il a 12 ans et 3 chats.\n")
    engine._say = {
        "Bonjour.": "Hello.",
        "Oui.": "Yes.",
        "Il a 12 ans et 3 chats.": "He is 13 years old and has 3 cats.",
    }.get
    result = passerelle("translate", "in")
    assert "a.fr.txt, ¶2.2: " in result.stdout
    assert "open outputs/report.html" in result.stdout


def test_a_second_run_says_that_nothing_had_changed(folder, engine):
    passerelle("translate", "in")
    result = passerelle("translate", "in")
    assert "Nothing had changed since the last run." in result.stdout
    assert "2 known from before" in result.stdout


def test_a_translation_whose_source_is_gone_is_named_and_left(folder, engine):
    (folder / "in" / "b.txt").write_text("Il pleut.\n")
    assert "Left from earlier runs" not in passerelle("translate", "in").stdout
    (folder / "in" / "b.txt").unlink()
    result = passerelle("translate", "in")
    assert "Left from earlier runs, without a source in this one: b.en.txt" in result.stdout
    assert (folder / "outputs" / "b.en.txt").is_file()
    (folder / "outputs" / "b.en.txt").unlink()
    assert "Left from earlier runs" not in passerelle("translate", "in").stdout


def test_progress_goes_to_stderr_and_the_report_to_stdout(folder, engine):
    result = passerelle("translate", "in", "--json")
    report = json.loads(result.stdout)
    assert report["documents"] == 1
    assert report["segments"]["translated"] == 2
    assert report["engine"]["why"] == "the fake engine"


def test_quiet_says_nothing_when_nothing_is_wrong(folder, engine):
    (folder / "glossary").mkdir()
    (folder / "glossary" / "terms.csv").write_text("source,target\n")
    result = passerelle("translate", "in", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_quiet_names_what_could_not_be_had(folder, engine):
    (folder / "in" / "gone.txt").symlink_to("nowhere.txt")
    (folder / "in" / "nul.txt").write_bytes(b"Il pleut.\0")
    result = passerelle("translate", "in", "--quiet", "-g", "")
    assert result.exit_code == 3
    assert result.stdout == ""
    gone, nul = result.stderr.splitlines()
    assert gone == "warning: skipped in/gone.txt: a link to something that does not exist"
    assert nul.startswith("warning: skipped in/nul.txt: this is not a text file")


@pytest.mark.parametrize("out", ["a-file/out", "in/a.fr.txt"])
def test_an_output_folder_below_a_file_is_refused_in_plain_words(folder, engine, out):
    (folder / "a-file").write_text("x")
    result = passerelle("translate", "in", "--out", out, "-g", "")
    assert result.exit_code == 7
    assert "file" in result.stderr.splitlines()[0]
    assert "→ choose another folder" in result.stderr
    assert "Errno" not in result.stderr


def test_the_json_log_has_one_object_a_line(folder, engine):
    result = passerelle("translate", "in", "--json-log")
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert {"info", "warning", "progress"} >= {event["event"] for event in events}
    assert events[-1]["event"] == "progress"
    assert events[-1]["documents"] == events[-1]["documents_total"] == 1
    assert events[-1]["fraction"] == 1.0


def test_standard_input_gives_the_translation_and_nothing_else_on_stdout(folder, engine):
    result = passerelle("translate", "-", stdin="Il pleut.\n\nIl neige.")
    assert result.exit_code == 0
    assert result.stdout == "[Il pleut.]\n\n[Il neige.]"
    assert not (folder / "outputs").exists()


def test_findings_of_standard_input_stand_on_stderr_with_their_sentence(folder, engine):
    text = "Il pleut.\n\nThe parliament adopted the bill yesterday.\n"
    result = passerelle("translate", "-", "-g", "", stdin=text)
    assert result.exit_code == 0
    assert result.stdout == "[Il pleut.]\n\n[The parliament adopted the bill yesterday.]\n"
    said = result.stderr.split("warning: line 3: ")[1].splitlines()
    assert "the source seems to be English, not French" in said[0]
    assert said[1:] == [
        "      fr  The parliament adopted the bill yesterday.",
        "      en  [The parliament adopted the bill yesterday.]",
    ]
    assert "line 1" not in result.stderr


def test_findings_of_standard_input_are_few_lines_and_none_when_asked(folder, engine):
    text = "The parliament adopted the bill number {} yesterday.\n\n"
    english = "".join(text.format(number) for number in range(30))
    result = passerelle("translate", "-", "-g", "", stdin=english)
    assert result.stderr.count("seems to be English") == 20
    assert "and 10 more sentences: translate a file" in result.stderr
    quiet = passerelle("translate", "-", "-q", "-g", "", stdin=english)
    assert quiet.stderr == ""
    assert quiet.stdout == result.stdout


def test_standard_input_uses_the_output_folders_memory_where_there_is_one(folder, engine):
    passerelle("translate", "in")
    engine.asked.clear()
    result = passerelle("translate", "-", stdin="Il fait beau.")
    assert result.stdout == "[Il fait beau.]"
    assert engine.asked == []


def test_standard_input_is_read_as_its_name_says(folder, engine):
    markdown = "---\ntitle: Bonjour\n---\n\nVoir [la page](/p) et `code`.\n"
    result = passerelle("translate", "-", "--stdin-name", "a.md", "-g", "", stdin=markdown)
    assert result.exit_code == 0
    assert sorted(engine.asked[:2]) == ["Bonjour", "Voir la page et code."]
    body = result.stdout.split("---\n")[-1]
    assert "[Bonjour]" in result.stdout
    assert "[la page](/p)" in body
    assert "`code`" in body
    for option in ("--front-matter", "--no-front-matter"):
        again = passerelle(
            "translate", "-", "--stdin-name", "a.md", option, "-g", "", stdin=markdown
        )
        assert ("title: Bonjour\n" in again.stdout) == (option == "--no-front-matter")
    result = passerelle("translate", "-", "--stdin-name", "a.docx", "-g", "", stdin=markdown)
    assert result.exit_code == 4
    assert ".docx" in result.stderr


def test_standard_input_that_is_no_text_is_an_input_error(folder, engine):
    result = passerelle("translate", "-", stdin=bytes(range(256)) * 4)
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "error: stdin.txt, byte 0: this is not a text file" in result.stderr


@pytest.mark.parametrize("more", [["in"], ["--watch"], ["--dry-run"], ["--json"]])
def test_standard_input_goes_with_no_other_input_or_mode(folder, engine, more):
    result = passerelle("translate", "-", *more, stdin="")
    assert result.exit_code == 2
    assert "standard input" in result.stderr


def test_a_missing_path_is_a_usage_error_with_a_next_step(folder, engine):
    result = passerelle("translate", "nowhere")
    assert result.exit_code == 2
    assert "nowhere: no such file or folder" in result.stderr
    assert "→" in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_cannot_be_read_is_skipped_named_and_told_in_the_exit_code(folder, engine):
    (folder / "in" / "b.txt").write_bytes(bytes(range(256)) * 4)
    result = passerelle("translate", "in")
    assert result.exit_code == 3
    assert "Skipped 1 file:" in result.stdout
    assert "in/b.txt: " in result.stdout
    assert (folder / "outputs" / "a.en.txt").exists()
    manifest = json.loads((folder / "outputs" / "manifest.json").read_text())
    assert [p["name"] for p in manifest["skipped"]] == ["in/b.txt"]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(folder, engine):
    (folder / "in" / "photo.jpg").write_bytes(b"x")
    result = passerelle("translate", "in", "--dry-run")
    assert result.exit_code == 0
    assert "in/a.fr.txt → a.en.txt (2)" in result.stdout
    assert "2 sentences (2 different), 6 words" in result.stdout
    assert "photo.jpg" in result.stdout
    assert not (folder / "outputs").exists()
    assert engine.asked == []


def test_violated_terms_are_named_with_place_and_expected_form(folder, engine, monkeypatch):
    monkeypatch.setattr(engine, "_say", lambda _source: "It is ugly today.")
    (folder / "g.csv").write_text("source,target\nbeau,nice|fine\n")
    result = passerelle("translate", "in", "-g", "g.csv")
    assert result.exit_code == 0
    assert "a.fr.txt, line 1: “beau” should be “nice” or “fine”" in result.stdout
    assert "correct g.csv" in result.stdout
    assert passerelle("translate", "in", "-g", "g.csv", "--strict").exit_code == 14
    terms = (folder / "outputs" / "terms.csv").read_text(encoding="utf-8-sig")
    assert "a.fr.txt,0,1," in terms
    assert ",violated," in terms


def test_a_broken_glossary_stops_the_run_before_anything_is_written(folder, engine):
    (folder / "g.csv").write_text("target\nx\n")
    result = passerelle("translate", "in", "-g", "g.csv")
    assert result.exit_code == 5
    assert "g.csv" in result.stderr
    assert not (folder / "outputs").exists()


def test_a_glossary_that_was_asked_for_must_be_there(folder, engine):
    assert passerelle("translate", "in", "-g", "nowhere.csv").exit_code == 5
    result = passerelle("translate", "in")
    assert result.exit_code == 0
    assert "warning: no glossary" in result.stderr


def test_the_configuration_file_is_used_and_its_paths_are_relative_to_it(
    folder, engine, monkeypatch
):
    (folder / "terms.csv").write_text("source,target\nbeau,beau\n")
    (folder / "passerelle.toml").write_text('glossary = "terms.csv"\nout = "english"\n')
    monkeypatch.chdir(folder / "in")
    result = passerelle("translate", "a.fr.txt")
    assert result.exit_code == 0, result.output
    assert (folder / "english" / "a.en.txt").exists()
    manifest = json.loads((folder / "english" / "manifest.json").read_text())
    assert manifest["settings"]["out"] == {
        "value": "english",
        "origin": str(folder / "passerelle.toml"),
    }
    assert manifest["terms"]["occurrences"] == 1


def test_a_reference_beside_the_source_is_scored_with_signatures(folder, engine, monkeypatch):
    monkeypatch.setattr(
        engine,
        "_say",
        {
            "Bonjour à tous.": "Hello all of you.",
            "Il fait beau.": "The weather is fine.",
        }.__getitem__,
    )
    (folder / "in" / "a.en.txt").write_text("Hello all of you. The weather is fine.\n")
    result = passerelle("translate", "in")
    assert "(1 document, 1 paragraph): BLEU 100.0, chrF2 100.0" in result.stdout
    assert "BLEU|nrefs:1|" in result.stdout
    assert not (folder / "outputs" / "a.en.en.txt").exists()


def test_an_unknown_engine_is_a_configuration_error_with_the_choices(folder, engine):
    result = passerelle("translate", "in", "--engine", "google")
    assert result.exit_code == 2
    assert "auto, argos, bundled" in result.stderr


def test_approved_corrections_win_and_cost_the_engine_nothing(folder, engine):
    passerelle("translate", "in")
    exported = passerelle("memory", "export")
    corrected = exported.stdout.replace("[Il fait beau.],draft", "Lovely weather.,approved")
    (folder / "c.csv").write_text(corrected, encoding="utf-8")
    result = passerelle("memory", "import", "c.csv")
    assert "1 correction taken over" in result.stdout
    engine.asked.clear()
    result = passerelle("translate", "in")
    assert "1 approved by a person" in result.stdout
    assert engine.asked == []
    text = (folder / "outputs" / "a.en.txt").read_text(encoding="utf-8")
    assert text == "[Bonjour à tous.] Lovely weather.\n"
    row = pl.read_parquet(folder / "outputs" / "segments.parquet").row(1, named=True)
    assert row["engine"] == "approved"


def test_memory_commands_say_where_there_is_none(folder):
    for verb in ("stats", "export", "verify"):
        result = passerelle("memory", verb)
        assert result.exit_code == 10
        assert "no translation memory" in result.stderr


def test_memory_stats_verify_and_prune(folder, engine):
    passerelle("translate", "in", "--second-look", "off")
    stats = json.loads(passerelle("memory", "stats", "--json").stdout)
    assert (stats["segments"], stats["answers"], stats["approved"]) == (2, 2, 0)
    assert json.loads(passerelle("memory", "verify", "--json").stdout)["sound"]
    assert passerelle("memory", "prune").exit_code == 2
    assert passerelle("memory", "prune", "--keep-engine", "zzz").exit_code == 2
    result = passerelle("memory", "prune", "--keep-engine", "fake", "--json")
    assert json.loads(result.stdout) == {"deleted": 0}


def test_config_shows_value_and_origin(folder):
    (folder / "passerelle.toml").write_text("beam = 3\n")
    result = passerelle("config")
    assert f"({folder / 'passerelle.toml'})" in result.stdout
    values = json.loads(passerelle("config", "--json").stdout)
    assert values["beam"] == {"value": 3, "origin": str(folder / "passerelle.toml")}
    assert values["engine"] == {"value": "auto", "origin": "default"}


def test_version_and_help():
    assert passerelle("--version").stdout.startswith("passerelle 0.")
    help_text = passerelle("--help").stdout
    for name in ("translate", "config", "memory", "models"):
        assert f"  {name} " in help_text


@pytest.mark.parametrize(
    "command",
    [(), ("translate",), ("config",), ("glossary",), ("memory",), ("models",), ("quality",)],
)
def test_every_help_looks_alike(command):
    text = passerelle(*command, "--help").stdout
    assert text.lstrip().startswith(" ".join(["Usage: passerelle", *command, "[OPTIONS]"]))
    assert "--install-completion" not in text  # typer's own
    assert "╭" not in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_help_says_of_each_command_what_the_command_says_of_itself():
    shown = passerelle("--help").stdout
    for name in ("translate", "config", "quality", "models"):
        own = passerelle(name, "--help").stdout.split("\n\n")[1].strip()
        assert re.search(rf"^  {name} +{re.escape(own)}$", shown, re.MULTILINE)


def test_help_imports_no_heavy_library():
    script = (
        "import sys; sys.argv = ['passerelle', '--help']\n"
        "from pipeline.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n"
        "    heavy = {'polars', 'numpy', 'ctranslate2', 'sacrebleu', 'rich', 'sentencepiece',\n"
        "             'simplemma', 'inflect', 'ahocorasick_rs', 'sqlite3',\n"
        "             'importlib.metadata', 'tomllib', 'pydantic', 'pipeline.config'}\n"
        "    print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_summary_fits_a_terminal_and_is_not_broken_in_a_pipe(folder, engine, monkeypatch):
    long = "Bonjour à tous les habitants de cette ville et des villes voisines, " * 4
    (folder / "in" / "a.fr.txt").write_text(f"{long}sans exception.\n", encoding="utf-8")
    (folder / "in" / "a.en.txt").write_text("Hello to all.\n", encoding="utf-8")
    seen = {}
    monkeypatch.setattr(
        "pipeline.run.reporting.summary.render_summary",
        lambda report, **more: seen.update(report=report, width=more["width"]) or "",
    )
    passerelle("translate", "in")
    monkeypatch.undo()
    assert seen["width"] == 0  # standard output is no terminal here
    whole = render_summary(seen["report"])
    narrow = render_summary(seen["report"], width=60)
    assert narrow.split() == whole.split()
    assert max(map(len, whole.splitlines())) > 60
    coloured = render_summary(
        seen["report"], style=lambda text, _: f"\x1b[1m{text}\x1b[0m", width=60
    )
    assert re.sub(r"\x1b\[\dm", "", coloured) == narrow
    broken = [line for line in narrow.splitlines() if len(line) > 60]
    assert all(len(line.split()) == 1 for line in broken)  # signatures and paths stay whole
    assert max(len(line) for line in whole.splitlines() if line.startswith("      ")) <= 80
