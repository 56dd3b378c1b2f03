"""What every command shares: options, settings from options, colour, JSON."""

from __future__ import annotations

import difflib
import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline.cli.console import style_for as style_for
from pipeline.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Given = dict[str, Any]
"""Settings as the command line gives them; None for what it does not."""


class _Shown:
    """Shows what stands below the options as it was written."""

    epilog: str | None

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own
        """Write the examples, line by line."""
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")


class Command(_Shown, TyperCommand):
    """A command with examples."""


class Group(_Shown, TyperGroup):
    """A group of commands with examples."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own
        """List the commands, each with the first paragraph of its help."""
        with formatter.section("Commands"):
            formatter.write_dl(self.told(ctx))

    def told(self, ctx: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - typer's own
        """Give each command's name and what it does."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(n, " ".join((c.help or "").split("\n\n")[0].split())) for n, c in found if c]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """Find the command that is meant; name the nearest ones if there is none."""
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name):
            return super().resolve_command(ctx, args)
        from pipeline.home.commands import kept

        path = ctx.command_path
        near = difflib.get_close_matches(name, self.list_commands(ctx))
        meant = [f"`{' '.join(c.path)}`" for c in kept().walk() if c.name == name]
        if not meant or (near and path != "passerelle"):
            meant = [f"`{path} {each}`" for each in near]
        if not meant and Path(name).exists():
            meant = [f"`passerelle translate {name}`"]
        raise UsageError(
            f"there is no command `{path} {name}`",
            next_step=f"did you mean {' or '.join(meant)}?"
            if meant
            else f"see `{path} --help` for those that there are",
        )


class _App(typer.Typer):
    def command(self, name: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - typer's own
        return super().command(name, **({"cls": Command} | more))


def new_app(name: str, help_text: str, **more: Any) -> typer.Typer:  # noqa: ANN401 - typer's own
    """Make a group of commands whose help is plain text."""
    return _App(
        name=name,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        **({"cls": Group} | more),
    )


def examples(*lines: str) -> str:
    """Give a command's ``epilog``: whole commands that a person may copy.

    ``--help`` and the manual show them; `tests/unit/test_cli_examples.py` runs them.
    """
    return "\n".join(["Examples:", *(f"  {line}" for line in lines)])


def settings_options(
    *names: str, **helps: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some settings, in place of its parameter ``given``.

    What the command line says of them arrives there as one table, as `load_settings` takes it.

    Args:
        names: of the settings, in the order of the help.
        helps: by name, what the command's help says instead of the setting's own text.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        options = [_option(name, helps.get(name)) for name in names]
        parameters = [
            parameter
            for own in signature.parameters.values()
            for parameter in (options if own.name == "given" else [own])
        ]

        @functools.wraps(command)
        def called(**values: Any) -> None:  # noqa: ANN401 - options of every type
            given = {name: values.pop(name) for name in names}
            # An option that may be repeated and is not given may come as an empty list.
            given = {name: None if value in ([], ()) else value for name, value in given.items()}
            command(given=given, **values)

        vars(called)["__signature__"] = signature.replace(parameters=parameters)
        return called

    return decorate


def _option(name: str, help_text: str | None) -> inspect.Parameter:
    from pipeline.config import FIELDS

    field = FIELDS[name]
    kinds = {"str": str, "int": int}
    flag = f"--{name.replace('_', '-')}"
    if is_switch := field.type == "bool" or name == "front_matter":  # its keys are for the file
        flag = f"{flag}/--no-{flag[2:]}"
    info = typer.Option(
        *(flag, field.metadata["short"]) if field.metadata["short"] else (flag,),
        help=help_text or field.metadata["help"],
        min=1 if field.type == "int" else None,
        metavar="|".join(filter(None, field.metadata["choices"])) or None,
    )
    kind: Any = bool if is_switch else kinds.get(str(field.type), list[str])
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, info]
    )


def answer(text: str | Iterable[str], value: object, *, as_json: bool) -> None:
    """Print what a command has to say: a text or its lines, or ``value`` as JSON."""
    if as_json:
        emit_json(value)
        return
    for line in [text] if isinstance(text, str) else text:
        typer.echo(line)


def emit_json(value: object) -> None:
    """Print one JSON value on standard output."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def check_there(*paths: Path) -> None:
    """Refuse paths where nothing is.

    Raises:
        InputError: there is no such file or folder.
    """
    for path in paths:
        if not path.exists():
            raise InputError(
                "there is no such file or folder", place=str(path), next_step="check the path"
            )


def first_step() -> str:
    """Say what to do where nothing was translated yet."""
    from pipeline.home.starting import first_command

    return f"run `{first_command(Path())}` first"


def table_of_run(folder: Path) -> Path:
    """Give the segment table of a run's output folder.

    Raises:
        InputError: no run has written there.
    """
    from pipeline.fsio import is_file

    table = folder / "segments.parquet"
    if not is_file(table):
        raise InputError(
            "nothing was translated here yet",
            place=str(table),
            next_step=f"{first_step()}, or name the folder that a run wrote to",
        )
    return table


def output_folder(given: Path | None) -> Path:
    """Give the output folder that is meant: the one given, else that of the settings."""
    from pipeline.config import load_settings

    return given or load_settings().path("out")
