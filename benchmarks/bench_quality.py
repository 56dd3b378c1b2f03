"""Measure the quality stage: speed and memory at scale, and how well confidence ranks.

    python benchmarks/bench_quality.py scale [--pairs 100000] [--plain 5000]
    python benchmarks/bench_quality.py confidence [--lines 300] [--beam 1]
    python benchmarks/bench_quality.py page outputs/report.html

``scale`` writes a corpus of FLORES-200 dev lines with five systems' outputs, repeated to
the wanted size, and scores it (BLEU, chrF, checks on) in processes of their own, for their
peak memory; plain sacrebleu scores the same pairs, as many as ``--plain``, since it holds
every n-gram of the corpus at once. Times are the processor's own, so that a busy machine
does not count; interpreter start and imports are left out.

``page`` opens a report in headless Chromium, where there is one, and prints its size and the
milliseconds until it was loaded, as the browser tells them.

``confidence`` translates FLORES-200 dev lines with the bundled engine, where its model is
installed, and prints Spearman's rank correlation of the model's score, and of the
confidence with the findings' share, with sentence chrF.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTSETS = ROOT.parent / "shared" / "testsets"
SYSTEMS = ("google", "microsoft", "bergamot-base-memory", "bergamot-tiny")


def lines(name: str) -> list[str]:
    """Read one of FLORES-200 dev's files."""
    path = TESTSETS / "flores-dev" / f"flores-dev.{name}"
    if not path.is_file():
        sys.exit(f"no test set at {path}")
    return [html.unescape(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- scale -------------------------------------------------------------------------


def write_corpus(folder: Path, pairs: int) -> None:
    """Write source, hypothesis and reference files with ``pairs`` lines each."""
    source, reference = lines("fr"), lines("en")
    rows = [
        (s, h, r)
        for system in SYSTEMS
        for s, h, r in zip(source, lines(f"{system}.en"), reference, strict=True)
    ]
    columns = zip(*islice(cycle(rows), pairs), strict=True)
    for name, column in zip(("source", "hypothesis", "reference"), columns, strict=True):
        (folder / name).write_text("\n".join(column) + "\n", encoding="utf-8")


def ours(folder: Path, what: str) -> None:
    """Score a corpus in this process and print time and memory as JSON."""
    from pipeline.quality import (
        CorpusChecks,
        CorpusScorer,
        Pair,
        check_pair,
        choose_checks,
        parallel_lines,
    )

    checks = choose_checks()
    check_pair(Pair(source="Un mot ici, Londres.", target="A word here, Lundon."), checks)  # warm
    scorer, corpus = CorpusScorer(("bleu", "chrf")), CorpusChecks()
    names = ("source", "hypothesis", "reference")
    count = findings = 0
    start = time.process_time()
    for source, hypothesis, reference in parallel_lines([folder / name for name in names]):
        if what != "checks":
            scorer.add(hypothesis, [reference])
        if what != "scores":
            for left, right in zip(source, hypothesis, strict=True):
                pair = Pair(source=left, target=right)
                count += 1
                found = (*check_pair(pair, checks), *corpus.add(pair, str(count)))
                findings += len(found)
    values = [score.value for score in scorer.scores()] if what != "checks" else []
    seconds = time.process_time() - start
    report(seconds, values, findings)


def plain(folder: Path) -> None:
    """Score a corpus with sacrebleu alone in this process."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    start = time.process_time()
    texts = [
        (folder / name).read_text(encoding="utf-8").split("\n")[:-1]
        for name in ("hypothesis", "reference")
    ]
    values = [metric.corpus_score(texts[0], [texts[1]]).score for metric in (BLEU(), CHRF())]
    report(time.process_time() - start, values, 0)


def report(seconds: float, values: list[float], findings: int) -> None:
    """Print this process' figures as JSON."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"seconds": seconds, "megabytes": peak, "values": values, "findings": findings})
    )


def in_process(*arguments: str) -> dict[str, object]:
    """Run this file with other arguments and read its JSON."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def scale(pairs: int, plain_pairs: int, repeats: int) -> None:
    """Print the table of speed and memory."""
    print("| what | pairs | pairs/s | spread | peak MB |")
    print("|---|---|---|---|---|")
    rates: dict[str, float] = {}
    for label, kind, size, times in [
        ("sacrebleu alone: BLEU, chrF", "plain", plain_pairs, repeats),
        ("BLEU, chrF", "scores", plain_pairs, repeats),
        ("checks", "checks", plain_pairs, repeats),
        ("BLEU, chrF, checks", "all", plain_pairs, repeats),
        ("BLEU, chrF, checks", "all", pairs // 2, 1),
        ("BLEU, chrF, checks", "all", pairs, 1),
    ]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_corpus(folder, size)
            runs = [in_process("worker", kind, name) for _ in range(times)]
        speeds = sorted(size / float(str(run["seconds"])) for run in runs)
        middle = speeds[len(speeds) // 2]
        rates.setdefault(kind, middle)
        peak = max(float(str(run["megabytes"])) for run in runs)
        spread = f"{speeds[0]:.0f}-{speeds[-1]:.0f}" if times > 1 else "one run"
        print(f"| {label} | {size:,} | {middle:.0f} | {spread} | {peak:.0f} |")
        if kind == "plain":
            expected = runs[0]["values"]
        elif kind == "scores" and runs[0]["values"] != expected:
            sys.exit(f"the scores differ: {runs[0]['values']} and {expected}")
    print(
        f"\nScores alone run at {rates['scores'] / rates['plain']:.2f} times sacrebleu's speed, "
        f"scores and checks together at {rates['all'] / rates['plain']:.2f}; the values are equal."
    )


# --- confidence ----------------------------------------------------------------------


def ranks(count: int, beam: int) -> None:
    """Print how well the model's own score ranks segments by chrF."""
    from pipeline.errors import PasserelleError
    from pipeline.models import Store, default_root
    from pipeline.quality import Pair, check_pair, choose_checks, confidence, score_segments
    from pipeline.quality.metrics.significance import spearman
    from pipeline.records import Decoding, Request

    try:
        folder = Store(default_root()).path("bundled")
        if not (folder / "model.json").is_file():
            sys.exit("the bundled model is not installed: passerelle models install bundled")
        from pipeline.engines.bundled import BundledEngine

        engine = BundledEngine(folder, decoding=Decoding(beam=beam))
    except PasserelleError as error:
        sys.exit(str(error))
    source, reference = lines("fr")[:count], lines("en")[:count]
    hypotheses = []
    for start in range(0, len(source), 16):
        batch = [Request(source=text) for text in source[start : start + 16]]
        hypotheses += [answers[0] for answers in engine.translate(batch)]
    chrf = score_segments([h.text for h in hypotheses], [reference])
    checks = choose_checks()
    found = [
        check_pair(Pair(source=s, target=h.text), checks)
        for s, h in zip(source, hypotheses, strict=True)
    ]
    sure = [
        confidence(h.score, [f.severity for f in findings])
        for h, findings in zip(hypotheses, found, strict=True)
    ]
    print(f"{len(source)} lines, bundled engine, beam {beam}")
    print(f"model score and chrF: {spearman([h.score for h in hypotheses], chrf):.3f}")
    print(f"confidence and chrF:  {spearman(sure, chrf):.3f}")
    worst = sorted(range(len(sure)), key=sure.__getitem__)[: len(sure) // 10]
    mean = sum(chrf) / len(chrf)
    low = sum(chrf[i] for i in worst) / len(worst)
    print(f"mean chrF {mean:.1f}; of the least certain tenth {low:.1f}")


# --- page ----------------------------------------------------------------------------

_PROBE = """<script>addEventListener("load", () => setTimeout(() => {
const t = performance.getEntriesByType("navigation")[0];
document.body.setAttribute("data-ms", JSON.stringify([t.domContentLoadedEventEnd, t.loadEventEnd]));
}, 0));</script></body>"""


def page(path: Path, repeats: int) -> None:
    """Print a report's size and how long it takes to open."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    text = path.read_text(encoding="utf-8")
    print(f"{path}: {len(text.encode()) / 1e6:.2f} MB")
    if not browser:
        sys.exit("there is no chromium on this machine")
    # The probe is a stranger to the page's policy, which is therefore taken out.
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    text = text.replace("</body>", _PROBE)
    times = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name, "page.html")
            copy.write_text(text, encoding="utf-8")
            options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
            options += "--disable-background-networking --disable-component-update --disable-sync"
            profile = f"--user-data-dir={name}/profile"
            command = [browser, *options.split(), profile, "--dump-dom", copy.as_uri()]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = re.search(r'data-ms="\[([\d.]+),([\d.]+)\]"', done.stdout)
        if found:
            times.append(float(found[2]))
    times.sort()
    if not times:
        sys.exit("the page did not load")
    print(f"loaded after {times[len(times) // 2]:.0f} ms ({times[0]:.0f}-{times[-1]:.0f})")


def main() -> None:
    """Run one of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("scale")
    one.add_argument("--pairs", type=int, default=100_000)
    one.add_argument("--plain", type=int, default=5_000, help="pairs for plain sacrebleu")
    one.add_argument("--repeats", type=int, default=3)
    two = commands.add_parser("confidence")
    two.add_argument("--lines", type=int, default=300)
    two.add_argument("--beam", type=int, default=1)
    three = commands.add_parser("page")
    three.add_argument("path", type=Path)
    three.add_argument("--repeats", type=int, default=5)
    worker = commands.add_parser("worker")
    worker.add_argument("kind", choices=("plain", "scores", "checks", "all"))
    worker.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "scale":
        scale(arguments.pairs, arguments.plain, arguments.repeats)
    elif arguments.command == "confidence":
        ranks(arguments.lines, arguments.beam)
    elif arguments.command == "page":
        page(arguments.path, arguments.repeats)
    elif arguments.kind == "plain":
        plain(arguments.folder)
    else:
        ours(arguments.folder, arguments.kind)


if __name__ == "__main__":
    main()
