"""``passerelle man``: the manual."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.cli.common import examples, new_app

app = new_app("man", "")


@app.command(
    epilog=examples(
        "passerelle man", "passerelle man translate", "passerelle man glossary > glossary.1"
    )
)
def man(
    command: Annotated[
        str, typer.Argument(help="A command: translate, glossary …. [all of passerelle]")
    ] = "",
) -> None:
    """Show a page of the manual, as `man passerelle-translate` does.

    Where it is not to a terminal, the page's source is written: for other readers of manuals.
    """
    from pipeline.home.manual import page_named, show

    text = page_named(command)
    if sys.stdout.isatty():
        show(text)
    else:
        typer.echo(text, nl=False)
