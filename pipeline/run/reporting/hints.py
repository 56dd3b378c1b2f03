"""What would make a long run quicker: said once, and only what was measured or is plain.

Each factor is of two figures in benchmarks/RESULTS.md or docs/ENGINES.md, named beside it and
held against the pages by `tests/unit/test_run_progress.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.run.reporting.pace import Pace, about

if TYPE_CHECKING:
    from pipeline.run.reporting.progress import Snapshot

LONG = 120.0  # seconds left from which on a run is long
_NIGHT = 1800.0  # from which on twice as quick is not enough
_HOUR = 3600.0
_SETTLED = 15.0  # seconds after which the time left is believed
_MANY = 100  # documents that several machines could share

# Sentences a second and BLEU of the bundled model, all of FLORES dev (benchmarks/RESULTS.md, "The
# bundled engine's English, step by step").
AS_IT_RUNS = (1.60, 38.43)
BEAM_4 = (1.13, 37.90)  # with the choice among answers, without a second look
GREEDY = (3.30, 37.36)  # --beam 1 --second-look off
ARGOS_SPEED = 13.4  # a package of the real shape, beam 4 (docs/ENGINES.md)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a run was told, as far as it decides how quick it is."""

    engine: str  # its name
    beam: int = 0  # as asked for; 0: the engine's own
    second_look: str = "full"
    threads: int = 0  # as asked for; 0: all
    threads_from: str = ""  # the file that says so; "": the caller
    cores: int = 1  # that this process may use
    documents: int = 0
    cluster: bool = False
    auto: bool = False  # the engine is what was there, not what was asked for


def hint(facts: Facts, seconds_left: float) -> str:
    """Say what would make a run quicker; "" where nothing is known that would.

    What costs nothing comes first, then what costs a download or some of the English.

    Args:
        facts: what the run was told.
        seconds_left: that it will take.
    """
    if seconds_left <= LONG:
        return ""
    here = facts.engine != "server" and not facts.cluster  # the cores of this machine work
    if here and 0 < facts.threads < facts.cores:
        where = f"threads in {facts.threads_from}" if facts.threads_from else "--threads"
        return (
            f"this run uses {facts.threads} of {facts.cores} cores. Stopped (Ctrl-C) and started "
            f"again without {where}, it goes on with all of them."
        )
    if facts.engine == "bundled":
        return _bundled(facts, seconds_left)
    if facts.documents >= _MANY and seconds_left > _HOUR and not facts.cluster:
        return "several machines can share so many documents: --cluster, docs/CLUSTER.md."
    return ""


def _bundled(facts: Facts, seconds_left: float) -> str:
    quick, best = AS_IT_RUNS
    slow, _ = BEAM_4
    if facts.beam == 0 and facts.second_look != "full":
        return (
            f"next time, --second-look full is about {quick / slow:.1f} times as quick, and "
            "better: only doubtful sentences get the long search then."
        )
    if facts.beam == 4 and facts.second_look == "full":
        return (
            f"next time, leave out --beam 4: about {quick / slow:.1f} times as quick, and as good "
            "(benchmarks/RESULTS.md)."
        )
    if facts.beam != 0:
        return ""
    if facts.auto and seconds_left > _NIGHT and not facts.cluster:
        return (
            f"an Argos package is about {_times(ARGOS_SPEED / quick)} as quick; once, with a "
            "network: passerelle models install fr-en."
        )
    fast, less = GREEDY
    return (
        f"next time, --beam 1 --second-look off is about {_times(fast / quick)} as quick, and "
        f"about {best - less:.0f} BLEU worse (benchmarks/RESULTS.md)."
    )


def _times(factor: float) -> str:
    return "twice" if round(factor) == 2 else f"{factor:.0f} times"


class Hinter:
    """Looks at a run's numbers and gives its hint, once at most."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._pace = Pace()
        self._done = False

    def look(self, snapshot: Snapshot) -> str:
        """Give the hint when it is time for it, as a line; else ""."""
        if self._done:
            return ""
        _, left = self._pace.update(snapshot)
        if left is None or left <= LONG or snapshot.seconds < _SETTLED:
            return ""
        self._done = True
        told = hint(self._facts, left)
        return f"About {about(left)} left. Hint: {told}" if told else ""
