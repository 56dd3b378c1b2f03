"""Books, written by hand: EPUB 2 with its NCX, EPUB 3 with its navigation page, and both."""

from __future__ import annotations

from html import escape

from formats.samples import Sample, made, mixed
from formats.samples import html as pages
from formats.samples.containers import HEAD, zipped
from formats.samples.html import Html

_TYPES = {"xhtml": "application/xhtml+xml", "css": "text/css", "ncx": "application/x-dtbncx+xml"}
_EPUB2 = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
    '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
)


class Epub(Html):
    """A book of chapters: what is put into the body stands in the last of them."""

    versions = "23"  # "2", "3", or "23": of both kinds of contents

    def __init__(self, seed: str) -> None:
        super().__init__(seed, strict=True)
        self.chapters: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.description = ""

    @property
    def modern(self) -> bool:
        """Say whether it is EPUB 3."""
        return "3" in self.versions

    def turn(self) -> None:
        """End a chapter; its title stands in its head, over its text and in the contents."""
        title = self.prose.title()
        self.texts += [title] * (3 if "2" in self.versions else 2)
        self.texts += [f"<a>{title}</a>"] if self.modern else []
        number = len(self.chapters) + 1
        notes = "".join(self.notes)
        kind = _EPUB2 if not self.modern else "<!DOCTYPE html>"
        more = ' lang="fr"' if self.modern else ""
        self.chapters.append(
            (
                title,
                f'<?xml version="1.0" encoding="utf-8"?>\n{kind}\n'
                '<html xmlns="http://www.w3.org/1999/xhtml" '
                'xmlns:epub="http://www.idpf.org/2007/ops" '
                f'xml:lang="fr"{more}>\n<head><title>{escape(title)}</title>'
                '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body>\n'
                f'<h1 id="t{number}">{escape(title)}</h1>\n'
                + "\n".join(self.body)
                + notes
                + "\n</body>\n</html>\n",
            )
        )
        if not self.modern:
            name, page = self.chapters[-1]
            page = page.replace(' xmlns:epub="http://www.idpf.org/2007/ops"', "")
            self.chapters[-1] = name, page
        self.body, self.notes = [], []

    def pack(self) -> bytes:
        """Zip the book."""
        if self.body or not self.chapters:
            self.turn()
        title = self.say(self.prose.title())
        names = [f"c{i}.xhtml" for i in range(1, len(self.chapters) + 1)]
        files = [*names, "style.css"]
        parts = {
            f"OEBPS/{name}": page for name, (_, page) in zip(names, self.chapters, strict=True)
        }
        if "3" in self.versions:
            files.append("nav.xhtml")
            parts["OEBPS/nav.xhtml"] = self.nav(names)
        if "2" in self.versions:
            files.append("toc.ncx")
            self.say(title)
            parts["OEBPS/toc.ncx"] = self.ncx(title, names)
        container = (
            f'{HEAD}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:'
            'container"><rootfiles><rootfile full-path="OEBPS/content.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>'
        )
        first = {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/content.opf": self.opf(title, files, names),
        }
        style = {"OEBPS/style.css": "p { margin: 0 } /* le style */"}
        return zipped({**first, **parts, **style}, stored=("mimetype",))

    def opf(self, title: str, files: list[str], names: list[str]) -> str:
        """Give the package: metadata, files, their order."""
        items = "".join(
            f'<item id="{name.replace(".", "-")}" href="{name}" '
            f'media-type="{_TYPES[name.rsplit(".")[-1]]}"'
            f"{' properties=' + chr(34) + 'nav' + chr(34) if name == 'nav.xhtml' else ''}/>"
            for name in files
        )
        spine = "".join(f'<itemref idref="{name.replace(".", "-")}"/>' for name in names)
        described = f"<dc:description>{escape(self.description)}</dc:description>"
        modified = '<meta property="dcterms:modified">2026-03-02T09:30:00Z</meta>'
        return (
            f'{HEAD}<package xmlns="http://www.idpf.org/2007/opf" '
            f'version="{"3.0" if self.modern else "2.0"}" unique-identifier="id">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<dc:identifier id="id">urn:uuid:7f1cba0e-0c0a-4d7b-9f5e-2f7d3b1f0a11</dc:identifier>'
            f"<dc:title>{escape(title)}</dc:title><dc:language>fr</dc:language>"
            f"<dc:creator>Élise Martin</dc:creator>{described if self.description else ''}"
            f"{modified if self.modern else ''}</metadata><manifest>{items}</manifest>"
            f"<spine{' toc=' + chr(34) + 'toc-ncx' + chr(34) if '2' in self.versions else ''}>"
            f"{spine}</spine></package>"
        )

    def nav(self, names: list[str]) -> str:
        """Give the navigation page."""
        contents = self.say(self.prose.title())
        self.say(contents)
        entries = "".join(
            f'<li><a href="{name}#t{i}">{escape(title)}</a></li>'
            for i, (name, (title, _)) in enumerate(zip(names, self.chapters, strict=True), 1)
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
            f'lang="fr" xml:lang="fr"><head><title>{contents}</title></head><body>'
            f'<nav epub:type="toc"><h2>{contents}</h2><ol>{entries}</ol></nav></body></html>'
        )

    def ncx(self, title: str, names: list[str]) -> str:
        """Give the contents of EPUB 2."""
        points = "".join(
            f'<navPoint id="p{i}" playOrder="{i}"><navLabel><text>{escape(text)}</text></navLabel>'
            f'<content src="{name}#t{i}"/></navPoint>'
            for i, (name, (text, _)) in enumerate(zip(names, self.chapters, strict=True), 1)
        )
        return (
            f'{HEAD}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" '
            'xml:lang="fr"><head><meta name="dtb:uid" '
            'content="urn:uuid:7f1cba0e-0c0a-4d7b-9f5e-2f7d3b1f0a11"/></head>'
            f"<docTitle><text>{escape(title)}</text></docTitle><docAuthor><text>Élise Martin"
            f"</text></docAuthor><navMap>{points}</navMap></ncx>"
        )


