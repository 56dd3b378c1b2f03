"""XLIFF: missing targets are written, with the codes of their sources; all else stays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from making import garbled, written

from pipeline.documents import Reading, parse_document, raw_text
from pipeline.errors import InputError

NAME = "a.xlf"
NS = "urn:oasis:names:tc:xliff:document:"
STATE = ' state="needs-adaptation" state-qualifier="mt-suggestion"'


def one(*units: str, file: str = 'source-language="fr" target-language="en"', prefix="") -> str:
    """Make an XLIFF 1.2 file."""
    p = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    body = "\n".join(units)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{p}xliff version="1.2" {xmlns}="{NS}1.2">\n'
        f'<{p}file original="a.html" {file} datatype="html"><{p}body>\n{body}\n'
        f"</{p}body></{p}file>\n</{p}xliff>\n"
    )


def two(*segments: str, root: str = 'srcLang="fr" trgLang="en"', version="2.0", unit="") -> str:
    """Make an XLIFF 2 file."""
    body = "\n".join(segments)
    return (
        f'<xliff version="{version}" xmlns="{NS}{version}" {root}>\n<file id="f1">\n'
        f'<unit id="u1"{unit}>\n{body}\n</unit>\n</file>\n</xliff>\n'
    )


def unit(inside: str, attributes: str = "", name: str = "u1") -> str:
    return f'<trans-unit id="{name}"{attributes}>{inside}</trans-unit>'


def texts(text: str) -> list[tuple[str, str]]:
    document = parse_document(text.encode(), doc_id="a", name=NAME)
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    assert len({b.where for b in document.blocks}) == len(document.blocks)
    return [(b.where, b.text) for b in document.blocks]


def findings(text: str) -> list[str]:
    document = parse_document(text.encode(), doc_id="a", name=NAME)
    return [f.message for f in document.findings]


# --- which units ---------------------------------------------------------------------

SOURCE = "<source>Le chat</source>"
FRESH = '<target state="needs-translation">'
LEFT = [
    unit(f"{SOURCE}<target>The cat</target>"),
    unit(f'{SOURCE}<target state="new">The cat</target>'),
    unit(f'{SOURCE}<target state="final">Le chat</target>'),
    unit(f'{SOURCE}<target state="signed-off">Le chat</target>'),
    unit(f'{SOURCE}<target state="translated">Le chat</target>'),
    unit(f"{SOURCE}<target>Le chat</target>"),
    unit(f'{SOURCE}<target state="final"/>'),
    unit(SOURCE, ' approved="yes"'),
    unit(f"{SOURCE}<target/>", ' approved="yes"'),
    unit(SOURCE, ' translate="no"'),
    f'<group translate="no">{unit(SOURCE)}</group>',
    f'<group translate="no"><group>{unit(SOURCE)}</group></group>',
    '<bin-unit id="b" mime-type="a/b"><bin-source/></bin-unit>',
    unit("<note>Le chat</note>"),
    unit("<source>{VAR_PLURAL, plural, =1 {un chat} other {des chats}}</source>"),
]


@pytest.mark.parametrize("left", LEFT)
def test_what_is_done_or_not_to_be_translated_stays(left):
    text = one(left, unit("<source>Oui</source>", name="u9"))
    assert garbled(text, name=NAME) == text.replace(
        "Oui</source>", f"Oui</source><target{STATE}>OUI</target>"
    )


FILLED = [
    (SOURCE, f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (f"{SOURCE}<target/>", f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (f"{SOURCE}<target></target>", f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (f"{SOURCE}<target> \n </target>", f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (f'{SOURCE}<target state="new"/>', f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (f'{SOURCE}<target state="new">Le chat</target>', f"{SOURCE}<target{STATE}>LE CHAT</target>"),
    (
        f'{SOURCE}<target xml:lang="en" state="needs-translation" resname="x" />',
        f'{SOURCE}<target xml:lang="en" state="needs-adaptation" resname="x"'
        ' state-qualifier="mt-suggestion">LE CHAT</target>',
    ),
    (
        f"{SOURCE}<note>Un chat</note><alt-trans><source>Un chat</source><target/></alt-trans>",
        f"{SOURCE}<target{STATE}>LE CHAT</target>"
        "<note>Un chat</note><alt-trans><source>Un chat</source><target/></alt-trans>",
    ),
    (
        f'{SOURCE}<seg-source><mrk mtype="seg" mid="1">Le chat</mrk></seg-source>',
        f'{SOURCE}<seg-source><mrk mtype="seg" mid="1">Le chat</mrk></seg-source>'
        f'<target{STATE}><mrk mtype="seg" mid="1">LE CHAT</mrk></target>',
    ),
    (
        f'{SOURCE}<target><mrk mtype="seg" mid="1"/></target>',
        f"{SOURCE}<target{STATE}>LE CHAT</target>",
    ),
    (
        "\n    <source>Le chat</source>\n    <note/>\n",
        f"\n    <source>Le chat</source>\n    <target{STATE}>LE CHAT</target>\n    <note/>\n",
    ),
    ("<source>42</source>", f"<source>42</source><target{STATE}>42</target>"),
    ("<source/>", "<source/>"),
    (
        "<source><![CDATA[Le <b>chat</b>]]></source>",
        "<source><![CDATA[Le <b>chat</b>]]></source>"
        f"<target{STATE}><![CDATA[LE <b>CHAT</b>]]></target>",
    ),
    (
        "<source>L&#8217;eau &amp; l&apos;air</source>",
        f"<source>L&#8217;eau &amp; l&apos;air</source>"
        f"<target{STATE}>L&#8217;EAU &amp; L'AIR</target>",
    ),
]


@pytest.mark.parametrize(("inside", "expected"), FILLED)
def test_missing_targets_are_written_in_their_place(inside, expected):
    assert garbled(one(unit(inside)), name=NAME) == one(unit(expected))


def test_a_unit_may_be_translated_in_a_group_that_is_not():
    inner = unit(SOURCE, ' translate="yes"')
    text = one(f'<group translate="no">{inner}</group>')
    assert "LE CHAT" in garbled(text, name=NAME)


def test_the_prefix_of_the_file_is_kept():
    text = one('<x:trans-unit id="1"><x:source>Le chat</x:source></x:trans-unit>', prefix="x")
    assert f"<x:target{STATE}>LE CHAT</x:target></x:trans-unit>" in garbled(text, name=NAME)
    bare = one(unit(SOURCE)).replace(f' xmlns="{NS}1.2"', "")
    assert f"{SOURCE}<target{STATE}>LE CHAT</target>" in garbled(bare, name=NAME)


def test_units_are_named_and_none_twice():
    text = one(unit(SOURCE), unit(SOURCE), unit(SOURCE, "", ""), unit("<source>Un. Deux.</source>"))
    assert [where for where, _ in texts(text)] == [
        "unit u1", "unit u1, part 2", "unit", "unit u1, part 3",
    ]  # fmt: skip
    segments = (
        '<segment id="s1"><source>Un</source></segment><segment><source>Deux</source></segment>'
    )
    assert [where for where, _ in texts(two(segments))] == ["unit u1, segment s1", "unit u1"]


# --- codes ---------------------------------------------------------------------------

CODES = [  # of each version: in the source, what is asked, and where codes must stand
    ('Le <g id="1">chat</g> dort.', "Le chat dort."),
    ('Le <bpt id="1">&lt;b&gt;</bpt>chat<ept id="1">&lt;/b&gt;</ept> dort.', "Le chat dort."),
    ('Le <bx id="1" rid="5"/>chat<ex id="2" rid="5"/> dort.', "Le chat dort."),
    ('Le <x id="1"/> chat <ph id="2">&lt;img/&gt;</ph> dort.', "Le  chat  dort."),
    ('Le <it id="1" pos="open">&lt;b&gt;</it>chat dort.', "Le chat dort."),
    ('Le <mrk mtype="term">chat</mrk> dort.', "Le chat dort."),
    ('Le <mrk mtype="protected">chat</mrk> dort.', "Le chat dort."),
    ('<g id="1">Le <g id="2">chat</g> dort.</g>', "Le chat dort."),
    (
        '<bpt id="1">x</bpt>Le <bpt id="2">y</bpt>chat<ept id="1">x</ept> dort<ept id="2">y</ept>.',
        "Le chat dort.",
    ),
    ('<g id="1">Le <bpt id="2">y</bpt>chat</g><ept id="2">y</ept> dort.', "Le chat dort."),
    ('Le <pc id="1"><pc id="2">chat</pc></pc> dort.', "Le chat dort."),
    ('Le <sc id="1"/>chat<ec startRef="1"/> dort.', "Le chat dort."),
    ('Le <ec id="1" isolated="yes"/>chat<cp hex="001A"/> dort.', "Le chat dort."),
    ('Le <mrk id="m1" translate="no">chat</mrk> dort.', "Le chat dort."),
    ('Le <sm id="m1" translate="no"/>chat<em startRef="m1"/> dort.', "Le chat dort."),
    ('Le <y:z xmlns:y="urn:y">chien</y:z> chat dort.', "Le  chat dort."),
]  # fmt: skip


OWN = ("bpt", "ept", "}ph", "}it")  # their text is a code of the original


def codes(element):
    return Counter(
        (e.tag, *sorted(e.attrib.items()), e.text if e.tag[-3:] in OWN else "")
        for e in element.iter()
        if e is not element
    )


@pytest.mark.parametrize(("inside", "plain"), CODES)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_targets_hold_the_codes_of_their_sources(inside, plain, seed):
    for text in (
        one(unit(f"<source>{inside}</source>")),
        two(f"<segment><source>{inside}</source></segment>"),
    ):
        assert [" ".join(t.split()) for _, t in texts(text)] == [" ".join(plain.split())]
        tree = etree.fromstring(garbled(text, name=NAME, seed=seed).encode())
        (source,) = tree.iterfind(".//{*}source")
        (target,) = tree.iterfind(".//{*}target")

        assert codes(target) == codes(source)
        for element in target.iter():
            if etree.QName(element).localname in ("g", "pc") and "CHAT" in "".join(
                target.itertext()
            ):
                assert "CHAT" in "".join(element.itertext())
        if "protected" in inside or 'translate="no"' in inside:
            assert "chat" in "".join(target.itertext())


LINES = [
    '<x id="1" ctype="lb"/>',
    '<x id="1"/>',
    '<ph id="1">&lt;br/&gt;</ph>',
    '<x id="1" equiv-text="&lt;br&gt;"/>',
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_break_between_two_sentences_stays_between_them(line):
    text = one(unit(f"<source>Le chat dort.{line}Il est noir.</source>"))
    english = written(text, lambda s: f"[{s}]", name=NAME)
    assert f"[Le chat dort.]{line}[Il est noir.]</target>" in english


def test_text_inside_a_code_is_translated():
    code = '<ph id="1">&lt;img alt="<sub>Un chien</sub>"&gt;</ph>'
    text = one(unit(f"<source>Le chat {code} dort.</source>"))
    assert [t for _, t in texts(text)] == ["Le chat  dort.", "Un chien"]
    english = garbled(text, name=NAME)
    assert (
        f"<target{STATE}>LE CHAT {code.replace('Un chien', 'UN CHIEN')} DORT.</target>" in english
    )


def test_white_space_stays():
    spaced = "  Le \n  chat  "
    text = one(unit(f"<source>{spaced}</source>", ' xml:space="preserve"'))
    assert f"<target{STATE}>  LE CHAT  </target>" in garbled(text, name=NAME)
    assert f"<target{STATE}>{spaced}</target>" in written(text, lambda s: s, name=NAME)


# --- version 2 -----------------------------------------------------------------------

SEGMENTS = [
    (f"<segment>{SOURCE}</segment>", True),
    (f'<segment state="initial">{SOURCE}</segment>', True),
    (f'<segment id="s1" state="initial" subState="x:y">{SOURCE}<target/></segment>', True),
    (f'<segment state="initial">{SOURCE}<target>Le chat</target></segment>', True),
    (f'<segment state="initial">{SOURCE}<target>The cat</target></segment>', False),
    (f"<segment>{SOURCE}<target>The cat</target></segment>", False),
    (f'<segment state="final">{SOURCE}</segment>', False),
    (f'<segment state="reviewed">{SOURCE}<target>Le chat</target></segment>', False),
    (f"<ignorable>{SOURCE}</ignorable>", False),
    (f"<notes><note>Le chat</note></notes><segment>{SOURCE}</segment>", True),
    (
        '<m:matches xmlns:m="urn:oasis:names:tc:xliff:matches:2.0"><m:match ref="#1">'
        f"{SOURCE}<target>A cat</target></m:match></m:matches>",
        False,
    ),
]


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2"])
@pytest.mark.parametrize(("segment", "done"), SEGMENTS)
def test_segments_get_a_target_and_a_state(segment, done, version):
    text = two(segment, version=version)
    english = garbled(text, name=NAME)
    assert ("LE CHAT" in english) == done
    if not done:
        assert english == text
        return
    tree = etree.fromstring(english.encode())
    (found,) = tree.iterfind(".//{*}segment")
    assert found.get("state") == "translated"
    assert found.get("subState") == "passerelle:mt-suggestion"
    assert [etree.QName(e).localname for e in found] == ["source", "target"]
    assert found[1].attrib == {}


def test_units_of_version_2_that_are_not_to_be_translated_stay():
    segment = f"<segment>{SOURCE}</segment>"
    text = two(segment, unit=' translate="no"')
    assert garbled(text, name=NAME) == text
    data = f'<originalData><data id="d1">Le chat</data></originalData>{segment}'
    assert garbled(two(data), name=NAME).count("LE CHAT") == 1


# --- languages and damage ------------------------------------------------------------


def test_the_target_language_is_named_where_it_is_not():
    text = one(unit(SOURCE), file='source-language="fr-CA"')
    assert 'source-language="fr-CA" target-language="en" datatype' in garbled(text, name=NAME)
    text = two(f"<segment>{SOURCE}</segment>", root="srcLang='fr'")
    assert "srcLang='fr' trgLang=\"en\">" in garbled(text, name=NAME)
    for language in ("en-GB", "EN"):
        text = one(unit(SOURCE), file=f'source-language="fr" target-language="{language}"')
        assert f'target-language="{language}" datatype' in garbled(text, name=NAME)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ('source-language="en" target-language="fr"', "is in en, not in French"),
        ('source-language="fr" target-language="de"', "is for de, not for English"),
    ],
)
def test_files_in_other_languages_are_refused_or_left(file, words):
    with pytest.raises(InputError, match=words) as caught:
        parse_document(one(unit(SOURCE), file=file).encode(), doc_id="a", name=NAME)
    assert caught.value.place == NAME
    other = f'<file original="b.html" {file}><body>{unit(SOURCE)}</body></file>'
    text = one(unit(SOURCE)).replace("</file>", f"</file>{other}")
    assert garbled(text, name=NAME).count("LE CHAT") == 1
    assert words in findings(text)[0]


def test_a_file_that_is_done_is_told():
    assert "all units" in findings(one(LEFT[0]))[0]
    assert findings(one(unit(SOURCE))) == []


BROKEN = {
    "cut off": (one(unit(SOURCE))[:-30], "not well-formed"),
    "text": ("Le chat", "not well-formed"),
    "other": ("<html><body>Le chat</body></html>", "no XLIFF"),
    "deep": ("<xliff>" * 5000, "inside one another"),
    "bomb": ('<!DOCTYPE x [<!ENTITY a "&b;&b;">]><xliff>&a;</xliff>', "declares the entity"),
    "encoding": ('<?xml version="1.0" encoding="latin-9x"?><xliff/>', "encoding"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_damaged_files_are_refused_by_name(name):
    text, words = BROKEN[name]
    with pytest.raises(InputError, match=words) as caught:
        parse_document(text.encode(), doc_id="a", name=NAME)
    assert caught.value.place.startswith(NAME)


@pytest.mark.parametrize("text", ["", "<xliff/>", one(), two(), one("<group/>"), one(unit(""))])
def test_files_without_units_are_read(text):
    assert garbled(text, name=NAME) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_stays(encoding):
    named = encoding.removesuffix("-sig")
    text = one(unit("<source>L'été</source>")).replace("UTF-8", named)
    document = parse_document(text.encode(encoding), doc_id="a", name=NAME, reading=Reading())
    from pipeline.documents import write_document

    data = write_document(document, {0: "The sea’s summer – é"})
    tree = etree.fromstring(data)
    assert tree.findtext(".//{*}target") == "The sea’s summer – é"
    assert data.startswith(text.encode(encoding)[:60])


# --- laws ----------------------------------------------------------------------------

INLINE = st.recursive(
    st.sampled_from(["Le chat ", "dort. ", "noir", " &amp; ", "\n ", "<x id='1'/>", "&#233;"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag} id='2'>{''.join(parts)}</{tag}>",
        st.sampled_from(["g", "mrk", "bpt", "ph", "ept", "it", "sub", "pc"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(
    st.lists(st.lists(INLINE, min_size=1, max_size=4).map("".join), min_size=1, max_size=3),
    st.booleans(),
)
def test_sources_stay_and_targets_say_the_same_when_nothing_changes(sources, second):
    text = (
        two(*(f"<segment><source>{s}</source></segment>" for s in sources))
        if second
        else one(*(unit(f"<source>{s}</source>") for s in sources))
    )
    texts(text)
    tree = etree.fromstring(written(text, lambda s: s, name=NAME).encode())
    for source, target in zip(
        tree.iterfind(".//{*}source"), tree.iterfind(".//{*}target"), strict=True
    ):
        for element in (source, target):
            element.tail = None
            element.attrib.clear()
        source.tag = target.tag
        assert etree.tostring(source) == etree.tostring(target)
    shouted = etree.fromstring(garbled(text, name=NAME, seed=3).encode())
    before, after = etree.fromstring(text.encode()), shouted
    for source, now in zip(
        before.iterfind(".//{*}source"), after.iterfind(".//{*}source"), strict=True
    ):
        assert etree.tostring(source) == etree.tostring(now)
