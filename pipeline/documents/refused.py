"""Kinds of files that people have and we do not read: their names, and what to do instead."""

from __future__ import annotations

import shlex
from pathlib import PurePath

_PANDOC = "convert it with `pandoc {name} -o {stem}.docx`, which keeps text and structure"
_OFFICE = "convert it with `soffice --headless --convert-to {to} {name}` (LibreOffice)"
_MACROS = "save it without macros, as {to}, in the program that made it"
_KINDS: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    # suffixes, what such a file is called, next step, format to convert to
    (
        (".pdf",),
        "PDF files",
        "export .docx or .html from the program that made it, or keep the text alone with "
        "`pdftotext {name} {stem}.txt` (poppler)",
        "",
    ),
    ((".rst",), "reStructuredText files", "convert it with `pandoc {name} -o {stem}.md`", ""),
    (
        (".adoc", ".asciidoc"),
        "AsciiDoc files",
        "convert it with `asciidoctor {name}` and translate the .html",
        "",
    ),
    ((".tex", ".latex", ".ltx"), "LaTeX files", _PANDOC, ""),
    ((".org", ".textile", ".mediawiki", ".wiki", ".dbk"), "markup files of this kind", _PANDOC, ""),
    (
        (".rtf", ".doc", ".dot", ".wps", ".wpd", ".pages"),
        "files of this word processor",
        _OFFICE,
        "docx",
    ),
    ((".ppt", ".pps", ".key"), "slides of this kind", _OFFICE, "pptx"),
    ((".xls", ".xlsb", ".ods", ".numbers"), "spreadsheets of this kind", _OFFICE, "xlsx"),
    ((".docm", ".dotm"), "Word documents with macros", _MACROS, ".docx"),
    ((".pptm", ".potm", ".ppsm"), "PowerPoint documents with macros", _MACROS, ".pptx"),
    ((".xlsm", ".xltm"), "Excel workbooks with macros", _MACROS, ".xlsx"),
    (
        (".mobi", ".azw", ".azw3", ".fb2", ".lit"),
        "books of this kind",
        "convert it with `ebook-convert {name} {stem}.epub` (Calibre), if it has no DRM",
        "",
    ),
    (
        (".ass", ".ssa", ".sub", ".ttml", ".dfxp", ".sbv"),
        "subtitles of this kind",
        "convert them with `ffmpeg -i {name} {stem}.srt`",
        "",
    ),
    (
        (".pot",),
        "PO templates",
        "make a PO file of it with `msginit -l en -i {name} -o {stem}.po`, and run again",
        "",
    ),
    ((".idml", ".indd"), "InDesign files", "export .docx, .html or .epub from InDesign", ""),
    (
        (".sdlxliff", ".mqxliff", ".mxliff", ".txlf"),
        "XLIFF files of one tool",
        "export plain XLIFF 1.2 or 2.0 from that tool",
        "",
    ),
    (
        (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"),
        "archives of this kind",
        "unpack it and name the folder",
        "",
    ),
)
_OF = {suffix: kind[1:] for kind in _KINDS for suffix in kind[0]}


def refusal(name: str) -> tuple[str, str] | None:
    """Say that a kind of file is not read, and what to do instead; ``None`` for unknown kinds.

    Args:
        name: of the file, without its folder.
    """
    path = PurePath(name)
    kind = _OF.get(path.suffix.lower())
    if kind is None:
        return None
    called, step, to = kind
    told = {"name": shlex.quote(path.name), "stem": shlex.quote(path.stem), "to": to}
    return f"{called} are not read", step.format(**told)
