"""Subtitles: sentences are read over cues and set again into the same cues."""

from __future__ import annotations

import re
import time

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import garbled, written

from pipeline.documents import parse_document, raw_text
from pipeline.documents.subtitles.setting import cuts, in_lines
from pipeline.errors import InputError
from pipeline.records import Hypothesis, Rendering
from pipeline.translate.assembling import Assembly
from pipeline.translate.reading import Limits, Source, load_bytes

TIME = re.compile(r"^.*-->.*$", re.MULTILINE)


def clock(millis: int, sign: str = ",") -> str:
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{sign}{millis:03}"


def srt(*texts: str, gap: int = 100, length: int = 2000, end: str = "\n") -> str:
    """Make a file of cues, each so long and so far from the next (milliseconds)."""
    cues, at = [], 1000
    for number, text in enumerate(texts, 1):
        cues.append(f"{number}\n{clock(at)} --> {clock(at + length)}\n{text}\n")
        at += length + gap
    return "\n".join(cues).replace("\n", end)


def sources(text: str, name: str = "a.srt") -> list[str]:
    document = parse_document(text.encode(), doc_id=name, name=name)
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    assert len({block.where for block in document.blocks}) == len(document.blocks)
    return [" ".join(block.text.split()) for block in document.blocks]


def texts(text: str) -> list[str]:
    """Give the cues' texts, by another reader."""
    found = pysubs2.SSAFile.from_string(text, format_="srt", keep_html_tags=True)
    return [event.text.replace("\\N", "\n") for event in found]


def told(text: str, answer, name: str = "a.srt") -> list[str]:
    """Give what the report says of the sentences of a file."""
    source = Source(path=name, doc_id=name, output="o", size=1)
    limits = Limits(tokens=10**9, measure=lambda texts: [1] * len(texts), file_bytes=0)
    loaded = load_bytes(text.encode(), source, limits)
    assembly = Assembly(loaded, lambda pieces: pieces)
    found = []
    for segment in loaded.segments:
        said = answer(segment.source)
        rendering = Rendering(
            draft=said,
            target=said,
            engine="fake",
            fingerprint="",
            score=None,
            hypotheses=(Hypothesis(text=said, score=None),),
        )
        found += [f.message for f in assembly.add([rendering])[0].findings if f.check == "document"]
    return found


# --- what is one sentence ------------------------------------------------------------

JOINED = [
    (["Il y a un chat", "noir qui dort", "devant la porte."], 1),
    (["Le président", "Macron a parlé."], 1),
    (["J’ai vu M.", "Dupont hier."], 1),
    (["Il est venu,", "Paul aussi."], 1),
    (["Je voulais te dire...", "...que je pars."], 1),
    (["Je voulais te dire…", "que je pars."], 1),
    (["En", "2020", "il pleuvait."], 1),
    (["♪ Il était un petit navire ♪", "♪ qui n’avait jamais navigué ♪"], 1),
    (["<i>Il y a</i>", "<i>un chat.</i>"], 1),
    (["{\\an8}Il y a", "{\\an8}un chat."], 1),
    (["{\\an8}Il y a", "un chat."], 2),
    (["{\\pos(1,2)}Il y a", "{\\pos(3,4)}un chat."], 2),
    (["JEAN : Il y a", "un chat."], 1),
    (["Il y a", "ATTENTION : un chat."], 3),
    (["Il dort. Le chat", "noir est là."], 1),
    (["- Tu viens ?\n- Oui, mais", "pas ce soir."], 2),
    (["Il dort.", "Elle mange."], 2),
    (["Il dort !", "elle mange."], 2),
    (["Il dit : « Oui. »", "Elle mange."], 2),
    (["Il dort...", "Elle mange."], 2),
    (["- Tu viens ?\n- Non."], 2),
    (["- Tu viens ? - Non."], 2),
    (["–Tu viens ?\n–Non."], 2),
    (["- Tu viens", "- Non"], 2),
    (["[musique douce]", "il dort."], 2),
    (["[musique]\nIl dort."], 2),
    (["(Rires)\n- Tu viens ?"], 2),
    (["JEAN : Tu viens ?\nMARIE : Non."], 2),
    (["L’HOMME : Tu viens ?"], 2),
    (["Il y a", "♪ un chat ♪"], 2),
    (["<v Jean>Tu viens", "<v Marie>non"], 2),
    (["Un texte\n\nUn autre"], 2),
    (["Il a dit [sic] que oui."], 1),
    (["Il fait -5 degrés."], 1),
    (["-5 degrés ce matin."], 1),
    (["Le prix : 5 euros."], 1),
]


