"""A list's bytes as text: which encoding, or which other kind of file it is."""

from __future__ import annotations

import codecs
import io
import re
import zipfile

from pipeline.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE = "in the spreadsheet, save it as “CSV UTF-8”"
_AGAIN = "in the program that made it, export the list as TBX, TMX or CSV"
# How a file of another kind begins.
_NO_TEXT = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, not a CSV file", _SAVE),
    b"\x1f\x8b": ("a compressed file, not a CSV file", "unpack it first"),
    b"7z\xbc\xaf": ("a compressed file, not a CSV file", "unpack it first"),
    b"BZh": ("a compressed file, not a CSV file", "unpack it first"),
    b"\xfd7zXZ": ("a compressed file, not a CSV file", "unpack it first"),
    b"Rar!": ("a compressed file, not a CSV file", "unpack it first"),
    b"%PDF": ("a PDF, not a CSV file", _SAVE),
    b"{\\rtf": ("an RTF document, not a CSV file", _AGAIN),
    b"SQLite format 3": ("a database (a Trados memory, for instance), not a list", _AGAIN),
    b"\x00\x01\x00\x00Standard": ("a database (a MultiTerm termbase, for instance)", _AGAIN),
    b"PAR1": ("a Parquet file, not a CSV file", _SAVE),
    codecs.BOM_UTF32_LE: ("UTF-32, which is not read", _SAVE),
    codecs.BOM_UTF32_BE: ("UTF-32, which is not read", _SAVE),
}
_OTHERS = {
    r"(?:#.*\s+)*(?:msgctxt .*\s+)?msgid \"": "a PO file",
    r"[{\[]\s*[\"{\[\]}]": "JSON",
    r"<(?:TrU|RTF Preamble)>": "a text memory of Trados Workbench",
}
_ACCENTS = re.compile("[éèêëàâîïôùûüçœ]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(data: bytes, place: str) -> tuple[str, str, bytes]:
    """Decode a list.

    Bytes that are no UTF-8, in a file that is UTF-8 elsewhere, become lone surrogates
    (``surrogateescape``), so that one broken byte does not change the whole file.

    Args:
        data: the file.
        place: how to call it in messages.

    Returns:
        The text, the encoding's Python name and the byte-order mark that was there.

    Raises:
        InputError: the bytes are no text in an encoding that we read; the message says what
            they are.
    """
    _refuse_binary(data, place)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _strict(data[len(bom) :], encoding, place)
            return text, encoding, bom
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        if 5 * head.count(0) > 3 * len(head):
            raise InputError(
                "mostly zero bytes, no text",
                place=place,
                next_step="take the file from a backup; a crash or a full disk leaves such files",
            )
        little = head[1::2].count(0) >= head[0::2].count(0)
        encoding = "utf-16-le" if little else "utf-16-be"
        return _strict(data, encoding, place), encoding, b""
    encoding = _eight_bit(data)
    text = _strict(data, encoding, place)
    if 10 * len(_CONTROL.findall(text[:2000])) > len(text[:2000]):
        raise InputError("no text but binary data", place=place, next_step=_SAVE)
    return text, encoding, b""


def refuse_other(text: str, place: str) -> None:
    """Refuse a text that is no list, by the name of what it is.

    Raises:
        InputError: it is a PO file, JSON, a Trados text memory.
    """
    for pattern, what in _OTHERS.items():
        if re.match(pattern, text.lstrip()):
            raise InputError(f"{what}, which is not read", place=place, next_step=_AGAIN)


def _refuse_binary(data: bytes, place: str) -> None:
    for start, (problem, step) in _NO_TEXT.items():
        if data.startswith(start):
            raise InputError(problem, place=place, next_step=step)
    if data.startswith(b"PK\x03\x04"):
        problem, step = "an Excel or OpenDocument workbook, not a CSV file", _SAVE
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            names = ["mimetype"]
        if any(name.startswith("word/") for name in names):
            problem, step = "a Word document, not a CSV file", "save its table as CSV UTF-8"
        elif "mimetype" not in names and not any(name.startswith("xl/") for name in names):
            problem, step = "a ZIP archive, not a CSV file", "unpack it, and give the file in it"
        raise InputError(problem, place=place, next_step=step)


def _eight_bit(data: bytes) -> str:
    """Choose between UTF-8 (with a broken byte or two), Windows-1252 and Macintosh."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        lenient = data.decode("utf-8", "replace")
        broken = lenient.count("\ufffd")
        if sum(not c.isascii() for c in lenient) - broken > broken:
            return "utf-8"
        hits = [
            len(_ACCENTS.findall(data.decode(name, "ignore"))) for name in ("cp1252", "mac_roman")
        ]
        # A Macintosh ends its lines with a carriage return alone.
        return "mac_roman" if b"\n" not in data and hits[1] > hits[0] else "cp1252"
    return "utf-8"


def _strict(data: bytes, encoding: str, place: str) -> str:
    errors = "surrogateescape" if encoding == "utf-8" else "strict"
    try:
        text = data.decode(encoding, errors)
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
        raise InputError(problem, place=f"{place}:{len(lines)}", next_step=_SAVE) from error
    if text.encode(encoding, errors) != data:  # cannot be written back as it was
        raise InputError(f"no valid {encoding.upper()}", place=place, next_step=_SAVE)
    return text
