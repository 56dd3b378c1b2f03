"""The run's smaller parts: inputs, lines, threads, windows, lock, journal, progress."""

from __future__ import annotations

import ast
import graphlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import segment

from pipeline import run as run_room
from pipeline.errors import OutputError, UsageError
from pipeline.fsio import file_lock
from pipeline.keeping import Keeper
from pipeline.records import Document, Span
from pipeline.run.discovery import Passed, discover
from pipeline.run.journal import Journal
from pipeline.run.reporting.progress import (
    Event,
    JsonReporter,
    PlainReporter,
    Quiet,
    Snapshot,
    TerminalReporter,
    format_seconds,
    make_reporter,
)
from pipeline.run.threads import Behind, ahead
from pipeline.run.windows import windows
from pipeline.translate.lines import Line, is_prose, one_line
from pipeline.translate.reading import Loaded, Source
from pipeline.translate.stopping import Stop, Stopped

# --- inputs ----------------------------------------------------------------------


def find(*paths, out="outputs"):
    found = discover([str(path) for path in paths], out=Path(out))
    return [item for _, item in found]


def documents(found):
    return sorted((item.doc_id, item.output) for item in found if isinstance(item, Source))


def passed(found, kind):
    return sorted(
        Path(item.name).name for item in found if isinstance(item, Passed) and item.kind == kind
    )


@pytest.fixture
def tree(tmp_path):
    for name in (
        "a.fr.txt",
        "a.en.txt",
        "b.md",
        "b.en.md",
        "alone.en.txt",
        "photo.jpg",
        ".hidden.txt",
        "deep/c.txt",
        "deep/er/d.fr.md",
        ".git/e.txt",
        "outputs/a.en.txt",
        "outputs/f.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Oui.")
    return tmp_path


def test_a_folder_gives_its_documents_without_references_hidden_files_and_outputs(tree):
    found = find(tree, out=tree / "outputs")
    assert documents(found) == [
        ("a.fr.txt", "a.en.txt"),
        ("b.md", "b.en.md"),
        ("deep/c.txt", "deep/c.en.txt"),
        ("deep/er/d.fr.md", "deep/er/d.en.md"),
    ]
    assert passed(found, "ignored") == ["a.en.txt", "alone.en.txt", "b.en.md", "photo.jpg"]
    assert passed(found, "skipped") == []


def test_a_named_file_lands_at_the_top_and_an_unsupported_one_is_skipped(tree):
    found = find(tree / "deep" / "er" / "d.fr.md", tree / "photo.jpg", tree / "alone.en.txt")
    assert [d for d, _ in documents(found)] == ["alone.en.txt", "d.fr.md"]
    assert passed(found, "skipped") == ["photo.jpg"]


def test_a_reference_that_the_shell_named_is_still_a_reference(tree):
    found = find(tree / "a.fr.txt", tree / "a.en.txt")
    assert documents(found) == [("a.fr.txt", "a.en.txt")]
    assert passed(found, "ignored") == ["a.en.txt"]


def test_a_pattern_mirrors_the_tree_below_its_fixed_part(tree):
    assert [d for d, _ in documents(find(f"{tree}/**/*.md", out=tree / "outputs"))] == [
        "b.md",
        "deep/er/d.fr.md",
    ]
    assert [d for d, _ in documents(find(f"{tree}/d*"))] == ["deep/c.txt", "deep/er/d.fr.md"]


def test_a_name_with_brackets_is_a_name(tree):
    (tree / "x[1].txt").write_text("Oui.")
    assert [d for d, _ in documents(find(tree / "x[1].txt"))] == ["x[1].txt"]


@pytest.mark.parametrize("path", ["nowhere", "nowhere/*.txt", "*.docx"])
def test_a_path_or_pattern_that_gives_nothing_is_an_error(tree, path):
    with pytest.raises(UsageError) as caught:
        find(tree / path)
    assert caught.value.next_step


# --- lines -----------------------------------------------------------------------

texts = st.text(alphabet=st.sampled_from("aé\u0301 \n\u00a0\u202f\u00ad\u200bZ.'"), max_size=30)


@given(texts | st.text(max_size=40))
def test_a_line_is_one_composed_line_without_double_spaces(text):
    line = one_line(text)
    assert one_line(line) == line
    assert "\n" not in line
    assert "  " not in line
    assert line == line.strip()
    assert unicodedata.is_normalized("NFC", line)


@given(texts)
def test_every_word_of_a_line_is_found_again_in_its_text(text):
    line = Line(text)
    spans = [Span(start=i, end=i + 1) for i, c in enumerate(line.text) if c != " "]
    back = line.back(spans)
    if back is None:  # an accent that stood behind an invisible character
        assert re.search("[\u00ad\u200b]\u0301", text)
        return
    for span, origin in zip(spans, back, strict=True):
        there = one_line(text[origin.start : origin.end])
        # A letter under several accents stands for all of them.
        assert line.text[span.start : span.end] in there
    assert [s.start for s in back] == sorted(s.start for s in back)


