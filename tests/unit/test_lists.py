"""Lists as they come from other tools: read, or refused by the name of what they are."""

# ruff: noqa: E501 - the rows of a list stay on one line
from __future__ import annotations

import codecs
import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.lists import (
    Listing,
    as_table,
    is_error_value,
    neutral,
    on_one_line,
    parse,
    read_list,
    restored,
)

TWO = [("taux directeur", "policy rate"), ("mise en demeure", "formal notice")]
ONE = TWO[:1]


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def read(tmp_path, name: str, data: bytes | str, *, form: str = "") -> Listing:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_list(path, form=form)


@pytest.fixture(scope="module")
def spot(tmp_path_factory):
    """Give one folder for all the examples of a law."""
    return tmp_path_factory.mktemp("lists")


def pairs(found: Listing) -> list[tuple[str, str]]:
    return [(on_one_line(e["source"]), on_one_line(e["target"])) for e in found.entries]


_MEMOQ = (
    "Entry_ID;Entry_Subject;Entry_Domain;Entry_Created;Entry_Creator;Entry_Note;French;French_Def;"
    "Term_Info;Term_Example;English;English_Def;Term_Info;Term_Example\n"
    '1;;BCE;2020-01-01;x;;taux directeur;taux fixé;"CasePermissive;HalfPrefix";;policy rate;;;\n'
    "2;;;2020-01-01;x;;mise en demeure;;;;formal notice;;;\n"
)
_IATE = (
    "E_ID|E_DOMAINS|L_CODE|T_TERM|T_TYPE|T_RELIABILITY|T_EVALUATION\n"
    "791200|24 FINANCE|en|policy rate|Term|Very reliable|\n"
    "791200|24 FINANCE|fr|taux directeur|Term|Very reliable|Preferred\n"
    "791200|24 FINANCE|de|Leitzins|Term|Very reliable|\n"
    "80|12 LAW|fr|mise en demeure|Term|Reliable|\n"
    "80|12 LAW|en|formal notice|Term|Reliable|\n"
)
_WORDFAST = (
    "%20240101~101010\t%User ID,X\t%TU=00000002\t%FR-FR\t%Wordfast TM v.5.51w9/00\t%EN-US\t%---\n"
    "20240101~101011\tX\t0\tFR-FR\ttaux directeur\tEN-US\tpolicy rate\n"
    "20240101~101012\tX\t0\tFR-FR\tmise en demeure\tEN-US\tformal notice\n"
)
TABLES = {
    # DeepL
    "deepl.csv": '"taux directeur","policy rate","FR","EN"\n"mise en demeure","formal notice","FR","EN"\n',
    "deepl-swapped.csv": "policy rate,taux directeur,EN,FR\nformal notice,mise en demeure,EN,FR\n",
    "deepl-mixed.csv": "policy rate,taux directeur,en-GB,fr\nmise en demeure,formal notice,fr,en\n",
    "deepl-codes-first.csv": "FR,EN,taux directeur,policy rate\nFR,EN,mise en demeure,formal notice\n",
    "deepl-note.csv": "taux directeur,policy rate,FR,EN,BCE\nmise en demeure,formal notice,FR,EN,\n",
    "deepl-others.csv": "taux directeur,policy rate,FR,EN\ntaux,Satz,FR,DE\n"
    "mise en demeure,formal notice,FR,EN\n",
    "deepl-2.csv": "taux directeur,policy rate\nmise en demeure,formal notice\n",
    "deepl-3.csv": "taux directeur,policy rate,EN\nmise en demeure,formal notice,EN\n",
    "deepl.tsv": "taux directeur\tpolicy rate\tFR\tEN\r\nmise en demeure\tformal notice\tFR\tEN\r\n",
    "deepl-semicolon.csv": "taux directeur;policy rate;fr;en\nmise en demeure;formal notice;fr;en\n",
    "deepl-header.csv": "source,target,source_lang,target_lang\npolicy rate,taux directeur,en,fr\n"
    "mise en demeure,formal notice,fr,en\n",
    # OmegaT
    "omegat.txt": "# Glossary in tab-separated format -*- coding: utf-8 -*-\n"
    "taux directeur\tpolicy rate\tBCE\n#vieux\told\nmise en demeure\tformal notice\t\n",
    "omegat.utf8": "taux directeur\tpolicy rate\n# un commentaire\nmise en demeure\tformal notice\n",
    "omegat.tab": "# notes, diverses\n\ntaux directeur\tpolicy rate\nmise en demeure\tformal notice",
    # memoQ, MultiTerm, Trados
    "memoq.csv": _MEMOQ,
    "memoq-utf16.csv": codecs.BOM_UTF16_LE + _MEMOQ.encode("utf-16-le"),
    "memoq-names.csv": "Entry_ID;English_United_States;French_France;French_Belgium\n"
    "1;policy rate;taux directeur;taux\n2;formal notice;mise en demeure;\n",
    "multiterm.csv": "English;French\npolicy rate;taux directeur\nformal notice;mise en demeure\n",
    "multiterm.txt": "French\tEnglish\tNote\ntaux directeur\tpolicy rate\t\n"
    "mise en demeure\tformal notice\tx\n",
    "trados.csv": "Source term,Source language,Target term,Target language\n"
    "policy rate,en-US,taux directeur,fr-FR\nformal notice,en-US,mise en demeure,fr-FR\n",
    # IATE
    "iate.csv": _IATE,
    "iate.tsv": _IATE.replace("|", "\t"),
    "iate-comma.csv": _IATE.replace("|", ","),
    "iate-spaced.csv": _IATE.replace("|", " | "),
    # Google, Amazon, Azure, Weblate, Wordfast, Crowdin
    "google.csv": "fr,en,pos,description\ntaux directeur,policy rate,noun,\n"
    "mise en demeure,formal notice,noun,x\n",
    "google.tsv": "taux directeur\tpolicy rate\nmise en demeure\tformal notice\n",
    "amazon.csv": '"en","de","fr"\n"policy rate","Leitzins","taux directeur"\n'
    '"formal notice","Mahnung","mise en demeure"\n',
    "azure.tsv": "en\tfr\npolicy rate\ttaux directeur\nformal notice\tmise en demeure\n",
    "weblate.csv": '"location","source","target","id","fuzzy","context","translator_comments"\n'
    '"","taux directeur","policy rate","","False","",""\n'
    '"","mise en demeure","formal notice","","False","","x"\n',
    "wordfast.txt": _WORDFAST,
    "wordfast-glossary.txt": "FR-FR\tEN-US\tComment\ntaux directeur\tpolicy rate\t\n"
    "mise en demeure\tformal notice\t\n",
    "crowdin.csv": "Term [fr],Description [fr],Term [en],Status [en]\n"
    "taux directeur,d,policy rate,\nmise en demeure,,formal notice,\n",
    # delimiters, encodings, line ends
    "pipe.csv": "taux directeur|policy rate\nmise en demeure|formal notice\n",
    "sep.csv": "sep=|\nsource|target\ntaux directeur|policy rate\nmise en demeure|formal notice\n",
    "sep-quoted.csv": '"sep=;"\r\nsource;target\r\ntaux directeur;policy rate\r\n'
    "mise en demeure;formal notice\r\n",
    "bom.csv": codecs.BOM_UTF8 + b"source;target\ntaux directeur;policy rate\n"
    b"mise en demeure;formal notice\n",
    "mac.csv": "source,target\rtaux directeur,policy rate\rmise en demeure,formal notice\r",
    "utf16.txt": "taux directeur\tpolicy rate\nmise en demeure\tformal notice\n".encode("utf-16"),
    "utf16be.csv": "fr,en\ntaux directeur,policy rate\nmise en demeure,formal notice\n".encode(
        "utf-16-be"
    ),
    "quoted.csv": 'Français;Anglais\n"taux\ndirecteur";policy rate\nmise en demeure;"formal\r\nnotice"\n',
    "empty-rows.csv": ";;\n\nTerme source;Terme cible;\n;;\ntaux directeur;policy rate;\n;;\n"
    "mise en demeure;formal notice;\n;;\n",
    "names.csv": "ENGLISH (US),Français,Remarque\npolicy rate,taux directeur,\nformal notice,mise en demeure,x\n",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_any_tool_is_read(tmp_path, name):
    found = read(tmp_path, name, TABLES[name])
    assert sorted(pairs(found)) == sorted(TWO)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [
        ("cp1252", "\n"),
        ("cp1252", "\r\n"),
        ("mac_roman", "\r"),
        ("utf-16-le", "\n"),
        ("utf-8", "\r"),
    ],
)
def test_accents_arrive_in_every_encoding(tmp_path, encoding, ends):
    text = "source;target\nréseau de diffusion;network\nœuvre;work\nété;summer\n"
    data = text.replace("\n", ends).encode(encoding)
    found = read(tmp_path, "x.csv", data)
    assert [s for s, _ in pairs(found)] == ["réseau de diffusion", "œuvre", "été"]


