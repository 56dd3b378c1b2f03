"""The second home of people's corrections: lines with checksums in a file beside the memory.

The database can be damaged in a way that takes any of its rows along. What people approved
stands in this file too, and damage to either of the two loses nothing: what is missing in one
comes back from the other. A line holds every entry with one `approved_key`, so that a newer
line simply stands for the older ones.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import OutputError
from pipeline.fsio import atomic_write, free_name, read_file
from pipeline.memory.keys import approved_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_LATEST = 1 << 53  # of `added`; more is damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A translation that a person has settled."""

    source: str
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An approved entry as it is kept."""

    entry: Approved
    added: int  # rises with every approval: milliseconds since 1970, days in memories of before
    key: str  # `approved_key` of the source


Groups = dict[str, tuple[Settled, ...]]
"""What was approved: key → its entries, oldest first. Only an old memory has several."""


def crc(*values: object) -> int:
    """Give the checksum over texts and bytes; -1, which no row has, where one is neither."""
    total = 0
    for value in values:
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
        elif not isinstance(value, bytes):
            return -1
        total = zlib.crc32(value, total)
    return total


def clean(text: str) -> str:
    """Replace lone surrogates, which no file of ours can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def settled(source: object, target: object, note: object, added: object) -> Settled | None:
    """Make an entry of what a row holds; ``None`` where it is damaged."""
    if not isinstance(added, int) or not 0 <= added < _LATEST:
        return None
    if not (isinstance(source, str) and isinstance(target, str) and isinstance(note, str)):
        return None
    entry = Approved(source=source, target=target, note=note)
    return Settled(entry=entry, added=added, key=clean(approved_key(source)))


def grouped(entries: Iterable[Settled]) -> Groups:
    """Put entries under their keys."""
    found: dict[str, dict[str, Settled]] = {}
    for one in sorted(entries, key=lambda s: (s.added, s.entry.source)):
        found.setdefault(one.key, {})[one.entry.source] = one
    return {key: tuple(group.values()) for key, group in found.items()}


def entries_of(groups: Groups) -> Iterator[Settled]:
    """Give every entry."""
    for group in groups.values():
        yield from group


def merged(*homes: Mapping[str, tuple[Settled, ...]]) -> Groups:
    """Put homes together: under each key what was approved last; the first home's where equal."""
    result: Groups = {}
    for key in dict.fromkeys(key for home in homes for key in home):
        held = [home[key] for home in homes if key in home]
        last = max(group[-1].added for group in held)
        newest = [one for group in reversed(held) if group[-1].added == last for one in group]
        result.update(grouped(newest))
    return result


def _line(body: object) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return b'["%08x",%b]\n' % (zlib.crc32(text), text)


def _values(line: bytes) -> object:
    """Read what `_line` wrote; ``None`` where it is damaged."""
    text = line[12:-1]
    if line != b'["%08x",%b]' % (zlib.crc32(text), text):
        return None
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(text)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the second home holds."""

    groups: Groups
    damaged: int  # lines that are not as they were written
    format: int  # of the memory beside which it was written last; 0 where it does not say


NOTHING = Held(groups={}, damaged=0, format=0)


class SecondHome:
    """The file beside a memory. Where it cannot be used, a warning says so: nothing stops.

    Args:
        memory: the memory's file.
        warn: told in one sentence what is wrong with the file.
    """

    def __init__(self, memory: Path, warn: Callable[[str], None]) -> None:
        self.path = memory.with_name(f"{memory.name}.approved.jsonl")
        self._warn = warn

    def read(self) -> Held:
        """Read every line that is sound."""
        try:
            data = read_file(self.path)
        except FileNotFoundError:
            return NOTHING
        except OSError:
            return Held(groups={}, damaged=1, format=0)  # writing it says why
        groups: Groups = {}
        damaged = made_by = 0
        for line in data.split(b"\n"):
            match _values(line) if line else []:
                case {"passerelle": "memory", "format": int(number)}:
                    made_by = number
                case [*rows]:
                    groups = _newer(groups, rows)
                case _:
                    damaged += 1
        if data and not data.endswith(b"\n") and not damaged:
            damaged = 1  # else the next line would be added to the last
        return Held(groups=groups, damaged=damaged, format=made_by)

    def agree(self, groups: Groups, held: Held, *, made_by: int) -> None:
        """Give the file what it lacks.

        Args:
            groups: everything that is approved.
            held: what `read` gave.
            made_by: the memory's format.
        """
        if held.damaged or held.format != made_by:
            self._write(groups, damaged=held.damaged > 0, made_by=made_by)
        else:
            missing = {key: g for key, g in groups.items() if held.groups.get(key) != g}
            self.add(missing, groups, made_by=made_by)

    def add(self, groups: Groups, everything: Groups, *, made_by: int) -> None:
        """Append a line for each of some groups, and make it durable; else write everything."""
        data = b"".join(map(_group_line, groups.values()))
        if not data:
            return
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
            try:
                while data:
                    data = data[os.write(handle, data) :]
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError:
            self._write(everything, damaged=False, made_by=made_by)

    def _write(self, groups: Groups, *, damaged: bool, made_by: int) -> None:
        """Write the whole file anew; a file in its place that is somebody's gets another name."""
        name = self.path.name
        head = _line({"passerelle": "memory", "format": made_by})
        try:
            if os.path.lexists(self.path) and not self._is_ours():
                aside = free_name(self.path, "kept")
                self.path.rename(aside)
                self._warn(f"{name} was somebody's file: it is kept as {aside.name}")
                damaged = False
            atomic_write(self.path, head + b"".join(map(_group_line, groups.values())))
        except (OSError, OutputError) as error:
            reason = error.problem if isinstance(error, OutputError) else error.strerror
            self._warn(f"approved entries have no second copy: {self.path}: {reason}")
        else:
            if damaged:
                self._warn(f"{name} was damaged; it is written anew, no approved entry is lost")

    def _is_ours(self) -> bool:
        if self.path.is_symlink():
            return False
        data = read_file(self.path)
        return not data or any(_values(line) is not None for line in data.split(b"\n"))


def _group_line(group: tuple[Settled, ...]) -> bytes:
    return _line([[s.entry.source, s.entry.target, s.entry.note, s.added] for s in group])


def _newer(groups: Groups, rows: Iterable[object]) -> Groups:
    """Lay a line over those before it."""
    for key, group in grouped(_rows(rows)).items():
        if key not in groups or groups[key][-1].added <= group[-1].added:
            groups[key] = group
    return groups


def _rows(rows: Iterable[object]) -> Iterator[Settled]:
    for row in rows:
        if isinstance(row, list) and len(row) == 4:
            one = settled(*row)
            if one is not None:
                yield one
