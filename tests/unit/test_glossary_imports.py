"""Imports and edits lose no row of a person's: good rows are taken, bad ones named."""

from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import EXIT_SKIPPED, GlossaryError
from pipeline.glossary import Term, load_termbase
from pipeline.glossary.exchange import read_terms_of, write_terms_as
from pipeline.glossary.file import add_row, lint, merge_rows, read_sheet, remove_row, set_row

HEADER = "source,target,status,case,inflect,wrong,domain,priority,note\n"
OPEN = [
    'IA,AI,,,,,,,"never closed\n',
    'IA,AI,,,,,,,"never closed',
    'IA,"AI,,,,,,,\nUE,EU,,,,,,,\n',
    'IA,AI,,,,,,,"open\nUE,EU,,,,,,,\nONU,UN,,,,,,,"note"\n',
    'IA,AI,,,,,,,"a "b" c\nUE,EU,,,,,,,\n',
]
EDITS = {
    "add": lambda path: add_row(path, {"source": "Grok", "status": "dnt", "note": 'a "quote"'}),
    "set": lambda path: set_row(path, "taux", {"note": 'with "quotes"', "target": "rate, price"}),
    "remove": lambda path: remove_row(path, "puce"),
    "merge": lambda path: merge_rows(path, [{"source": "Grok", "target": 'G"rok'}]),
}


@pytest.mark.parametrize(("rows", "edit"), [*itertools.product(OPEN, EDITS)])
@pytest.mark.parametrize("place", ["above", "below"])
def test_no_edit_changes_how_another_row_is_read(tmp_path, rows, edit, place):
    path = tmp_path / "terms.csv"
    others = "taux,rate,,,,,,,\npuce,chip,,,,,,,\n"
    path.write_text(HEADER + (others + rows if place == "below" else rows + others), "utf-8")
    before = path.read_bytes()
    told = {r.values for r in read_sheet(path).rows}
    try:
        EDITS[edit](path)
    except GlossaryError as error:
        assert path.read_bytes() == before
        named = str(path) in error.place
    else:
        named = True
        after = {r.values for r in read_sheet(path).rows}
        assert len(told ^ after) <= 2
        assert len(told - after) <= (edit != "add")
    assert named


def test_an_open_quotation_mark_swallows_no_row(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + OPEN[3], encoding="utf-8")
    assert [r.values[0] for r in read_sheet(path).rows] == ["IA", "UE", "ONU"]
    assert [(p.line, p.column) for p in lint([path])] == [(2, "note")]


CLASHES = [
    # (rows of the list, how many are taken, lines that are named)
    ("a b,x\na b,y\nc,d\n", 2, [2]),
    ("vidéo surveillance,x\nvidéo-surveillance,y\nc,d\n", 2, [2]),
    ("a b,x\nA B,y\nc,d\n", 3, []),
    ("a b,x\nA b,z\na\u00a0b,y\nc,d\n", 3, [3]),
    ("a b,x\na b,x\nc,d\n", 2, []),
    ("a b,#REF!\n…,y\nc,\nd,e\n", 1, [1, 2, 3]),
    ("=cmd|' /C calc'!A0,x\nc,d\n", 2, []),
]


@pytest.mark.parametrize(("rows", "taken", "lines"), CLASHES)
def test_a_clash_costs_its_row_only(tmp_path, rows, taken, lines):
    path, other = tmp_path / "terms.csv", tmp_path / "list.csv"
    path.write_text("source,target,status\nvieux,old,\n", encoding="utf-8")
    other.write_text(rows, encoding="utf-8")
    unread = []
    result = merge_rows(path, read_terms_of(other, tell=unread.append))
    named = [*unread, *result.conflicts, *result.problems]
    assert result.added == taken
    assert sorted(p.line for p in named) == lines
    assert all(p.file == str(other) and p.column and p.next_step for p in named)
    assert len(load_termbase([path])) == taken + 1
    assert not any(p.is_error for p in lint([path]))


