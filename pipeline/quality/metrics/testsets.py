"""Test sets by name, through sacrebleu's own downloader and cache."""

from __future__ import annotations

import urllib.error
from pathlib import Path

from pipeline.errors import NetworkError, UsageError

__all__ = ["fetch_testset"]


def fetch_testset(name: str, langpair: str = "fr-en") -> tuple[Path, tuple[Path, ...]]:
    """Give a test set's source file and its reference files, downloading them if need be.

    Args:
        name: as sacrebleu knows it, ``wmt14`` for instance.
        langpair: ``fr-en`` unless told.

    Raises:
        UsageError: there is no such test set, or it lacks the language pair.
        NetworkError: it is not in sacrebleu's cache and cannot be downloaded.
    """
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
            f"sacrebleu knows no test set {name!r}",
            next_step=f"for {langpair} there are: {known}",
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
