"""``passerelle doctor``: what it says helps, it sees other processes, and it leaves no trace."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import doctor_setups as made
import pytest
from doctor_desks import PACKAGE, PROJECT, doctor, laid_out, refuse_leaks
from fake_engine import FakeOpener
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app


@pytest.fixture
def desk(monkeypatch):
    with laid_out(monkeypatch) as ready:
        yield ready


# --- what it says helps ---------------------------------------------------------------------

# What stands in a command for something of the person's own.
OWN = {"FILE": "article.txt", "fr-en": str(PACKAGE)}


def carry_out(step):
    """Run every command of a next step, as a person would."""
    for call in re.findall(r"`([^`]+)`", step):
        words = [OWN.get(word, word) for word in shlex.split(call)]
        match words:
            case ["passerelle", *arguments]:
                result = CliRunner().invoke(app, arguments)
                assert result.exit_code == 0, result.output
            case ["mv", source, target]:
                shutil.move(source, target)
            case _:
                pytest.fail(f"not carried out here: {call}")


@pytest.mark.parametrize(
    ("set_up", "name"),
    [
        (made.truncated_model, "model"),
        (made.model_with_an_edited_record, "model"),
        (made.model_with_a_torn_record, "model"),
        (made.damaged_memory, "memory"),
        (made.overwritten_memory, "memory"),
        (made.damaged_second_home, "memory"),
        (made.damaged_journal, "output"),
        (made.glossary_of_another_tool, "glossary"),
        (made.glossary_of_another_tool_in_cp1252, "glossary"),
        (made.glossary_without_a_header, "glossary"),
        (made.glossary_as_tmx, "glossary"),
        (made.no_glossary, "glossary"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_next_step_mends_it(desk, set_up, name, monkeypatch):
    set_up(desk)
    log = desk.folder / "asked.jsonl"
    monkeypatch.setattr(command, "_open", FakeOpener(log=log, delay=0, window=4, step=30))
    desk.write("article.txt", "Le chat dort.\n")
    (first, *_) = (t for e in doctor().examined if e.name == name for t in e.found.troubles)
    carry_out(first.next_step)
    (found,) = (each for each in doctor().examined if each.name == name)
    assert found.level in ("ok", "note"), found


def test_the_next_step_names_the_memory_that_is_meant(desk):
    made.overwritten_memory(desk)
    (desk.folder / "outputs").rename(desk.folder / "my english")
    given = {"out": "my english"}
    (first, *_) = (t for e in doctor(given=given).examined if e.name == "memory"
                   for t in e.found.troubles)  # fmt: skip
    assert "--out" in first.next_step
    carry_out(first.next_step)
    assert all(e.level != "error" for e in doctor(given=given).examined)


# --- what only a process of its own can have ------------------------------------------------


def passerelle(desk, *arguments, before="", **environ):
    """Run the command as a shell does, after what ``before`` says."""
    call = shlex.join([sys.executable, "-m", "pipeline", "doctor", *arguments])
    done = subprocess.run(
        ["sh", "-c", f"{before}{call}"],
        cwd=desk.folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environ,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace")


@pytest.mark.skipif(os.name == "nt", reason="locales of Unix")
def test_a_session_without_a_locale_is_told(desk):
    environ = {"LC_ALL": "POSIX", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, shown = passerelle(desk, **environ)
    assert code == 0
    assert "warning  terminal" in shown
    assert "has no UTF-8" in shown
    assert "→ say so before the next command: `export LC_ALL=C.UTF-8 PYTHONUTF8=1`" in shown
    code, shown = passerelle(desk, **environ | {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"})
    assert "ok       terminal" in shown
    refuse_leaks(desk, shown)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp437"])
def test_a_screen_without_our_letters_shows_their_numbers(desk, encoding):
    code, shown = passerelle(desk, PYTHONIOENCODING=encoding)
    assert code == 0
    assert "warning  terminal" in shown
    assert "\\u2192 make it now: `passerelle models install bundled`" in shown


def test_a_machine_without_a_home_folder_is_told_where_models_would_go(desk, monkeypatch):
    def nowhere(*_arguments, **_options):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("PASSERELLE_HOME")
    monkeypatch.setattr("platformdirs.user_data_path", nowhere)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "export PASSERELLE_HOME=" in result.output


@pytest.mark.skipif(os.name == "nt", reason="limits of Unix")
def test_a_limit_on_the_size_of_files_is_told_and_what_it_says_lifts_it(desk):
    desk.install()
    code, shown = passerelle(desk, before="ulimit -f 1000; ")
    assert code == 7
    assert re.search(r"this session's limits: no file may grow beyond [\d,.]+ [kM]B", shown)
    assert shown.endswith("Do this first: lift the limit: `ulimit -f unlimited`.\n")


def test_the_exit_code_is_that_of_what_is_to_be_done_first(desk):
    made.bad_value(desk)
    made.glossary_with_errors(desk)
    code, shown = passerelle(desk, "--json")
    told = json.loads(shown)
    assert code == told["exit_code"] == 2
    assert told["first"] == "Do this first: mend what `passerelle config` names."
    refuse_leaks(desk, shown)


# --- it leaves no trace ---------------------------------------------------------------------


def traces(root):
    """Give every file below a folder: what it holds, when it was changed, who may read it."""
    return {
        path: (state.st_mtime_ns, state.st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
        for state in [path.lstat()]
    }


@pytest.mark.parametrize(
    "set_up",
    [
        *(
            made.sound,
            made.memory_in_use,
            made.memory_of_a_killed_run,
            made.memory_of_format_1,
            made.interrupted_install,
        ),
        *(
            made.truncated_model,
            made.damaged_memory,
            made.overwritten_memory,
            made.damaged_second_home,
        ),
        *(
            made.damaged_journal,
            made.locked_output,
            made.glossary_of_another_tool,
            made.plug_in_that_fails,
        ),
    ],
    ids=lambda value: value.__name__,
)
@pytest.mark.parametrize("thorough", [False, True])
def test_nothing_on_disk_changes(desk, set_up, thorough):
    set_up(desk)
    before = traces(desk.root)
    health = doctor(thorough=thorough)
    assert traces(desk.root) == before
    assert not any("bug" in t.what for t in health.troubles)


@pytest.mark.parametrize("set_up", [made.memory_in_use, made.memory_of_a_killed_run])
def test_the_log_of_a_run_at_work_or_killed_is_read(desk, set_up):
    set_up(desk)
    assert "1 correction" in summary("memory")


def summary(name):
    (found,) = (each.found for each in doctor().examined if each.name == name)
    return found.summary
