"""``passerelle doctor`` on broken set-ups, made for real: trouble, next step, exit code."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from pipeline.cli.app import app
from pipeline.home.doctor import System, Visit, examine
from pipeline.memory import Approved, TranslationMemory
from pipeline.models import Store, install_model

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"
NOBODY = 65534
HEADER = "source,target,status,case,note\n"


@dataclass
class Desk:
    """A folder to work in, a model store of its own, and how to look at them."""

    root: Path
    patch: pytest.MonkeyPatch
    stack: contextlib.ExitStack

    @property
    def folder(self) -> Path:
        return self.root / "desk"

    @property
    def models(self) -> Path:
        return self.root / "home" / "models"

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def install(self):
        """Install the tests' own Argos package."""
        record = install_model(Store(self.models, argos_folders=()), str(PACKAGE))
        return record.path

    def system(self, **files):
        """Give a machine whose own files are these; ``/`` is written ``__``."""
        for name, text in files.items():
            path = self.root / "machine" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return System(root=self.root / "machine")

    def mount(self, folder, options):
        """Mount a small file system; ``False`` where this process may not."""
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return False
        self.stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
        return True

    def as_nobody(self):
        """Go on as a person without rights of root's; rights of files count from here on."""
        if os.geteuid():
            return
        examine(Visit.here())  # whatever is imported is imported by now
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        self.stack.callback(os.seteuid, 0)


@pytest.fixture
def desk(monkeypatch):
    # Not `tmp_path`, which only its owner may enter.
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(_folder()))
        (root / "desk").mkdir()
        monkeypatch.chdir(root / "desk")
        monkeypatch.setenv("PASSERELLE_HOME", str(root / "home"))
        monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(root / "argos"))
        monkeypatch.delenv("CT2_FORCE_CPU_ISA", raising=False)
        made = Desk(root=root, patch=monkeypatch, stack=stack)
        made.write("glossary/terms.csv", HEADER + "IA,AI,,,\n")
        yield made


@contextlib.contextmanager
def _folder():
    import tempfile

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101
        yield os.path.realpath(folder)


def doctor(*arguments, **options):
    """Look in this process; gives the records."""
    given = {}
    for argument in arguments:
        name, _, value = argument.partition("=")
        given[name] = value
    return examine(Visit.here(given, **options))


# --- set-ups: each gives what `doctor` is called with ---------------------------------------


def no_model(desk):
    return {}


def no_model_for_argos(desk):
    desk.write("passerelle.toml", 'engine = "argos"\n')


def truncated_model(desk):
    path = desk.install() / "model" / "model.bin"
    os.truncate(path, 1000)


def model_with_a_missing_file(desk):
    (desk.install() / "sentencepiece.model").unlink()


def model_with_an_edited_record(desk):
    path = desk.install() / "model.json"
    path.write_text(path.read_text().replace('"size": ', '"size": 1'))


def model_with_a_torn_record(desk):
    path = desk.install() / "model.json"
    path.write_text(path.read_text()[:50])


def model_with_a_flipped_byte(desk):
    path = desk.install() / "model" / "model.bin"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return {"thorough": True}


def damaged_bundled_model(desk):
    path = desk.install()
    bundled = path.with_name("bundled")
    path.rename(bundled)
    record = bundled / "model.json"
    record.write_text(record.read_text().replace('"kind": "argos"', '"kind": "bundled"'))
    os.truncate(bundled / "model" / "model.bin", 10)


def empty_foreign_package(desk):
    package = unpacked(desk)
    os.truncate(next(package.rglob("model.bin")), 0)


def package_of_another_direction(desk):
    package = unpacked(desk)
    path = next(package.rglob("metadata.json"))
    text = path.read_text().replace('"fr"', '"xx"').replace('"en"', '"fr"').replace('"xx"', '"en"')
    path.write_text(text)


def unpacked(desk):
    with zipfile.ZipFile(PACKAGE) as archive:
        archive.extractall(desk.root / "argos")
    return desk.root / "argos"


def full_disk(desk):
    out = desk.folder / "outputs"
    if desk.mount(out, "size=64k"):
        with contextlib.suppress(OSError):
            (out / "big").write_bytes(bytes(1 << 20))
    else:
        usage = type(shutil.disk_usage("/"))(1 << 30, 1 << 30, 0)
        desk.patch.setattr(shutil, "disk_usage", lambda _path: usage)
    desk.install()


def no_room_for_the_model(desk):
    if not desk.mount(desk.root / "home", "size=10m"):
        usage = type(shutil.disk_usage("/"))(1 << 30, 1 << 30, 10 << 20)
        desk.patch.setattr(shutil, "disk_usage", lambda _path: usage)


def read_only_home(desk):
    home = desk.root / "home"
    if not desk.mount(home, "ro"):
        home.mkdir(exist_ok=True)
        home.chmod(0o555)
        desk.as_nobody()


