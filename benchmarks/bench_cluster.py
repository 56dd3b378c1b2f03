"""The cluster: how it scales, what the driver costs, and what a million words cost.

Usage::

    python benchmarks/bench_cluster.py [scaling] [driver] [cost] [words]

``scaling`` and ``driver`` take the fake engine of the tests. For ``scaling`` it sleeps for
each sentence, so that the figure is that of the way to the workers and back; for ``driver``
it does not, so that the figure is what one driver can feed. ``cost`` and ``words`` take the
bundled model and sentences of FLORES dev, which lie beside the project; where they do
not, the seed article's. ``cost`` counts processor time, which hardly depends on what else
the machine does; the others count time as it passes.

Rates are those of the steady state: from the moment when every worker has answered once to
the last answer. Starting Ray and loading models are left out; starting Ray is reported.
Every ratio compares figures of the same call of this script.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FLORES = HERE.parents[1] / "shared" / "testsets" / "flores-dev" / "flores-dev.fr"
SEED_ARTICLE = HERE.parent / "seeds" / "musk-zuckerberg-openai.fr.txt"
SAMPLE = 24  # sentences for the bundled model
DELAY = 0.02  # seconds that the fake engine sleeps for a sentence


class BundledOpener:
    """Opens the bundled model with windows so small that a short text has several."""

    def __init__(self, *, window: int) -> None:
        self._window = window

    def __call__(self, settings: Any, say: Any) -> Any:
        """Give the engine."""
        from dataclasses import replace

        from pipeline.models import Store, default_root
        from pipeline.run import open_engine

        chosen = open_engine(settings, Store(default_root()), progress=say)
        return replace(chosen, window=self._window)


def child() -> None:
    """Run once, in a process of its own, and print what was measured as JSON."""
    from fake_engine import FakeOpener

    from pipeline.config import Settings
    from pipeline.run import Job, run
    from pipeline.run.cluster import Cluster, driver
    from pipeline.run.reporting.progress import Quiet

    source, out, kind, options, workers, threads = sys.argv[1:7]
    told: dict[str, Any] = {"answers": []}
    sizes: dict[int, int] = {}

    class Timed(driver.Bridge):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            began = time.perf_counter()
            super().__init__(*arguments, **named)
            told["ray"] = time.perf_counter() - began

        def send(self, parcel: Any) -> None:
            sizes[parcel.number] = len(parcel.segments)
            super().send(parcel)

        def receive(self) -> Any:
            reply = super().receive()
            told["answers"].append((time.perf_counter(), sizes[reply.number]))
            return reply

    driver.Bridge = Timed  # type: ignore[misc] # the benchmark looks on
    opener = (FakeOpener if kind == "fake" else BundledOpener)(**json.loads(options))

    def opened(*arguments: Any) -> Any:
        chosen = opener(*arguments)
        told["cpu"] = time.process_time()
        return chosen

    report = run(
        Job(
            paths=(source,),
            settings=Settings(
                out=out, glossary=("",), engine="bundled", threads=int(threads), report=False
            ),
            cluster=Cluster(workers=int(workers), threads=int(threads)) if int(workers) else None,
        ),
        open_engine=opener if int(workers) else opened,
        reporter=Quiet(sys.stderr),
    )
    if "cpu" in told:
        told["cpu"] = time.process_time() - told["cpu"]
    told["seconds"] = report.seconds
    told["segments"] = report.segments.translated
    if told["answers"]:
        began = told["answers"][int(workers) - 1][0]
        after = told["answers"][int(workers) :]
        told["rate"] = sum(size for _, size in after) / (after[-1][0] - began)
    else:
        told["rate"] = told["segments"] / told["seconds"]
    del told["answers"]
    print(json.dumps(told))


def measure(
    source: Path, kind: str, options: dict[str, Any], workers: int, threads: int
) -> dict[str, Any]:
    """Run once in a process of its own; ``workers`` 0 is a local run."""
    places = [str(HERE), str(HERE.parent), str(HERE.parent / "tests")]
    code = f"import sys; sys.path[:0] = {places!r}; import bench_cluster; bench_cluster.child()"
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [
                *(sys.executable, "-c", code, str(source), f"{out}/out", kind),
                *(json.dumps(options), str(workers), str(threads)),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def spread(values: list[float], digits: int = 1) -> str:
    """Give median and range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def write_sentences(folder: Path, count: int) -> Path:
    """Write distinct sentences of the seed's own words, twenty to an article."""
    dice = random.Random(11)
    words = SEED_ARTICLE.read_text(encoding="utf-8").split()
    folder.mkdir()
    for first in range(0, count, 20):
        sentences = []
        for number in range(first, min(first + 20, count)):
            start = dice.randrange(len(words) - 24)
            body = " ".join(w.strip(".:?") for w in words[start : start + 8 + dice.randrange(16)])
            sentences.append(f"En {number}, {body}.")
        (folder / f"{first:06d}.fr.txt").write_text(" ".join(sentences) + "\n", encoding="utf-8")
    return folder


