"""Argos packages: looked through before anything is unpacked, then put in place whole.

A package is a zip archive with one folder: ``metadata.json``, ``model/`` (CTranslate2)
and a tokenizer. It may come from anywhere, so nothing in it is believed: argostranslate
itself extracts whatever the archive says.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import PackageRefused, UsageError
from pipeline.models.record import version_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.models.record import ModelRecord
    from pipeline.models.store import Store

UNPACK_VERSION = 1  # raised whenever the same archive would be unpacked differently

_CHUNK = 1 << 20
_METADATA_LIMIT = 1 << 20
_CODE = r"[a-z]{2,3}([-_][A-Za-z]{2,8})?"
_VERSION = r"[0-9][0-9A-Za-z.+-]{0,30}"
_TOKENIZERS = ("sentencepiece.model", "bpe.model")
_VOCABULARIES = (
    {"shared_vocabulary.json"},
    {"shared_vocabulary.txt"},
    {"source_vocabulary.json", "target_vocabulary.json"},
    {"source_vocabulary.txt", "target_vocabulary.txt"},
)
_NEWEST_BINARY = 6  # CTranslate2's model.bin format that this was written against
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
# What a member's name may not hold, because it could lead elsewhere.
_BAD_NAMES = {
    r"[\x00-\x1f\x7f-\x9f]": "has a control character in its name",
    r"\\": "has a backslash in its name",
    r"^/": "has an absolute path",
    r"(^|/)\.\.(/|$)": "leaves the folder it is unpacked to",
    r"(^|/)\.?(/|$)": "has an empty step in its path",
    r":": "has a drive letter or a colon in its name",
    r"(?i)(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)|[. ](/|$)": "has a name that not every"
    " system can store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What an archive may unpack to. Real fr→en packages hold about 20 files, 150 MB."""

    members: int = 5_000
    member_bytes: int = 3 << 30
    total_bytes: int = 4 << 30
    ratio: int = 200  # bytes unpacked per byte packed, of any member above 1 MiB


