"""An Office file as an archive of parts that name one another."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from pipeline.documents.tagged import read_xml
from pipeline.documents.zips import Zip
from pipeline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.documents.tagged import Xml


class Relation(NamedTuple):
    """That a part names another."""

    id: str
    kind: str  # the last word of its type: "footnotes"
    target: str  # a member


class Package:
    """The archive.

    Args:
        data: the file.
        place: its name, for messages.
        what: what it should be, as people say: "a Word document".
        root: the root element of its main part.

    Raises:
        InputError: it is something else, is damaged, or has macros.
    """

    def __init__(self, data: bytes, *, place: str, what: str, root: str) -> None:
        self.archive = Zip(data, place=place, what=what)
        self.place = place
        if any(name.lower().endswith("vbaproject.bin") for name in self.archive.names):
            raise InputError(
                "it has macros, and programs in documents are not read",
                place=place,
                next_step="save it without macros in the program that made it, and run again",
            )
        self._lower = {name.lower(): name for name in self.archive.names}
        self.top = self.relations("")
        self.main = next((r.target for r in self.top if r.kind == "officeDocument"), "")
        if not self.main or not self._is(root):
            raise InputError(
                f"it is not {what}",
                place=place,
                next_step="open it in the program that made it, save it anew, and run again",
            )

    def _is(self, root: str) -> bool:
        events = self.xml(self.main).events()
        return next((e.name for e in events if e.kind == "start"), "") == root

    def xml(self, member: str) -> Xml:
        """Read a member."""
        return read_xml(self.archive.read(member), place=f"{self.place}: {member}")

    def relations(self, member: str) -> list[Relation]:
        """Give what a member names inside the archive, in the order of the file."""
        folder, name = posixpath.split(member)
        beside = posixpath.join(folder, "_rels", f"{name}.rels")
        if member and beside.lower() not in self._lower:
            return []
        return [*self._relations(self._lower.get(beside.lower(), beside), folder)]

    def _relations(self, beside: str, folder: str) -> Iterator[Relation]:
        for event in self.xml(beside).events():
            if event.kind != "start" or event.name != "rel:Relationship":
                continue
            said = event.attributes
            if said.get("TargetMode") == "External":
                continue
            path = posixpath.normpath(posixpath.join("/", folder, said.get("Target", "")))
            target = self._lower.get(path.lstrip("/").lower())
            if target is not None:
                kind = said.get("Type", "").rpartition("/")[2]
                yield Relation(said.get("Id", ""), kind, target)

    def members(self, member: str, kinds: Iterable[str]) -> list[str]:
        """Give the members of these kinds that a member names, in the order of the kinds."""
        relations = self.relations(member)
        found = [r.target for kind in kinds for r in relations if r.kind == kind]
        return list(dict.fromkeys(found))
