"""Word documents: what cuts words, what goes with them, and what nobody touches."""

from __future__ import annotations

import io
import re
import time

import docx
import pytest
from docx.oxml.ns import qn
from formats.laws import translated
from formats.samples import Sample
from formats.samples.containers import unzipped, zipped
from formats.samples.docx_package import Docx
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import parse_document, write_document
from pipeline.errors import InputError


def package(*paragraphs: str, **parts: str) -> bytes:
    """Give a document of paragraphs, of which each is the XML in it; more parts by name."""
    made = Docx("any")
    made.add(*(p if p.startswith("<w:tbl") else f"<w:p>{p}</w:p>" for p in paragraphs))
    for name, xml in parts.items():
        made.parts[name] = [xml]
    return made.pack()


def run(text: str, look: str = "", *, inside: str = "") -> str:
    """Give a run."""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    text = f'<w:t xml:space="preserve">{text}</w:t>' if text else ""
    return f"<w:r>{properties}{text}{inside}</w:r>"


def through(data: bytes, answer=str.upper) -> bytes:
    """Translate by an engine that answers so."""
    return translated(Sample(name="a", format="docx", data=data, texts=()), answer)


def xml(data: bytes, member: str = "word/document.xml") -> str:
    """Give a member without namespaces' declarations."""
    return re.sub(r' xmlns:\w+="[^"]*"', "", unzipped(data)[member].decode())


def body(data: bytes) -> str:
    """Give what stands in the body before the section."""
    return re.search("<w:body>(.*)<w:sectPr>", xml(data), re.DOTALL)[1]


def said(data: bytes) -> list[str]:
    """Give the paragraphs that python-docx reads, deletions left out."""
    document = docx.Document(io.BytesIO(data))
    return [
        "".join(
            t.text or "" for t in p._p.iter(qn("w:t")) if next(t.iterancestors(qn("w:p"))) is p._p
        )
        for p in document.paragraphs
    ]


def looking(data: bytes, element: str) -> list[str]:
    """Give the texts of runs whose properties have an element."""
    document = docx.Document(io.BytesIO(data))
    there = f"{qn('w:rPr')}/{qn(element)}"
    runs = (r for r in document.element.body.iter(qn("w:r")) if r.find(there) is not None)
    return ["".join(t.text for t in r.iter(qn("w:t"))) for r in runs]


BOLD, ITALIC, LINE = "<w:b/>", "<w:i/>", '<w:u w:val="single"/>'
ON = '<w:b w:val="1"/>'
NOTE = '<w:footnoteReference w:id="2"/>'
MARKS = {
    "bookmark": '<w:bookmarkStart w:id="1" w:name="a"/><w:bookmarkEnd w:id="1"/>',
    "spelling": '<w:proofErr w:type="spellStart"/>',
    "page": "<w:r><w:lastRenderedPageBreak/></w:r>",
    "range": '<w:commentRangeStart w:id="4"/>',
    "range's end": '<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>',
    "deletion": '<w:del w:id="9" w:author="x"><w:r><w:delText>xx</w:delText></w:r></w:del>',
    "permission": '<w:permStart w:id="5" w:edGrp="everyone"/><w:permEnd w:id="5"/>',
    "nothing": "",
}
HALVES = {
    "revision": lambda a, b: f'<w:r w:rsidR="0A">{a}</w:r><w:r w:rsidR="0B">{b}</w:r>',
}


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("look", ["", BOLD])
def test_a_word_is_one_whatever_cuts_it(mark, look):
    data = package(run("La mai", look) + MARKS[mark] + run("son est grande.", look))
    document = parse_document(data, doc_id="a", name="a.docx")
    assert document.blocks[0].text == "La maison est grande."
    out = through(data)
    assert said(out) == ["LA MAISON EST GRANDE."]
    if mark not in ("spelling", "page"):
        assert MARKS[mark] in xml(out)