def test_notes_statuses_and_synonyms_are_taken_along(tmp_path):
    found = read(tmp_path, "omegat.txt", "# Glossary in tab-separated format\na b\tc\tBCE\n")
    assert found.entries[0] == {"source": "a b", "target": "c", "note": "BCE"}
    memoq = (
        "French;Term_Info;French;Term_Info;English;Term_Info;English;Term_Info\n"
        "taux;;taux d'intérêt;;rate;;price;Forbidden\n"
    )
    found = read(tmp_path, "m.csv", memoq)
    assert pairs(found) == [(s, t) for s in ("taux", "taux d'intérêt") for t in ("rate", "price")]
    assert [e.get("status") for e in found.entries] == [None, "forbidden"] * 2
    iate = _IATE.replace("policy rate|Term|Very reliable|", "policy rate|Term|x|Deprecated")
    assert read(tmp_path, "i.csv", iate).entries[0]["status"] == "forbidden"
    found = read(tmp_path, "d.csv", "fr,en,forbidden,do not translate\na,b,yes,\nX,X,,true\n")
    assert [e.get("status") for e in found.entries] == ["forbidden", "dnt"]


# --- XML ------------------------------------------------------------------------------


def tbx(root: str, entry: str, side: str, group: str, *, inner: str = "") -> str:
    def part(code: str, *terms: str) -> str:
        inside = "".join(
            f"<{group}>{f'<{inner}>' if inner else ''}<term>{t}</term>{f'</{inner}>' if inner else ''}"
            f"</{group}>"
            for t in terms
        )
        return f'<{side} xml:lang="{code}">{inside}</{side}>'

    name = root.split()[0]
    return (
        f"<{root}><text><body>"
        f"<{entry} id='a'>{part('en-GB', 'policy rate')}{part('fr-FR', 'taux directeur')}"
        f"{part('de', 'Leitzins')}</{entry}>"
        f"<{entry} id='b'>{part('fr-FR', 'mise en demeure')}{part('en-GB', 'formal notice')}</{entry}>"
        f"</body></text></{name}>"
    )


