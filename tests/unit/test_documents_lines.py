"""Which line breaks of plain text stay, and which only a width made."""

from __future__ import annotations

import re
import textwrap
import time
from pathlib import Path

import pytest
from golden_corpus import _Dice, _Writer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.documents import (
    Reading,
    cut_block,
    join_block,
    parse_document,
    raw_text,
    write_document,
)
from pipeline.documents.wrapping import WEIGHTS, Line, score
from pipeline.errors import ConfigError
from pipeline.records import Span
from pipeline.segmentation import split

DATA = Path(__file__).parents[1] / "data" / "documents" / "layouts.fr.txt"


Layout = tuple[str, list[tuple[bool, str]]]


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wrap a text as editors do."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def layouts() -> list[Layout]:
    """Read the layouts: of each its name and its lines, with whether the line break before
    them was meant."""
    found: list[Layout] = []
    for raw in DATA.read_text(encoding="utf-8").split("\n"):
        if raw.startswith("="):
            found.append((raw[1:], []))
        elif raw[:1] in "|+" and raw:
            found[-1][1].append((raw[0] == "|", raw[1:]))
        elif match := re.match(r"w(\d+) (.*?)\|(.*)", raw):
            prefix = match[2]
            same = set(prefix) <= set(">#| ") and prefix != "   "
            rest = prefix if same else "" if prefix == "   " else " " * len(prefix)
            lines = wrapped(match[3], int(match[1]), prefix, rest)
            found[-1][1].extend((at == 0, line) for at, line in enumerate(lines))
    return found


def judged(layout: Layout) -> list[tuple[bool, bool, str]]:
    """Give (meant, read as meant, what) of every break between two lines that are not blank."""
    lines = layout[1]
    document = parse("\n".join(line for _, line in lines))
    starts, at = [], 0
    for _, line in lines:
        starts.append(at)
        at += len(line) + 1
    inside = [(b.start, b.end) for b in document.blocks]
    found = []
    for (_, line), (is_meant, following), start in zip(lines, lines[1:], starts[1:], strict=False):
        if all(any(c.isalnum() for c in part) for part in (line, following)):
            joined = any(a < start <= b for a, b in inside)
            found.append((is_meant, not joined, f"{layout[0]}: {line!r} / {following!r}"))
    return found


def parse(text: str, lines: str = "auto"):
    return parse_document(text.encode(), doc_id="a.txt", name="a.txt", reading=Reading(lines=lines))


def texts(text: str, lines: str = "auto") -> list[str]:
    return [block.text for block in parse(text, lines).blocks]


def english(text: str, lines: str = "auto", say=lambda source: f"[{source}]") -> str:
    """Translate every block as one sentence."""
    document = parse(text, lines)
    made = {}
    for block in document.blocks:
        segments = cut_block(document, block, [Span(start=0, end=len(block.text))])
        flat = " ".join(block.text.split())
        made[block.block_id] = join_block(document, block, segments, [say(flat)])
    return write_document(document, made).decode()


# --- the labelled layouts ------------------------------------------------------------------


def test_layouts_are_many_and_of_both_kinds() -> None:
    assert len(layouts()) >= 200
    breaks = [meant for layout in layouts() for meant, _, _ in judged(layout)]
    assert breaks.count(True) > 300
    assert breaks.count(False) > 150


@pytest.mark.parametrize(("first", "least"), [(0, 0.99), (1, 0.98)], ids=["tuning", "held out"])
def test_line_breaks_are_read_as_labelled(first: int, least: float) -> None:
    breaks = [b for layout in layouts()[first::2] for b in judged(layout)]
    wrong = [what for meant, read, what in breaks if meant != read]
    assert 1 - len(wrong) / len(breaks) >= least, "\n".join(wrong)


def test_every_weight_is_of_a_sign_and_points_where_the_table_says() -> None:
    full = "Le conseil a voté le budget de la commune après une longue"
    lines = [
        Line(start=0, end=0, text=text, indent=0, quote="")
        for text in (full, full + " nuit", "discussion, sans surprise.")
    ]
    from pipeline.documents.wrapping import _Run, _signs

    run = _Run.of(lines, 80)
    assert {name for name, _ in _signs(run, 0, 0)} == set(WEIGHTS)
    assert score(run, 1, 0) < 0


