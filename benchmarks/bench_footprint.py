"""Measure what an installation takes: disk for packages and model, memory for a first run.

    python benchmarks/bench_footprint.py

Counts the files of passerelle's own distribution's dependencies as they are installed here, without
extras; then translates the article of ``passerelle init`` in an empty folder with the bundled
model, which is prepared where it is missing, and asks the system for the most memory it held.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from pipeline.models import Store, default_root

ROOT = Path(__file__).resolve().parents[1]


def distributions() -> dict[str, int]:
    """Give the bytes of each distribution that passerelle needs, by name."""
    found: dict[str, int] = {}
    wanted = ["passerelle"]
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in found:
            continue
        try:
            dist = distribution(name)
        except PackageNotFoundError:
            print(f"{name} is not installed here", file=sys.stderr)
            continue
        files = (Path(str(dist.locate_file(file))) for file in dist.files or ())
        found[name] = sum(path.stat().st_size for path in files if path.is_file())
        for text in dist.requires or ():
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                wanted.append(need.name)
    # An editable installation lists none of the package's own files.
    ours = (p for p in (ROOT / "pipeline").rglob("*") if p.is_file() and p.suffix != ".pyc")
    own = sum(path.stat().st_size for path in ours)
    return found | {"passerelle": max(own, found["passerelle"])}


def first_run() -> tuple[float, float]:
    """Give the seconds and the most memory, in bytes, of a first run on the sample article."""
    with tempfile.TemporaryDirectory() as folder:

        def passerelle(*arguments: str) -> None:
            command = [sys.executable, "-m", "pipeline", *arguments]
            paths = os.environ | {"PYTHONPATH": str(ROOT)}
            subprocess.run(command, cwd=folder, env=paths, check=True, stdout=subprocess.DEVNULL)

        passerelle("init")
        passerelle("models", "install", "bundled")
        began = time.monotonic()
        passerelle("translate", "articles", "--engine", "bundled", "--quiet")
        seconds = time.monotonic() - began
    # Of the largest child, in kilobytes (Linux).
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def main() -> None:
    """Print a table."""
    sizes = distributions()
    seconds, memory = first_run()
    (model,) = (record for record in Store(default_root()).list() if record.kind == "bundled")
    largest = sorted(sizes, key=lambda name: -sizes[name])[:4]
    print("| what | |\n|---|---|")
    print(f"| {len(sizes)} distributions, GB of disk | {sum(sizes.values()) / 1e9:.2f} |")
    print(f"| of these {', '.join(largest)} | {sum(map(sizes.get, largest)) / 1e9:.2f} |")
    print(f"| the bundled model, prepared, GB of disk | {model.size / 1e9:.2f} |")
    print(f"| the sample article: most memory, GB | {memory / 1e9:.2f} |")
    print(f"| the sample article: seconds, the model prepared | {seconds:.0f} |")


if __name__ == "__main__":
    main()
