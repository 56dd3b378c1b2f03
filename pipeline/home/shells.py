"""The completion scripts: what they are, and where a shell looks for them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import OutputError, UsageError
from pipeline.fsio import atomic_write, read_file
from pipeline.home.completion import SHELLS

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARK = "# Completion of passerelle for "


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A script where the shell looks for it."""

    shell: str
    path: Path
    change: str  # "written", "renewed", or "" where it was there as it is
    next_step: str


def script(shell: str) -> str:
    """Give a shell's completion script.

    Raises:
        UsageError: we have none for this shell.
    """
    if shell not in SHELLS:
        raise UsageError(f"no completion for {shell!r}", next_step=f"use {', '.join(SHELLS)}")
    return (files("pipeline.home") / "data" / f"completion.{shell}").read_text(encoding="utf-8")


def install(shell: str, environ: Mapping[str, str] = os.environ) -> Installed:
    """Write a shell's script where the shell looks for it; no start-up file is touched.

    Raises:
        OutputError: something else stands there, or it cannot be written.
        UsageError: we have none for this shell.
    """
    text, path = script(shell), place(shell, environ)
    before = _ours(path)
    if before != text:
        atomic_write(path, text.encode())
    change = "written" if before is None else "renewed" if before != text else ""
    return Installed(shell=shell, path=path, change=change, next_step=_next(shell, path))


def place(shell: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Give the file from which a shell loads the completion of ``passerelle``.

    bash: that of bash-completion 2 for users; fish: its own; zsh has none, the folder is the one
    that most programs use.
    """
    home = Path(environ.get("HOME") or Path.home())
    if shell == "bash":
        data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
        return data / "bash-completion/completions/passerelle"
    if shell == "fish":
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish/completions/passerelle.fish"
    return Path(environ.get("ZDOTDIR") or home) / ".zfunc/_passerelle"


def _next(shell: str, path: Path) -> str:
    if shell == "bash":
        return (
            "Open a new shell. Where Tab offers files only, there is no bash-completion: put\n"
            f"  source {_written(path)}\n"
            "into ~/.bashrc."
        )
    if shell == "fish":
        return "Open a new shell."
    return (
        "Put this line into ~/.zshrc, before compinit if that is there, and open a new shell:\n"
        f"  fpath+=({_written(path.parent)}); autoload -Uz compinit && compinit"
    )


def _written(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


def _ours(path: Path) -> str | None:
    """Read the script that stands there; None where there is nothing.

    Raises:
        OutputError: it is no script of ours.
    """
    try:
        found = None if path.is_symlink() else read_file(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError:
        found = None
    if found is None or _MARK not in found[:200]:
        raise OutputError(
            "something else stands there, and is left alone",
            place=str(path),
            next_step="move it away, or print the script without --install",
        )
    return found