class _Package:
    """An open archive, looked through: its files by their path below its one folder.

    Raises:
        PackageRefused: it is unsafe or incomplete; names the member and the reason.
    """

    def __init__(self, archive: zipfile.ZipFile, place: str, limits: ArchiveLimits) -> None:
        self._archive = archive
        self._place = place
        members = self._members(limits)
        tops = sorted({parts[0] for parts in members})
        if len(tops) != 1 or any(len(parts) == 1 for parts in members):
            raise _refused(
                place,
                "is not an Argos package: it should hold one folder, and holds "
                + (", ".join(map(repr, tops[:4])) or "nothing"),
            )
        self.top = tops[0]
        self.files = {"/".join(parts[1:]): info for parts, info in members.items()}
        self.metadata = self._metadata()
        self.languages: tuple[str, str] = (self.metadata["from_code"], self.metadata["to_code"])
        self._check_model()

    def refuse(self, reason: str, member: str = "") -> PackageRefused:
        """Give the error for a file of the package."""
        return _refused(self._place, reason, f"{self.top}/{member}" if member else self.top)

    def unpack(self, folder: Path) -> None:
        """Write the files below ``folder``."""
        for name, info in self.files.items():
            path = folder.joinpath(*name.split("/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as handle:
                for chunk in self._read(info):
                    handle.write(chunk)

    def _members(self, limits: ArchiveLimits) -> dict[tuple[str, ...], zipfile.ZipInfo]:
        infos = self._archive.infolist()
        if len(infos) > limits.members:
            reason = f"holds {len(infos):,} members, more than {limits.members:,}"
            raise _refused(self._place, reason)
        files: dict[tuple[str, ...], zipfile.ZipInfo] = {}
        seen: dict[tuple[str, ...], str] = {}
        for info in infos:
            name = info.orig_filename  # as it stands in the archive: ZipInfo.filename is cleaned
            if fault := _fault(info, limits):
                raise _refused(self._place, fault, name)
            parts = tuple(name.removesuffix("/").split("/"))
            # Some file systems fold case and Unicode forms: two such names are one file there.
            folded = tuple(unicodedata.normalize("NFC", part).casefold() for part in parts)
            if folded in seen and not (info.is_dir() and seen[folded] == "folder"):
                raise _refused(self._place, "is there twice", name)
            seen[folded] = "folder" if info.is_dir() else "file"
            for length in range(1, len(folded)):
                if seen.setdefault(folded[:length], "folder") == "file":
                    raise _refused(self._place, "lies below a file", name)
            if not info.is_dir():
                files[parts] = info
        total = sum(info.file_size for info in files.values())
        if total > limits.total_bytes:
            reason = f"unpacks to {total:,} bytes, more than {limits.total_bytes:,}"
            raise _refused(self._place, reason)
        return dict(sorted(files.items()))

    def _read(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpack one member in chunks, believing its declared size only as an upper limit."""
        name, done = info.orig_filename, 0
        try:
            with self._archive.open(info) as handle:
                while chunk := handle.read(_CHUNK):
                    done += len(chunk)
                    if done > info.file_size:
                        raise _refused(self._place, "is larger than it declares", name)
                    yield chunk
        except _UNREADABLE as error:
            raise _refused(self._place, f"is damaged: {error}", name) from error
        if done != info.file_size:
            raise _refused(self._place, "is shorter than it declares", name)

    def _metadata(self) -> dict[str, Any]:
        name = "metadata.json"
        if name not in self.files:
            raise self.refuse(f"holds no {name}")
        if self.files[name].file_size > _METADATA_LIMIT:
            raise self.refuse("is too large to be metadata", name)
        try:
            table = json.loads(b"".join(self._read(self.files[name])).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise self.refuse(f"is not valid JSON: {error}", name) from error
        if not isinstance(table, dict):
            raise self.refuse("does not hold an object", name)
        if table.get("type", "translate") != "translate":
            reason = f"describes a package of type {table['type']!r}, not a translator"
            raise self.refuse(reason, name)
        for key, pattern, kind in (
            ("from_code", _CODE, "language code"),
            ("to_code", _CODE, "language code"),
            ("package_version", _VERSION, "version"),
            ("argos_version", _VERSION, "version"),
        ):
            value = table.get(key)
            if not (isinstance(value, str) and re.fullmatch(pattern, value)):
                raise self.refuse(f"has no {kind} as {key!r}: {value!r}", name)
        if not isinstance(table.get("target_prefix", ""), str):
            raise self.refuse("has a 'target_prefix' that is not a text", name)
        return table

    def _check_model(self) -> None:
        present = self.files.keys()
        if not present & set(_TOKENIZERS):
            raise self.refuse(f"holds no tokenizer: {' or '.join(_TOKENIZERS)}")
        if "model/model.bin" not in present:
            raise self.refuse("holds no CTranslate2 model: model/model.bin")
        if not any({f"model/{name}" for name in names} <= present for names in _VOCABULARIES):
            raise self.refuse("holds no vocabulary for the model: model/shared_vocabulary.json")
        head = next(self._read(self.files["model/model.bin"]), b"")
        version, length = struct.unpack("<IH", head[:6].ljust(6, b"\0"))
        if not 2 <= version <= _NEWEST_BINARY or not head[6 : 6 + length].startswith(
            b"Transformer"
        ):
            raise self.refuse("is not a CTranslate2 translation model", "model/model.bin")
        if version >= _NEWEST_BINARY and "model/config.json" not in present:
            raise self.refuse("holds no configuration for the model: model/config.json")


def _refused(place: str, reason: str, member: str = "") -> PackageRefused:
    """Give the error that names the archive, the member and the reason."""
    shown = member if len(member) <= 120 else member[:119] + "…"
    return PackageRefused(
        f"{shown!r} {reason}" if member else f"the file {reason}",
        place=place,
        next_step="nothing was installed; get the package again from a source you trust",
    )


def _fault(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str:
    """Say what is wrong with a member before it is read; "" where nothing is."""
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in _METHODS:
        return f"is packed by an unknown method ({info.compress_type})"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return "is a symbolic link"
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        return "is a device, a pipe or a socket"
    if info.file_size > limits.member_bytes:
        return f"unpacks to {info.file_size:,} bytes, more than a model needs"
    if info.file_size > _CHUNK and info.file_size > limits.ratio * max(info.compress_size, 1):
        return f"unpacks to more than {limits.ratio} times its size"
    name = info.orig_filename.removesuffix("/")
    for pattern, reason in _BAD_NAMES.items():
        if re.search(pattern, name):
            return reason
    if any(len(part.encode()) > 255 for part in name.split("/")):
        return "has a name that not every system can store"
    return ""


def install_archive(
    store: Store,
    handle: IO[bytes],
    *,
    place: str,
    origin: str,
    languages: tuple[str, str] | None = ("fr", "en"),
    limits: ArchiveLimits | None = None,
    force: bool = False,
    progress: Callable[[str], None] = lambda _message: None,
) -> ModelRecord:
    """Check an ``.argosmodel`` archive and install it whole or not at all.

    Sentence splitters inside (``stanza/``, ``minisbd/``) are kept but not used.

    Args:
        store: where to install.
        handle: the archive, seekable.
        place: how to call it in messages.
        origin: what the record shall say about where it came from.
        languages: source and target code it must have; ``None`` accepts any.
        limits: what it may unpack to.
        force: install even where the same archive is installed already.
        progress: told what is being done.

    Raises:
        PackageRefused: it is unsafe, incomplete or damaged; nothing was installed.
        UsageError: a newer version is installed.
        OutputError: the store cannot be written; nothing was installed.
    """
    try:
        archive = zipfile.ZipFile(handle)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refused(place, f"is not a zip archive: {error}") from error
    with archive:
        package = _Package(archive, place, limits or ArchiveLimits())
        if languages is not None and package.languages != languages:
            ours, wanted = "→".join(package.languages), "→".join(languages)
            raise package.refuse(f"translates {ours}, not {wanted}", "metadata.json")
        handle.seek(0)
        content = hashlib.file_digest(handle, "sha256").hexdigest()  # type: ignore[arg-type]
        size = sum(info.file_size for info in package.files.values())
        name = f"argos-{'-'.join(package.languages)}".lower()
        version, recipe = package.metadata["package_version"], f"unpack-{UNPACK_VERSION}:{content}"
        there = next((r for r in store.list() if r.name == name and not r.damage), None)
        instead = _instead_of(there, version, recipe, place=place, force=force)
        progress(
            f"{name} {version}, the same package, is installed already"
            if instead is None
            else f"installing {package.top}, {size / 1e6:.0f} MB{instead}"
        )
        return store.install_folder(
            name,
            package.unpack,
            kind="argos",
            version=version,
            languages=package.languages,
            origin=origin,
            recipe=recipe,
            force=force,
            progress=progress,
        )


def _instead_of(
    there: ModelRecord | None, version: str, recipe: str, *, place: str, force: bool
) -> str | None:
    """Say whose place a package takes; ``None`` where the same one is installed.

    Raises:
        UsageError: an older version would take the place of a newer one.
    """
    if there is None:
        return ""
    if there.recipe == recipe and not force:
        return None
    if version_order(version) < version_order(there.version) and not force:
        raise UsageError(
            f"this is version {version}, older than {there.version}, which is installed",
            place=place,
            next_step="nothing was changed; to have the older one instead, add --force",
        )
    return f", in the place of version {there.version}"