def no_write_permission(desk):
    desk.folder.chmod(0o555)
    desk.as_nobody()


def foreign_database(desk):
    with contextlib.closing(sqlite3.connect(desk.folder / "x.db")) as database:
        database.execute("CREATE TABLE secrets (a)")
        database.commit()
    desk.write("passerelle.toml", 'memory = "x.db"\n')


def text_as_memory(desk):
    desk.write("notes.txt", "Il pleut.\n" * 100)
    desk.write("passerelle.toml", 'memory = "notes.txt"\n')


def folder_as_memory(desk):
    (desk.folder / "m").mkdir()
    desk.write("passerelle.toml", 'memory = "m"\n')


def memory_of(desk, entries=200):
    path = desk.folder / "outputs" / ".passerelle" / "memory.sqlite"
    with TranslationMemory(path) as memory:
        memory.approve(Approved(source=f"Un {i}.", target=f"One {i}.") for i in range(entries))
    return path


def damaged_memory(desk):
    path = memory_of(desk)
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    path.write_bytes(data)


def overwritten_memory(desk):
    memory_of(desk).write_bytes(b"\0" * 5000)


def damaged_second_home(desk):
    path = memory_of(desk)
    second = path.with_name(f"{path.name}.approved.jsonl")
    second.write_bytes(second.read_bytes().replace(b"One 7.", b"One 8."))


def memory_of_the_future(desk):
    path = memory_of(desk)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    path.with_name(f"{path.name}.approved.jsonl").unlink()


def memory_without_permission(desk):
    memory_of(desk).chmod(0)
    desk.as_nobody()


def read_only_memory(desk):
    memory_of(desk).chmod(0o444)
    desk.as_nobody()


def memory_of_another_machine(desk):
    line = f"30 20 0:30 / {desk.folder} rw - nfs4 server:/share rw\n"
    return {"system": desk.system(proc__self__mountinfo=f"20 1 0:1 / / rw - ext4 x rw\n{line}")}


def glossary_of_another_tool(desk):
    desk.write("glossary/terms.csv", "français;anglais;commentaire\nréseau;network;\n")


def glossary_of_another_tool_in_cp1252(desk):
    text = "Terme français;Terme anglais\nréseau;network\nœuvre;work\n"
    desk.write("glossary/terms.csv", text.encode("cp1252"))


def glossary_without_a_header(desk):
    desk.write("glossary/terms.csv", "réseau,network\nœuvre,work\n")


def glossary_as_tmx(desk):
    desk.write(
        "glossary/terms.csv",
        '<?xml version="1.0"?><tmx version="1.4"><header srclang="fr"/><body><tu>'
        '<tuv xml:lang="fr"><seg>puce</seg></tuv><tuv xml:lang="en"><seg>chip</seg></tuv>'
        "</tu></body></tmx>",
    )


def workbook_as_glossary(desk):
    import openpyxl

    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    desk.write("glossary/terms.csv", data.getvalue())


def glossary_in_cp1252(desk):
    desk.write("glossary/terms.csv", (HEADER + "réseau,network,,,\n").encode("cp1252"))


def glossary_with_errors(desk):
    desk.write("glossary/terms.csv", HEADER + "IA,AI,,,\nréseau,,,,\npuce,chip,wanted,,\n")


def glossary_with_warnings(desk):
    desk.write("glossary/terms.csv", HEADER + "livre, book,,,\n")


def glossary_that_is_not_there(desk):
    desk.write("passerelle.toml", 'glossary = ["client.csv"]\n')


def no_glossary(desk):
    (desk.folder / "glossary" / "terms.csv").unlink()


def glossary_without_permission(desk):
    (desk.folder / "glossary" / "terms.csv").chmod(0)
    desk.as_nobody()


def no_toml(desk):
    desk.write("passerelle.toml", 'beam = 4\nengine = "argos\n')


def unknown_key(desk):
    desk.write("passerelle.toml", "beem = 4\n")


def bad_value(desk):
    desk.write("passerelle.toml", 'beam = "four"\n')


def settings_in_cp1252(desk):
    desk.write("passerelle.toml", 'out = "résultats"\n'.encode("cp1252"))


def file_as_output(desk):
    desk.write("outputs", "a file")


def damaged_journal(desk):
    desk.write("outputs/.passerelle/journal.sqlite", b"SQLite format 3\0" + b"\xff" * 5000)


