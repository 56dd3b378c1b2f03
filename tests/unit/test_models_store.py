"""The model store: whole models or none, found by name or kind, checked by hash."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.errors import (
    ModelDamaged,
    ModelError,
    ModelMissing,
    NothingChecked,
    OutputError,
    UsageError,
)
from pipeline.models import Store, default_root
from pipeline.models.record import argostranslate_folders


def fill(content: bytes = b"weights"):
    def build(folder: Path) -> None:
        (folder / "model").mkdir()
        (folder / "model" / "model.bin").write_bytes(content)
        (folder / "vocabulary.json").write_text("[]")

    return build


def install(store: Store, name: str = "bundled", build=None, **changes):
    options = {"kind": "bundled", "version": "1", "origin": "test", "recipe": "r1"} | changes
    return store.install_folder(name, build or fill(), **options)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models", argos_folders=())


def visible(store: Store) -> list[str]:
    return sorted(p.name for p in store.root.iterdir() if p.name != ".locks")


def test_an_installed_model_is_found_by_name_and_by_kind(store):
    record = install(store, "argos-fr-en", kind="argos")
    assert store.find("argos-fr-en") == record
    assert store.find("argos") == record
    assert store.find("bundled") is None
    assert store.list() == (record,)
    assert [f.path for f in record.files] == ["model/model.bin", "vocabulary.json"]
    assert record.size == len(b"weights") + 2
    assert record.path == store.path("argos-fr-en")


def test_a_store_that_does_not_exist_is_empty_and_stays_uncreated(store):
    assert store.list() == ()
    assert store.find("argos") is None
    store.sweep()
    assert not store.root.exists()


def test_a_model_for_other_languages_is_not_taken_for_its_kind(store):
    install(store, "argos-de-en", kind="argos", languages=("de", "en"))
    assert store.find("argos") is None
    assert store.find("argos-de-en") is not None


def test_the_higher_version_wins_among_models_of_one_kind(store):
    install(store, "argos-a", kind="argos", version="1.9")
    install(store, "argos-b", kind="argos", version="1.10")
    found = store.find("argos")
    assert found is not None
    assert found.version == "1.10"


def test_a_missing_model_is_named_with_what_is_installed(store):
    install(store)
    with pytest.raises(ModelMissing, match=r"no model 'argos'.*\n.*installed: bundled"):
        store.get("argos")


@pytest.mark.parametrize("name", ["", "..", "a/b", "Ünder", ".hidden", "a" * 65])
def test_names_that_could_leave_the_store_are_refused(store, name):
    with pytest.raises(UsageError):
        store.path(name)


def test_verify_finds_missing_changed_and_unexpected_files(store):
    record = install(store)
    assert store.verify("bundled").ok
    (record.path / "vocabulary.json").unlink()
    (record.path / "model" / "model.bin").write_bytes(b"wEights")  # same size
    (record.path / "extra").write_bytes(b"")
    report = store.verify("bundled")
    assert not report.ok
    assert report.missing == ("vocabulary.json",)
    assert report.changed == ("model/model.bin",)
    assert report.unexpected == ("extra",)
    assert "missing: vocabulary.json" in report.describe()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1, "languages": ["fr", "en"]}',
        json.dumps(
            {
                "format": 1,
                "kind": "bundled",
                "version": "1",
                "languages": ["fr", "en"],
                "origin": "",
                "recipe": "",
                "installed_at": "",
                "files": [{"path": "../../etc/passwd", "sha256": "0", "size": 1}],
            }
        ),
    ],
)
def test_an_unreadable_record_is_listed_as_damage_and_never_loaded(store, text):
    record = install(store)
    (record.path / "model.json").write_text(text)
    (listed,) = store.list()
    assert listed.damage
    with pytest.raises(ModelDamaged, match="install it again"):
        store.find("bundled")
    assert not store.verify("bundled").ok
    install(store)
    assert store.verify("bundled").ok


def test_an_equal_undamaged_model_is_kept_without_building(store):
    first = install(store)
    assert install(store, build=lambda folder: pytest.fail("built again")) == first


@pytest.mark.parametrize("harm", ["recipe", "force", "damage"])
def test_a_different_forced_or_damaged_model_is_built_again(store, harm):
    record = install(store)
    if harm == "damage":
        (record.path / "vocabulary.json").write_text("{}")
    changes = {"recipe": {"recipe": "r2"}, "force": {"force": True}}.get(harm, {})
    install(store, build=fill(b"other"), **changes)
    assert (record.path / "model" / "model.bin").read_bytes() == b"other"
    assert store.verify("bundled").ok
    assert visible(store) == ["bundled"]


@pytest.mark.parametrize("error", [ModelError("refused"), KeyboardInterrupt()])
def test_a_build_that_fails_leaves_the_old_model_and_nothing_else(store, error):
    record = install(store)

    def broken(folder: Path) -> None:
        fill()(folder)
        raise error

    with pytest.raises(type(error)):
        install(store, build=broken, recipe="r2")
    assert store.list() == (record,)
    assert store.verify("bundled").ok
    assert visible(store) == ["bundled"]


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission to write here"),
        (errno.EROFS, "the file system is read-only"),
    ],
)
def test_a_full_or_closed_disk_is_reported_and_leaves_nothing(store, number, problem):
    def broken(folder: Path) -> None:
        (folder / "half").write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(OutputError, match=problem):
        install(store, build=broken)
    assert visible(store) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_real_write_to_a_full_device_is_reported_as_a_full_disk(store):
    def broken(folder: Path) -> None:
        (folder / "model.bin").symlink_to("/dev/full")
        (folder / "model.bin").write_bytes(b"x" * 100_000)

    with pytest.raises(OutputError, match="the disk is full"):
        install(store, build=broken)
    assert visible(store) == []


def test_another_error_of_the_system_names_its_file(store):
    with pytest.raises(ModelError, match=r"gone\.bin"):
        install(store, build=lambda folder: (folder / "gone.bin").read_bytes())
    assert visible(store) == []


def test_a_store_below_a_plain_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError):
        install(Store(tmp_path / "file" / "models", argos_folders=()))


KILLED = """
import sys, time
from pathlib import Path
from pipeline.models import Store
def build(folder):
    (folder / "half").write_bytes(b"half")
    print("building", flush=True)
    time.sleep(60)