ELEMENTS = {
    "smart tag": ('<w:smartTag w:uri="u" w:element="e">', "</w:smartTag>"),
    "link": ('<w:hyperlink w:anchor="ici">', "</w:hyperlink>"),
    "insertion": ('<w:ins w:id="7" w:author="x">', "</w:ins>"),
    "content control": (
        '<w:sdt><w:sdtPr><w:id w:val="3"/></w:sdtPr><w:sdtContent>',
        "</w:sdtContent></w:sdt>",
    ),
    "direction": ('<w:dir w:val="ltr">', "</w:dir>"),
    "custom": ('<w:customXml w:element="e"><w:customXmlPr/>', "</w:customXml>"),
    "range": ('<w:bookmarkStart w:id="1" w:name="a"/>', '<w:bookmarkEnd w:id="1"/>'),
}


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize(
    "cut",
    [
        ("La petite mai", "son", " verte."),
        ("La petite ", "mai", "son verte."),
        ("La petite ", "maison", " verte."),
    ],
)
def test_what_stands_around_part_of_a_word_stands_around_the_word(element, cut):
    opening, closing = ELEMENTS[element]
    before, inside, after = map(run, cut)
    out = through(package(before + opening + inside + closing + after))
    assert said(out) == ["LA PETITE MAISON VERTE."]
    around = re.search(f"{re.escape(opening)}(.*?){re.escape(closing)}", xml(out))
    assert re.sub("<[^>]*>", "", around[1]) == "MAISON"


@pytest.mark.parametrize(
    ("runs", "bold"),
    [
        ([("Le ", ""), ("no", BOLD), ("ir", BOLD), (" dort", "")], ["NOIR"]),
        ([("Le ", ""), ("noir", BOLD), (" dort", BOLD)], ["NOIR DORT"]),
        ([("Le ", BOLD), ("noir", BOLD), (" ", BOLD), ("dort", "")], ["LE NOIR"]),
        ([("Le ", ""), ("n", ""), ("oir", BOLD), (" dort", "")], ["NOIR"]),
        ([("Le ", ""), ("noi", BOLD), ("r", ""), (" dort", "")], ["NOIR"]),
        ([("L", BOLD), ("e noir dort", "")], []),
        ([("Le ", ""), ("noir", BOLD), (",", BOLD), (" dort", "")], ["NOIR,"]),
        ([("Le noir", ""), (", ", BOLD), ("dort", "")], []),
        ([("Le chat ", ""), ("noir", BOLD), (".", "")], ["NOIR"]),
        (
            [("Le chat ", ""), ("noir", BOLD), (", ", ""), ("gros", BOLD), (" dort", "")],
            ["NOIR", "GROS"],
        ),
        (
            [("Le ", ""), ("noir ", '<w:b w:val="1"/>'), ("dort", BOLD), (" bien tard", "")],
            ["NOIR DORT"],
        ),
        ([("Le noir dort", '<w:b w:val="0"/>')], ["LE NOIR DORT"]),
    ],
)
def test_the_bold_words_are_bold_and_no_others(runs, bold):
    out = through(package("".join(run(text, look) for text, look in runs)))
    assert said(out) == ["".join(text for text, _ in runs).upper()]
    assert [t.strip() for t in looking(out, "w:b")] == bold


@pytest.mark.parametrize(
    "properties",
    [
        '<w:lang w:val="fr-FR"/>',
        '<w:lang w:val="en-US"/>',
        "<w:noProof/>",
        '<w:rPrChange w:id="1" w:author="x"><w:rPr><w:b/></w:rPr></w:rPrChange>',
        '<w:spacing w:val="-2"/>',
        '<w:kern w:val="2"/>',
        '<w:szCs w:val="24"/>',
        "<w:bCs/>",
    ],
)
def test_what_nobody_sees_makes_no_look(properties):
    data = package(run("Le chat no") + run("ir", properties) + run(" dort."))
    (block,) = parse_document(data, doc_id="a", name="a.docx").blocks
    assert (block.text, block.markup) == ("Le chat noir dort.", ())


def test_what_is_written_is_marked_as_english_and_what_is_not_stays():
    language = '<w:lang w:val="fr-FR" w:eastAsia="fr-CA"/>'
    out = through(package(run("Le chat", language), run("2026", language)))
    assert '<w:lang w:val="en-US" w:eastAsia="fr-CA"/>' in body(out)
    assert run("2026", language) in body(out)
    assert '<w:lang w:val="en-US" w:eastAsia="en-US" w:bidi="ar-SA"/>' in xml(
        out, "word/styles.xml"
    )


