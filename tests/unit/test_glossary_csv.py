"""The CSV: nothing is lost, nothing moves, and what is wrong is named."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import GlossaryError
from pipeline.glossary import load_termbase
from pipeline.glossary.file import lint
from pipeline.glossary.file.edit import write_sheet
from pipeline.glossary.file.rows import default_inflect, read_terms
from pipeline.glossary.file.sheet import parse, read_sheet

ROOT = Path(__file__).parents[2]

CELL = st.text(
    alphabet=st.sampled_from('abé"Œ ,;\t|=\n\r’'),
    max_size=6,
)


def as_cell(value: str, delimiter: str, quoted: bool) -> str:
    if quoted or any(c in value for c in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


@st.composite
def files(draw):
    delimiter = draw(st.sampled_from(",;\t"))
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding, bom = draw(
        st.sampled_from(
            [
                ("utf-8", b""),
                ("utf-8", codecs.BOM_UTF8),
                ("utf-16-le", codecs.BOM_UTF16_LE),
                ("utf-16-be", codecs.BOM_UTF16_BE),
                ("cp1252", b""),
            ]
        )
    )
    header = ["source", "target", "status", "mine"]
    rows = draw(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=5))
    quoting = draw(st.booleans())
    lines = [delimiter.join(header)]
    lines += [delimiter.join(as_cell(c, delimiter, quoting) for c in row) for row in rows]
    text = ending.join(lines) + (ending if draw(st.booleans()) else "")
    return bom + text.encode(encoding), rows


@given(files())
def test_any_file_is_read_and_written_back_byte_for_byte(tmp_path_factory, made):
    data, rows = made
    path = tmp_path_factory.mktemp("csv") / "terms.csv"
    path.write_bytes(data)
    sheet = read_sheet(path)
    assert sheet.to_bytes() == data
    # A last row that is one empty cell is no row at all.
    wanted = [tuple(r) for r in rows]
    while wanted and wanted[-1] == ("",):
        wanted.pop()
    found = [r.values for r in sheet.rows]
    while found and found[-1] == ("",):
        found.pop()
    assert sheet.problems == ()
    assert found == wanted


@given(files(), st.data(), CELL)
def test_editing_a_row_changes_the_bytes_of_that_row_only(tmp_path_factory, made, data, value):
    raw, _ = made
    path = tmp_path_factory.mktemp("csv") / "terms.csv"
    path.write_bytes(raw)
    sheet = read_sheet(path)
    if not sheet.rows:
        return
    row = data.draw(st.sampled_from(sheet.rows))
    edited = sheet.with_values(row.line, {"target": value})
    at = sheet.rows.index(row)
    before, after = list(sheet.rows), list(edited.rows)
    assert [r.cells for r in before[:at]] == [r.cells for r in after[:at]]
    assert [r.cells for r in before[at + 1 :]] == [r.cells for r in after[at + 1 :]]
    kept = [i for i in range(len(row.cells)) if i != 1]
    assert [after[at].cells[i] for i in kept] == [row.cells[i] for i in kept]
    again = read_sheet(write_sheet(edited).path)
    assert [r.values for r in again.rows] == [r.values for r in after]


@given(st.text(max_size=200), st.sampled_from(",;\t"))
def test_any_text_at_all_is_split_without_losing_a_character(text, delimiter):
    rows, _ = parse(text, delimiter)
    assert "".join(delimiter.join(r.cells) + r.ending for r in rows) == text


def test_a_french_excel_file_is_read_and_edited_in_place(tmp_path):
    data = (
        "sep=;\r\nSource;Target;Status;Équipe\r\n"
        '"levée de fonds";"funding round; raise";;"Œuvre"\r\n'
        "IA;AI;;x\r\n\r\nUE;EU;;\r\n"
    ).encode("cp1252")
    path = tmp_path / "termes.csv"
    path.write_bytes(data)
    sheet = read_sheet(path)
    assert (sheet.encoding, sheet.delimiter, sheet.columns) == (
        "cp1252",
        ";",
        ("source", "target", "status", "équipe"),
    )
    assert [(r.line, r.values[0]) for r in sheet.rows if not r.blank] == [
        (3, "levée de fonds"),
        (4, "IA"),
        (6, "UE"),
    ]
    write_sheet(sheet.with_values(4, {"target": "artificial intelligence"}))
    assert path.read_bytes() == data.replace(b"IA;AI;;x", b"IA;artificial intelligence;;x")


def test_a_row_is_added_and_removed_without_moving_another(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_bytes(b"source,target,note\r\nIA,AI,\r\nUE,EU,last")
    write_sheet(read_sheet(path).with_row({"source": "PME", "target": "SME", "note": "a, b"}))
    assert path.read_bytes() == b'source,target,note\r\nIA,AI,\r\nUE,EU,last\r\nPME,SME,"a, b"'
    assert [r.line for r in read_sheet(path).rows] == [2, 3, 4]
    write_sheet(read_sheet(path).without_row(3))
    assert path.read_bytes() == b'source,target,note\r\nIA,AI,\r\nPME,SME,"a, b"'


def test_a_character_that_the_encoding_lacks_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "terms.csv"
    data = "source;target\nlevée;raise\n".encode("cp1252")
    path.write_bytes(data)
    with pytest.raises(GlossaryError, match="cp1252") as caught:
        write_sheet(read_sheet(path).with_values(2, {"target": "資金"}))
    assert "UTF-8" in caught.value.next_step
    assert path.read_bytes() == data


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("source,target\nIA,AI\n", encoding="utf-8")
    sheet = read_sheet(path).with_values(2, {"target": "A.I."})
    path.write_text("source,target\nIA,AI\nUE,EU\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match="changed since it was read"):
        write_sheet(sheet)
    assert path.read_text(encoding="utf-8").endswith("UE,EU\n")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"\r\n\n", "empty"),
        (b"source,target\nIA\xff\x81,AI\n", "neither UTF-8 nor Windows-1252"),
        (codecs.BOM_UTF16_LE + b"s\x00o", "no valid UTF-16-LE"),
        (b"\x00\x01\x02\x00\xff", "no valid UTF-16"),
    ],
)
def test_a_file_that_is_no_table_gives_an_error_with_a_next_step(tmp_path, data, problem):
    path = tmp_path / "terms.csv"
    path.write_bytes(data)
    with pytest.raises(GlossaryError, match=problem) as caught:
        load_termbase([path])
    assert str(path) in str(caught.value)
    assert caught.value.next_step
    assert [p.severity for p in lint([path])] == ["error"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(GlossaryError, match="there is no glossary here"):
        load_termbase([tmp_path / "none.csv"])


BAD = [
    # (rows after the header, code, column, line)
    (",AI,,,,,,,", "empty-source", "source", 2),
    ("…,AI,,,,,,,", "no-letter", "source", 2),
    ("IA,,,,,,,,", "empty-target", "target", 2),
    ("IA,…,,,,,,,", "no-letter", "target", 2),
    ("IA,AI||A,,,,,,,", "empty-alternative", "target", 2),
    ("IA,AI,prefered,,,,,,", "bad-status", "status", 2),
    ("IA,AI,,loud,,,,,", "bad-case", "case", 2),
    ("IA,AI,,,maybe,,,,", "bad-inflect", "inflect", 2),
    ("IA,AI,,,,,,first,", "bad-priority", "priority", 2),
    ("IA,AI,,,,AI,,,", "wrong-is-target", "wrong", 2),
    ("IA,AI,,,,…,,,", "no-letter", "wrong", 2),
    ("OpenAI,Open AI,dnt,,,,,,", "dnt-target", "target", 2),
    ("*,AI,,,,,,,", "star", "source", 2),
    ("IA,A\u2028I,,,,,,,", "control-character", "target", 2),
    ("IA,A\x07I,,,,,,,", "control-character", "target", 2),
    ("IA,AI,,,,,,,a,b", "too-many-cells", "", 2),
    ('IA,"AI,,,,,,,', "quoting", "target", 2),
    ('IA,"AI"x,,,,,,,', "quoting", "target", 2),
    ("IA,AI,,,,,,,\nia,IA,,,,,,,\nIA,A.I.,,,,,,,", "contradiction", "source", 4),
    ("IA,AI,,,,,,,\nIA,AI,forbidden,,,,,,", "contradiction", "target", 3),
]
HEADER = "source,target,status,case,inflect,wrong,domain,priority,note\n"


@pytest.mark.parametrize(("rows", "code", "column", "line"), BAD)
def test_each_error_names_file_row_column_and_next_step(tmp_path, rows, code, column, line):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + rows + "\nUE,EU,,,,,,,\n", encoding="utf-8")
    errors = [p for p in lint([path]) if p.severity == "error"]
    assert [(p.code, p.column, p.line) for p in errors] == [(code, column, line)]
    with pytest.raises(GlossaryError) as caught:
        load_termbase([path])
    assert f"{path}:{line}" in str(caught.value)
    assert errors[0].next_step in str(caught.value)
    # The other rows were read all the same.
    assert "UE" in [t.source for t in read_terms(read_sheet(path))[0]]


WARNED = [
    ("IA, AI ,,,,,,,", "outer-space", "target"),
    ("IA,AI|AI,,,,,,,", "same-alternatives", "target"),
    ("réseau social,social network|social-network,,,,,,,", "alike", "target"),
    ("IA,AI,,,,,,,\nIA,AI,,,,,,,", "duplicate", "source"),
    ("point,dot,,,,,,,", "ordinary-word", "source"),
    ("LE,THE,,ignore,,,,,", "ordinary-word", "source"),
    ("Carrefour,,dnt,,,,,,", "name-is-word", "source"),
    ("IA,AI,,,,,,,=1+1", "formula", "note"),
    ("IA,AI,,,,,,,@cmd", "formula", "note"),
    ("réseau social,social network,,,,Social Network,,,", "wrong-is-accepted", "wrong"),
]


@pytest.mark.parametrize(("rows", "code", "column"), WARNED)
def test_each_warning_leaves_the_glossary_usable(tmp_path, rows, code, column):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + rows + "\n", encoding="utf-8")
    found = lint([path])
    assert [(p.code, p.column, p.severity) for p in found] == [(code, column, "warning")]
    assert found[0].next_step
    assert len(load_termbase([path])) >= 1


@pytest.mark.parametrize(
    "row", ["Grok,,dnt,,,,,,", "point de vue,point of view,,,,,,,", "IA,AI,,,,,,-5,-12,5"]
)
def test_lint_does_not_warn_where_nothing_is_wrong(tmp_path, row):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + row.replace("-12,5", "-12"), encoding="utf-8")
    assert lint([path]) == ()


def test_missing_and_double_columns_are_errors(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("terme;target;target\nIA;AI;AI\n", encoding="utf-8")
    assert [(p.code, p.column, p.line) for p in lint([path])] == [
        ("missing-column", "source", 1),
        ("double-column", "target", 1),
    ]


def test_all_errors_of_all_files_are_listed_at_once(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("source,target\nIA,\n,x\n", encoding="utf-8")
    two.write_text("source,target,status\nUE,EU,good\n", encoding="utf-8")
    with pytest.raises(GlossaryError) as caught:
        load_termbase([one, two])
    text = str(caught.value)
    assert "3 errors" in text
    for place in (f"{one}:2", f"{one}:3", f"{two}:2"):
        assert place in text


def test_a_term_that_never_occurs_in_the_texts_is_named(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("source,target\nIA,AI\njumeau numérique,digital twin\n", encoding="utf-8")
    found = lint([path], corpus=["Des jumeaux numériques arrivent."])
    assert [(p.code, p.line) for p in found] == [("never-occurs", 2)]


def test_later_files_win_and_domains_choose(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("source,target,domain\nIA,AI,\npuce,chip,tech\npuce,flea,bio\n", "utf-8")
    two.write_text("source,target\nIA,artificial intelligence\n", "utf-8")
    base = load_termbase([one, two])
    assert [t.targets for t in base.terms if t.source == "IA"] == [("artificial intelligence",)]
    chosen = load_termbase([one, two], domains=["Bio"])
    assert [t.targets for t in chosen.terms if t.source == "puce"] == [("flea",)]
    assert [t.source for t in chosen.terms] == ["puce", "IA"]


def test_names_do_not_inflect_unless_told(tmp_path):
    assert not any(map(default_inflect, ("OpenAI", "Le Monde", "L'Oréal", "D’Artagnan")))
    assert all(map(default_inflect, ("GPU", "jumeau numérique", "agent d'IA", "l’UE")))


def test_the_starter_glossary_is_clean_and_large_enough():
    path = ROOT / "glossary" / "terms.csv"
    assert lint([path]) == ()
    base = load_termbase([path])
    assert len(base) >= 150
    assert path.read_bytes() == read_sheet(path).to_bytes()
    assert load_termbase([path], domains=["ai"]).fingerprint != base.fingerprint


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        ("Son introduction en bourse a échoué.", ["introduction en bourse"]),
        ("Une introduction en Bourse à Wall Street", ["introduction en Bourse", "Wall Street"]),
        (
            "Les géants du numérique et le géant du numérique",
            ["géants du numérique", "géant du numérique"],
        ),
        ("Un objet connecté, des objets connectés", ["objet connecté", "objets connectés"]),
        ("Des agents d’IA et des agents IA", ["agents d’IA", "agents IA"]),
        ("Le patron des Échos a lu l’article du Monde.", ["Échos", "Monde"]),
        ("Ces lanceuses d’alerte attaquent les GAFAM.", ["lanceuses d’alerte", "GAFAM"]),
    ],
)
def test_the_starter_glossary_sees_its_terms_in_the_news(sentence, seen):
    found = [
        o.text for o in load_termbase([ROOT / "glossary" / "terms.csv"]).match(sentence).matches
    ]
    assert found == seen
