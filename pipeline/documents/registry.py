"""Which formats there are: the built-in ones, and those that other distributions add.

Also the way in and out for everybody who does not care which format a file has.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pipeline.documents.base import AS_IT_COMES, Format, Syntax
from pipeline.documents.epub import Epub
from pipeline.documents.html import Html
from pipeline.documents.markdown import Markdown, Mdx
from pipeline.documents.notebook import Notebook
from pipeline.documents.odf import Odp, Odt
from pipeline.documents.office import Slides, Word
from pipeline.documents.po import Po
from pipeline.documents.refused import refusal
from pipeline.documents.sheets import Csv, Tsv, Xlsx
from pipeline.documents.subtitles import Srt, WebVtt
from pipeline.documents.tagged import CdataSyntax, UnquotedSyntax, XmlSyntax
from pipeline.documents.text import PlainText
from pipeline.documents.xliff import Xliff
from pipeline.errors import InputError, PasserelleError, UsageError
from pipeline.fsio import is_folder, read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from pipeline.documents.base import Reading
    from pipeline.records import Document

_BUILT_IN: tuple[Format, ...] = (
    PlainText(),
    Markdown(),
    Mdx(),
    Odt(),
    Odp(),
    Csv(),
    Tsv(),
    Xlsx(),
    Html(),
    Notebook(),
    Po(),
    Epub(),
    Xliff(),
    Srt(),
    WebVtt(),
    Word(),
    Slides(),
)
_SYNTAXES: dict[str, Syntax] = {
    "xml": XmlSyntax(),
    "cdata": CdataSyntax(),
    "unquoted": UnquotedSyntax(),
}
_P = ParamSpec("_P")
_R = TypeVar("_R")
_GROUP = "passerelle.formats"
_FRENCH = re.compile(r"(?:(?P<mark>[._-])|^)(?P<code>fr)(?:[-_][A-Za-z]{2})?$", re.IGNORECASE)


# --- formats -----------------------------------------------------------------------


def formats(*, plug_ins: bool = True) -> tuple[Format, ...]:
    """Give all formats, the built-in ones first.

    Args:
        plug_ins: whether those that other distributions add count.

    Raises:
        UsageError: a format that another distribution adds cannot be used.
    """
    return _BUILT_IN + (_plug_ins() if plug_ins else ())


def format_named(name: str) -> Format:
    """Give the format that a document was read with: ``Document.format``.

    Raises:
        UsageError: none has this name, or one of another distribution cannot be used.
    """
    found = next((f for f in _all() if f.name == name), None)
    if found is None:
        raise UsageError(
            f"no format is called {name!r}",
            next_step="install the distribution that adds it, as it was where the file was read",
        )
    return found


def syntax_named(name: str) -> Syntax:
    """Give how prose of this syntax is spelt: `Block.syntax`, or the name of a format.

    Raises:
        UsageError: as `format_named`.
    """
    return _SYNTAXES.get(name) or format_named(name)


def _format_of(name: str) -> Format | None:
    """Give the format of a file by its name's suffix."""
    suffix = PurePath(name).suffix.lower()
    return next((f for f in _all() if suffix in f.suffixes), None) if suffix else None


def _all() -> Iterator[Format]:
    """Yield the formats: others than ours are loaded only if none of ours was wanted."""
    yield from _BUILT_IN
    yield from _plug_ins()


@cache
def _plug_ins() -> tuple[Format, ...]:
    from importlib.metadata import entry_points  # slow to import

    known = list(_BUILT_IN)
    for entry in sorted(entry_points(group=_GROUP), key=lambda e: (e.name, e.value)):
        try:
            made = entry.load()()
            problem = _problem(made, known)
            for method in ("parse", "write", "join", "spell", "same") if not problem else ():
                setattr(made, method, _guarded(getattr(made, method), entry))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            raise UsageError(
                f"the format {entry.name!r} of {_whose(entry)} cannot be used: {problem}",
                place=f"{_GROUP}: {entry.value}",
                next_step="update or uninstall that distribution, or tell its author",
            )
        known.append(made)
    return tuple(known[len(_BUILT_IN) :])


def _problem(made: object, known: Iterable[Format]) -> str:
    """Say why something is no format, or may not stand beside the known ones; "" if it may."""
    if not isinstance(made, Format):
        parts = (n for n in {**vars(Format), **vars(Syntax)} if not n.startswith("_"))
        return f"it has no {', '.join(name for name in parts if not hasattr(made, name))}"
    if any(s != s.lower() or s[:1] != "." for s in made.suffixes):
        return "its suffixes are not a tuple of lower-case texts with a dot"
    for other in known:
        if taken := {made.name} & {other.name} or {*made.suffixes} & {*other.suffixes}:
            return f"{min(taken)!r} belongs to the format {other.name!r}"
    return ""


