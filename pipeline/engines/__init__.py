"""Engines: one protocol, several translators behind it, chosen by name from a registry."""

from pipeline.engines.base import Engine, ModelEngine, Quick
from pipeline.engines.batching import available_cores, pack
from pipeline.engines.guard import GuardedEngine
from pipeline.engines.registry import ENGINES

__all__ = ["ENGINES", "Engine", "GuardedEngine", "ModelEngine", "Quick", "available_cores", "pack"]