def table(rows: list[tuple[str, list[dict[str, Any]]]], unit: str, factor: float = 1.0) -> None:
    """Print one line a case; the first is the measure of the others."""
    first = statistics.median(r["rate"] for r in rows[0][1])
    print(f"| case | {unit} | of the first | starting Ray (s) |")
    print("|---|---|---|---|")
    for name, runs in rows:
        rates = [r["rate"] for r in runs]
        ratio = statistics.median(rates) / first
        ray = spread([r["ray"] for r in runs]) if "ray" in runs[0] else "–"
        print(f"| {name} | {spread([r * factor for r in rates])} | {ratio:.2f} | {ray} |")


def bench_scaling(base: Path, *, repetitions: int = 3) -> None:
    """An engine that only sleeps: workers against a local run."""
    source = write_sentences(base / "scaling", 400)
    options = {"window": 10, "step": 4096, "delay": DELAY}
    cases = (("local run", 0), ("1 worker", 1), ("2 workers", 2), ("4 workers", 4))
    rows: list[tuple[str, list[dict[str, Any]]]] = [(name, []) for name, _ in cases]
    for _ in range(repetitions):
        for (_, runs), (_, workers) in zip(rows, cases, strict=True):
            runs.append(measure(source, "fake", options, workers, 1))
    print(f"\nAn engine that sleeps {DELAY * 1000:.0f} ms a sentence, ten sentences a window:\n")
    table(rows, "sentences/s")


def bench_driver(base: Path, *, repetitions: int = 3) -> None:
    """An engine that takes no time: what one driver can do."""
    source = write_sentences(base / "driver", 10_000)
    options = {"window": 256, "step": 4096}
    cases = (("local run", 0), ("1 worker", 1))
    rows: list[tuple[str, list[dict[str, Any]]]] = [(name, []) for name, _ in cases]
    for _ in range(repetitions):
        for (_, runs), (_, workers) in zip(rows, cases, strict=True):
            runs.append(measure(source, "fake", options, workers, 1))
    print("\nAn engine that takes no time, 256 sentences a window:\n")
    table(rows, "sentences/s")


def write_sample(base: Path) -> tuple[Path, int, int, str]:
    """Write the bundled model's sample; give place, lines, words and name."""
    if FLORES.is_file():
        lines, name = FLORES.read_text(encoding="utf-8").splitlines()[:SAMPLE], "FLORES dev"
    else:
        article = SEED_ARTICLE.read_text(encoding="utf-8")
        lines, name = [p for p in article.split("\n") if p.strip()], "the seed article"
    source = base / "words"
    source.mkdir(exist_ok=True)
    (source / "sample.fr.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return source, len(lines), sum(len(line.split()) for line in lines), name


def bench_words(base: Path) -> None:
    """The bundled model: words a second, one worker against two."""
    source, lines, words, name = write_sample(base)
    cases = (
        ("1 worker of 2 threads", 1, 2),
        ("2 workers of 1 thread", 2, 1),
        ("local run, 2 threads", 0, 2),
    )
    rows = [(case, [measure(source, "bundled", {"window": 4}, w, t)]) for case, w, t in cases]
    per_sentence = words / rows[-1][1][0]["segments"]
    print(f"\nThe bundled model on {lines} lines of {name}, {words:,} words, 4 a window:\n")
    table(rows, "words/s", per_sentence)


def bench_cost(base: Path) -> None:
    """The bundled model: processor time for a million words, whoever else is at work."""
    source, lines, words, name = write_sample(base)
    told = measure(source, "bundled", {"window": 256}, 0, 1)
    hours = told["cpu"] / words * 1e6 / 3600
    print(f"\nThe bundled model on {lines} lines of {name}, {words:,} words, one thread:")
    print(f"{told['cpu']:.1f} s of processor time ({told['seconds']:.1f} s passed), that is")
    print(f"{words / told['cpu']:.1f} words/s of a core, {hours:.1f} core hours a million words.")


def main() -> None:
    """Run the benchmarks that were asked for, all of them by default."""
    wanted = sys.argv[1:] or ["scaling", "driver", "cost", "words"]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for name, bench in (
            ("scaling", bench_scaling),
            ("driver", bench_driver),
            ("cost", bench_cost),
            ("words", bench_words),
        ):
            if name in wanted:
                bench(base)


if __name__ == "__main__":
    main()
