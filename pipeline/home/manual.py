r"""The manual: a page for `passerelle` and one for each of its commands, in roff.

Macros: man(7). A group's commands stand on the group's page, as in git's manual. Everything is
ASCII, other characters as ``\[uXXXX]``; every hyphen is ``\-``, so that an option that is copied
from a page is an option.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.home.commands import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.home.commands import Command, Parameter

_SIGNS = {"\\": r"\(rs", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_KINDS = {"str": "text", "int": "number", "float": "number"}
_CODES = re.compile(r"^Exit codes?:? (?=\d)")
_CODE = re.compile(r"(\d+)\s+(.+)", re.DOTALL)


def pages(tree: Command | None = None) -> dict[str, str]:
    """Make every page, by the name of its file: ``passerelle-glossary.1``."""
    tree = tree or kept()
    return {f"{'-'.join(c.path)}.1": page(c, tree) for c in (tree, *tree.commands)}


def page_named(name: str) -> str:
    """Make the page of a command, ``translate``; without a name that of the program.

    Raises:
        UsageError: there is no such command.
    """
    tree = kept()
    command = tree.below(name) if name else tree
    if command is None:
        import difflib

        names = [each.name for each in tree.commands]
        near = difflib.get_close_matches(name, names, n=1)
        step = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(names)}"
        raise UsageError(f"the manual has no page of {name!r}", next_step=step)
    return page(command, tree)


def show(text: str) -> None:
    """Let ``man`` show a page on the terminal.

    Raises:
        UsageError: there is no ``man`` here.
    """
    program = shutil.which("man")
    if not program:
        raise UsageError(
            "there is no program `man` here",
            next_step="`passerelle COMMAND --help` says the same",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passerelle.1"
        path.write_text(text, encoding="utf-8")
        subprocess.run([program, str(path)], check=False)


def page(command: Command, tree: Command) -> str:
    """Make a command's page.

    Args:
        command: the whole program, or a command right below it.
        tree: the whole program.
    """
    told = tomllib.loads(
        (files("pipeline.home") / "data" / "manual.toml").read_text(encoding="utf-8")
    )
    name = "-".join(command.path)
    top = command.path == tree.path
    codes = told["exit"]
    if own := _own_codes(command):  # a code of one word is told as in the table
        codes = {code: own[code] if " " in own[code] else codes[code] for code in own}
    inner = () if top else command.commands
    lines = [
        f'.TH {escaped(name.upper())} 1 "{told["date"]}" "Passerelle" "Passerelle"',
        ".nh",
        ".ad l",
        ".SH NAME",
        rf"{escaped(name)} \- {_sentence(command.summary)}",
        ".SH SYNOPSIS",
        *_synopsis([command, *inner]),
        ".SH DESCRIPTION",
        *_paragraphs(command),
        *(_list(tree.commands, tree) if top else ()),
        *(line for each in inner for line in _section(each)),
        ".SH OPTIONS",
        *_parameters(command),
        ".SH EXIT STATUS",
        *_table((f"\\fB{code}\\fR", text) for code, text in codes.items()),
        ".SH FILES",
        *_table((f"\\fI{_breakable(path)}\\fR", text) for path, text in told["files"].items()),
        ".SH ENVIRONMENT",
        *_table((f"\\fB{escaped(n)}\\fR", text) for n, text in told["environment"].items()),
        ".SH EXAMPLES",
        *_verbatim(command.examples, first=True),
        *(line for each in inner for line in _verbatim(each.examples)),
        ".SH SEE ALSO",
        *_others(command, tree),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Write a text so that roff sets it as it is, on a line of its own or inside one."""
    out = "".join(_SIGNS.get(c) or (c if c.isascii() else f"\\[u{ord(c):04X}]") for c in text)
    return rf"\&{out}" if out.startswith(".") else out


def _breakable(path: str) -> str:
    """Write a path that may go on in the next line, behind a slash."""
    return escaped(path).replace("/", r"/\:")


def _prose(text: str) -> str:
    """Write a paragraph on one line; what stands in backticks is set bold."""
    parts = " ".join(text.split()).split("`")
    return "".join(
        f"\\fB{escaped(part)}\\fR" if number % 2 else escaped(part)
        for number, part in enumerate(parts)
    )


