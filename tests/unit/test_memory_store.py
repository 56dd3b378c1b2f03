from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MemoryStoreError
from pipeline.memory import (
    Approved,
    TranslationMemory,
    approved_key,
    check,
    prune,
    request_key,
    segment_key,
    stats,
    table_rows,
)
from pipeline.memory.store import decode_answer, encode_answer
from pipeline.records import (
    Decoding,
    Edit,
    Finding,
    Hint,
    Hypothesis,
    Occurrence,
    Rendering,
    Request,
    Span,
    TermResult,
)

DAY = 86_400


def rendering(target: str) -> Rendering:
    occurrence = Occurrence(term="IA", row="terms.csv:3", span=Span(start=2, end=4), text="IA")
    return Rendering(
        draft="The IA",
        target=target,
        engine="fake",
        fingerprint="f1",
        score=-0.1 - 0.2,
        hypotheses=(Hypothesis(text="The IA", score=-0.1 - 0.2, flags=("loop",)),),
        terms=(
            TermResult(
                occurrence=occurrence,
                expected=("AI", "artificial intelligence"),
                found="AI",
                target=Span(start=4, end=6),
                rung="repair",
                status="satisfied",
            ),
        ),
        edits=(
            Edit(
                span=Span(start=4, end=6),
                before="IA",
                after="AI",
                rung="repair",
                term="IA",
                source=Span(start=2, end=4),
            ),
        ),
        findings=(
            Finding(check="x", severity="warning", message="look", source=Span(start=0, end=2)),
        ),
        seconds=1.5,
    )


def test_a_finished_segment_comes_back_whole_as_from_memory(tmp_path):
    stored = rendering("The AI")
    with TranslationMemory(tmp_path / "m.sqlite") as memory:
        memory.keep_finished([(b"k", "L'IA", stored)])
    with TranslationMemory(tmp_path / "m.sqlite") as memory:
        found = memory.finished([b"k", b"other"])
    assert found == {b"k": replace(stored, memory=True, seconds=0.0)}


spans = st.builds(Span, start=st.integers(0, 99), end=st.integers(0, 99))
hypotheses = st.builds(
    Hypothesis,
    text=st.text(),
    score=st.floats(allow_nan=False, allow_infinity=False),
    alignment=st.lists(st.tuples(spans, spans), max_size=3).map(tuple),
    flags=st.lists(st.sampled_from(["loop", "empty"]), max_size=2).map(tuple),
)


@given(st.lists(hypotheses, min_size=1, max_size=3).map(tuple))
def test_an_answer_survives_writing_and_reading(answer):
    assert decode_answer(encode_answer(answer)) == answer


def test_an_unknown_score_survives_too():
    (back,) = decode_answer(encode_answer((Hypothesis(text="x", score=None),)))
    assert back.score is None


def test_a_text_with_a_lone_surrogate_is_stored_without_an_error(tmp_path):
    with TranslationMemory(tmp_path / "m.sqlite") as memory:
        memory.keep_answers([(b"k", "f", "a\ud800", (Hypothesis(text="b\udfff", score=0.0),))])
        assert memory.answers([b"k"])[b"k"][0].text == "b?"
        assert check(memory).sound


def test_every_part_of_a_request_changes_its_key():
    base = Request(source="Bonjour.")
    decoding = Decoding()
    others = [
        request_key("g", decoding, base),
        request_key("f", Decoding(beam=2), base),
        request_key("f", decoding, Request(source="Bonsoir.")),
        request_key("f", decoding, Request(source="Bonjour.", hypotheses=4)),
        request_key("f", decoding, Request(source="Bonjour.", banned=("Hi",))),
        request_key(
            "f", decoding, Request(source="Bonjour.", hints=(Hint(source="a", target="b"),))
        ),
        request_key("f", decoding, Request(source="Bonjour.", decoding=Decoding(beam=1))),
    ]
    key = request_key("f", decoding, base)
    assert len({key, *others}) == len(others) + 1
    # The engine's own options, given or not, are the same request.
    assert key == request_key("f", decoding, Request(source="Bonjour.", decoding=decoding))