_MULTITERM = (
    "<mtf><conceptGrp><concept>1</concept>"
    '<languageGrp><language type="English" lang="EN"/><termGrp><term>policy rate</term></termGrp>'
    '<termGrp><term>key rate</term><descripGrp><descrip type="Status">Deprecated</descrip>'
    "</descripGrp></termGrp></languageGrp>"
    '<languageGrp><language type="French" lang="FR-FR"/><termGrp><term>taux directeur</term>'
    "</termGrp></languageGrp></conceptGrp></mtf>"
)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
MARKUP = {
    "v2-tig.tbx": tbx("martif type='TBX-Basic'", "termEntry", "langSet", "tig"),
    "v2-ntig.tbx": tbx("martif type='TBX'", "termEntry", "langSet", "ntig", inner="termGrp"),
    "v2-doctype.tbx": '<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">'
    + tbx("martif type='TBX'", "termEntry", "langSet", "tig"),
    "v3-core.tbx": tbx(
        "tbx style='dca' type='TBX-Core' xmlns='urn:iso:std:iso:30042:ed-2'",
        "conceptEntry",
        "langSec",
        "termSec",
    ),
    "v3-langset.tbx": tbx("tbx type='TBX-Basic'", "conceptEntry", "langSet", "termSec"),
    "v3-prefixed.tbx": tbx("t:tbx xmlns:t='urn:x'", "t:conceptEntry", "t:langSec", "t:termSec")
    .replace("<term>", "<t:term>")
    .replace("</term>", "</t:term>"),
    "min.tbx": tbx("TBX dialect='TBX-Min'", "conceptEntry", "langGroup", "termGroup").replace(
        "<text>", "<header><languages source='fr' target='en'/></header><text>"
    ),
    "min-entry.tbx": tbx("TBX dialect='TBX-Min'", "entry", "langGroup", "termGroup"),
    "named.xml": tbx("martif", "termEntry", "langSet", "tig").replace("fr-FR", "FRA"),
    "utf16.tbx": tbx("martif", "termEntry", "langSet", "tig").encode("utf-16"),
    "labelled.tbx": '<?xml version="1.0" encoding="utf-16"?>'
    + tbx("martif", "termEntry", "langSet", "tig"),
}


