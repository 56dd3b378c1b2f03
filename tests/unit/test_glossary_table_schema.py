"""The glossary's table schema, judged by frictionless: what it can say, it says as lint does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.main import get_command

from pipeline.cli.glossary import app as glossary_commands
from pipeline.glossary.file import ABOUT, COLUMNS, STATUSES, lint
from pipeline.home.schemas import schema_named

REPOSITORY = Path(__file__).parents[2]
SCHEMA = Schema.from_descriptor(json.loads(schema_named("glossary").path.read_text("utf-8")))


def troubles(path, monkeypatch):
    """Give the columns and kinds of what frictionless finds wrong with a file."""
    monkeypatch.chdir(path.parent)  # it trusts no absolute path
    report = Resource(path=path.name, schema=SCHEMA).validate()
    assert not report.errors, report.errors  # of reading
    found = [error for task in report.tasks for error in task.errors]
    return [(getattr(error, "field_name", ""), error.type) for error in found]


def write(folder, text, encoding="utf-8"):
    path = folder / "terms.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def found(tmp_path, monkeypatch):
    return lambda text, encoding="utf-8": troubles(write(tmp_path, text, encoding), monkeypatch)


@pytest.mark.parametrize(
    "path", [p for p in (REPOSITORY / "glossary").glob("*.csv")], ids=lambda p: p.name
)
def test_our_glossaries_are_valid(path, monkeypatch):
    assert not troubles(path, monkeypatch)


ROWS = (
    "source{d}target{d}status{d}inflect{d}priority\n"
    "réseau{d}network|net{d}preferred{d}oui{d}10\n"
    "cœur d’îlot{d}block core{d}{d}{d}-3\n"
    "OpenAI{d}{d}DNT{d}FAUX{d}\n"
    "*{d}Commission of Europe{d}forbidden{d}{d}\n"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_valid(found, delimiter, encoding, end):
    text = ROWS.replace("{d}", delimiter).replace("\n", end)
    assert not found(text, encoding)


def test_columns_may_be_fewer_more_and_in_any_order(found):
    assert not found("target,Author,source\nnetwork,me,réseau\n")


def test_a_table_without_our_columns_is_no_glossary(found):
    assert found("a,b\n1,2\n")


# What lint calls an error of a cell: column, cell, its code.
ERRORS = [
    ("source", "", "empty-source"),
    ("source", "   ", "empty-source"),
    ("source", "…", "no-letter"),
    ("source", "« »", "no-letter"),
    ("source", "ré\x07seau", "control-character"),
    ("source", '"ré\nseau"', "control-character"),
    ("source", "r\ufffdseau", "control-character"),
    ("source", "r\u2028seau", "control-character"),
    ("target", "net|", "empty-alternative"),
    ("target", "|net", "empty-alternative"),
    ("target", "net||work", "empty-alternative"),
    ("target", "net| |work", "empty-alternative"),
    ("target", "…", "no-letter"),
    ("target", "net|…", "no-letter"),
    ("target", "net\x0bwork", "control-character"),
    ("target", '"net\twork"', "control-character"),
    ("wrong", "a|", "empty-alternative"),
    ("wrong", "-", "no-letter"),
    ("wrong", "b\x00".replace("\x00", "\x01"), "control-character"),
    ("status", "prefered", "bad-status"),
    ("status", "x", "bad-status"),
    ("status", "preferred|dnt", "bad-status"),
    ("case", "lower", "bad-case"),
    ("inflect", "peut-être", "bad-inflect"),
    ("inflect", "2", "bad-inflect"),
    ("priority", "1.5", "bad-priority"),
    ("priority", "high", "bad-priority"),
    ("priority", "1e3", "bad-priority"),
    ("domain", "a\x02b", "control-character"),
    ("note", "a\x02b", "control-character"),
]


@pytest.mark.parametrize(("column", "cell", "code"), ERRORS)
def test_what_lint_calls_an_error_of_a_cell_is_invalid(tmp_path, monkeypatch, column, cell, code):
    row = {"source": "réseau", "target": "network"} | {column: cell}
    text = ",".join(COLUMNS) + "\n" + ",".join(row.get(name, "") for name in COLUMNS) + "\n"
    path = write(tmp_path, text)
    assert (column, code) in [(p.column, p.code) for p in lint([path]) if p.is_error]
    assert column in [name for name, _ in troubles(path, monkeypatch)]


# What a table schema cannot say: of two cells or rows, and what a spreadsheet shows for failures.
UNSAID = [
    ("réseau,,", "empty-target"),
    ("OpenAI,Open AI,dnt", "dnt-target"),
    ("*,network,", "star"),
    ("réseau,network,\nréseau,grid,", "contradiction"),
    ("réseau,#NOM?,", "error-value"),
]


@pytest.mark.parametrize(("rows", "code"), UNSAID)
def test_what_a_table_schema_cannot_say_lint_says(tmp_path, monkeypatch, rows, code):
    path = write(tmp_path, f"source,target,status\n{rows}\n")
    assert code in [p.code for p in lint([path]) if p.is_error]
    assert not troubles(path, monkeypatch)


CELLS = st.text(alphabet="aé0|… *\t\x07«", max_size=5)


@given(
    st.fixed_dictionaries(
        {
            "source": CELLS,
            "target": CELLS,
            "wrong": CELLS,
            "status": st.sampled_from(["", *STATUSES, "Preferred", "DNT", "no"]),
            "inflect": st.sampled_from(["", "yes", "OUI", "Vrai", "faux", "perhaps"]),
            "priority": st.one_of(st.just(""), st.integers().map(str), CELLS),
            "note": st.just("else lint passes a blank row over"),
        }
    )
)
@settings(max_examples=120)
def test_cell_by_cell_the_schema_says_what_lint_says(tmp_path_factory, row):
    """Fields are asked, not the file: a table is read in a tenth of a second."""
    folder = tmp_path_factory.getbasetemp()
    quoted = ",".join(json.dumps(v, ensure_ascii=False).replace("\\t", "\t") for v in row.values())
    quoted = quoted.replace("\\u0007", "\x07")
    path = write(folder, ",".join(row) + "\n" + quoted + "\n")
    cells = ("no-letter", "control-character", "empty-alternative", "empty-source", "bad-")
    said = {p.column for p in lint([path]) if p.is_error and p.code.startswith(cells)}
    wrong = {
        name for name, cell in row.items() if SCHEMA.get_field(name).read_cell(cell)[1] is not None
    }
    assert wrong == said


def test_columns_are_told_as_the_command_tells_them():
    add = get_command(glossary_commands).commands["add"]
    helps = {parameter.name: parameter.help for parameter in add.params}
    assert {name: helps[name] for name in ABOUT} == ABOUT | {
        "source": helps["source"],
        "target": helps["target"],
    }
