"""What the commands say of themselves, as the records of `pipeline.home.commands`."""

from __future__ import annotations

import inspect
from typing import Any

import typer

from pipeline.cli.app import app
from pipeline.home.commands import Command, Parameter


def described() -> Command:
    """Import every command and describe it."""
    return _command(typer.main.get_command(app), ("passerelle",))


def _command(command: Any, path: tuple[str, ...]) -> Command:  # noqa: ANN401 - typer's own
    context = typer.Context(command, info_name=path[-1])
    below = getattr(command, "list_commands", lambda _: ())(context)
    found = [(p, _parameter(p, context)) for p in command.get_params(context)]
    lines = (command.epilog or "").splitlines()[1:]
    return Command(
        path=path,
        help=inspect.cleandoc(command.help or ""),
        options=tuple(told for own, told in found if own.param_type_name == "option"),
        arguments=tuple(told for own, told in found if own.param_type_name == "argument"),
        commands=tuple(_command(command.get_command(context, n), (*path, n)) for n in below),
        examples=tuple(line.strip() for line in lines),
    )


def _parameter(own: Any, context: Any) -> Parameter:  # noqa: ANN401 - typer's own
    shown, told = own.get_help_record(context)
    option = own.param_type_name == "option"
    value = own.metavar or shown.partition("<")[2].removesuffix(">")
    return Parameter(
        name=own.name,
        flags=(*own.opts, *own.secondary_opts) if option else (),
        value=value.removeprefix("list[").removesuffix("]").removesuffix(" range").lower(),
        many=own.nargs == -1 or bool(getattr(own, "multiple", False)),
        required=own.required,
        help=" ".join(told.removesuffix("[required]").split()),
    )
