"""Books: chapters, contents and metadata say the same English; all else stays byte for byte."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest
from making import written_bytes

from pipeline.documents import parse_document, raw_text, write_document
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>{}</rootfiles></container>'
)
ROOT = '<rootfile full-path="{}" media-type="application/oebps-package+xml"/>'
PAGE = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html '
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="fr" '
    'xml:lang="fr"><head><title>{title}</title></head><body>{body}</body></html>'
)
OPF = (
    '<?xml version="1.0"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
    'unique-identifier="id" xml:lang="fr"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:opf="http://www.idpf.org/2007/opf"><dc:identifier id="id">urn:le-livre</dc:identifier>'
    "<dc:title>Le livre du chat</dc:title><dc:creator>Camille du Chat</dc:creator>"
    "<dc:publisher>Les Éditions du Chat</dc:publisher><dc:date>2026</dc:date>"
    "<dc:language>fr-FR</dc:language>"
    '<meta property="dcterms:modified">2026-03-02T09:30:00Z</meta>{more}</metadata>'
    '<manifest>{items}</manifest><spine toc="ncx">{spine}</spine>{after}</package>'
)
NCX = (
    '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" '
    'xml:lang="fr"><head><meta name="dtb:uid" content="urn:le-livre"/></head><docTitle><text>Le '
    "livre du chat</text></docTitle><docAuthor><text>Camille du Chat</text></docAuthor>"
    "<navMap>{}</navMap></ncx>"
)


def point(number: int, label: str, target: str = "c1.xhtml") -> str:
    return (
        f'<navPoint id="n{number}" playOrder="{number}"><navLabel><text>{label}</text></navLabel>'
        f'<content src="{target}"/></navPoint>'
    )


def nav(*entries: str, more: str = "") -> str:
    items = "".join(f'<li><a href="c1.xhtml">{entry}</a></li>' for entry in entries)
    contents = f'<nav epub:type="toc"><ol>{items}</ol></nav>{more}'
    return PAGE.format(title="Le livre du chat", body=contents)


def book(
    *bodies: str,
    contents: tuple[str, ...] = (),
    more: str = "",
    after: str = "",
    pages: str = "",
    extra: dict[str, bytes | str] | None = None,
    stored: bool = True,
) -> bytes:
    """Make a book of chapters, whose contents have these entries."""
    names = [f"c{n}.xhtml" for n in range(1, len(bodies) + 1)]
    kinds = {n: "application/xhtml+xml" for n in [*names, "nav.xhtml"]}
    kinds["toc.ncx"] = "application/x-dtbncx+xml"
    items = "".join(
        f'<item id="{n.replace("toc.", "")}" href="{n}" media-type="{kind}"'
        f"{' properties=' + chr(34) + 'nav' + chr(34) if n == 'nav.xhtml' else ''}/>"
        for n, kind in kinds.items()
    )
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    opf = OPF.format(items=items, spine=spine, more=more, after=after)
    parts: dict[str, bytes | str] = {
        "META-INF/container.xml": CONTAINER.format(ROOT.format("OEBPS/content.opf")),
        "OEBPS/content.opf": opf,
        "OEBPS/nav.xhtml": nav(*contents, more=pages),
        "OEBPS/toc.ncx": NCX.format("".join(point(n, e) for n, e in enumerate(contents, 1))),
        **{
            f"OEBPS/{name}": PAGE.format(title="Le livre du chat", body=body)
            for name, body in zip(names, bodies, strict=True)
        },
        "OEBPS/image.bin": bytes(range(256)),
        **(extra or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if stored:
            archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 9, 30, 0)), part)
        if not stored:
            archive.writestr("mimetype", "application/epub+zip\n", zipfile.ZIP_DEFLATED)
    return made.getvalue()


def read(data: bytes):
    return parse_document(data, doc_id="a", name="a.epub")


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shouted(data: bytes) -> dict[str, str]:
    """Give the members of the translation by an engine that shouts."""
    made = written_bytes(data, str.upper, name="a.epub")
    return {n: c.decode("utf-8", "replace") for n, c in members(made).items()}


# --- what is translated --------------------------------------------------------------


def test_chapters_contents_and_metadata_are_translated_and_nothing_else() -> None:
    data = book("<h1>Le chat</h1><p>Il dort.</p>", contents=("Le chat",))
    before, after = members(data), shouted(data)
    opf = after["OEBPS/content.opf"]
    assert "<dc:title>LE LIVRE DU CHAT</dc:title>" in opf
    assert "<dc:language>en</dc:language>" in opf
    for kept in ("Camille du Chat", "Les Éditions du Chat", "urn:le-livre", ">2026<"):
        assert kept in opf
    assert 'xml:lang="en"' in opf
    assert "<h1>LE CHAT</h1><p>IL DORT.</p>" in after["OEBPS/c1.xhtml"]
    assert ">LE CHAT</a>" in after["OEBPS/nav.xhtml"]
    assert "<text>LE CHAT</text>" in after["OEBPS/toc.ncx"]
    assert "<docAuthor><text>Camille du Chat</text></docAuthor>" in after["OEBPS/toc.ncx"]
    for page in ("c1.xhtml", "nav.xhtml", "toc.ncx"):
        assert "fr" not in re.findall(r'lang="(\w+)"', after[f"OEBPS/{page}"])
    changed = {n for n in before if before[n].decode("utf-8", "replace") != after[n]}
    assert changed == {f"OEBPS/{n}" for n in ("content.opf", "c1.xhtml", "nav.xhtml", "toc.ncx")}


def test_places_are_named_as_people_name_them_each_once() -> None:
    data = book(
        "<h1>Le chat</h1><p>Un</p><p title='Trois'>Deux</p>",
        "<p>Un</p>",
        contents=("Le chat",),
        more="<dc:subject>Chats</dc:subject><dc:subject>Chiens</dc:subject>",
    )
    places = [b.where for b in read(data).blocks]
    assert len({*places}) == len(places)
    assert places[:8] == [
        "metadata, title",
        "metadata, subject",
        "metadata, subject 2",
        "chapter 1, page title",
        "chapter 1, ¶ 1",
        "chapter 1, ¶ 2",
        "chapter 1, attribute 1",
        "chapter 1, ¶ 3",
    ]
    assert places[8:] == [
        "chapter 2, page title",
        "chapter 2, ¶ 1",
        "contents, entry 1",
        "contents, entry 2",
        "NCX contents, entry 1",
        "NCX contents, entry 2",
    ]


@pytest.mark.parametrize(
    ("heading", "entry", "said"),
    [
        ("Le chat noir", "Le chat noir", ["Le chat noir"]),
        ("Le chat\n   noir", "Le chat noir", ["Le chat noir"]),
        ("Le <i>chat</i> noir", "Le chat noir", ["Le chat noir"]),
        ("Le chat&#160;: un roi", "Le chat : un roi", ["Le chat : un roi"]),
        ("Le chat noir", "1. Le chat noir", ["Le chat noir"]),
        ("1. Le chat noir", "Le chat noir", ["Le chat noir"]),
        ("<span>1.</span> Le chat noir", "Le chat noir", ["Le chat noir"]),
        ("IV – Le chat noir", "Le chat noir", ["Le chat noir"]),
        ("Le chat noir", "IV – Le chat noir", ["Le chat noir"]),
        ("Le chat noir", "12 Le chat noir", ["Le chat noir"]),
        ("2.3 Le chat noir", "2.3. Le chat noir", ["Le chat noir"]),
        ("Chapitre 1<br/>Le chat noir", "Chapitre 1 Le chat noir", ["Chapitre 1", "Le chat noir"]),
        ("Chapitre 1<br/>Le chat", "Chapitre 1 – Le chat", ["Chapitre 1", "Le chat"]),
        ("Chapitre 1</h1><h2>Le chat", "Chapitre 1. Le chat", ["Chapitre 1", "Le chat"]),
        ("Le roi.</h1><h1>Le chat ?", "Le roi. Le chat ?", ["Le roi.", "Le chat ?"]),
        ("R&amp;D", "R&amp;D", ["R&D"]),
    ],
)
def test_an_entry_of_the_contents_is_the_title_that_it_repeats(heading, entry, said) -> None:
    data = book(f"<h1>{heading}</h1>", contents=(entry,))
    found: dict[str, list[str]] = {}
    for block in read(data).blocks:
        plain = " ".join(block.text.split())
        lines = said if plain == " ".join(said) and len(said) > 1 else [plain]
        found.setdefault(block.where.split(",")[0], []).extend(lines)
    assert found["chapter 1"][1:] == said
    assert found["contents"][1:] == said
    assert found["NCX contents"][1:] == said


def test_page_numbers_stay_and_landmarks_are_said() -> None:
    pages = (
        '<nav epub:type="page-list"><ol><li><a href="c1.xhtml#p">xii</a></li></ol></nav>'
        '<nav epub:type="landmarks"><ol><li><a href="c1.xhtml">Couverture</a></li></ol></nav>'
    )
    after = shouted(book("<p>Un</p>", contents=("Un",), pages=pages))["OEBPS/nav.xhtml"]
    assert ">xii<" in after
    assert ">COUVERTURE<" in after


def test_a_description_may_be_html_in_entities_or_in_cdata() -> None:
    more = (
        '<dc:description>&lt;p class="x"&gt;Le &lt;b&gt;chat&lt;/b&gt; &amp;amp; moi.&lt;/p&gt;'
        "</dc:description>"
    )
    after = shouted(book("<p>Un</p>", more=more))["OEBPS/content.opf"]
    assert '&lt;p class="x"&gt;LE &lt;b&gt;CHAT&lt;/b&gt; &amp;amp; MOI.&lt;/p&gt;' in after
    more = "<dc:description><![CDATA[<p>Le <b>chat</b>.</p>]]></dc:description>"
    after = shouted(book("<p>Un</p>", more=more))["OEBPS/content.opf"]
    assert "<![CDATA[<p>LE <b>CHAT</b>.</p>]]>" in after


def test_metadata_in_another_language_and_the_guide() -> None:
    more = (
        '<dc:title xml:lang="en">The cat</dc:title><dc:language>la</dc:language>'
        '<meta property="schema:accessibilitySummary">Le livre est lisible.</meta>'
        '<meta name="calibre:series" content="Les chats"/><dc:rights>Tous droits</dc:rights>'
    )
    after = '<guide><reference type="cover" title="Couverture &amp; dos" href="c1.xhtml"/></guide>'
    opf = shouted(book("<p>Un</p>", more=more, after=after))["OEBPS/content.opf"]
    assert '<dc:title xml:lang="en">The cat</dc:title><dc:language>la</dc:language>' in opf
    assert "LE LIVRE EST LISIBLE." in opf
    assert 'content="Les chats"/><dc:rights>Tous droits</dc:rights>' in opf
    assert 'title="COUVERTURE &amp; DOS" href="c1.xhtml"' in opf


def test_notes_stay_links_after_the_same_sentences() -> None:
    mark = '<a epub:type="noteref" id="r{0}" href="c2.xhtml#n{0}"><sup>{0}</sup></a>'
    body = f"<p>Un chat dort.{mark.format(1)} Un chien boit.{mark.format(2)}</p>"
    note = (
        '<aside epub:type="footnote" id="n1"><p><a href="c1.xhtml#r1">1</a> Une note.</p></aside>'
    )
    after = shouted(book(body, note))
    assert (
        f"<p>UN CHAT DORT.{mark.format(1)} UN CHIEN BOIT.{mark.format(2)}</p>"
        in (after["OEBPS/c1.xhtml"])
    )
    assert '<a href="c1.xhtml#r1">1</a> UNE NOTE.' in after["OEBPS/c2.xhtml"]


# --- the archive ---------------------------------------------------------------------


def test_a_book_in_which_nothing_changes_changes_in_its_language_alone() -> None:
    data = book("<h1>Le chat</h1><p>R&amp;D&#160;: <b>oui</b></p>", contents=("Le chat",))
    result = write_document(read(data), {})
    before, after = members(data), members(result)
    assert [*before] == [*after]
    for name, content in before.items():
        language = rb'lang="\w+"|<dc:language>[^<]*'
        assert re.sub(language, b"", content) == re.sub(language, b"", after[name])


def test_the_mimetype_comes_first_and_is_not_packed_whatever_it_was() -> None:
    for stored in (True, False):
        result = written_bytes(book("<p>Un</p>", stored=stored), str.upper, name="a.epub")
        assert result[30:58] == b"mimetypeapplication/epub+zip"
        with zipfile.ZipFile(io.BytesIO(result)) as archive:
            first = archive.infolist()[0]
            assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
            assert archive.namelist().count("mimetype") == 1


LOCKED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod '
    'Algorithm="{}"/></enc:EncryptedData></encryption>'
)


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ({"META-INF/rights.xml": "<rights/>"}, "locked by DRM (Adobe's)"),
        ({"META-INF/license.lcpl": "{}"}, "locked by DRM (Readium's"),
        (
            {
                "META-INF/encryption.xml": LOCKED.format(
                    "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
                )
            },
            "locked by DRM",
        ),
        ({"META-INF/container.xml": CONTAINER.format("")}, "names no package"),
        ({"META-INF/container.xml": CONTAINER.format(ROOT.format("x.opf"))}, "names no package"),
        ({"META-INF/container.xml": "<container>"}, "not well-formed"),
        ({"OEBPS/content.opf": "<package><"}, "not well-formed"),
        (
            {"OEBPS/content.opf": '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'},
            "'d'",
        ),
        ({"OEBPS/toc.ncx": "no"}, "not well-formed"),
        ({"OEBPS/c1.xhtml": "<html>" + "<div>" * 2000}, "inside one another"),
    ],
)
def test_a_book_that_cannot_be_read_is_refused_by_name(extra, problem) -> None:
    with pytest.raises(InputError) as caught:
        read(book("<p>Un</p>", extra=extra))
    assert problem in str(caught.value)
    assert "a.epub" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"PK", b"<html>", book("<p>Un</p>")[:900]])
def test_what_is_no_book_is_refused_by_name(data) -> None:
    with pytest.raises(InputError, match=r"a\.epub"):
        read(data)


def test_fonts_that_are_scrambled_are_no_lock() -> None:
    for kind in ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"):
        extra = {"META-INF/encryption.xml": LOCKED.format(kind)}
        assert read(book("<p>Un</p>", extra=extra)).blocks


def test_a_broken_page_is_forgiven_and_what_its_dtd_says_stays() -> None:
    broken = "<html><p>Un&nbsp;! <b>mot<p>Et &x; <i>deux</html>"
    after = shouted(book("<p>Un</p>", extra={"OEBPS/c1.xhtml": broken}))["OEBPS/c1.xhtml"]
    assert "<b>MOT<p>ET &x; <i>DEUX</html>" in after


def test_a_page_that_is_missing_is_told() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members(book("<p>Un</p>", "<p>Deux</p>")).items():
            if name != "OEBPS/c2.xhtml":
                archive.writestr(name, content)
    (finding,) = read(made.getvalue()).findings
    assert "c2.xhtml" in finding.message


def test_blocks_are_what_stands_in_the_parts() -> None:
    data = book("<h1>1. Le <b>chat</b></h1><p>a&#160;b <i>c</i>.</p>", contents=("1. Le chat",))
    document = read(data)
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]


@pytest.mark.slow
def test_epubcheck_is_content(tmp_path: Path) -> None:
    jar = shutil.which("epubcheck")
    if jar is None or shutil.which("java") is None:
        pytest.skip("epubcheck is not installed")
    path = tmp_path / "a.epub"
    path.write_bytes(
        written_bytes(
            book("<h1>Le chat</h1><p>Un mot.</p>", contents=("Le chat",)), str.upper, name="a.epub"
        )
    )
    command = [jar] if not zipfile.is_zipfile(jar) else ["java", "-jar", jar]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    errors = [
        line
        for line in (done.stdout + done.stderr).splitlines()
        if line.startswith(("ERROR", "FATAL"))
    ]
    assert not [e for e in errors if "image.bin" not in e], done.stderr
