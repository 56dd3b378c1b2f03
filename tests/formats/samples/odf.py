"""OpenDocument texts and presentations: the parts that both have, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from formats.marked import marked
from formats.samples import Builder
from formats.samples.containers import HEAD, PIXEL, zipped

if TYPE_CHECKING:
    from collections.abc import Iterable

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_NS = " ".join(
    f'xmlns:{name}="{_URN}{path}:1.0"'
    for name, path in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "meta": "meta",
        "manifest": "manifest",
    }.items()
)
_NS += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
_LOOKS = {
    "b": 'fo:font-weight="bold"',
    "i": 'fo:font-style="italic"',
    "u": 'style:text-underline-style="solid"',
    "sup": 'style:text-position="super 58%"',
    "sub": 'style:text-position="sub 58%"',
}
SIZE = 'svg:width="25cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"'


class Odf(Builder):
    """A document of either kind; see `formats.samples.odt` and `formats.samples.odp`."""

    kind = "text"

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.body: list[str] = []
        self.header: list[str] = []
        self.footer: list[str] = []
        self.title = ""
        self.cut = False  # whether spans are cut as writers do
        self.images = False
        self._looks: set[tuple[str, ...]] = set()
        self._number = 0

    def number(self) -> int:
        """Give a number that nothing else has."""
        self._number += 1
        return self._number

    # --- spans

    def spans(self, notation: str) -> str:
        """Give a paragraph's content."""
        text = ""
        for stretch, looks in marked(notation).runs:
            if "n" in looks:
                piece = self.note()
            elif "img" in looks:
                piece = self.image()
            elif "k" in looks:
                piece = self.keep(f"<text:chapter>{escape(stretch)}</text:chapter>")
            else:
                piece = self.look(stretch, tuple(name for name in _LOOKS if name in looks))
            if "a" in looks:
                link = 'xlink:type="simple" xlink:href="https://example.org/?a=1&amp;b=2"'
                piece = f"<text:a {link}>{piece}</text:a>"
            text += piece
        return text.replace(
            "</text:a><text:a " + 'xlink:type="simple" xlink:href='
            '"https://example.org/?a=1&amp;b=2">',
            "",
        )

    def look(self, stretch: str, looks: tuple[str, ...]) -> str:
        """Give a stretch in its look, cut anywhere if so wanted."""
        if not self.cut:
            return self.span(self.characters(stretch), looks)
        text, at = "", 0
        while at < len(stretch):
            end = at + self.random.randint(1, 9)
            piece = self.characters(stretch[at:end])
            text += (
                self.span(piece, looks)
                if looks
                else f'<text:span text:style-name="L">{piece}</text:span>'
            )
            if self.kind == "text" and self.random.random() < 0.2:
                text += f'<text:bookmark text:name="b{self.number()}"/>'
            elif self.kind == "text" and self.random.random() < 0.2:
                text += "<text:soft-page-break/>"
            at = end
        return text

    def span(self, inner: str, looks: tuple[str, ...]) -> str:
        """Give a span with a style of its own."""
        if not looks:
            return inner
        self._looks.add(looks)
        return f'<text:span text:style-name="T_{"_".join(looks)}">{inner}</text:span>'

    def characters(self, text: str) -> str:
        """Write characters: spaces that would be lost, tabs and breaks are elements."""
        out = ""
        for i, char in enumerate(text):
            if char == " " and ((i == 0 and self.cut) or text[i - 1 : i] == " "):
                out += "<text:s/>"
            else:
                out += {"\t": "<text:tab/>", "\n": "<text:line-break/>"}.get(char, escape(char))
        return out

    def note(self) -> str:
        """Give a footnote where its mark stands."""
        number = self.number()
        inner = self.spans(self.say(self.prose.styled("i")))
        return (
            f'<text:note text:id="ftn{number}" text:note-class="footnote"><text:note-citation>'
            f"{number}</text:note-citation><text:note-body><text:p>{inner}</text:p>"
            "</text:note-body></text:note>"
        )

    def image(self, alt: str = "") -> str:
        """Give a picture."""
        self.images = True
        described = f"<svg:desc>{escape(alt)}</svg:desc>" if alt else ""
        return (
            f'<draw:frame draw:name="Image{self.number()}" text:anchor-type="as-char" {SIZE}>'
            '<draw:image xlink:href="Pictures/i.png" xlink:type="simple" xlink:show="embed" '
            f'xlink:actuate="onLoad"/>{described}</draw:frame>'
        )

    # --- paragraphs

    def p(self, notation: str, *, tag: str = "p", more: str = "") -> str:
        """Give a paragraph that is one text."""
        return f"<text:{tag}{more}>{self.spans(self.say(notation))}</text:{tag}>"

    def box(self, inner: str) -> str:
        """Give a frame with text."""
        number = self.number()
        name = f'draw:name="F{number}" draw:style-name="G"'
        place = SIZE.replace('y="1cm"', f'y="{1 + number % 3 * 5}cm"')  # not one on the other
        return f"<draw:frame {name} {place}><draw:text-box>{inner}</draw:text-box></draw:frame>"

    def table(self, rows: Iterable[Iterable[str]]) -> str:
        """Give a table of cells that are XML."""
        text = ""
        for row in rows:
            cells = (
                f'<table:table-cell office:value-type="string">{c}</table:table-cell>' for c in row
            )
            text += f"<table:table-row>{''.join(cells)}</table:table-row>"
        columns = '<table:table-column table:number-columns-repeated="2"/>'
        return f'<table:table table:name="T{self.number()}">{columns}{text}</table:table>'

    # --- the file

    def content(self) -> str:
        """Give what stands in the body."""
        return "".join(self.body)

    def pack(self) -> bytes:
        """Zip the parts."""
        body = self.content()
        header = f"<style:header>{''.join(self.header)}</style:header>" if self.header else ""
        footer = f"<style:footer>{''.join(self.footer)}</style:footer>" if self.footer else ""
        looks = "".join(
            f'<style:style style:name="T_{"_".join(names)}" style:family="text">'
            f"<style:text-properties {' '.join(_LOOKS[n] for n in names)}/></style:style>"
            for names in sorted(self._looks)
        )
        mime = f"application/vnd.oasis.opendocument.{self.kind}"
        parts: dict[str, str | bytes] = {
            "mimetype": mime,
            "content.xml": f'{HEAD}<office:document-content {_NS} office:version="1.3">'
            f'<office:automatic-styles><style:style style:name="L" style:family="text">'
            '<style:text-properties fo:language="fr" fo:country="FR"/></style:style>'
            '<style:style style:name="G" style:family="graphic"><style:graphic-properties '
            'draw:auto-grow-width="false" fo:wrap-option="wrap"/></style:style>'
            f"{looks}</office:automatic-styles><office:body><office:{self.kind}>{body}"
            f"</office:{self.kind}></office:body></office:document-content>",
            "styles.xml": f'{HEAD}<office:document-styles {_NS} office:version="1.3">'
            '<office:styles><style:style style:name="Standard" style:family="paragraph">'
            '<style:text-properties fo:language="fr" fo:country="FR"/></style:style>'
            '</office:styles><office:automatic-styles><style:page-layout style:name="pm1"/>'
            "</office:automatic-styles><office:master-styles><style:master-page "
            f'style:name="Standard" style:page-layout-name="pm1">{header}{footer}'
            "</style:master-page></office:master-styles></office:document-styles>",
            "meta.xml": f'{HEAD}<office:document-meta {_NS} office:version="1.3"><office:meta>'
            "<meta:generator>Un outil</meta:generator>"
            f"<dc:title>{escape(self.title)}</dc:title><dc:creator>Élise Martin</dc:creator>"
            "<dc:language>fr-FR</dc:language></office:meta></office:document-meta>",
            "settings.xml": f'{HEAD}<office:document-settings {_NS} office:version="1.3"/>',
        }
        entries = {"/": mime, **{n: "text/xml" for n in parts if n != "mimetype"}}
        if self.images:
            parts["Pictures/i.png"] = PIXEL
            entries["Pictures/i.png"] = "image/png"
        listed = "".join(
            f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{type_}"/>'
            for name, type_ in entries.items()
        )
        parts["META-INF/manifest.xml"] = (
            f'{HEAD}<manifest:manifest xmlns:manifest="{_URN}manifest:1.0" '
            f'manifest:version="1.3">{listed}</manifest:manifest>'
        )
        return zipped(parts, stored=("mimetype",))