@pytest.mark.parametrize("name", MARKUP)
def test_tbx_of_every_edition_is_read(tmp_path, name):
    assert pairs(read(tmp_path, name, MARKUP[name])) == TWO


@pytest.mark.parametrize(
    "mark",
    [
        '<termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote>',
        '<termNote type="administrativeStatus">supersededTerm-admn-sts</termNote>',
        '<termNote type="normativeAuthorization">deprecatedTerm</termNote>',
        "<min:administrativeStatus xmlns:min='x'>deprecatedTerm-admn-sts</min:administrativeStatus>",
        "<termStatus>deprecated</termStatus>",
        "<administrativeStatus>forbidden</administrativeStatus>",
    ],
)
def test_a_deprecated_term_is_forbidden(tmp_path, mark):
    for group in ("tig", "termSec", "termGroup"):
        text = (
            f'<martif><termEntry><langSet xml:lang="fr"><{group}><term>puce</term></{group}></langSet>'
            f'<langSet xml:lang="en"><{group}><term>chip</term></{group}><{group}><term>flea</term>'
            f"{mark}</{group}></langSet></termEntry></martif>"
        )
        found = read(tmp_path, "x.tbx", text)
        assert [(e["target"], e.get("status")) for e in found.entries] == [
            ("chip", None),
            ("flea", "forbidden"),
        ]


@pytest.mark.parametrize(
    "data",
    [
        _MULTITERM,
        _HEAD + _MULTITERM,
        _MULTITERM.encode("utf-16"),
        _MULTITERM.replace(' lang="EN"', ""),
    ],
)
def test_multiterm_is_read(tmp_path, data):
    found = read(tmp_path, "export.xml", data)
    assert [(e["source"], e["target"], e.get("status")) for e in found.entries] == [
        ("taux directeur", "policy rate", None),
        ("taux directeur", "key rate", "forbidden"),
    ]


def test_tmx_is_read_without_its_codes(tmp_path):
    text = (
        '<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header/><body><tu>'
        '<tuv lang="EN-US"><seg>the <bpt i="1">&lt;b&gt;</bpt>policy<ept i="1">&lt;/b&gt;</ept> '
        '<hi>rate</hi><ph x="1">{1}</ph></seg></tuv><tuv xml:lang="fr_FR"><seg>le <it pos="begin">x</it>'
        "taux <ut>y</ut>directeur</seg></tuv></tu></body></tmx>"
    )
    assert pairs(read(tmp_path, "x.tmx", text)) == [("le taux directeur", "the policy rate")]
    for data in (text.encode("utf-16"), text.replace("taux", "décision").encode("cp1252")):
        assert len(read(tmp_path, "x.tmx", data).entries) == 1


