"""Which files to translate, and where each translation goes.

Paths may be files, folders and glob patterns. A folder's tree is mirrored in the output
folder; a file that is named by itself lands at its top. Nothing is opened here, so that
a pipe or a device among the inputs cannot hang the run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.documents import AS_IT_COMES, is_supported, needs_columns, output_name, unread
from pipeline.errors import UsageError
from pipeline.keeping import HIDDEN, OUTPUTS
from pipeline.translate.reading import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents import Reading

_ENGLISH = re.compile(r"(?P<stem>.+)\.en(?P<suffix>\.[^.]+)", re.IGNORECASE)
_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A path that is not translated, and why.

    ``skipped`` was wanted and could not be had: the exit code tells. ``ignored`` was met
    in a folder and is none of our business: another format, an English reference.
    """

    name: str
    reason: str
    kind: Literal["skipped", "ignored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    out: Path  # resolved
    used: bool  # a run has written there before
    reading: Reading


def discover(
    paths: Sequence[str],
    *,
    out: Path,
    reading: Reading = AS_IT_COMES,
) -> Iterator[tuple[int, Source | Passed]]:
    """Walk over ``paths`` and give what was found, in no particular order.

    Args:
        paths: files, folders, glob patterns (``**`` included).
        out: the output folder. What a run wrote there is never read as input, and nothing
            else where it lies below an input; it may be the input folder itself.
        reading: what readers are told. With a format, a file that is named may have a name
            without a known one; without columns, tables in folders are passed over.

    Yields:
        (index of the path in ``paths``, what was found there).

    Raises:
        UsageError: a path does not exist, or a pattern matches nothing.
    """
    rules = _Rules(
        out=out.resolve(),
        used=os.path.isdir(out / HIDDEN),  # noqa: PTH112 - raises nothing
        reading=reading,
    )
    for index, text in enumerate(paths):
        found = _expand(text) if _is_pattern(text) else _named(text)
        for path, root in found:
            for item in _visit(path, root, rules):
                yield index, item


def check_inputs(paths: Sequence[str], *, out: Path, reading: Reading = AS_IT_COMES) -> None:
    """Refuse paths where there is nothing to do, before anything is written.

    Args:
        paths: as for `discover`.
        out: the output folder.
        reading: as for `discover`.

    Raises:
        UsageError: a path does not exist, a pattern matches nothing, or nothing is found.
    """
    for text in paths:
        if not _is_pattern(text):
            next(_named(text))
    found = (item for _, item in discover(paths, out=out, reading=reading))
    if not any(isinstance(item, Source) or item.kind == "skipped" for item in found):
        raise nothing_found(paths)


def nothing_found(paths: Sequence[str]) -> UsageError:
    """Give the error for paths where nothing is to be translated."""
    return UsageError(
        "there is nothing to translate here",
        place=", ".join(paths),
        next_step="give files in French, or a folder that holds some; "
        "`passerelle init` makes a sample",
    )


def _is_pattern(text: str) -> bool:
    # A file whose name holds a bracket or a star is a file, not a pattern.
    return bool(_MAGIC.search(text)) and not os.path.lexists(text)


def _named(text: str) -> Iterator[tuple[Path, Path | None]]:
    path = Path(text)
    if not os.path.lexists(path):
        raise UsageError(
            "no such file or folder",
            place=text,
            next_step="check the spelling; put patterns such as '*.txt' in quotation marks",
        )
    yield path, None


def _expand(pattern: str) -> Iterator[tuple[Path, Path | None]]:
    parts = Path(pattern).parts
    count = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    root = Path(*parts[:count])
    deep = "**" in parts
    found = False
    for path in sorted(root.glob(str(Path(*parts[count:])))):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if hidden or (deep and path.is_dir()):
            continue  # ** gives a folder's files one by one
        found = True
        yield path, root
    if not found:
        raise UsageError(
            "no file matches this pattern",
            place=pattern,
            next_step="check it with `ls`; ** stands for any number of folders",
        )


def _visit(path: Path, root: Path | None, rules: _Rules) -> Iterator[Source | Passed]:
    try:
        mode = path.stat()
    except OSError as error:
        yield Passed(name=show_path(path), reason=_why(error), kind="skipped")
        return
    # A pattern's hits mirror the tree below its fixed part; a named file has no tree.
    below = "" if root is None else path.relative_to(root).as_posix()
    if stat.S_ISDIR(mode.st_mode):
        yield from _walk(path, f"{below}/" if below else "", rules)
        return
    if root is not None and _is_output(path, root, rules):
        return
    doc_id = below or path.name
    yield from _file(path, doc_id, mode, rules, named=True)


def _walk(top: Path, prefix: str, rules: _Rules) -> Iterator[Source | Passed]:
    """Walk down without recursion, so that a deep tree cannot exhaust the stack."""
    # Each entry: a folder, its path below the top, and the folders above it.
    pending: list[tuple[Path, str, frozenset[tuple[int, int]]]] = [(top, prefix, frozenset())]
    while pending:
        folder, below, above = pending.pop()
        try:
            own = folder.stat()
            inside = folder.resolve() == rules.out
            if inside and folder != top:
                continue
            identity = (own.st_dev, own.st_ino)
            if identity in above:
                yield Passed(
                    name=show_path(folder),
                    reason="a link that leads back to a folder above it",
                    kind="ignored",
                )
                continue
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if inside and rules.used and entry.name in OUTPUTS:
                        continue
                    name = f"{below}{entry.name}"
                    try:
                        mode = entry.stat()
                    except OSError as error:
                        yield Passed(
                            name=show_path(Path(entry.path)), reason=_why(error), kind="skipped"
                        )
                        continue
                    if stat.S_ISDIR(mode.st_mode):
                        pending.append((Path(entry.path), f"{name}/", above | {identity}))
                    else:
                        yield from _file(Path(entry.path), name, mode, rules, named=False)
        except OSError as error:
            yield Passed(name=show_path(folder), reason=_why(error), kind="skipped")


def _is_output(path: Path, root: Path, rules: _Rules) -> bool:
    """Say whether what a pattern found is an output of a run, or lies among them."""
    folder, top = path.parent.resolve(), root.resolve()
    if folder == rules.out and rules.used and path.name in OUTPUTS:
        return True
    return folder.is_relative_to(rules.out) and rules.out != top and rules.out.is_relative_to(top)


def _file(
    path: Path, doc_id: str, mode: os.stat_result, rules: _Rules, *, named: bool
) -> Iterator[Source | Passed]:
    kind: Literal["skipped", "ignored"] = "skipped" if named else "ignored"
    if not stat.S_ISREG(mode.st_mode):
        yield Passed(
            name=show_path(path),
            reason="not a regular file (a pipe, socket or device)",
            kind="skipped",
        )
        return
    try:
        doc_id.encode("utf-8")
    except UnicodeEncodeError:
        yield Passed(
            name=show_path(path), reason="its name is not valid UTF-8: rename it", kind="skipped"
        )
        return
    if not is_supported(path.name) and not (named and rules.reading.format):
        problem, step = unread(path.name)
        reason = f"{problem} ({step})" if named else problem
        yield Passed(name=show_path(path), reason=reason, kind=kind)
        return
    if not named and not rules.reading.columns and needs_columns(path.name):
        reason = "a table: --columns says which of its columns are translated"
        yield Passed(name=show_path(path), reason=reason, kind=kind)
        return
    english = _ENGLISH.fullmatch(path.name)
    if english is not None:
        sources = (f"{english['stem']}.fr{english['suffix']}", english["stem"] + english["suffix"])
        if any(path.with_name(name).is_file() for name in sources):
            yield Passed(
                name=show_path(path), reason="the English reference of a source", kind="ignored"
            )
            return
        if not named:
            yield Passed(name=show_path(path), reason="English by its name", kind="ignored")
            return
    folder, slash, name = doc_id.rpartition("/")
    yield Source(
        path=path,
        doc_id=doc_id,
        output=f"{folder}{slash}{output_name(name)}",
        size=mode.st_size,
    )


def show_path(path: Path) -> str:
    """Give a path as people read it: below the working folder without the way there."""
    with contextlib.suppress(ValueError, OSError):
        path = path.relative_to(Path.cwd())
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _why(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "a link to something that does not exist"
        case errno.ELOOP:
            return "a link that leads back to itself"
        case errno.EACCES | errno.EPERM:
            return "no permission to read it"
        case errno.ENAMETOOLONG:
            return "its path is too long"
        case _:
            return error.strerror or str(error)
