"""``passerelle glossary impact``: what a change of the glossary does to the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.common import AsJson, Given, answer, settings_options
from pipeline.config import load_settings
from pipeline.errors import EXIT_VIOLATIONS, UsageError
from pipeline.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.run.impact import Impact

_SHOWN = 20  # sentences that a terminal shows


@settings_options(
    *("out", "domain", "engine", "model", "family", "profile", "beam", "threads"),
    *("memory", "strict", "lines", "columns", "second_look", "touch_ups", "variant", "clock"),
    strict="Exit with 14 where a term is violated that was not before.",
)
def impact(
    paths: Annotated[list[str], typer.Argument(help="French documents: files, folders, patterns.")],
    *,
    base: Annotated[str, typer.Option(help="The old glossary. [there was none]")] = "",
    head: Annotated[str, typer.Option(help="The new glossary. [it is removed]")] = "",
    name: Annotated[str, typer.Option(help="What to call it. [the file's name]")] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a comment for a pull request.")
    ] = False,
    given: Given,
    as_json: AsJson = False,
) -> None:
    """Say which sentences read differently with another glossary, before and after.

    Only sentences that hold a changed term are translated, once with each glossary.
    """
    from pipeline.cli import translate
    from pipeline.run.impact import impact_of

    if not (base or head):
        raise UsageError("no glossary is named", next_step="give --base OLD.csv and --head NEW.csv")
    settings = load_settings(given)
    found = impact_of(
        paths,
        settings,
        base=Path(base) if base else None,
        head=Path(head) if head else None,
        open_engine=translate._open,
        say=lambda text: typer.echo(text, err=True),
    )
    if markdown:
        from pipeline.run.reporting.comment import comment

        typer.echo(comment(found, name=name or Path(head or base).name), nl=False)
    else:
        answer(_lines(found), found.to_json(), as_json=as_json)
    if settings.strict and found.broken:
        raise typer.Exit(EXIT_VIOLATIONS)


def _lines(impact: Impact) -> Iterator[str]:
    for what, names in (
        ("added", impact.added),
        ("changed", impact.edited),
        ("removed", impact.removed),
    ):
        if names:
            yield f"{what}: {', '.join(names[:_SHOWN])}" + (" …" if names[_SHOWN:] else "")
    yield (
        f"{impact.touched:,} of {counted(impact.sentences, 'sentence')} hold such a term, "
        f"{len(impact.changed):,} read differently"
    )
    for pair in impact.changed[:_SHOWN]:
        yield f"{pair.place}\n  {pair.source}\n  - {pair.before}\n  + {pair.after}"
    if more := impact.changed[_SHOWN:]:
        yield f"and {len(more):,} more: see --json"
    for broken in impact.broken:
        wanted = " or ".join(broken.expected) or "not this form"
        yield f"{broken.place}: now violated: {broken.term} should be {wanted}"
    for text in impact.skipped:
        yield f"skipped {text}"