def locked_output(desk):
    lock = desk.folder / "outputs" / ".passerelle" / "lock"
    code = (
        "import sys; from pathlib import Path; from pipeline.fsio import file_lock\n"
        "with file_lock(Path(sys.argv[1]), 'is writing'): print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )
    desk.stack.enter_context(holder)
    assert holder.stdout.readline() == b"held\n"
    desk.stack.callback(holder.communicate, b"\n")


def plug_in(desk, *, code):
    site = desk.root / "site"
    info = site / "acme_engine-0.1.0.dist-info"
    info.mkdir(parents=True)
    (site / "acme_engine.py").write_text(code)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-engine\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[passerelle.engines]\nacme = acme_engine:Acme\n")
    desk.patch.syspath_prepend(str(site))
    desk.stack.callback(sys.modules.pop, "acme_engine", None)


def plug_in_that_fails(desk):
    plug_in(desk, code="import a_module_that_nobody_has\n")


def plug_in_that_ends_the_process(desk):
    plug_in(desk, code="print('noise'); raise SystemExit(3)\n")


def plug_in_that_is_asked_for(desk):
    plug_in_that_fails(desk)
    desk.write("passerelle.toml", 'engine = "acme"\n')


def extra_that_is_missing(desk):
    desk.patch.setitem(sys.modules, "xllamacpp", None)
    desk.write("passerelle.toml", 'model = "model.gguf"\n')
    desk.write("model.gguf", b"GGUF")


def model_path_that_is_not_there(desk):
    desk.write("passerelle.toml", 'model = "model.gguf"\n')


def unknown_engine(desk):
    desk.write("passerelle.toml", 'engine = "googol"\n')


FLAGS = "flags\t\t: fpu sse sse2 {}\nmodel name\t: Old Processor\n"


def no_avx2(desk):
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx"))}


def forced_generic(desk):
    desk.patch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx avx2"))}


def forced_beyond(desk):
    desk.patch.setenv("CT2_FORCE_CPU_ISA", "AVX512")
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx avx2"))}


def one_core(desk):
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    desk.stack.callback(os.sched_setaffinity, 0, mine)


def one_core_of_a_container(desk):
    desk.patch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)))
    return {"system": desk.system(sys__fs__cgroup__cpu_dot_max="100000 100000\n")}


def container_of_old(desk):
    desk.patch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)))
    files = {
        "proc__self__cgroup": "4:cpu,cpuacct:/docker/abc\n",
        "sys__fs__cgroup__cpu__docker__abc__cpu_dot_cfs_quota_us": "250000\n",
        "sys__fs__cgroup__cpu__docker__abc__cpu_dot_cfs_period_us": "100000\n",
    }
    return {"system": desk.system(**files)}


def too_many_threads(desk):
    desk.write("passerelle.toml", "threads = 500\n")


def little_memory(desk):
    told = "MemTotal: 1000000 kB\nMemAvailable: 400000 kB\n"
    return {"system": desk.system(proc__meminfo=told)}


def little_memory_in_a_container(desk):
    told = "MemTotal: 64000000 kB\nMemAvailable: 60000000 kB\n"
    files = {"proc__meminfo": told, "sys__fs__cgroup__memory_dot_max": "1000000000\n"}
    return {"system": desk.system(**files)}


