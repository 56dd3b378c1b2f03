"""What a shell offers after a Tab: from the kept commands, the glossary and the model store.

A script of ours (``data/completion.bash`` and its sisters) asks, with `ASKED` set to the shell's
name and what was typed so far as arguments. `answer` gives lines: what kind of files, if any;
what stands before them in the word; then the offers. Nothing is imported that a person would have
to wait for, and whatever is wrong (settings, a glossary), the rest is offered.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.home.commands import Command, kept
from pipeline.home.words import Line, quoted
from pipeline.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.home.commands import Parameter

ASKED = "_PASSERELLE_COMPLETE"
"""Environment variable that makes `passerelle` answer a shell instead of running a command."""

SHELLS = ("bash", "zsh", "fish")
KNOWN = Path(__file__).parent / "data" / "known.json"
_NO, _ALL, _FOLDERS = "none", "files", "folders"

Offer = tuple[str, str]  # a whole word, and what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What may stand at a place of the command line."""

    words: tuple[Offer, ...] = ()
    files: str = _NO  # none, folders, files, or "files" and the suffixes without their dots
    open: bool = False  # the word goes on after what is offered: `target=`


@dataclass(slots=True, kw_only=True)
class Typed:
    """What stands on the line before the word that is completed."""

    command: Command
    given: dict[str, list[str]] = field(default_factory=dict)  # option's name → its values
    arguments: list[str] = field(default_factory=list)
    waiting: Parameter | None = None  # an option whose value comes next
    ended: bool = False  # by `--`

    def option(self, flag: str) -> Parameter | None:
        """Give the option that is written so."""
        return next((o for o in self.command.options if flag in o.flags), None)

    def argument(self) -> Parameter | None:
        """Give the argument that comes next."""
        all_of = self.command.arguments
        if len(self.arguments) < len(all_of):
            return all_of[len(self.arguments)]
        return all_of[-1] if all_of and all_of[-1].many else None

    def add(self, word: str) -> None:
        """Read one more whole word."""
        if self.waiting:
            self.given.setdefault(self.waiting.name, []).append(word)
            self.waiting = None
        elif word == "--" and not self.ended:
            self.ended = True
        elif word.startswith("-") and word != "-" and not self.ended:
            flag, equals, value = word.partition("=")
            if not word.startswith("--"):
                flag, value = word[:2], word[2:]
            option = self.option(flag)
            if option and option.value and not value and not equals:
                self.waiting = option
            elif option:
                self.given.setdefault(option.name, []).append(value)
        elif self.command.commands:
            self.command = self.command.below(word) or Command(path=(word,), help="")
        else:
            self.arguments.append(word)


def offers(words: Sequence[str], current: str, tree: Command) -> tuple[Offers, str]:
    """Say what may stand in the place of a word.

    Args:
        words: before it, without the program.
        current: what is typed of it.
        tree: the commands.

    Returns:
        The offers, and what stands before them in the same word: ``--out=``.
    """
    typed = Typed(command=tree)
    for word in words:
        typed.add(word)
    if typed.waiting:
        return _values(typed, typed.waiting, current), ""
    if current.startswith("--") and "=" in current and not typed.ended:
        flag, _, value = current.partition("=")
        option = typed.option(flag)
        found = _values(typed, option, value) if option and option.value else Offers()
        return found, f"{flag}="
    if typed.command.commands and not current.startswith("-"):
        return Offers(words=tuple((c.name, c.summary) for c in typed.command.commands)), ""
    argument = typed.argument()
    if (current.startswith("-") and not typed.ended) or (argument is None and not typed.ended):
        return Offers(words=tuple(_flags(typed))), ""
    found = _values(typed, argument, current) if argument else Offers()
    if not typed.ended:  # it would be read as an option
        found = replace(found, words=tuple(o for o in found.words if not o[0].startswith("-")))
    return found, ""


def _flags(typed: Typed) -> Iterator[Offer]:
    for option in typed.command.options:
        if option.many or option.name not in typed.given:
            first, *_ = option.flags
            for flag in option.flags:
                against = flag.startswith("--no-") and flag != first
                yield flag, f"The opposite of {first}." if against else option.help


