"""How quick the engine is here: one sentence of ours, timed with what a run would use."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from pipeline.engines import GuardedEngine
from pipeline.errors import PasserelleError
from pipeline.home.doctor.records import Found
from pipeline.records import Request
from pipeline.translate.checking import SAMPLE
from pipeline.translate.engine_choice import decide, load_engine

if TYPE_CHECKING:
    from pipeline.engines import Engine
    from pipeline.home.doctor.visit import Visit

_TIMES = 3


def _seconds(engine: Engine, request: Request) -> float:
    began = time.perf_counter()
    engine.translate([request])
    return time.perf_counter() - began


def speed(visit: Visit) -> Found:
    """Load the model and translate one sentence a few times; nothing is kept."""
    if not visit.measure:
        return Found(
            summary="not measured; `passerelle doctor --measure` times a sentence",
            facts={"measured": False},
        )
    try:
        decision = decide(visit.settings, visit.store)
        record = visit.store.find(decision.installed) if decision.installed else None
        if decision.installed and record is None:
            return Found(summary="not measured: no model is installed", facts={"measured": False})
        path = str(record.path) if record else decision.given
        began = time.perf_counter()
        engine = load_engine(decision.kind, path, visit.settings)
        loading = time.perf_counter() - began
        quick = None if visit.settings.beam else decision.kind.quick
        request = Request(source=SAMPLE, decoding=quick.decoding if quick else None)
        taken = [_seconds(GuardedEngine(engine), request) for _ in range(_TIMES)]
    except PasserelleError as error:
        return Found(
            summary="not measured: the engine fails",
            facts={"measured": False},
            troubles=(visit.trouble(error),),
        )
    one = statistics.median(taken)
    return Found(
        summary=f"{1 / one:.1f} sentences/s, one at a time (loading took {loading:.1f} s); "
        "a run does several at once",
        facts={
            "measured": True,
            "sentences_per_second": round(1 / one, 2),
            "seconds": [round(each, 3) for each in taken],
            "loading_seconds": round(loading, 2),
            "words": len(SAMPLE.split()),
        },
    )
