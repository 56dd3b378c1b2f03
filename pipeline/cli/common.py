"""What every command shares: options, settings from options, colour, JSON."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import style_for as style_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Given = dict[str, Any]
"""Settings as the command line gives them; None for what it does not."""


def new_app(name: str, help_text: str, **more: Any) -> typer.Typer:  # noqa: ANN401 - typer's own
    """Make a group of commands whose help is plain text."""
    return typer.Typer(
        name=name,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        **more,
    )


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


def output_folder(given: Path | None) -> Path:
    """Give the output folder that is meant: the one given, else that of the settings."""
    from pipeline.config import load_settings

    return given or load_settings().path("out")