@pytest.mark.parametrize(
    ("runs", "kept"),
    [
        ([("Le gaz est du CO", ""), ("2", "subscript"), (" pur.", "")], "CO2"),
        ([("H", ""), ("2", "subscript"), ("O coule.", "")], "H2O"),
        ([("Il fait 12 m", ""), ("2", "superscript"), (" ici.", "")], "m2"),
        ([("Soit x", ""), ("n", "superscript"), (" la suite.", "")], "xn"),
    ],
)
def test_figures_above_and_below_the_line_stay(runs, kept):
    made = [run(t, f'<w:vertAlign w:val="{v}"/>' if v else "") for t, v in runs]
    out = through(package("".join(made)))
    assert kept in said(out)[0]
    raised = next(t for t, v in runs if v)
    assert looking(out, "w:vertAlign") == [raised]


@pytest.mark.parametrize(
    ("word", "raised", "source"),
    [
        ("1", "er", "1er"),
        ("XX", "e", "XXe"),
        ("M", "me", "Mme"),
        ("n", "o", "n°"),
        ("2", "nde", "2nde"),
    ],
)
def test_letters_above_the_line_are_of_the_word(word, raised, source):
    up = '<w:vertAlign w:val="superscript"/>'
    data = package(run(f"Voici {word}") + run(raised, up) + run(" pour toi."))
    (block,) = parse_document(data, doc_id="a", name="a.docx").blocks
    assert block.text == f"Voici {source} pour toi."


def test_a_mark_of_a_note_that_was_set_by_hand_is_no_letter():
    up = '<w:vertAlign w:val="superscript"/>'
    out = through(package(run("Le chat") + run("1", up) + run(" dort.")))
    assert said(out) == ["LE CHAT1 DORT."]
    assert looking(out, "w:vertAlign") == ["1"]


@pytest.mark.parametrize("look", ["", '<w:rStyle w:val="Lien"/>'])
def test_a_link_that_is_a_number_at_the_end_of_a_word_is_a_note(look):
    link = f'<w:hyperlink w:anchor="n1">{run("1", look)}</w:hyperlink>'
    data = package(run("Le maire") + link + run(" dort."))
    (block,) = parse_document(data, doc_id="a", name="a.docx").blocks
    assert block.text == "Le maire dort."
    assert said(through(data)) == ["LE MAIRE1 DORT."]
    assert link in body(through(data))


CAP = '<w:pPr><w:framePr w:dropCap="drop" w:lines="3"/></w:pPr>'


@pytest.mark.parametrize(
    ("letter", "rest", "source"),
    [
        ("L", "e chat dort.", "Le chat dort."),
        ("À", " Paris, il pleut.", "À Paris, il pleut."),
        ("L’", "eau coule.", "L’eau coule."),
        ("« L", "e chat » dort.", "« Le chat » dort."),
    ],
)
def test_a_letter_in_a_frame_is_of_the_next_paragraph(letter, rest, source):
    data = package(CAP + run(letter, '<w:sz w:val="96"/>'), run(rest), run("Le chien."))
    found = {b.text: b.where for b in parse_document(data, doc_id="a", name="a.docx").blocks}
    assert found == {source: "¶ 1", "Le chien.": "¶ 2"}
    out = through(data, lambda source: "The end" if source != "Le chien." else source)
    assert said(out) == ["T", "he end", "Le chien."]
    assert looking(out, "w:sz") == ["T"]


def test_a_letter_in_a_frame_with_nothing_after_it_is_a_paragraph():
    assert said(through(package(CAP + run("a")))) == ["A"]
    assert said(through(package(CAP + run("a"), CAP + run("b"), run("c")))) == ["A", "B", "C"]
    assert said(through(package(CAP + run("un titre"), run("le chat")))) == ["UN TITRE", "LE CHAT"]


BOX = (
    '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor>'
    '<wp:docPr id="7" name="Zone" descr="Une zone"/><a:graphic><a:graphicData><wps:wsp><wps:txbx>'
    "<w:txbxContent>{0}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic>"
    "</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
    "<w:txbxContent>{1}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
    "</mc:AlternateContent>"
)


