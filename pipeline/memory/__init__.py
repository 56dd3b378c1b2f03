"""Translation memory: nothing is translated twice, and people's corrections win."""

from pipeline.memory.approvals import Approved
from pipeline.memory.care import MemoryCheck, MemoryStats, check, prune, stats
from pipeline.memory.exchange import COLUMNS, Corrections, read_corrections, table_rows
from pipeline.memory.keys import approved_key, request_key, segment_key
from pipeline.memory.look import MemoryLook, look
from pipeline.memory.store import TranslationMemory

__all__ = [
    "COLUMNS",
    "Approved",
    "Corrections",
    "MemoryCheck",
    "MemoryLook",
    "MemoryStats",
    "TranslationMemory",
    "approved_key",
    "check",
    "look",
    "prune",
    "read_corrections",
    "request_key",
    "segment_key",
    "stats",
    "table_rows",
]
