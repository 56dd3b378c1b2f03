"""Measure the quality stage: speed and memory at scale, and how well confidence ranks.

    python benchmarks/bench_quality.py scale [--pairs 100000] [--plain 5000]
    python benchmarks/bench_quality.py steps [--lines 997] [--memory FOLDER] [--speed 128]
    python benchmarks/bench_quality.py page outputs/report.html

``scale`` writes a corpus of FLORES-200 dev lines with five systems' outputs, repeated to
the wanted size, and scores it (BLEU, chrF, checks on) in processes of their own, for their
peak memory; plain sacrebleu scores the same pairs, as many as ``--plain``, since it holds
every n-gram of the corpus at once. Times are the processor's own, so that a busy machine
does not count; interpreter start and imports are left out.

``page`` opens a report in headless Chromium, where there is one, and prints its size and the
milliseconds until it was loaded, as the browser tells them.

``steps`` translates FLORES-200 dev lines with `pipeline.Translator` and prints what each step
of the bundled engine's way is worth: adapter v1 (where it lies in ``../shared/models``), v2, the
choice among hypotheses, the second look; greedy and with beam 4; BLEU and chrF with signatures
and a paired bootstrap, and sentences a second of the engine's time over ``--speed`` lines decoded
anew. Answers are kept in ``--memory``: a run that was stopped goes on. Last come Spearman's
rank correlation of score and confidence with sentence chrF on the even lines, and how much of
the worst tenth the first fifth of the reading order holds.
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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline import Translated
    from pipeline.records import Translation

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


# --- steps -----------------------------------------------------------------------------


def adapter_v1(folder: Path) -> Path | None:
    """Give the model with adapter v1, converted into ``folder`` once; None where it is not."""
    from pipeline.models import Store
    from pipeline.models.bundled import install_bundled

    adapter = ROOT.parent / "shared" / "models" / "fr-en-adapter-v1"
    if not adapter.is_dir():
        return None
    model = folder / "v1"
    if not (model / "bundled" / "model.json").is_file():
        install_bundled(Store(model), progress=print, adapter=adapter)
    return model / "bundled"


def in_order(sentences: Sequence[Translation]) -> str:
    """Give what the model itself likes best of each sentence's hypotheses."""
    best = (
        max(s.hypotheses, key=lambda h: (not h.flags, h.score or 0.0), default=None)
        for s in sentences
    )
    return " ".join(h.text for h in best if h is not None)


def translated(
    french: Sequence[str], memory: Path, **options: Any
) -> tuple[list[Translated], float, int]:
    """Translate lines; give the results, the engine's seconds and the sentences decoded."""
    from pipeline import Translator

    with Translator(engine="bundled", glossary=(), memory=memory, **options) as translator:
        done = []
        for number, result in enumerate(translator.translate_many(french), 1):
            done.append(result)
            if number % 50 == 0:
                print(f"  {memory.stem} {options} {number}/{len(french)}", file=sys.stderr)
        use = translator.finisher.recall.use
        return done, use.seconds, use.sentences


