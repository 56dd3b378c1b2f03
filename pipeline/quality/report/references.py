"""Finding the references of a run's documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import InputError, UsageError
from pipeline.fsio import is_file, is_folder
from pipeline.quality.metrics.alignment import find_reference

__all__ = ["References", "find_references"]

_MAGIC = re.compile(r"[*?[]")

References = Path | Sequence[Path] | Mapping[str, Path | Sequence[Path]] | None
"""A reference file, a folder of them, several of these, or for each document its own."""


def find_references(
    documents: Sequence[str],
    references: References,
    *,
    manifest: Mapping[str, Any],
    roots: Sequence[Path] = (),
) -> dict[str, tuple[Path, ...]]:
    """Find each document's references.

    Args:
        documents: document ids: POSIX paths of the sources below their root.
        references: what the caller says; ``None`` looks beside the sources.
        manifest: of the run; ``inputs`` in it are the paths that were translated.
        roots: more folders below which the sources may lie.

    Returns:
        The documents that have references; others are absent.

    Raises:
        InputError: the path that was given does not exist.
        UsageError: one reference file was given for several documents.
    """
    if isinstance(references, Mapping):
        return {
            document: (paths,) if isinstance(paths, Path) else tuple(paths)
            for document, paths in references.items()
            if document in set(documents)
        }
    if references is not None:
        paths = (references,) if isinstance(references, Path) else references
        below = [_below(documents, path) for path in paths]
        return {
            document: tuple(path for found in below for path in found.get(document, ()))
            for document in documents
            if any(document in found for found in below)
        }
    places = (*_inputs(manifest), *roots)
    found: dict[str, tuple[Path, ...]] = {}
    for document in documents:
        reference = next((r for root in places if (r := find_reference(root / document))), None)
        if reference:
            found[document] = (reference,)
    return found


def _inputs(manifest: Mapping[str, Any]) -> tuple[Path, ...]:
    """Give the folders below which a run found its sources."""
    inputs = manifest.get("inputs")
    roots: dict[Path, None] = {}
    for text in inputs if isinstance(inputs, list) else ():
        path = Path(str(text))
        if is_folder(path):
            roots[path] = None
        elif is_file(path):
            roots[path.parent] = None
        else:  # a pattern: its tree lies below the part without wildcards
            parts = path.parts
            fixed = next((i for i, p in enumerate(parts) if _MAGIC.search(p)), len(parts))
            roots[Path(*parts[:fixed])] = None
    return tuple(roots)


def _below(documents: Sequence[str], path: Path) -> dict[str, tuple[Path, ...]]:
    if path.is_file():
        if len(documents) != 1:
            raise UsageError(
                f"one reference for {len(documents)} documents",
                place=str(path),
                next_step="give the folder that holds the references",
            )
        return {documents[0]: (path,)}
    if not path.is_dir():
        raise InputError(
            "there is no such file or folder",
            place=str(path),
            next_step="check the path of the references",
        )
    found: dict[str, tuple[Path, ...]] = {}
    for document in documents:
        name = PurePosixPath(document)
        stem = name.stem.removesuffix(".fr")
        parts = ["en" if part == "fr" else part for part in name.parent.parts]
        candidates = [
            path.joinpath(*folder, leaf)
            for folder in (name.parent.parts, parts, ())
            for leaf in (f"{stem}.en{name.suffix}", f"{stem}{name.suffix}", name.name)
        ]
        reference = next((c for c in candidates if is_file(c)), None)
        if reference:
            found[document] = (reference,)
    return found
