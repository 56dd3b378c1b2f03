"""CSV and TSV: the named columns change, and nothing else in the file."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from making import written_bytes
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.documents import Reading, parse_document
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.records import Document

FORMULAS = ("=D2*2", '=CONCAT("a";"b")', '="0012"')
DATA = (
    "",
    "42",
    "-5,00",
    "+33 1 23 45",
    "1,5E+03",
    "2024-05-01T10:00:00Z",
    "VRAI",
    "#N/A",
    "#REF!",
)


def shout(source: str) -> str:
    return source.upper()


def translated(
    data: bytes, *columns: str, name: str = "a.csv", answer=shout, lines: str = "auto"
) -> bytes:
    return written_bytes(data, answer, name=name, reading=Reading(columns=columns, lines=lines))


def parsed(data: bytes, *columns: str, name: str = "a.csv") -> Document:
    return parse_document(data, doc_id="a", name=name, reading=Reading(columns=columns))


def check(before: str, after: str, *columns: str, name: str = "a.csv", **more: object) -> None:
    """Say that a table becomes another."""
    assert translated(before.encode(), *columns, name=name, **more).decode() == after


# --- any table in any dialect ----------------------------------------------------------

words = st.sampled_from(
    [
        "chat",
        "l’été",
        "«\u00a0oui\u00a0»",
        "à",
        '"dit"',
        "un; deux",
        "a, b",
        "x|y",
        "@",
        "-",
        "3,50",
    ]
)
prose = st.lists(words, min_size=1, max_size=6).map(" ".join)
lines_of_prose = st.lists(prose, min_size=1, max_size=3).map("\n".join)
cells = lines_of_prose | st.sampled_from([*FORMULAS, *DATA, "+ de pain", "- du lait", "@ la une"])
tables = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(
            st.sampled_from(["id", "texte", "Titre; long", 'dit "ici"', "prix", "note\nbis"]),
            min_size=width,
            max_size=width,
            unique=True,
        ),
        st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5),
    )
)
shapes = st.tuples(
    st.sampled_from(";,\t|"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)


def as_file(table: tuple[list[str], list[list[str]]], shape: tuple[str, str, int, str]) -> bytes:
    delimiter, ending, quoting, encoding = shape
    quoting = csv.QUOTE_ALL if ending == "\r" else quoting  # the module writes bare line feeds
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerows([table[0], *table[1]])
    return made.getvalue().encode(encoding)


def as_table(data: bytes, delimiter: str, encoding: str) -> list[list[str]]:
    text = data.decode("utf-8-sig" if encoding == "utf-8-sig" else encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@given(tables, shapes)
def test_a_table_in_which_nothing_changes_is_the_same_bytes(table, shape) -> None:
    data = as_file(table, shape)
    assume(any(c.isalpha() for row in table[1] for cell in row for c in cell))
    assert translated(data, table[0][1], answer=lambda source: source) == data


@given(tables, shapes)
def test_a_reader_of_tables_finds_changed_the_prose_of_the_named_column_alone(table, shape) -> None:
    header, rows = table
    data = as_file(table, shape)
    found = as_table(translated(data, header[1], lines="keep"), shape[0], shape[3])
    assert found[0] == header
    for row, result in zip(rows, found[1:], strict=True):
        expected = [*row]
        if row[1] not in (*FORMULAS, *DATA):
            expected[1] = row[1].upper()
        assert result == expected


@given(tables, shapes)
def test_each_cell_is_one_place_of_its_own(table, shape) -> None:
    document = parsed(as_file(table, shape), *table[0])
    places = [block.where for block in document.blocks]
    assert len(places) == len({*places})


# --- what is kept ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a;b\nun chat;2\n", "a;b\nUN CHAT;2\n"),
        ('a;b\n"un chat";2\n', 'a;b\n"UN CHAT";2\n'),
        ('a;b\n  "un chat"  ;2\n', 'a;b\n  "UN CHAT"  ;2\n'),
        ('a;b\n"un ""chat""";2\n', 'a;b\n"UN ""CHAT""";2\n'),
        ('a;b\nun "chat" gris;2\n', 'a;b\nUN "CHAT" GRIS;2\n'),
        ("a;b\n  un chat ;2\n", "a;b\n  UN CHAT ;2\n"),
        ("a;b\nun chat;2", "a;b\nUN CHAT;2"),
        (
            "a;b\r\nun chat;2\nun chien;3\run âne;4\r\n",
            "a;b\r\nUN CHAT;2\nUN CHIEN;3\rUN ÂNE;4\r\n",
        ),
        ("sep=;\r\na;b\r\nun chat, gris;2\r\n", "sep=;\r\na;b\r\nUN CHAT, GRIS;2\r\n"),
        ('"sep=,"\na,b\nun chat,2\n', '"sep=,"\na,b\nUN CHAT,2\n'),
        ("sep=^\na^b\nun chat; oui^2\n", "sep=^\na^b\nUN CHAT; OUI^2\n"),
        ("\n\na;b\n\nun chat;2\n\n;\n", "\n\na;b\n\nUN CHAT;2\n\n;\n"),
        ("a;b\n;2\n   ;3\nun chat;\n", "a;b\n;2\n   ;3\nUN CHAT;\n"),
        ('a;b\n"";2\nun chat;""\n', 'a;b\n"";2\nUN CHAT;""\n'),
        ("a;b;\nun chat;2;\n", "a;b;\nUN CHAT;2;\n"),
        ("a;b\nun chat;2;;\n", "a;b\nUN CHAT;2;;\n"),
        ('a;b\n"un chat\n\nun chien";2\n', 'a;b\n"UN CHAT\n\nUN CHIEN";2\n'),
        ('a;b\n"un chat\r\nun chien";2\n', 'a;b\n"UN CHAT\r\nUN CHIEN";2\n'),
        ("a;b\n- un chat;-2\n@moi: un chien;@x\n", "a;b\n- UN CHAT;-2\n@moi: UN CHIEN;@x\n"),
        ("a;b\n+ un chat;+2\n", "a;b\n+ UN CHAT;+2\n"),
        ("a;b\n=A1;2\n =A1;3\nun chat;4\n", "a;b\n=A1;2\n =A1;3\nUN CHAT;4\n"),
        ('a;b\n"=A1&"" un chat""";2\nun chat;3\n', 'a;b\n"=A1&"" un chat""";2\nUN CHAT;3\n'),
        (
            "a;b\nhttps://example.org/un;2\nun chat;3\n",
            "a;b\nhttps://example.org/un;2\nUN CHAT;3\n",
        ),
        ("a;b\nun chat {nom} %s;2\n", "a;b\nUN CHAT {nom} %s;2\n"),
        ("a\nun chat, gris; et blanc\nun chien\n", "a\nUN CHAT, GRIS; ET BLANC\nUN CHIEN\n"),
        ("a,b\n1,50 € le chat,2\n", "a,b\n1,50 € le chat,2\n"),
        ('a\tb\n"Oui" dit-il\t2\nun chat\t3\n', 'a\tb\n"OUI" DIT-IL\t2\nUN CHAT\t3\n'),
        ('a\tb\n"Oui dit-il\t2\nun chat\t3\n', 'a\tb\n"OUI DIT-IL\t2\nUN CHAT\t3\n'),
        (
            'a, b\n"un, deux", "trois, quatre"\nun, "x, y"\n',
            'a, b\n"UN, DEUX", "trois, quatre"\nUN, "x, y"\n',
        ),
        ("a;b\nun chat;2\n\x1a", "a;b\nUN CHAT;2\n\x1a"),
    ],
)
def test_only_the_words_of_the_first_column_change(before, after) -> None:
    check(before, after, "a")


