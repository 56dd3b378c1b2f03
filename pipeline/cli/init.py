"""``passerelle init``: a start in an empty folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.common import AsJson, answer, examples, new_app
from pipeline.wording import columns

app = new_app("init", "")


@app.command(epilog=examples("passerelle init", "passerelle init news/ --json"))
def init(
    folder: Annotated[str, typer.Argument(help="Where to start. [this folder]")] = ".",
    *,
    as_json: AsJson = False,
) -> None:
    """Make a start: settings, a glossary to begin with, a French article to try it with.

    What stands there already is left as it is.
    """
    from pipeline.home.starting import command_after, start

    steps, command = start(Path(folder)), command_after(Path(folder))
    lines = columns([(f"{step.state}: {step.path}", step.told) for step in steps])
    told = {"folder": folder, "files": [asdict(step) for step in steps], "next": command}
    answer([*lines, f"Next: {command}"], told, as_json=as_json)
