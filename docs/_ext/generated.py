"""What the code knows best is made from it, in the place of `<!-- generated: NAME -->` of a page.

A page stays plain Markdown: a Git host shows what stands there until `<!-- /generated -->`.
Each maker gives Markdown. The contents of the site are the links of docs/index.md.
"""

from __future__ import annotations

import inspect
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sphinx.application import Sphinx

_MARKER = re.compile(r"^<!-- generated: ([\w-]+) -->\n.*?<!-- /generated -->$", re.M | re.S)
_ANY_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)\)")
_TWO_COMMANDS = re.compile(r"^<!-- two-commands -->\n(.*?)<!-- /two-commands -->$", re.M | re.S)
_LINK = re.compile(r"^- \[([^\]]+)\]\(([^)#]+)\.md\)", re.MULTILINE)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


# --- the command line ----------------------------------------------------------------


def tree(command: Any = None, name: str = "passerelle") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own
    """Yield every command with its whole name, groups before what stands in them."""
    from typer.main import get_command

    from pipeline.cli.app import app

    command = command or get_command(app)
    yield name, command
    for child in getattr(command, "list_commands", lambda _: ())(None):
        yield from tree(command.get_command(None, child), f"{name} {child}")


def commands() -> str:
    """Describe every command with its arguments and options."""
    parts = []
    for name, command in tree():
        context = command.make_context(name, [], resilient_parsing=True)
        usage = f"{name} {' '.join(command.collect_usage_pieces(context))}"
        told = [p.get_help_record(context) for p in command.get_params(context)]
        rows = [(_code(row[0]), row[1]) for row in told if row and row[0] != "--help"]
        level = "##" if hasattr(command, "list_commands") or name.count(" ") == 1 else "###"
        text = inspect.cleandoc(command.help or command.short_help or "").replace("\f", "")
        epilog = inspect.cleandoc(command.epilog or "")
        parts += [f"{level} {name}", text, f"```text\n{usage}\n```"]
        parts += [table(("", ""), rows)] if rows else []
        parts += [f"```text\n{epilog}\n```"] if epilog else []
    return "\n\n".join(parts)


# --- settings, tables, errors, checks, formats, engines ------------------------------


def settings() -> str:
    """Describe every setting with its kind and its default."""
    from pipeline.config import FIELDS

    kinds = {"bool": "true or false", "int": "whole number", "float": "number", "str": "text"}
    rows = []
    for name, field in FIELDS.items():
        choices = " ".join(_code(c) for c in field.metadata["choices"] if c)
        kind = choices or kinds.get(str(field.type), "texts")
        rows.append((_code(name), field.metadata["help"], kind, _code(_toml(field.default))))
    return table(("key", "what it is", "value", "unless given"), rows)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def columns() -> str:
    """Describe every column of segments.parquet, with what the record's source says of it."""
    from pipeline.records import Block, Rendering, Segment, Translation
    from pipeline.table import segment_schema

    told: dict[str, str] = {}
    for kind in (Block, Segment, Rendering, Translation):
        told |= {name: text or told.get(name, "") for name, text in field_comments(kind).items()}
    rows = [
        (_code(name), _code(_dtype(dtype)), told.get(name, ""))
        for name, dtype in segment_schema().items()
    ]
    return table(("column", "type", ""), rows)


def _dtype(dtype: Any) -> str:  # noqa: ANN401 - polars' own
    inner = getattr(dtype, "inner", None)
    if inner is not None:
        return f"list of {_dtype(inner)}"
    if hasattr(dtype, "fields"):
        return f"{{{', '.join(field.name for field in dtype.fields)}}}"
    return str(dtype)


def records() -> str:
    """Describe the fields of each record that a Python caller meets."""
    from pipeline import records as module

    parts = []
    for name in ("Translation", "Segment", "TermResult", "Occurrence", "Finding", "Edit", "Span"):
        kind = getattr(module, name)
        comments = {}
        for owner in reversed(kind.__mro__[:-1]):
            comments |= field_comments(owner)
        hints = {n: str(f.type) for n, f in kind.__dataclass_fields__.items()}
        rows = [(_code(n), _code(hints[n]), comments.get(n, "")) for n in hints]
        parts += [f"### {name}", inspect.cleandoc(kind.__doc__), table(("field", "type", ""), rows)]
    return "\n\n".join(parts)


def field_comments(kind: type) -> dict[str, str]:
    """Give what the comments behind a class's fields say."""
    found: dict[str, str] = {}
    name = ""
    lines = iter(inspect.getsource(kind).splitlines(keepends=True))
    first: tuple[int, str] = (0, "")
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        line = token.start[0]
        if token.type == tokenize.NAME and line != first[0]:
            first = (line, token.string)
        elif token.type == tokenize.OP and token.string == ":" and first[0] == line:
            name = first[1] if token.line.startswith(f"    {first[1]}:") else ""
            if name:
                found.setdefault(name, "")
        elif token.type == tokenize.COMMENT and name and first[0] == line:
            found[name] = token.string.lstrip("# ")
    return found


