"""A Dockerfile's own steps, performed in a bare root of this system, where no Docker runs.

Each stage is a folder that is the root; ``/usr`` is this system's, read-only, and ``/usr/local``
this Python's: they stand for the image ``python:3.11-slim``. Needs bubblewrap and user namespaces.

By hand, with the network, from the repository's root:

    python tests/dockerfile.py FOLDER [NAME=VALUE of an ARG …]
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parents[1]
LINKS = ("bin", "sbin", "lib", "lib32", "lib64")


@dataclass
class Stage:
    """What a stage's instructions say."""

    name: str
    image: str
    root: Path
    steps: list[tuple[str, str]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0:0"
    volumes: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)


def instructions(text):
    """Give a Dockerfile's instructions: name and the rest on one line."""
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    whole = "\n".join(lines).replace("\\\n", " ")
    for line in whole.splitlines():
        name, _, rest = line.strip().partition(" ")
        yield name.upper(), rest.strip()


def stages(path, folder):
    """Read a Dockerfile; each stage has its root below a folder."""
    found = []
    for name, rest in instructions(path.read_text(encoding="utf-8")):
        if name == "FROM":
            image, _, alias = rest.partition(" AS ")
            found.append(Stage(name=alias, image=image, root=folder / (alias or "last")))
        else:
            found[-1].steps.append((name, rest))
    return found


def bwrap(stage, command, *, write=False, network=False, user="0:0", binds=(), extra=None):
    """Run a command in a stage's root."""
    uid, _, gid = user.partition(":")
    call = ["bwrap", "--bind" if write else "--ro-bind", str(stage.root), "/"]
    call += ["--ro-bind", "/usr", "/usr"]
    if sys.base_prefix not in {"/usr", "/usr/local"}:
        call += ["--ro-bind", sys.base_prefix, "/usr/local"]
    if network:
        call += ["--ro-bind", "/etc", "/etc"]
    call += ["--proc", "/proc", "--dev", "/dev"]
    for kind, source, target in binds:
        call += [kind, str(source), target]
    call += ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--clearenv"]
    call += [] if network else ["--unshare-net"]
    gid = gid or "0"
    if os.geteuid():  # files of this user look like the other's own: less is shown
        call += ["--unshare-user", "--uid", uid, "--gid", gid]
    elif uid != "0":  # as Docker does it: another user, to whom the root's files are the root's
        call += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        drop = ("setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs")
        command = [*drop, "--bounding-set", "-all", *command]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root"}
    env |= {"LD_LIBRARY_PATH": "/usr/local/lib"} | stage.env  # where this Python has its library
    env |= (stage.args if write else {}) | (extra or {})
    for name, value in env.items():
        call += ["--setenv", name, value]
    return subprocess.run(
        [*call, "--chdir", stage.workdir, *command], capture_output=True, text=True, check=False
    )


def usable():
    """Say why bubblewrap cannot be used here; "" if it can."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed"
    call = ["bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-net", "--unshare-pid"]
    call += ["--unshare-user", "true"] if os.geteuid() else ["true"]
    tried = subprocess.run(call, capture_output=True, text=True, check=False)
    return tried.stderr.strip() and f"bubblewrap may not work here: {tried.stderr.strip()}"


def begin(stage, volumes=()):
    """Make the root that the image gives."""
    stage.root.mkdir(parents=True, exist_ok=True)
    for name in LINKS:
        if (Path("/") / name).is_symlink():
            (stage.root / name).symlink_to((Path("/") / name).readlink())
    for name in ("usr", "proc", "dev", "etc", "tmp", "root", *volumes):
        (stage.root / name).mkdir(exist_ok=True)


def perform(stage, earlier, context, *, run=True, values=None):
    """Perform a stage's instructions; without ``run``, commands are left out."""
    begin(stage)
    for name, rest in stage.steps:
        inside = stage.root / stage.workdir.lstrip("/")
        if name == "ARG":
            key = rest.partition("=")[0]
            stage.args |= {key: values[key]} if values and key in values else {}
        elif name == "ENV":
            stage.env |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif name == "WORKDIR":
            stage.workdir = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            words = rest.split()
            source = context
            if words[0].startswith("--from="):
                source = earlier[words.pop(0).removeprefix("--from=")].root
            *given, target = words
            place = inside / target if not target.startswith("/") else stage.root / target[1:]
            for one in given:
                copy(source / one.lstrip("/"), place / one if target.endswith("./") else place)
        elif name == "RUN":
            if run:
                done = bwrap(stage, ["/bin/sh", "-c", rest], write=True, network=True)
                if done.returncode:
                    raise RuntimeError(f"RUN {rest}\n{done.stdout}\n{done.stderr}")
        elif name == "USER":
            stage.user = rest
        elif name == "VOLUME":
            stage.volumes = json.loads(rest)
            begin_volumes(stage)
        elif name in {"ENTRYPOINT", "CMD"}:
            setattr(stage, name.lower(), json.loads(rest))
        else:
            raise ValueError(f"not known here: {name}")
    return stage


def begin_volumes(stage):
    for volume in stage.volumes:
        (stage.root / volume.lstrip("/")).mkdir(parents=True, exist_ok=True)


def copy(source, target):
    if source.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignore)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def start(stage, articles, outputs, *arguments, user="", binds=()):
    """Run the container: no network, a read-only root, the two volumes."""
    command = [*stage.entrypoint, *(arguments or stage.cmd)]
    volumes = [("--ro-bind", articles, "/in"), ("--bind", outputs, "/out")]
    return bwrap(stage, command, user=user or stage.user, binds=[*volumes, *binds])


def main():
    """Build by hand, with the network; say how long it took and how large it is."""
    folder, *given = sys.argv[1:]
    values = dict(one.split("=", 1) for one in given)
    earlier = {}
    for stage in stages(HERE / ".docker" / "Dockerfile", Path(folder)):
        began = time.monotonic()
        perform(stage, earlier, HERE, values=values)
        earlier[stage.name] = stage
        size = sum(p.lstat().st_size for p in stage.root.rglob("*") if not p.is_symlink())
        print(f"{stage.name or 'last'}: {time.monotonic() - began:.0f} s, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