def test_a_segment_key_depends_on_the_terms_that_touch_it():
    decoding = Decoding()
    assert segment_key("f", decoding, "x") == segment_key("f", decoding, "x")
    assert segment_key("f", decoding, "x", terms="a") != segment_key("f", decoding, "x")
    assert segment_key("f", decoding, "x", extra="a") != segment_key("f", decoding, "x", terms="a")


# --- damage ----------------------------------------------------------------------


def test_a_flipped_bit_in_a_row_makes_the_row_missing_and_is_found_by_the_check(tmp_path):
    path = tmp_path / "m.sqlite"
    with TranslationMemory(path) as memory:
        memory.keep_answers(
            [(bytes([i]), "f", "s", (Hypothesis(text=f"answer {i}", score=0.0),)) for i in range(3)]
        )
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "UPDATE answers SET answer = replace(answer, 'answer 1', 'answer !') WHERE key = ?",
            (b"\x01",),
        )
    connection.close()
    with TranslationMemory(path) as memory:
        assert set(memory.answers([b"\x00", b"\x01", b"\x02"])) == {b"\x00", b"\x02"}
        report = check(memory)
        assert (report.rows, report.damaged, report.structure) == (3, 1, ())
        check(memory, repair=True)
        assert check(memory).sound


GARBAGE = [b"not a database at all" * 400, b"\x00" * 8192, b"SQLite format 3\0" + b"x" * 9000]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_in_our_own_place_a_file_that_is_no_database_is_set_aside_and_a_new_one_begun(
    tmp_path, garbage
):
    path = tmp_path / "m.sqlite"
    path.write_bytes(garbage)
    warnings: list[str] = []
    with TranslationMemory(path, own=True, warn=warnings.append) as memory:
        memory.keep_answers([(b"k", "f", "s", (Hypothesis(text="t", score=0.0),))])
        assert memory.answers([b"k"])
    assert (tmp_path / "m.sqlite.damaged-1").read_bytes() == garbage
    assert len(warnings) == 1
    assert "m.sqlite.damaged-1" in warnings[0]


@pytest.mark.parametrize("garbage", [*GARBAGE, b"x", b"My diary.\n"])
def test_elsewhere_a_file_that_is_no_memory_is_refused_and_left_alone(tmp_path, garbage):
    path = tmp_path / "diary.db"
    path.write_bytes(garbage)
    with pytest.raises(MemoryStoreError, match="no translation memory") as caught:
        TranslationMemory(path)
    assert caught.value.place == str(path)
    assert caught.value.next_step
    assert path.read_bytes() == garbage
    assert [p.name for p in tmp_path.iterdir()] == ["diary.db"]


