"""LibreOffice without a window, and epubcheck: programs that must be installed to be asked."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OFFICE = shutil.which("soffice")
EPUBCHECK = shutil.which("epubcheck") if shutil.which("java") else None
PDFTOTEXT = shutil.which("pdftotext")

_FILTERS = {  # how LibreOffice is to read what it would read otherwise
    ".html": "HTML (StarWriter)",
    ".csv": "Text - txt - csv (StarCalc):44,34,76,1",
}


def converted(files: Mapping[str, bytes], to: str) -> dict[str, bytes]:
    """Let LibreOffice write files in another format.

    Args:
        files: name → content; the suffix says what a file is.
        to: the suffix of the format, if need be with LibreOffice's filter: ``odt:writer8``.

    Returns:
        Stem → content, of the files that LibreOffice could read and write.
    """
    assert OFFICE is not None
    filters = {_FILTERS[suffix] for name in files if (suffix := Path(name).suffix) in _FILTERS}
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "in", Path(folder) / "out"
        given.mkdir()
        for name, data in files.items():
            (given / name).write_bytes(data)
        subprocess.run(
            [
                OFFICE,
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                *(f"--infilter={filter_}" for filter_ in filters),
                "--convert-to",
                to,
                "--outdir",
                str(made),
                *(str(given / name) for name in files),
            ],
            capture_output=True,
            timeout=300,
            check=False,
        )
        paths = made.iterdir() if made.is_dir() else ()
        return {path.stem: path.read_bytes() for path in paths}


def printed(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Give the words of each file's pages as LibreOffice prints them: name → words."""
    assert PDFTOTEXT is not None
    stems = {f"{i}-{Path(name).stem}{Path(name).suffix}": name for i, name in enumerate(files)}
    pages = converted({stem: files[name] for stem, name in stems.items()}, "pdf")
    words = {}
    for stem, name in stems.items():
        if page := pages.get(Path(stem).stem):
            done = subprocess.run(
                [PDFTOTEXT, "-", "-"], input=page, capture_output=True, timeout=60, check=True
            )
            words[name] = done.stdout.decode().split()
    return words


def complaints(data: bytes) -> str:
    """Give what epubcheck says against a book; "" where nothing."""
    assert EPUBCHECK is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.epub"
        path.write_bytes(data)
        done = subprocess.run(
            ["java", "-jar", EPUBCHECK, str(path)],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    return "" if done.returncode == 0 else done.stdout + done.stderr
