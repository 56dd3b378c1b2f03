"""Suggestions, exchange formats, the occurrence table and calibration."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from lxml import etree
from making import draft

from pipeline.errors import GlossaryError, ModelDamaged
from pipeline.glossary import Term, TermBase, enforce, load_termbase, write_terms_csv
from pipeline.glossary.enforce.placeholders import FRAMES, calibrate, load_shape, save_shape
from pipeline.glossary.exchange import read_terms_of, term_values, write_terms_as
from pipeline.glossary.file import lint
from pipeline.glossary.file.edit import merge_rows
from pipeline.glossary.output import TERMS_COLUMNS
from pipeline.glossary.suggest import find_names, suggest, unstable_names
from pipeline.lists import neutral
from pipeline.records import Hypothesis

TERMS = Path(__file__).parents[1] / "data" / "glossary" / "terms.csv"


# --- suggestions ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Selon Sam Altman, tout va bien.", ["Sam Altman"]),
        ("La Banque de France publie un rapport sur xAI.", ["Banque de France", "xAI"]),
        ("GPT-5 coûte cher.", ["GPT-5"]),
        ("Elon Musk parle.", ["Elon Musk"]),
        ("Il pleut à Paris, Lyon et Lille.", ["Paris", "Lyon", "Lille"]),
        ("Voir https://OpenAI.com et presse@Meta.com.", []),
        ("UNE PHRASE EN CAPITALES", []),
        (
            "Puis Mme Ursula von der Leyen reçoit MM. Macron et Scholz.",
            ["Ursula von der Leyen", "Macron", "Scholz"],
        ),
        ("Rien ici.", []),
    ],
)
def test_names_are_found_inside_sentences(sentence, names):
    assert [n for n, _ in find_names(sentence)] == names


def test_a_capital_at_the_start_of_a_sentence_is_no_proof_of_a_name():
    assert list(find_names("Tartempion dort.")) == [("Tartempion", False)]
    sentences = [("a", "Tartempion dort."), ("a", "Tartempion rit."), ("b", "Tartempion court.")]
    assert suggest(sentences, TermBase.empty()) == ()
    sentences.append(("b", "On voit Tartempion."))
    (found,) = suggest(sentences, TermBase.empty())
    assert (found.source, found.count, found.documents, found.status) == ("Tartempion", 4, 2, "dnt")
    assert found.example == "On voit Tartempion."


def test_spellings_of_one_name_are_grouped_and_known_terms_left_out():
    sentences = [
        ("a", "Chez OpenAI, on recrute."),
        ("a", "Chez OpenAI, on attend."),
        ("b", "Chez Open AI, on part."),
        ("b", "Chez Meta, on reste."),
    ]
    base = TermBase([Term(source="Meta", targets=(), status="dnt", inflect=False)])
    (found,) = suggest(sentences, base, min_count=2)
    assert (found.source, found.count, found.variants) == ("OpenAI", 3, ("Open AI",))


def test_a_word_that_also_stands_in_lower_case_is_no_name():
    sentences = [
        ("a", "Le Rapport est lu."),
        ("a", "Le tarif monte."),
        ("a", "Un Tarif, des tarifs, ce tarif."),
    ]
    assert [
        c.source for c in suggest(sentences, TermBase.empty(), min_count=1) if c.kind == "name"
    ] == []


def test_frequent_noun_groups_are_ranked_and_their_parts_are_not():
    sentence = "Le réseau de neurones profond apprend, un autre réseau de neurones profond aussi."
    plural = "Des réseaux de neurones profonds apprennent."
    found = [
        c
        for c in suggest([("a", sentence), ("b", plural)], TermBase.empty(), min_count=3)
        if c.kind == "term"
    ]
    assert [(c.source, c.count, c.documents) for c in found] == [
        ("réseau de neurones profond", 3, 2)
    ]
    assert found[0].status == "preferred"


def test_names_that_the_last_run_rendered_in_two_ways_are_reported():
    rows = [
        ("a", "On voit Mistral AI ici.", "We see Mistral AI here."),
        ("a", "On suit Mistral AI partout.", "We follow Mistral IA everywhere."),
        ("b", "On aime Mistral AI.", "We like it."),
        ("b", "On aime Kyutai.", "We like Kyutai."),
    ]
    (found,) = unstable_names(rows, TermBase.empty())
    assert (found.source, found.kind, found.count, found.documents) == (
        "Mistral AI",
        "unstable",
        3,
        2,
    )
    assert set(found.variants) == {
        "Mistral AI ×1",
        "Mistral IA ×1",
        "(nothing like it) ×1",
    }


# --- exchange ---------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables_keep_every_column(tmp_path, form):
    terms = load_termbase([TERMS]).terms
    path = tmp_path / f"out.{form}"
    assert write_terms_as(path, terms) == len(terms)
    again = load_termbase([path]).terms
    assert [t.content() for t in again] == [t.content() for t in terms]


def test_tbx_keeps_targets_forbidden_forms_and_what_is_not_translated(tmp_path):
    terms = [
        Term(source="IA", targets=("AI", "artificial intelligence"), note="always"),
        Term(source="IA", targets=("brain",), status="forbidden"),
        Term(source="UE", targets=("EC",), status="forbidden"),
        Term(source="OpenAI", targets=(), status="dnt", inflect=False),
        Term(source="R&D <x>", targets=("R&D",)),
        Term(source="*", targets=("robot brain",), status="forbidden"),
    ]
    path = tmp_path / "out.tbx"
    assert write_terms_as(path, terms) == 4
    assert list(read_terms_of(path)) == [
        {"source": "IA", "note": "always", "target": "AI|artificial intelligence"},
        {"source": "IA", "note": "always", "target": "brain", "status": "forbidden"},
        {"source": "OpenAI", "status": "dnt"},
        {"source": "R&D <x>", "target": "R&D"},
        {"source": "UE", "target": "EC", "status": "forbidden"},
    ]


WEBLATE = """<?xml version="1.0" encoding="UTF-8"?>
<martif type="TBX" xml:lang="fr"><text><body>
<termEntry id="1"><descrip type="Translation needed">No</descrip>
<langSet xml:lang="fr"><tig><term>Grok</term></tig></langSet></termEntry>
<termEntry id="2"><langSet xml:lang="fr"><tig><term>puce</term></tig></langSet>
<langSet xml:lang="en"><tig><term>chip</term></tig><tig><term>flea</term>
<termNote type="administrativeStatus">forbidden</termNote></tig></langSet></termEntry>
<termEntry id="3"><langSet xml:lang="fr"><tig><term>mél</term></tig></langSet>
<langSet xml:lang="en"><tig><term>mail</term>
<termNote type="administrativeStatus">obsolete</termNote></tig></langSet></termEntry>
</body></text></martif>"""


def test_weblates_tbx_marks_are_understood(tmp_path):
    path = tmp_path / "weblate.tbx"
    path.write_text(WEBLATE, encoding="utf-8")
    assert list(read_terms_of(path)) == [
        {"source": "Grok", "status": "dnt"},
        {"source": "puce", "target": "chip"},
        {"source": "puce", "target": "flea", "status": "forbidden"},
        {"source": "mél", "target": "mail", "status": "forbidden"},
    ]


TBX_2019 = """<?xml version="1.0" encoding="UTF-8"?>
<tbx style="dct" type="TBX-Basic" xml:lang="fr" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="1"><langSec xml:lang="fr-CA"><termSec><term>clavardage</term></termSec></langSec>
<langSec xml:lang="en-GB"><termSec><term>online
  <hi>chat</hi> room</term><note>Québec</note></termSec></langSec></conceptEntry>