def test_a_cell_gets_quotes_only_where_it_cannot_do_without() -> None:
    said = {"un": 'one; "two"', "deux": "one, two", "trois": '"three"', "quatre": "four"}
    check(
        "a;b\nun;1\ndeux;2\ntrois;3\nquatre;4\n",
        'a;b\n"one; ""two""";1\none, two;2\n"""three""";3\nfour;4\n',
        "a",
        answer=said.get,
    )


def test_a_cell_without_quotes_in_a_file_without_quoting_gets_none() -> None:
    data = 'a\tb\n"Oui dit-il\t2\nun chat\t3\n'
    check(data, "a\tb\nX Y\t2\nX Y\t3\n", "a", answer=lambda _: "X\tY", name="a.tsv")


# --- which column --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "columns", "changed"),
    [
        ("id;texte;note", ["texte"], "1"),
        ("id;texte;note", ["TEXTE "], "1"),
        ("id;E\u0301crit;note", ["écrit"], "1"),
        ("id; texte  long ;note", ["Texte long"], "1"),
        ("id;texte;note", ["texte,note"], "12"),
        ("id;texte;note", ["texte, Note"], "12"),
        ("id;texte;note", ["texte", "note"], "12"),
        ("id;texte, court;note", ["texte, court"], "1"),
        ("id;texte, court;note", ["texte, court", "note"], "12"),
        ("id;texte;note", ["B"], "1"),
        ("id;texte;note", ["b,c"], "12"),
        ("id;texte;note", ["2"], "1"),
        ("id;texte;note", ["2,3"], "12"),
        ("b;a;c", ["a"], "1"),
        ("2;1;3", ["1"], "1"),
        ("x;Texte;texte", ["texte"], "2"),
        ("x;texte;texte", ["texte"], "12"),
        ("x;;z", ["B"], "1"),
        ('x;"te;xte";z', ["te;xte"], "1"),
        ('x;"te\nxte";z', ["te xte"], "1"),
        ("x;=texte;z", ["=texte"], "1"),
    ],
)
def test_a_column_is_named_as_people_do(header, columns, changed) -> None:
    cells = ["un chat", "un chien", "un âne"]
    expected = [c.upper() if str(n) in changed else c for n, c in enumerate(cells)]
    check(f"{header}\n{';'.join(cells)}\n", f"{header}\n{';'.join(expected)}\n", *columns)


