"""Real clusters: Ray started on this machine, two workers."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

PROJECT = Path(__file__).parents[2]
SCRIPT = PROJECT / "tests" / "passerelle_with_fake_engine.py"
SEED = PROJECT / "seeds" / "musk-zuckerberg-openai.fr.txt"
WORDS = ("vent", "mer", "ciel", "nuit", "pain", "jour", "pluie", "route", "ville", "porte")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason='Ray is not installed: pip install "passerelle[cluster]"',
    ),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Twelve articles, some sentences shared, some with terms and markup."""
    folder = tmp_path_factory.mktemp("corpus")
    dice = random.Random(7)
    (folder / "in" / "deep").mkdir(parents=True)
    for number in range(12):
        sentences = [
            f"Le {dice.choice(WORDS)} et la {dice.choice(WORDS)} {dice.randrange(40)}."
            for _ in range(8)
        ]
        sentences.insert(3, f"L’**IA** numéro {number} [parle](https://example.org/{number}).")
        name = f"deep/{number}.fr.md" if number % 2 else f"{number}.fr.md"
        text = "\n\n".join(" ".join(sentences[i : i + 3]) for i in range(0, 9, 3))
        (folder / "in" / name).write_text(text + "\n", encoding="utf-8")
    (folder / "terms.csv").write_text("source,target\nIA,AI\n", encoding="utf-8")
    return folder


def command(corpus, out, *options, delay=0.0):
    fake = (f"{out}.log", delay, 7, 24)
    paths = (corpus / "in", "--out", out, "-g", corpus / "terms.csv")
    return list(
        map(str, (sys.executable, SCRIPT, *fake, "translate", "--no-report", *paths, *options))
    )


def asked(out):
    log = Path(f"{out}.log")
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def contents(out, *, fresh=True):
    """What a run made; without what tells fresh from remembered unless ``fresh``."""
    files = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_dir() or name.startswith(".passerelle"):
            continue
        if name == "segments.parquet":
            table = pl.read_parquet(path).drop("seconds", *([] if fresh else ["memory"]))
            files[name] = list(map(repr, table.to_dicts()))
        elif name == "manifest.json":
            manifest = json.loads(path.read_text(encoding="utf-8"))
            del manifest["time"], manifest["out"], manifest["settings"]["out"]
            if not fresh:
                del manifest["written"], manifest["segments"]
            files[name] = manifest
        else:
            files[name] = path.read_bytes()
    return files


@pytest.fixture(scope="module")
def local(corpus, tmp_path_factory):
    """The output folder of a run without a cluster."""
    out = tmp_path_factory.mktemp("local") / "out"
    subprocess.run(command(corpus, out), check=True, capture_output=True, timeout=120)
    return out


def below(pid):
    """Process ids of everything that a process has started, itself included."""
    parents = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                stat = (place / "stat").read_text()
            except OSError:
                continue
            parents[int(place.name)] = int(stat.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def title(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


def listening(pids):
    """Addresses, as the kernel writes them, on which processes wait for connections."""
    sockets = set()
    for pid in pids:
        try:
            links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        sockets |= {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                found.add(fields[1].partition(":")[0])
    return found


LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_workers_leave_what_a_local_run_leaves(corpus, local, tmp_path):
    out = tmp_path / "out"
    done = subprocess.run(
        command(corpus, out, "--cluster", "--workers", "2"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Workers on local: 2" in done.stderr
    assert "ray" not in (done.stdout + done.stderr).lower()
    assert contents(out) == contents(local)
    here, there = Counter(asked(local)), Counter(asked(out))
    assert not here - there
    # Parts of sentences, for markup without a place, may be asked of both workers.
    again = there - here
    assert not [text for text in again if text.endswith(".")]
    assert max(again.values(), default=0) <= 1


def test_a_killed_worker_costs_nothing_and_nobody_can_reach_the_cluster(corpus, local, tmp_path):
    out = tmp_path / "out"
    with subprocess.Popen(
        command(corpus, out, "--cluster", "--workers", "2", delay=0.3),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_for(lambda: asked(out))
            family = below(process.pid)
            workers = [pid for pid in family if "MapWorker" in title(pid)]
            assert len(workers) == 2
            addresses = listening(family)
            assert addresses
            assert addresses <= LOOPBACK
            os.kill(workers[0], signal.SIGKILL)
            output, _ = process.communicate(timeout=300)
        finally:
            process.kill()
    assert process.returncode == 0, output
    assert contents(out) == contents(local)
    wait_for(lambda: not any(title(pid) for pid in family), 10)


def test_a_sentence_that_kills_every_worker_ends_the_run_instead_of_going_round(tmp_path):
    (tmp_path / "a.fr.txt").write_text("La nuit. Le jour.", encoding="utf-8")
    code = f"""
import sys
sys.path.insert(0, {str(PROJECT / "tests")!r})
import pipeline.cli.translate as command
from fake_engine import FakeOpener
from pipeline.cli import main
command._open = FakeOpener(window=1, step=100, deadly="nuit")
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "translate", "a.fr.txt", "--cluster", "--workers", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 15, done.stderr
    assert "the cluster has failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_leaves_no_process_and_the_next_run_goes_on(corpus, local, tmp_path):
    out = tmp_path / "out"
    with subprocess.Popen(
        command(corpus, out, "--cluster", "--workers", "2", delay=0.2),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_for(lambda: len(asked(out)) > 20)
            family = below(process.pid)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Run the same command again to go on" in output
    assert "Traceback" not in output
    wait_for(lambda: not any(title(pid) for pid in family), 10)
    # The next run may do without a cluster: the memory is the same.
    subprocess.run(command(corpus, out), check=True, capture_output=True, timeout=120)
    assert contents(out, fresh=False) == contents(local, fresh=False)


def test_an_archive_on_two_workers_is_the_archive_of_a_local_run(corpus, tmp_path):
    articles = [
        {"id": path.name, "text": path.read_text(encoding="utf-8")}
        for path in sorted((corpus / "in").rglob("*.md"))
    ]
    place = tmp_path / "in.parquet"
    pl.DataFrame([*articles, {"id": None, "text": "Bonjour."}]).write_parquet(place)
    outputs = []
    for name, options in (("local", ()), ("shared", ("--cluster", "--workers", "2"))):
        out = tmp_path / name
        words = command(corpus, out, *options)
        words[words.index(str(corpus / "in"))] = str(place)
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 3, done.stderr
        outputs.append(contents(out))
    assert outputs[0] == outputs[1]
    table = pl.read_parquet(tmp_path / "shared" / "in.en.parquet")
    assert table["id"].to_list() == [article["id"] for article in articles]


def test_the_bundled_model_says_on_two_workers_what_it_says_here(bundled_folder, tmp_path):
    assert bundled_folder.is_dir()
    place = tmp_path / "in"
    place.mkdir()
    paragraphs = SEED.read_text(encoding="utf-8").split("\n\n")
    (place / "a.fr.txt").write_text("\n\n".join(paragraphs[:3]) + "\n", encoding="utf-8")
    glossary = PROJECT / "glossary" / "terms.csv"
    outputs = []
    for name, options in (("local", ()), ("shared", ("--cluster", "--workers", "2"))):
        out = tmp_path / name
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pipeline", "translate", place, "-o", out, "-g", glossary),
                *("--engine", "bundled", "--threads", "1", "--no-report", *options),
            ],
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(contents(out))
    assert outputs[0] == outputs[1]
