"""Every benchmark, one after the other, with the commands that give them singly.

    python benchmarks/run_all.py [NAME …]        or: make bench

Prints Markdown on standard output, progress on standard error. A benchmark whose test sets
do not lie beside the project says so and is passed over; any other failure is named at the
end and makes the exit code 1. Nothing runs at the same time as anything else.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SEGMENTATION = "../shared/testsets/segmentation"

BENCHMARKS: dict[str, tuple[str, str]] = {
    "startup": ("Start-up", "bench_run.py startup"),
    "footprint": ("What an installation takes", "bench_footprint.py"),
    "runs": ("First, second and edited runs of 1,000 documents", "bench_run.py runs"),
    "memory": ("Memory at 1, 10 and 100 times the corpus", "bench_run.py memory"),
    "argos": ("The argos engine, packed and against its ceiling", "bench_argos.py --padded"),
    "bundled": ("The bundled engine", "bench_bundled.py"),
    "matcher": ("The glossary's matcher", "bench_glossary.py matcher"),
    "enforcement": ("Enforcement: cost and collateral damage", "bench_glossary.py engine"),
    "segmentation": ("Sentence splitting", f"bench_segmentation.py {SEGMENTATION}"),
    "checks": ("Checks: precision and recall", "bench_checks.py"),
    "scale": ("Scoring 100,000 pairs", "bench_quality.py scale"),
    "steps": ("The bundled engine's English, step by step", "bench_quality.py steps"),
    "formats": ("Word documents of 500 pages", "bench_formats.py large"),
    "parts": ("The parts around the engine", "-m pytest benchmarks --benchmark-only -q"),
}


def command_of(name: str) -> list[str]:
    """Give a benchmark's command, as one types it in the project's folder."""
    first, *rest = shlex.split(BENCHMARKS[name][1])
    return ["-m", *rest] if first == "-m" else [f"benchmarks/{first}", *rest]


def run(name: str) -> bool:
    """Run one benchmark and print its section; say whether it went well."""
    command = command_of(name)
    print(f"\n## {BENCHMARKS[name][0]}\n\n`python {shlex.join(command)}`\n", flush=True)
    print(f"{name} …", file=sys.stderr, flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    print(f"\n({time.monotonic() - began:.0f} s)", flush=True)
    return done.returncode == 0


def main() -> None:
    """Run the benchmarks that were asked for, all of them by default."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}")
    failed = [name for name in wanted if not run(name)]
    if failed:
        sys.exit(f"not measured, see above: {', '.join(failed)}")


if __name__ == "__main__":
    main()