</body></text></tbx>"""
IATE = """<martif type="TBX" xml:lang="en"><text><body><termEntry id="IATE-1">
<langSet xml:lang="en"><ntig><termGrp><term>data</term></termGrp></ntig>
<ntig><termGrp><term>datum</term><termNote type="administrativeStatus">supersededTerm-admn-sts
</termNote></termGrp></ntig></langSet>
<langSet xml:lang="fr"><ntig><termGrp><term>données</term></termGrp></ntig></langSet>
</termEntry></body></text></martif>"""
CODES = """<tmx version="1.4"><header srclang="*all*"/><body><tu><tuv xml:lang="en-US">
<seg>a <bpt i="1">&lt;b&gt;</bpt>chip<ept i="1">&lt;/b&gt;</ept></seg></tuv><tuv xml:lang="fr">
<seg>une <hi>puce </hi>là</seg></tuv></tu></body></tmx>"""


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        (
            "new.tbx",
            TBX_2019,
            [{"source": "clavardage", "note": "Québec", "target": "online chat room"}],
        ),
        (
            "iate.tbx",
            IATE,
            [
                {"source": "données", "target": "data"},
                {"source": "données", "target": "datum", "status": "forbidden"},
            ],
        ),
        ("codes.tmx", CODES, [{"source": "une puce là", "target": "a chip"}]),
    ],
)
def test_other_editions_regions_and_inline_codes_are_read(tmp_path, name, text, rows):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert list(read_terms_of(path)) == rows


# What the two standards demand of what we write: TMX 1.4b, and the core structure of TBX-Basic.
TMX_DTD = """
<!ELEMENT tmx (header, body)> <!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note|prop)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block|paragraph|sentence|phrase) #REQUIRED o-tmf CDATA #REQUIRED
  adminlang CDATA #REQUIRED srclang CDATA #REQUIRED datatype CDATA #REQUIRED>
