"""The prose of a translation and of its reference, cut alike, so that they can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents import is_supported, parse_document, read_document

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.records import Document

__all__ = ["prose_blocks", "reference_blocks"]


def reference_blocks(path: Path) -> list[str]:
    """Cut a reference as the sources were cut: its blocks of prose, without markup.

    Raises:
        InputError: the file cannot be read.
    """
    from pipeline.quality.metrics.alignment import paragraphs, read_text

    if not is_supported(path.name):
        return list(paragraphs(read_text(path)))
    return _prose(read_document(path, doc_id=path.name))


def prose_blocks(data: bytes, name: str) -> list[str]:
    """Cut a translation, in UTF-8, in the same way; ``name`` tells its format.

    Raises:
        InputError: the data are no text.
    """
    return _prose(parse_document(data, doc_id=name, name=name))


def _prose(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.text.strip()]