def exit_codes() -> str:
    """Give every exit code with the errors that end with it."""
    from pipeline import errors

    kinds = [
        k for k in vars(errors).values() if isinstance(k, type) and k.__module__ == errors.__name__
    ]
    rows = [
        (str(kind.exit_code), _code(kind.__name__), inspect.cleandoc(kind.__doc__).split("\n\n")[0])
        for kind in kinds
        if kind is not errors.PasserelleError
    ]
    rows += [
        ("0", "", "Done."),
        ("1", "", "A fault of Passerelle itself, with its traceback. Please report it."),
        (str(errors.EXIT_SKIPPED), "", "Done, but some inputs were skipped; each is named."),
        (
            str(errors.EXIT_VIOLATIONS),
            "",
            "Done, but terms were violated, and `--strict` was given.",
        ),
        (str(errors.EXIT_INTERRUPTED), "", "Stopped by a person (Ctrl-C)."),
    ]
    return table(("exit code", "in Python", "what it means"), sorted(rows, key=lambda r: int(r[0])))


def checks() -> str:
    """Give every check that comes with Passerelle."""
    from pipeline.quality.checks.corpus import CORPUS_CHECKS
    from pipeline.quality.checks.registry import CHECKS

    rows = [
        (
            _code(c.name),
            c.severity,
            c.title,
            c.explanation + ("" if c.default else " Off by default."),
        )
        for c in CHECKS
    ]
    rows += [(_code(n), "", title, told) for n, (title, told) in CORPUS_CHECKS.items()]
    return table(("name", "at most", "title", "what it finds"), rows)


def formats() -> str:
    """Give every format's name and the endings that it is known by."""
    from pipeline.documents.registry import _BUILT_IN

    rows = [(_code(f.name), " ".join(map(_code, f.suffixes))) for f in _BUILT_IN]
    return table(("`--format`", "endings"), rows)


def engines() -> str:
    """Give every engine with what it can and what it reads of the settings."""
    from pipeline.engines import ENGINES

    rows = []
    for name in ENGINES.built_in:
        kind = ENGINES.load(name)
        able = ", ".join(kind.abilities) or "as its model does"
        reads = " ".join(map(_code, kind.options))
        model = "needed" if kind.needs_model else "its own"
        told = inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]
        rows.append((_code(name), told, model, str(kind.default_decoding.beam), able, reads))
    head = ("`--engine`", "", "model", "beam", "can", "settings of its own")
    return table(head, rows)


def python() -> str:
    """Describe the face of the package from its docstrings."""
    shown = {"Translator": "translate, translate_many, translate_file, close", "Translated": ""}
    return "\n\n".join(
        f"```{{eval-rst}}\n.. autoclass:: pipeline.{name}\n   :members: {members}\n```"
        for name, members in shown.items()
    )


MAKERS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "columns": columns,
    "records": records,
    "exit-codes": exit_codes,
    "checks": checks,
    "formats": formats,
    "engines": engines,
    "python": python,
}
"""What a page can ask for, by name."""


# --- the site --------------------------------------------------------------------------


def contents(text: str) -> str:
    """Give the site's contents: sections of the index are parts, links of its lists the pages."""
    parts = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        caption, _, rest = section.partition("\n")
        if pages := _LINK.findall(rest):
            listed = "\n".join(f"{name} <{page}>" for name, page in pages)
            parts.append(f"```{{toctree}}\n:hidden:\n:caption: {caption.strip()}\n\n{listed}\n```")
    return "\n\n".join(parts)


def only_what_the_site_has(text: str, folder: Path, pages: Collection[Path]) -> str:
    """Let links to folders, and to Markdown that is no page, be their mere words.

    Args:
        text: of a page.
        folder: that the page lies in.
        pages: the files of the site's pages.
    """

    def words(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        lost = target.is_dir() or (target.suffix == ".md" and target not in pages)
        return link[1] if lost else link[0]

    return _ANY_LINK.sub(words, text)


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    here = app.env.doc2path(page)
    pages = {Path(app.env.doc2path(each)).resolve() for each in app.env.found_docs}
    source[0] = only_what_the_site_has(source[0], here.parent, pages)
    source[0] = _MARKER.sub(lambda found: MAKERS[found[1]](), source[0])
    source[0] = _TWO_COMMANDS.sub(
        r"```text\n\1```", source[0]
    )  # the README's, kept bare for machines
    if page == app.config.root_doc:
        source[0] += "\n" + contents(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Enter the site's hook; a table in a block is shown as it is."""
    from pygments.lexers.special import TextLexer

    app.add_lexer("csv", TextLexer)
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