@pytest.mark.parametrize("around", ["", "Le chat voit "])
@pytest.mark.parametrize("part", ["body", "header"])
def test_a_text_box_is_translated_once_and_written_twice(around, part):
    inner = f"<w:p>{run('Un ')}{run('mot', BOLD)}</w:p>"
    older = inner.replace("<w:p>", '<w:p w:rsidR="00AA">')
    paragraph = run(around) * bool(around) + run("", inside=BOX.format(inner, older))
    more = {"header": f"<w:p>{paragraph}</w:p>"} if part == "header" else {}
    data = package(run("Le début"), "" if more else paragraph, **more)
    texts = [b.text for b in parse_document(data, doc_id="a", name="a.docx").blocks]
    assert sorted(texts) == sorted({"Le début", "Un mot", "Une zone", around.strip()} - {""})
    out = xml(through(data), "word/header1.xml" if more else "word/document.xml")
    new = inner.replace("Un ", "UN ").replace("mot", "MOT")
    assert out.count(new.removeprefix("<w:p>")) == 2
    assert 'descr="UNE ZONE"' in out
    assert around.upper() in out


def test_a_box_that_says_something_else_to_older_programs_is_translated_too():
    box = BOX.format(f"<w:p>{run('Le neuf')}</w:p>", f"<w:p>{run('Le vieux')}</w:p>")
    out = xml(through(package(run("", inside=box))))
    assert "LE NEUF" in out
    assert "LE VIEUX" in out


def test_strict_documents_are_read_too():
    parts = unzipped(package(run("Le chat ") + run("noir", BOLD) + run(" dort.")))
    old = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    new = {n: c.replace(old.encode(), strict.encode()) for n, c in parts.items()}
    out = xml(through(zipped(new)))
    assert "LE CHAT" in out
    assert run("NOIR", BOLD) in out


def test_any_prefix_will_do():
    parts = unzipped(package(run("Le chat dort.")))
    text = parts["word/document.xml"].decode()
    text = re.sub(r"(</?|\s)w:", r"\1x:", text).replace("xmlns:w=", "xmlns:x=")
    out = xml(through(zipped({**parts, "word/document.xml": text})))
    assert '<x:r><x:t xml:space="preserve">LE CHAT DORT.</x:t></x:r>' in out


# --- what stays ----------------------------------------------------------------------


def field(code: str, *result: str) -> str:
    """Give a field in five runs."""
    chars = [f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")]
    code = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    return chars[0] + code + chars[1] + "".join(result) + chars[2]


@pytest.mark.parametrize(
    "code", ["PAGE", "REF a", "DATE \\@ d", "MERGEFIELD nom", "SEQ t", "PAGEREF a"]
)
def test_a_field_stays_as_it_is(code):
    inside = field(code, run("douze"))
    simple = f'<w:fldSimple w:instr=" {code} ">{run("douze")}</w:fldSimple>'
    for raw in (inside, simple):
        out = through(package(run("Le chat voit ") + raw + run(" chiens.")))
        assert said(out) == ["LE CHAT VOIT douze CHIENS."]
        assert raw in body(out)


@pytest.mark.parametrize("code", ['HYPERLINK "https://a.org"', 'HYPERLINK \\l "a"', "FORMTEXT"])
def test_the_text_of_some_fields_is_text(code):
    out = through(package(run("Le ") + field(code, run("chat no"), run("ir")) + run(" dort.")))
    assert said(out) == ["LE CHAT NOIR DORT."]
    between = re.search('"separate"/></w:r>(.*?)<w:r><w:fldChar w:fldCharType="end"', body(out))
    assert re.sub("<[^>]*>", "", between[1]) == "CHAT NOIR"


def test_a_table_of_contents_is_translated_with_its_headings():
    entry = run("Le début") + run("", inside="<w:tab/>") + field("PAGEREF _T1", run("3"))
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")
    )
    code = "<w:r><w:instrText> TOC \\o </w:instrText></w:r>"
    out = through(
        package(
            begin + code + separate + entry, entry.replace("début", "milieu"), end, run("Le début")
        )
    )
    assert said(out) == ["LE DÉBUT3", "LE MILIEU3", "", "LE DÉBUT"]
    assert body(out).count(field("PAGEREF _T1", run("3"))) == 2


