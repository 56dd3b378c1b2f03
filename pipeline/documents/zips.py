"""ZIP archives as documents are: read with care, written again member by member."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OLE = b"\xd0\xcf\x11\xe0"
_MANY = 20_000  # members
_LARGE = 512_000_000  # bytes of one member, unpacked
_WHOLE = 2_000_000_000  # bytes of all members, unpacked
_RATIO = 200  # unpacked to packed …
_FREE = 10_000_000  # … of members that are larger than so many bytes
_OUTSIDE = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|\\|^[A-Za-z]:")


class Zip:
    """An archive, of which members are read one by one and only where asked for.

    Args:
        data: the file.
        place: its name, for messages.
        what: what it should be, as people say: "a Word document".
        first: the member that must come first and not be packed, and its content.

    Raises:
        InputError: it is no such archive, is damaged or encrypted, or unpacks to more than a
            document has.
    """

    def __init__(
        self, data: bytes, *, place: str, what: str, first: tuple[str, bytes] | None = None
    ) -> None:
        self._place = place
        self._first = first
        self._what = what
        self._data = data
        if data.startswith(_OLE):
            raise self._refused(
                f"it is not {what} but an encrypted or an old Microsoft Office file",
                "open it, save it without a password in today's format, and run again",
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise self._refused(
                f"it is damaged or is not {what}: {error}",
                "open it in the program that made it, save it anew, and run again",
            ) from error
        self.names = tuple(info.filename for info in infos)
        self._check(infos)

    def _refused(self, problem: str, step: str, member: str = "") -> InputError:
        place = f"{self._place}: {member}" if member else self._place
        return InputError(problem, place=place, next_step=step)

    def _check(self, infos: list[zipfile.ZipInfo]) -> None:
        safe = "make it anew in the program that it comes from; do not trust it"
        if len(infos) > _MANY:
            raise self._refused(f"it has {len(infos):,} members, as no document has", safe)
        if len(set(self.names)) < len(self.names):
            twice = next(n for n in self.names if self.names.count(n) > 1)
            raise self._refused("it has two members of the same name", safe, twice)
        for info in infos:
            if info.flag_bits & 1:
                raise self._refused(
                    "it is encrypted", "save it without a password and run again", info.filename
                )
            if _OUTSIDE.search(info.filename):
                raise self._refused("a member's name leads out of the archive", safe, info.filename)
            packed = max(info.compress_size, 1)
            if info.file_size > _LARGE or (
                info.file_size > _FREE and info.file_size / packed > _RATIO
            ):
                size = f"{info.file_size / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB"
                raise self._refused(
                    f"it unpacks to {size}, as no document does", safe, info.filename
                )
        if sum(info.file_size for info in infos) > _WHOLE:
            raise self._refused("it unpacks to more than 2 GB, as no document does", safe)

    def __contains__(self, member: str) -> bool:
        return member in self.names

    def read(self, member: str) -> bytes:
        """Unpack a member.

        Raises:
            InputError: there is none of this name, or it is damaged.
        """
        try:
            with self._zip.open(member) as handle:
                size = self._zip.getinfo(member).file_size
                content = handle.read(size + 1)
        except KeyError as error:
            raise self._refused(
                f"it has no {member}: it is not {self._what}",
                "open it in the program that made it, save it anew, and run again",
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise self._refused(
                f"it is damaged: {error}", "get it anew from where it came", member
            ) from error
        return content

    def write(self, changed: Mapping[str, bytes]) -> bytes:
        """Give the archive again, some members with new content: same order, dates, packing."""
        infos = self._zip.infolist()
        name, head = self._first or ("", b"")
        own = next((i for i in infos if i.filename == name), None)
        if not changed and (not name or (own is not None and self._is_first(own, head))):
            return self._data
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            target.comment = self._zip.comment
            if name:
                date = own.date_time if own is not None else (1980, 1, 1, 0, 0, 0)
                target.writestr(zipfile.ZipInfo(name, date), head)
            for info in infos:
                if info is own:
                    continue
                fresh = zipfile.ZipInfo(info.filename, info.date_time)
                fresh.compress_type = info.compress_type
                fresh.external_attr, fresh.create_system = info.external_attr, info.create_system
                fresh.comment = info.comment
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    fresh.compress_type = zipfile.ZIP_DEFLATED
                content = changed.get(info.filename)
                target.writestr(fresh, self.read(info.filename) if content is None else content)
        return made.getvalue()

    def _is_first(self, info: zipfile.ZipInfo, content: bytes) -> bool:
        stored = info.compress_type == zipfile.ZIP_STORED and not info.extra
        return stored and info.header_offset == 0 and self.read(info.filename) == content
