"""A run beyond one machine: the engine's answers are made elsewhere, all else happens here.

Enters: windows of a run. Leaves: the same windows, when memory has the answers they lack.
"""

from __future__ import annotations

from pipeline.run.cluster.driver import Cluster, Prefetch, need_ray

__all__ = ["Cluster", "Prefetch", "need_ray"]