def test_a_memory_is_no_pipe_and_no_device(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(MemoryStoreError, match="not a regular file"):
            TranslationMemory(path, own=True)


def _fill(path: Path) -> None:
    with TranslationMemory(path) as memory:
        memory.approve([Approved(source="Bonjour.", target="Hello there.")])
        memory.keep_answers(
            (bytes([i // 256, i % 256]), "f", "s" * 50, (Hypothesis(text="t" * 200, score=0.0),))
            for i in range(2000)
        )


def test_a_torn_page_met_in_the_middle_of_a_run_is_survived_and_approved_entries_saved(tmp_path):
    path = tmp_path / "m.sqlite"
    _fill(path)
    connection = sqlite3.connect(path)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'answers'"
    ).fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * page_size : root * page_size] = b"\xff" * page_size
    path.write_bytes(data)
    warnings: list[str] = []
    with TranslationMemory(path, warn=warnings.append) as memory:
        assert memory.answers([b"\x00\x01"]) == {}
        memory.keep_answers([(b"k", "f", "s", (Hypothesis(text="t", score=0.0),))])
        assert memory.answers([b"k"])
        assert memory.approved(["Bonjour."])["Bonjour."].target == "Hello there."
    assert len(warnings) == 1
    assert "1 approved" in warnings[0]


def test_a_second_damaged_file_gets_a_name_of_its_own(tmp_path):
    path = tmp_path / "m.sqlite"
    for _ in range(2):
        path.write_bytes(b"x" * 5000)
        TranslationMemory(path, own=True).close()
    assert (tmp_path / "m.sqlite.damaged-1").exists()
    assert (tmp_path / "m.sqlite.damaged-2").exists()


def test_a_foreign_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE precious (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(MemoryStoreError, match="not a translation memory"):
        TranslationMemory(path)
    assert path.read_bytes() == before


def test_a_memory_of_a_newer_format_is_refused(tmp_path):
    path = tmp_path / "m.sqlite"
    TranslationMemory(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    (tmp_path / "m.sqlite.approved.jsonl").unlink()  # which says that the format is ours
    with pytest.raises(MemoryStoreError, match="newer"):
        TranslationMemory(path)


def test_a_memory_below_a_file_is_refused_with_a_next_step(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(MemoryStoreError) as caught:
        TranslationMemory(tmp_path / "file" / "m.sqlite")
    assert caught.value.next_step
    (tmp_path / "folder").mkdir()
    with pytest.raises(MemoryStoreError, match="opened"):
        TranslationMemory(tmp_path / "folder")


_WRITE_MANY = """
import sys
from pathlib import Path
from pipeline.memory import TranslationMemory
from pipeline.records import Hypothesis
start = int(sys.argv[2])
with TranslationMemory(Path(sys.argv[1])) as memory:
    for i in range(start, start + 200):
        answer = (Hypothesis(text=str(i), score=0.0),)
        memory.keep_answers([(i.to_bytes(4, "big"), "f", "s", answer)])
"""


def test_several_processes_may_begin_and_write_the_same_memory_at_once(tmp_path):
    path = tmp_path / "m.sqlite"
    workers = [
        subprocess.Popen([sys.executable, "-c", _WRITE_MANY, str(path), str(start)])
        for start in (0, 150, 300)
    ]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    with TranslationMemory(path) as memory:
        assert stats(memory).answers == 500
        assert check(memory).sound


# --- people's corrections --------------------------------------------------------


def test_an_approved_entry_is_found_whatever_the_white_space_and_composition(tmp_path):
    with TranslationMemory(None) as memory:
        memory.approve([Approved(source="L’été  est\nlà.", target="Summer is here.")])
        source = "L’e\u0301te\u0301 est\u00a0là. "
        assert memory.approved([source, "Autre."]) == {
            source: Approved(source="L’été est là.", target="Summer is here.")
        }


def test_a_later_approval_replaces_an_earlier_one():
    with TranslationMemory(None) as memory:
        assert memory.approved_fingerprint() == ""
        memory.approve([Approved(source="Oui.", target="Yes.")])
        first = memory.approved_fingerprint()
        memory.approve([Approved(source="Oui. ", target="Yeah.")])
        assert memory.approved(["Oui."])["Oui."].target == "Yeah."
        assert memory.approved_fingerprint() not in ("", first)


@given(st.text())
def test_folding_a_source_twice_changes_nothing(text):
    assert approved_key(approved_key(text)) == approved_key(text)


def test_the_table_shows_approved_first_and_hides_drafts_that_were_settled():
    with TranslationMemory(None) as memory:
        memory.keep_finished([(b"1", "A.", rendering("a")), (b"2", "B.", rendering("b"))])
        memory.approve([Approved(source="B.", target="bee", note="checked")])
        assert list(table_rows(memory)) == [
            ("B.", "bee", "approved", "checked"),
            ("A.", "a", "draft", ""),
        ]
        assert len(list(table_rows(memory, drafts=False))) == 1


# --- care ------------------------------------------------------------------------


def test_pruning_deletes_by_age_and_by_engine_but_never_what_people_approved(tmp_path):
    path = tmp_path / "m.sqlite"
    answer = (Hypothesis(text="t", score=0.0),)
    with TranslationMemory(path, now=lambda: 0.0) as memory:
        memory.keep_answers([(b"old", "f", "s", answer), (b"asked", "f", "s", answer)])
        memory.approve([Approved(source="Oui.", target="Yes.")])
    with TranslationMemory(path, now=lambda: 100.0 * DAY) as memory:
        assert b"asked" in memory.answers([b"asked"])
        memory.keep_answers([(b"new", "g", "s", answer)])
        assert stats(memory).unused_30_days == 1
        assert prune(memory, days=30) == 1
        assert set(memory.answers([b"old", b"asked", b"new"])) == {b"asked", b"new"}
        assert prune(memory, keep=["g"]) == 1
        counts = stats(memory)
        assert (counts.answers, counts.approved, counts.engines) == (1, 1, (("g", 1),))
