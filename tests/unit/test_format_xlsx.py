"""Excel workbooks: the typed texts of the named columns change, and nothing else."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from making import written_bytes
from openpyxl.cell.rich_text import CellRichText

from pipeline.documents import Reading, parse_document
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.records import Document

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def shout(source: str) -> str:
    return source.upper()


def translated(data: bytes, *columns: str, answer: Callable[[str], str] = shout) -> bytes:
    return written_bytes(data, answer, name="a.xlsx", reading=Reading(columns=columns))


def parsed(data: bytes, *columns: str) -> Document:
    return parse_document(data, doc_id="a", name="a.xlsx", reading=Reading(columns=columns))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, new: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in {**members(data), **new}.items():
            archive.writestr(name, content)
    return made.getvalue()


def book(fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, **options}) as made:
        fill(made)
    return data.getvalue()


def rows(data: bytes, sheet: int = 0) -> list[list[object]]:
    found = openpyxl.load_workbook(io.BytesIO(data)).worksheets[sheet]
    return [list(row) for row in found.iter_rows(values_only=True)]


def hand_made(sheet: str, strings: str = "", *, prefix: str = "", space: str = MAIN) -> bytes:
    """Give a workbook whose sheet and shared strings are written by hand."""
    base = book(lambda made: made.add_worksheet("Notes").write(0, 0, "a"))
    declared = f"xmlns{prefix and ':' + prefix[:-1]}='{space}'"
    return changed(
        base,
        {
            "xl/worksheets/sheet1.xml": f"<{prefix}worksheet {declared}><{prefix}sheetData>{sheet}"
            f"</{prefix}sheetData></{prefix}worksheet>".encode(),
            "xl/sharedStrings.xml": f"<sst xmlns='{MAIN}'>{strings}</sst>".encode(),
        },
    )


def sheet_of(data: bytes) -> str:
    text = members(data)["xl/worksheets/sheet1.xml"].decode()
    return text.partition("sheetData>")[2].rpartition("</")[0].rpartition("</")[0]


# --- any table -------------------------------------------------------------------------

prose = st.lists(
    st.sampled_from(["chat", "l’été", "« oui »", "<à>", "R&D", "\n", "  ", '"dit"']), min_size=1
).map(lambda words: "un " + " ".join(words) + " gris")
values = prose | st.sampled_from(["", "=B1&B2", 42, 1.5, True, "42", "1E+05", "#N/A"])
tables = st.lists(st.lists(values, min_size=3, max_size=3), min_size=1, max_size=5)


def as_book(table: list[list[object]], *, constant: bool) -> bytes:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        for n, row in enumerate([["id", "texte", "note"], *table]):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(n, column, value)

    return book(fill, constant_memory=constant)


few = settings(max_examples=40)


@few
@given(tables, st.booleans())
def test_a_workbook_in_which_nothing_changes_is_the_same_bytes(table, constant) -> None:
    data = as_book(table, constant=constant)
    assert translated(data, "texte", answer=lambda source: source) == data


@few
@given(tables, st.booleans())
def test_a_reader_of_workbooks_finds_changed_the_texts_of_the_named_column_alone(
    table, constant
) -> None:
    data = as_book(table, constant=constant)
    result = translated(data, "texte")
    expected = rows(data)
    for row in expected[1:]:
        if isinstance(row[1], str) and row[1].startswith("un "):
            row[1] = row[1].upper()
    said = [[" ".join(str(v).split()) for v in row] for row in rows(result)]
    assert said == [[" ".join(str(v).split()) for v in row] for row in expected]
    before, after = members(data), members(result)
    assert {n for n in before if before[n] != after[n]} <= {"xl/worksheets/sheet1.xml"}


# --- cells -----------------------------------------------------------------------------

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>texte</t></is></c></row>'
INLINE = '<c r="A2"{0} t="inlineStr"><is><t xml:space="preserve">{1}</t></is></c>'
STRINGS = (
    "<si><t>un chat</t></si>"
    "<si><r><rPr><b/></rPr><t>un chat</t></r></si>"
    '<si><r><t xml:space="preserve">un </t></r><r><rPr><b/></rPr><t>chat</t></r></si>'
    "<si><t>un chat</t><rPh sb='0' eb='1'><t>ah</t></rPh><phoneticPr fontId='1'/></si>"
    "<si><t>un &amp; deux_x000D_\nou trois</t></si>"
    "<si/>"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<c r="A2" s="3" t="s"><v>0</v></c>', INLINE.format(' s="3"', "UN CHAT")),
        ("<c r='A2' t='s' s='3'><v>0</v></c>",
         "<c r='A2' t='inlineStr' s='3'><is><t xml:space=\"preserve\">UN CHAT</t></is></c>"),
        ('<c t="s"><v>0</v></c>',
         '<c t="inlineStr"><is><t xml:space="preserve">UN CHAT</t></is></c>'),
        ('<c r="A2" t="s"><v>1</v></c>',
         '<c r="A2" t="inlineStr"><is><r><rPr><b/></rPr><t xml:space="preserve">UN CHAT</t></r>'
         "</is></c>"),
        ('<c r="A2" t="s"><v>2</v></c>',
         '<c r="A2" t="inlineStr"><is><r><t xml:space="preserve">UN</t></r><r><rPr><b/></rPr>'
         '<t xml:space="preserve"> CHAT</t></r></is></c>'),
        ('<c r="A2" t="s"><v>3</v></c>', INLINE.format("", "UN CHAT")),
        ('<c r="A2" t="s"><v>4</v></c>', INLINE.format("", "UN &amp; DEUX_x000D_\nOU TROIS")),
        ('<c r="A2" t="s"><v>5</v></c>',) * 2,
        ('<c r="A2" t="s"><v>99</v></c>',) * 2,
        ('<c r="A2" t="s"><v>-1</v></c>',) * 2,
        ('<c r="A2" t="s"/>',) * 2,
        ('<c r="A2" t="s"><v>0</v><extLst><ext uri="x"/></extLst></c>',
         INLINE.format("", "UN CHAT").replace("</c>", '<extLst><ext uri="x"/></extLst></c>')),
        ('<c r="A2" t="inlineStr"><is><t>un chat</t></is></c>', INLINE.format("", "UN CHAT")),
        ('<c r="A2" t="inlineStr"><is><t>un &lt;b&gt; chat</t></is></c>',
         INLINE.format("", "UN &lt;b&gt; CHAT")),
        ('<c r="A2" t="inlineStr"><is/></c>',) * 2,
        ('<c r="A2" t="str"><f>B2</f><v>un chat</v></c>',) * 2,
        ('<c r="A2" t="s"><f>B2</f><v>0</v></c>',) * 2,
        ('<c r="A2" t="str"><v>un chat</v></c>',) * 2,
        ('<c r="A2" t="s" vm="1"><v>0</v></c>',) * 2,
        ('<c r="A2" t="b"><v>1</v></c>',) * 2,
        ('<c r="A2" t="e"><v>#REF!</v></c>',) * 2,
        ('<c r="A2" t="d"><v>2026-01-02T00:00:00</v></c>',) * 2,
        ('<c r="A2"><v>0</v></c>',) * 2,
        ('<c r="B2" t="s"><v>0</v></c>',) * 2,
    ],
)  # fmt: skip
def test_a_text_that_was_typed_changes_in_its_cell_and_all_else_stays(before, after) -> None:
    sheet = '{}<row r="2">{}</row><row r="3"><c r="B3" t="s"><v>0</v></c></row>'
    result = translated(hand_made(sheet.format(HEADER, before), STRINGS), "texte")
    assert sheet_of(result) == sheet.format(HEADER, after)
    assert members(result)["xl/sharedStrings.xml"].decode().count("un chat") == 3


def test_prefixes_and_the_strict_form_are_read() -> None:
    cell = '<x:row><x:c t="inlineStr"><x:is><x:t>{}</x:t></x:is></x:c></x:row>'
    shared = '<x:row><x:c t="s"><x:v>2</x:v></x:c></x:row>'
    for space in (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"):
        data = hand_made(cell.format("texte") + shared, STRINGS, prefix="x:", space=space)
        assert sheet_of(translated(data, "texte")) == cell.format("texte") + (
            '<x:row><x:c t="inlineStr"><x:is><x:r><x:t xml:space="preserve">UN</x:t></x:r><x:r>'
            '<x:rPr><x:b/></x:rPr><x:t xml:space="preserve"> CHAT</x:t></x:r></x:is></x:c></x:row>'
        )


def test_looks_stay_on_the_words() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        bold, red = made.add_format({"bold": True}), made.add_format({"color": "red"})
        sheet.write(0, 0, "texte")
        sheet.write_rich_string(
            1, 0, "Le chat ", bold, "noir", " dort.\nIl ", red, "ronfle", " fort."
        )

    said = {
        "Le chat noir dort.": "The black cat sleeps.",
        "Il ronfle fort.": "He snores loudly.",
        "ronfle": "snores",
    }
    result = translated(book(fill), "texte", answer=lambda s: said.get(s, s))
    found = openpyxl.load_workbook(io.BytesIO(result), rich_text=True).active["A2"].value
    assert isinstance(found, CellRichText)
    assert str(found) == "The black cat sleeps.\nHe snores loudly."
    looks = {piece.text.strip(): piece.font for piece in found if hasattr(piece, "font")}
    assert looks["black"].b
    assert looks["snores"].color.rgb == "FFFF0000"


# --- what belongs to the workbook ------------------------------------------------------


def test_tables_names_lists_comments_and_charts_stay() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("Un nom")
        columns = [{"header": "Un titre", "total_string": "Un total"}, {"header": "b"}]
        options = {"columns": columns, "total_row": True}
        sheet.write_row(0, 0, ["texte", "note"])
        sheet.add_table("A3:B6", {**options, "data": [["un chat", "x"], ["un chien", "y"]]})
        sheet.write_comment(3, 0, "Un commentaire")
        sheet.data_validation("A9", {"validate": "list", "source": ["un chat", "un chien"]})
        made.define_name("un_nom", "='Un nom'!$A$4")
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "='Un nom'!$B$4:$B$5", "name": "un chat"})
        sheet.insert_chart("D1", chart)

    data = book(fill)
    result = translated(data, "texte")
    column = [row[0] for row in rows(result)]
    assert column == ["texte", None, "Un titre", "UN CHAT", "UN CHIEN", "Un total"]
    before, after = members(data), members(result)
    assert [n for n in before if before[n] != after[n]] == ["xl/worksheets/sheet1.xml"]
    assert b'"un chat,un chien"' in after["xl/worksheets/sheet1.xml"]


def two_sheets() -> bytes:
    def fill(made: xlsxwriter.Workbook) -> None:
        first, second = made.add_worksheet("Notes"), made.add_worksheet("Prix")
        made.add_worksheet("Vide")
        first.write_row(1, 1, ["id", "Texte long"])
        first.write_row(2, 1, ["un", "Un chat.\n\nUn chien."])
        second.write_row(0, 0, ["texte long", 2026, "date"])
        second.write_row(1, 0, ["un âne", "un bœuf"])
        second.write_datetime(1, 2, datetime.datetime(2026, 3, 2), made.add_format())

    return book(fill)


@pytest.mark.parametrize(
    ("columns", "places"),
    [
        (["Texte long"], ["Notes, cell C3, ¶ 1", "Notes, cell C3, ¶ 2", "Prix, cell A2"]),
        (["texte long"], ["Notes, cell C3, ¶ 1", "Notes, cell C3, ¶ 2", "Prix, cell A2"]),
        (["2026"], ["Prix, cell B2"]),
        (["id"], ["Notes, cell B3"]),
        (["B"], ["Notes, cell B3", "Prix, cell B2"]),
        (["3"], ["Notes, cell C3, ¶ 1", "Notes, cell C3, ¶ 2"]),
        (["id,2026"], ["Notes, cell B3", "Prix, cell B2"]),
    ],
)
def test_each_sheet_has_its_own_columns_and_places(columns, places) -> None:
    found = [block.where for block in parsed(two_sheets(), *columns).blocks]
    assert found == [f"sheet {place}" for place in places]


def test_without_a_column_or_with_one_that_no_sheet_has_the_columns_are_named() -> None:
    with pytest.raises(InputError) as caught:
        parsed(two_sheets())
    assert '--columns "Texte long"' in caught.value.next_step
    with pytest.raises(InputError, match="no column 'txt'") as caught:
        parsed(two_sheets(), "txt", "id")
    assert "sheet Notes: A, id, Texte long; sheet Prix: texte long, 2026, date" in str(caught.value)


# --- what is refused -------------------------------------------------------------------

GOOD = two_sheets()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (changed(GOOD, {"xl/vbaProject.bin": b"x"}), "macros"),
        (changed(GOOD, {"xl/workbook.xml": b"<a/>"}), "not an Excel workbook"),
        (changed(GOOD, {"xl/worksheets/sheet1.xml": b"<a>"}), "well-formed"),
        (changed(GOOD, {"xl/sharedStrings.xml": b"<a>" * 2000}), "inside one another"),
        (b"\xd0\xcf\x11\xe0encrypted", "encrypted"),
        (GOOD[:100], "damaged"),
        (b"id;texte", "damaged"),
        (b"PK\x05\x06" + b"\x00" * 18, "_rels/.rels"),
    ],
)
def test_what_is_no_such_workbook_is_refused_by_name(data, problem) -> None:
    with pytest.raises(InputError, match=r"a\.xlsx") as caught:
        parsed(data, "A")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="x"><c r="A1" t="inlineStr"><is><t>un</t></is></c></row>',
        '<row r="99999999999"><c r="AAAA1" t="inlineStr"><is><t>un</t></is></c></row>',
        '<row><c r="" t="s"><v>99999999999999999999</v></c><c t="s"><v>²</v></c></row>',
        '<row><c t="s"><v><!-- x -->0</v></c></row><row><c t="n"><v>a</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>',
        "",
    ],
)
def test_odd_references_do_no_harm(sheet) -> None:
    data = hand_made(sheet, STRINGS)
    assert translated(data, "A", answer=lambda source: source) == data


def test_an_empty_file_is_a_workbook_without_text() -> None:
    assert translated(b"", "A") == b""


def test_a_signature_is_named() -> None:
    data = changed(GOOD, {"_xmlsignatures/sig1.xml": b"<s/>"})
    assert "signed" in parsed(data, "B").findings[0].message
