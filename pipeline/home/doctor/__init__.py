"""A look at what is there and what is wrong: engine, model, memory, glossary, disk, machine.

Enters: a `Visit`, what is to be looked at. Leaves: a `Health`, an `Examined` for each line of
`EXAMINATIONS`, fit to be pasted into a bug report. Nothing on disk changes, and the model is
loaded only where its speed is asked for.
"""

from __future__ import annotations

from pipeline.home.doctor.records import Examined, Found, Health, Trouble
from pipeline.home.doctor.registry import EXAMINATIONS, examine
from pipeline.home.doctor.rendering import render
from pipeline.home.doctor.system import System
from pipeline.home.doctor.visit import Visit

__all__ = [
    "EXAMINATIONS",
    "Examined",
    "Found",
    "Health",
    "System",
    "Trouble",
    "Visit",
    "examine",
    "render",
]
