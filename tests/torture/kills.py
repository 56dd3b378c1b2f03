"""Real processes, killed again and again: the run that goes on gives the same bytes."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import polars as pl

from .trials import tries

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = Path(__file__).parents[1] / "passerelle_with_fake_engine.py"
WINDOW, STEP = 7, 24
LONGEST_STEP = 12  # sentences: the shortest has two words
WORDS = "vent mer ciel nuit pain jour pluie route ville porte main livre temps monde"


def make_corpus(folder: Path) -> Path:
    """Write sixteen articles of ten sentences, some of them shared, with glossary terms."""
    dice = random.Random(5)
    for number in range(16):
        sentences = [
            f"Le {dice.choice(WORDS)} et la {dice.choice(WORDS)} {dice.randrange(60)}."
            for _ in range(9)
        ]
        sentences.insert(4, f"L’IA numéro {number} parle.")
        place = folder / ("in" if number % 2 else "in/deep")
        place.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(" ".join(sentences[i : i + 3]) for i in range(0, 10, 3))
        (place / f"article-{number:02d}.fr.txt").write_text(text + "\n", encoding="utf-8")
    (folder / "terms.csv").write_text("source,target\nIA,AI\n", encoding="utf-8")
    return folder


def command(corpus: Path, out: Path, log: Path, *options: str, delay: float = 0.0) -> list[str]:
    """Give the command that translates the corpus with the fake engine."""
    engine = [str(log), str(delay), str(WINDOW), str(STEP)]
    places = [str(corpus / "in"), "--out", str(out), "-g", str(corpus / "terms.csv")]
    return [sys.executable, str(SCRIPT), *engine, "translate", "--no-report", *places, *options]


def asked(log: Path) -> list[str]:
    """Give the sentences that the engine was asked for, by all processes together."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").split("\n") if line]


def visible(out: Path) -> dict[str, Path]:
    """Give every file that a person sees in the output folder."""
    return {
        path.relative_to(out).as_posix(): path
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".passerelle" not in path.parts
    }


def contents(out: Path) -> dict[str, Any]:
    """Give what a run made, without its times and without what tells fresh from remembered."""
    files: dict[str, Any] = {}
    for name, path in visible(out).items():
        if name == "segments.parquet":
            files[name] = pl.read_parquet(path).drop("seconds", "memory").to_dicts()
        elif name == "manifest.json":
            manifest = json.loads(path.read_text(encoding="utf-8"))
            for key in ("time", "settings", "written", "out"):
                del manifest[key]
            for key in ("translated", "remembered", "asked_again"):  # of the run at hand
                del manifest["segments"][key]
            files[name] = manifest
        else:
            files[name] = path.read_bytes()
    return files


def half_written(out: Path, expected: dict[str, Any]) -> list[str]:
    """Give the translations that stand there with other bytes than they should have."""
    found = visible(out) if out.exists() else {}
    return [n for n, p in found.items() if n.endswith(".en.txt") and p.read_bytes() != expected[n]]


def finish(corpus: Path, out: Path, log: Path, expected: dict[str, Any]) -> str:
    """Run to the end; say what is not as it would have been without all the trouble."""
    done = subprocess.run(
        command(corpus, out, log), capture_output=True, text=True, timeout=500, check=False
    )
    if done.returncode:
        return f"stuck: exit code {done.returncode}: {done.stderr}"
    if contents(out) != expected:
        return "differs: the outputs are not those of a run in one piece"
    return f"left: {left}" if (left := list(out.rglob(".*.part"))) else ""


def kill_again_and_again(
    corpus: Path, out: Path, log: Path, expected: dict[str, Any], dice: random.Random, kills: int
) -> tuple[int, str]:
    """Kill a run so many times, then let it finish; give how many died and what went wrong."""
    killed = 0
    for _ in range(kills):
        start = len(asked(log))
        process = subprocess.Popen(
            command(corpus, out, log, delay=0.01),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Half of the kills come at a moment of the clock, half at one of the work.
        if dice.random() < 0.5:
            try:
                process.wait(timeout=dice.uniform(0.1, 1.5))
            except subprocess.TimeoutExpired:
                process.kill()
        else:
            goal = start + dice.randrange(1, 40)
            while process.poll() is None and len(asked(log)) < goal:
                time.sleep(0.001)
            time.sleep(dice.uniform(0, 0.02))
            process.kill()
        killed += process.wait() == -signal.SIGKILL
        if half := half_written(out, expected):
            return killed, f"half-written: {half}"
    return killed, finish(corpus, out, log, expected)


def too_much(requests: Sequence[str], log: Path, killed: int) -> str:
    """Say whether more was asked twice than the steps that were in flight at the kills."""
    everything = asked(log)
    if set(everything) != set(requests):
        return "other sentences were asked for"
    twice = len(everything) - len(requests)
    return f"twice: {twice} after {killed} kills" if twice > killed * LONGEST_STEP else ""


@cache
def undisturbed() -> tuple[Path, dict[str, Any], list[str]]:
    """Give a corpus, and the outputs and requests of a run that nobody disturbed."""
    base = Path(mkdtemp(prefix="passerelle-torture-"))
    corpus = make_corpus(base / "corpus")
    subprocess.run(command(corpus, base / "out", base / "log"), check=True, capture_output=True)
    return corpus, contents(base / "out"), asked(base / "log")


def one(dice: random.Random, folder: Path) -> str:
    """Kill a run some times and let it finish."""
    corpus, expected, requests = undisturbed()
    out, log = folder / "out", folder / "log"
    kills = dice.randrange(1, 6)
    killed, fault = kill_again_and_again(corpus, out, log, expected, dice, kills)
    return fault or too_much(requests, log, killed)


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    undisturbed()
    return tries(one, seconds, seed)
