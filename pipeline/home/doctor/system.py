"""The machine as its own files and calls tell it: processor, cores, memory, file systems."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

# CTranslate2's own rule (its cpu_isa.cc): the first of these that the processor has.
ISAS = (
    ("AVX512", frozenset({"avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq"})),
    ("AVX2", frozenset({"avx2"})),
    ("AVX", frozenset({"avx"})),
)
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|virtiofs|afs|ceph|glusterfs|lustre|gpfs|beegfs|ocfs2|davfs\d?|drvfs|"
    r"fuse\.(?:sshfs|s3fs|rclone|gcsfuse|glusterfs|ceph|davfs\d?|goofys|blobfuse\d?)|prl_fs|vboxsf"
)


def exported(**values: str) -> str:
    """Give the command by which this system's shells set variables of the environment."""
    if os.name == "nt":
        return " and ".join(f"`setx {name} {value}`" for name, value in values.items())
    return f"`export {' '.join(f'{name}={value}' for name, value in values.items())}`"


def unset(name: str) -> str:
    """Give the command by which this system's shells forget a variable of the environment."""
    return f"`set {name}=`" if os.name == "nt" else f"`unset {name}`"


def in_shell(shown: str) -> str:
    """Give a path as `Discreet` shows it so that a shell takes it whole; ``~`` stays a home."""
    home, slash, rest = shown.partition("/")
    return f"~/{shlex.quote(rest)}" if home == "~" and slash else shlex.quote(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A processor, as far as translating is concerned."""

    name: str
    architecture: str  # x86_64, arm64 …
    instructions: tuple[str, ...]  # of AVX512, AVX2, AVX, NEON; what it has
    known: bool  # whether the system tells its instructions


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """How many cores there are, and for whom."""

    machine: int
    usable: int  # that this process may run on
    quota: float | None  # cores' worth of time that a container may take; None: no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Working memory in bytes; 0 where the system does not tell."""

    total: int
    available: int
    limit: int | None  # of a container; None: no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Where the machine's own files are looked for.

    Args:
        root: stands for ``/``; tests give a folder with a ``proc/cpuinfo`` of their own.
    """

    root: Path = Path("/")

    def read(self, name: str) -> str:
        """Give a file of the system's, "" where there is none."""
        try:
            return (self.root / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def processor(self) -> Processor:
        """Give name and instructions of the processor."""
        architecture = platform.machine().lower().replace("amd64", "x86_64")
        architecture = architecture.replace("aarch64", "arm64")
        told = self.read("proc/cpuinfo")
        flags, name = _flags(told), _field(told, "model name")
        known = bool(flags)
        if not told and sys.platform == "darwin":
            asked = {key: _sysctl(f"machdep.cpu.{key}") for key in _SYSCTL}
            name, flags = asked.pop("brand_string"), set(" ".join(asked.values()).lower().split())
            known = bool(flags) or architecture == "arm64"
            flags = {flag.removesuffix("1.0") for flag in flags}
        elif not told and sys.platform == "win32":
            name, flags, known = platform.processor(), _windows(), True
        has = [isa for isa, needs in ISAS if needs <= flags]
        if architecture == "arm64":
            has, known = ["NEON"], True  # part of the architecture
        return Processor(
            name=" ".join(name.split()),
            architecture=architecture,
            instructions=(*has,),
            known=known,
        )

    def cores(self) -> Cores:
        """Count the cores of the machine, of this process, and what a container may use."""
        from pipeline.engines.batching import available_cores

        quotas = []
        for folder in self._groups("cpu"):
            with contextlib.suppress(ValueError):
                if told := self.read(f"{folder}/cpu.max").split():
                    quotas.append(float(told[0]) / float(told[1]))
                elif (quota := self._number(f"{folder}/cpu.cfs_quota_us")) > 0:
                    quotas.append(quota / (self._number(f"{folder}/cpu.cfs_period_us") or 100_000))
        return Cores(
            machine=os.cpu_count() or 1,
            usable=available_cores(),
            quota=min((q for q in quotas if q > 0), default=None),
        )

    def room(self) -> Room:
        """Measure the working memory."""
        told = self.read("proc/meminfo")
        total, available = (_kilobytes(told, name) for name in ("MemTotal", "MemAvailable"))
        if not total:
            with contextlib.suppress(AttributeError, ValueError, OSError):
                total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        limits = []
        for folder in self._groups("memory"):
            for name in ("memory.max", "memory.limit_in_bytes"):
                if (limit := self._number(f"{folder}/{name}")) > 0 and not (
                    total and limit >= total
                ):
                    limits.append(limit)
        return Room(total=total, available=available, limit=min(limits, default=None))

    def file_system(self, path: Path) -> tuple[str, bool]:
        """Give the kind of file system that a path is on, "" if not told, and if it is remote."""
        best, kind = "", ""
        real = os.path.realpath(path)
        for line in self.read("proc/self/mountinfo").splitlines():
            head, _, tail = line.partition(" - ")
            fields, told = head.split(), tail.split()
            if len(fields) < 5 or not told:
                continue
            point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), fields[4])
            inside = real == point or real.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best):
                best, kind = point, told[0]
        return kind, bool(_NETWORK.fullmatch(kind))

    def _groups(self, controller: str) -> list[str]:
        """Name the folders of this process's control groups, and of those above them."""
        folders = [f"sys/fs/cgroup/{controller}", "sys/fs/cgroup"]
        for line in self.read("proc/self/cgroup").splitlines():
            _, names, path = [*line.split(":", 2), "", ""][:3]
            if names and controller not in names.split(","):
                continue
            parts = [part for part in path.split("/") if part not in {"", ".."}]
            base = f"sys/fs/cgroup/{controller}" if names else "sys/fs/cgroup"
            folders += ["/".join((base, *parts[:n])) for n in range(1, len(parts) + 1)]
        return list(dict.fromkeys(folders))

    def _number(self, name: str) -> int:
        try:
            return int(self.read(name))
        except ValueError:
            return 0


_SYSCTL = ("brand_string", "features", "leaf7_features")


def _flags(cpuinfo: str) -> set[str]:
    found = re.search(r"^(?:flags|Features)[ \t]*:(.*)$", cpuinfo, re.MULTILINE)
    return set(found[1].lower().split()) if found else set()


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _kilobytes(meminfo: str, name: str) -> int:
    found = re.search(rf"^{name}:\s*(\d+)", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _sysctl(name: str) -> str:
    import subprocess

    try:
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=1, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


_WINDOWS = {"avx": 39, "avx2": 40, "avx512f": 41}  # PF_AVX_INSTRUCTIONS_AVAILABLE …


def _windows() -> set[str]:
    import ctypes

    ask = ctypes.windll.kernel32.IsProcessorFeaturePresent  # type: ignore[attr-defined,unused-ignore]
    found = {flag for flag, number in _WINDOWS.items() if ask(number)}
    if "avx512f" in found:  # Windows tells only of the foundation
        found |= ISAS[0][1]
    return found
