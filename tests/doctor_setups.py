"""Broken set-ups for the tests of `passerelle doctor`, made for real on a desk.

Each takes a `doctor_desks.Desk` and may give what `doctor_desks.doctor` is to be called with.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
import sys
import zipfile

import pytest
from doctor_desks import HEADER, PACKAGE

from pipeline.memory import Approved, TranslationMemory


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


def model_without_permission(desk):
    (desk.install() / "model" / "model.bin").chmod(0)
    desk.as_nobody()


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


def package_by_its_path_without_a_tokenizer(desk):
    package = next(unpacked(desk).rglob("metadata.json")).parent
    (package / "sentencepiece.model").unlink()
    desk.write("passerelle.toml", f'model = "{package}"\n')


def model_by_its_path_that_is_truncated(desk):
    path = desk.install()
    os.truncate(path / "model" / "model.bin", 10)
    path.rename(desk.folder / "mine")
    desk.write("passerelle.toml", 'engine = "argos"\nmodel = "mine"\n')


def folder_that_is_no_model(desk):
    desk.write("mine/model.bin", b"no model at all")
    desk.write("mine/config.json", "{}")
    desk.write("passerelle.toml", 'engine = "ct2"\nmodel = "mine"\n')


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
        database.execute("CREATE TABLE fantomas (a)")
        database.commit()
    desk.write("passerelle.toml", 'memory = "x.db"\n')


def text_as_memory(desk):
    desk.write("notes.txt", "Fantomas revient.\n" * 100)
    desk.write("passerelle.toml", 'memory = "notes.txt"\n')


def folder_as_memory(desk):
    (desk.folder / "m").mkdir()
    desk.write("passerelle.toml", 'memory = "m"\n')


def memory_of(desk, entries=200):
    path = desk.folder / "outputs" / ".passerelle" / "memory.sqlite"
    with TranslationMemory(path) as memory:
        memory.approve(
            Approved(source=f"Fantomas {i}.", target=f"Bulgroz {i}.") for i in range(entries)
        )
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
    second.write_bytes(second.read_bytes().replace(b"Bulgroz 7.", b"Bulgroz 8."))


def memory_of_the_future(desk):
    path = memory_of(desk)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    path.with_name(f"{path.name}.approved.jsonl").unlink()


def memory_without_permission(desk):
    memory_of(desk).chmod(0)
    desk.as_nobody()


def memory_in_a_read_only_folder(desk):
    memory_of(desk).parent.chmod(0o555)
    desk.as_nobody()


def memory_that_leads_nowhere(desk):
    (desk.folder / "m.sqlite").symlink_to("nowhere")
    desk.write("passerelle.toml", 'memory = "m.sqlite"\n')


def memory_that_cannot_be_made(desk):
    desk.write("a", "a file")
    desk.write("passerelle.toml", 'memory = "a/m.sqlite"\n')


def read_only_memory(desk):
    memory_of(desk).chmod(0o444)
    desk.as_nobody()


def memory_of_another_machine(desk):
    line = f"30 20 0:30 / {desk.folder} rw - nfs4 server:/share rw\n"
    return {"system": desk.system(proc__self__mountinfo=f"20 1 0:1 / / rw - ext4 x rw\n{line}")}


def glossary_of_another_tool(desk):
    desk.write("glossary/terms.csv", "français;anglais;commentaire\nzorglüb;bulgroz;fantomas\n")


def glossary_of_another_tool_in_cp1252(desk):
    text = "Terme français;Terme anglais\nzorglüb;bulgroz\nzorglœb;bulgraz\n"
    desk.write("glossary/terms.csv", text.encode("cp1252"))


def glossary_without_a_header(desk):
    desk.write("glossary/terms.csv", "zorglüb,bulgroz\nzorglœb,bulgraz\n")


def glossary_as_tmx(desk):
    desk.write(
        "glossary/terms.csv",
        '<?xml version="1.0"?><tmx version="1.4"><header srclang="fr"/><body><tu>'
        '<tuv xml:lang="fr"><seg>zorglub</seg></tuv><tuv xml:lang="en"><seg>bulgroz</seg></tuv>'
        "</tu></body></tmx>",
    )


def workbook_as_glossary(desk):
    import openpyxl

    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    desk.write("glossary/terms.csv", data.getvalue())


def glossary_in_cp1252(desk):
    desk.write("glossary/terms.csv", (HEADER + "zorglüb,bulgroz,,,\n").encode("cp1252"))


def glossary_with_errors(desk):
    desk.write(
        "glossary/terms.csv",
        HEADER + "Zorglub,bulgroz,,,\nzorglüb,,,,\nzorglub,bulgroz,fantomas,,\n",
    )


def glossary_with_warnings(desk):
    desk.write("glossary/terms.csv", HEADER + "livre, bulgroz,,,\n")


def glossary_that_is_not_there(desk):
    desk.write("passerelle.toml", 'glossary = ["client.csv"]\n')


def no_glossary(desk):
    (desk.folder / "glossary" / "terms.csv").unlink()


def folder_as_glossary(desk):
    desk.write("g/terms.csv", "source,target\n")
    desk.write("passerelle.toml", 'glossary = "g"\n')


def empty_glossary(desk):
    desk.write("glossary/terms.csv", "")


def glossary_without_permission(desk):
    (desk.folder / "glossary" / "terms.csv").chmod(0)
    desk.as_nobody()


def no_toml(desk):
    desk.write("passerelle.toml", 'beam = 4\nengine = "argos\n')


def unknown_key(desk):
    desk.write("passerelle.toml", "fantomas = 4\n")


def bad_value(desk):
    desk.write("passerelle.toml", 'beam = "fantomas"\n')


def settings_without_permission(desk):
    desk.write("passerelle.toml", "beam = 4\n").chmod(0)
    desk.as_nobody()


def settings_of_a_project(desk):
    desk.write("pyproject.toml", "[tool.passerelle]\nfantomas = 1\n")


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
    desk.child(code, lock)


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
    plug_in(desk, code="raise ImportError('fantomas ' + __file__)\n")


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
    desk.write("passerelle.toml", 'engine = "fantomas"\n')


FLAGS = "flags\t\t: fpu sse sse2 {}\nmodel name\t: Old Processor\n"


def no_avx2(desk):
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx"))}


def forced_generic(desk):
    desk.patch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx avx2"))}


def forced_unknown(desk):
    desk.patch.setenv("CT2_FORCE_CPU_ISA", "avx2")
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx avx2"))}


def forced_beyond(desk):
    desk.patch.setenv("CT2_FORCE_CPU_ISA", "AVX512")
    return {"system": desk.system(proc__cpuinfo=FLAGS.format("avx avx2"))}


def verbose_in_words(desk):
    desk.patch.setenv("CT2_VERBOSE", "sk-tres-secret")


def one_core(desk):
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind processes to cores")
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    desk.stack.callback(os.sched_setaffinity, 0, mine)


def one_core_of_a_container(desk):
    desk.patch.setattr(os, "sched_getaffinity", lambda _pid: set(range(64)), raising=False)
    return {"system": desk.system(sys__fs__cgroup__cpu_dot_max="100000 100000\n")}


def container_of_old(desk):
    desk.patch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
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


def sound(desk):
    desk.install()
    memory_of(desk)


def memory_in_use(desk):
    """Leave a memory with a log: another process writes to it and has not ended."""
    path = desk.folder / "outputs" / ".passerelle" / "memory.sqlite"
    code = (
        "import sys; from pathlib import Path; from pipeline.memory import *\n"
        "memory = TranslationMemory(Path(sys.argv[1]))\n"
        "memory.approve([Approved(source='Fantomas.', target='Bulgroz.')])\n"
        "print('held', flush=True); input()"
    )
    holder = desk.child(code, path)
    assert path.with_name("memory.sqlite-wal").stat().st_size
    return holder


def memory_of_a_killed_run(desk):
    holder = memory_in_use(desk)
    holder.kill()
    holder.wait()


def interrupted_install(desk):
    path = desk.install()
    hidden = desk.models / ".argos-fr-en.0a0a0a0a.old"
    hidden.mkdir()
    path.rename(hidden / "argos-fr-en")


def memory_of_format_1(desk):
    path = memory_of(desk)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")


def bad_option(desk):
    return {"given": {"engine": "fantomas"}}


def stopped_run(desk):
    desk.write("outputs/.passerelle/running", "1a-0a0a0a0a\n")


def model_that_is_larger_than_memory(desk):
    desk.install()
    return {"system": desk.system(proc__meminfo="MemTotal: 4000 kB\nMemAvailable: 1000 kB\n")}
