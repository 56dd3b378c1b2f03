"""``passerelle schema``: what our files hold, for editors and programs."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.common import AsJson, answer, examples, new_app

app = new_app("schema", "")


@app.command(
    epilog=examples(
        "passerelle schema",
        "passerelle schema settings > passerelle.schema.json",
        "passerelle schema glossary > glossary.schema.json",
    )
)
def schema(
    name: Annotated[str, typer.Argument(help="settings, glossary, report, …; all if none.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List the schemas of our files with where they lie, or print one.

    Editors check passerelle.toml as you type where its first line names the schema:
    #:schema /path/to/settings.schema.json
    """
    from pipeline.home.schemas import SCHEMAS, make_schema, render, schema_named
    from pipeline.wording import columns

    if name:
        made = make_schema(schema_named(name).name, plug_ins=True)
        typer.echo(render(made), nl=False)
        return
    lines = columns([(s.name, f"{s.of}: {s.told}", str(s.path)) for s in SCHEMAS])
    step = f"#:schema {schema_named('settings').path}"
    found = [{"name": s.name, "of": s.of, "told": s.told, "path": str(s.path)} for s in SCHEMAS]
    told = [*lines, "", "Next: let an editor check passerelle.toml; its first line:", step]
    answer(told, found, as_json=as_json)