# --- shapes that both have -----------------------------------------------------------


def looks(d: Odf) -> None:
    d.body += [d.p(d.prose.styled(look)) for look in ("b", "i", "u", "sup", "sub", "a")]
    d.body.append(d.p(d.prose.styled("b", "i", "a") + " " + d.prose.styled("a", "b")))


def nested_looks(d: Odf) -> None:
    who, does, *rest = d.prose.parts()
    d.body.append(d.p(f"{who} <b>{does} <i>{' '.join(rest)}</i></b>."))
    who, does, *rest = d.prose.parts()
    d.body.append(d.p(f"<b>{who}</b> <a>{does} <b>{' '.join(rest)}</b></a>."))


def words_cut_into_spans(d: Odf) -> None:
    d.cut = True
    d.body += [d.p(d.prose.styled("b") + " " + d.prose.sentence()) for _ in range(4)]
    d.cut = False


def spaces_tabs_and_breaks(d: Odf) -> None:
    d.body.append(d.p(f"{d.prose.title()}\t{d.prose.title()}"))
    d.body.append(d.p(f"{d.prose.sentence()}\n{d.prose.sentence()}"))
    d.body.append(d.p(f"{d.prose.styled('b')}\n{d.prose.styled('i')}"))
    d.body.append(f'<text:p>{d.say(d.prose.sentence())}<text:s text:c="4"/>42</text:p>')
    d.texts[-1] += "    42"


def tables(d: Odf) -> None:
    d.body.append(
        d.table([[d.p(d.prose.title()), d.p(d.prose.styled("b"))] for _ in range(2)])
        + d.table([[d.p(d.prose.sentence()) + d.p(d.prose.title()), "<text:p>12,50</text:p>"]])
    )
    d.texts.append("12,50")


def characters_to_escape(d: Odf) -> None:
    d.body.append(d.p(f"{d.prose.title()} &amp; {d.prose.title()} &lt; dix."))
    d.body.append(d.p(f"«\u00a0{d.prose.title()}\u00a0» : c’est l’été."))


def document_title(d: Odf) -> None:
    d.title = d.title or d.say(d.prose.title())
    d.body.append(d.p(d.prose.sentence()))


def lists(d: Odf) -> None:
    inner = f"<text:list><text:list-item>{d.p(d.prose.title())}</text:list-item></text:list>"
    item = f"<text:list-item>{d.p(d.prose.styled('b'))}{inner}</text:list-item>"
    d.body.append(
        f"<text:list>{item}<text:list-item>{d.p(d.prose.title())}</text:list-item></text:list>"
    )


def whole_paragraph_in_a_look(d: Odf) -> None:
    d.body.append(d.p(f"<b>{d.prose.sentence()}</b>"))
    d.body.append(d.p(f"<a>{d.prose.title()}</a>"))


SHAPES = (
    looks,
    nested_looks,
    words_cut_into_spans,
    spaces_tabs_and_breaks,
    tables,
    characters_to_escape,
    document_title,
    lists,
    whole_paragraph_in_a_look,
)
