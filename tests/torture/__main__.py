"""The fault campaign: ``PYTHONPATH=tests python -m torture --seconds 600 --seed 1``.

A fault kind is a module with ``run(seconds, seed)``, which gives the number of its tries
first and then how many failed, by kind, and one line in `FAULTS`. Exit code 1 where
anything failed; ``outputs/torture-failures.jsonl`` says how each failure comes again.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time

from . import archives, disks, documents, glossaries, kills, mutations, packages
from .trials import REPRODUCERS, attempt, record

FAULTS = {  # with its share of the time
    "documents": (documents, 0.25),
    "glossaries": (glossaries, 0.15),
    "packages": (packages, 0.1),
    "archives": (archives, 0.1),
    "kills": (kills, 0.2),
    "disks": (disks, 0.1),
    "mutations": (mutations, 0.1),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign, or one try of it again."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=FAULTS, action="append", help="may be repeated")
    parser.add_argument("--again", type=int, metavar="N", help="make try N of --only again")
    given = parser.parse_args(arguments)
    chosen = {name: FAULTS[name] for name in given.only or FAULTS}
    if given.again is not None:
        kind, details = attempt(next(iter(chosen.values()))[0].one, given.seed, given.again)
        print(f"{kind}: {details}" if kind else "all went well")
        return bool(kind)
    REPRODUCERS.unlink(missing_ok=True)
    shares = sum(share for _, share in chosen.values())
    print(f"seed {given.seed}, {given.seconds:.0f} s, Python {platform.python_version()}")
    print(f"{'fault':<12}{'seconds':>9}{'tries':>10}{'failed':>9}")
    failed = 0
    for name, (fault, share) in chosen.items():
        began = time.monotonic()
        counts = fault.run(given.seconds * share / shares, given.seed)
        (_, tried), *wrong = counts.items()
        failures = sum(number for _, number in wrong)
        kinds = ", ".join(f"{kind} {number}" for kind, number in wrong if number)
        took = time.monotonic() - began
        print(f"{name:<12}{took:>9.0f}{tried:>10}{failures:>9}  {kinds}".rstrip(), flush=True)
        if failures and not hasattr(fault, "one"):
            record(name, given.seed, 0, kinds)
        failed += failures
    if failed:
        print(f"{failed} failed: see {REPRODUCERS}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
