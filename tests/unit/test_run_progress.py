"""A run's time left and its hint, over simulated clocks; what fits into a line."""

import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run.reporting import hints, progress
from pipeline.run.reporting.hints import Facts, Hinter, hint
from pipeline.run.reporting.pace import Pace, Steps, about, describe, fitted
from pipeline.run.reporting.progress import (
    Event,
    JsonReporter,
    PlainReporter,
    Quiet,
    Snapshot,
    State,
    make_reporter,
)

ROOT = Path(__file__).parents[2]


# --- steps --------------------------------------------------------------------------


def polled(ends, todo, *, every=0.1, skip_first=True):
    """Yield (now, time left as told, time left in truth) of steps that end at (time, done)."""
    steps = Steps(skip_first=skip_first)
    last = ends[-1][0]
    done, waiting = 0.0, list(ends)
    looks = {every * n for n in range(int(last / every))} | {at for at, _ in ends[:-1]}
    for now in sorted(looks):
        while waiting and waiting[0][0] <= now:
            done = waiting.pop(0)[1]
        steps.add(now, done)
        yield now, steps.left(now, todo - done), last - now


@given(
    step=st.floats(0.3, 60),
    units=st.integers(1, 500),
    count=st.integers(4, 60),
    rest=st.floats(0, 1),
)
def test_at_constant_speed_the_time_left_is_right_within_a_step_and_never_rises(
    step, units, count, rest
):
    ends = [(step * n, units * n) for n in range(1, count + 1)]
    if rest:
        ends.append((step * (count + rest), units * (count + rest)))
    before = None
    for now, told, truth in polled(ends, ends[-1][1], every=step / 7):
        if told is None:
            assert now < 3 * step + 1.0, "known after the second step"
            continue
        assert abs(told - truth) <= step + 1e-6
        assert before is None or told <= before + 1e-6
        assert told >= 0
        before = told


@given(slow=st.floats(2, 100), step=st.floats(0.5, 20), count=st.integers(5, 40))
def test_a_slow_first_step_does_not_count(slow, step, count):
    ends = [(slow * step + step * n, float(n + 1)) for n in range(count)]
    for _now, told, truth in polled(ends, count, every=step / 3):
        assert told is None or abs(told - truth) <= step + 1e-6


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-5, 50)), max_size=30), st.floats(0, 1e6))
def test_whatever_comes_the_time_left_is_none_or_a_time(series, todo):
    steps = Steps(skip_first=False)
    now = done = 0.0
    for passed, gained in series:
        now, done = now + passed, done + gained
        steps.add(now, done)
        told = steps.left(now, todo)
        assert told is None or 0 <= told < float("inf")