# --- values ------------------------------------------------------------------------


def _files(*suffixes: str) -> Offers:
    return Offers(files=" ".join([_ALL, *suffixes]))


def _named(
    names: Iterable[str], *, told: str = "", files: str = _NO, open_: bool = False
) -> Offers:
    return Offers(words=tuple((name, told) for name in names), files=files, open=open_)


def _values(typed: Typed, parameter: Parameter, current: str) -> Offers:
    if parameter.choices:
        return _named(parameter.choices)
    place = " ".join((*typed.command.path[1:], parameter.name))
    source = _SOURCES.get(place) or _SOURCES.get(parameter.name)
    if source is None:
        return _files() if parameter.value == "path" else Offers()
    return source(typed, current) if callable(source) else source


def _known() -> dict[str, list[str]]:
    """Read the names that come with us: engines, formats, checks …."""
    found: dict[str, list[str]] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return found


def _ours(what: str, group: str = "", *, files: str = _NO) -> Callable[[Typed, str], Offers]:
    """Offer names that come with us, and those that installed distributions add in a group."""

    def source(_typed: Typed, _current: str) -> Offers:
        names = dict.fromkeys(_known()[what])
        return _named([*names, *(n for n in _added(group) if n not in names)], files=files)

    return source


def _added(group: str) -> list[str]:
    if not group:
        return []
    from importlib.metadata import entry_points  # slow to import

    return sorted(point.name for point in entry_points(group=group))


def _documents(_typed: Typed, _current: str) -> Offers:
    """Offer what a run takes."""
    suffixes = _known()["suffixes"]
    if _added("passerelle.formats"):
        from pipeline.documents import formats

        suffixes = [*suffixes, *(s.lstrip(".") for form in formats() for s in form.suffixes)]
    return _files(*suffixes)


def _gates(_typed: Typed, _current: str) -> Offers:
    return _named((f"{name}=" for name in _known()["gates"]), open_=True)


def _models(*more: str, files: str = _NO) -> Callable[[Typed, str], Offers]:
    """Offer installed models."""

    def source(_typed: Typed, _current: str) -> Offers:
        from pipeline.models import Store, default_root

        words: list[Offer] = [(name, "") for name in more]
        with contextlib.suppress(Exception):
            words += [(r.name, r.version) for r in Store(default_root()).list()]
        return Offers(words=tuple(words), files=files)

    return source


def _sheets(typed: Typed) -> Iterator[Any]:
    """Yield the glossary files that the command would use, as far as they can be read."""
    from pipeline.config import Settings, load_settings
    from pipeline.glossary.file import read_sheet

    given = {"glossary": typed.given.get("file") or typed.given.get("glossary")}
    try:
        settings = load_settings(given)
    except Exception:  # settings that cannot be read say nothing
        settings = Settings.of(**given)
    for path in settings.paths("glossary"):
        with contextlib.suppress(Exception):
            yield read_sheet(path)


def _terms(typed: Typed, _current: str) -> Offers:
    """Offer French terms, each with its English."""
    found: dict[str, str] = {}
    for sheet in _sheets(typed):
        for row in sheet.rows:
            french = sheet.get(row, "source")
            if french.strip():
                found.setdefault(french, sheet.get(row, "target"))
    return Offers(words=tuple(found.items()))


def _domains(typed: Typed, _current: str) -> Offers:
    tags = (
        tag.strip()
        for sheet in _sheets(typed)
        for row in sheet.rows
        for tag in sheet.get(row, "domain").split("|")
    )
    return _named(sorted({tag for tag in tags if tag}))


def _cells(column: str) -> Sequence[str]:
    """Give what may stand in a column of a glossary, where that is a choice."""
    choices = {"status": "statuses", "case": "cases"}
    if column in choices:
        return _known()[choices[column]]
    return ("yes", "no") if column == "inflect" else ()


def _changes(typed: Typed, current: str) -> Offers:
    """Offer ``column=``, and what may stand after it."""
    column, equals, _ = current.partition("=")
    if equals:
        return _named(f"{column}={value}" for value in _cells(column.casefold()))
    done = {each.partition("=")[0].casefold() for each in typed.arguments[1:]}
    return _named((f"{name}=" for name in _known()["columns"] if name not in done), open_=True)