def test_a_span_covers_the_accents_of_its_letters():
    text = "L’e\u0301te\u0301\n  dernier"
    line = Line(text)
    assert line.text == "L’été dernier"
    (span,) = line.back([Span(start=2, end=5)])
    assert text[span.start : span.end] == "e\u0301te\u0301"
    assert line.back([Span(start=0, end=99)]) is None


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("Il pleut.", True),
        ("12 345,6 % – 7/8 !", False),
        ("https://exemple.fr/page", False),
        ("redaction@exemple.fr", False),
        ("Voir https://exemple.fr", True),
        ("…", False),
        ("à", True),
    ],
)
def test_what_has_no_word_is_not_prose(text, prose):
    assert is_prose(text) is prose


# --- threads ---------------------------------------------------------------------


def test_ahead_gives_everything_in_order_and_passes_errors_on():
    assert list(ahead(range(100), stop=Stop(), depth=3)) == list(range(100))

    def failing():
        yield 1
        raise ValueError("broken")

    seen = []
    with pytest.raises(ValueError, match="broken"):
        seen.extend(ahead(failing(), stop=Stop()))
    assert seen == [1]


def test_ahead_reads_no_further_than_its_depth():
    taken = []

    def source():
        for n in range(50):
            taken.append(n)
            yield n

    items = ahead(source(), stop=Stop(), depth=2)
    next(items)
    time.sleep(0.3)
    assert len(taken) <= 5
    items.close()


def test_a_stop_ends_readers_writers_and_waiters():
    stop = Stop()
    items = ahead(iter(lambda: 1, 0), stop=stop)
    next(items)
    writer = Behind(lambda _: time.sleep(0.01), stop=stop)
    stop.ask()
    with pytest.raises(Stopped):
        list(items)
    with pytest.raises(Stopped):
        writer.put(1)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and any(
        t.name.startswith("passerelle-") for t in threading.enumerate()
    ):
        time.sleep(0.02)
    assert not [t for t in threading.enumerate() if t.name.startswith("passerelle-")]


def test_behind_consumes_in_order_and_raises_what_its_consumer_raised():
    seen = []
    writer = Behind(seen.append, stop=Stop())
    for n in range(20):
        writer.put(n)
    writer.close()
    assert seen == list(range(20))

    def fail(_item):
        raise OutputError("full")

    writer = Behind(fail, stop=Stop())
    writer.put(1)
    with pytest.raises(OutputError, match="full"):
        writer.close()
    with pytest.raises(OutputError, match="full"):
        writer.put(2)


# --- windows ---------------------------------------------------------------------


def loaded(name, count):
    return Loaded(
        source=Source(path=Path(name), doc_id=name, output=name, size=1),
        document=Document(
            doc_id=name, format="text", text="", encoding="utf-8", bom=False, blocks=()
        ),
        segments=(segment("x", doc_id=name),) * count,
    )


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_windows_hold_every_segment_once_in_order_and_end_every_document_once(counts, size):
    sources = [loaded(str(n), count) for n, count in enumerate(counts)]
    cut = list(windows(sources, size=size))
    pieces = [piece for window in cut for piece in window]
    for n, count in enumerate(counts):
        own = [piece for piece in pieces if piece.loaded.source.doc_id == str(n)]
        assert [i for p in own for i in range(p.start, p.stop)] == list(range(count))
        assert [p.last for p in own].count(True) == 1
        assert own[-1].last
    assert all(sum(p.stop - p.start for p in window) <= size for window in cut)


# --- lock, journal, writing ------------------------------------------------------

