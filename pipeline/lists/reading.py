"""One way into every list: what the file is, by what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.fsio import read_file
from pipeline.lists.markup import is_markup, read_markup
from pipeline.lists.tables import read_table
from pipeline.lists.text import decode, refuse_other

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.lists.listing import Listing

FORMATS = ("csv", "tsv", "tbx", "tmx")
_SUFFIXES = {"txt": "tsv", "tab": "tsv", "utf8": "tsv"}


def format_of(path: Path, wanted: str = "") -> str:
    """Give the format that a file is to be written in, by its suffix unless told.

    Raises:
        InputError: it is none of ours.
    """
    name = (wanted or path.suffix.lstrip(".")).casefold()
    name = _SUFFIXES.get(name, name)
    if name not in FORMATS:
        raise InputError(
            f"{name or 'no suffix'} is no format of a list",
            place=str(path),
            next_step=f"use one of {', '.join(FORMATS)} as suffix, or --format",
        )
    return name


def read_list(path: Path, *, form: str = "") -> Listing:
    """Read a list of another tool.

    Args:
        path: the file.
        form: ``csv``, ``tsv``, ``tbx`` or ``tmx``; found in the file when empty.

    Returns:
        At least one pair, and the rows that could not be taken.

    Raises:
        InputError: the file cannot be read, is something else, or holds no pair.
    """
    place = str(path)
    kind = format_of(path, form) if form else ""
    try:
        data = read_file(path)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise InputError(problem, place=place, next_step="check the path") from error
    text, _, _ = decode(data, place)
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise InputError("the file is empty", place=place, next_step="give another file")
    refuse_other(text, place)
    marked = {".tbx", ".tmx", ".xml", ".mtf"}
    if kind in {"tbx", "tmx"} or (not kind and (is_markup(text) or path.suffix.lower() in marked)):
        found = read_markup(data, text, place, kind=kind)
    else:
        found = read_table(text, place, delimiter="\t" if kind == "tsv" else "")
    if found.entries:
        return found
    if found.faults:
        first = found.faults[0]
        at = f"{place}:{first.line}"
        raise InputError(first.problem, place=at, next_step=first.next_step)
    raise InputError(
        "there is no pair of French and English in it"
        + (f" ({found.passed} in other languages, or in one only)" if found.passed else ""),
        place=place,
        next_step="export French and English together",
    )