def test_a_field_over_several_paragraphs_stays():
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")
    )
    code = "<w:r><w:instrText> BIBLIOGRAPHY </w:instrText></w:r>"
    out = through(
        package(
            begin + code + separate + run("Un livre"),
            run("Un autre"),
            run("Fin") + end,
            run("Le chat"),
        )
    )
    assert said(out) == ["Un livre", "Un autre", "Fin", "LE CHAT"]


def test_hidden_text_stays_and_a_finding_says_so():
    data = package(run("Le chat ") + run("secret", "<w:vanish/>") + run(" dort."))
    assert "secret" in said(through(data))[0]
    (finding,) = parse_document(data, doc_id="a", name="a.docx").findings
    assert "hidden" in finding.message


def test_the_words_before_and_after_a_tab_are_no_sentence():
    data = package(run("Le chat", LINE, inside="<w:tab/>") + run("le chien"))
    document = parse_document(data, doc_id="a", name="a.docx")
    assert [b.text for b in document.blocks] == ["Le chat", "le chien"]
    assert len({b.where for b in document.blocks}) == 2
    assert "<w:tab/>" in body(through(data))


def test_time_grows_with_the_text_and_not_faster():
    def seconds(count: int) -> float:
        made = Docx("long")
        made.cut = True
        made.add(made.p("".join(made.runs("Le chat <b>noir</b> dort. ") for _ in range(count))))
        made.add(*(made.p(made.runs("Le chat <b>noir</b> dort.")) for _ in range(count)))
        data = made.pack()
        start = time.process_time()
        document = parse_document(data, doc_id="a", name="a.docx")
        write_document(document, {b.block_id: f"{b.block_id}" for b in document.blocks})
        return time.process_time() - start

    assert seconds(800) < 16 * min(seconds(100) for _ in range(3))


def test_a_watermark_is_text():
    mark = '<w:pict><v:shape><v:textpath string="Ne pas &amp; diffuser"/></v:shape></w:pict>'
    out = xml(through(package(run("Le chat"), run("", inside=mark))))
    assert 'string="NE PAS &amp; DIFFUSER"' in out


@pytest.mark.parametrize(
    "odd",
    [
        f"<w:sdt><w:sdtPr/></w:sdt>{run('Le chat')}",
        f"<w:sdt/>{run('Le chat')}",
        f"<w:sdt><w:bookmarkEnd w:id='1'/><w:sdtContent>{run('Le chat')}</w:sdtContent></w:sdt>",
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("Le chat")}',
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("Le chat")}',
        f'<w:commentRangeEnd w:id="1"/>{run("Le chat")}<w:commentRangeStart w:id="1"/>',
        f"<w:hyperlink/>{run('Le chat')}<w:r/><w:r><w:t/></w:r>",
        f"<w:p>{run('Le chat')}</w:p>",
    ],
)
def test_what_no_program_writes_harms_nothing(odd):
    data = package(odd, run("Le chien"))
    assert (
        unzipped(through(data, lambda source: source))["word/document.xml"]
        == (unzipped(data)["word/document.xml"])
    )
    assert said(through(data))[-1] == "LE CHIEN"


@pytest.mark.parametrize("mark", ["<w:sym w:char='F0E0'/>", "<w:object/>", "<w:pict/>"])
@pytest.mark.parametrize("space", ["", " "])
def test_what_alone_parts_two_words_parts_them(mark, space):
    data = package(run(f"La cour{space}") + run("", inside=mark) + run("notre équipe"))
    texts = [b.text for b in parse_document(data, doc_id="a", name="a.docx").blocks]
    assert texts == (["La cour notre équipe"] if space else ["La cour", "notre équipe"])
    assert said(through(data)) == [f"LA COUR{space}NOTRE ÉQUIPE"]


