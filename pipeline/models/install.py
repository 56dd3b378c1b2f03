"""Getting a model ready: installed by what a person calls it, found and checked for an engine.

The Argos package index's address is argostranslate's own (``ARGOS_PACKAGE_INDEX`` overrides
it). It is read out of the source of ``argostranslate.settings`` because importing that
module creates folders in the user's home.
"""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import (
    ModelDamaged,
    ModelError,
    ModelMissing,
    NetworkError,
    PackageRefused,
    UsageError,
)
from pipeline.fsio import is_folder, open_file, output_error
from pipeline.models.argos_package import install_archive
from pipeline.models.bundled import BUNDLED_NAME, ensure_bundled, install_bundled
from pipeline.models.record import argos_setting, compare_files

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable, Iterator, Mapping

    from pipeline.models.record import ModelRecord
    from pipeline.models.store import Store

# --- by what a person calls it -------------------------------------------------------

_CODE = re.compile(r"(?:translate[-_])?([a-z]{2,3})[-_]([a-z]{2,3})")


def install_model(
    store: Store,
    what: str,
    *,
    force: bool = False,
    any_language: bool = False,
    progress: Callable[[str], None] = lambda _message: None,
) -> ModelRecord:
    """Install a model.

    Args:
        store: where to install.
        what: ``bundled``, the path of an ``.argosmodel`` file, or an Argos code
            (``fr-en``), which is fetched from the Argos package index.
        force: install even where the same model is installed already.
        any_language: accept a package that is not French to English.
        progress: told what is being done.

    Raises:
        UsageError: ``what`` is none of these.
        PackageRefused: the package is unsafe, incomplete or for other languages.
        NetworkError: the index cannot be reached.
        ModelMissing: the index has no such package, or the bundled weights are missing.
        OutputError: the store cannot be written.
    """
    if what == BUNDLED_NAME:
        return install_bundled(store, progress=progress, force=force)
    languages = None if any_language else ("fr", "en")
    install = partial(install_archive, store, force=force, progress=progress)
    path = Path(what)
    if is_folder(path) and not _CODE.fullmatch(what):
        raise UsageError(
            "a folder is not installed: a model's folder is used where it is",
            place=what,
            next_step=f"see what it is: passerelle models check {what}; then translate --model",
        )
    if path.suffix == ".argosmodel" or os.path.lexists(path):
        try:
            with open_file(path) as handle:
                if handle.read(4) == b"GGUF":
                    raise UsageError(
                        "a GGUF file is not installed: it is used where it is",
                        place=what,
                        next_step=f"see what it can: passerelle models check {what}",
                    )
                handle.seek(0)
                return install(handle, place=what, origin=path.name, languages=languages)
        except OSError as error:
            raise PackageRefused(
                f"the file cannot be read: {error.strerror or error}",
                place=what,
                next_step="check the path and its permissions",
            ) from error
    if match := _CODE.fullmatch(what):
        pair = (match.group(1), match.group(2))
        if languages not in (None, pair):
            raise UsageError(
                f"{what!r} does not translate French to English",
                next_step="install fr-en, or say --any-language",
            )
        with fetch_package(pair, progress=progress) as (entry, handle):
            place = f"{what} {entry.version}"
            return install(handle, place=place, origin="Argos package index", languages=pair)
    raise UsageError(
        f"{what!r} is not a model that can be installed",
        next_step="give bundled, an Argos code (fr-en) or the path of an .argosmodel file",
    )


_MISSING = {
    "argos": (
        "no Argos package for French to English is installed",
        "run `passerelle models install fr-en` (needs the network once), give a package file to "
        "`passerelle models install`, or use --engine bundled",
    )
}


def ready_model(
    store: Store, wanted: str, *, progress: Callable[[str], None] = lambda _message: None
) -> ModelRecord:
    """Give a model that can be loaded: found, its files checked; the bundled one made if need be.

    Args:
        store: where models are installed.
        wanted: a model's name, or a kind: the name of the engine that it is for.
        progress: told what takes long.

    Raises:
        ModelMissing: it is not installed, or the bundled model's weights are not.
        ModelDamaged: its files are not what was installed.
        OutputError: the bundled model cannot be put into the store.
    """
    if wanted == BUNDLED_NAME:
        return ensure_bundled(store, progress=progress)
    record = store.find(wanted)
    if record is None:
        problem, step = _MISSING.get(
            wanted, (f"no model for the engine {wanted} is installed", "name one with --model")
        )
        raise ModelMissing(problem, next_step=step)
    if record.owner == "passerelle":
        report = compare_files(record)
        if not report.ok:
            raise ModelDamaged(
                f"the Argos package {record.name} is damaged ({report.describe()})",
                place=str(record.path),
                next_step=f"run `passerelle models remove {record.name}` and install it again, "
                "or use --engine bundled",
            )
    return record


# --- from the Argos package index ----------------------------------------------------

