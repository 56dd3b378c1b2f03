"""The Typer application: commands that are imported when called, errors told in one place."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer

from pipeline.cli.common import Group, answer, examples, new_app
from pipeline.cli.console import clean_output, style_for
from pipeline.errors import EXIT_INTERRUPTED, PasserelleError, UsageError

# name → (module with a Typer `app`, what `--help` says of it). The module is imported only
# when its command is called, so that `--help` stays quick.
_COMMANDS = {
    "init": ("init", "Make a start: settings, a glossary, a sample article."),
    "translate": ("translate", "Translate French documents into English."),
    "doctor": ("doctor", "Say what is there, what is wrong or slow, and what to do first."),
    "config": ("", "Show every setting, its value and where the value came from."),
    "glossary": ("glossary", "See, check and edit the glossary of terms."),
    "memory": ("memory", "See, export, correct and prune the translation memory."),
    "models": ("models", "Find, install, check, verify and remove translation models."),
    "schema": ("schema", "What our files hold, for editors and programs."),
    "quality": ("quality", "Score, check and compare translations."),
    "completion": ("completion", "Let Tab complete commands, files, terms and models."),
    "man": ("man", "Show a page of the manual."),
}


class Commands(Group):
    """The top-level group: imports sub-commands late and reports errors in one place."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own context type is private
        """Name every command, in the order of `--help`."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Give a command, importing its module if need be."""
        module = _COMMANDS.get(cmd_name, ("", ""))[0]
        if module and cmd_name not in self.commands:
            command = typer.main.get_command(importlib.import_module(f"pipeline.cli.{module}").app)
            command.name = cmd_name
            self.commands[cmd_name] = command
        return super().get_command(ctx, cmd_name)

    def told(self, ctx: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as above
        """Give each command's name and what it does, without importing it."""
        return [(name, told) for name, (_, told) in _COMMANDS.items()]

    def main(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as above
        """Run a command; all that it prints, errors of usage too, goes by way of `Console`."""
        with clean_output():
            return super().main(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run a command; turn our errors into a message and an exit code.

        This is the one place where they are caught. Any other exception is a bug and
        keeps its traceback.
        """
        try:
            _check_here()
            return super().invoke(ctx)
        except PasserelleError as error:
            _complain(f"error: {error}", "bad")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            _complain(getattr(interrupt, "message", "Stopped."), "strong")
            raise typer.Exit(EXIT_INTERRUPTED) from interrupt


def _check_here() -> None:
    try:
        os.getcwd()  # noqa: PTH109 - as quick as can be
    except FileNotFoundError as error:
        raise UsageError(
            "the folder that you are in is gone", next_step="change to another one, with `cd`"
        ) from error


def _complain(text: str, style: str) -> None:
    lines = text.split("\n")
    if sys.stderr.isatty():  # a pipe or a log gets each line whole
        import shutil

        from pipeline.wording import fold

        width = max(shutil.get_terminal_size().columns - 1, 40)
        lines = [part for line in lines for part in fold(line, width).split("\n")]
    typer.echo(style_for(sys.stderr)(lines[0], style), err=True)
    for line in lines[1:]:
        typer.echo(line, err=True)


app = new_app(
    "passerelle",
    "Translate French articles into English, offline, with the glossary kept.",
    cls=Commands,
    epilog=examples("passerelle init", "passerelle translate articles"),
)


def _version(wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        typer.echo(f"passerelle {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True, no_args_is_help=False)
def passerelle(
    context: typer.Context,
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Translate French articles into English, offline, with the glossary kept."""
    if context.invoked_subcommand is None:
        from pathlib import Path

        from pipeline.home.starting import advise

        advice = advise(Path())
        lines = [advice.told, f"Next: {advice.next_step}", advice.further]
        answer([*filter(None, lines), "All commands: passerelle --help"], None, as_json=False)


@app.command("config", epilog=examples("passerelle config", "passerelle config --json"))
def show_config(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show every setting, its value and where the value came from."""
    from pipeline.config import load_settings
    from pipeline.wording import columns

    settings = load_settings()
    shown = [(s.name, _show(s.value), f"({s.origin})") for s in settings.listing()]
    answer(columns(shown), settings.to_json(), as_json=as_json)


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "–"


def main() -> None:
    """Run the command line.

    The process ends even where an abandoned thread is still inside the engine: it cannot be
    interrupted, and waiting for it would keep an impatient person waiting. Everything of
    value is on disk by now.
    """
    try:
        with clean_output():  # a bug's traceback, too
            app(prog_name="passerelle")
    except SystemExit as end:
        import contextlib
        import threading

        if not any(t.name.startswith("passerelle-") for t in threading.enumerate()):
            raise
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