@pytest.mark.parametrize(("cues", "count"), JOINED)
def test_a_sentence_is_read_over_cues_and_utterances_are_apart(cues, count):
    name = "a.vtt" if "<v" in cues[0] else "a.srt"
    text = srt(*cues) if name == "a.srt" else "WEBVTT\n\n" + srt(*cues).replace(",", ".")
    assert len(sources(text, name)) == count


def test_a_long_pause_ends_a_sentence():
    assert len(sources(srt("Il y a", "un chat.", gap=2900))) == 1
    assert len(sources(srt("Il y a", "un chat.", gap=3100))) == 2


def test_cues_that_go_back_in_time_or_stand_elsewhere_are_apart():
    text = srt("Il y a", "un chat.")
    one, two = text.split("\n\n")
    assert len(sources(f"{two}\n\n{one}\n")) == 2
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000 line:0\nIl y a\n\n00:02.100 --> 00:03.000\nun chat.\n"
    assert len(sources(vtt, "a.vtt")) == 2


def test_names_and_signs_stay_outside_the_prose():
    text = srt(
        "JEAN : Tu viens ?",
        "L’HOMME : Oui.",
        "[porte qui claque]",
        "♪ Il pleut ♪",
        "- Ah !\n- Oui.",
    )
    assert sources(text) == [
        "Tu viens ?", "L’HOMME", "Oui.", "porte qui claque", "Il pleut", "Ah !", "Oui.",
    ]  # fmt: skip


def test_unpunctuated_captions_are_not_one_endless_block():
    text = srt(*["et il a dit que le chat dort ici"] * 400)
    assert max(map(len, sources(text))) < 700
    titles = srt(*[f"Un film de Jean {n}" for n in range(9)])
    assert len(sources(titles)) == 9


# --- setting -------------------------------------------------------------------------


def test_the_english_is_cut_where_it_reads_well():
    text = srt("Il y a un chat", "noir qui dort devant", "la porte rouge.")
    english = "There is a black cat sleeping in front of the red door."
    assert texts(written(text, lambda _: english, name="a.srt")) == [
        "There is a black",
        "cat sleeping in front",
        "of the red door.",
    ]
    text = srt("Quand il est arrivé,", "tout le monde dormait déjà.")
    english = "When he arrived at home, everybody was already asleep."
    assert texts(written(text, lambda _: english, name="a.srt")) == [
        "When he arrived at home,",
        "everybody was already asleep.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "He saw the old man in the garden behind a house and then went to the sea",
        "Everybody knew the answer yesterday morning",
        "Nobody ever told my brother anything useful",
        "Children love a good story before bedtime",
    ],
)
def test_no_article_ends_a_line_or_a_cue(sentence):
    words = sentence.split()
    for count in (2, 3):
        places = cuts(words, [1.0] * count, [84.0] * count)
        assert not {words[p - 1] for p in places} & {"the", "a", "in", "to", "and", "my"}


def test_lines_are_as_many_as_they_were_or_two():
    one = srt("Le chien dort.")
    assert texts(written(one, lambda _: "The dog sleeps.", name="a.srt")) == ["The dog sleeps."]
    long = "The dog is sleeping in the garden behind the old red house."
    assert [
        len(line) <= 42 for line in texts(written(one, lambda _: long, name="a.srt"))[0].split("\n")
    ] == [True, True]
    two = srt("Le chien mange une pomme\nverte.")
    assert texts(written(two, lambda _: "The dog eats a green apple.", name="a.srt")) == [
        "The dog eats\na green apple."
    ]
    turns = srt("- Tu viens ?\n- Non.")
    assert texts(written(turns, lambda _: long, name="a.srt"))[0].count("\n") == 1


