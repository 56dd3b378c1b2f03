"""Other people's libraries read what a person sees in a document."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from formats.marked import Marked

_MODULES = {
    "docx": "docx",
    "pptx": "pptx",
    "odt": "odf",
    "odp": "odf",
    "epub": "epub",
    "html": "html",
    "xhtml": "html",
    "srt": "subtitles",
    "vtt": "subtitles",
    "ipynb": "ipynb",
    "xlf": "xliff",
    "po": "po",
    "csv": "sheets",
    "tsv": "sheets",
    "xlsx": "xlsx",
}


def read(format: str, data: bytes) -> list[Marked]:
    """Open a document and give the texts that a person sees; what must stay is not among them.

    Args:
        format: the suffix of its files, without the dot.
        data: the file.
    """
    texts: list[Marked] = _module(format).read(data)
    return texts


def frame(format: str, data: bytes) -> object:
    """Open a document and give all that a translation must leave; None where nothing is known."""
    found = getattr(_module(format), "frame", None)
    return found(data) if found else None


def _module(format: str) -> Any:
    return import_module(f"formats.oracles.{_MODULES[format]}")