Store(Path(sys.argv[1]), argos_folders=()).install_folder(
    "bundled", build, kind="bundled", version="1", origin="test", recipe="r1")
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_install_is_swept_away_by_the_next(store):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(store.root)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"building\n"
    store.sweep()
    assert len(visible(store)) == 1, "a running install must not be swept"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(visible(store)) == 1
    assert store.list() == ()
    install(store, "argos-fr-en", kind="argos")
    store.sweep()
    assert visible(store) == ["argos-fr-en"]


def test_an_interrupted_replacement_brings_the_old_model_back(store):
    record = install(store)
    hidden = store.root / ".bundled.abc.old"
    hidden.mkdir()
    record.path.rename(hidden / "bundled")  # what a kill between the two renames leaves
    assert store.find("bundled") == record
    assert store.list() == (record,)
    assert visible(store) == ["bundled"]


def test_sweeping_one_name_spares_a_longer_name_that_begins_alike(store):
    install(store, "argos")
    other = store.root / ".argos.fr.abc.part"
    other.mkdir()
    install(store, "argos", force=True)
    assert other.is_dir()


def test_two_installs_at_once_build_once(store):
    built, told = [], []

    def slow(folder: Path) -> None:
        built.append(folder)
        time.sleep(0.2)
        fill()(folder)

    threads = [
        threading.Thread(
            target=install, args=(store,), kwargs={"build": slow, "progress": told.append}
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert store.verify("bundled").ok
    assert visible(store) == ["bundled"]


def test_removing_takes_the_folder_and_nothing_else(store):
    install(store)
    install(store, "argos-fr-en", kind="argos")
    assert store.remove("bundled").name == "bundled"
    assert visible(store) == ["argos-fr-en"]
    with pytest.raises(ModelMissing):
        store.remove("bundled")
    with pytest.raises(UsageError, match="kind of model"):
        store.remove("argos")


def make_foreign(folder: Path, version: str = "1.9", **metadata) -> Path:
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model.bin").write_bytes(b"")
    table = {"package_version": version, "from_code": "fr", "to_code": "en"} | metadata
    (folder / "metadata.json").write_text(json.dumps(table))
    return folder


def test_packages_of_argostranslate_are_found_after_ours_and_never_touched(tmp_path):
    theirs = make_foreign(tmp_path / "argos" / "translate-fr_en-1_9")
    make_foreign(tmp_path / "argos" / "sbd", type="sbd")
    (tmp_path / "argos" / "empty").mkdir()
    (tmp_path / "argos" / "file").write_text("")
    store = Store(tmp_path / "models", argos_folders=(tmp_path / "argos", tmp_path / "none"))
    found = store.find("argos")
    assert found is not None
    assert (found.path, found.owner, found.version) == (theirs, "argostranslate", "1.9")
    with pytest.raises(UsageError, match="argospm"):
        store.remove(found.name)
    with pytest.raises(NothingChecked):
        store.verify(found.name)
    ours = install(store, "argos-fr-en", kind="argos", version="1.0")
    assert store.find("argos") == ours
    assert [r.owner for r in store.list()] == ["passerelle", "argostranslate"]


def test_the_folders_of_argostranslate_follow_its_own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    share = tmp_path / ".local" / "share" / "argos-translate" / "packages"
    assert argostranslate_folders({}) == (share,)
    assert argostranslate_folders({"XDG_DATA_HOME": "/d"}) == (Path("/d/argos-translate/packages"),)
    config = tmp_path / "c" / "argos-translate"
    config.mkdir(parents=True)
    (config / "settings.json").write_text('{"ARGOS_PACKAGES_DIR": "/from/file"}')
    env = {"XDG_CONFIG_HOME": str(tmp_path / "c")}
    assert argostranslate_folders(env) == (Path("/from/file"),)
    assert argostranslate_folders(env | {"ARGOS_PACKAGES_DIR": "/e"}) == (Path("/e"),)
    assert not share.exists()


ARGOS_OWN = "from argostranslate import settings; print(*settings.package_dirs, sep='\\n')"


@pytest.mark.slow
@pytest.mark.parametrize("told", [{}, {"ARGOS_PACKAGES_DIR": "packages here"}])
def test_argostranslate_itself_looks_in_the_same_folders(tmp_path, told):
    env = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        **{key: str(tmp_path / value) for key, value in told.items()},
    }
    answer = subprocess.run(
        [sys.executable, "-c", ARGOS_OWN], env=env, capture_output=True, text=True, check=True
    )
    assert argostranslate_folders(env) == tuple(map(Path, answer.stdout.splitlines()))


def test_passerelle_home_overrides_the_platform_folder(tmp_path):
    assert default_root({"PASSERELLE_HOME": str(tmp_path)}) == tmp_path / "models"
    assert default_root({}).parts[-2:] == ("passerelle", "models")
