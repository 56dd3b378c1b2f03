"""What the commands say of themselves, as the records of `pipeline.home.commands`."""

from __future__ import annotations

import inspect
import re
from typing import Any

import typer

from pipeline.cli.app import app
from pipeline.home.commands import Command, Parameter


def described() -> Command:
    """Import every command and describe it."""
    return _command(typer.main.get_command(app), ("passerelle",))


def known() -> dict[str, list[str]]:
    """Give the names that come with us, which a shell offers."""
    from pipeline.documents import formats
    from pipeline.engines import ENGINES
    from pipeline.engines.chat.profiles import profiles
    from pipeline.engines.ct2.families import FAMILIES
    from pipeline.glossary.file import CASES, COLUMNS, STATUSES
    from pipeline.home.schemas import SCHEMAS
    from pipeline.quality import CHECKS, CORPUS_CHECKS, GATES, METRICS
    from pipeline.run.archives import is_archive

    ours = formats(plug_ins=False)
    archives = [name for name in ("jsonl", "ndjson", "parquet") if is_archive(f"a.{name}")]
    suffixes = [suffix.lstrip(".") for form in ours for suffix in form.suffixes]
    return {
        "engines": ["auto", *ENGINES.built_in],
        "families": list(FAMILIES),
        "profiles": list(profiles()),
        "formats": [form.name for form in ours],
        "suffixes": [*dict.fromkeys(suffixes), *archives],
        "schemas": [schema.name for schema in SCHEMAS],
        "metrics": list(METRICS),
        "gates": list(GATES),
        "columns": list(COLUMNS),
        "statuses": list(STATUSES),
        "cases": list(CASES),
        "checks": [*(check.name for check in CHECKS), *CORPUS_CHECKS],
    }


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
    text = own.help or ""
    default = None if text.endswith("]") else re.search(r"  \[default: ([^;\]]+)", told)
    value = own.metavar or shown.partition("<")[2].removesuffix(">")
    return Parameter(
        name=own.name,
        flags=(*own.opts, *own.secondary_opts) if option else (),
        value=value.removeprefix("list[").removesuffix("]").removesuffix(" range").lower(),
        many=own.nargs == -1 or bool(getattr(own, "multiple", False)),
        required=own.required,
        help=" ".join(f"{text} [{default[1]}]".split() if default else text.split()),
    )
