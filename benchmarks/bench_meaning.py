"""Measure the check ``meaning`` on labelled findings of FLORES-200 dev.

    python benchmarks/bench_meaning.py HYPOTHESES [--testsets ../shared/testsets] [--show]

HYPOTHESES are the bundled engine's greedy translations of FLORES dev, one a line, in order
(``passerelle translate flores-dev.fr --engine bundled --beam 1``), or JSON lines with ``i``
and ``hyps[0].text``. ``tests/data/meaning/labels.tsv`` says of words of these pairs whether
their sense is missing on the other side: candidates of far more generous rules, read by one
person beside the reference, before the check was written. It holds no sentences. Where a
hypothesis differs from the one that was read, a label may not fit: use the same engine.

The rule was found on the odd lines; the even ones are held out. False alarms are counted on
the human reference and on other systems' translations, where nobody read the findings: some
of them are right.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import time
from collections import Counter
from pathlib import Path

from pipeline.quality import Pair
from pipeline.quality.checks.senses import senses

ROOT = Path(__file__).parents[1]
LABELS = ROOT / "tests" / "data" / "meaning" / "labels.tsv"
SYSTEMS = ("", "google.")

Place = tuple[int, str, int, int]  # line, side, start, end


def read_labels() -> dict[Place, bool]:
    """Give for each place that was read whether a finding there is right."""
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines()]
    return {
        (int(line), side, int(start), int(end)): right == "1"
        for line, side, start, end, _, right in (row for row in rows if row[0][0] != "#")
    }


def read_hypotheses(path: Path) -> list[str]:
    """Give one translation a line."""
    lines = path.read_text("utf-8").splitlines()
    if not lines[0].startswith("{"):
        return lines
    found = {row["i"]: row["hyps"][0]["text"] for row in map(json.loads, lines)}
    return [found[i] for i in range(len(found))]


def interval(right: int, count: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share (Wilson 1927, JASA 22)."""
    if not count:
        return 0.0, 1.0
    z, share = 1.96, right / count
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("hypotheses", type=Path)
    parser.add_argument("--testsets", type=Path, default=ROOT.parent / "shared" / "testsets")
    parser.add_argument("--show", action="store_true", help="print wrong and unread findings")
    arguments = parser.parse_args()
    folder = arguments.testsets / "flores-dev"
    sources = (folder / "flores-dev.fr").read_text("utf-8").splitlines()
    hypotheses = read_hypotheses(arguments.hypotheses)
    labels = read_labels()
    counts: Counter[tuple[str, str]] = Counter()
    found: set[Place] = set()
    for line, (source, target) in enumerate(zip(sources, hypotheses, strict=True)):
        half = "odd, tuned" if line % 2 else "even, held out"
        for finding in senses.find(Pair(source=source, target=target)):
            span, side = (
                (finding.source, "source") if finding.source else (finding.target, "target")
            )
            assert span is not None
            place = (line, side, span.start, span.end)
            found.add(place)
            verdict = {True: "right", False: "wrong", None: "unread"}[labels.get(place)]
            counts[half, verdict] += 1
            counts[f"{half}, {side}", verdict] += 1
            if arguments.show and verdict != "right":
                print(f"{verdict}\t{line}\t{side}\t{span.start}\t{finding.message}")
    for half in sorted({half for half, _ in counts}):
        right, wrong = counts[half, "right"], counts[half, "wrong"]
        low, high = interval(right, right + wrong)
        print(
            f"{half}: {right}/{right + wrong} right, precision"
            f" {right / max(right + wrong, 1):.3f} (95 % {low:.2f} to {high:.2f}),"
            f" unread {counts[half, 'unread']}"
        )
    missed = {place for place, right in labels.items() if right and place[1] == "source"}
    held = {place for place in missed if place[0] % 2 == 0}
    print(f"recall among read wrong senses, even lines: {len(held & found)}/{len(held)}")
    for system in SYSTEMS:
        text = html.unescape((folder / f"flores-dev.{system}en").read_text("utf-8"))
        pairs = [
            Pair(source=source, target=target)
            for source, target in zip(sources, text.splitlines(), strict=True)
        ]
        start = time.process_time()
        alarms = sum(len(tuple(senses.find(pair))) for pair in pairs)
        seconds = time.process_time() - start
        print(
            f"{system or 'reference'}: {100 * alarms / len(pairs):.1f} findings per 100"
            f" sentences; {1000 * seconds / len(pairs):.2f} ms a sentence"
        )


if __name__ == "__main__":
    main()
