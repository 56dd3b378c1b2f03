"""Engines: one protocol, several translators behind it, chosen by name from a registry."""

from pipeline.engines.base import Abilities, Engine, ModelEngine, Quick
from pipeline.engines.batching import available_cores, pack
from pipeline.engines.guard import GuardedEngine
from pipeline.engines.registry import ENGINES

__all__ = [
    "ENGINES",
    "Abilities",
    "Engine",
    "GuardedEngine",
    "ModelEngine",
    "Quick",
    "available_cores",
    "pack",
]
