"""The image: its files are sound, and its own last stage runs in a bare root of this system.

The build stage needs the package index, so here its commands are left out and what they make is
made of this environment's packages and a tiny model; ``python tests/dockerfile.py FOLDER`` performs
them all by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

import dockerfile
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".docker"
TINY = ROOT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"
OUTER = sysconfig.get_paths()["purelib"]
ARTICLES = {
    "une.fr.txt": "Le ministre a annoncé la fermeture de l’usine.\n\nLe maire a voté.\n",
    "deux.md": "# Le maire\n\nLe **ministre** a refusé.\n",
}

pytestmark = pytest.mark.slow
WHY_NOT = dockerfile.usable()
needs_a_root = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "-")


def sound(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_are_sound():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    sound(hadolint or pytest.skip("hadolint is not installed"), str(FOLDER / "Dockerfile"))
    check = (sys.executable, "-m", "check_jsonschema")
    sound(*check, "--builtin-schema", "vendor.compose-spec", str(FOLDER / "compose.yaml"))


def test_no_index_and_no_root_are_in_what_runs():
    _, last = dockerfile.stages(FOLDER / "Dockerfile", Path())
    assert [name for name, _ in last.steps if name in {"RUN", "ARG", "ADD"}] == []
    assert "INDEX" not in " ".join(rest for _, rest in last.steps)
    assert dict(last.steps)["USER"] == "10001:10001"


def test_all_that_the_wheel_is_made_of_is_copied():
    build, _ = dockerfile.stages(FOLDER / "Dockerfile", Path())
    copied = {w for name, rest in build.steps if name == "COPY" for w in rest.split()[:-1]}
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = told["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {*wheel["packages"], *(p.partition("/")[0] for p in wheel.get("force-include", {}))}
    wanted |= {"pyproject.toml", told["project"]["readme"], *told["project"]["license-files"]}
    assert wanted <= copied
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


@pytest.fixture(scope="module")
def image():
    """The last stage, ready to run; what `pip` would have installed is bound to it."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        build, last = dockerfile.stages(FOLDER / "Dockerfile", folder)
        dockerfile.perform(build, {}, ROOT, run=False)
        python = "/opt/passerelle/venv/bin/python"
        site = (
            build.root
            / "opt/passerelle/venv/lib"
            / f"python3.{sys.version_info[1]}"
            / "site-packages"
        )
        (build.root / "outer").mkdir()
        (build.root / "opt").mkdir(exist_ok=True)
        within(build, "python3", "-m", "venv", "--without-pip", "/opt/passerelle/venv")
        shutil.copytree(build.root / "src/pipeline", site / "pipeline")
        (site / "outer.pth").write_text("/outer\n", encoding="ascii")
        script = build.root / "opt/passerelle/venv/bin/passerelle"
        script.write_text(f"#!{python}\nfrom pipeline.cli import main\nmain()\n", encoding="ascii")
        script.chmod(0o755)
        shutil.copy(TINY, build.root / "tiny.argosmodel")
        within(
            build,
            str(Path("/opt/passerelle/venv/bin/passerelle")),
            "models",
            "install",
            "/tiny.argosmodel",
        )
        within(build, "chmod", "-R", "a+rX", "/opt/passerelle")
        dockerfile.perform(last, {"build": build}, ROOT)
        (last.root / "outer").mkdir()
        yield last


def within(stage, *command):
    done = dockerfile.bwrap(stage, command, write=True, binds=[("--ro-bind", OUTER, "/outer")])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def desk():
    """Folders that any user may reach: articles with a glossary, and an empty one."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for path, text in (
            ARTICLES | {"glossary/terms.csv": "source,target,wrong\nusine,plant,factory\n"}
        ).items():
            (folder / "in" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "in" / path).write_text(text, encoding="utf-8")
        (folder / "out").mkdir()
        yield folder


def stand(folder):
    """Give every file with its size, time and owner."""
    return {
        p: (p.lstat().st_size, p.lstat().st_mtime_ns, p.lstat().st_uid) for p in folder.rglob("*")
    }


def run(image, desk, *arguments, user=""):
    uid, _, gid = (user or image.user).partition(":")
    if os.geteuid() == 0:
        os.chown(desk / "out", int(uid), int(gid or 0))
    return dockerfile.start(
        image,
        desk / "in",
        desk / "out",
        *arguments,
        user=user,
        binds=[("--ro-bind", OUTER, "/outer")],
    )


@needs_a_root
@pytest.mark.parametrize("user", ["", "4242:0", "1000:1000"])
def test_articles_are_translated_without_network_root_or_another_place(image, desk, user):
    before = stand(image.root), stand(desk / "in")
    done = run(image, desk, user=user)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (stand(image.root), stand(desk / "in")) == before
    out = desk / "out"
    assert "the plant" in (out / "une.en.txt").read_text(encoding="utf-8")
    assert "**" in next(out.glob("deux*.md")).read_text(encoding="utf-8")
    told = json.loads((out / "manifest.json").read_bytes())
    assert told["glossary"] == ["glossary/terms.csv"]
    assert (told["terms"]["occurrences"], told["terms"]["violated"]) == (1, 0)
    assert told["engine"]["name"] == "argos"
    assert (out / "report.html").is_file()
    if os.geteuid() == 0:
        uid = int((user or image.user).partition(":")[0])
        assert {p.stat().st_uid for p in out.rglob("*")} == {uid}


@needs_a_root
def test_a_second_run_remembers(image, desk):
    assert run(image, desk).returncode == 0
    (desk / "in" / "trois.txt").write_text("Le maire a voté.\n", encoding="utf-8")
    done = run(image, desk, "translate", "/in", "--out", "/out", "--json")
    assert json.loads(done.stdout)["segments"]["translated"] == 0


@needs_a_root
def test_there_is_no_network_and_nothing_else_can_be_written(image, desk):
    python = "/opt/passerelle/venv/bin/python"
    image.entrypoint, kept = [python, "-c"], image.entrypoint
    try:
        code = "import socket; socket.create_connection(('192.0.2.1', 80), 3)"
        assert "unreachable" in run(image, desk, code).stderr
        for place in ("/x", "/opt/passerelle/x", "/in/x", "/tmp/x", "/usr/x"):
            told = run(image, desk, f"open({place!r}, 'w')").stderr
            assert "Read-only" in told or "Permission denied" in told
        assert run(image, desk, "open('/out/x', 'w')").returncode == 0
        assert run(image, desk, "import os; print(os.getuid())").stdout == "10001\n"
    finally:
        image.entrypoint = kept
