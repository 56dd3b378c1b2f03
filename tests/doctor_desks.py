"""A desk for the tests of `passerelle doctor`: a home with telling names, and no way out."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.home.doctor import System, Visit, examine
from pipeline.models import Store, install_model

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "tests" / "data" / "argos" / "tiny-fr-en.argosmodel"
NOBODY = 65534
USER, HOST, SECRET = "mgarnier", "redaction-7", "sk-tres-secret"
TERMS = ("zorgl", "bulgr", "fantomas")
HEADER = "source,target,status,case,note\n"


@dataclass
class Desk:
    """A folder to work in, a model store of its own, and how to look at them.

    All of it is below the home of somebody whose name, and whose machine's, is nobody's business.
    """

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

    def child(self, code, *arguments):
        """Start a process of Python that says ``held`` and waits until the test is over."""
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
        )
        self.stack.enter_context(process)
        self.stack.callback(process.kill)
        assert process.stdout.readline() == b"held\n"
        return process

    def as_nobody(self):
        """Go on as a person without rights of root's; rights of files count from here on."""
        if os.geteuid():
            return
        examine(Visit.here())  # whatever is imported is imported by now
        for path in (self.root, *self.root.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        self.stack.callback(os.seteuid, 0)
        if not os.access(sys.prefix, os.R_OK | os.X_OK, effective_ids=True):
            pytest.skip("this environment lies where nobody but its owner may look")


@contextlib.contextmanager
def laid_out(monkeypatch):
    """Give a desk: a glossary of one term, no model, everything with a telling name."""
    # Not `tmp_path`, which only its owner may enter.
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(_folder())) / USER
        (root / "desk").mkdir(parents=True)
        for name, value in hostile(root).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("socket.gethostname", lambda: f"{HOST}.example.org")
        monkeypatch.setattr("platform.node", lambda: HOST)
        monkeypatch.setattr("platform.platform", lambda: f"Linux-6.1-{USER}@{HOST}")
        monkeypatch.chdir(root / "desk")
        monkeypatch.setenv("PASSERELLE_HOME", str(root / "home"))
        monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(root / "argos"))
        monkeypatch.delenv("CT2_FORCE_CPU_ISA", raising=False)
        made = Desk(root=root, patch=monkeypatch, stack=stack)
        made.write("glossary/terms.csv", HEADER + "Zorglub,bulgroz,,,fantomas\n")
        yield made


def hostile(root):
    names = dict.fromkeys(("USER", "LOGNAME", "USERNAME", "SUDO_USER"), USER)
    hosts = dict.fromkeys(("HOSTNAME", "COMPUTERNAME"), HOST)
    return names | hosts | {"HOME": str(root), "API_KEY": SECRET, "LANGUAGE": SECRET}


def refuse_leaks(desk, *texts):
    """Refuse a word of articles or terms, a name, the home folder or a secret, in any case."""
    hidden = (USER, HOST, SECRET, *TERMS, str(desk.root), desk.root.parent.name)
    for text in texts:
        assert [word for word in hidden if word.casefold() in text.casefold()] == [], text


@contextlib.contextmanager
def _folder():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101
        yield os.path.realpath(folder)


def doctor(**options):
    """Look in this process; gives the records."""
    return examine(Visit.here(**options))
