"""A correction holds for the sentence however a person types it; an old memory keeps its rows."""

from __future__ import annotations

import sqlite3
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.memory import Approved, TranslationMemory, approved_key, table_rows

SENTENCES = (
    "L’accord est « clair ».",
    "« Où va l’Europe ? » demande-t-elle…",
    "Œuvre d’art : 12 000 € – peut‑être 5 % de plus !",
    "À l’aube, l’État dit “non” ; le président aussi.",
    "Porte‑parole du gouver\u00adnement, il s’est tu…",
)
# How a keyboard, a mail program or a spreadsheet gives the same character.
_WAYS = {
    "’": "'‘´",
    "«": '"“„',
    "»": '"”',
    "“": '"«',
    "”": '"»',
    "\u00a0": " \u202f\u2009",
    "\u202f": " \u00a0",
    "…": ("...",),
    "‑": "-‐",
    "–": "-—",
    "Œ": ("Oe", "œ", "oe"),
    "\u00ad": ("",),
}


@st.composite
def retyped(draw):
    sentence = draw(st.sampled_from(SENTENCES))
    text = "".join(draw(st.sampled_from((c, *_WAYS.get(c, ())))) for c in sentence)
    if draw(st.booleans()):
        text = text.replace("« ", "«").replace(" »", "»").replace('" ', '"')
    if draw(st.booleans()):
        text = text[0].lower() + text[1:]
    if draw(st.booleans()):
        text = text.replace(" ?", "?").replace(" !", "!").replace(" %", "%")
    return sentence, draw(st.sampled_from(("", " ", "\n"))) + text + draw(
        st.sampled_from(("", " ", "\u00a0", "\n"))
    )


@given(retyped())
def test_a_sentence_is_found_however_it_is_typed(pair):
    sentence, text = pair
    assert approved_key(sentence) == approved_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le pâté est bon.", "Le pate est bon."),
        ("Il lit le Monde.", "Il lit le monde."),
        ("Il part.", "Il part ?"),
        ("Il a 12 ans.", "Il a 1 2 ans."),
        ("l’un", "lun"),
    ],
)
def test_what_carries_meaning_is_not_folded(one, other):
    assert approved_key(one) != approved_key(other)


def test_the_table_gives_a_correction_as_it_was_typed_and_a_later_one_replaces_it():
    with TranslationMemory(None) as memory:
        memory.approve([Approved(source="L’été est « là ».", target="Summer is here.")])
        assert [row[0] for row in table_rows(memory)] == ["L’été est « là »."]
        later = [Approved(source='l\'été est "là". ', target=t) for t in ("No.", "It is summer.")]
        assert memory.approve(later) == 1
        assert list(table_rows(memory)) == [
            ('l\'été est "là".', "It is summer.", "approved", ""),
        ]


_FORMAT_1 = """
CREATE TABLE answers (key BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    answer TEXT NOT NULL, used INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE segments (key BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, source TEXT NOT NULL,
    record TEXT NOT NULL, used INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE approved (source TEXT PRIMARY KEY, target TEXT NOT NULL, note TEXT NOT NULL,
    added INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = 1346458451; PRAGMA user_version = 1;
"""


def test_a_memory_of_format_1_keeps_every_row_and_finds_it_as_typed(tmp_path):
    path = tmp_path / "m.sqlite"
    old = [("L’accord est clair.", "curly"), ("L'accord est clair.", "straight"), ("Non.", "No.")]
    connection = sqlite3.connect(path)
    connection.executescript(_FORMAT_1)
    for source, target in old:
        crc = zlib.crc32(target.encode(), zlib.crc32(source.encode()))
        connection.execute(
            "INSERT INTO approved VALUES (?, ?, '', 5, ?)", (source, target, zlib.crc32(b"", crc))
        )
    connection.commit()
    connection.close()
    for _ in range(2):  # opened again, it is what it was
        with TranslationMemory(path) as memory:
            assert {(e.source, e.target) for e in memory.approved_entries()} == {*old}
            found = memory.approved([*(s for s, _ in old), "« Non »", "non. "])
            assert {s: found[s].target for s, _ in old} == dict(old)
            assert found["non. "].target == "No."
            assert "« Non »" not in found
    with TranslationMemory(path) as memory:
        memory.approve([Approved(source="l'accord est clair.", target="new")])
        assert memory.approved(["L’accord est clair."])["L’accord est clair."].target == "new"
        assert len(memory.approved_entries()) == 2