@pytest.mark.parametrize(
    "columns", [["txt"], ["texte,txt"], ["D"], ["4"], ["0"], ["AAA"], ["²"], ["id", "txt"]]
)
def test_a_column_that_is_not_there_is_refused_and_those_that_are_there_are_named(columns) -> None:
    with pytest.raises(InputError, match="it has no column") as caught:
        parsed(b"id;texte;note\n1;un chat;x\n", *columns)
    assert "id, texte, note" in caught.value.next_step


def test_a_table_of_which_nobody_says_the_column_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError) as caught:
        parsed(b"id;texte;note\n1;un chat noir dort;x\n")
    assert "--columns texte" in caught.value.next_step
    assert "id, texte, note" in caught.value.next_step


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"  \r\n\r\n"])
def test_an_empty_table_is_the_same_bytes(data) -> None:
    assert translated(data, "texte") == data


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("id;texte\n1;un chat, gris, blanc\n2;un chien, noir, roux\n", "a.csv"),
        ("id,texte\n1,un chat; gris\n2,un chien; noir\n", "a.csv"),
        ("id\ttexte\n1\tun, deux; trois\n", "a.csv"),
        ("id\ttexte\n1\tun, deux; trois\n", "a.tsv"),
        ("id,texte\n1,un chat\n", "a.tab"),
        ("id|texte\n1|un, deux; trois\n", "a.csv"),
        ("id;prix en €, net;texte\n1;1,50;un chat\n2;2,50;un chien\n", "a.csv"),
    ],
)
def test_the_delimiter_is_found_out(text, name) -> None:
    document = parsed(text.encode(), "texte", name=name)
    assert [b.where for b in document.blocks][:1] == ["row 2, column texte"]
    assert all("texte" in block.where for block in document.blocks)


# --- places, findings, encodings -----------------------------------------------------------


def test_places_are_those_of_a_spreadsheet() -> None:
    data = 'texte;texte;\n"un chat";un âne;\n\nun chien;;"un bœuf.\n\nUne vache."\n'
    places = [b.where for b in parsed(data.encode(), "texte", "C").blocks]
    assert places == [
        "row 2, column A",
        "row 2, column B",
        "row 4, column A",
        "row 4, column C, ¶ 1",
        "row 4, column C, ¶ 2",
    ]