def _guarded(method: Callable[_P, _R], entry: EntryPoint) -> Callable[_P, _R]:
    """Make whatever goes wrong inside a plug-in an error that names its distribution."""

    def call(*args: _P.args, **options: _P.kwargs) -> _R:
        try:
            return method(*args, **options)
        except PasserelleError:
            raise
        except Exception as error:
            raise InputError(
                f"the format {entry.name!r} of {_whose(entry)} failed: "
                f"{type(error).__name__}: {error}",
                place=str(options.get("name") or getattr(args[0], "doc_id", "")),
                next_step="update that distribution, or tell its author",
            ) from error

    return call


def _whose(entry: EntryPoint) -> str:
    dist = entry.dist
    return f"the distribution {dist.name} {dist.version}" if dist else "another distribution"


# --- names -------------------------------------------------------------------------


def is_supported(name: str) -> bool:
    """Say whether a file of this name is read.

    Raises:
        UsageError: a format that another distribution adds cannot be used.
    """
    return _format_of(name) is not None


def unread(name: str) -> tuple[str, str]:
    """Say why a file of this name is not read, and what to do.

    Raises:
        UsageError: a format that another distribution adds cannot be used.
    """
    known = refusal(PurePath(name).name)
    if known is not None:
        return known
    suffix = PurePath(name).suffix
    names = ", ".join(form.name for form in formats())
    step = f"say how to read it with --format ({names}), or leave it out"
    return f"no format is known for {suffix or 'a name without an ending'}", step


def needs_columns(name: str) -> bool:
    """Say whether a file of this name is a table, of which only columns are translated."""
    return getattr(_format_of(name), "in_columns", False)


def output_name(name: str) -> str:
    """Give the name of a file's translation: ``NAME.fr.md`` becomes ``NAME.en.md``.

    ``NAME_fr.txt`` and ``NAME-fr.md`` likewise, also with a region (``NAME.fr-CA.md``);
    a name without a language gets one: ``NAME.txt`` becomes ``NAME.en.txt``.

    Args:
        name: a file name, or a relative path with ``/``; only its last part changes.
    """
    path = PurePosixPath(name)
    stem, suffix = path.stem, path.suffix
    match = _FRENCH.search(stem)
    if match:
        english = "EN" if match.group("code").isupper() else "en"
        stem = stem[: match.start()] + (match.group("mark") or "") + english
    else:
        stem += ".en"
    return str(path.with_name(stem + suffix))


# --- files to documents and back -----------------------------------------------------


def parse_document(
    data: bytes, *, doc_id: str, name: str, reading: Reading = AS_IT_COMES
) -> Document:
    """Turn a file's bytes into a document.

    Args:
        data: the whole file; an empty one gives a document without blocks.
        doc_id: what the document is called in every record.
        name: file name, for its format (by suffix) and for messages.
        reading: what else the format may need to know.

    Raises:
        InputError: the file is binary, its bytes are in no known encoding, or its
            suffix is not one that is read.
        UsageError: a format that another distribution adds cannot be used.
    """
    found = _format_of(name)
    if reading.format and (found is None or isinstance(found, PlainText)):
        found = format_named(reading.format)
    if found is None:
        problem, step = unread(name)
        raise InputError(problem, place=name, next_step=step)
    return found.parse(data, doc_id=doc_id, name=name, reading=reading)


def read_document(path: Path, *, doc_id: str, reading: Reading = AS_IT_COMES) -> Document:
    """Read a file into a document; see :func:`parse_document`.

    Raises:
        InputError: the file cannot be opened, or not be read as text.
        UsageError: a format that another distribution adds cannot be used.
    """
    try:
        data = read_file(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            problem = "there is no such file"
            step = "check the path; it may have been moved since the run began"
        elif isinstance(error, IsADirectoryError) or is_folder(path):
            problem = "this is a folder, not a file"
            step = "name the files in it, or give the folder to `passerelle translate`"
        elif isinstance(error, PermissionError):
            problem = "no permission to read it"
            step = "make it readable for you (chmod u+r) or copy it elsewhere"
        else:
            problem = f"it cannot be read: {error.strerror or error}"
            step = "check the disk or the network share that it is on"
        raise InputError(problem, place=str(path), next_step=step) from error
    return parse_document(data, doc_id=doc_id, name=str(path), reading=reading)


def write_document(document: Document, replacements: Mapping[int, str]) -> bytes:
    """Write a document, some of its blocks replaced.

    Args:
        document: what was read.
        replacements: new raw text by block id, as :func:`join_block` gives it; for
            ``front-matter`` blocks the new plain value, which is quoted here as the
            old one was. Blocks that are missing are written as they were.

    Returns:
        For text files UTF-8. With no replacements, the very bytes that were read if they
        were UTF-8, and otherwise the same text in UTF-8. A byte-order mark is kept for
        UTF-8 only.

    Raises:
        KeyError: a replacement names a block that the document does not have.
    """
    unknown = set(replacements) - {b.block_id for b in document.blocks}
    if unknown:
        message = f"{document.doc_id} has no block {min(unknown)}"
        raise KeyError(message)
    return format_named(document.format).write(document, replacements)