def test_no_number_stands_alone_in_the_last_line():
    text = srt("Un film\nsorti là.")
    for english in ("It came out in 2020", "Out 2020", "2020"):
        new = written(text, lambda _, english=english: english, name="a.srt")
        assert texts(new)[0].replace("\n", " ") == english


def test_numbers_and_blank_lines_may_be_missing():
    text = "00:01,0 --> 00:02,0\nIl dort.\n2\n0:00:03.5 --> 0:00:04.5 X1:1 X2:2\n"
    text += "Elle \n \nmange.\n\n\n"
    assert garbled(text, name="a.srt") == (
        text.replace("Il dort", "IL DORT").replace("Elle", "ELLE").replace("mange", "MANGE")
    )


def test_what_cannot_be_kept_short_is_told():
    text = srt("Oui.", "Non.", length=1000)
    assert told(text, lambda source: source) == []
    assert told(text, lambda _: "Yes, sir.") == []
    long = "Yes, sir, I am going to do it at once and then come back here with all of it, my lord."
    (first, second) = told(text, lambda _: long)
    assert "00:00:01" in first
    assert f"{len(long) - 1} characters a second" in first
    assert "00:00:02" in second


def test_a_cue_without_a_word_shows_an_ellipsis_and_is_told():
    text = srt("Il y a", "un chat", "noir.")
    english = written(text, lambda _: "Yes.", name="a.srt")
    assert texts(english) == ["Yes.", "…", "…"]
    assert "no word is left" in told(text, lambda _: "Yes.")[0]
    shared = srt("Il y a un chat", "noir. Il dort.")
    answer = {"Il y a un chat\nnoir.": "Cat.", "Il dort.": "It sleeps."}.get
    assert texts(written(shared, answer, name="a.srt")) == ["Cat.", "It sleeps."]


def test_an_unchanged_sentence_stays_in_its_cues():
    text = srt("Il y a un chat\nnoir. Il", "dort là.")
    english = written(
        text, lambda s: s if s.startswith("Il y a") else "It sleeps there.", name="a.srt"
    )
    assert texts(english) == ["Il y a un\nchat noir. It", "sleeps there."]


# --- tags ----------------------------------------------------------------------------

TAGS = [
    (
        ["<i>Il y a un chat</i>", "<i>noir qui dort</i>", "<i>ici.</i>"],
        ["<i>IL Y A UN CHAT</i>", "<i>NOIR QUI DORT</i>", "<i>ICI.</i>"],
    ),
    (
        ["Il lit <i>Le Grand</i>", "<i>Livre du soir</i> ici."],
        ["IL LIT <i>LE GRAND</i>", "<i>LIVRE DU SOIR</i> ICI."],
    ),
    (
        ["Il lit <i>Le Grand Livre", "du soir</i> ici."],
        ["IL LIT <i>LE GRAND LIVRE</i>", "<i>DU SOIR</i> ICI."],
    ),
    (["<b><i>Il dort.</i></b>"], ["<b><i>IL DORT.</i></b>"]),
    (["<i>- Tu viens ?\n- Non.</i>"], ["<i>- TU VIENS ?\n- NON.</i>"]),
    (['<font color="#ff0000">Il dort.</font>'], ['<font color="#ff0000">IL DORT.</font>']),
    (["{\\an8}Il dort."], ["{\\an8}IL DORT."]),
    (["<i>Il dort. Elle</i>", "<i>mange.</i>"], ["<i>IL DORT. ELLE</i>", "<i>MANGE.</i>"]),
    (["Il <b>dort. Elle", "mange</b> ici."], ["IL <b>DORT. ELLE</b>", "<b>MANGE</b> ICI."]),
]  # fmt: skip


@pytest.mark.parametrize(("french", "english"), TAGS, ids=lambda x: x[0])
def test_tags_open_and_close_in_each_cue(french, english):
    text = srt(*french)
    expected = srt(*english)
    assert garbled(text, name="a.srt") == expected