@pytest.mark.parametrize("gap", ["\t", "     ", "\u00a0" * 5, "______", "............", "………………"])
def test_columns_and_lines_to_write_on_are_between_texts(gap):
    data = package(run(f"Le nom{gap}la date", LINE))
    assert [b.text for b in parse_document(data, doc_id="a", name="a.docx").blocks] == [
        "Le nom",
        "la date",
    ]
    out = through(data)
    assert said(out) == [f"LE NOM{gap}LA DATE"]
    assert "".join(looking(out, "w:u")) == f"LE NOM{gap}LA DATE"


def test_macros_are_refused_by_name():
    parts = unzipped(package(run("Le chat")))
    data = zipped({**parts, "word/vbaProject.bin": b"x"})
    with pytest.raises(InputError, match="macros"):
        parse_document(data, doc_id="a", name="a.docx")


@pytest.mark.parametrize("member", ["_rels/.rels", "word/document.xml"])
def test_what_is_no_word_document_is_refused_by_name(member):
    parts = unzipped(package(run("Le chat")))
    del parts[member]
    with pytest.raises(InputError, match="not a Word document"):
        parse_document(zipped(parts), doc_id="a", name="a.docx")


def test_places_are_told_as_people_tell_them():
    cell = "<w:tc><w:tcPr/><w:p>{}</w:p></w:tc>"
    inner = f"<w:tbl><w:tr>{cell.format(run('Le nid'))}</w:tr></w:tbl>"
    table = (
        f"<w:tbl><w:tr>{cell.format(run('Le chat'))}<w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>"
        f"<w:p>{run('Le chien')}</w:p>{inner}<w:p>{run('Le loup')}</w:p></w:tc>"
        f"{cell.format(run('Le coq'))}</w:tr></w:tbl>"
    )
    data = package(
        run("Un"),
        "",
        run("Deux") + run("", inside=NOTE),
        table,
        footnotes=f'<w:footnote w:id="2"><w:p>{run("Trois")}</w:p></w:footnote>',
        header=f"<w:p>{run('Quatre')}</w:p><w:p>{run('Cinq')}</w:p>",
        comments=f'<w:comment w:id="0"><w:p>{run("Six")}</w:p></w:comment>',
    )
    blocks = parse_document(data, doc_id="a", name="a.docx").blocks
    assert {b.text: b.where for b in blocks} == {
        "Un": "¶ 1",
        "Deux": "¶ 2",
        "Le chat": "table 1, row 1, column 1",
        "Le chien": "table 1, row 1, column 2",
        "Le nid": "table 1, row 1, column 2, table 1, row 1, column 1",
        "Le loup": "table 1, row 1, column 2, ¶ 2",
        "Le coq": "table 1, row 1, column 4",
        "Trois": "¶ 2, footnote 1",
        "Quatre": "header 1",
        "Cinq": "header 1, ¶ 2",
        "Six": "comment 1",
    }


# --- runs of any kind ----------------------------------------------------------------

LOOKS = [
    "",
    BOLD,
    ITALIC,
    BOLD + ITALIC,
    '<w:lang w:val="fr-FR"/>',
    BOLD + '<w:lang w:val="fr-CA"/>',
]
texts = st.text("ab é.,&<\u00a0", min_size=0, max_size=6)
atoms = st.sampled_from(
    [*MARKS.values(), run("", inside=NOTE), "<w:r><w:sym w:char='F0E0'/></w:r>"]
)


@given(st.lists(st.tuples(texts, st.sampled_from(LOOKS)) | atoms, max_size=8))
def test_runs_of_any_kind_say_the_same_again(pieces):
    made = "".join(
        p if isinstance(p, str) else run(p[0].replace("&", "&amp;").replace("<", "&lt;"), p[1])
        for p in pieces
    )
    data = package(made + run(" fin."))
    parts, again = unzipped(data), unzipped(through(data, lambda source: source))
    assert parts["word/document.xml"] == again["word/document.xml"]
    out = through(data)
    squeezed = [" ".join(t.split()) for t in (*said(data), *said(out))]
    assert squeezed[0].upper().replace(" ", "") == squeezed[1].replace(" ", "")
    words, made_words = (re.findall(r"\w+", text.upper()) for text in squeezed)
    assert words == made_words