def steps(count: int, memory: Path, speed: int) -> None:
    """Print what each step is worth."""
    from pipeline.quality import compare_systems

    memory.mkdir(parents=True, exist_ok=True)
    french, english = lines("fr")[:count], lines("en")[:count]
    models = {"v2": {}}
    if old := adapter_v1(memory):
        models = {"v1": {"model": str(old)}, **models}
    texts: dict[str, list[str]] = {}
    ways: dict[str, tuple[str, dict[str, Any]]] = {}  # how each is timed
    for name, options in models.items():
        for beam in (1, 4):
            way = {"beam": beam, "second_look": "off", **options}
            done, _, _ = translated(french, memory / f"{name}.db", **way)
            label = f"{name}, {'greedy' if beam == 1 else 'beam 4'}"
            texts[label] = [in_order(d.sentences) for d in done]
            ways[label] = (name, way)
            if name == "v2" and beam == 4:
                texts[f"{label}, choice"] = [" ".join(s.draft for s in d.sentences) for d in done]
                ways[f"{label}, choice"] = (name, way)
    for label, way in {
        "v2, greedy, second look": {"beam": 1},
        "v2, beam 4, choice, second look": {"beam": 4},
        "v2 as it runs": {},
    }.items():
        done, _, _ = translated(french, memory / "v2.db", second_look="full", **way)
        texts[label] = [d.text.strip() for d in done]
        ways[label] = ("v2", {"second_look": "full", **way})
    rates = {}
    for label, (name, way) in ways.items():
        key = (name, *sorted(way.items()))
        if speed and key not in rates:
            with tempfile.TemporaryDirectory() as folder:
                _, seconds, _ = translated(french[:speed], Path(folder, "speed.db"), **way)
            rates[key] = speed / seconds
        print(f"{label}: {rates.get(key, float('nan')):.2f} lines/s of engine time")
    for baseline in [name for name in ("v1, beam 4", "v2, beam 4") if name in texts]:
        others = [(name, text) for name, text in texts.items() if name != baseline]
        compared = compare_systems([(baseline, texts[baseline]), *others], [english])
        print(f"\n{len(french)} lines of FLORES dev, against {baseline}:")
        for score in compared.scores:
            chance = "" if score.p_value is None else f", p = {score.p_value:.3f}"
            spread = "" if score.ci is None else f" ± {score.ci:.2f}"
            print(
                f"{score.name:6} {score.system:34} {score.value:6.2f}{spread}"
                f" ({score.delta:+.2f}{chance})"
            )
        for name, signature in compared.signatures:
            print(f"{name}: {signature}")
    ranks(done, english)


def ranks(done: Sequence[Translated], english: Sequence[str]) -> None:
    """Print how well score and confidence order lines by chrF, on the even lines."""
    from pipeline.quality import score_segments
    from pipeline.quality.metrics.significance import spearman

    chrf = score_segments([d.text.strip() for d in done], [english])
    figures = {
        "model score": [min((s.score or 0.0 for s in d.sentences), default=0.0) for d in done],
        "coverage": [min((s.coverage or 0.0 for s in d.sentences), default=0.0) for d in done],
        "confidence": [d.confidence for d in done],
    }
    print()
    for half, start in (("odd", 0), ("even", 1)):
        right = chrf[start::2]
        tenth = sorted(range(len(right)), key=right.__getitem__)[: len(right) // 10]
        for name, values in figures.items():
            left = values[start::2]
            order = sorted(range(len(left)), key=left.__getitem__)
            found = []
            for share in (0.1, 0.2, 0.3, 0.5):
                read = set(order[: int(len(order) * share)])
                found.append(f"{share:.0%}: {len(read.intersection(tenth)) / len(tenth):.0%}")
            print(
                f"{half} lines, {name}: Spearman with chrF {spearman(left, right):.3f}; "
                f"of the worst tenth, the first {', '.join(found)}"
            )


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
    two = commands.add_parser("steps")
    two.add_argument("--lines", type=int, default=997)
    two.add_argument("--memory", type=Path, default=Path(tempfile.gettempdir(), "bench-quality"))
    two.add_argument("--speed", type=int, default=128, help="lines to time; 0 for none")
    three = commands.add_parser("page")
    three.add_argument("path", type=Path)
    three.add_argument("--repeats", type=int, default=5)
    worker = commands.add_parser("worker")
    worker.add_argument("kind", choices=("plain", "scores", "checks", "all"))
    worker.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "scale":
        scale(arguments.pairs, arguments.plain, arguments.repeats)
    elif arguments.command == "steps":
        steps(arguments.lines, arguments.memory, arguments.speed)
    elif arguments.command == "page":
        page(arguments.path, arguments.repeats)
    elif arguments.kind == "plain":
        plain(arguments.folder)
    else:
        ours(arguments.folder, arguments.kind)


if __name__ == "__main__":
    main()