def test_rows_that_do_not_fit_the_header_stay_and_are_named() -> None:
    data = "id;texte\n1;un chat\n2;un chien;un âne\n3\nquatre\n5;un coq\n"
    assert translated(data.encode(), "texte").decode() == data.replace(
        "un chat", "UN CHAT"
    ).replace("un coq", "UN COQ")
    (finding,) = parsed(data.encode(), "texte").findings
    assert "3, 4, 5" in finding.message
    assert "2 cells" in finding.message


def test_a_cell_whose_quotes_are_broken_stays_and_is_named() -> None:
    data = 'id;texte\n1;"un; chat"\n2;"un "gros" chien"\n3;"un; coq"\n'
    assert translated(data.encode(), "texte").decode() == data.replace("un; c", "UN; C").replace(
        "hat", "HAT"
    ).replace("oq", "OQ")
    (finding,) = parsed(data.encode(), "texte").findings
    assert finding.message.endswith(": 3")


def test_a_quotation_mark_that_is_never_closed_is_refused_by_its_row() -> None:
    data = 'id;texte\n1;"un; chat"\n2;"un chien\n3;"un; coq"\n4;"x;\ny"'
    with pytest.raises(InputError, match="never closed") as caught:
        parsed(data[:-1].encode(), "texte")
    assert "row " in caught.value.place


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15", "mac-roman"]
)
def test_the_encoding_of_a_file_stays(encoding) -> None:
    text = "id;texte\n1;Le curé a déjà mangé à l’été.\n2;Un élève.\n"
    text = text.replace("’", "'") if encoding.startswith("iso") else text
    data = text.encode(encoding)
    said = {"Un élève.": "A “café” – naïve."} if not encoding.startswith("iso") else {}
    result = translated(data, "texte", answer=lambda s: said.get(s, s))
    assert result == text.replace("Un élève.", said.get("Un élève.", "Un élève.")).encode(encoding)


def test_what_the_encoding_lacks_makes_the_file_utf8_and_the_finding_says_so() -> None:
    text = "id;texte\n1;Le curé a déjà mangé.\n"
    result = translated(text.encode("cp1252"), "texte", answer=lambda _: "→ été")
    assert result.decode() == "id;texte\n1;→ été\n"
    (finding,) = parsed(text.encode("cp1252"), "texte").findings
    assert re.search("cp1252.*UTF-8", finding.message)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04rest",
        b"a;b\x00\n1;2\n",
        b"\xff\xfe\x00",
        b"a;b\n\xc3\xa9t\xc3\xa9 \xff \xc3\xa9\n",
    ],
)
def test_what_is_no_text_is_refused(data) -> None:
    with pytest.raises(InputError):
        parsed(data, "a")


@given(st.text(alphabet="a é\"';,\t|=\r\n\\", max_size=60), st.sampled_from(["a.csv", "a.tsv"]))
def test_whatever_stands_in_a_file_it_stays_or_is_refused(text, name) -> None:
    try:
        result = translated(text.encode(), "A", name=name, answer=lambda source: source)
    except InputError:
        return
    assert result == text.encode()


# --- the command -----------------------------------------------------------------------------


def test_a_table_in_a_folder_is_passed_over_until_its_column_is_named(
    tmp_path, monkeypatch, fake_engine_class
) -> None:
    from pipeline.cli import translate as command
    from pipeline.run import ChosenEngine

    chosen = ChosenEngine(engine=fake_engine_class(say=shout), why="fake")
    monkeypatch.setattr(command, "_open", lambda _settings, _say: chosen)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("Un chat.\n", encoding="utf-8")
    (tmp_path / "d" / "b.csv").write_text("id;texte\n1;Un chien.\n", encoding="utf-8")
    run = CliRunner().invoke

    result = run(app, ["translate", "d", "--out", "o"])
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "o" / "b.en.csv").exists()

    result = run(app, ["translate", "d/b.csv", "--out", "p"])
    assert result.exit_code != 0
    assert "--columns texte" in " ".join(result.output.split())

    result = run(app, ["translate", "d", "--out", "q", "--columns", "texte"])
    assert result.exit_code == 0, result.output
    made = (tmp_path / "q" / "b.en.csv").read_text(encoding="utf-8")
    assert made == "id;texte\n1;UN CHIEN.\n"
