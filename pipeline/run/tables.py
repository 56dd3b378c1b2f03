"""The segment table of a run, written part by part so that memory stays flat."""

from __future__ import annotations

import contextlib
import shutil
from typing import IO, TYPE_CHECKING

from pipeline.errors import OutputError
from pipeline.fsio import output_error
from pipeline.records import TermResult
from pipeline.table import from_plain, segment_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from pipeline.keeping import Keeper
    from pipeline.records import Translation


_ROWS = 5_000  # rows held before a part is written


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn polars' and the system's errors into ours."""
    import polars as pl

    try:
        yield
    except OSError as error:
        raise output_error(path, error) from error
    except pl.exceptions.PolarsError as error:
        raise OutputError(
            f"the segment table cannot be written: {error}",
            place=str(path),
            next_step="free some disk space and run again",
        ) from error


class Parts:
    """Frames of one kind that wait on the disk, in order, to be joined.

    Args:
        folder: emptied now: parts of a run that was cut off are made again from memory.

    Raises:
        OSError: the folder cannot be made or emptied.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._paths: list[Path] = []
        self.discard()
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        import polars as pl

        for path in self._paths:
            yield pl.read_parquet(path, glob=False)

    def add(self, frame: pl.DataFrame) -> None:
        """Write a part.

        Raises:
            OSError, polars.exceptions.PolarsError: it cannot be written.
        """
        path = self.folder / f"{len(self._paths):06d}.parquet"
        frame.write_parquet(path)
        self._paths.append(path)

    def join(self, target: IO[bytes] | str, *, rows: int) -> None:
        """Write all parts, of which there is one at least, as one Parquet file.

        Args:
            target: a file, or a path that polars knows.
            rows: of a group in the file.

        Raises:
            OSError, polars.exceptions.PolarsError: it cannot be written.
        """
        import polars as pl

        if len(self._paths) == 1 and not isinstance(target, str):
            with self._paths[0].open("rb") as part:
                shutil.copyfileobj(part, target)
        else:
            parts = pl.scan_parquet(self._paths, glob=False)
            parts.sink_parquet(target, maintain_order=True, row_group_size=rows)

    def discard(self) -> None:
        """Delete the parts."""
        shutil.rmtree(self.folder, ignore_errors=True)


class TableWriter:
    """Collects finished segments into numbered Parquet parts, then joins them.

    Parts of a run that was cut off are thrown away: the memory gives their rows again.

    Args:
        folder: for the parts; emptied at the beginning.
        look: shown every part before it is written.

    Raises:
        OutputError: the folder cannot be made or emptied.
    """

    def __init__(
        self,
        folder: Path,
        *,
        look: Callable[[int, pl.DataFrame], None] = lambda _first, _part: None,
    ) -> None:
        self._look = look
        self._held: list[Translation] = []
        self._frames: list[pl.DataFrame] = []  # before what is held
        self._waiting = 0  # rows of both
        self.rows = 0
        with _writing(folder):
            self._parts = Parts(folder)

    def add(self, translations: Sequence[Translation]) -> None:
        """Append rows.

        Raises:
            OutputError: a part cannot be written.
        """
        for start in range(0, len(translations), _ROWS):
            self._held.extend(translations[start : start + _ROWS])
            self._count(len(translations[start : start + _ROWS]))

    def copy(self, frame: pl.DataFrame) -> None:
        """Append rows that are a table already.

        Raises:
            OutputError: a part cannot be written.
        """
        self._settle()
        self._frames.append(frame)
        self._count(frame.height)

    def _count(self, rows: int) -> None:
        self.rows += rows
        self._waiting += rows
        if self._waiting >= _ROWS:
            self._flush()

    def _settle(self) -> None:
        if self._held:
            self._frames.append(segment_frame(self._held))
            self._held = []

    def _flush(self) -> None:
        import polars as pl

        self._settle()
        part = pl.concat(self._frames) if self._frames else segment_frame(())
        self._look(self.rows - self._waiting, part)
        with _writing(self._parts.folder):
            self._parts.add(part)
        self._frames = []
        self._waiting = 0

    def finish(self, path: Path, keeper: Keeper) -> None:
        """Write everything that was added as one table.

        Raises:
            OutputError: the table cannot be written.
        """
        if self._waiting or not self._parts:
            self._flush()
        with _writing(path), keeper.open(path) as handle:
            self._parts.join(handle, rows=_ROWS)

    def discard(self) -> None:
        """Delete the parts."""
        self._parts.discard()

    def terms(self) -> Iterator[tuple[str, int, int, list[TermResult]]]:
        """Give (document, block, segment, terms) of every segment with a term, in order."""
        import polars as pl

        for part in self._parts:
            rows = part.filter(pl.col("terms").list.len() > 0)
            places = rows.select("doc_id", "block_id", "segment_id", "terms")
            for *place, terms in places.iter_rows():
                yield *place, [from_plain(TermResult, term) for term in terms]
