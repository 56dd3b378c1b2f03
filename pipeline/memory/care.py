"""Looking after a memory: counting, checking, pruning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import MemoryStoreError
from pipeline.memory.approvals import crc
from pipeline.memory.codec import decode_answer, decode_rendering
from pipeline.memory.database import DamagedError
from pipeline.table import MISREAD

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.memory.store import TranslationMemory


_LAYERS = (("answers", "answer"), ("segments", "record"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryStats:
    """What a memory holds."""

    answers: int  # stored answers of engines
    segments: int  # finished segments
    approved: int  # entries that people settled
    bytes: int  # size of the file, without its log
    engines: tuple[tuple[str, int], ...]  # fingerprint → answers, most answers first
    unused_30_days: int  # answers and segments that no run has asked for in 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCheck:
    """What `check` found."""

    rows: int  # rows that were read
    damaged: int  # rows whose checksum or content is wrong
    approved: int  # entries that people settled, each in the database and in the second home
    structure: tuple[str, ...]  # what SQLite's own check reports; () when sound

    @property
    def sound(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.damaged and not self.structure


def stats(memory: TranslationMemory) -> MemoryStats:
    """Count what ``memory`` holds."""

    def one(statement: str, *values: object) -> int:
        return int(next(memory.rows(statement, values))[0])

    edge = memory.today - 30
    return MemoryStats(
        answers=one("SELECT count(*) FROM answers"),
        segments=one("SELECT count(*) FROM segments"),
        approved=one("SELECT count(*) FROM approved"),
        bytes=one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
        engines=tuple(
            (str(name), int(count))
            for name, count in memory.rows(
                "SELECT fingerprint, count(*) AS n FROM answers GROUP BY 1 ORDER BY n DESC, 1"
            )
        ),
        unused_30_days=one("SELECT count(*) FROM answers WHERE used < ?", edge)
        + one("SELECT count(*) FROM segments WHERE used < ?", edge),
    )


def check(memory: TranslationMemory, *, repair: bool = False) -> MemoryCheck:
    """Read every row and compare it with its checksum.

    Args:
        memory: the memory to check.
        repair: delete the damaged rows, which the next run writes again; where the file's
            structure is damaged, begin a new one with every sound row.

    Raises:
        MemoryStoreError: the file cannot be used.
    """
    rows = damaged = 0
    structure = []
    try:
        integrity = memory.rows("PRAGMA integrity_check(20)")
        structure += [str(row[0]) for row in integrity if row[0] != "ok"]
        for table, column in _LAYERS:
            bad = []
            for key, text, check in memory.rows(f"SELECT key, {column}, crc FROM {table}"):
                rows += 1
                if not _sound(table, key, text, check):
                    bad.append(key)
            damaged += len(bad)
            for key in bad if repair else ():
                memory.change(f"DELETE FROM {table} WHERE key = ?", (key,))
        for row in memory.rows("SELECT source, target, note, crc FROM approved"):
            rows += 1
            damaged += crc(*row[:3]) != row[3]  # it comes back from the second home
    except MemoryStoreError as error:
        if not isinstance(error.__cause__, DamagedError):
            raise
        structure.append(error.problem)  # rows that cannot even be read
    if repair and structure:
        memory.rebuild(structure[0])
    approved = len(memory.approved_entries())
    return MemoryCheck(rows=rows, damaged=damaged, approved=approved, structure=tuple(structure))


def _sound(table: str, key: bytes, text: str, check: int) -> bool:
    if crc(key, text) != check:
        return False
    try:
        if table == "answers":
            decode_answer(text)
        else:
            decode_rendering(text)
    except MISREAD:
        return False
    return True


def prune(
    memory: TranslationMemory, *, days: int | None = None, keep: Collection[str] | None = None
) -> int:
    """Delete rows that are no longer of use; approved entries always stay.

    Args:
        memory: the memory to prune.
        days: delete what no run has asked for in so many days; ``None`` for no such limit.
        keep: keep only rows of engines with these fingerprints; ``None`` for all.

    Returns:
        How many rows were deleted.
    """
    deleted = 0
    for table, _ in _LAYERS:
        if days is not None:
            deleted += memory.change(
                f"DELETE FROM {table} WHERE used < ?",
                (memory.today - days,),
            )
        if keep is not None:
            marks = ",".join("?" * len(keep))
            deleted += memory.change(
                f"DELETE FROM {table} WHERE fingerprint NOT IN ({marks})",
                tuple(keep),
            )
    if deleted:
        memory.shrink()
    return deleted
