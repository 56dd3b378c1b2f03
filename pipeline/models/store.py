"""The model store: one folder per model, put in place whole or not at all.

Every install goes through :meth:`Store.install_folder`: the model is built in a hidden
sibling folder, hashed, made durable and renamed. A process that dies in between leaves
only a hidden folder, which the next install sweeps away. One lock file per model name
keeps two installs of the same model apart.
"""

from __future__ import annotations

import contextlib
import difflib
import math
import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import (
    ModelDamaged,
    ModelError,
    ModelMissing,
    NothingChecked,
    OutputError,
    UsageError,
)
from pipeline.fsio import file_lock, fsync_folder
from pipeline.models.durable import make_durable, writing
from pipeline.models.figures import forget_measured, measured_path
from pipeline.models.record import (
    RECORD_NAME,
    ModelRecord,
    VerifyReport,
    argostranslate_folders,
    compare_files,
    found_packages,
    hash_files,
    is_of_ours,
    read_record,
    version_order,
)
from pipeline.models.shelf import HIDDEN, NAME, entries
from pipeline.models.using import users_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping

_BUILDING, _REPLACED = ".part", ".old"


def default_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder that holds installed models.

    ``PASSERELLE_HOME`` names the parent folder; without it the platform's own place for
    user data is taken. Nothing is created.

    Raises:
        UsageError: nobody knows where that would be: there is no home folder.
    """
    if home := environ.get("PASSERELLE_HOME", ""):
        return Path(home).expanduser() / "models"
    import platformdirs

    try:
        return platformdirs.user_data_path("passerelle", appauthor=False) / "models"
    except RuntimeError as error:
        raise UsageError(
            "there is no home folder, where models would be kept",
            next_step="name a folder that can be written: `export PASSERELLE_HOME=/that/folder`",
        ) from error


class _Busy(ModelError):
    """Another process is installing this model."""


class Store:
    """The models on this machine: ours, and those that argostranslate installed.

    Args:
        root: folder of our models, one sub-folder each. It need not exist.
        argos_folders: folders with argostranslate's packages, only ever read; its own
            settings (``ARGOS_PACKAGES_DIR``, ``XDG_DATA_HOME`` …) unless given.
    """

    def __init__(self, root: Path, *, argos_folders: tuple[Path, ...] | None = None) -> None:
        self.root = root
        self._argos_folders = argos_folders

    def path(self, name: str) -> Path:
        """Give the folder where a model of this name lives once installed.

        Raises:
            UsageError: ``name`` cannot be a model's name.
        """
        if not NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} cannot be a model's name",
                next_step="use small letters, digits, dots, dashes and underscores",
            )
        return self.root / name

    # --- reading -----------------------------------------------------------------

    def list(self) -> tuple[ModelRecord, ...]:
        """Give every model, ours first, each group by name.

        A model whose record cannot be read is listed too, with ``damage`` saying why.

        Raises:
            ModelError: the store's folder cannot be read.
        """
        return self._own() + self._foreign()

    def _own(self) -> tuple[ModelRecord, ...]:
        found = entries(self.root)
        return tuple(self._read(p) for p in found if p.is_dir() and NAME.fullmatch(p.name))

    @staticmethod
    def _read(folder: Path) -> ModelRecord:
        try:
            return read_record(folder)
        except ModelDamaged as error:
            ours = is_of_ours(folder)
            return ModelRecord(
                name=folder.name,
                kind=folder.name.partition("-")[0] if ours else "",
                path=folder,
                damage=error.problem if ours else "no model: nothing in this folder says so",
            )

    def _foreign(self) -> tuple[ModelRecord, ...]:
        folders = argostranslate_folders() if self._argos_folders is None else self._argos_folders
        return found_packages(folders)

    def find(self, wanted: str, *, languages: tuple[str, str] = ("fr", "en")) -> ModelRecord | None:
        """Find a model by name, or the best one of a kind.

        Ours come before argostranslate's; among equals the highest version wins.

        Args:
            wanted: a model's name, or a kind (``argos``, ``bundled``).
            languages: source and target code that a model found by kind must have.

        Raises:
            ModelDamaged: the model is there but its record cannot be read.
        """
        with contextlib.suppress(OSError, OutputError, ModelError):
            if any(match["suffix"] == _REPLACED for match, _ in self._leftovers()):
                self.sweep()  # an interrupted replacement may hide a good model
        records = self.list()
        named = [r for r in records if r.name == wanted]
        found = named or [
            r for r in records if r.kind == wanted and (r.damage or r.languages == languages)
        ]
        if not found:
            return None
        best = max(
            found, key=lambda r: (not r.damage, r.owner == "passerelle", version_order(r.version))
        )
        if best.damage:
            raise ModelDamaged(
                best.damage,
                place=str(best.path / RECORD_NAME),
                next_step=f"run `passerelle models remove {best.name}` and install it again",
            )
        return best

    def auto(self) -> ModelRecord | None:
        """Give the model that ``auto`` takes; ``None`` where the bundled one is to be made.

        Raises:
            ModelDamaged: an Argos package is there, and damaged.
        """
        if (argos := self.find("argos")) is not None:
            return argos
        with contextlib.suppress(ModelDamaged):  # then it is made anew
            return self.find("bundled")
        return None

    def get(self, name: str) -> ModelRecord:
        """Give the model of this name or kind.

        Raises:
            ModelMissing: there is none.
            ModelDamaged: it is there but its record cannot be read.
        """
        record = self.find(name)
        if record is None:
            raise ModelMissing(
                f"no model {name!r} is installed",
                place=str(self.root),
                next_step=self.known(name) or "install one: `passerelle models install bundled`",
            )
        return record

    def known(self, name: str) -> str:
        """Say which models there are, the one first that ``name`` may mean; "" where none is."""
        names = list(dict.fromkeys(record.name for record in self.list()))
        near = difflib.get_close_matches(name.lower(), names, n=1)
        told = f"installed: {', '.join(names)}" if names else ""
        return f"did you mean {near[0]!r}? {told}" if near else told

    def verify(self, name: str) -> VerifyReport:
        """Compare the files of a model, named or by kind, with its record.

        Raises:
            ModelMissing: there is no such model.
            NothingChecked: argostranslate installed it, and it records no hashes.
        """
        try:
            record = self.get(name)
        except ModelDamaged as error:
            folder = Path(error.place).parent
            return VerifyReport(name=folder.name, path=folder, checked=0, problem=error.problem)
        if record.owner == "argostranslate":
            raise NothingChecked(
                f"{record.name!r} was installed by argostranslate, which records no hashes",
                place=str(record.path),
                next_step="install the .argosmodel file with `passerelle models install FILE`",
            )
        return compare_files(record)

    # --- writing -----------------------------------------------------------------

    def install_folder(
        self,
        name: str,
        build: Callable[[Path], object],
        *,
        kind: str,
        version: str,
        origin: str,
        recipe: str,
        languages: tuple[str, str] = ("fr", "en"),
        force: bool = False,
        progress: Callable[[str], None] = lambda _message: None,
    ) -> ModelRecord:
        """Install a model whole or not at all.

        ``build`` fills an empty folder; its files are hashed, made durable and put in
        place by one rename. An installed, undamaged model of equal ``recipe`` is kept
        and ``build`` is not called; any other of that name is replaced.

        Args:
            name: folder name in the store.
            build: called with the empty folder to fill; what it raises goes through,
                except for ``OSError``.
            kind: ``argos`` or ``bundled``.
            version: as the model's maker counts.
            origin: where it came from, for people.
            recipe: hash of what the model is built from and how.
            languages: source and target code.
            force: build even where an equal model is installed.
            progress: told when another install is waited for.

        Raises:
            OutputError: the store cannot be written (permission, full disk); nothing
                half-written is left.
            ModelError: ``build`` met another operating-system error.
        """
        target = self.path(name)
        with writing(target), self._locked(name, tell=progress):
            self._sweep(name)
            if not force and target.exists():
                present = self._read(target)
                if not present.damage and present.recipe == recipe and compare_files(present).ok:
                    return present
            building = self._hidden(name, _BUILDING)
            try:
                build(building)
                record = ModelRecord(
                    name=name,
                    kind=kind,
                    version=version,
                    languages=languages,
                    origin=origin,
                    recipe=recipe,
                    installed_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    files=hash_files(building),
                    path=target,
                )
                (building / RECORD_NAME).write_bytes(record.to_json())
                make_durable(building)
                self._put_in_place(building, target)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            return record

    def remove(self, name: str) -> ModelRecord:
        """Remove one of our models.

        Raises:
            ModelMissing: there is none of that name.
            UsageError: it belongs to argostranslate, the name is not one, or the folder is no
                model's.
            ModelError: a run is using it, or it is being installed.
            OutputError: it cannot be removed.
        """
        theirs = [r for r in self._foreign() if r.name == name]
        target = theirs[0].path if theirs else self.path(name)
        if theirs and not (self.root / name).is_dir():
            pair = "_".join(theirs[0].languages)
            raise UsageError(
                f"{name!r} was installed by argostranslate, not by passerelle",
                place=str(target),
                next_step="remove it with argostranslate's own tool: "
                f"`argospm remove translate-{pair}`",
            )
        target = self.path(name)
        if not target.is_dir():
            found = self.get(name)  # a kind rather than a name, or nothing at all
            raise UsageError(
                f"{name!r} is a kind of model",
                next_step=f"name the model: passerelle models remove {found.name}",
            )
        with writing(target), self._locked(name):
            record = self._read(target)
            if record.damage and not is_of_ours(target):
                raise UsageError(
                    "this folder is no model of passerelle's: nothing in it says so",
                    place=str(target),
                    next_step="look into it, and remove it by hand if nobody needs it",
                )
            if users := users_of(self.root, name):
                raise _Busy(
                    f"{name} is in use: {' and '.join(users)} "
                    f"{'is' if len(users) == 1 else 'are'} translating with it",
                    place=str(target),
                    next_step="wait until the run has ended, or stop it, and remove it then",
                )
            forget_measured(measured_path(self.root, name, installed=True))
            # Out of sight first: a removal that is cut short leaves no half model behind.
            hidden = self._hidden(name, _BUILDING)
            target.rename(hidden / name)
            shutil.rmtree(hidden)
        return record

    def sweep(self) -> None:
        """Remove what interrupted installs left; those still running are not touched.

        Raises:
            OutputError: the store cannot be written.
        """
        if not self.root.is_dir():
            return
        with writing(self.root):
            for name in sorted({match["name"] for match, _ in self._leftovers()}):
                with contextlib.suppress(_Busy), self._locked(name, wait=0):
                    self._sweep(name)

    def _leftovers(self) -> Iterator[tuple[re.Match[str], Path]]:
        for path in sorted(self.root.iterdir()):
            if match := HIDDEN.fullmatch(path.name):
                yield match, path

    def _sweep(self, name: str) -> None:
        """Clear leftovers of ``name``; the caller holds its lock."""
        target = self.root / name
        for match, path in self._leftovers():
            if match.group("name") != name:
                continue
            # Cut between the two renames of a replacement: the old model is still good.
            kept = path / name
            if match.group("suffix") == _REPLACED and kept.is_dir() and not target.exists():
                kept.rename(target)
            shutil.rmtree(path, ignore_errors=True)

    def _hidden(self, name: str, suffix: str) -> Path:
        # Not tempfile: the system applies the umask here, and the folder's name is all that
        # changes when it is put in place.
        folder = self.root / f".{name}.{secrets.token_hex(4)}{suffix}"
        folder.mkdir()
        return folder

    def _put_in_place(self, building: Path, target: Path) -> None:
        replaced: Path | None = None
        if target.exists():
            replaced = self._hidden(target.name, _REPLACED)
            target.rename(replaced / target.name)
        try:
            building.rename(target)
        except OSError:
            if replaced is not None:
                (replaced / target.name).rename(target)
            raise
        fsync_folder(self.root)
        if replaced is not None:
            shutil.rmtree(replaced, ignore_errors=True)

    def _locked(
        self,
        name: str,
        *,
        wait: float = math.inf,
        tell: Callable[[str], None] = lambda _message: None,
    ) -> contextlib.AbstractContextManager[None]:
        path = self.root / ".locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()  # a store that cannot be written is told of by `writing`
        doing = f"is installing {name}"
        return file_lock(path, doing, place=self.root / name, wait=wait, tell=tell, error=_Busy)
