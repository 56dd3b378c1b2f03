"""``passerelle doctor`` on broken set-ups, made for real: trouble, next step, exit code."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import doctor_setups as made
import pytest
import typer
from doctor_desks import doctor, laid_out, refuse_leaks

from pipeline.cli.app import app
from pipeline.home.doctor import render


@pytest.fixture
def desk(monkeypatch):
    with laid_out(monkeypatch) as ready:
        yield ready


# name → set-up, examination, level, what is named, next step, exit code
TABLE = [
    (made.no_model, "model", "note", "not made yet", "models install bundled", 0),
    (made.no_model_for_argos, "model", "error", "no model for the engine", "install fr-en", 6),
    (
        made.truncated_model,
        "model",
        "error",
        r"argos-fr-en is damaged: changed: model/model\.bin",
        "models remove argos-fr-en",
        6,
    ),
    (made.model_with_a_missing_file, "model", "error", "missing: sentencepiece", "remove", 6),
    (made.model_with_an_edited_record, "model", "error", "is damaged: changed", "models remove", 6),
    (made.model_without_permission, "model", "error", "no permission to read", "chmod -R", 6),
    (made.model_with_a_torn_record, "model", "error", "record cannot be read", "models remove", 6),
    (made.model_with_a_flipped_byte, "model", "error", r"changed: model/model\.bin", "remove", 6),
    (made.damaged_bundled_model, "model", "error", "bundled is damaged", "install bundled", 6),
    (made.empty_foreign_package, "model", "error", "model.bin is empty", "models install FILE", 6),
    (made.package_of_another_direction, "model", "note", "en→fr: only fr→en", "install fr-en", 0),
    (made.package_by_its_path_without_a_tokenizer, "model", "error", "missing: sent", "again", 6),
    (made.model_by_its_path_that_is_truncated, "model", "error", "changed: model/", "again", 6),
    (made.folder_that_is_no_model, "model", "error", "model.bin is damaged", "", 6),
    (made.full_disk, "output", "error", "the disk is full", "memory prune --days 90", 7),
    (made.no_room_for_the_model, "model", "error", "making it takes 700 MB", "PASSERELLE_HOME", 7),
    (made.read_only_home, "model", "error", "its folder cannot be written", "PASSERELLE_HOME", 7),
    (made.no_write_permission, "output", "error", "no permission", "--out FOLDER", 7),
    (made.file_as_output, "output", "error", "a file stands", "--out FOLDER", 7),
    (made.damaged_journal, "output", "warning", "journal .* is damaged", "translate FILE", 0),
    (made.locked_output, "output", "error", r"another run \(process \d+\)", "--out FOLDER", 7),
    (made.foreign_database, "memory", "error", "not a translation memory", "set `memory`", 10),
    (made.text_as_memory, "memory", "error", "no translation memory", "set `memory`", 10),
    (made.folder_as_memory, "memory", "error", "a folder stands", "another file", 10),
    (made.damaged_memory, "memory", "error", "memory is damaged", "memory repair", 10),
    (made.overwritten_memory, "memory", "error", "memory is damaged", "memory repair", 10),
    (made.damaged_second_home, "memory", "warning", "1 line of the .* second copy", "verify", 0),
    (made.memory_of_the_future, "memory", "error", "format 99, newer", "newer Passerelle", 10),
    (made.memory_without_permission, "memory", "error", "Permission denied", "chmod u.rw", 10),
    (made.memory_in_a_read_only_folder, "memory", "error", "or beside it", "folder's", 10),
    (made.memory_that_leads_nowhere, "memory", "error", "No such file", "another file", 10),
    (made.memory_that_cannot_be_made, "memory", "error", "cannot be made", "set `memory`", 10),
    (made.read_only_memory, "memory", "error", "no permission to write", "chmod u.rw", 10),
    (made.memory_of_another_machine, "memory", "warning", r"machine \(nfs4\)", "memory = ", 0),
    (made.glossary_of_another_tool, "glossary", "error", r"another form \(1 pair", "import", 5),
    (made.glossary_of_another_tool_in_cp1252, "glossary", "error", r"form \(2 pairs", "import", 5),
    (made.glossary_without_a_header, "glossary", "error", r"form \(2 pairs", "import", 5),
    (made.glossary_as_tmx, "glossary", "error", r"form \(1 pair ", "import", 5),
    (made.workbook_as_glossary, "glossary", "error", "workbook, not a CSV", "CSV UTF-8", 5),
    (made.glossary_in_cp1252, "glossary", "note", "read as cp1252", "CSV UTF-8", 0),
    (
        made.glossary_with_errors,
        "glossary",
        "error",
        "2 errors: empty-target in line 3; bad-status in line 4",
        "glossary lint",
        5,
    ),
    (made.glossary_with_warnings, "glossary", "note", "2 warnings: .* in line 2", "lint", 0),
    (made.glossary_that_is_not_there, "glossary", "error", "not there", "passerelle config", 5),
    (made.no_glossary, "glossary", "warning", "no glossary", "passerelle init", 0),
    (made.folder_as_glossary, "glossary", "error", "cannot be read", "name a CSV file", 5),
    (made.empty_glossary, "glossary", "error", "the file is empty", "name the columns", 5),
    (made.glossary_without_permission, "glossary", "error", "Permission denied", "chmod u.r ", 5),
    (made.no_toml, "settings", "error", r"not valid TOML \(line 2\)", "passerelle config", 2),
    (made.unknown_key, "settings", "error", "a key or a value that is not known", "config", 2),
    (made.bad_value, "settings", "error", "the setting beam has a value", "passerelle config", 2),
    (made.settings_without_permission, "settings", "error", "cannot be read", "config", 2),
    (made.settings_of_a_project, "settings", "error", "a key or a value", "config", 2),
    (made.settings_in_cp1252, "settings", "error", "not UTF-8", "passerelle config", 2),
    (made.bad_option, "settings", "error", "the setting engine", "translate --help", 2),
    (made.unknown_engine, "settings", "error", "the setting engine has a value", "config", 2),
    (
        made.plug_in_that_fails,
        "extras",
        "warning",
        r"acme of acme-engine .* \(ImportError",
        "pip install --upgrade acme-engine",
        0,
    ),
    (made.plug_in_that_ends_the_process, "extras", "warning", r"\(SystemExit\)", "acme-engine", 0),
    (
        made.plug_in_that_is_asked_for,
        "engine",
        "error",
        r"acme cannot be loaded \(ImportError",
        "uninstall acme-engine",
        2,
    ),
    (made.extra_that_is_missing, "engine", "error", "needs xllamacpp", r"'passerelle\[llama\]'", 2),
    (made.model_path_that_is_not_there, "model", "error", "no such file", "check the path", 6),
    (made.no_avx2, "processor", "warning", "no AVX2", "--second-look off", 0),
    (made.forced_generic, "processor", "warning", "keeps CTranslate2 from AVX2", "unset", 0),
    (made.forced_unknown, "processor", "error", "that it does not know", "unset", 8),
    (made.forced_beyond, "processor", "error", "instructions that this processor lacks", "uns", 8),
    (made.verbose_in_words, "processor", "error", "CT2_VERBOSE is no number", "unset", 8),
    (made.one_core, "threads", "note", "one core", "", 0),
    (made.one_core_of_a_container, "threads", "warning", "64 threads for 1 core:", "threads 1", 0),
    (made.container_of_old, "threads", "warning", "8 threads for 2.5 cores", "--threads 2", 0),
    (made.too_many_threads, "threads", "warning", "500 threads", "--threads", 0),
    (made.stopped_run, "output", "note", "the last run was stopped", "translate FILE", 0),
    (made.model_that_is_larger_than_memory, "ram", "warning", "its model has 2 MB", "threads", 0),
    (made.little_memory, "ram", "warning", "410 MB of working memory", "--threads 1", 0),
    (made.little_memory_in_a_container, "ram", "warning", "1.0 GB of working memory", "threads", 0),
]


@pytest.mark.parametrize(
    ("set_up", "name", "level", "what", "step", "code"),
    TABLE,
    ids=[row[0].__name__ for row in TABLE],
)
def test_a_broken_set_up_is_named_with_what_helps(desk, set_up, name, level, what, step, code):
    health = doctor(**(set_up(desk) or {}))
    (found,) = (each for each in health.examined if each.name == name)
    named = [t for t in found.found.troubles if re.search(what, t.what)]
    assert named, [t.what for t in health.troubles]
    assert [t.level for t in named] == [level]
    assert re.search(step, named[0].next_step), named[0].next_step
    assert health.exit_code == code
    assert (health.level == "error") == (code > 0)
    assert not any("bug" in t.what for t in health.troubles)
    for trouble in health.troubles:
        refuse_bad_commands(trouble.next_step)
    refuse_leaks(desk, *render(health), json.dumps(health.to_json(), ensure_ascii=False))


# --- commands that are named exist ----------------------------------------------------------

BUILTINS = {"export", "unset", "ulimit"}
# The environment that the tests run in may not be an activated one.
PATH = os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)])


def refuse_bad_commands(step):
    for call in re.findall(r"`([^`]+)`", step):
        words = shlex.split(call)
        if words[0] == "passerelle":
            parse(words[1:])
        elif len(words) > 1:
            assert words[0] in BUILTINS or shutil.which(words[0], path=PATH), call


def parse(arguments):
    command, parent = typer.main.get_command(app), None
    name = "passerelle"
    while hasattr(command, "get_command"):
        parent = command.make_context(name, arguments[:1], parent=parent)
        name, arguments = arguments[0], arguments[1:]
        command = command.get_command(parent, name)
    with contextlib.suppress(typer.Exit):  # --help
        command.make_context(name, list(arguments), parent=parent)


@pytest.mark.parametrize("wrong", ["`passerelle memori repair`", "`passerelle memory repair --al`"])
def test_a_command_that_is_none_would_be_seen(wrong):
    with pytest.raises(Exception, match=r"no command|No such|NoneType"):
        refuse_bad_commands(wrong)
