"""PO files: empty translations are filled, all else stays; polib and msgfmt are the judges."""

from __future__ import annotations

import re
import shutil
import subprocess

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import garbled, written

from pipeline.documents import Reading, parse_document, raw_text, write_document
from pipeline.errors import InputError

NAME = "a.po"
HEADER = """msgid ""
msgstr ""
"Project-Id-Version: jardin 1.0\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def po(*entries: str, header: str = HEADER) -> str:
    return "\n".join([header, *(entry.strip("\n") + "\n" for entry in entries)])


def read(text: str) -> list[polib.POEntry]:
    if shutil.which("msgfmt"):
        done = subprocess.run(
            ["msgfmt", "-c", "-o", "/dev/null", "-"], input=text.encode(), capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
    return list(polib.pofile(text))


def texts(text: str, **reading) -> list[tuple[str, str]]:
    document = parse_document(text.encode(), doc_id="a", name=NAME, reading=Reading(**reading))
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    assert len({b.where for b in document.blocks}) == len(document.blocks)
    return [(b.where, b.text) for b in document.blocks]


def findings(text: str) -> list[str]:
    document = parse_document(text.encode(), doc_id="a", name=NAME)
    return [f.message for f in document.findings]


# --- what is filled ------------------------------------------------------------------

KEPT = [
    'msgid "Le chat"\nmsgstr "The cat"\n',
    '#, fuzzy\nmsgid "Le chat"\nmsgstr "The dog"\n',
    'msgid "Le chat"\nmsgstr ""\n"The cat\\n"\n"dort"\n',
    '#~ msgid "Le chat"\n#~ msgstr ""\n',
    'msgid "%d pomme"\nmsgid_plural "%d pommes"\nmsgstr[0] "%d apple"\nmsgstr[1] "%d apples"\n',
    'msgid "menu.ouvrir"\nmsgstr ""\n',
    'msgid "BOUTON_X.titre"\nmsgstr ""\n',
    'msgid "menuOuvrir"\nmsgstr ""\n',
    'msgid "{n, plural, one {un chat} other {# chats}}"\nmsgstr ""\n',
]


@pytest.mark.parametrize("entry", KEPT)
def test_what_is_translated_or_no_french_stays(entry):
    text = po('msgid "Il dort."\nmsgstr ""', entry)
    assert garbled(text, name=NAME) == text.replace(
        'msgid "Il dort."\nmsgstr ""', 'msgid "Il dort."\nmsgstr "IL DORT."'
    )


FILLED = [  # entry, what is filled in for its strings, in order
    ('msgid "Le chat"\nmsgstr ""', ['"LE CHAT"']),
    ('msgctxt "menu"\nmsgid "Le chat"\nmsgstr ""', ['"LE CHAT"']),
    ('#, fuzzy\nmsgid "Le chat"\nmsgstr ""', ['"LE CHAT"']),
    ('#| msgid "Un chat"\nmsgid "Le chat"\nmsgstr ""', ['"LE CHAT"']),
    ('# Le chat\n#. extrait\n#: a.c:1\nmsgid "Le chat"\nmsgstr ""', ['"LE CHAT"']),
    ('msgid "Le chat\\n"\nmsgstr ""', ['"LE CHAT\\n"']),
    ('msgid "\\nLe chat\\n"\nmsgstr ""', ['""\n"\\n"\n"LE CHAT\\n"']),
    ('msgid "  Le chat "\nmsgstr ""', ['"  LE CHAT "']),
    ('msgid "Le \\"chat\\"\\t\\\\noir"\nmsgstr ""', None),
    ('msgid ""\n"Le chat "\n"noir"\nmsgstr ""', ['""\n"LE CHAT NOIR"']),
    ('msgid ""\n"Le chat\\n"\n"\\n"\n"Il dort.\\n"\nmsgstr ""',
     ['""\n"LE CHAT\\n"\n"\\n"\n"IL DORT.\\n"']),
    ('msgid "Le chat"\nmsgstr ""\n""', ['"LE CHAT"']),
    ('msgid "%d"\nmsgstr ""', ['"%d"']),
    ('msgid "_Ouvrir"\nmsgstr ""', ['"_OUVRIR"']),
    ('msgid "&Ouvrir le chat"\nmsgstr ""', ['"&OUVRIR LE CHAT"']),
    ('msgid "Le <b>chat</b> &amp; {nom}"\nmsgstr ""', ['"LE <b>CHAT</b> &amp; {nom}"']),
    ('msgid "caf\\303\\251"\nmsgstr ""', None),
    ('msgid "peut-être"\nmsgstr ""', ['"PEUT-ÊTRE"']),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "strings"), FILLED)
def test_empty_translations_are_filled(entry, strings):
    text = po(entry, 'msgid "Oui"\nmsgstr ""')
    english = garbled(text, name=NAME)
    one, two = [e for e in read(english) if not e.obsolete]
    assert one.msgstr.strip()
    assert two.msgstr == "OUI"
    if strings is not None:
        head = entry.rstrip().removesuffix('\n""').rpartition('""')[0]
        assert english == po(head + strings[0], 'msgid "Oui"\nmsgstr "OUI"')


def test_two_strings_in_a_line_are_one():
    text = po('msgid "Le " "chat"\nmsgstr ""')
    assert garbled(text, name=NAME) == text.replace('chat"\nmsgstr ""', 'chat"\nmsgstr "LE CHAT"')


def test_the_same_in_english_is_filled_too():
    text = po('msgid "Menu"\nmsgstr ""')
    assert read(written(text, lambda s: s, name=NAME))[0].msgstr == "Menu"


PLURAL = 'msgid "Un chat"\nmsgid_plural "%d chats"\n'


@pytest.mark.parametrize(
    ("forms", "lines", "expected"),
    [
        (2, 2, ["UN CHAT", "%d CHATS"]),
        (2, 1, ["UN CHAT", "%d CHATS"]),
        (1, 1, ["%d CHATS"]),
        (3, 3, ["UN CHAT", "%d CHATS", "%d CHATS"]),
        (0, 2, ["UN CHAT", "%d CHATS"]),
    ],
)
def test_each_plural_form_is_filled(forms, lines, expected):
    rule = f"nplurals={forms}; plural={'n != 1' if forms == 2 else '0'};"
    header = HEADER.replace("nplurals=2; plural=(n != 1);", rule) if forms else HEADER.replace(
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n', ""
    )  # fmt: skip
    entry = PLURAL + "".join(f'msgstr[{n}] ""\n' for n in range(lines))
    text = po(entry, 'msgid "Oui"\nmsgstr ""', header=header)
    one, two = polib.pofile(garbled(text, name=NAME))
    assert list(one.msgstr_plural.values()) == expected
    assert two.msgstr == "OUI"


def test_a_half_translated_plural_is_completed():
    text = po(PLURAL + 'msgstr[0] "One cat"\nmsgstr[1] ""')
    assert garbled(text, name=NAME) == text.replace('msgstr[1] ""', 'msgstr[1] "%d CHATS"')


def test_entries_are_named():
    text = po(
        'msgid "Un"\nmsgstr "One"',
        PLURAL + 'msgstr[0] ""\nmsgstr[1] ""',
        'msgid "Oui.\\n\\nNon."\nmsgstr ""',
    )
    assert texts(text) == [
        ("entry 2", "Un chat"),
        ("entry 2, plural", "%d chats"),
        ("entry 3", "Oui."),
        ("entry 3, part 2", "Non."),
    ]


# --- values of programs --------------------------------------------------------------

FORMATS = [
    "%s a lu %d pages",
    "Le chien a lu %s en %d minutes (%5.2f %%)",
    "La porte de %1$s est ouverte à %2$d %%.",
    "Bonjour {nom}, voici {0} et {}.",
    "%(nom)s a %(nombre)d chats",
    "Le %%d est %s",
    "%.*f et %-10s puis %lu",
]


@pytest.mark.parametrize("text", FORMATS)
@pytest.mark.parametrize("seed", range(4))
def test_values_stay_and_unnumbered_ones_keep_their_order(text, seed):
    english = polib.pofile(
        garbled(po(f'#, c-format\nmsgid "{text}"\nmsgstr ""'), name=NAME, seed=seed)
    )
    values = re.compile(r"%(?:\(\w+\))?(?:\d+\$)?[-.*\d]*l?[sdfu%]|\{\w*\}")
    before, after = values.findall(text), values.findall(english[0].msgstr)
    numbered = "$" in text or "(" in text.partition(")")[0][:3] or "{" in text
    assert sorted(after) == sorted(before)
    order = [v for v in after if v != "%%"] == [v for v in before if v != "%%"]
    assert order or numbered


def test_an_english_order_that_a_program_would_misread_is_not_written():
    text = po('#, c-format\nmsgid "Le chien a lu %s en %d minutes"\nmsgstr ""')

    def turned(source: str) -> str:
        return "In %d minutes the dog has read %s" if "%s" in source else source.upper()

    (entry,) = read(written(text, turned, name=NAME))
    assert re.findall("%[sd]", entry.msgstr) == ["%s", "%d"]
    numbered = text.replace("%s", "%1$s").replace("%d", "%2$d")

    def moved(source: str) -> str:
        return "In %2$d minutes the dog has read %1$s" if "%" in source else source

    assert read(written(numbered, moved, name=NAME))[0].msgstr == moved("%")


# --- layout --------------------------------------------------------------------------


def test_long_translations_are_wrapped_as_gettext_wraps():
    sentence = "Le chien et le chat dorment devant la porte rouge de la maison d’ami."
    text = po(f'msgid "{sentence}"\nmsgstr ""', 'msgid "Oui"\nmsgstr ""')
    english = garbled(text, name=NAME)
    assert all(len(line) <= 80 for line in english.splitlines())
    assert 'msgstr ""\n"LE CHIEN' in written(text, lambda s: s.upper() + " OUI", name=NAME)
    long = po(f'msgid "{sentence} {sentence}"\nmsgstr ""')
    assert garbled(long, name=NAME).count("\n") == long.count("\n")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_mark_stay(end, mark):
    text = mark + po('msgid ""\n"Le chat\\n"\n"dort.\\n"\nmsgstr ""').replace("\n", end)
    english = garbled(text, name=NAME)
    assert english.startswith(text[: text.rindex('""')])
    assert english.count(end) == english.count("\n")


def test_the_charset_that_the_header_names_stays():
    text = (
        po('msgid "L’été à la maison\\n"\nmsgstr ""')
        .replace("UTF-8", "ISO-8859-15")
        .replace("’", "'")
    )
    data = text.encode("iso-8859-15")
    document = parse_document(data, doc_id="a", name=NAME)
    (block,) = document.blocks
    assert block.text == "L'été à la maison"
    new = write_document(document, {0: "The “café” – it’s 5 € …"})
    assert 'msgstr "The "'[:8] in new.decode("iso-8859-15")
    assert 'The \\"café\\" - it\'s 5 € ...' in new.decode("iso-8859-15").replace(
        '"café"', '\\"café\\"'
    )
    assert write_document(document, {}).startswith(data[: data.rindex(b'""')])


# --- marks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "above", ["", "#, c-format\n", '#: a.c:1\n#, c-format, no-wrap\n#| msgid "x"\n']
)
@pytest.mark.parametrize("context", ["", 'msgctxt "menu"\n'])
@pytest.mark.parametrize("mark", ["none", "fuzzy", "note"])
def test_filled_entries_are_marked_as_asked(above, context, mark):
    done = '#, c-format\nmsgid "Non"\nmsgstr "No"'
    text = po(done, f'{above}{context}msgid "Oui"\nmsgstr ""')
    document = parse_document(text.encode(), doc_id="a", name=NAME, reading=Reading(mark=mark))
    english = write_document(document, {0: "Yes"}).decode()
    first, second = read(english)
    assert first.flags == ["c-format"]
    assert second.msgstr == "Yes"
    assert ("fuzzy" in second.flags) == (mark == "fuzzy")
    assert ("machine" in second.tcomment) == (mark == "note")
    assert ("c-format" in second.flags) == ("c-format" in above)


# --- damage --------------------------------------------------------------------------

DAMAGE = [
    'msgid "Le chat\nmsgstr ""\n',
    'msgid "Le chat"\nmsgstr\n',
    'msgid Le chat\nmsgstr ""\n',
    'msgid "Le chat"\nmsgstr ""\nnoir\n',
    'msgid "Le "chat"\nmsgstr ""\n',
    'msgid "Le chat\\"\nmsgstr ""\n',
]


@pytest.mark.parametrize("entry", DAMAGE)
def test_a_damaged_entry_is_left_and_told_by_its_line(entry):
    text = po('msgid "Oui"\nmsgstr ""', entry, 'msgid "Non"\nmsgstr ""')
    english = garbled(text, name=NAME)
    assert english == text.replace('"Oui"\nmsgstr ""', '"Oui"\nmsgstr "OUI"').replace(
        '"Non"\nmsgstr ""', '"Non"\nmsgstr "NON"'
    )
    (message,) = findings(text)
    first = text[: text.index(entry)].count("\n") + 1
    assert int(re.search(r"line (\d+)", message)[1]) in range(first, first + entry.count("\n"))


@pytest.mark.parametrize("text", ["Le chat dort.", '{"a": 1}', 'msgid "a"', '"a"', "msgstr ''"])
def test_what_is_no_po_is_refused(text):
    with pytest.raises(InputError, match="no entry") as caught:
        parse_document(text.encode(), doc_id="a", name=NAME)
    assert caught.value.place == NAME


@pytest.mark.parametrize("text", ["", "\n", HEADER, '#~ msgid "a"\n#~ msgstr ""\n' + HEADER])
def test_files_without_entries_are_read(text):
    assert garbled(text, name=NAME) == text


def test_templates_are_refused_with_what_to_do():
    with pytest.raises(InputError) as caught:
        parse_document(HEADER.encode(), doc_id="a", name="a.pot")
    assert "msginit" in caught.value.next_step


def test_what_surprises_is_told():
    french = HEADER.replace("Language: en", "Language: fr")
    (message,) = findings(po('msgid "Oui"\nmsgstr ""', header=french))
    assert "Language: fr" in message
    (message,) = findings(po('msgid "Oui"\nmsgstr "Yes"'))
    assert "all entries" in message
    (message,) = findings(po('msgid "menu.oui"\nmsgstr ""'))
    assert "1 of 1 entries" in message
    (message,) = findings(po('msgid "{n, plural, other {# chats}}"\nmsgstr ""'))
    assert "ICU" in message
    assert findings(po('msgid "Oui"\nmsgstr ""')) == []


# --- laws ----------------------------------------------------------------------------

CHARACTERS = st.sampled_from('aé \n\t"\\%sd{}<>_&.-1’«😀\u00a0nx0#~')
STRINGS = st.text(CHARACTERS, min_size=1, max_size=120)


@settings(max_examples=100)
@given(st.lists(STRINGS, min_size=1, max_size=4, unique=True), st.sampled_from([0, 40, 78, 200]))
def test_any_string_comes_back_as_polib_reads_it(strings, width):
    file = polib.POFile(wrapwidth=width)
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    file.extend(polib.POEntry(msgid=s) for s in strings)
    text = str(file)
    texts(text)
    english = polib.pofile(written(text, lambda s: s, name=NAME))
    wanted = polib.pofile(text)
    assert [e.msgid for e in english] == [e.msgid for e in wanted]
    for entry in english:
        assert entry.msgstr in ("", entry.msgid)
    before = [line for line in text.splitlines() if not line.startswith(("msgstr", '"'))]
    after = written(text, str.upper, name=NAME).splitlines()
    assert [line for line in after if not line.startswith(("msgstr", '"'))] == before


@settings(max_examples=60)
@given(st.text(st.sampled_from('msgidstr_plural[0] "\\n\n#~,\r\ta%d'), max_size=200))
def test_nothing_in_a_file_is_a_surprise(noise):
    text = po('msgid "Oui"\nmsgstr ""') + noise
    english = garbled(text, name=NAME)
    assert english.startswith(HEADER)
