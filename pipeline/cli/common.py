"""What every command shares: the group that catches errors, lazy sub-commands, colour."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import shutil
import sys
import textwrap
import threading
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from pipeline.errors import EXIT_INTERRUPTED, PasserelleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Commands", "counted", "emit_json", "style_for"]

# name → (module with a Typer `app`, what `--help` says of it). The module is imported
# only when its command is called, so that `--help` stays quick.
_LATER = {
    "glossary": ("pipeline.cli.glossary", "See, check and edit the glossary of terms."),
    "memory": ("pipeline.cli.memory", "See, export, correct and prune the translation memory."),
    "models": ("pipeline.cli.models", "Find, install, verify and remove translation models."),
    "quality": ("pipeline.cli.quality", "Score, check and compare translations."),
}


class Commands(TyperGroup):
    """The top-level group: imports sub-commands late and reports errors in one place."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own context type is private
        """Name every command, in the order of `--help`."""
        present = [name for name, (module, _) in _LATER.items() if _exists(module)]
        return [*super().list_commands(ctx), *present]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Give a command, importing its module if need be."""
        known = super().get_command(ctx, cmd_name)
        if known is not None or cmd_name not in _LATER or not _exists(_LATER[cmd_name][0]):
            return known
        module = importlib.import_module(_LATER[cmd_name][0])
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        self.commands[cmd_name] = command
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """List the commands without importing them."""
        rows = []
        for name in self.list_commands(ctx):
            known = self.commands.get(name)
            rows.append((name, known.get_short_help_str(80) if known else _LATER[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run a command; turn our errors into a message and an exit code.

        This is the one place where they are caught. Any other exception is a bug and
        keeps its traceback.
        """
        try:
            return super().invoke(ctx)
        except PasserelleError as error:
            _complain(str(error))
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            message = getattr(interrupt, "message", "Stopped.")
            _complain(message, prefix="")
            raise typer.Exit(EXIT_INTERRUPTED) from interrupt


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _complain(text: str, *, prefix: str = "error: ") -> None:
    lines = f"{prefix}{text}".split("\n")
    if sys.stderr.isatty():  # a pipe or a log gets each line whole
        lines = fold(lines, shutil.get_terminal_size().columns)
    style = style_for(sys.stderr)
    typer.echo(style(lines[0], "bad" if prefix else "strong"), err=True)
    for line in lines[1:]:
        typer.echo(line, err=True)


def fold(lines: Sequence[str], width: int) -> list[str]:
    """Break lines between words so that they fit, what is broken indented below its line.

    Paths and addresses stay whole, so that they can be copied.
    """
    folded: list[str] = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        folded += textwrap.wrap(
            line,
            max(width - 1, 40),
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return folded


def leave(code: int) -> None:
    """End the process, even where an abandoned thread is still inside the engine.

    The engine's own threads cannot be interrupted; waiting for them would keep an
    impatient person waiting. Everything of value is on disk by now.
    """
    ours = any(t.name.startswith("passerelle-") and t.is_alive() for t in threading.enumerate())
    if ours:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


_STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "strong": {"bold": True},
    "faint": {"dim": True},
}


def style_for(stream: Any) -> Callable[[str, str], str]:  # noqa: ANN401 - any text stream
    """Give the function that colours text for ``stream``: only on a terminal."""
    colour = bool(getattr(stream, "isatty", lambda: False)()) and "NO_COLOR" not in os.environ

    def style(text: str, name: str) -> str:
        return typer.style(text, **_STYLES[name]) if colour else text

    return style


def counted(number: int, one: str, many: str = "") -> str:
    """Give a number with its noun: ``1 row``, ``2,000 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def emit_json(value: object) -> None:
    """Print one JSON value on standard output."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
