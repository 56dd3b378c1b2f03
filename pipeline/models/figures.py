"""How good a model is: what was published, and what was measured here on a set that somebody named.

What was measured lies beside the models' folders, one file a model, as the placeholders that were
measured do: the folders hold what was installed and nothing else, so that they can be verified.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipeline.fsio import atomic_write, file_lock, output_error, read_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.models.record import ModelRecord

_FORMAT = 1
_FOLDER = ".measured"
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_STAMPED = 20_000  # files of a folder that its stamp looks at


# --- published ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One figure that is told somewhere, with who measured it on what."""

    origin: str  # what the model's own origin must hold
    metric: str
    value: float  # on sacrebleu's scale, 0 to 100
    set: str
    lines: int = 0  # 0 where it is not told
    by: str
    source: str  # the page of ours that says it


@cache
def _published() -> dict[str, Any]:
    path = files("pipeline.models") / "data" / "published.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def licence_of(record: ModelRecord) -> str:
    """Give the licence that is known for a model's kind; "" where none is."""
    return str(_published().get(record.kind, {}).get("licence", ""))


def published_for(record: ModelRecord) -> tuple[Published, ...]:
    """Give the figures that are published for a French-to-English model; none for a damaged one."""
    if record.damage or record.languages != ("fr", "en"):
        return ()
    told = (Published(**row) for row in _published().get(record.kind, {}).get("figures", ()))
    return tuple(figure for figure in told if figure.origin in record.origin)


# --- measured here ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredScore:
    """One figure with its signature."""

    name: str  # as sacrebleu names it: BLEU, chrF2, TER
    value: float  # on sacrebleu's scale
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one model gave on one set."""

    model: str  # its name in the store, path or address
    engine: str
    set: str  # its name, for people
    digest: str  # SHA-256 of the lines that were translated and of their references
    lines: int  # that were translated
    of: int  # lines of the whole set
    references: int  # for each line
    scores: tuple[MeasuredScore, ...]
    lines_per_second: float  # loading left out
    seconds: float  # loading left out
    threads: int
    way: str  # what was done besides the model's own answer, for people
    fingerprint: str  # the engine's
    stamp: str  # of the model's files, see `stamp_of`; "" where there are none
    measured_at: str  # ISO 8601, UTC
    version: str  # of Passerelle

    @property
    def day(self) -> str:
        """The day of the measurement, as ISO 8601 writes it."""
        return self.measured_at[:10]

    def score(self, name: str) -> MeasuredScore | None:
        """Give the figure of a metric, if it was computed."""
        return next((score for score in self.scores if score.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What is kept of one model, the newest first."""

    model: str  # its name in the store, path or address
    kept: tuple[Measurement, ...] = ()
    stamp: str = ""  # of the model's files as they are now
    damage: str = ""  # why the file is ignored; "" where it is not

    def is_old(self, measurement: Measurement) -> bool:
        """Say whether the model is another one than that which was measured."""
        return measurement.stamp != self.stamp


def stamp_of(record: ModelRecord | None, path: Path | None) -> str:
    """Give what changes when a model's files do; "" where there are none, at an address.

    Args:
        record: of an installed model: the hashes in it are taken.
        path: of any other: names, sizes and times of its files are, since to hash gigabytes
            takes long.
    """
    if record is not None and record.files:
        told = sorted((file.path, file.sha256) for file in record.files)
    elif path is not None:
        told = []
        with suppress(OSError):
            found = sorted(path.rglob("*"))[:_STAMPED] if path.is_dir() else [path]
            for each in found:
                if each.is_file():
                    status = each.stat()
                    name = each.relative_to(path).as_posix()
                    told.append((name, f"{status.st_size} {status.st_mtime_ns}"))
    else:
        return ""
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()


def measured_name(model: str) -> str:
    """Give the name by which a model that is not installed here is kept: real path or address."""
    return model if "://" in model else os.path.realpath(model)


def measured_path(root: Path, model: str, *, installed: bool) -> Path:
    """Give the file that keeps a model's measurements.

    Args:
        root: the store's folder.
        model: its name, where it is installed; else its path or address.
        installed: whether it is one of ours, by name.
    """
    if installed:
        return root / _FOLDER / f"{model}.json"
    digest = hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()
    return root / _FOLDER / f"@{digest[:24]}.json"


def elsewhere(root: Path) -> tuple[Path, ...]:
    """Give the files of models that are not installed by us."""
    with suppress(OSError):
        return tuple(sorted((root / _FOLDER).glob("@*.json")))
    return ()


def read_measured(path: Path, *, model: str = "", stamp: str = "") -> Measurements:
    """Read what was measured of a model.

    Args:
        path: see `measured_path`.
        model: its name, path or address; as the file says unless given.
        stamp: of its files as they are now.

    Returns:
        What is kept. A file that cannot be read is told and ignored: it can be measured again.
    """
    try:
        table = json.loads(read_file(path))
        if table["format"] != _FORMAT:
            raise ValueError(f"format {table['format']!r} is not known to this version")
        kept = sorted(map(_measurement, table["measured"]), key=lambda m: m.measured_at)
        own = model or table["model"]
        if not isinstance(own, str):
            raise TypeError("the model's name is no text")
    except FileNotFoundError:
        return Measurements(model=model, stamp=stamp)
    except _DAMAGE as error:
        reason = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        return Measurements(model=model, stamp=stamp, damage=reason or type(error).__name__)
    return Measurements(model=own, kept=tuple(reversed(kept)), stamp=stamp)


_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}


def _typed(row: dict[str, Any], kind: type) -> dict[str, Any]:
    """Give a row's values by the fields of a record; a wrong type is an error."""
    values = {}
    for each in fields(kind):
        value = row[each.name]
        wanted = _KINDS.get(str(each.type))
        if wanted and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise TypeError(f"{each.name} is no {each.type}")
        values[each.name] = float(value) if str(each.type) == "float" else value
    return values


def _measurement(row: dict[str, Any]) -> Measurement:
    values = _typed(row, Measurement)
    scores = tuple(MeasuredScore(**_typed(each, MeasuredScore)) for each in values["scores"])
    if not scores:
        raise ValueError("there is no figure in it")
    return Measurement(**values | {"scores": scores})


def keep_measurement(path: Path, measurement: Measurement) -> Measurements:
    """Keep a measurement, whole or not at all; one of the same set in the same way makes room.

    Raises:
        OutputError: it cannot be written, or another process writes it.
    """
    lock = path.parent.parent / ".locks" / "@measured.lock"
    with file_lock(lock, "is keeping a measurement", place=path, wait=30.0):
        kept: Sequence[Measurement] = read_measured(path).kept
        others = (m for m in kept if _what(m) != _what(measurement))
        rows = [asdict(m) for m in (measurement, *others)]
        table = {"format": _FORMAT, "model": measurement.model, "measured": rows}
        text = json.dumps(table, ensure_ascii=False, indent=2) + "\n"
        atomic_write(path, text.encode("utf-8", "backslashreplace"))
    return read_measured(path, stamp=measurement.stamp)


def _what(measurement: Measurement) -> tuple[str, str, int]:
    return measurement.digest, measurement.way, measurement.threads


def forget_measured(path: Path) -> bool:
    """Remove a model's measurements; say whether there were any.

    Raises:
        OutputError: they cannot be removed.
    """
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise output_error(path, error) from error
    with suppress(OSError):
        path.parent.rmdir()  # only when it is empty
    return True
