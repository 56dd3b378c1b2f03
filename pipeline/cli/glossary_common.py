"""What the glossary's commands have in common: options, settings, the term base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.config import Settings, load_settings
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.glossary import TermBase

__all__ = [
    "AsJson",
    "Domains",
    "Files",
    "Out",
    "count",
    "glossary_paths",
    "open_termbase",
    "sentences_of",
    "settings_of",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--glossary", "-g", help="Glossary CSV; may be repeated, later ones win."),
]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", help="Keep only rows of this domain.")
]
Out = Annotated[str | None, typer.Option("--out", "-o", help="Output folder. [outputs]")]


def settings_of(
    glossary: list[str] | None = None, domain: list[str] | None = None, **more: object
) -> Settings:
    """Read the settings, with the command line's values over them."""
    return load_settings({"glossary": glossary or None, "domain": domain or None, **more})


def glossary_paths(settings: Settings) -> list[Path]:
    """Give the glossary files in use, later ones winning."""
    from pipeline.translate.opening import settings_path

    return [settings_path(settings, "glossary", name) for name in settings.glossary if name]


def open_termbase(settings: Settings) -> TermBase:
    """Read the glossary in use."""
    from pipeline.glossary import load_termbase

    return load_termbase(glossary_paths(settings), domains=settings.domain)


def sentences_of(paths: list[str], settings: Settings) -> Iterator[tuple[str, str]]:
    """Read French documents sentence by sentence: (document, sentence)."""
    from pipeline.documents import is_supported, output_name, read_document
    from pipeline.run.discovery import Passed, discover
    from pipeline.segmentation import split
    from pipeline.translate.opening import settings_path

    out = settings_path(settings, "out", settings.out)
    for _, found in discover(paths, out=out, supported=is_supported, output_name=output_name):
        if isinstance(found, Passed):
            if found.kind == "skipped":
                typer.echo(f"skipped {found.name}: {found.reason}", err=True)
            continue
        try:
            document = read_document(found.path, doc_id=found.doc_id)
        except InputError as error:
            typer.echo(f"skipped {error}", err=True)
            continue
        for block in document.blocks:
            for span in split(block.text):
                yield found.doc_id, block.text[span.start : span.end]


def count(number: int, what: str) -> str:
    """Give a number with its noun."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