# --- the laws ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "La ville de Nantes ferme deux piscines pour trois mois\nPar Lucie Carton",
        "Nom du produit : lampe de bureau en bois clair\nPrix conseillé : quarante euros toutes "
        "taxes\nCouleur : bleu\nPoids : deux kilos",
        "Merci de noter les dates suivantes :\nlundi 3 mars, réunion des parents à la mairie\n"
        "mardi 4 mars, visite du chantier de la gare\njeudi 6 mars, dîner",
        "o premier point du jour\no second point",
        "— Tu viens ?\n— Non.",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_their_own_stay_as_many(text: str, end: str) -> None:
    lines = text.split("\n")
    assert len(texts(text.replace("\n", end))) == len(lines)
    written = english(text.replace("\n", end))
    assert written.count(end) == len(lines) - 1


WORD = st.text("abcdeéèlmnoprstu", min_size=1, max_size=12)
PROSE = st.lists(WORD, min_size=1, max_size=12).map(" ".join)


@given(
    st.lists(PROSE, min_size=1, max_size=8),
    st.sampled_from(["- ", "* ", "• ", "o ", "– ", "{}. ", "{}) ", "[{}] ", "— "]),
)
def test_items_stay_lines_whatever_stands_in_them(items: list[str], mark: str) -> None:
    lines = [mark.format(n) + item for n, item in enumerate(items, 1)]
    if mark == "— ":
        lines = [line + "." for line in lines]
    assert len(texts("\n".join(lines))) == len(lines)


@given(st.lists(st.text("aé .:,-0>\t\u00a0", max_size=20), max_size=12))
def test_keep_keeps_every_line_and_join_only_joins(lines: list[str]) -> None:
    text = "\n".join(lines)
    cells = [cell for line in lines for cell in re.split(r"\t| {6,}", line)]
    alive = [cell for cell in cells if any(c.isalpha() for c in cell)]
    assert len(texts(text, "keep")) >= len(alive)
    assert all("\n" not in block for block in texts(text, "keep"))
    counts = [len(texts(text, mode)) for mode in ("join", "auto", "keep")]
    assert counts == sorted(counts)
    for mode in ("keep", "auto", "join"):
        document = parse(text, mode)
        assert write_document(document, {}) == text.encode()
        for block in document.blocks:
            assert raw_text(block.text, block.markup) == document.text[block.start : block.end]


def test_prose_is_whole_at_any_width() -> None:
    """Of a made-up corpus, broken at random widths, the sentences come back whole."""
    dice = _Dice(7)
    count = lost = 0
    for _ in range(150):
        writer, width = _Writer(dice), 48 + dice.below(60)
        paragraphs = [writer.paragraph(2, 4) for _ in range(3)]
        broken = "\n\n".join("\n".join(wrapped(p, width)) for p in paragraphs)
        whole = [sentence for p in paragraphs for sentence in sentences(p)]
        found = {sentence for block in texts(broken) for sentence in sentences(block)}
        count += len(whole)
        lost += sum(sentence not in found for sentence in whole)
    assert count > 1000
    assert lost / count < 0.015


def sentences(text: str) -> list[str]:
    return [" ".join(text[s.start : s.end].split()) for s in split(text)]


def test_quoted_prose_is_one_block_and_quoted_again() -> None:
    prose = "Est-ce que nous pourrions avancer la réunion à jeudi matin ? J'ai un train à prendre."
    text = "\n".join(wrapped(prose * 2, 50, "> ", "> ")) + "\n>> Oui.\n>\n> Bien.\n"
    assert len(texts(text)) == 3
    written = english(text, say=lambda _: "Could we move the meeting to Thursday morning? " * 3)
    assert all(line.startswith(">") for line in written.splitlines())
    assert all(len(line) <= 52 for line in written.splitlines()[:3])
    assert re.search(r"> .*>", written.replace("\n>> ", "")) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_english_of_a_meant_line_has_no_line_break(end: str) -> None:
    text = f"Titre de la page{end}Par Anne Roux"
    assert english(text, say=lambda _: f"one{end}two") == f"one two{end}one two"