# name → set-up, examination, level, what is named, next step, exit code
TABLE = [
    (no_model, "model", "note", "not made yet", "models install bundled", 0),
    (no_model_for_argos, "model", "error", "no model for the engine argos", "install fr-en", 6),
    (truncated_model, "model", "error", r"argos-fr-en is damaged: changed: model/model\.bin",
     "models remove argos-fr-en", 6),
    (model_with_a_missing_file, "model", "error", "missing: sentencepiece", "models remove", 6),
    (model_with_an_edited_record, "model", "error", "is damaged: changed", "models remove", 6),
    (model_with_a_torn_record, "model", "error", "record cannot be read", "models remove", 6),
    (model_with_a_flipped_byte, "model", "error", r"changed: model/model\.bin", "remove", 6),
    (damaged_bundled_model, "model", "error", "bundled is damaged", "models install bundled", 6),
    (empty_foreign_package, "model", "error", "model.bin is empty", "models install FILE", 6),
    (package_of_another_direction, "model", "note", "en→fr: only fr→en is", "install fr-en", 0),
    (full_disk, "output", "error", "the disk is full", "memory prune --days 90", 7),
    (no_room_for_the_model, "model", "error", "making it takes 700 MB", "PASSERELLE_HOME", 7),
    (read_only_home, "model", "error", "its folder cannot be written", "PASSERELLE_HOME", 7),
    (no_write_permission, "output", "error", "no permission", "--out FOLDER", 7),
    (file_as_output, "output", "error", "a file stands", "--out FOLDER", 7),
    (damaged_journal, "output", "warning", "journal .* is damaged", "translate FILE", 0),
    (locked_output, "output", "error", r"another run \(process \d+\)", "--out FOLDER", 7),
    (foreign_database, "memory", "error", "not a translation memory", "set `memory`", 10),
    (text_as_memory, "memory", "error", "no translation memory", "set `memory`", 10),
    (folder_as_memory, "memory", "error", "a folder stands", "move it away", 10),
    (damaged_memory, "memory", "error", "memory is damaged", "memory repair", 10),
    (overwritten_memory, "memory", "error", "memory is damaged", "memory repair", 10),
    (damaged_second_home, "memory", "warning", "1 line of the .* second copy", "memory verify", 0),
    (memory_of_the_future, "memory", "error", "format 99, newer", "newer Passerelle", 10),
    (memory_without_permission, "memory", "error", "Permission denied", "chmod u.rw", 10),
    (read_only_memory, "memory", "error", "no permission to write", "chmod u.rw", 10),
    (memory_of_another_machine, "memory", "warning", r"another machine \(nfs4\)", "memory = ", 0),
    (glossary_of_another_tool, "glossary", "error", r"another form \(1 pair", "glossary import", 5),
    (glossary_of_another_tool_in_cp1252, "glossary", "error", r"form \(2 pairs", "import", 5),
    (glossary_without_a_header, "glossary", "error", r"form \(2 pairs", "glossary import", 5),
    (glossary_as_tmx, "glossary", "error", r"form \(1 pair ", "glossary import", 5),
    (workbook_as_glossary, "glossary", "error", "workbook, not a CSV", "CSV UTF-8", 5),
    (glossary_in_cp1252, "glossary", "note", "read as cp1252", "CSV UTF-8", 0),
    (glossary_with_errors, "glossary", "error",
     "2 errors: empty-target in line 3; bad-status in line 4", "glossary lint", 5),
    (glossary_with_warnings, "glossary", "note", "2 warnings: .* in line 2", "glossary lint", 0),
    (glossary_that_is_not_there, "glossary", "error", "not there", "passerelle config", 5),
    (no_glossary, "glossary", "warning", "no glossary", "passerelle init", 0),
    (glossary_without_permission, "glossary", "error", "Permission denied", "chmod u.r ", 5),
    (no_toml, "settings", "error", r"not valid TOML \(line 2\)", "passerelle config", 2),
    (unknown_key, "settings", "error", "a key or a value that is not known", "config", 2),
    (bad_value, "settings", "error", "the setting beam has a value", "passerelle config", 2),
    (settings_in_cp1252, "settings", "error", "not UTF-8", "passerelle config", 2),
    (unknown_engine, "settings", "error", "the setting engine has a value", "config", 2),
    (plug_in_that_fails, "extras", "warning", r"acme of acme-engine .* \(ModuleNotFound",
     "pip install --upgrade acme-engine", 0),
    (plug_in_that_ends_the_process, "extras", "warning", r"\(SystemExit\)", "acme-engine", 0),
    (plug_in_that_is_asked_for, "extras", "error", "acme", "pip install --upgrade", 2),
    (extra_that_is_missing, "engine", "error", "needs xllamacpp", r"'passerelle\[llama\]'", 2),
    (model_path_that_is_not_there, "model", "error", "no such file", "check the path", 6),
    (no_avx2, "processor", "warning", "no AVX2", "--second-look off", 0),
    (forced_generic, "processor", "warning", "keeps CTranslate2 from AVX2", "unset", 0),
    (forced_beyond, "processor", "error", "instructions that this processor lacks", "unset", 8),
    (one_core, "threads", "note", "one core", "", 0),
    (one_core_of_a_container, "threads", "warning", "64 threads for 1 cores", "--threads 1", 0),
    (container_of_old, "threads", "warning", "8 threads for 2.5 cores", "--threads 2", 0),
    (too_many_threads, "threads", "warning", "500 threads", "--threads", 0),
    (little_memory, "ram", "warning", "410 MB of working memory", "--threads 1", 0),
    (little_memory_in_a_container, "ram", "warning", "1.0 GB of working memory", "threads", 0),
]  # fmt: skip


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


# --- commands that are named exist ----------------------------------------------------------

BUILTINS = {"export", "unset", "ulimit"}


def refuse_bad_commands(step):
    for call in re.findall(r"`([^`]+)`", step):
        words = shlex.split(call)
        if words[0] == "passerelle":
            parse(words[1:])
        elif len(words) > 1:
            assert words[0] in BUILTINS or shutil.which(words[0]), call


def parse(arguments):
    command, parent = typer.main.get_command(app), None
    name = "passerelle"
    while hasattr(command, "get_command"):
        parent = command.make_context(name, arguments[:1], parent=parent)
        name, arguments = arguments[0], arguments[1:]
        command = command.get_command(parent, name)
    command.make_context(name, list(arguments), parent=parent)


@pytest.mark.parametrize("wrong", ["`passerelle memori repair`", "`passerelle memory repair --al`"])
def test_a_command_that_is_none_would_be_seen(wrong):
    with pytest.raises(Exception, match=r"no command|No such|NoneType"):
        refuse_bad_commands(wrong)
