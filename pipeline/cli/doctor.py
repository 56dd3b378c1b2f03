"""``passerelle doctor``: what is there, what is wrong, and what to do first."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from pipeline.cli.common import (
    AsJson,
    Given,
    answer,
    examples,
    new_app,
    settings_options,
    style_for,
)

app = new_app("doctor", "")


@app.command(
    epilog=examples(
        "passerelle doctor",
        "passerelle doctor --thorough --json > doctor.json   # for a bug report",
        "passerelle doctor --measure   # loads the model, times a sentence",
    )
)
@settings_options("out", "glossary", "engine", "model", "family", "memory", "beam", "threads")
def doctor(
    *,
    given: Given,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Compare hashes of models, read every row of files.")
    ] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Load the model and time one sentence.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is there, what is wrong or slow, and what to do first.

    Nothing is changed, nothing is sent. What it prints may go into a bug report: no user name,
    no home folder, no host name, nothing of articles or terms.

    Exit codes: 0 unless an error stands; else what a run would end with: 2 settings or an
    engine's package; 5 glossary; 6 model; 7 output; 8 engine; 10 memory; 1 a bug of ours.
    """
    from pipeline.home.doctor import Visit, examine, render

    health = examine(Visit.here(given, thorough=thorough, measure=measure))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    lines = render(health, style=style_for(sys.stdout), width=width)
    answer(lines, health.to_json(), as_json=as_json)
    raise typer.Exit(health.exit_code)
