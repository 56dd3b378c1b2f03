"""Argos archives: unsafe, incomplete or damaged ones are refused before anything is written."""

import io
import json
import os
import random
import re
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PackageRefused, PasserelleError, UsageError
from pipeline.models import Store, install_model
from pipeline.models.argos_package import ArchiveLimits, install_archive

TOP = "translate-fr_en-1_9"
METADATA = {
    "package_version": "1.9",
    "argos_version": "1.9.0",
    "from_code": "fr",
    "from_name": "French",
    "to_code": "en",
    "to_name": "English",
    "links": [],
}
HEADER = struct.pack("<IH", 6, 16) + b"TransformerSpec\0" + bytes(100)
MEMBERS = {
    "metadata.json": json.dumps(METADATA).encode(),
    "sentencepiece.model": b"pieces",
    "model/model.bin": HEADER,
    "model/config.json": b"{}",
    "model/shared_vocabulary.json": b"[]",
    "stanza/resources.json": b"{}",
    "README.md": "Données".encode(),
}


def member(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name  # as it is: ZipInfo's constructor would clean it
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def pack(members=None, *extra: tuple[zipfile.ZipInfo, bytes], top: str = TOP) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (MEMBERS if members is None else members).items():
            archive.writestr(member(f"{top}/{name}"), content)
        for info, content in extra:
            archive.writestr(info, content)
    return file


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models", argos_folders=())


def install(store, file, **options):
    return install_archive(store, file, place="x.argosmodel", origin="x.argosmodel", **options)


def everything_below(folder: Path) -> list[str]:
    return sorted(
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and ".locks" not in p.parts
    )


def refused(store, file, match, **options):
    with pytest.raises(PackageRefused, match=match) as caught:
        install(store, file, **options)
    assert caught.value.place == "x.argosmodel"
    assert caught.value.next_step
    assert everything_below(store.root.parent) == []


def test_a_sound_archive_is_installed_with_all_its_files(store):
    record = install(store, pack())
    assert (record.name, record.version, record.languages) == ("argos-fr-en", "1.9", ("fr", "en"))
    assert everything_below(record.path) == sorted([*MEMBERS, "model.json"])
    assert (record.path / "README.md").read_bytes() == MEMBERS["README.md"]
    assert store.verify("argos").ok


def test_installing_the_same_archive_again_changes_nothing(store):
    first = install(store, pack())
    assert install(store, pack()) == first
    changed = install(store, pack(MEMBERS | {"README.md": b"new"}))
    assert changed.recipe != first.recipe
    assert (changed.path / "README.md").read_bytes() == b"new"


def versioned(version: str, **changes: bytes):
    told = json.dumps(METADATA | {"package_version": version}).encode()
    return pack(MEMBERS | {"metadata.json": told} | changes)


@pytest.mark.parametrize(
    ("there", "new", "said"),
    [
        (None, "1.9", r"installing translate-fr_en-1_9, 0 MB$"),
        ("1.9", "1.9", r"argos-fr-en 1\.9, the same package, is installed already$"),
        ("1.0", "1.9", r"installing .*, in the place of version 1\.0$"),
        ("1.9", "1.10", r"installing .*, in the place of version 1\.9$"),
        ("1.9", "1.9.1", r"installing .*, in the place of version 1\.9$"),
        ("1.9", "1.9.0", r"installing .*, in the place of version 1\.9$"),
    ],
)
def test_an_installation_says_what_it_takes_the_place_of(store, there, new, said):
    if there:
        install(store, versioned(there))
    told = []
    assert install(store, versioned(new), progress=told.append).version == new
    assert re.search(said, told[0]), told


@pytest.mark.parametrize(("there", "new"), [("1.9", "1.0"), ("1.10", "1.9"), ("2", "1.9.9")])
def test_an_older_version_takes_the_place_of_a_newer_one_only_by_force(store, there, new):
    install(store, versioned(there))
    with pytest.raises(UsageError, match=f"version {new}, older than {there}") as caught:
        install(store, versioned(new))
    assert "--force" in caught.value.next_step
    assert store.get("argos").version == there
    assert install(store, versioned(new), force=True).version == new


def test_a_damaged_model_gives_way_to_any_version(store):
    (install(store, versioned("1.9")).path / "model.json").write_text("{")
    assert install(store, versioned("1.0")).version == "1.0"


@pytest.mark.parametrize(
    ("make", "error", "problem", "step"),
    [
        (lambda p: p.mkdir(), UsageError, "a folder is not installed", "models check"),
        (lambda p: p.write_bytes(b"GGUF\3\0"), UsageError, "GGUF file is not", "models check"),
        (os.mkfifo, PackageRefused, "not a regular file", "check the path"),
        (lambda p: p.symlink_to("nowhere"), PackageRefused, "No such file", "check the path"),
        (lambda _: None, PackageRefused, "No such file", "check the path"),
        (lambda p: p.write_bytes(b""), PackageRefused, "is not a zip archive", "from a source"),
        (lambda p: p.write_bytes(b"<html>"), PackageRefused, "is not a zip", "from a source"),
        (
            lambda p: p.write_bytes(pack(MEMBERS, top="a").getvalue()[:-40]),
            PackageRefused,
            "is not a zip archive",
            "from a source",
        ),
    ],
)
@pytest.mark.parametrize("name", ["x.argosmodel", "été fr en.argosmodel"])
def test_what_is_no_package_file_says_what_to_do_instead(
    store, tmp_path, name, make, error, problem, step
):
    path = tmp_path / name
    make(path)
    with pytest.raises(error, match=problem) as caught:
        install_model(store, str(path))
    assert caught.value.place == str(path)
    assert step in caught.value.next_step
    assert not store.root.exists()


@pytest.mark.parametrize("needless", ["stanza/resources.json", "README.md"])
def test_what_we_do_not_use_may_be_missing(store, needless):
    install(store, pack({k: v for k, v in MEMBERS.items() if k != needless}))


@pytest.mark.parametrize(
    ("changes", "dropped"),
    [
        ({"bpe.model": b"#version"}, ["sentencepiece.model"]),
        ({"model/shared_vocabulary.txt": b"a"}, ["model/shared_vocabulary.json"]),
        (
            {"model/source_vocabulary.json": b"[]", "model/target_vocabulary.json": b"[]"},
            ["model/shared_vocabulary.json"],
        ),
        ({"model/model.bin": b"\x05\0\0\0" + HEADER[4:]}, ["model/config.json"]),
    ],
)
def test_older_and_other_shapes_of_packages_are_accepted(store, changes, dropped):
    members = {k: v for k, v in (MEMBERS | changes).items() if k not in dropped}
    assert install(store, pack(members)).version == "1.9"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil", "leaves the folder"),
        (f"{TOP}/../../evil", "leaves the folder"),
        ("/etc/evil", "absolute path"),
        ("C:/evil", "drive letter"),
        (f"{TOP}/a:stream", "drive letter or a colon"),
        (f"{TOP}\\..\\evil", "backslash"),
        (f"{TOP}/a\x00b", "control character"),
        (f"{TOP}/a\nb", "control character"),
        (f"{TOP}//b", "empty step"),
        (f"{TOP}/./b", "empty step"),
        (f"{TOP}/CON", "not every system"),
        (f"{TOP}/lpt1.txt", "not every system"),
        (f"{TOP}/dot.", "not every system"),
        (f"{TOP}/" + "é" * 200, "not every system"),
        (f"{TOP}/README.md", "is there twice"),
        (f"{TOP}/readme.MD", "is there twice"),
        (f"{TOP}/README.md/below", "lies below a file"),
        ("other/file", "should hold one folder"),
        ("file", "should hold one folder"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_names_that_lead_elsewhere_or_collide_are_refused(store, name, reason):
    refused(store, pack(None, (member(name), b"evil")), reason)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (stat.S_IFLNK | 0o777, "symbolic link"),
        (stat.S_IFCHR | 0o666, "device"),
        (stat.S_IFBLK | 0o666, "device"),
        (stat.S_IFIFO | 0o666, "pipe"),
        (stat.S_IFSOCK | 0o666, "socket"),
    ],
)
def test_links_and_devices_are_refused(store, mode, reason):
    refused(store, pack(None, (member(f"{TOP}/link", mode), b"/etc/passwd")), reason)


