"""What the machine gives: instructions of the processor, cores, working memory."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from pipeline.engines.batching import share_threads
from pipeline.errors import EngineError, PasserelleError
from pipeline.home.doctor.disk import in_words
from pipeline.home.doctor.records import Found, Trouble
from pipeline.home.doctor.system import ISAS, unset
from pipeline.translate.engine_choice import decide
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.home.doctor.system import Cores, Processor
    from pipeline.home.doctor.visit import Visit

_FORCE, _VERBOSE = "CT2_FORCE_CPU_ISA", "CT2_VERBOSE"
_X86 = frozenset({"x86_64", "x86", "i386", "i686"})
_KNOWN = (*(name for name, _ in ISAS), "GENERIC", "NEON")

_NEEDS = 2_200_000_000
"""Bytes at the peak of the bundled model's work, measured with two threads and beam 4."""


# --- processor ----------------------------------------------------------------------------


def processor(visit: Visit) -> Found:
    """Say which instructions the processor has, and which of them CTranslate2 takes."""
    import ctranslate2

    seen = visit.system.processor()
    forced = visit.environ.get(_FORCE, "")
    best = (*seen.instructions, "GENERIC")[0] if seen.known else ""
    takes = forced if forced in _KNOWN else best
    computes = sorted(ctranslate2.get_supported_compute_types("cpu"))
    name = visit.discreet.text(seen.name) or seen.architecture
    told = f"CTranslate2 works with {takes}" + (f" ({_FORCE})" if forced else "")
    return Found(
        summary=f"{name}: {told if takes else 'its instructions are not told'}",
        facts={
            "name": name,
            "architecture": seen.architecture,
            "instructions": list(seen.instructions),
            "instructions_known": seen.known,
            "ctranslate2_takes": takes,
            "forced": forced if forced in _KNOWN else "",
            "compute_types": computes,
        },
        troubles=(*_of_processor(seen, forced, best), *_of_environment(visit)),
    )


def _of_environment(visit: Visit) -> Iterator[Trouble]:
    told = visit.environ.get(_VERBOSE, "0").strip()
    if not re.match(
        r"[+-]?\d", told
    ):  # CTranslate2 reads it as a number, and ends where it is none
        yield Trouble(
            level="error",
            what=f"{_VERBOSE} is no number: CTranslate2 loads no model",
            where="environment",
            next_step=f"take it away: {unset(_VERBOSE)}",
            exit_code=EngineError.exit_code,
        )


def _of_processor(seen: Processor, forced: str, best: str) -> Iterator[Trouble]:
    usable = {*seen.instructions, "GENERIC"}
    if forced and (forced not in _KNOWN or (seen.known and forced not in usable)):
        lacks = "this processor lacks" if forced in _KNOWN else "it does not know"
        yield Trouble(
            level="error",
            what=f"{_FORCE} asks CTranslate2 for instructions that {lacks}: nothing is translated",
            where="environment",
            next_step=f"take it away: {unset(_FORCE)}",
            exit_code=EngineError.exit_code,
        )
    elif forced and forced != best and seen.known:
        yield Trouble(
            level="warning",
            what=f"{_FORCE} keeps CTranslate2 from {best}: translating is slower than it need be",
            where="environment",
            next_step=f"take it away: {unset(_FORCE)}",
        )
    elif seen.known and seen.architecture in _X86 and not {"AVX2", "AVX512"} & usable:
        yield Trouble(
            level="warning",
            what="the processor reports no AVX2: translating is slow here",
            where="processor",
            next_step="in a virtual machine, let it have the host's processor type; else ask once "
            "for each sentence, `passerelle translate FILE --second-look off`",
        )


# --- cores and threads --------------------------------------------------------------------


def threads(visit: Visit) -> Found:
    """Say how many cores a run may use, and whether its threads fit them."""
    cores, wanted = visit.system.cores(), visit.settings.threads
    workers, each = share_threads(wanted, cores=cores.usable)
    told = f"{cores.usable} of {counted(cores.machine, 'core')}"
    if cores.quota is not None:
        told += f", time for {cores.quota:g}"
    return Found(
        summary=f"{counted(workers * each, 'thread')} on {told}",
        facts={
            "cores": cores.machine,
            "usable": cores.usable,
            "quota": cores.quota,
            "threads_setting": wanted,
            "workers": workers,
            "threads_each": each,
        },
        troubles=tuple(_of_threads(cores, wanted)),
    )


def _of_threads(cores: Cores, wanted: int) -> Iterator[Trouble]:
    room = cores.usable if cores.quota is None else min(cores.usable, cores.quota)
    fits = max(1, math.floor(room))
    used = wanted or cores.usable
    option = f"`passerelle translate FILE --threads {fits}`, or threads = {fits} in passerelle.toml"
    if used > max(1, math.ceil(room)):
        limit = "a container's limit" if room < cores.usable else "all that may be used"
        yield Trouble(
            level="warning",
            what=f"{used} threads for {room:g} {'core' if room == 1 else 'cores'}: they wait "
            f"for each other ({limit})",
            where="threads",
            next_step=f"use as many as there is room for: {option}",
        )
    elif fits == 1 and cores.machine > 1:
        yield Trouble(
            level="note",
            what=f"one core of {cores.machine} may be used: a run takes as long as one core needs",
            where="threads",
            next_step="give this process or container more cores (taskset, cpuset, --cpus)",
        )
    elif fits == 1:
        yield Trouble(
            level="note",
            what="there is one core: a run takes as long as one core needs",
            where="threads",
            next_step="translate overnight; what is done is kept, and never translated twice",
        )
    elif wanted and wanted < fits:
        yield Trouble(
            level="note",
            what=f"{counted(wanted, 'thread')} of {fits} that there is room for",
            where="threads",
            next_step=f"use them: {option}",
        )


# --- working memory -----------------------------------------------------------------------


def ram(visit: Visit) -> Found:
    """Say how much working memory there is, and whether the model fits."""
    room = visit.system.room()
    available = int(min(room.available or room.total, room.limit or math.inf))
    told = f"{in_words(room.total)}, {in_words(room.available)} available"
    if room.limit is not None:
        told += f", {in_words(room.limit)} for this container"
    return Found(
        summary=told if room.total else "not told by this system",
        facts={"total": room.total, "available": room.available, "limit": room.limit},
        troubles=tuple(_of_room(visit, available)) if room.total else (),
    )


def _of_room(visit: Visit, available: int) -> Iterator[Trouble]:
    try:
        decision = decide(visit.settings, visit.store)
        record = visit.store.find(decision.installed) if decision.installed else None
    except PasserelleError:
        return  # told elsewhere
    size = record.size if record else 0
    need = f"its model has {in_words(size)}"
    if decision.kind.name == "bundled":
        size, need = _NEEDS, f"the bundled model took up to {in_words(_NEEDS)} with two threads"
    if available < size:
        yield Trouble(
            level="warning",
            what=f"{in_words(available)} of working memory are available; {need}",
            where="working memory",
            next_step="close other programs, or use fewer threads: "
            "`passerelle translate FILE --threads 1`",
        )