<!ELEMENT body (tu*)> <!ELEMENT tu ((note|prop)*, tuv+)>
<!ELEMENT tuv ((note|prop)*, seg)> <!ATTLIST tuv xml:lang CDATA #REQUIRED>
<!ELEMENT note (#PCDATA)> <!ELEMENT prop (#PCDATA)> <!ELEMENT seg (#PCDATA)>
"""
TBX_DTD = """
<!ELEMENT martif (martifHeader, text)>
<!ATTLIST martif type CDATA #REQUIRED xml:lang CDATA #REQUIRED>
<!ELEMENT martifHeader (fileDesc, encodingDesc?, revisionDesc?)>
<!ELEMENT fileDesc (titleStmt?, publicationStmt?, sourceDesc+)>
<!ELEMENT sourceDesc (p+)> <!ELEMENT p (#PCDATA)>
<!ELEMENT text (body, back?)> <!ELEMENT body (termEntry+)>
<!ELEMENT termEntry ((descrip|note)*, langSet+)> <!ATTLIST termEntry id ID #IMPLIED>
<!ELEMENT langSet ((descrip|note)*, tig+)> <!ATTLIST langSet xml:lang CDATA #REQUIRED>
<!ELEMENT tig (term, termNote*, (descrip|note)*)> <!ELEMENT term (#PCDATA)>
<!ELEMENT termNote (#PCDATA)> <!ATTLIST termNote type CDATA #REQUIRED>
<!ELEMENT descrip (#PCDATA)> <!ATTLIST descrip type CDATA #REQUIRED>
<!ELEMENT note (#PCDATA)>
"""


@pytest.mark.parametrize(("form", "dtd"), [("tmx", TMX_DTD), ("tbx", TBX_DTD)])
def test_what_is_written_is_valid_for_other_tools(tmp_path, form, dtd):
    terms = [
        *load_termbase([TERMS]).terms,
        Term(source="a\ufffe<&>", targets=('"b"',), note="two\nlines\x01"),
    ]
    path = tmp_path / f"out.{form}"
    assert write_terms_as(path, terms) > 5
    tree = etree.parse(path)
    rules = etree.DTD(io.StringIO(dtd))
    assert rules.validate(tree), rules.error_log
    assert set(tree.xpath("//@xml:lang")) == {"fr", "en"}
    assert list(read_terms_of(path))[-1]["source"]


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("<tmx><body>\n<tu></body></tmx>", "mismatch", ":2:"),
        ('<!DOCTYPE tmx SYSTEM "x.dtd">\n<tmx><seg>\n&eacute;</seg></tmx>', "&eacute;", ":2"),
        ("<martif/>", "no pair of French and English", ""),
        ("<office/>", "whose first element is office", ""),
    ],
)
def test_an_xml_file_that_cannot_be_read_is_refused_with_its_place(tmp_path, text, problem, place):
    path = tmp_path / "x.tmx"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GlossaryError, match=problem) as caught:
        read_terms_of(path)
    assert f"{path}{place}" in caught.value.place


def test_no_entity_reaches_another_file_or_grows(tmp_path):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    path = tmp_path / "x.tbx"
    grown = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    for declared, used in (
        (f'<!ENTITY e SYSTEM "{(tmp_path / "secret.txt").as_uri()}">', "<term>&e;</term>"),
        (f'<!ENTITY e0 "lol">{grown}', "<term>&e11;</term>"),
        (f'<!ENTITY e0 "lol">{grown}', '<term id="&e11;"/>'),
    ):
        path.write_text(f"<!DOCTYPE martif [{declared}]><martif>{used}</martif>", encoding="utf-8")
        with pytest.raises(GlossaryError, match=r"entity|not valid TBX"):
            read_terms_of(path)


def test_tmx_keeps_pairs_and_gathers_alternatives(tmp_path):
    terms = [
        Term(source="IA", targets=("AI", "artificial intelligence")),
        Term(source="OpenAI", targets=(), status="dnt", inflect=False),
    ]
    path = tmp_path / "out.tmx"
    assert write_terms_as(path, terms) == 3
    assert list(read_terms_of(path)) == [
        {"source": "IA", "target": "AI|artificial intelligence"},
        {"source": "OpenAI", "target": "", "status": "dnt"},
    ]


def test_headerless_tables_of_other_tools_are_read(tmp_path):
    path = tmp_path / "deepl.tsv"
    path.write_text("IA\tAI\nUE\tEU\tthe union\n", encoding="utf-8")
    assert list(read_terms_of(path)) == [
        {"source": "IA", "target": "AI"},
        {"source": "UE", "target": "EU", "note": "the union"},
    ]
    path = tmp_path / "named.csv"
    path.write_text("fr;en;theme\nIA;AI;x\n", encoding="cp1252")
    assert list(read_terms_of(path)) == [{"source": "IA", "target": "AI"}]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.tbx", b"<martif"),
        ("x.tbx", b""),
        ("x.tmx", b"not xml"),
        ("x.tbx", b"<!DOCTYPE m [<!ENTITY a 'b'>]><martif>&a;</martif>"),
        ("x.tsv", b"one cell only\n"),
        ("x.tsv", b""),
        ("x.csv", b'"never closed,AI\n'),
        ("x.docx", b"PK"),
    ],
)
def test_a_broken_exchange_file_gives_a_message(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(GlossaryError) as caught:
        read_terms_of(path)
    assert str(path) in caught.value.place
    assert caught.value.next_step


def test_defaults_stay_empty_in_the_columns():
    values = term_values(Term(source="IA", targets=("AI",)))
    assert {k: v for k, v in values.items() if v} == {"source": "IA", "target": "AI"}


# --- outputs/terms.csv ------------------------------------------------------------


def test_one_row_for_each_occurrence_and_no_cell_that_a_spreadsheet_runs(tmp_path):
    terms = TermBase(
        [
            Term(source="IA", targets=("AI",), place="terms.csv:2"),
            Term(source="=SOMME", targets=("=SUM", "-sum"), place="terms.csv:3"),
        ]
    )
    source = "L’IA, l’IA et =SOMME."
    made = draft(source, "AI and =SUM.", doc_id="=évil.txt", block_id=1, segment_id=2)
    kept = enforce([made], terms, lambda batch: [(made.hypotheses[0],) for _ in batch])
    path = tmp_path / "deep" / "terms.csv"
    assert write_terms_csv(path, [("=évil.txt", 1, 2, kept[0].terms)]) == 3
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == TERMS_COLUMNS
    assert [(r["term"], r["found"], r["status"], r["rung"]) for r in rows] == [
        ("IA", "AI", "satisfied", "draft"),
        ("IA", "", "violated", "flag"),
        ("'=SOMME", "'=SUM", "satisfied", "draft"),
    ]
    assert rows[0]["document"] == "'=évil.txt"
    assert rows[2]["expected"] == "'=SUM|-sum"
    assert source[int(rows[2]["source_start"]) : int(rows[2]["source_end"])] == "=SOMME"


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@a", "\tx", "\rx", "="])
def test_every_cell_that_starts_a_formula_is_neutralised(value):
    assert neutral(value) == "'" + value


# --- calibration ------------------------------------------------------------------


def parrot(keep):
    """An engine that copies placeholders of one kind only."""

    def translate(batch):
        return [
            (Hypothesis(text=r.source if keep in r.source else "Gone.", score=-1.0),) for r in batch
        ]

    return translate


def test_the_shape_that_comes_back_is_chosen_and_kept(tmp_path):
    shape, measured = calibrate(parrot("Qyx"))
    assert shape is not None
    assert shape.template == "Qyx{a}"
    assert measured[0].survival == measured[0].usable == 1.0
    assert measured[0].sentences == len(FRAMES)
    assert [m.survived for m in measured[1:]] == [0] * (len(measured) - 1)
    save_shape(tmp_path, "abc", shape, measured)
    assert load_shape(tmp_path, "abc") == shape
    assert load_shape(tmp_path, "other") is None


def test_no_shape_is_chosen_where_none_survives(tmp_path):
    shape, measured = calibrate(parrot("nothing of the kind"))
    assert shape is None
    path = save_shape(tmp_path, "abc", shape, measured)
    assert load_shape(tmp_path, "abc") is None
    assert json.loads(path.read_text(encoding="utf-8"))["template"] is None


def test_a_damaged_measurement_is_an_error_with_a_next_step(tmp_path):
    path = save_shape(tmp_path, "abc", None, [])
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ModelDamaged, match="cannot be read") as caught:
        load_shape(tmp_path, "abc")
    assert "calibrate" in caught.value.next_step


def test_a_row_that_cannot_be_imported_is_named_by_where_it_was_read(tmp_path):
    tmx = tmp_path / "more.tmx"
    tmx.write_text(
        '<?xml version="1.0"?>\n<tmx version="1.4"><header srclang="fr"/><body>\n'
        '<tu><tuv xml:lang="fr"><seg>chatbot</seg></tuv>'
        '<tuv xml:lang="en"><seg>chatbot</seg></tuv></tu>\n'
        '<tu><tuv xml:lang="fr"><seg>…</seg></tuv><tuv xml:lang="en"><seg>x</seg></tuv></tu>\n'
        '<tu><tuv xml:lang="fr"><seg>Grok</seg></tuv>'
        '<tuv xml:lang="en"><seg>Grok</seg></tuv></tu>\n</body></tmx>\n',
        encoding="utf-8",
    )
    path = tmp_path / "terms.csv"
    result = merge_rows(path, read_terms_of(tmx))
    assert result.added == 2
    assert [(p.file, p.line, p.column) for p in result.problems] == [(str(tmx), 4, "source")]
    # A word keeps its plural; a name is left as it is.
    assert [(t.source, t.status) for t in load_termbase([path]).terms] == [
        ("chatbot", "preferred"),
        ("Grok", "dnt"),
    ]


def test_a_wrong_form_that_another_row_wants_is_warned_of(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(
        "source,target,wrong\nmodèle géant,giant model,Language Model\n"
        "modèle de langage,language model,tongue model\n",
        encoding="utf-8",
    )
    (found,) = lint([path])
    assert (found.code, found.severity) == ("wrong-is-other-target", "warning")
    assert (found.line, found.column) == (2, "wrong")
    assert f"{path}:3" in found.problem


def test_a_quick_calibration_stops_at_the_first_shape_that_always_comes_back():
    shape, measured = calibrate(parrot("X"), thorough=False)
    assert shape is not None
    assert len(measured) == 1


def test_a_wrong_form_that_holds_an_accepted_one_is_warned_of(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(
        "source,target,wrong\ncode source,source code|code,code source\n"
        "hypertrucage,deepfake,deep-fakery|fake\n",
        encoding="utf-8",
    )
    (found,) = lint([path])
    assert (found.code, found.line, found.column) == ("wrong-holds-accepted", 2, "wrong")


def test_the_starter_glossary_gives_lint_nothing_to_say():
    assert lint([Path(__file__).parents[2] / "glossary" / "terms.csv"]) == ()