_LISTS = _files("csv", "tsv", "txt", "tbx", "tmx", "xml", "mtf")
_CSV = _files("csv")
_SOURCES: Mapping[str, Offers | Callable[[Typed, str], Offers]] = {
    # by the place, else by the name alone
    "paths": _documents,
    "corpus": _documents,
    "out": Offers(files=_FOLDERS),
    "outputs": Offers(files=_FOLDERS),
    "glossary": _CSV,
    "domain": _domains,
    "engine": _ours("engines", "passerelle.engines"),
    "model": _models(files=_ALL),
    "family": _ours("families"),
    "profile": _ours("profiles", files=_ALL),
    "format": _ours("formats", "passerelle.formats"),
    "form": _named(("csv", "tsv", "tbx", "tmx")),
    "memory": _files("sqlite", "db"),
    "rows": _files("jsonl", "ndjson", "parquet"),
    "metric": _ours("metrics"),
    "fail_under": _gates,
    "only": _ours("checks"),
    "without": _ours("checks"),
    "file": _CSV,
    "into": _CSV,
    "man command": lambda *_: _named(command.name for command in kept().commands),
    "schema name": _ours("schemas"),
    "init folder": Offers(files=_FOLDERS),
    "glossary add domain": _domains,
    "glossary add status": _ours("statuses"),
    "glossary add case": _ours("cases"),
    "glossary add inflect": _named(("yes", "no")),
    "glossary list word": _terms,
    "glossary set source": _terms,
    "glossary set changes": _changes,
    "glossary remove source": _terms,
    "glossary lint files": _CSV,
    "glossary impact base": _CSV,
    "glossary impact head": _CSV,
    "glossary import file": _LISTS,
    "glossary export file": _LISTS,
    "memory export file": _CSV,
    "memory import file": _LISTS,
    "memory prune engine": Offers(),
    "models install what": Offers(
        words=(("bundled", "comes with us"), ("fr-en", "from the network")),
        files="files argosmodel",
    ),
    "models check path": _models(files=_FOLDERS),
    "models info name": _models(),
    "models remove name": _models(),
    "models verify name": _models(),
}


# --- answering a shell -------------------------------------------------------------


def fitting(found: Iterable[Offer], current: str) -> list[Offer]:
    """Keep what begins as was typed; where nothing does, without regard to case and accents."""
    found = list(found)
    exact = [offer for offer in found if offer[0].startswith(current)]
    return exact or [offer for offer in found if _bare(offer[0]).startswith(_bare(current))]


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def answer(shell: str, arguments: Sequence[str]) -> list[str]:
    """Answer the script of a shell, in lines.

    Args:
        shell: one of `SHELLS`.
        arguments: for bash, the line up to the cursor and the characters at which bash cuts
            words; for others, the words after the program, the one that is completed last.
    """
    line = Line.of(*arguments) if shell == "bash" else None
    if line and line.redirected:
        return [_ALL, line.value[len(line.before) :]]
    *words, current = line.words[1:] if line else arguments
    if shell == "fish":  # hands over what is typed, an open quote too
        current = current[1:] if current[:1] in {"'", '"'} else current
    found, before = offers(words, current, kept())
    # What would steer a terminal, or takes more than a line, is offered to nobody.
    offered = [
        (before + word, told)
        for word, told in found.words
        if one_line(word) == word and "\t" not in word
    ]
    # fish finds for itself what fits, better than we do.
    fit = offered if shell == "fish" else fitting(offered, current)
    kind = "open" if found.open and found.files == _NO else found.files
    if line:
        start = line.before
        return [
            kind,
            current[len(start) :],
            *(quoted(word[len(start) :], line.quote) for word, _ in fit if word.startswith(start)),
        ]
    return [kind, before, *(f"{word}\t{' '.join(one_line(told).split())}" for word, told in fit)]


def serve() -> None:
    """Answer the shell that asks by `ASKED`; whatever goes wrong, say nothing."""
    with contextlib.suppress(Exception):
        shell = os.environ[ASKED]
        lines = answer(shell, sys.argv[1:]) if shell in SHELLS else []
        sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
