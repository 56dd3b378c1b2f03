"""The command line: parse, call one plain function, render."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line; answer a shell that completes a line without importing it."""
    if "_PASSERELLE_COMPLETE" in os.environ:
        from pipeline.home.completion import serve

        return serve()
    from pipeline.cli.app import main as run

    return run()


__all__ = ["main"]