def test_a_pair_that_moves_over_a_border_is_closed_and_opened_again():
    text = srt("Hier il a lu ce grand", "livre <i>de la forêt noire</i>.")
    answer = lambda s: "de la forêt noire he read yesterday in that big book." if "\n" in s else s  # noqa: E731
    one, two = texts(written(text, answer, name="a.srt"))
    assert one.count("<i>") == one.count("</i>") == 1
    assert two.count("<i>") == two.count("</i>")
    assert re.sub(r"</?i>", "", f"{one} {two}") == answer("\n")


# --- what stays ----------------------------------------------------------------------

VTT = """WEBVTT - Un titre
Kind: captions
Language: fr

STYLE
::cue { color: red }

REGION
id:bas

NOTE
Une remarque en français.
00:00:01.000 --> 00:00:02.000
qui reste

intro
00:01.000 --> 00:02.000 align:start position:10%
<v Jean>Il y a un &amp; deux <c.jaune>chats</c>.</v>

00:02.500 --> 00:03.000
<00:02.500>Il <00:02.700>dort.

00:03.000 --> 00:04.000
5 &lt; 6 et l&rsquo;eau
"""


def test_what_is_no_text_of_webvtt_stays():
    english = garbled(VTT, name="a.vtt")
    assert english == (
        VTT.replace("Il y a un &amp; deux", "IL Y A UN &amp; DEUX")
        .replace("chats", "CHATS")
        .replace("5 &lt; 6 et l&rsquo;eau", "5 &lt; 6 ET L’EAU")
    )
    document = parse_document(VTT.encode(), doc_id="a", name="a.vtt")
    assert [f.message for f in document.findings] == [
        "1 of 3 cues left in French: each of their words has a time"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_mark_stay(end, mark):
    text = mark + srt("Il y a un\nchat noir", "qui dort.", end=end)
    english = garbled(text, name="a.srt")
    assert english == mark + srt("IL Y A UN\nCHAT NOIR", "QUI DORT.", end=end)
    assert written(text, lambda s: s, name="a.srt") == text


DAMAGED = [
    "1\n00:00:01,000 -> 00:00:02,000\nIl dort.\n",
    "1\n00:00:01 000 --> 00:00:02 000\nIl dort.\n",
    "1\n--> 00:00:02,000\nIl dort.\n",
    "1\nxx:00:01,000 --> 00:00:02,000\nIl dort.\n",
    "1\n00:00:01,000 00:00:02,000\nIl dort.\n",
    "1\n00:00:01,000\nIl dort.\n",
]


@pytest.mark.parametrize("cue", DAMAGED)
def test_a_damaged_cue_is_left_and_told_by_its_line_and_the_others_are_translated(cue):
    good = srt("Elle mange.", "Il pleut.")
    text = f"{good}\n{cue}\n3\n00:00:09,000 --> 00:00:10,000\nIl neige.\n"
    english = garbled(text, name="a.srt")
    assert cue in english
    assert english == text.replace("Elle mange.", "ELLE MANGE.").replace(
        "Il pleut.", "IL PLEUT."
    ).replace("Il neige.", "IL NEIGE.")
    (finding,) = parse_document(text.encode(), doc_id="a", name="a.srt").findings
    line = text[: text.index(cue)].count("\n") + 2
    assert f"line {line}:" in finding.message


@pytest.mark.parametrize("text", ["<html><p>Erreur 404</p></html>", "{1}{25}Il dort.", "Il dort."])
def test_a_file_without_cues_is_refused_by_name(text):
    with pytest.raises(InputError, match="no cue"):
        parse_document(text.encode(), doc_id="a", name="a.srt")


@pytest.mark.parametrize("text", ["", "\n\n", "WEBVTT\n", "1\n00:00:01,000 --> 00:00:02,000\n\n"])
def test_a_file_without_texts_is_read(text):
    assert written(text, str.upper, name="a.srt") == text


# --- laws ----------------------------------------------------------------------------

KINDS = """le chat noir dort. devant, la porte rouge ! Il elle - [rires] ♪ <i>un</i> <i> </i>
    {\\an8} … ... & < > 5h -5 a é “quoi” (rires) M. https://a.fr/b {nom}"""
WORDS = st.sampled_from([*KINDS.split(), "<b>deux mots</b>", "JEAN :", "<i>Il dort. Elle</i>"])
TEXTS = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
CUES = st.lists(st.lists(TEXTS, min_size=1, max_size=3).map("\n".join), min_size=1, max_size=8)
GAPS = st.integers(0, 4000)


@settings(max_examples=40)
@given(CUES, GAPS, st.sampled_from(["\n", "\r\n"]))
def test_identity(cues, gap, end):
    text = srt(*cues, gap=gap, end=end)
    sources(text)
    assert written(text, lambda s: s, name="a.srt") == text


def bare(text: str) -> str:
    return re.sub(r"</?[a-z]+>|\{\\an8\}|[\[\]()]", "", text)


@settings(max_examples=40)
@given(CUES, GAPS, st.integers(0, 3))
def test_no_cue_is_empty_no_time_changes_no_word_is_lost(cues, gap, more):
    text = srt(*cues, gap=gap)
    english = written(text, lambda s: " ".join(s.upper().split() + ["MORE"] * more), name="a.srt")
    assert TIME.findall(english) == TIME.findall(text)
    blank = re.compile(r"\n\n(?!\d+\n)")
    assert len(blank.findall(english)) == len(blank.findall(text))
    got = [w for t in texts(english) for w in bare(t).split() if w != "MORE"]
    assert sorted(map(str.lower, got)) == sorted(
        w.lower() for t in texts(text) for w in bare(t).split()
    )
    for before, after in zip(texts(text), texts(english), strict=True):
        assert bool(bare(after).strip()) == bool(bare(before).strip())


@settings(max_examples=40)
@given(CUES, GAPS)
def test_pairs_of_tags_are_whole_in_each_cue(cues, gap):
    whole = [re.sub(r"(?<!\S)</?i>(?!\S)", "x", cue) for cue in cues]
    text = srt(*whole, gap=gap)
    english = garbled(text, name="a.srt", seed=1)
    for after in texts(english):
        for name in "ib":
            assert after.count(f"<{name}>") == after.count(f"</{name}>")


@settings(max_examples=40)
@given(st.text(st.sampled_from("019:,.->- \n\r\t♪#[](){}<>/ivabé«.!…&;\u00a0"), max_size=300))
def test_nothing_in_a_file_is_a_surprise(noise):
    for name, head in (("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n"), ("a.vtt", "WEBVTT\n\n")):
        text = head + noise
        document = parse_document(text.encode(), doc_id="a", name=name)
        for block in document.blocks:
            assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
        assert written(text, lambda s: s, name=name).encode() == text.encode()
        written(text, lambda s: s.upper() + " et plus", name=name)


@settings(max_examples=40)
@given(
    st.lists(st.text("abc.,é", min_size=1, max_size=9), min_size=1, max_size=60),
    st.lists(st.floats(0, 9), min_size=1, max_size=12),
)
def test_cuts_leave_no_stretch_empty(words, shares):
    shares = shares[: len(words)]
    places = cuts(words, shares, [42.0] * len(shares))
    assert len(places) == len(shares) - 1
    assert all(a < b for a, b in zip([0, *places], [*places, len(words)], strict=True))
    lines = in_lines(words, 2)
    assert [w for line in lines for w in line] == words


SHAPES = [
    "[a] ",
    "(a) ",
    "- a\n",
    "a. - ",
    "AB : c\n",
    "<i>a</i> ",
    "<i>a ",
    "a</i> ",
    "♪ a ",
    " ",
    "a\n",
]
SHAPES += [
    "a\n\n",
    "[",
    "(",
    "<",
    "{\\",
    "...",
    "AB ",
    "\n# a",
    "Il dort. ",
    "<v a>b",
    ".“",
    "le ",
    "-->",
]


@pytest.mark.parametrize("piece", SHAPES)
def test_no_cue_takes_time_that_grows_faster_than_its_text(piece):
    def seconds(count: int) -> float:
        data = ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + piece * count + "\n").encode()
        start = time.process_time()
        parse_document(data, doc_id="a", name="a.vtt")
        return time.process_time() - start

    seconds(10)
    short, long = (min(seconds(count) for _ in range(3)) for count in (400, 4000))
    assert long < 40 * max(short, 0.004)
