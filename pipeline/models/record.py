"""What is known of an installed model: our ``model.json``, and argostranslate's metadata.

``argostranslate.settings`` creates folders when imported; looking must not. Where it keeps
its packages is found by its own rules (version 1.12.1): environment first, then its
``settings.json``, then the platform-independent default.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

RECORD_NAME = "model.json"
_FORMAT = 1
_TEXTS = ("kind", "version", "origin", "recipe", "installed_at")  # of the record's table


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model."""

    path: str  # relative to the model's folder, POSIX separators
    sha256: str  # lower-case hexadecimal
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """An installed model."""

    name: str  # folder name in the store, e.g. "argos-fr-en"
    kind: str  # the engine that it is for: "argos", "bundled"
    version: str = ""
    languages: tuple[str, str] = ("", "")  # source code, target code
    origin: str = ""  # where it came from: a file, an index role, "package index"
    recipe: str = ""  # hash of what it was built from: equal recipe, equal model
    installed_at: str = ""  # ISO 8601, UTC; "" where not known
    files: tuple[ModelFile, ...] = ()  # argostranslate records none
    path: Path  # the model's folder
    owner: Literal["passerelle", "argostranslate"] = "passerelle"
    damage: str = ""  # why the record cannot be trusted; "" where it can

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    def to_json(self) -> bytes:
        """Render ``model.json``."""
        table = {"format": _FORMAT, **asdict(self)}
        for known_elsewhere in ("path", "owner", "damage"):
            del table[known_elsewhere]
        return (json.dumps(table, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a check of an installed model against its record found."""

    name: str
    path: Path
    checked: int  # files compared
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""  # the record itself is unreadable

    @property
    def ok(self) -> bool:
        """Whether the model is, byte for byte, what was installed."""
        return not self.describe()

    def describe(self) -> str:
        """Say in one line what is wrong; "" where nothing is."""
        parts = [self.problem] if self.problem else []
        for label in ("missing", "changed", "unexpected"):
            if names := getattr(self, label):
                parts.append(f"{label}: {', '.join(names)}")
        return "; ".join(parts)


def version_order(version: str) -> tuple[int, ...]:
    """Give what orders versions: 1.10 after 1.9, 1.9 and 1.9.0 alike."""
    numbers = [int(part) for part in re.findall(r"\d{1,18}", version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


# --- ours -------------------------------------------------------------------------


def hash_file(path: Path) -> str:
    """Give a file's SHA-256 in lower-case hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def hash_files(folder: Path) -> tuple[ModelFile, ...]:
    """Hash every regular file below ``folder`` but the record, sorted by path.

    Raises:
        OSError: a file cannot be read.
    """
    return tuple(
        ModelFile(path=name, sha256=hash_file(path), size=path.stat().st_size)
        for name, path in sorted(_files(folder), key=lambda found: found[1])
    )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != RECORD_NAME:
            yield name, path


def _typed(table: dict[str, Any], key: str, kind: type) -> Any:  # noqa: ANN401 - parsed JSON
    if not isinstance(table[key], kind):
        raise TypeError(f"{key} is no {kind.__name__}")
    return table[key]


def _file(row: dict[str, Any]) -> ModelFile:
    path = PurePosixPath(_typed(row, "path", str))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{row['path']!r} leaves the model's folder")
    if not 0 <= _typed(row, "size", int) < 1 << 62:
        raise ValueError(f"{row['path']!r} has no size that a file can have")
    return ModelFile(
        path=row["path"], sha256=_typed(row, "sha256", str), size=_typed(row, "size", int)
    )


def read_record(folder: Path) -> ModelRecord:
    """Read a model folder's ``model.json``.

    Raises:
        ModelDamaged: it is missing, unreadable or not what this version writes.
    """
    place = folder / RECORD_NAME
    try:
        table = json.loads(place.read_text(encoding="utf-8"))
        if table["format"] != _FORMAT:
            raise ValueError(f"format {table['format']!r} is not known to this version")
        source, target = table["languages"]
        return ModelRecord(
            name=folder.name,
            languages=(str(source), str(target)),
            files=tuple(map(_file, table["files"])),
            path=folder,
            **{key: _typed(table, key, str) for key in _TEXTS},
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = {FileNotFoundError: "is missing", KeyError: f"has no {error}"}.get(
            type(error), f"cannot be read: {error}"
        )
        raise ModelDamaged(
            f"the model's record {reason}",
            place=str(place),
            next_step=f"remove the model ({folder.name}) and install it again",
        ) from error


def compare_files(record: ModelRecord, *, hashes: bool = True) -> VerifyReport:
    """Compare a model's files, byte for byte, with its record; without ``hashes`` their sizes."""
    missing, changed = [], []
    for file in record.files:
        path = record.path / file.path
        try:
            if not path.is_file():
                missing.append(file.path)
            elif path.stat().st_size != file.size or (hashes and hash_file(path) != file.sha256):
                changed.append(file.path)
        except OSError:
            changed.append(file.path)
    present = {name for name, _ in _files(record.path)}
    return VerifyReport(
        name=record.name,
        path=record.path,
        checked=len(record.files),
        missing=tuple(missing),
        changed=tuple(changed),
        unexpected=tuple(sorted(present - {file.path for file in record.files})),
    )


def is_of_ours(folder: Path) -> bool:
    """Say whether a folder holds anything of a model: a record, weights or a package's metadata."""
    marks = (RECORD_NAME, "model.bin", "model/model.bin", "metadata.json")
    try:
        return any((folder / mark).exists() for mark in marks) or not any(folder.iterdir())
    except OSError:  # a folder that cannot be looked into
        return True


def folder_bytes(folder: Path) -> int:
    """Give the bytes of all files below a folder; what cannot be seen does not count."""
    total = 0
    for path, _, names in os.walk(folder):  # raises nothing
        for name in names:
            with suppress(OSError):
                total += (Path(path) / name).lstat().st_size
    return total


# --- argostranslate's -------------------------------------------------------------


def _home(environ: Mapping[str, str]) -> Path:
    # Not Path.home(): it raises where there is none.
    return Path(("SNAP" in environ and environ.get("SNAP_USER_DATA")) or os.path.expanduser("~"))  # noqa: PTH111


def _table(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def argos_setting(environ: Mapping[str, str], key: str) -> str:
    """Give one of argostranslate's settings, "" where neither environment nor file has it."""
    if environ.get(key):
        return environ[key]
    config = Path(environ.get("XDG_CONFIG_HOME") or _home(environ) / ".config")
    value = _table(config / "argos-translate" / "settings.json").get(key, "")
    return value if isinstance(value, str) else ""


def argostranslate_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Give the folders where argostranslate looks for installed packages.

    Nothing is created; folders that do not exist are named all the same.
    """
    told = argos_setting(environ, "ARGOS_PACKAGES_DIR")
    data = Path(environ.get("XDG_DATA_HOME") or _home(environ) / ".local" / "share")
    folders = [Path(told) if told else data / "argos-translate" / "packages"]
    if "SNAP" in environ:
        custom = Path(environ["SNAP"]) / "snap_custom"
        folders += [custom / "packages", *sorted((custom / "content_snap_packages").glob("*/"))]
    return tuple(folders)


def found_packages(folders: Iterable[Path]) -> tuple[ModelRecord, ...]:
    """Give a record for every usable translation package below ``folders``.

    Packages of other types, and folders without metadata or model, are passed over.
    Their files carry no hashes: argostranslate records none.
    """
    records = []
    for parent in folders:
        try:
            candidates = sorted(p for p in parent.iterdir() if p.is_dir())
        except OSError:
            continue
        for folder in candidates:
            table = _table(folder / "metadata.json")
            source, target = table.get("from_code"), table.get("to_code")
            if (
                isinstance(source, str)
                and isinstance(target, str)
                and table.get("type", "translate") == "translate"
                and (folder / "model" / "model.bin").is_file()
            ):
                records.append(
                    ModelRecord(
                        name=folder.name,
                        kind="argos",
                        version=str(table.get("package_version", "")),
                        languages=(source, target),
                        origin="argostranslate",
                        path=folder,
                        owner="argostranslate",
                    )
                )
    return tuple(records)