class Epub2(Epub):
    """A book of the old kind only."""

    versions = "2"


class Epub3(Epub):
    """A book of the new kind only."""

    versions = "3"


def several_chapters(d: Epub) -> None:
    for _ in range(3):
        d.block("p", d.prose.styled("b"))
        d.turn()


def notes_at_the_end(d: Epub) -> None:
    for number in range(len(d.notes) + 1, len(d.notes) + 3):
        text = pages.inline(d.say(d.prose.styled("n"))).replace(
            '"#n1">1<', f'"#n{number}">{number}<'
        )
        d.body.append(f"<p>{text}</p>")
        kind = ' epub:type="footnote"' if d.modern else ""
        tag = "aside" if d.modern else "div"
        note = pages.inline(d.say(d.prose.styled("i")))
        d.notes.append(f'<{tag}{kind} id="n{number}"><p>{note}</p></{tag}>')


def description(d: Epub) -> None:
    d.description = d.description or d.say(d.prose.sentences(2))
    d.block("p", d.prose.sentence())


def links_between_chapters(d: Epub) -> None:
    d.block("p", d.prose.sentence())
    d.turn()
    text = pages.inline(d.say(d.prose.styled("a")), href="c1.xhtml#t1")
    d.body.append(f"<p>{text}</p>")


_SHAPES = (
    several_chapters,
    notes_at_the_end,
    description,
    links_between_chapters,
    pages.nested_looks,
    pages.entities,
    pages.tables,
    pages.lists,
    pages.definitions,
    pages.breaks,
    pages.code_in_sentences,
    pages.lines_that_mean_nothing,
)
_OLD = tuple(s for s in _SHAPES if s is not pages.code_in_sentences)
_MIXED = tuple(s for s in _SHAPES if s not in (several_chapters, links_between_chapters))


MIXED = {"epub": (Epub, _MIXED)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    return (
        *made("epub", Epub, (*_SHAPES, *mixed(4, _MIXED))),
        *made("epub", Epub2, _OLD, prefix="epub2-"),
        *made("epub", Epub3, _SHAPES, prefix="epub3-"),
    )