# --- refused by name -------------------------------------------------------------------

REFUSED = {
    "x.xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "Excel"),
    "x.ods": (zipped("mimetype", "content.xml"), "OpenDocument workbook"),
    "x.docx": (zipped("[Content_Types].xml", "word/document.xml"), "Word document"),
    "x.zip": (zipped("IATE_export.csv"), "ZIP archive"),
    "x.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old Excel workbook"),
    "x.sdltm": (b"SQLite format 3\x00" + bytes(99), "database"),
    "x.sdltb": (b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(99), "database"),
    "x.pdf": (b"%PDF-1.7\n", "PDF"),
    "x.gz": (b"\x1f\x8b\x08\x00", "compressed"),
    "x.rtf": (b"{\\rtf1\\ansi taux}", "RTF"),
    "x.po": (b'# x\nmsgid ""\nmsgstr ""\n', "PO file"),
    "x.json": (b'[{"fr": "taux", "en": "rate"}]', "JSON"),
    "x.xlf": (b'<xliff version="1.2"><file/></xliff>', "XLIFF"),
    "x.html": (b"<!DOCTYPE html><html><body><p>taux</p></body></html>", "web page"),
    "tm.txt": (b"<TrU>\n<Seg L=FR>taux\n</TrU>\n", "Trados Workbench"),
    "image.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 90)) * 9, "no text|neither"),
    "zero.csv": (bytes(900), "zero bytes"),
    "empty.csv": (b"", "empty"),
    "blank.tsv": (b"\xef\xbb\xbf \r\n\t\r\n", "empty"),
    "header.csv": (b"source,target\n", "no pair"),
    "german.csv": (b"taux,Satz,FR,DE\nnote,Note,FR,DE\n", "no pair .*2 in other languages"),
    "half.csv": (b"source,targt,note\na,b,\n", "names no column for both"),
    "single.csv": (b"fr,fx,status\na,b,\n", "names no column for both"),
    "long.csv": (b"language,term\nfr,a\nen,b\n", "which rows belong together"),
    "lonely.csv": (b"un\ndeux\n", "one cell only"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_list_is_called_what_it_is(tmp_path, name):
    data, problem = REFUSED[name]
    with pytest.raises(InputError, match=problem) as caught:
        read(tmp_path, name, data)
    assert caught.value.place.startswith(str(tmp_path / name))
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b'source,target\nbon,good\na,"open\nvu,seen\nlu,read\n', 3, "never closed"),
        (b'source,target\nbon,good\na,"open\nvu,seen\nlu,"read"\n', 3, "never closed"),
        (b'source,target\nbon,good\na,"b" c\nvu,seen\nlu,read\n', 3, "after a closing quote"),
        (b"source,target\nbon,good\nalone\nvu,seen\nlu,read\n", 3, "one cell only"),
        (b"source,target\nbon,good\na,b,c\nvu,seen\nlu,read\n", 3, "3 cells"),
        (b"source,target\nbon,good\na,#REF!\nvu,seen\nlu,read\n", 3, "error value"),
        (b"source,target\nbon,good\n\xc3\xa9\xc3\xa9\xe9,x\nvu,seen\nlu,read\n", 3, "no UTF-8"),
        (b"bon,good,FR,EN\nalone\nvu,seen,FR,EN\nlu,read,FR,EN\n", 2, "one cell only"),
        (b"bon,good,FR,EN\na,b,FR,QQ\nvu,seen,FR,EN\nlu,read,FR,EN\n", 2, "languages"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_taken(tmp_path, data, line, problem):
    found = read(tmp_path, "x.csv", data)
    assert pairs(found) == [("bon", "good"), ("vu", "seen"), ("lu", "read")]
    assert [fault.line for fault in found.faults] == [line]
    assert problem in found.faults[0].problem
    assert found.faults[0].next_step
    assert found.faults[0].column


# --- laws ------------------------------------------------------------------------------

_WORD = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc", "Zs", "Cf"), exclude_characters="|#"),
    min_size=1,
    max_size=9,
)
TERMS = st.lists(
    st.tuples(*2 * [st.lists(_WORD, min_size=1, max_size=3).map(" ".join)]), min_size=1, max_size=6
)
_SAVED = [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), (";", "utf-8-sig"), ("|", "utf-8")]


