"""Documents that need not even be read: nothing that decides their translation changed.

The translation memory already saves the engine's work. This saves the rest: a document
whose bytes, whose output and whose surroundings (engine, glossary, approved entries,
options, our own version) are those of the last finished run keeps its output, and its
rows are copied from the last segment table.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.fsio import read_file
from pipeline.keeping import digest_of, file_digest
from pipeline.translate.reading import reading_of

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from pipeline.run.journal import Finished, Journal
    from pipeline.translate import Translator
    from pipeline.translate.reading import Source

VERSION = 4
"""Raised when a run makes something else of the same inputs, whatever our own version."""

_CHUNK = 20_000  # rows of the last table that are held


def run_key(translator: Translator) -> bytes:
    """Hash everything but the sources that decides what a run writes."""
    chosen, terms, settings = translator.chosen, translator.glossary.termbase, translator.settings
    engine = chosen.engine
    parts = [
        VERSION,
        __version__,
        engine.name,
        engine.fingerprint,
        astuple(engine.decoding),
        engine.max_source_tokens,
        repr(chosen.masks),
        terms.fingerprint,
        [term.place for term in terms.terms],
        translator.memory.approved_fingerprint(),
        astuple(reading_of(settings)),
        settings.second_look,
        settings.touch_ups,
        settings.variant,
        settings.clock,
    ]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A document that keeps the output of the last run."""

    source: Source
    finished: Finished
    data: bytes  # the output


class Reuse:
    """Knows which documents keep the output of the last finished run.

    Args:
        out: the output folder.
        journal: of that folder.
        table: the last run's segment table.
        key: of the run at hand.
        allowed: ``False`` to let nothing be kept (``--force``).
    """

    def __init__(
        self, out: Path, journal: Journal, table: Path, key: bytes, *, allowed: bool = True
    ) -> None:
        self._out = out
        self._journal = journal
        known, digest = journal.state()
        self.possible = allowed and known == key and bool(digest) and file_digest(table) == digest

    def find(self, source: Source, data: bytes) -> Unchanged | None:
        """Give the kept document for a source with this content, if it is one."""
        if not self.possible:
            return None
        finished = self._journal.finished(source.output)
        if finished is None or finished.source != digest_of(data):
            return None
        try:
            output = read_file(self._out / source.output)
        except OSError:
            return None
        if digest_of(output) != finished.target:
            return None
        return Unchanged(source=source, finished=finished, data=output)


class LastTable:
    """Rows of the last segment table by number, read a stretch at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = 0
        self._held: pl.DataFrame | None = None

    def rows(self, first: int, count: int) -> pl.DataFrame:
        """Give rows as they come from memory: not translated now, no time spent."""
        import polars as pl

        end = first + count
        held = self._held
        if held is None or first < self._first or end > self._first + held.height:
            frame = (
                pl.scan_parquet(self._path, glob=False).slice(first, max(count, _CHUNK)).collect()
            )
            held = frame.with_columns(memory=pl.lit(True), seconds=pl.lit(0.0))
            self._first, self._held = first, held
        return held.slice(first - self._first, count)