def _sentence(text: str) -> str:
    """Write a summary as a line of an index: no capital, no full stop."""
    first = text[:1].lower() if text[1:2].islower() else text[:1]
    return _prose((first + text[1:]).removesuffix("."))


def _synopsis(commands: Iterable[Command]) -> Iterator[str]:
    for number, command in enumerate(commands):
        if number:
            yield ".PP"
        parts = [f"\\fB{escaped(' '.join(command.path))}\\fR", "[\\fIoptions\\fR]"]
        parts += ["\\fIcommand\\fR"] if command.commands else []
        for argument in command.arguments:
            dots = r"\&..." if argument.many else ""
            name = f"\\fI{escaped(argument.name)}\\fR{dots}"
            parts.append(name if argument.required else f"[{name}]")
        yield " ".join(parts)


def _paragraphs(command: Command) -> Iterator[str]:
    """Write the help without the exit codes, which have a section of their own."""
    for number, text in enumerate(command.help.split("\n\n")):
        if text.startswith("\b"):
            yield from _verbatim(text.splitlines()[1:])
        elif not (_CODES.match(text) and _own_codes(command)):
            if number:
                yield ".PP"
            yield _prose(text)


def _own_codes(command: Command) -> dict[str, str]:
    """Read the exit codes that a command's help lists; nothing where it is no list."""
    for text in command.help.split("\n\n"):
        if start := _CODES.match(text):
            found = [_CODE.fullmatch(each.strip()) for each in _parts(text[start.end() :])]
            if found and all(found):
                told = {int(m[1]): " ".join(m[2].split()) for m in found if m}
                return {
                    str(c): f"{text[:1].upper()}{text[1:]}." for c, text in sorted(told.items())
                }
    return {}


def _parts(text: str) -> list[str]:
    return re.split(r";\s+(?=\d)", text.strip().removesuffix("."))


def _list(commands: Iterable[Command], tree: Command) -> Iterator[str]:
    yield ".SH COMMANDS"
    for command in commands:
        yield ".TP"
        yield f"\\fB{escaped('-'.join((*tree.path, command.name)))}\\fR(1)"
        yield _prose(command.summary)


def _section(command: Command) -> Iterator[str]:
    """Write a group's command: what it does and takes."""
    yield f".SS {escaped(' '.join(command.path[1:]))}"
    yield from _paragraphs(command)
    yield from _parameters(command, plain=False)
    if codes := _own_codes(command):
        yield from (".PP", "Exit codes:", *_table((f"\\fB{c}\\fR", t) for c, t in codes.items()))


def _parameters(command: Command, *, plain: bool = True) -> Iterator[str]:
    """Write arguments and options; ``--help`` where it is the only one, or on a page of its own."""
    yield from _table(
        (f"\\fI{escaped(argument.name)}\\fR", argument.help) for argument in command.arguments
    )
    options = [o for o in command.options if plain or o.name != "help"]
    yield from _table((_flags(option), option.help) for option in options)


def _flags(option: Parameter) -> str:
    value = "|".join(option.choices) or _KINDS.get(option.value, option.value)
    shown = f"\\fB{escaped(value)}\\fR" if option.choices else f"\\fI{escaped(value)}\\fR"
    flags = sorted(option.flags, key=lambda flag: flag.startswith("--"))
    named = ", ".join(f"\\fB{escaped(flag)}\\fR" for flag in flags)
    return f"{named} {shown}" if value else named


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", name, _prose(text) or r"\&")


def _verbatim(lines: Iterable[str], *, first: bool = False) -> Iterator[str]:
    yield from (*(() if first else (".PP",)), ".nf")
    yield from (escaped(line.strip()) if line.strip() else "" for line in lines)
    yield ".fi"


def _others(command: Command, tree: Command) -> Iterator[str]:
    names = ["-".join(c.path) for c in (tree, *tree.commands) if c.path != command.path]
    yield ",\n".join(f"\\fB{escaped(name)}\\fR(1)" for name in sorted(names))