def test_encrypted_members_are_refused(store):
    file = pack()
    data = bytearray(file.getvalue())
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    refused(store, io.BytesIO(bytes(data)), "is encrypted")


def test_members_packed_by_an_unknown_method_are_refused(store):
    data = bytearray(pack().getvalue())
    place = data.rindex(b"PK\x01\x02")
    data[place + 10 : place + 12] = struct.pack("<H", 97)
    refused(store, io.BytesIO(bytes(data)), r"unknown method \(97\)")


def test_a_size_bomb_is_refused_by_ratio(store):
    refused(store, pack(None, (member(f"{TOP}/zeros"), bytes(4 << 20))), "200 times its size")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ArchiveLimits(members=5), "holds 7 members"),
        (ArchiveLimits(member_bytes=100), "more than a model needs"),
        (ArchiveLimits(total_bytes=200), r"unpacks to \d+ bytes, more than 200"),
    ],
)
def test_archives_beyond_a_limit_are_refused(store, limits, reason):
    refused(store, pack(), reason, limits=limits)


def test_a_member_that_declares_less_than_it_holds_is_refused(store):
    name = f"{TOP}/README.md".encode()
    data = bytearray(pack().getvalue())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = next(
            i
            for i in range(len(data))
            if data[i : i + 4] == signature and name in data[i : i + 46 + len(name)]
        )
        data[at + offset : at + offset + 4] = struct.pack("<I", 3)
    refused(store, io.BytesIO(bytes(data)), r"README\.md' is damaged")


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        (["metadata.json"], r"holds no metadata\.json"),
        (["sentencepiece.model"], "holds no tokenizer"),
        (["model/model.bin"], "no CTranslate2 model"),
        (["model/shared_vocabulary.json"], "no vocabulary"),
        (["model/config.json"], "no configuration"),
        (list(MEMBERS), "should hold one folder, and holds nothing"),
    ],
)
def test_an_incomplete_package_is_refused_and_the_lack_is_named(store, missing, reason):
    refused(store, pack({k: v for k, v in MEMBERS.items() if k not in missing}), reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "does not hold an object"),
        (b"{}", "no language code as 'from_code': None"),
        (json.dumps(METADATA | {"to_code": "../x"}).encode(), "'to_code': '../x'"),
        (json.dumps(METADATA | {"from_code": "es"}).encode(), "translates es→en, not fr→en"),
        (json.dumps(METADATA | {"package_version": 1.9}).encode(), "'package_version': 1.9"),
        (json.dumps(METADATA | {"argos_version": ""}).encode(), "'argos_version': ''"),
        (json.dumps(METADATA | {"type": "sbd"}).encode(), "type 'sbd'"),
        (json.dumps(METADATA | {"target_prefix": 3}).encode(), "'target_prefix'"),
        (b" " * (2 << 20), "too large"),
    ],
)
def test_wrong_metadata_is_refused_with_its_field(store, content, reason):
    limits = ArchiveLimits(ratio=100_000)
    refused(store, pack(MEMBERS | {"metadata.json": content}), reason, limits=limits)


