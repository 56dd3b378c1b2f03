"""Books: EPUB 2 and 3, with their chapters, contents and metadata."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html import unescape
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipeline.documents.base import BREAK
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.tagged import (
    Outline,
    Role,
    XmlSyntax,
    attribute_block,
    attributes,
    is_french,
    part_of,
    read_html,
    read_page,
    read_source,
    read_xml,
    spelt,
)
from pipeline.documents.zips import Zip
from pipeline.errors import InputError
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.documents.base import Reading
    from pipeline.documents.tagged import Event, Xml
    from pipeline.records import Block

_MIMETYPE = ("mimetype", b"application/epub+zip")
_CONTAINER = "META-INF/container.xml"
_LOCKS = (
    ("META-INF/rights.xml", "Adobe's"),
    ("META-INF/license.lcpl", "Readium's (LCP)"),
    ("META-INF/sinf.xml", "Apple's"),
)
_FONTS = frozenset(
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}  # obfuscation, no lock
)
_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_NCX = "application/x-dtbncx+xml"
_DRAWING = "image/svg+xml"

_SAID = frozenset({"title", "description", "subject"})
"""Metadata that are translated; all others are names, numbers and dates."""
_FRAMES = frozenset({"package", "metadata", "dc-metadata", "manifest", "spine", "guide"})
_SUMMARY = "schema:accessibilitySummary"
_CDATA = ("<![CDATA[", "]]>")
_MARKED_UP = re.compile(r"<(?:[a-zA-Z][^<>]*|/[a-zA-Z]+\s*)>")
_PAGE_NUMBER = re.compile(r"[ivxlcdm]+|[a-z]?\d+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:[\W\d_]|\b[IVXLC]+\b)*")
_WORD_END = re.compile(r"(?<=\w)(?!\w)|(?<=[.!?…»”)])")
_LONG = 300  # characters of an entry that is laid over the titles of the book


class Epub(XmlSyntax, TreeFormat):
    """A book: its pages, navigation page, contents (NCX), title, description and subjects.

    Its identifier, people, dates, links and ids stay. An entry of the contents is cut as the
    title that it repeats, so that both say the same in English.
    """

    name = "epub"
    suffixes = (".epub",)

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[list[Part], Zip, list[Finding]]:
        """Take a book to pieces.

        Raises:
            InputError: it is no book, is damaged, or locked by DRM.
        """
        book = _Book(Zip(data, place=name, what="an EPUB book", first=_MIMETYPE), name)
        book.refuse_locks()
        for path in book.packages():
            book.read_package(path)
        book.finish()
        return book.parts, book.archive, book.findings


@dataclass(slots=True)
class _Book:
    """What has been read of a book so far."""

    archive: Zip
    place: str
    parts: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    contents: list[tuple[str, str, str]] = field(default_factory=list)  # member, type, its name
    seen: set[str] = field(default_factory=set)  # members
    lines: set[str] = field(default_factory=set)  # of titles
    chapters: int = 0

    def xml(self, member: str) -> Xml:
        """Read a member as XML."""
        return read_xml(self.archive.read(member), place=f"{self.place}: {member}")

    def refuse_locks(self) -> None:
        """Refuse a book that only its seller's program can open.

        Raises:
            InputError: it is so.
        """
        lock = next((whose for member, whose in _LOCKS if member in self.archive), "")
        if not lock and "META-INF/encryption.xml" in self.archive:
            used = {
                e.attributes.get("Algorithm", "")
                for e in self.xml("META-INF/encryption.xml").events()
                if e.kind == "start" and _local(e) == "EncryptionMethod"
            }
            lock = "its seller's" if used - _FONTS else ""
        if lock:
            raise InputError(
                f"the book is locked by DRM ({lock}): its text cannot be read",
                place=self.place,
                next_step="get it without DRM from its publisher, and run again",
            )

    def packages(self) -> list[str]:
        """Give the packages that the container names.

        Raises:
            InputError: it names none that is there.
        """
        found = [
            e.attributes.get("full-path", "")
            for e in self.xml(_CONTAINER).events()
            if e.kind == "start" and _local(e) == "rootfile"
        ]
        named = [path for path in dict.fromkeys(map(normpath, found)) if path in self.archive]
        if not named:
            raise InputError(
                "the book names no package that is in it",
                place=f"{self.place}: {_CONTAINER}",
                next_step="open it in the program that made it, save it anew, and run again",
            )
        return named

    def read_package(self, path: str) -> None:
        """Read a package and the pages that it names, in the order of reading."""
        xml = self.xml(path)
        package = _Package(xml)
        more = f" of {path}" if self.parts else ""
        self.parts += package.parts(path, f"metadata{more}", len(self.parts))
        self.seen.add(path)
        reading = [package.items[ref] for ref in package.spine if ref in package.items]
        pages = set()
        for href, kind, properties in dict.fromkeys((*reading, *package.items.values())):
            member = _resolved(path, href, self.archive)
            if member in self.seen:
                continue
            self.seen.add(member)
            in_order = (href, kind, properties) in reading
            if member not in self.archive:
                if kind in _PAGES or kind == _NCX:
                    self.note(f"a page that the book names is not in it: {member}")
            elif kind == _NCX or "nav" in properties.split():
                self.contents.append((member, kind, "contents" if kind != _NCX else "NCX contents"))
            elif kind in _PAGES:
                self.chapters += in_order
                where = f"chapter {self.chapters}" if in_order else f"page {member}"
                self.parts.append(self.page(member, kind, where))
            elif in_order:
                pages.add(kind)
        for kind in sorted(pages):
            self.note(f"pages of the kind {kind} are left as they are")

    def note(self, message: str) -> None:
        """Add a finding on the document."""
        self.findings.append(Finding(check="document", severity="warning", message=message))

    def page(self, member: str, kind: str, where: str) -> Part:
        """Read a page."""
        place = f"{self.place}: {member}"
        source = read_source(self.archive.read(member), place=place)
        text = source.text
        page = read_page(text, read_html(text, place=place, strict=kind != "text/html"))
        self.findings += source.findings
        for block in page.blocks if not where.endswith("contents") else ():
            if block.kind == "heading":
                self.lines.update(map(_plain, _lines(block)))
        return Part(
            text=text,
            blocks=_placed(page.blocks, text, where),
            edits=page.edits,
            member=member,
            encode=source.encode,
        )

    def finish(self) -> None:
        """Read the contents: their entries are cut as the titles that they repeat."""
        for member, kind, where in self.contents:
            part = self.page(member, kind, where) if kind != _NCX else self.ncx(member)
            blocks = [
                piece
                for block in part.blocks
                for piece in self.as_titled(block)
                if not _PAGE_NUMBER.fullmatch(piece.text.strip())
            ]
            self.parts.append(replace(part, blocks=_entries(blocks, where)))

    def ncx(self, member: str) -> Part:
        """Read the contents of EPUB 2."""
        xml = self.xml(member)
        outline = Outline(
            xml.text,
            lambda e: Role.SKIP if _local(e) == "docAuthor" else Role.BLOCK,
            kind=lambda _: "heading",
        )
        edits: list[tuple[Span, str]] = []
        for event in xml.events():
            edits += _languages(xml.text, event)
            outline.feed(event)
        blocks = outline.finish()
        return Part(text=xml.text, blocks=blocks, edits=edits, member=member, encode=xml.encode)

    def as_titled(self, block: Block) -> list[Block]:
        """Cut an entry into the titles that it repeats: "1 – Le chat" of "Le chat"."""
        text = block.text
        if _plain(text) in self.lines or len(text) > _LONG or block.kind == "attribute":
            return [block]
        spans = self.laid_over(text, 0, set())
        pieces = [part_of(block, start, end) for start, end in spans or ()]
        return [p for p in pieces if p] if pieces and all(pieces) else [block]

    def laid_over(self, text: str, at: int, vain: set[int]) -> list[tuple[int, int]] | None:
        """Find stretches that are titles of the book, with nothing but numbers between them."""
        if at in vain:
            return None
        between = _BETWEEN.match(text, at)
        start = between.end() if between else at
        if start == len(text):
            return []
        for end in sorted((m.start() for m in _WORD_END.finditer(text, start)), reverse=True):
            if _plain(text[start:end]) in self.lines:
                rest = self.laid_over(text, end, vain)
                if rest is not None:
                    return [(start, end), *rest]
        vain.add(at)
        return None


class _Package:
    """A package file: its metadata, and the pages that it names."""

    def __init__(self, xml: Xml) -> None:
        self.items: dict[str, tuple[str, str, str]] = {}  # id → href, media type, properties
        self.spine: list[str] = []  # ids, in the order of reading
        self._xml = xml
        self._edits: list[tuple[Span, str]] = []
        self._said: list[tuple[int, str]] = []  # where a start tag ends → what it is called
        self._described: list[tuple[int, int]] = []  # descriptions that are spelt HTML
        self._blocks: list[Block] = []
        outline = Outline(xml.text, self._role, kind=lambda _: "heading")
        for event in xml.events():
            outline.feed(event)
        self._blocks = sorted((*self._blocks, *outline.finish()), key=lambda b: b.start)

    def parts(self, member: str, where: str, number: int) -> Iterator[Part]:
        """Give the package as a part, and its descriptions that are HTML as parts inside it.

        Args:
            member: its name in the archive.
            where: what people call it.
            number: of the first part in the document.
        """
        counts: Counter[str] = Counter()

        def placed(block: Block, at: int) -> Block:
            name = next(n for end, n in reversed(self._said) if end <= at)
            counts[name] += 1
            more = f" {counts[name]}" if counts[name] > 1 else ""
            return replace(block, where=f"{where}, {name}{more}")

        xml = self._xml
        blocks = [placed(b, b.start) for b in self._blocks]
        yield Part(
            text=xml.text, blocks=blocks, edits=self._edits, member=member, encode=xml.encode
        )
        for start, end in self._described:
            raw = xml.text[start:end]
            cdata = raw.startswith(_CDATA[0])
            text = raw[len(_CDATA[0]) : -len(_CDATA[1])] if cdata else unescape(raw)
            page = read_page(text, read_html(text, place=where))
            yield Part(
                text=text,
                blocks=[placed(b, start) for b in page.blocks],
                edits=page.edits,
                parent=number,
                at=Span(start=start, end=end),
                write=_in_cdata if cdata else spelt,
            )

    def _role(self, event: Event) -> Role:
        text, said, name = self._xml.text, event.attributes, _local(event)
        if name == "item":
            href, kind, more = (said.get(k, "") for k in ("href", "media-type", "properties"))
            self.items[said.get("id", "")] = href, kind, more
        elif name == "itemref":
            self.spine.append(said.get("idref", ""))
        elif name == "language":
            content = re.compile(r"\s*([^<\s]*)").match(text, event.end)
            if content and is_french(content[1]):
                self._edits.append((Span(start=content.start(1), end=content.end(1)), "en"))
        elif name == "reference":  # of the guide of EPUB 2
            self._said.append((event.start, "guide entry"))
            for found in attributes(text, event.start, event.end):
                block = found.name == "title" and attribute_block(text, found.start, found.end)
                self._blocks += [block] if block else []
        elif name in _FRAMES:
            self._edits += _languages(text, event)
            return Role.BLOCK
        elif name in _SAID or (name == "meta" and said.get("property") == _SUMMARY):
            return self._role_of_said(event, "summary" if name == "meta" else name)
        return Role.SKIP

    def _role_of_said(self, event: Event, name: str) -> Role:
        text = self._xml.text
        if not is_french(event.attributes.get("xml:lang", "fr")):
            return Role.SKIP
        self._edits += _languages(text, event)
        self._said.append((event.end, name))
        close = re.compile(rf"</(?:[\w.-]+:)?{_local(event)}\s*>").search(text, event.end)
        end = close.start() if close else event.end
        content = text[event.end : end]
        if _MARKED_UP.search(content if content.startswith(_CDATA[0]) else unescape(content)):
            self._described.append((event.end, end))
            return Role.SKIP
        return Role.BLOCK


# --- small things ----------------------------------------------------------------------


def _local(event: Event) -> str:
    return event.name.rpartition(":")[2]


def _in_cdata(text: str) -> str:
    return f"{_CDATA[0]}{text.replace(_CDATA[1], ']]]]><![CDATA[>')}{_CDATA[1]}"


def _languages(text: str, event: Event) -> Iterator[tuple[Span, str]]:
    """Give the edits that an element of a package or of the NCX needs."""
    if event.kind == "start" and is_french(event.attributes.get("xml:lang", "")):
        for found in attributes(text, event.start, event.end):
            if found.name == "xml:lang":
                yield Span(start=found.start, end=found.end), "en"


def _resolved(package: str, href: str, archive: Zip) -> str:
    """Give the member that a package means."""
    path = href.partition("#")[0]
    names = [normpath(join(dirname(package), p)) for p in (unquote(path), path)]
    return next((n for n in names if n in archive), names[0])


def _plain(text: str) -> str:
    return " ".join(text.split())


def _lines(block: Block) -> Iterator[str]:
    """Give the lines of a title, as its breaks cut it."""
    at = 0
    for item in block.markup:
        if item.kind == BREAK and item.covers:
            yield block.text[at : item.position]
            at = item.position + item.covers
    yield block.text[at:]


def _placed(blocks: Iterable[Block], text: str, where: str) -> list[Block]:
    """Say where the blocks of a page stand."""
    title = text.find("</title")
    titled = False
    paragraphs, values, placed = 0, 0, []
    for block in blocks:
        if block.kind == "attribute":
            values += 1
            name = f"attribute {values}"
        elif block.end <= title and block.kind == "heading" and not titled:
            titled, name = True, "page title"
        else:
            paragraphs += 1
            name = f"¶ {paragraphs}"
        placed.append(replace(block, where=f"{where}, {name}"))
    return placed


def _entries(blocks: Sequence[Block], where: str) -> list[Block]:
    return [replace(b, where=f"{where}, entry {n}") for n, b in enumerate(blocks, 1)]
