"""OpenDocument texts and presentations as formats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.odf.places import Places
from pipeline.documents.odf.reader import Reader
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.tagged import XmlSyntax, read_xml
from pipeline.errors import InputError
from pipeline.records import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.parts import Container

_MANIFEST = "META-INF/manifest.xml"
_MEMBERS = re.compile(r"(?:.+/)?content\.xml|styles\.xml|meta\.xml")
_SIGNATURES = ("META-INF/documentsignatures.xml", "META-INF/macrosignatures.xml")


class Odt(XmlSyntax, TreeFormat):
    """OpenDocument texts, templates too, zipped or flat."""

    name = "odt"
    suffixes: tuple[str, ...] = (".odt", ".ott", ".fodt")
    _what = "an OpenDocument text"
    _body = "office:text"

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[Sequence[Part], Container | None, Sequence[Finding]]:
        """Take a document to pieces; see `TreeFormat.read`."""
        if not data:
            return [Part(text="")], None, ()
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            reader, part = self._part(data, "", name, Places())
            self._check(reader, name)
            return [part], None, _findings([reader])
        from pipeline.documents.zips import Zip

        archive = Zip(data, place=name, what=self._what)
        if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
            raise InputError(
                "it is encrypted",
                place=name,
                next_step="open it, save it without a password, and run again",
            )
        members = [n for n in archive.names if _MEMBERS.fullmatch(n) and n != "content.xml"]
        places = Places()
        readers, parts = [], []
        for member in ("content.xml", *members):
            reader, part = self._part(archive.read(member), member, f"{name}: {member}", places)
            if member == "content.xml":
                self._check(reader, name)
            readers.append(reader)
            parts.append(part)
        signed = any(n in archive for n in _SIGNATURES)
        return parts, archive, _findings(readers, signed=signed)

    def _part(self, data: bytes, member: str, place: str, places: Places) -> tuple[Reader, Part]:
        xml = read_xml(data, place=place)
        reader = Reader(xml, places)
        part = Part(
            text=xml.text,
            blocks=reader.blocks,
            edits=reader.edits,
            member=member,
            encode=xml.encode,
        )
        return reader, part

    def _check(self, reader: Reader, place: str) -> None:
        if self._body not in reader.roots:
            raise InputError(
                f"it is not {self._what}",
                place=place,
                next_step="save it anew as one in the program that made it, and run again",
            )


class Odp(Odt):
    """OpenDocument presentations."""

    name = "odp"
    suffixes = (".odp", ".otp", ".fodp")
    _what = "an OpenDocument presentation"
    _body = "office:presentation"


def _findings(readers: Sequence[Reader], *, signed: bool = False) -> list[Finding]:
    said = []
    if any("office:spreadsheet" in reader.roots for reader in readers):
        said.append(("warning", "spreadsheets inside it are left as they are"))
    if signed:
        said.append(("warning", "it is signed; the signature does not hold for the translation"))
    return [Finding(check="document", severity=s, message=m) for s, m in said]  # type: ignore[arg-type]
