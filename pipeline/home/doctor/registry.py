"""The examinations, a line each, and the round that makes them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.home.doctor import machine, project, setup, software, speed
from pipeline.home.doctor.records import Examined, Found, Health, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.home.doctor.visit import Visit

    Examination = Callable[[Visit], Found]

EXAMINATIONS: Mapping[str, Examination] = {
    "settings": setup.settings,
    "engine": setup.engine,
    "model": setup.model,
    "glossary": project.glossary,
    "memory": project.memory,
    "output": project.output,
    "processor": machine.processor,
    "threads": machine.threads,
    "ram": machine.ram,
    "software": software.software,
    "extras": software.extras,
    "terminal": software.terminal,
    "speed": speed.speed,
}


def examine(visit: Visit, examinations: Mapping[str, Examination] = EXAMINATIONS) -> Health:
    """Make every examination; one that fails is told and stops no other."""
    return Health(
        passerelle=software.version_of("passerelle"),
        examined=tuple(
            Examined(name=name, found=_made(visit, name, examination))
            for name, examination in examinations.items()
        ),
    )


def _made(visit: Visit, name: str, examination: Examination) -> Found:
    try:
        return examination(visit)
    except Exception as error:  # a bug of ours, whatever it is: the others still tell
        trace, place = error.__traceback__, ""
        while trace is not None:
            place = f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"
            trace = trace.tb_next
        return Found(
            summary="could not be examined",
            facts={"bug": type(error).__name__, "at": place},
            troubles=(
                Trouble(
                    level="error",
                    what=f"this is a bug of Passerelle's: examining {name} ended with "
                    f"{type(error).__name__}",
                    where=place,
                    next_step="report it with this whole text; nothing else depends on it",
                    exit_code=1,
                ),
            ),
        )
