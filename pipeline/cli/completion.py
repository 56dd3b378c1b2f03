"""``passerelle completion``: what a shell offers after a Tab."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pipeline.cli.common import examples, new_app

app = new_app("completion", "")


@app.command(epilog=examples("passerelle completion bash", "passerelle completion zsh --install"))
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Your shell.")],
    *,
    install: Annotated[
        bool,
        typer.Option("--install", help="Write the script where the shell looks for it."),
    ] = False,
) -> None:
    """Print the script that makes Tab complete commands, options, files, terms and models.

    One line in the start-up file of your shell loads it:

    \b
      ~/.bashrc                   eval "$(passerelle completion bash)"
      ~/.zshrc, after compinit    eval "$(passerelle completion zsh)"
      ~/.config/fish/config.fish  passerelle completion fish | source

    Or let --install write it into the folder of the shell; no start-up file is changed, and
    nothing that is not ours is replaced.
    """  # noqa: D301
    from pipeline.home import shells

    if not install:
        typer.echo(shells.script(shell), nl=False)
        return
    done = shells.install(shell)
    typer.echo(f"{done.path}: {done.change or 'there already'}.")
    typer.echo(done.next_step)
