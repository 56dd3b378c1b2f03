"""Hostile Argos packages: refused with nothing left behind, or sound."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PasserelleError
from pipeline.models import Store
from pipeline.models.argos_package import install_archive

from .trials import tries

if TYPE_CHECKING:
    import random

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
NAMES = (
    "../../escape",
    "/etc/passerelle-was-here",
    "C:\\escape",
    "a/../../../b",
    "t/" * 300 + "x",
    "nul\0byte",
    "metadata.json",
    "t/model/MODEL.BIN",
    "t/\u202egpj.exe",
    "t/con",
)
MODES = (stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFREG | 0o4777)


def hostile(dice: random.Random) -> bytes:
    """Give the bytes of a package that somebody meddled with."""
    with zipfile.ZipFile(PACKAGE) as sound:
        members = {name: sound.read(name) for name in sound.namelist()}
    for _ in range(dice.randrange(4)):
        name = dice.choice(sorted(members))
        what = dice.randrange(4)
        if what == 0:
            del members[name]
        elif what == 1:
            content = bytearray(members[name] or b"x")
            content[dice.randrange(len(content))] = dice.randrange(256)
            members[name] = bytes(content)
        elif what == 2:
            members[name] = members[name][: dice.randrange(len(members[name]) + 1)]
        elif name.endswith(".json"):
            members[name] = dice.choice((b"[" * 100_000, b"{}", b"null", b'{"a":' * 5_000, b"\xff"))
        if not members:
            break
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as out:
        for name, content in members.items():
            out.writestr(name, content)
        if dice.random() < 0.4:
            info = zipfile.ZipInfo("x")
            info.filename = dice.choice(NAMES)
            info.external_attr = dice.choice(MODES) << 16
            out.writestr(info, dice.choice((b"../../x", b"", b"\0" * 3_000_000)))
    data = bytearray(made.getvalue())
    for _ in range(dice.choice((0, 0, 1, 3, 20))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    if dice.random() < 0.1:
        del data[dice.randrange(len(data)) :]
    return bytes(data)


def one(dice: random.Random, folder: Path) -> str:
    """Install one package."""
    data = hostile(dice)
    (folder / "x.argosmodel").write_bytes(data)
    root = folder / "home" / "models"
    store = Store(root, argos_folders=())
    try:
        record = install_archive(store, io.BytesIO(data), place="x.argosmodel", origin="x")
    except PasserelleError:
        left = [p for p in (folder / "home").rglob("*") if p.is_file() and ".locks" not in p.parts]
        return f"left: {left} after a refusal" if left else ""
    outside = [p for p in folder.rglob("*") if p.is_symlink()]
    if outside:
        return f"escaped: {outside}"
    return "" if store.verify(record.name).ok else "unsound: what was installed does not verify"


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    return tries(one, seconds, seed)
