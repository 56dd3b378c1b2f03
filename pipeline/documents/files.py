"""Files to documents and back."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pipeline.documents.encoding import decode
from pipeline.documents.markdown.kinds import FRONT_MATTER
from pipeline.documents.names import SUFFIXES
from pipeline.errors import InputError
from pipeline.records import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.records import Block, Finding

__all__ = ["parse_document", "read_document", "write_document"]


def parse_document(data: bytes, *, doc_id: str, name: str, front_matter: bool = False) -> Document:
    """Turn a file's bytes into a document.

    Args:
        data: the whole file; an empty one gives a document without blocks.
        doc_id: what the document is called in every record.
        name: file name, for its format (see :data:`SUFFIXES`) and for messages.
        front_matter: whether prose values of YAML front matter are blocks.

    Raises:
        InputError: the file is binary, its bytes are in no known encoding, or its
            suffix is not one that is read.
    """
    suffix = PurePath(name).suffix.lower()
    format_ = SUFFIXES.get(suffix)
    if format_ is None:
        raise InputError(
            f"files with the suffix {suffix!r} are not read"
            if suffix
            else "the file has no suffix",
            place=name,
            next_step=f"rename it to one of {', '.join(SUFFIXES)}",
        )
    decoded = decode(data, name)
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()
    if format_ == "markdown":
        from pipeline.documents.markdown.blocks import parse_markdown

        blocks, findings = parse_markdown(decoded.text, front_matter=front_matter)
    else:
        from pipeline.documents.text import parse_text

        blocks = parse_text(decoded.text)
    return Document(
        doc_id=doc_id,
        format=format_,
        text=decoded.text,
        encoding=decoded.encoding,
        bom=decoded.bom,
        blocks=blocks,
        findings=decoded.findings + findings,
    )


def read_document(path: Path, *, doc_id: str, front_matter: bool = False) -> Document:
    """Read a file into a document.

    Args:
        path: the file.
        doc_id: what the document is called in every record.
        front_matter: whether prose values of YAML front matter are blocks.

    Raises:
        InputError: the file cannot be opened, or not be read as text.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "there is no such file",
            place=str(path),
            next_step="check the path; it may have been moved since the run began",
        ) from error
    except IsADirectoryError as error:
        raise InputError(
            "this is a folder, not a file",
            place=str(path),
            next_step="name the files in it, or give the folder to `passerelle translate`",
        ) from error
    except PermissionError as error:
        problem = "this is a folder, not a file" if path.is_dir() else "no permission to read it"
        raise InputError(
            problem,
            place=str(path),
            next_step="make it readable for you (chmod u+r) or copy it elsewhere",
        ) from error
    except OSError as error:
        raise InputError(
            f"it cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="check the disk or the network share that it is on",
        ) from error
    return parse_document(data, doc_id=doc_id, name=str(path), front_matter=front_matter)


def write_document(document: Document, replacements: Mapping[int, str]) -> bytes:
    """Write a document, some of its blocks replaced.

    Args:
        document: what was read.
        replacements: new raw text by block id, as :func:`join_block` gives it; for
            ``front-matter`` blocks the new plain value, which is quoted here as the
            old one was. Blocks that are missing are written as they were.

    Returns:
        UTF-8. With no replacements, the very bytes that were read if they were UTF-8,
        and otherwise the same text in UTF-8. A byte-order mark is kept for UTF-8 only.

    Raises:
        KeyError: a replacement names a block that the document does not have.
    """
    known = {b.block_id for b in document.blocks}
    unknown = set(replacements) - known
    if unknown:
        message = f"{document.doc_id} has no block {min(unknown)}"
        raise KeyError(message)
    pieces: list[str] = []
    at = 0
    for block in document.blocks:
        new = replacements.get(block.block_id)
        if new is None:
            continue
        pieces.append(document.text[at : block.start])
        if block.kind == FRONT_MATTER:
            from pipeline.documents.markdown.front_matter import yaml_scalar

            new = yaml_scalar(new, document.text[block.start : block.end])
        pieces.append(new)
        at = block.end
    pieces.append(document.text[at:])
    data = "".join(pieces).encode()
    return codecs.BOM_UTF8 + data if document.bom and document.encoding == "utf-8" else data