@given(st.integers(50, 100))
def test_wrapped_paragraph_comes_back_as_wide(width: int) -> None:
    prose = (
        "Le comité s'est réuni hier soir et il a décidé, après une longue discussion, de reporter "
        "la fête du quartier au mois de mai. La place sera en travaux, et le kiosque ne rouvrira "
        "qu'au printemps. Les commerçants, prévenus la veille, demandent une aide."
    )
    text = "\n".join(wrapped(prose, width))
    assert len(texts(text)) == 1
    lines = english(text).split("\n")
    assert " ".join(lines) == f"[{prose}]"
    assert all(width - 16 < len(line) <= width for line in lines[:-1])


@pytest.mark.parametrize(
    "line",
    [
        "Un vers de plus\n",
        "- un point\n",
        "Le comité s'est réuni hier soir et il a décidé de tout reporter au\n",
        "> oui\n>> non\n",
        "a :\n",
        "- a\n  b\n",
        "A. \u00c9 A.\n",
        "ABCDEF GHIJ KL\n",
    ],
)
def test_reading_lines_takes_time_in_proportion(line: str) -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        parse(line * count)
        return time.process_time() - began

    small = min(seconds(500) for _ in range(3))
    assert seconds(8_000) < 16 * small * 3 + 0.5


def test_one_hostile_line_is_read_in_no_time() -> None:
    for text in ("A" * 200_000, "AB " * 60_000, ". " * 100_000, "a :" * 60_000, "> " * 100_000):
        began = time.process_time()
        parse(f"{text}\n{text}")
        assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Chaise pliante\t24 €\t120\nTable\t89 €\t14", "Chaise pliante|24 €|120|Table|89 €|14"),
        ("Nantes   la ville\nAngers   le château", "Nantes|la ville|Angers|le château"),
        ("Note de travail            mars 2024", "Note de travail|mars 2024"),
        ("Le chat   dort encore.", "Le chat   dort encore."),  # a slip of the thumb
        ("1. Café \t  2 €", "Café|2 €"),
    ],
)
def test_cells_are_blocks_and_what_is_between_them_stays(text: str, cells: str) -> None:
    assert texts(text) == cells.split("|")
    expected = text
    for cell in dict.fromkeys(cells.split("|")):
        flat = " ".join(cell.split())
        expected = re.sub(rf"(?<![\w.]){re.escape(cell)}(?!\w)", f"[{flat}]", expected)
    assert english(text) == expected


# --- in a run ------------------------------------------------------------------------------

GLUED = "Le port rouvre demain matin\nPar Anne Roux\n"


def test_another_choice_of_lines_writes_unchanged_sources_anew(tmp_path, translate):
    source = tmp_path / "in" / "a.txt"
    source.parent.mkdir()
    source.write_text(GLUED, encoding="utf-8")
    written = {}
    for mode in ("auto", "join", "keep"):
        translate(source.parent, lines=mode, touch_ups=False)
        written[mode] = (tmp_path / "out" / "a.en.txt").read_text(encoding="utf-8")
    assert written["auto"] == written["keep"] == english(GLUED)
    assert " ".join(written["join"].split()) == f"[{' '.join(GLUED.split())}]"


def test_a_paragraph_wrapped_otherwise_asks_the_engine_nothing_new(
    tmp_path, translate, fake_engine_class
):
    prose = (
        "Le comité s'est réuni hier soir et il a décidé de reporter la fête. La place sera en "
        "travaux, et le kiosque ne rouvrira qu'au printemps prochain, faute de moyens suffisants."
    )
    source = tmp_path / "in" / "a.txt"
    source.parent.mkdir()
    source.write_text("\n".join(wrapped(prose, 60)) + "\n", encoding="utf-8")
    translate(source.parent)
    for width in (52, 75, 1_000):
        source.write_text("\n".join(wrapped(prose, width, "> ", "> ")) + "\n", encoding="utf-8")
        engine = fake_engine_class()
        translate(source.parent, engine=engine)
        assert engine.asked == []


def test_a_wrong_choice_of_lines_is_named():
    with pytest.raises(ConfigError, match="lines must be one of auto, keep, join, not 'kept'"):
        Settings.of(lines="kept")
