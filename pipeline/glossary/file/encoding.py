"""From the bytes of a glossary file to its text, so that the text gives the bytes again."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from pipeline.errors import GlossaryError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["decode", "misread"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a compressed file"),
    (b"%PDF", "a PDF"),
)
_SAVE = "in the spreadsheet, save it as “CSV UTF-8”"


def decode(data: bytes, path: Path) -> tuple[str, str, bytes]:
    """Decode a glossary file.

    Returns:
        The text, the encoding's Python name and the byte-order mark that was there.

    Raises:
        GlossaryError: the bytes are no text in an encoding that we read.
    """
    for start, kind in _NO_TEXT:
        if data.startswith(start):
            raise GlossaryError(f"{kind}, not a CSV file", place=str(path), next_step=_SAVE)
    if data.startswith(_UTF32):
        raise GlossaryError("UTF-32, which is not read", place=str(path), next_step=_SAVE)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, path), encoding, bom
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        if 5 * head.count(0) > 3 * len(head):
            raise GlossaryError(
                "mostly zero bytes, no text",
                place=str(path),
                next_step="take the file from a backup; a crash or a full disk leaves such files",
            )
        little = head[1::2].count(0) >= head[0::2].count(0)
        encoding = "utf-16-le" if little else "utf-16-be"
        return _strict(data, encoding, path), encoding, b""
    try:
        return data.decode("utf-8"), "utf-8", b""
    except UnicodeDecodeError:
        return _strict(data, "cp1252", path), "cp1252", b""


def _strict(data: bytes, encoding: str, path: Path) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        lines = re.split(r"\r\n|\r|\n", before)
        where = f"after {lines[-1][-20:]!r}" if lines[-1] else "at the start of the line"
        what = f"byte 0x{data[error.start]:02X} {where}"
        problem = (
            f"neither UTF-8 nor Windows-1252: {what}"
            if encoding == "cp1252"
            else f"no valid {encoding.upper()}: {what}"
        )
        raise GlossaryError(problem, place=f"{path}:{len(lines)}", next_step=_SAVE) from error
    if text.encode(encoding) != data:  # cannot be written back as it was
        raise GlossaryError(f"no valid {encoding.upper()}", place=str(path), next_step=_SAVE)
    return text


_MACINTOSH = re.compile(r"(?<=[a-z])[Žˆ™ƒ‰](?=[a-z])")


def misread(value: str, encoding: str) -> str:
    """Say what a value was probably meant to be, where its encoding was mistaken.

    Two accidents are known: UTF-8 opened as Windows-1252 and saved again (``rÃ©seau``), and
    a Macintosh file, whose bytes are all valid in Windows-1252 (``rŽseau``).

    Args:
        value: one cell.
        encoding: how its file was decoded.

    Returns:
        The likely value, or "" where nothing is suspicious.
    """
    if value.isascii():
        return ""
    try:
        meant = value.encode("cp1252").decode("utf-8")
    except UnicodeError:
        meant = ""
    if not meant and encoding == "cp1252" and _MACINTOSH.search(value):
        meant = value.encode("cp1252").decode("mac_roman")
    return meant
