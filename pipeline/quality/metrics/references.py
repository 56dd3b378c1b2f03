"""Files to score and their references: found by convention, read, or downloaded by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import InputError, NetworkError, NothingChecked, QualityError, UsageError
from pipeline.fsio import is_file, is_folder, open_file, read_file

_MAGIC = re.compile(r"[*?[]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")

References = Path | Sequence[Path] | Mapping[str, Path | Sequence[Path]] | None
"""A reference file, a folder of them, several of these, or for each document its own."""


# --- reading them ------------------------------------------------------------------


def read_text(path: Path) -> str:
    """Read a UTF-8 text, without its byte-order mark, line ends as newlines.

    Raises:
        InputError: the file cannot be read or is not UTF-8; the byte is named.
    """
    try:
        data = read_file(path)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="check the path and its permissions",
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"not valid UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            place=f"{path}:{line}",
            next_step="save the file as UTF-8",
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> tuple[str, ...]:
    """Cut a text at its blank lines; lines inside a paragraph are joined by spaces."""
    pieces = (" ".join(piece.split()) for piece in _BLANK_LINES.split(text))
    return tuple(piece for piece in pieces if piece)


def read_lines(path: Path) -> Iterator[str]:
    """Read a UTF-8 file line by line, without trailing white space, as sacrebleu does.

    Lines end at a newline and nothing else.

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8; the line is named.
    """
    number = 0
    try:
        with open_file(path) as handle:
            for number, raw in enumerate(handle, 1):
                data = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                yield data.decode("utf-8").rstrip()
    except UnicodeDecodeError as error:
        raise InputError(
            f"not valid UTF-8: byte 0x{error.object[error.start]:02x} at column {error.start + 1}",
            place=f"{path}:{number}",
            next_step="save the file as UTF-8",
        ) from error
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="check the path and its permissions",
        ) from error


def parallel_lines(paths: Sequence[Path], *, size: int = 2000) -> Iterator[list[list[str]]]:
    """Read files side by side, a slice at a time.

    Args:
        paths: the files.
        size: lines of a slice.

    Yields:
        For each slice one list of lines a file, all equally long.

    Raises:
        InputError: a file cannot be read.
        NothingChecked: every file is empty.
        QualityError: one file ends before another; both counts are named.
    """
    streams = [read_lines(path) for path in paths]
    total = 0
    while True:
        slices = [
            [line for _, line in zip(range(size), stream, strict=False)] for stream in streams
        ]
        lengths = {len(lines) for lines in slices}
        if len(lengths) > 1:
            counts = [
                total + len(lines) + sum(1 for _ in stream)
                for lines, stream in zip(slices, streams, strict=True)
            ]
            named = ", ".join(f"{path} {n}" for path, n in zip(paths, counts, strict=True))
            least, first = min(zip(counts, paths, strict=True))
            raise QualityError(
                f"the files have different numbers of lines: {named}",
                place=f"{first}:{least}",
                next_step="give files with one segment a line, the same on every side; "
                "nothing is cut to fit",
            )
        if not slices or not slices[0]:
            if total == 0:
                raise NothingChecked(
                    "there is no line in it",
                    place=", ".join(str(path) for path in paths),
                    next_step="give files with text in them",
                )
            return
        total += len(slices[0])
        yield slices


# --- finding them ------------------------------------------------------------------


def find_reference(source: Path, *, but: Path | None = None) -> Path | None:
    """Find the reference of a source by convention.

    Args:
        source: the French file.
        but: its translation, which is no reference of itself.

    Looked for, in this order: ``NAME.en.txt`` beside ``NAME.fr.txt``; ``NAME.en.txt``
    beside ``NAME.txt``; the same name in the folder ``en`` beside the folder ``fr``.
    """
    candidates = [_english(source)]
    parts = source.parts
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == "fr":
            twin = source.__class__(*parts[:index], "en", *parts[index + 1 :])
            candidates += [_english(twin), twin]
            break
    made = os.path.realpath(but) if but else ""
    found = (p for p in candidates if p != source and is_file(p) and os.path.realpath(p) != made)
    return next(found, None)


def _english(source: Path) -> Path:
    return source.with_name(f"{source.stem.removesuffix('.fr')}.en{source.suffix}")


def find_references(
    documents: Sequence[str],
    references: References,
    *,
    manifest: Mapping[str, Any],
    roots: Sequence[Path] = (),
    outputs: Path | None = None,
) -> dict[str, tuple[Path, ...]]:
    """Find each document's references.

    Args:
        documents: document ids: POSIX paths of the sources below their root.
        references: what the caller says; ``None`` looks beside the sources.
        manifest: of the run; ``inputs`` in it are the paths that were translated.
        roots: more folders below which the sources may lie.
        outputs: where the translations are, which may be where the sources are.

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
        made = _english(outputs / document) if outputs else None
        looked = (find_reference(root / document, but=made) for root in places)
        reference = next(filter(None, looked), None)
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


def fetch_testset(name: str, langpair: str = "fr-en") -> tuple[Path, tuple[Path, ...]]:
    """Give a test set's source file and its reference files, downloading them if need be.

    Args:
        name: as sacrebleu knows it, ``wmt14`` for instance.
        langpair: ``fr-en`` unless told.

    Raises:
        UsageError: there is no such test set, or it lacks the language pair.
        NetworkError: it is not in sacrebleu's cache and cannot be downloaded.
    """
    import urllib.error

    from sacrebleu.dataset import DATASETS
    from sacrebleu.utils import (
        SACREBLEU_DIR,
        get_available_testsets_for_langpair,
        get_langpairs_for_testset,
        get_reference_files,
        get_source_file,
    )

    if name not in DATASETS:
        known = ", ".join(sorted(get_available_testsets_for_langpair(langpair)))
        raise UsageError(
            f"sacrebleu knows no test set {name!r}", next_step=f"for {langpair} there are: {known}"
        )
    if langpair not in get_langpairs_for_testset(name):
        raise UsageError(
            f"{name} has no language pair {langpair}",
            next_step=f"it has: {', '.join(sorted(get_langpairs_for_testset(name)))}",
        )
    try:
        return (
            Path(get_source_file(name, langpair)),
            tuple(Path(path) for path in get_reference_files(name, langpair)),
        )
    # sacrebleu leaves the process where a checksum is wrong.
    except (urllib.error.URLError, OSError, SystemExit) as error:
        reason = getattr(error, "reason", None) or error
        raise NetworkError(
            f"the test set {name} could not be downloaded: {reason}",
            next_step="run this once while online (`sacrebleu --download "
            f"{name} -l {langpair}` keeps it under {SACREBLEU_DIR}), "
            "or give your own files with --reference",
        ) from error