_HOLD = """
import sys, time
from pathlib import Path
from pipeline.fsio import file_lock
with file_lock(Path(sys.argv[1]), "is at it"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_names_its_holder_and_dies_with_it(tmp_path):
    path = tmp_path / ".passerelle" / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(OutputError, match=f"process {holder.pid}"), file_lock(path, "is at it"):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with file_lock(path, "is at it"):
        pass
    with file_lock(path, "is at it"):
        pass


def source(name, output, path=None):
    return 0, Source(path=Path(path or f"/in/{name}"), doc_id=name, output=output, size=3)


def test_the_journal_gives_documents_by_argument_then_name_and_files_once(tmp_path):
    with Journal(tmp_path / "j.sqlite") as journal:
        journal.plan(
            [
                (1, source("a", "a.en", "/x/a")[1]),
                source("c", "c.en"),
                source("b", "b.en"),
                (1, source("c-again", "c2.en", "/in/c")[1]),
                (0, Passed(name="z", reason="why", kind="skipped")),
            ]
        )
        assert [s.doc_id for s in journal.sources()] == ["b", "c", "a"]
        assert journal.totals() == (3, 9)
        assert journal.passed("skipped") == (Passed(name="z", reason="why", kind="skipped"),)
        assert journal.count_passed("ignored") == 0


def test_an_output_that_would_replace_an_input_is_refused(tmp_path):
    with Journal(None) as journal:
        journal.plan(
            [source("a", "b.txt", tmp_path / "a"), source("b.txt", "c", tmp_path / "b.txt")]
        )
        journal.refuse_overwriting(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="another input"):
            journal.refuse_overwriting(tmp_path)


def test_the_journal_knows_the_content_before_and_after(tmp_path):
    path = tmp_path / "j.sqlite"
    with Journal(path) as journal:
        assert journal.known("a") == frozenset()
        journal.will_write("a", b"1")
        journal.will_write("a", b"2")
        journal.will_write("a", b"2")
    with Journal(path) as journal:
        assert journal.known("a") >= {b"1", b"2"}


def test_writing_keeps_what_somebody_else_wrote(tmp_path):
    with Journal(None) as journal:
        keeper, path = Keeper(journal, root=tmp_path), tmp_path / "d" / "a.txt"
        assert keeper.write(path, b"one").state == "written"
        assert keeper.write(path, b"one").state == "unchanged"
        assert keeper.write(path, b"two").kept == ""
        path.write_bytes(b"mine")
        assert keeper.write(path, b"two").kept == "a.txt.kept-1"
        path.write_bytes(b"mine again")
        assert keeper.write(path, b"two").kept == "a.txt.kept-2"
    assert (tmp_path / "d" / "a.txt").read_bytes() == b"two"
    assert (tmp_path / "d" / "a.txt.kept-1").read_bytes() == b"mine"
    assert (tmp_path / "d" / "a.txt").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


# --- progress --------------------------------------------------------------------


def snapshot(seconds, fraction, segments=0):
    return Snapshot(
        documents=1,
        documents_total=4,
        fraction=fraction,
        segments=segments,
        remembered=3,
        decoded=7,
        seconds=seconds,
    )


def test_durations_read_as_people_say_them():
    assert [format_seconds(s) for s in (0.4, 59.4, 61, 3599, 7800)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "59 min 59 s",
        "2 h 10 min",
    ]


def test_plain_progress_tells_pace_memory_and_time_left():
    stream = io.StringIO()
    reporter = PlainReporter(stream, every=5)
    reporter.event(Event(level="warning", text="look"))
    for second in range(12):
        reporter.progress(snapshot(second, second / 40, segments=second * 3))
    reporter.close()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "warning: look"
    assert lines[1] == "1/4 documents, 15 sentences, 3.0/s, 3 from memory, about 35 s left"
    assert len(lines) == 3


def test_the_json_log_is_json():
    stream = io.StringIO()
    reporter = JsonReporter(stream, now=lambda: 12.5)
    reporter.event(Event(level="info", text="été"))
    reporter.progress(snapshot(0, 0.0))
    reporter.progress(snapshot(2, 0.5, segments=10))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines[0] == {"time": 12.5, "event": "info", "text": "été"}
    assert lines[1]["seconds_left"] is None
    assert (lines[2]["segments_per_second"], lines[2]["seconds_left"]) == (5.0, 2.0)


def test_the_json_log_ends_with_the_last_numbers_however_soon_they_come():
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.progress(snapshot(0, 0.0))
    reporter.progress(snapshot(0.2, 0.5))
    reporter.progress(snapshot(0.3, 1.0))
    assert stream.getvalue().count("\n") == 1
    reporter.close()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["fraction"] for line in lines] == [0.0, 1.0]


def test_quiet_lets_warnings_through():
    stream = io.StringIO()
    reporter = Quiet(stream)
    reporter.event(Event(level="info", text="nothing"))
    reporter.event(Event(level="warning", text="look"))
    reporter.progress(snapshot(1, 0.5))
    reporter.close()
    assert stream.getvalue() == "warning: look\n"


def test_a_terminal_gets_a_live_line_and_a_pipe_plain_lines():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    reporter = make_reporter(stream=stream)
    assert isinstance(reporter, TerminalReporter)
    reporter.event(Event(level="warning", text="[bold] is no markup here"))
    reporter.progress(snapshot(1, 0.25))
    reporter.close()
    assert "[bold] is no markup here" in stream.getvalue()
    assert isinstance(make_reporter(stream=io.StringIO()), PlainReporter)
    assert isinstance(make_reporter(stream=stream, quiet=True), Quiet)
    assert isinstance(make_reporter(stream=stream, json_log=True), JsonReporter)


# --- modules -----------------------------------------------------------------------


def test_no_modules_of_the_run_import_each_other_in_a_circle():
    folder = Path(run_room.__file__).parent
    names = {f"pipeline.run.{path.stem}" for path in folder.glob("*.py")}
    needs = {}
    for path in folder.glob("*.py"):
        if path.stem == "__init__":
            continue
        found = {
            node.module
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module in names
        }
        needs[f"pipeline.run.{path.stem}"] = found
    # Fails with the circle's names; imports for types and late imports count too.
    list(graphlib.TopologicalSorter(needs).static_order())