@given(TERMS, st.sampled_from(_SAVED), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_a_list_that_a_spreadsheet_saved_again_says_the_same(spot, terms, saved, ends, every):
    """Write it ourselves, open and save it as a spreadsheet does, read it again."""
    mark, encoding = saved
    if encoding == "cp1252" and ends == "\r":
        encoding = "utf-8"  # no program ends the lines of Windows-1252 so
    ours = as_table(
        [{"source": "source", "target": "target"}, *({"source": s, "target": t} for s, t in terms)],
        ("source", "target"),
        ",",
    )
    rows = csv.reader(io.StringIO(ours))
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=mark, lineterminator=ends, quoting=quoting).writerows(rows)
    path = spot / "x.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    assert pairs(read_list(path)) == terms


@given(st.text())
def test_a_cell_is_restored_to_what_it_was_and_is_never_a_formula(value):
    assert restored(neutral(value)) == value
    assert not neutral(value).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.lists(st.lists(st.text(max_size=9), min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_as_table_writes_parse_reads(rows):
    width = max(map(len, rows))
    columns = [str(n) for n in range(width)]
    text = as_table([dict(zip(columns, row, strict=False)) for row in rows], columns, ";")
    found, faults = parse(text, ";")
    assert not faults
    assert [list(r.values) for r in found] == [row + [""] * (width - len(row)) for row in rows]


def taken_or_named(path) -> bool:
    """Say whether a file gives pairs, or an error with its place and a next step."""
    try:
        return bool(read_list(path).entries)
    except InputError as error:
        return error.place.startswith(str(path)) and bool(error.next_step)


_FIELD = {**TABLES, **MARKUP, "multiterm.xml": _MULTITERM}


@given(st.sampled_from(sorted(_FIELD)), st.integers(0), st.integers(0, 255))
def test_one_changed_byte_gives_no_empty_list_and_no_traceback(spot, name, at, byte):
    data = _FIELD[name]
    damaged = bytearray(data.encode() if isinstance(data, str) else data)
    damaged[at % len(damaged)] = byte
    path = spot / name
    path.write_bytes(bytes(damaged))
    assert taken_or_named(path)


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.tsv", "x.tbx", "x.tmx", "x.xml"]))
def test_no_bytes_give_a_traceback(spot, data, name):
    path = spot / name
    path.write_bytes(data)
    assert taken_or_named(path)


ERRORS = """
#REF! #N/A #NAME? #VALUE! #DIV/0! #NULL! #NUM! #SPILL! #CALC! #FIELD! #GETTING_DATA #NOM?
#VALEUR! #NOMBRE! #PROPAGATION! #WERT! #NV #BEZUG! #ZAHL! #ÜBERLAUF! #¡REF! #¿NOMBRE? #NOMBRE?
#¡VALOR! #VALOR! #¡NUM! #¡DIV/0! #¡NULO! #¡DESBORDAMIENTO! #N/D #NOME? #VALORE! #RIF! #NULLO!
#NÚM! Err:502 Err:508 #ERROR! =#REF! ##### #ref! #n/a
"""


@pytest.mark.parametrize("value", ERRORS.split())
def test_an_error_value_of_a_spreadsheet_is_known(value):
    assert is_error_value(value)
    assert is_error_value(f" {value} ")


@pytest.mark.parametrize(
    "value",
    ["#MeToo", "#1", "C#", "N/A", "Err: 502", "#NomDePlume", "#REFORME", "nom?", "#ia", "#nve"],
)
def test_a_word_with_a_hash_is_no_error_value(value):
    assert not is_error_value(value)
