"""The run around the engine: first, second and one-row-edited runs, memory, start-up.

The engine is the fake one of the tests, so that the figures are those of everything else:
reading, splitting, memory, glossary, writing. Usage::

    python benchmarks/bench_run.py [runs] [memory] [startup]

Data and seeds are fixed. Every figure is the median of its repetitions with the spread
(lowest to highest); ratios compare figures of the same call of this script.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
SEED_ARTICLE = HERE.parent / "seeds" / "musk-zuckerberg-openai.fr.txt"
TERMS = HERE.parent / "glossary" / "terms.csv"
SENTENCES = 20  # in an article


def write_corpus(folder: Path, documents: int) -> int:
    """Write articles of the seed's own words, every sentence distinct; give their bytes."""
    dice = random.Random(11)
    words = SEED_ARTICLE.read_text(encoding="utf-8").split()
    size = 0
    for number in range(documents):
        place = folder / f"{number // 100:04d}"
        place.mkdir(parents=True, exist_ok=True)
        sentences = []
        for _ in range(SENTENCES):
            start = dice.randrange(len(words) - 24)
            body = " ".join(w.strip(".:?") for w in words[start : start + 8 + dice.randrange(16)])
            sentences.append(f"En {dice.randrange(10**9)}, {body}.")
        paragraphs = [" ".join(sentences[i : i + 4]) for i in range(0, SENTENCES, 4)]
        text = "\n\n".join(paragraphs) + "\n"
        (place / f"{number:06d}.fr.txt").write_text(text, encoding="utf-8")
        size += len(text.encode())
    return size


CHILD = '''
import json, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_engine import FakeEngine
from pipeline.config import Settings
from pipeline.run import ChosenEngine, Job, run
from pipeline.run.reporting.progress import Quiet
source, out, glossary = sys.argv[2:5]

class Forgetful(FakeEngine):
    """Counts what it is asked, and keeps nothing of it: memory is measured here."""

    count = 0

    def translate(self, batch):
        answers = super().translate(batch)
        Forgetful.count += len(batch)
        self.asked.clear()
        self.calls.clear()
        return answers

engine = Forgetful()
began = time.perf_counter()
report = run(
    Job(paths=(source,), settings=Settings(out=out, glossary=(glossary,) if glossary else ())),
    open_engine=lambda s, p: ChosenEngine(
        engine=engine, why="fake", step_tokens=16_384, window=1024
    ),
    reporter=Quiet(sys.stderr),
)
print(json.dumps({
    "seconds": time.perf_counter() - began,
    "asked": engine.count,
    "segments": report.segments.total,
    "documents": report.documents,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
'''


def one_run(source: Path, out: Path, glossary: Path | None) -> dict[str, float]:
    """Run once in a process of its own."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            CHILD,
            str(HERE.parent / "tests"),
            str(source),
            str(out),
            str(glossary or ""),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def spread(values: list[float], digits: int = 2) -> str:
    """Give median and range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def bench_runs(base: Path, *, documents: int = 1000, repetitions: int = 3) -> None:
    """First, second and one-row-edited run."""
    source = base / "runs"
    size = write_corpus(source, documents)
    print(f"{documents:,} documents, {documents * SENTENCES:,} sentences, {size / 1e6:.1f} MB")
    glossary = base / "terms.csv"
    original = TERMS.read_text(encoding="utf-8")
    results: dict[str, list[dict[str, float]]] = {}
    for _ in range(repetitions):
        out = base / "out"
        shutil.rmtree(out, ignore_errors=True)
        glossary.write_text(original, encoding="utf-8")
        results.setdefault("first run", []).append(one_run(source, out, glossary))
        results.setdefault("second run, nothing changed", []).append(one_run(source, out, glossary))
        article = next(iter(sorted(source.rglob("*.txt"))))
        text = article.read_text(encoding="utf-8")
        article.write_text(text.replace("En ", "Dès ", 1), encoding="utf-8")
        results.setdefault("one sentence changed", []).append(one_run(source, out, glossary))
        article.write_text(text, encoding="utf-8")
        edited = original.replace("xAI,,dnt,,,xIA", "xAI,,dnt,,,x-IA|xIA", 1)
        if edited == original:
            raise SystemExit("the starter glossary has no row xAI any more: choose another")
        glossary.write_text(edited, encoding="utf-8")
        results.setdefault("one glossary row changed (xAI)", []).append(
            one_run(source, out, glossary)
        )
    first = statistics.median(r["seconds"] for r in results["first run"])
    print("| run | seconds | of the first | sentences/s | asked of the engine |")
    print("|---|---|---|---|---|")
    for name, runs in results.items():
        seconds = [r["seconds"] for r in runs]
        middle = statistics.median(seconds)
        print(
            f"| {name} | {spread(seconds)} | {middle / first:.2f} | "
            f"{runs[0]['segments'] / middle:,.0f} | {runs[0]['asked']:,.0f} |"
        )


def bench_memory(base: Path, *, unit: int = 100) -> None:
    """Peak memory at 1, 10 and 100 times the corpus."""
    print("| documents | sentences | seconds | peak memory (MB) | of the smallest |")
    print("|---|---|---|---|---|")
    smallest = 0.0
    for times in (1, 10, 100):
        source = base / f"memory-{times}"
        write_corpus(source, unit * times)
        result = one_run(source, base / f"memory-out-{times}", TERMS)
        smallest = smallest or result["peak_mb"]
        print(
            f"| {result['documents']:,.0f} | {result['segments']:,.0f} | "
            f"{result['seconds']:.1f} | {result['peak_mb']:.0f} | "
            f"{result['peak_mb'] / smallest:.2f} |"
        )
        shutil.rmtree(source)


def bench_startup(*, repetitions: int = 9) -> None:
    """``passerelle --help`` against a Python that does nothing."""
    print("| command | seconds |")
    print("|---|---|")
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("passerelle --help", [sys.executable, "-m", "pipeline", "--help"]),
    ):
        times = []
        for _ in range(repetitions):
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - began)
        print(f"| {name} | {spread(times, 3)} |")


def main() -> None:
    """Run the benchmarks that were asked for, all of them by default."""
    wanted = sys.argv[1:] or ["runs", "memory", "startup"]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        if "startup" in wanted:
            bench_startup()
        if "runs" in wanted:
            bench_runs(base)
        if "memory" in wanted:
            bench_memory(base)


if __name__ == "__main__":
    main()
