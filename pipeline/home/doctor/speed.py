"""How quick the engine is here: one sentence of ours, timed with what a run would use."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import statistics
import tempfile
import time
from typing import TYPE_CHECKING, Any

from pipeline.engines import GuardedEngine
from pipeline.errors import PasserelleError
from pipeline.home.doctor.records import Found
from pipeline.records import Request
from pipeline.translate.checking import SAMPLE
from pipeline.translate.engine_choice import decide, load_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.engines import Engine
    from pipeline.home.doctor.visit import Visit

_TIMES = 3


def _seconds(engine: Engine, request: Request) -> float:
    began = time.perf_counter()
    engine.translate([request])
    return time.perf_counter() - began


def speed(visit: Visit) -> Found:
    """Load the model and translate one sentence a few times; nothing is kept."""
    facts: dict[str, Any] = {"measured": False}
    if not visit.measure:
        summary = "not measured; `passerelle doctor --measure` times a sentence"
        return Found(summary=summary, facts=facts)
    try:
        decision = decide(visit.settings, visit.store)
        record = visit.store.find(decision.installed) if decision.installed else None
        if decision.installed and record is None:
            return Found(summary="not measured: no model is installed", facts=facts)
        model = str(record.path) if record else decision.given
        began = time.perf_counter()
        with _listening() as said:
            engine = load_engine(decision.kind, model, visit.settings)
        loading = time.perf_counter() - began
        quick = None if visit.settings.beam else decision.kind.quick
        request = Request(source=SAMPLE, decoding=quick.decoding if quick else None)
        taken = [_seconds(GuardedEngine(engine), request) for _ in range(_TIMES)]
    except PasserelleError as error:
        return Found(
            summary="not measured: the engine fails", facts=facts, troubles=(visit.trouble(error),)
        )
    told = dict(re.findall(r"Selected (ISA|compute type): (\w+)", "".join(said)))
    at_work = f" with {told['ISA']}, {told['compute type']}" if len(told) == 2 else ""
    one = statistics.median(taken)
    return Found(
        summary=f"{1 / one:.2g} sentences/s{at_work}, one at a time (loading: {loading:.1f} s); "
        "a run does several at once",
        facts={
            "measured": True,
            "sentences_per_second": round(1 / one, 2),
            "seconds": [round(each, 3) for each in taken],
            "loading_seconds": round(loading, 2),
            "words": len(SAMPLE.split()),
            "ctranslate2_isa": told.get("ISA", ""),
            "ctranslate2_compute_type": told.get("compute type", ""),
        },
    )


@contextlib.contextmanager
def _listening() -> Iterator[list[str]]:
    """Take down what CTranslate2 logs while a model is loaded; it writes to the descriptor."""
    import ctranslate2

    said: list[str] = []
    before = logging.WARNING  # its default
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        try:
            with contextlib.suppress(ValueError, RuntimeError):  # CT2_VERBOSE may say anything
                before = ctranslate2.get_log_level()
                ctranslate2.set_log_level(logging.INFO)
            os.dup2(log.fileno(), 2)
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            with contextlib.suppress(ValueError, RuntimeError):
                ctranslate2.set_log_level(before)
            log.seek(0)
            said.append(log.read().decode("utf-8", "replace"))