def test_a_row_that_another_forbids_is_named_at_the_later_one(tmp_path):
    path, other = tmp_path / "terms.csv", tmp_path / "list.csv"
    path.write_text("source,target,status\npuce,flea,forbidden\n", encoding="utf-8")
    other.write_text("puce,flea\ntaux,rate\n", encoding="utf-8")
    result = merge_rows(path, read_terms_of(other))
    assert (result.added, [(p.line, p.column) for p in result.problems]) == (1, [(1, "target")])
    assert "accepted here and forbidden" in result.problems[0].problem


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"source,target\n", b"a,#N/A\n", b"a,b,FR,DE\n", b"<tbx/>"]
)
def test_no_import_makes_or_replaces_a_list_by_an_empty_one(tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_bytes(data)
    (tmp_path / "terms.csv").write_bytes(kept := b"source,target\nIA,AI\n")
    for name in ("terms.csv", "new.csv"):
        for more in ([], ["--overwrite"]):
            result = CliRunner().invoke(app, ["glossary", "import", "list.csv", "-f", name, *more])
            assert result.exit_code in {3, 5}
            assert result.exception is None or isinstance(result.exception, SystemExit)
    assert (tmp_path / "terms.csv").read_bytes() == kept
    assert not (tmp_path / "new.csv").exists()


def test_no_export_replaces_a_list_by_an_empty_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.csv").write_text("source,target,status\n*,x y,forbidden\n", encoding="utf-8")
    (tmp_path / "out.tmx").write_bytes(b"precious")
    result = CliRunner().invoke(app, ["glossary", "export", "out.tmx", "-g", "g.csv"])
    assert result.exit_code == 12
    assert (tmp_path / "out.tmx").read_bytes() == b"precious"


def test_an_import_names_what_it_leaves_out_and_ends_with_3(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deepl.csv").write_text(
        "bon sens,common sense,FR,EN\na,#NOM?,FR,EN\nb\nbon sens,sense,FR,EN\n", encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["glossary", "import", "deepl.csv", "-f", "t.csv"])
    assert result.exit_code == EXIT_SKIPPED
    assert "1 added" in result.stdout
    for told in ("deepl.csv:2 [column 2]", "deepl.csv:3 [column 1]", "deepl.csv:4 [target]"):
        assert told in result.stdout


@pytest.mark.parametrize("value", ["#REF!", "#NOM?", "#N/A", "#WERT!", "#¡REF!", "Err:502", "#NV"])
@pytest.mark.parametrize("column", ["source", "target", "wrong", "note"])
def test_lint_names_an_error_value_and_no_run_enforces_it(tmp_path, column, value):
    row = {"source": "taux directeur", "target": "policy rate", "wrong": "", "note": ""}
    path = tmp_path / "err.csv"
    cells = {**row, column: f"good|{value}" if column in {"target", "wrong"} else value}
    path.write_text(",".join(row) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    (found,) = lint([path])
    assert (found.code, found.line, found.column) == ("error-value", 2, column)
    assert found.is_error is (column != "note")
    if found.is_error:
        with pytest.raises(GlossaryError, match="error"):
            load_termbase([path])


# --- laws ------------------------------------------------------------------------------

_LETTERS = "abcé=+-@\"';,#œ’"
_WORD = st.text(_LETTERS, min_size=1, max_size=6).map(lambda t: f"{t}x".strip())
_TERMS = st.lists(
    st.builds(
        Term,
        source=_WORD,
        targets=st.lists(_WORD, min_size=1, max_size=2, unique=True).map(tuple),
        note=st.text("ab =\n\"'@", max_size=6),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda t: "".join(c for c in t.source.casefold() if c.isalnum()),
)


@given(_TERMS, st.sampled_from(["csv", "tsv"]))
def test_what_is_exported_is_imported_as_it_was(tmp_path_factory, terms, form):
    folder = tmp_path_factory.getbasetemp()
    out, path = folder / f"out.{form}", folder / "imported.csv"
    path.unlink(missing_ok=True)
    assert write_terms_as(out, terms) == len(terms)
    rows = csv.reader(io.StringIO(out.read_text("utf-8")), delimiter="\t" if form == "tsv" else ",")
    assert not any(cell.startswith(tuple("=+-@\t")) for row in rows for cell in row)
    direct = load_termbase([out]).terms
    assert [t.content()[:2] for t in direct] == [t.content()[:2] for t in map(_composed, terms)]
    result = merge_rows(path, read_terms_of(out))
    assert (result.added, result.problems, result.conflicts) == (len(terms), (), ())
    again = load_termbase([path]).terms
    assert [t.content() for t in again] == [t.content() for t in direct]


def _composed(term: Term) -> Term:
    from dataclasses import replace

    from pipeline.glossary.match import compose

    forms = tuple(dict.fromkeys(compose(t).strip() for t in term.targets))
    return replace(term, source=compose(term.source).strip(), targets=forms)