def test_the_speed_that_is_shown_does_not_sink_between_two_steps():
    pace = Pace()
    told = {}
    for now in range(40):
        at = snapshot(seconds=float(now), segments=8 * (min(now, 30) // 10))
        told[now], _ = pace.update(at)
    assert [round(told[now], 2) for now in (10, 15, 19, 20, 29, 30, 39)] == [0.8] * 7
    for now in range(40, 120):
        stalled, _ = pace.update(snapshot(seconds=float(now), segments=24))
    assert stalled < 0.4


def test_a_step_that_takes_long_makes_the_time_left_longer():
    steps = Steps(skip_first=False)
    for second in range(5):
        steps.add(float(second), float(second))
    assert steps.left(4.0, 10.0) == pytest.approx(10.0)
    told = [steps.left(4.0 + late, 10.0) for late in (0.5, 1.0, 5.0, 50.0)]
    assert told[0] == pytest.approx(9.5)
    assert told[1] < told[2] < told[3]


def test_the_pace_of_the_last_minutes_counts_not_that_of_hours_ago():
    steps = Steps(skip_first=False)
    now = done = 0.0
    for seconds in [1.0] * 600 + [4.0] * 100:
        now, done = now + seconds, done + 1
        steps.add(now, done)
    assert steps.left(now, 100.0) == pytest.approx(400.0, rel=0.05)


# --- a run --------------------------------------------------------------------------


class Clock:
    """A clock that is told how much time passes."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(
        progress, "time", SimpleNamespace(monotonic=clock.monotonic, time=lambda: 0)
    )
    return clock


def simulate(clock, windows, *, cost=0.01, drafts=0.9, per_step=300, told=0.9, warming=0.0):
    """Run windows of (bytes, segments, tokens to decode); yield pace after every step.

    ``drafts`` is the share of a window's decoding that drafts take, ``told`` what State begins
    with; memory takes no time; ``warming`` seconds go before the first step.
    """
    total = sum(size for size, _, _ in windows)
    state, pace = State(bytes_total=total, drafts=told, documents_total=len(windows)), Pace()
    counts = SimpleNamespace(total=0, remembered=0)
    finisher = SimpleNamespace(recall=SimpleNamespace(use=SimpleNamespace(sentences=0)))
    end = clock.now + warming + sum(tokens * cost for _, _, tokens in windows)

    def look():
        snapshot = state.snapshot(finisher)
        return snapshot, pace.update(snapshot)[1], end - clock.now

    for size, segments, tokens in windows:
        state.begin_window([])
        state.window_bytes, state.window_segments = float(size), segments
        yield look()
        for share in (drafts, 1 - drafts) if tokens else ():
            done = 0
            while done < tokens and share:
                step = min(per_step, tokens - done)
                done += step
                clock.now += step * cost * share + warming
                warming = 0.0
                state.step(done, tokens)
                yield look()
        counts.total += segments
        counts.remembered += segments if not tokens else 0
        state.end_window(counts)
        state.documents += 1
        yield look()


def test_the_time_left_of_a_run_counts_what_must_be_decoded(clock):
    windows = [(20_000, 256, 6_000)] * 6
    for snapshot, left, truth in simulate(clock, windows):
        if left is not None and snapshot.fraction > 0.05:
            assert left == pytest.approx(truth, rel=0.25, abs=6)


def test_windows_from_memory_do_not_shorten_the_time_left(clock):
    """A run that goes on: half is known already and passes at once."""
    windows = [(20_000, 256, 0)] * 8 + [(20_000, 256, 6_000)] * 8
    known = []
    for snapshot, left, truth in simulate(clock, windows):
        if snapshot.tokens_left and left is not None and snapshot.tokens > 600:
            known.append((left, truth))
    assert known
    for left, truth in known:
        assert left == pytest.approx(truth, rel=0.25, abs=6)


def test_a_first_step_that_warms_up_does_not_lengthen_the_time_left(clock):
    windows = [(20_000, 256, 6_000)] * 4
    for _, left, truth in simulate(clock, windows, warming=60.0):
        assert left is None or left == pytest.approx(truth, rel=0.25, abs=8)


def test_a_window_that_is_half_known_counts_half(clock):
    windows = [(20_000, 256, 3_000), (20_000, 256, 3_100), (20_000, 256, 2_900)] * 3
    for snapshot, left, truth in simulate(clock, windows):
        if left is not None and snapshot.fraction > 0.1:
            assert left == pytest.approx(truth, rel=0.3, abs=6)


@pytest.mark.parametrize("drafts", [0.3, 0.5, 0.7, 1.0])
def test_how_long_the_second_look_takes_is_learnt(clock, drafts):
    windows = [(20_000, 256, 6_000)] * 8
    for snapshot, left, truth in simulate(clock, windows, drafts=drafts, told=0.5):
        if left is not None and snapshot.fraction > 0.3:
            assert left == pytest.approx(truth, rel=0.35, abs=8)


@given(
    windows=st.lists(
        st.tuples(st.integers(1, 50_000), st.integers(0, 300), st.sampled_from([0, 0, 40, 5_000])),
        min_size=1,
        max_size=12,
    ),
    drafts=st.sampled_from([0.3, 0.9]),
)
def test_numbers_of_a_run_only_grow_and_the_time_left_is_never_negative(windows, drafts):
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "time", SimpleNamespace(monotonic=clock.monotonic))
        before = None
        for snapshot, left, _ in simulate(clock, windows, drafts=drafts):
            assert left is None or left >= 0
            assert snapshot.tokens_left is None or snapshot.tokens_left >= 0
            assert 0 <= snapshot.fraction <= 1
            if before:
                for name in ("fraction", "segments", "tokens", "documents", "remembered"):
                    # A float's last digits may differ between two ways to the same number.
                    assert getattr(snapshot, name) >= getattr(before, name) - 1e-6 * snapshot.tokens
            before = snapshot
    assert snapshot.segments == sum(segments for _, segments, _ in windows)


def test_where_the_engine_works_elsewhere_bytes_tell(clock):
    state = State(bytes_total=100, far=True)
    state.window_bytes = 10.0
    state.step(5, 10)
    finisher = SimpleNamespace(recall=SimpleNamespace(use=SimpleNamespace(sentences=0)))
    assert state.snapshot(finisher).tokens_left is None


def test_a_real_run_tells_tokens_and_ends_with_none_left(translate, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(6):
        text = "\n\n".join(f"La phrase {n} du texte {number} est là." for n in range(5))
        (tmp_path / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    translate(tmp_path / "in")
    first = translate.reporter.snapshots[-1]
    assert (first.segments, first.documents, first.fraction) == (30, 6, 1.0)
    assert first.tokens > 0
    assert first.tokens_left == 0
    translate(tmp_path / "in", variant="uk")  # all of it is read again, and known
    second = translate.reporter.snapshots[-1]
    assert (second.segments, second.remembered, second.tokens) == (30, 30, 0)


# --- what is said -------------------------------------------------------------------


def snapshot(**changes):
    values = {
        "documents": 3,
        "documents_total": 12,
        "fraction": 0.25,
        "segments": 120,
        "remembered": 40,
        "decoded": 80,
        "seconds": 60.0,
    }
    return Snapshot(**values | changes)


def test_a_wide_line_says_everything():
    told = describe(snapshot(), 1.6, 185.0)
    assert told == "3/12 documents, 120 sentences, 1.6/s, 40 from memory, about 3 min 05 s left"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (77, "3/12 documents, 120 sentences, 1.6/s, 40 from memory, about 3 min 05 s left"),
        (70, "3/12 documents, 120 sentences, 1.6/s, 40 known, 3 min 05 s left"),
        (60, "3/12 docs, 120 sentences, 1.6/s, 40 known, 3 min 05 s left"),
        (50, "3/12 docs, 120 sentences, 1.6/s, 3 min 05 s left"),
        (37, "3/12 docs, 1.6/s, 3 min 05 s left"),
        (30, "3/12, 1.6/s, 3 min 05 s left"),
        (10, "3/12, 1.6/"),
        (0, ""),
    ],
)
def test_the_less_room_the_less_is_said(width, line):
    assert fitted(snapshot(), 1.6, 185.0, width) == line


@given(
    width=st.integers(0, 120),
    numbers=st.tuples(*[st.integers(0, 10**7)] * 4),
    speed=st.floats(0, 1e5),
    left=st.none() | st.floats(0, 1e7),
)
def test_a_line_always_fits(width, numbers, speed, left):
    documents, total, segments, remembered = numbers
    at = snapshot(
        documents=documents, documents_total=total, segments=segments, remembered=remembered
    )
    assert len(fitted(at, speed, left, width)) <= width


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (62, "1 min 00 s"),
        (63, "1 min 05 s"),
        (599, "10 min 00 s"),
        (629, "10 min"),
        (3569, "59 min"),
        (3600, "1 h 00 min"),
        (7829, "2 h 10 min"),
        (172_800, "48 h 00 min"),
    ],
)
def test_a_time_left_is_told_no_more_exactly_than_it_is_known(seconds, told):
    assert about(seconds) == told


def test_the_json_log_has_the_same_numbers_as_fields():
    stream = io.StringIO()
    reporter = JsonReporter(stream, every=0)
    for second in range(4):
        reporter.progress(
            snapshot(
                seconds=float(second), tokens=100.0 * second, tokens_left=1000.0 - 100 * second
            )
        )
    line = json.loads(stream.getvalue().splitlines()[-1])
    assert line["seconds_left"] == pytest.approx(7.0)
    assert {"documents", "documents_total", "segments", "remembered", "tokens_left"} <= line.keys()


# --- hints --------------------------------------------------------------------------

AUTO = Facts(engine="bundled", auto=True, cores=2, documents=10)


def facts(**changes):
    return Facts(**{f: getattr(AUTO, f) for f in Facts.__slots__} | changes)


@pytest.mark.parametrize(
    ("given", "left", "said"),
    [
        (facts(), 119, ""),
        (facts(), 600, "--beam 1 --second-look off is about twice as quick, and about 1 BLEU"),
        (facts(), 3600, "an Argos package is about 8 times as quick"),
        (facts(auto=False), 3600, "--beam 1 --second-look off"),
        (facts(cluster=True), 3600, "--beam 1 --second-look off"),
        (facts(beam=4), 600, "leave out --beam 4: about 1.4 times as quick, and as good"),
        (facts(beam=2), 600, ""),
        (facts(beam=1), 600, ""),
        (facts(beam=1, second_look="off"), 36_000, ""),
        (facts(second_look="off"), 600, "--second-look full is about 1.4 times as quick"),
        (facts(second_look="french"), 600, "--second-look full is about 1.4 times"),
        (facts(threads=1, cores=8), 600, "uses 1 of 8 cores. Stopped (Ctrl-C) and started again"),
        (facts(threads=1, cores=8, engine="argos"), 600, "without --threads, it goes on"),
        (facts(threads=1, threads_from="passerelle.toml", cores=2), 600, "in passerelle.toml"),
        (facts(threads=8, cores=8, engine="argos"), 600, ""),
        (facts(threads=1, cores=8, engine="argos", cluster=True), 600, ""),
        (facts(engine="argos"), 36_000, ""),
        (facts(engine="argos", documents=1000), 36_000, "--cluster"),
        (facts(engine="argos", documents=1000), 600, ""),
        (facts(engine="argos", documents=1000, cluster=True), 36_000, ""),
        (facts(engine="llama"), 36_000, ""),
        (facts(engine="llama", threads=1, cores=8), 600, "uses 1 of 8 cores"),
        (facts(engine="server", threads=1, cores=8), 36_000, ""),
        (facts(engine=""), 36_000, ""),
    ],
)
def test_a_hint_names_a_flag_that_makes_it_quicker_and_nothing_else(given, left, said):
    told = hint(given, left)
    assert said in told
    assert bool(said) == bool(told)


def test_every_factor_is_of_figures_that_the_pages_state():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    engines = (ROOT / "docs" / "ENGINES.md").read_text(encoding="utf-8")
    rows = [re.sub(r"[*]", "", line) for line in results.splitlines() if line.startswith("|")]

    def row(begins):
        (found,) = [line for line in rows if line.startswith(f"| {begins} |")]
        return found

    steps = {
        hints.AS_IT_RUNS: row("v2 as it runs: greedy, the doubtful again with beam 4"),
        hints.BEAM_4: row("v2, beam 4, choice"),
        hints.GREEDY: row("adapter v2, greedy"),
    }
    for (speed, bleu), line in steps.items():
        assert line.split("|")[2].split()[0] == f"{bleu:.2f}"
        assert line.rstrip(" |").split("|")[-1].strip() == f"{speed:.2f}"
    (argos,) = [line for line in engines.splitlines() if line.startswith("| **argos** |")]
    assert f"{hints.ARGOS_SPEED}, beam 4" in argos


def test_a_hint_is_said_once_and_only_when_the_time_left_is_known_and_long():
    hinter = Hinter(facts())
    said = [
        hinter.look(snapshot(seconds=float(s), tokens=10.0 * s, tokens_left=9000.0 - 10 * s))
        for s in range(0, 300, 5)
    ]
    assert [bool(text) for text in said].count(True) == 1
    told = next(filter(None, said))
    assert told.startswith("About 15 min left. Hint: next time, --beam 1 --second-look off")
    assert not said[0]


def test_a_short_run_gets_no_hint():
    hinter = Hinter(facts())
    for s in range(0, 100, 5):
        at = snapshot(seconds=float(s), tokens=10.0 * s, tokens_left=1000.0 - 10 * s)
        assert hinter.look(at) == ""


def test_quiet_says_no_hint_and_a_pipe_says_it_on_one_line():
    told = Event(level="info", text="About 14 min left. Hint: next time, …")
    quiet, pipe = io.StringIO(), io.StringIO()
    Quiet(quiet).event(told)
    PlainReporter(pipe).event(told)
    assert quiet.getvalue() == ""
    assert pipe.getvalue().count("\n") == 1


def test_a_pipe_gets_a_line_every_few_seconds_at_most():
    stream = io.StringIO()
    reporter = make_reporter(stream=stream)
    for tenth in itertools.count():
        reporter.progress(snapshot(seconds=tenth / 10))
        if tenth == 600:
            break
    assert len(stream.getvalue().splitlines()) <= 60 / 5


# --- at a terminal and in a pipe ------------------------------------------------------

FAKE = ROOT / "tests" / "passerelle_with_fake_engine.py"


def command(folder, *more, delay="0.03"):
    (folder / "in").mkdir()
    for number in range(4):
        text = "\n\n".join(f"La phrase {n} du texte {number} est là." for n in range(20))
        (folder / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    own = [str(folder / "log"), delay, "40", "80"]
    told = ["translate", str(folder / "in"), "--out", str(folder / "out"), "--no-report", *more]
    return [str(FAKE), *own, *told, "--second-look", "off"]


@pytest.mark.parametrize("columns", [40, 80])
def test_one_live_line_fits_the_terminal_and_goes_when_the_run_ends(tmp_path, columns):
    pexpect = pytest.importorskip("pexpect")
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    child = pexpect.spawn(
        sys.executable,
        command(tmp_path, delay="0.05"),
        dimensions=(24, columns),
        env=environment | {"TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=60,
    )
    raw = child.read()
    child.close()
    assert child.exitstatus == 0
    drawn = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw)
    live = [line for line in re.split(r"[\r\n]+", drawn) if re.search(r"^. [\d,]+/4 doc", line)]
    assert len(live) > 5
    assert max(map(len, live)) < columns, "it never wraps"
    assert any(" left" in line for line in live)
    assert any("/s" in line for line in live)
    assert "\x1b[2K" in raw, "the line is taken away"


def test_ctrl_c_tells_the_work_that_is_kept_not_only_whole_windows(tmp_path):
    arguments = command(tmp_path, delay="0.2")  # a window of 40 takes eight seconds
    with subprocess.Popen(
        [sys.executable, *arguments, "--json-log"], stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if re.search(r'"segments": [1-9]', line):
                break
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        assert process.wait(timeout=20) == 130
    (kept,) = re.findall(
        r"0 of 4 documents are written, the work on (\d+) sentences? is kept", told
    )
    assert 1 <= int(kept) < 40


@pytest.mark.parametrize(
    ("flag", "pattern"),
    [
        ("--json-log", r'"documents": \d+.*"tokens_left"'),
        ("--quiet", None),
        ("", r"^Engine: the fake engine\.$"),
    ],
)
def test_a_pipe_gets_lines_and_quiet_nothing(tmp_path, flag, pattern):
    arguments = command(tmp_path, *([flag] if flag else []))
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stderr
    if pattern is None:
        assert (done.stdout, done.stderr) == ("", "")
    else:
        assert re.search(pattern, done.stderr, re.MULTILINE), done.stderr


def test_a_long_run_hints_once_and_only_once(translate, tmp_path, monkeypatch, fake_engine_class):
    from pipeline.run import batch

    monkeypatch.setattr(hints, "LONG", -1.0)
    monkeypatch.setattr(hints, "_SETTLED", -1.0)
    monkeypatch.setattr(batch, "available_cores", lambda: 8)
    (tmp_path / "in").mkdir()
    for number in range(20):
        text = "\n\n".join(f"La phrase {n} du texte {number} est là." for n in range(20))
        (tmp_path / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    translate(tmp_path / "in", engine=fake_engine_class(delay=0.004), threads=1)
    said = [event.text for event in translate.reporter.events if "Hint:" in event.text]
    assert len(said) == 1
    assert "this run uses 1 of 8 cores" in said[0]
