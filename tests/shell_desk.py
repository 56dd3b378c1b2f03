"""A desk's folder and an empty home, for tests that ask real shells."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pipeline.home.shells import script

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"
TERMS = (
    "IA",
    "intelligence artificielle",
    "jumeau numérique",
    "l'Élysée",
    "l’Assemblée",
    'le "plan B"',
    "coût $HOME",
    "back`id`tick",
    "$(touch owned)",
    "ou bien | sinon",
    "réseau : Lyon",
    "a=b; c&d",
    "étoile * ? [x]",
    "bravo ! encore",
    "fin\\de ligne",
    "~racine",
    "#mot-dièse",
    "100 % (net) <ici>",
    "Yahoo!",
    "vingt 'ans'",
    "œuvre\u00a0: « fin »",
)
HIDDEN = ("rouge\x1b[31mvif", "deux\nlignes", "tab\tulé", "envers\u202edroit", "-tiret")
GLOSSARY = "source,target,domain\r\n" + "".join(
    f'"{term.replace(chr(34), chr(34) * 2)}",x,{domain}\r\n'
    for term, domain in zip((*TERMS, *HIDDEN), ("presse|droit", "santé", *[""] * 99), strict=False)
)
FILES = (
    "articles/une.txt",
    "articles/deux.MD",
    "articles/photo.jpg",
    "articles/l'été à Nice.docx",
    "glossary/terms.csv",
    "english/une.en.txt",
    "client.csv",
    "client.tbx",
    "archive.jsonl",
    "notes.pdf",
    "memory.sqlite",
    "fr_en.argosmodel",
)


def make_desk(base):
    """A desk's folder, an empty home, and a `passerelle` on the path."""
    from pipeline.models import Store, install_model

    folder, home = base / "desk", base / "home"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    home.mkdir()
    (folder / "glossary/terms.csv").write_bytes(GLOSSARY.encode())
    (folder / "client.csv").write_text("source,target\nterme du client,x\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGOS_PACKAGES_DIR", str(base / "none"))
        install_model(Store(home / "models"), str(PACKAGE), progress=lambda _: None)
    program = base / "bin" / "passerelle"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(REPOSITORY)!r})\n"
        "from pipeline.cli import main\nmain()\n"
    )
    program.chmod(0o755)
    return base


def environment(desk):
    return {
        "HOME": str(desk / "home"),
        "PATH": f"{desk / 'bin'}:{os.environ['PATH']}",
        "PASSERELLE_HOME": str(desk / "home"),
        "ARGOS_PACKAGES_DIR": str(desk / "none"),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
    }


def needed(shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")


def script_file(desk, shell):
    path = desk / f"script.{shell}"
    path.write_text(script(shell), encoding="utf-8")
    return path
