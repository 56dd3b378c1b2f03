"""Corrections as people have them: whatever the glossary's import reads, `memory import` reads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.errors import EXIT_SKIPPED, InputError
from pipeline.lists import as_table
from pipeline.memory import COLUMNS, Approved, TranslationMemory, read_corrections, table_rows
from pipeline.run import ChosenEngine

TMX = (
    '<?xml version="1.0"?><tmx version="1.4"><header srclang="fr"/><body><tu><tuv xml:lang="fr">'
    '<seg>Le prix <bpt i="1">&lt;b&gt;</bpt>monte<ept i="1">&lt;/b&gt;</ept> à Orléans.</seg></tuv>'
    '<tuv xml:lang="en"><seg>Prices rise.</seg></tuv></tu></body></tmx>'
)
ROW = "Le prix monte à Orléans.;Prices rise."
SHAPES = {
    "plain.csv": f"source;target;status\n{ROW};approved\n",
    "sep.csv": f"\ufeffsep=;\r\nsource;target;status\r\n{ROW};approved\r\n",
    "c1252.csv": f"source;target;status;note\r\n{ROW};approved;\r\n".encode("cp1252"),
    "utf16.txt": f"source;target\n{ROW}\n".replace(";", "\t").encode("utf-16"),
    "mac.csv": f"source;target\r{ROW}\r".encode("mac_roman"),
    "bare.tsv": ROW.replace(";", "\t"),
    "deepl.csv": "Prices rise.,Le prix monte à Orléans.,EN,FR\n",
    "languages.csv": f"fr;en\n{ROW}\n",
    "m.tmx": TMX,
    "utf16.tmx": TMX.encode("utf-16"),
    "drafts.csv": f"source;target;status\n{ROW};\nAutre.;Other.;draft\n",
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_correction_is_read_from_every_shape_of_list(tmp_path, name):
    data = SHAPES[name]
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = read_corrections(path)
    assert found.entries == (Approved(source="Le prix monte à Orléans.", target="Prices rise."),)
    assert found.problems == ()


BAD = [
    ("A,b,,", 3, "column target", "second translation"),
    ('’É…,"b",yes,', 3, "column status", "unknown status"),
    ("C,,,", 3, "column target", "target is empty"),
    (",c,,", 3, "column source", "source is empty"),
    ("C,#N/A,,", 3, "column 2", "error value"),
    ('C,"open', 3, "column 2", "never closed"),
    ("C,d,,,e", 3, "column 5", "5 cells"),
]


@pytest.mark.parametrize(("row", "line", "column", "problem"), BAD)
def test_a_bad_row_costs_only_itself_and_is_named(tmp_path, row, line, column, problem):
    path = tmp_path / "c.csv"
    path.write_text(f"source,target,status,note\na,1,,\n{row}\nZ,9,approved,n\n", encoding="utf-8")
    found = read_corrections(path)
    assert [(e.source, e.target) for e in found.entries] == [("a", "1"), ("Z", "9")]
    (fault,) = found.problems
    assert problem in fault.problem
    assert fault.place == f"{path}:{line}, {column}"
    assert fault.next_step


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"source,cibel\nA,b\n", "names no column for both"),
        (b"PK\x03\x04", "workbook"),
        (b"source,target\n", "no pair"),
    ],
)
def test_what_is_no_list_of_corrections_is_refused(tmp_path, data, problem):
    path = tmp_path / "c.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem) as caught:
        read_corrections(path)
    assert caught.value.next_step


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf")),
    min_size=1,
).filter(lambda t: not t.startswith("#"))


# No comma: a line in a cell with as many commas as the table has is read as a swallowed row.
@given(st.lists(st.tuples(_TEXT, st.text("ab=+-@'\n\"; \t", min_size=1))))
def test_what_memory_export_writes_memory_import_reads(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "c.csv"
    kept = [Approved(source="Fixe.", target="'=1+1\n=2")]
    kept += [Approved(source=s, target=f"x{t}=".strip()) for s, t in rows]
    with TranslationMemory(None) as memory, TranslationMemory(None) as other:
        memory.approve(kept)
        written = [dict(zip(COLUMNS, row, strict=True)) for row in (COLUMNS, *table_rows(memory))]
        path.write_bytes(as_table(written, COLUMNS, ",").encode())
        found = read_corrections(path)
        assert found.problems == ()
        other.approve(found.entries)
        assert other.approved_entries() == memory.approved_entries()


@pytest.fixture
def desk(tmp_path, monkeypatch, fake_engine_class):
    monkeypatch.chdir(tmp_path)
    text = "L’accord est «\u00a0clair\u00a0».\n\nLe prix monte.\n\n=SOMME(1)\n"
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    chosen = ChosenEngine(engine=fake_engine_class(), why="the fake engine")
    monkeypatch.setattr(command, "_open", lambda _settings, _say: chosen)
    assert call("translate", "b.txt", "--out", "o").exit_code == 0
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, [*arguments])


CORRECTIONS = (
    'source,target,status\n"l\'accord est ""clair"".",The deal is clear.,approved\n'
    "Une phrase qui n'existe pas.,Nowhere.,approved\nLe prix monte.,Prices rise.,approved\n"
)


def test_a_correction_typed_plainly_is_used_and_one_without_a_sentence_is_named(desk):
    (desk / "c.csv").write_text(CORRECTIONS, encoding="utf-8")
    result = call("memory", "import", "c.csv", "-o", "o")
    assert result.exit_code == 0, result.output
    assert "3 corrections taken over" in result.stdout
    assert "1 of 3 corrections matches no sentence of the last run:" in result.stdout
    assert "  Une phrase qui n'existe pas.\n" in result.stdout
    assert "2 approved by a person" in call("translate", "b.txt", "--out", "o").stdout
    text = (desk / "o" / "b.en.txt").read_text(encoding="utf-8")
    assert text.startswith("The deal is clear.\n\nPrices rise.\n")
    told = json.loads(call("memory", "import", "c.csv", "-o", "o", "--json").stdout)
    assert told["unmatched"] == ["Une phrase qui n'existe pas."]


def test_an_import_with_bad_rows_takes_the_good_ones_and_ends_with_3(desk):
    (desk / "c.csv").write_text(CORRECTIONS + "Le prix monte,,\nAutre.,x,maybe\n", encoding="utf-8")
    result = call("memory", "import", "c.csv", "-o", "o")
    assert result.exit_code == EXIT_SKIPPED
    assert "3 corrections taken over" in result.stdout
    assert "left out: c.csv:5, column target: the target is empty" in result.stdout
    assert "left out: c.csv:6, column status: unknown status 'maybe'" in result.stdout


def test_an_exported_memory_holds_no_formula(desk):
    lines = call("memory", "export", "-o", "o").stdout.splitlines()
    assert any(line.startswith("'=SOMME(1),") for line in lines)
    assert not any(line.startswith("=") for line in lines)