def test_another_language_is_accepted_when_told(store):
    members = MEMBERS | {"metadata.json": json.dumps(METADATA | {"from_code": "es"}).encode()}
    assert install(store, pack(members), languages=None).name == "argos-es-en"
    assert store.find("argos") is None


@pytest.mark.parametrize("head", [b"", b"\x06\0", b"\x63" + HEADER[1:], b"\x06\0\0\0\x04\0GPT2"])
def test_a_model_that_is_not_ctranslate2s_is_refused(store, head):
    refused(store, pack(MEMBERS | {"model/model.bin": head}), "not a CTranslate2")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(50)])
def test_a_file_that_is_no_archive_is_refused(store, content):
    refused(store, io.BytesIO(content), "is not a zip archive")


def test_a_truncated_archive_is_refused(store):
    data = pack().getvalue()
    refused(store, io.BytesIO(data[: len(data) // 2]), "is not a zip archive")


def test_a_member_with_a_wrong_checksum_is_refused_and_nothing_stays(store):
    content = HEADER + random.Random(1).randbytes(5000)
    stored = member(f"{TOP}/model/model.bin")
    stored.compress_type = zipfile.ZIP_STORED
    others = {name: value for name, value in MEMBERS.items() if name != "model/model.bin"}
    data = bytearray(pack(others, (stored, content)).getvalue())
    data[data.index(content) + 1000] ^= 0xFF
    refused(store, io.BytesIO(bytes(data)), r"model\.bin' is damaged: Bad CRC-32")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_damage_to_an_archive_ends_in_anything_but_a_refusal_or_a_sound_model(
    tmp_path_factory, data
):
    content = bytearray(pack().getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    root = tmp_path_factory.mktemp("damaged")
    store = Store(root / "models", argos_folders=())
    try:
        record = install(store, io.BytesIO(bytes(content)))
    except PasserelleError:
        assert everything_below(root) == []
    else:
        assert store.verify(record.name).ok