_ROLE = "the Argos package index"
_INSTEAD = (
    "download the .argosmodel file on a machine with internet access and run"
    " `passerelle models install FILE`, or go on without: --engine bundled"
)
_TIMEOUT = 30.0  # seconds without a byte
_INDEX_LIMIT = 20 << 20
_PACKAGE_LIMIT = 2 << 30
_CHUNK = 1 << 18
_ATTEMPTS = 2  # per address


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One package of the index."""

    languages: tuple[str, str]
    version: str
    links: tuple[str, ...]


def _default_address() -> str:
    """Read the default index address out of argostranslate's settings, without importing them."""
    import argostranslate

    source = (Path(argostranslate.__path__[0]) / "settings.py").read_text(encoding="utf-8")
    if told := re.search(r'get_setting\(\s*"ARGOS_PACKAGE_INDEX",\s*default="([^"]+)"', source):
        return told[1]
    raise ModelError(
        f"this version of argostranslate does not say where {_ROLE} is",
        next_step="set ARGOS_PACKAGE_INDEX to its address, or install an .argosmodel file",
    )


def index_address(environ: Mapping[str, str] = os.environ) -> str:
    """Give the address of ``index.json``, put together as argostranslate does it."""
    return (argos_setting(environ, "ARGOS_PACKAGE_INDEX") or _default_address()) + "index.json"


def _failed(reason: str, address: str) -> NetworkError:
    return NetworkError(f"{_ROLE} {reason}", place=address, next_step=_INSTEAD)


@contextmanager
def _open(address: str) -> Iterator[http.client.HTTPResponse]:
    import http.client
    import urllib.error
    import urllib.request

    if not address.lower().startswith(("http://", "https://")):
        raise _failed("has an address that is not http or https", address)
    request = urllib.request.Request(address, headers={"User-Agent": "passerelle"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
            yield response
    except urllib.error.HTTPError as error:
        with error:
            raise _failed(f"answered {error.code} {error.reason}", address) from error
    except urllib.error.URLError as error:
        raise _failed(f"cannot be reached: {error.reason}", address) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(f"cannot be reached: {error}", address) from error


def _receive(address: str, into: IO[bytes], *, limit: int, progress: Callable[[str], None]) -> None:
    """Copy what ``address`` gives, checking that nothing is cut off."""
    with _open(address) as response:
        declared = response.headers.get("Content-Length", "")
        expected = int(declared) if declared.isdigit() else -1
        done = told = 0
        while chunk := response.read(_CHUNK):
            done += len(chunk)
            if done > limit:
                raise _failed(f"sent more than {limit >> 20:,} MB", address)
            try:
                into.write(chunk)
            except OSError as error:
                raise output_error(Path(tempfile.gettempdir()), error) from error
            if expected > 0 and done * 10 // expected > told:
                told = done * 10 // expected
                progress(f"received {done / 1e6:.0f} of {expected / 1e6:.0f} MB")
    if expected >= 0 and done != expected:
        raise _failed(f"cut the download off: {done:,} of {expected:,} bytes came", address)


def read_index(address: str) -> tuple[IndexEntry, ...]:
    """Fetch the index.

    Raises:
        NetworkError: it cannot be reached, or what came is not an index.
    """
    into = io.BytesIO()
    _receive(address, into, limit=_INDEX_LIMIT, progress=lambda _message: None)
    try:
        table = json.loads(into.getvalue().decode("utf-8"))
        if not isinstance(table, list):
            raise ValueError("not a list")
    except (ValueError, RecursionError) as error:
        raise _failed(f"sent something that is not an index: {error}", address) from error
    return tuple(filter(None, map(_entry, table)))


def _entry(row: Any) -> IndexEntry | None:  # noqa: ANN401 - parsed JSON
    if not isinstance(row, dict) or row.get("type", "translate") != "translate":
        return None
    source, target, links = row.get("from_code"), row.get("to_code"), row.get("links")
    if not (isinstance(source, str) and isinstance(target, str) and isinstance(links, list)):
        return None
    return IndexEntry(
        languages=(source, target),
        version=str(row.get("package_version", "")),
        links=tuple(link for link in links if isinstance(link, str)),
    )


@contextmanager
def fetch_package(
    languages: tuple[str, str], *, progress: Callable[[str], None] = lambda _message: None
) -> Iterator[tuple[IndexEntry, IO[bytes]]]:
    """Fetch the newest package for a language pair into a file that cleans itself up.

    Args:
        languages: source and target code.
        progress: told what is being done.

    Yields:
        The index's entry and the open archive.

    Raises:
        NetworkError: the index or the package cannot be fetched.
        ModelMissing: the index has no package for the pair.
        OutputError: the download cannot be stored.
    """
    index = index_address()
    progress(f"asking {_ROLE} for {languages[0]}→{languages[1]}")
    entries = [e for e in read_index(index) if e.languages == languages and e.links]
    if not entries:
        raise ModelMissing(
            f"{_ROLE} has no {languages[0]}→{languages[1]} package",
            place=index,
            next_step="check the language codes, for instance: passerelle models install fr-en",
        )
    entry = max(entries, key=lambda e: [int(n) for n in re.findall(r"\d+", e.version)])
    try:
        temporary = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, gone even by a kill
    except OSError as error:
        place = os.environ.get("TMPDIR", "the folder for temporary files")
        raise output_error(Path(place), error) from error
    with temporary as into:
        for attempt, link in enumerate(link for link in entry.links for _ in range(_ATTEMPTS)):
            into.seek(0)
            into.truncate()
            try:
                progress(f"downloading version {entry.version}")
                _receive(link, into, limit=_PACKAGE_LIMIT, progress=progress)
                break
            except NetworkError as error:
                progress(error.problem)
                if attempt == _ATTEMPTS * len(entry.links) - 1:
                    raise
        into.seek(0)
        yield entry, into
