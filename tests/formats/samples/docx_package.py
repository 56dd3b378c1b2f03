"""A Word document, written by hand part by part: runs, notes, tables, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from formats.marked import marked
from formats.samples import Builder
from formats.samples.containers import HEAD, PIXEL, zipped

if TYPE_CHECKING:
    from collections.abc import Iterable

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NS = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'mc:Ignorable="w14"'
)
_LOOKS = {
    "b": "<w:b/>",
    "i": "<w:i/>",
    "u": '<w:u w:val="single"/>',
    "sup": '<w:vertAlign w:val="superscript"/>',
    "sub": '<w:vertAlign w:val="subscript"/>',
}
_KINDS = {  # part → root element, type of the relationship, type of the content
    "header": "hdr",
    "footer": "ftr",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_STYLES = f"""{HEAD}<w:styles {_NS}>
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="fr-FR" w:eastAsia="en-US" w:bidi="ar-SA"/>
</w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="table" w:default="1" w:styleId="T"><w:name w:val="Normal Table"/></w:style>
</w:styles>"""


class Docx(Builder):
    """A Word document; see the shapes below."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.body: list[str] = []
        self.parts: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.cut = False  # whether runs are cut as Word does
        self.title = ""
        self.extra: dict[str, str | bytes] = {}
        self.section = ""
        self._number = 100

    def number(self) -> int:
        """Give a number that nothing else has."""
        self._number += 1
        return self._number

    # --- runs

    def run(self, text: str, looks: Iterable[str] = (), *, element: str = "w:t") -> str:
        """Give a run; tabs and breaks are elements."""
        inner, plain = "", ""
        for char in text + "\0":
            if char in "\t\n\u00ad\u2011\0":
                if plain:
                    inner += f'<{element} xml:space="preserve">{escape(plain)}</{element}>'
                    plain = ""
                inner += {
                    "\t": "<w:tab/>",
                    "\n": "<w:br/>",
                    "\u00ad": "<w:softHyphen/>",
                    "\u2011": "<w:noBreakHyphen/>",
                    "\0": "",
                }[char]
            else:
                plain += char
        look = "".join(_LOOKS[name] for name in _LOOKS if name in looks)
        properties = f"<w:rPr>{look}</w:rPr>" if look else ""
        return f"<w:r>{properties}{inner}</w:r>"

    def runs(self, notation: str, *, note: str = "footnote") -> str:
        """Give a paragraph's runs."""
        text, link = "", False
        for stretch, looks in marked(notation).runs:
            if ("a" in looks) != link:
                link = "a" in looks
                self.links += [f"https://example.org/{len(self.links)}"] if link else []
                text += (
                    f'<w:hyperlink r:id="rL{len(self.links) - 1}">' if link else "</w:hyperlink>"
                )
            if "n" in looks:
                text += self.note(note)
            elif "img" in looks:
                text += self.image("")
            elif "k" in looks:
                text += self.keep(self.field(stretch, looks))
            elif self.cut:
                text += self.cut_runs(stretch, looks)
            else:
                text += self.run(stretch, looks)
        return text + ("</w:hyperlink>" if link else "")

    def cut_runs(self, text: str, looks: Iterable[str]) -> str:
        """Cut a stretch anywhere, also inside words, and strew what Word strews."""
        pieces, at = "", 0
        while at < len(text):
            end = at + self.random.randint(1, 9)
            piece = self.run(text[at:end], looks)
            piece = piece.replace("<w:r>", f'<w:r w:rsidR="00{self.random.getrandbits(24):06X}">')
            if self.random.random() < 0.3:
                language = '<w:lang w:val="fr-FR"/>'
                if "<w:rPr>" in piece:
                    piece = piece.replace("</w:rPr>", f"{language}</w:rPr>")
                else:
                    piece = piece.replace("><w:t", f"><w:rPr>{language}</w:rPr><w:t", 1)
            between = self.random.choice(
                (
                    "",
                    "",
                    '<w:proofErr w:type="spellStart"/>',
                    "<w:lastRenderedPageBreak/>",
                    f'<w:bookmarkStart w:id="{self.number()}" w:name="_B{self._number}"/>'
                    f'<w:bookmarkEnd w:id="{self._number}"/>',
                )
            )
            if "lastRendered" in between:
                between = f"<w:r>{between}</w:r>"
            pieces += piece + between
            at = end
        return pieces

    def field(self, result: str, looks: Iterable[str]) -> str:
        """Give a field with what it shows."""
        looks = set(looks) - {"k"}
        kinds = ("begin", "separate", "end")
        begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in kinds)
        code = self.run(" REF _Ref1 \\h ", element="w:instrText")
        return begin + code + separate + self.run(result, looks) + end

    def note(self, kind: str) -> str:
        """Give a note's mark; the note is one more text."""
        number = self.number()
        inner = f"<w:r><w:{kind}Ref/></w:r>" + self.run(" ")
        inner = f'<w:p><w:pPr><w:pStyle w:val="Normal"/></w:pPr>{inner}'
        inner += self.runs(self.say(self.prose.styled("i"))) + "</w:p>"
        part = self.parts.setdefault(f"{kind}s", [])
        part.append(f'<w:{kind} w:id="{number}">{inner}</w:{kind}>')
        mark = f'<w:{kind}Reference w:id="{number}"/>'
        return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>{mark}</w:r>'

    def image(self, alt: str) -> str:
        """Give a run with a picture."""
        self.extra["word/media/image1.png"] = PIXEL
        number = self.number()
        described = f" descr={quoteattr(alt)}" if alt else ""
        return (
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="360000" cy="360000"/><wp:docPr id="{number}" name="Image {number}"'
            f"{described}/><a:graphic><a:graphicData "
            'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="image1.png"/><pic:cNvPicPr/></pic:nvPicPr>'
            '<pic:blipFill><a:blip r:embed="rImage"/><a:stretch><a:fillRect/></a:stretch>'
            '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="360000" cy="360000"/>'
            '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    # --- paragraphs

    def paragraph(self, notation: str, *, style: str = "", more: str = "") -> str:
        """Give a paragraph that is one text."""
        self.say(notation)
        return self.p(self.runs(notation), style=style, more=more)

    def p(self, inner: str, *, style: str = "", more: str = "") -> str:
        """Give a paragraph of runs."""
        chosen = f'<w:pStyle w:val="{style}"/>' if style else ""
        properties = f"<w:pPr>{chosen}{more}</w:pPr>" if chosen or more else ""
        return f"<w:p>{properties}{inner}</w:p>"

    def add(self, *xml: str) -> None:
        """Add to the body."""
        self.body += xml

    def table(self, rows: Iterable[Iterable[str]]) -> str:
        """Give a table of cells that are XML."""
        text = ""
        for row in rows:
            cells = (
                f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>{c}</w:tc>' for c in row
            )
            text += f"<w:tr>{''.join(cells)}</w:tr>"
        properties = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        grid = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'
        return f"<w:tbl>{properties}{grid}{text}</w:tbl>"

    # --- the file

    def pack(self) -> bytes:
        """Zip the parts."""
        images = "word/media/image1.png" in self.extra
        related = [("rStyles", "styles", "styles.xml")]
        types = [("/word/styles.xml", "styles+xml")]
        parts: dict[str, str | bytes] = {}
        references = ""
        for kind, content in self.parts.items():
            root = _KINDS[kind]
            name = f"{kind}1.xml" if kind in ("header", "footer") else f"{kind}.xml"
            if kind in ("header", "footer"):
                references += f'<w:{kind}Reference w:type="default" r:id="r{kind}"/>'
            related.append((f"r{kind}", kind, name))
            types.append((f"/word/{name}", f"{kind}+xml"))
            parts[f"word/{name}"] = f"{HEAD}<w:{root} {_NS}>{''.join(content)}</w:{root}>"
            links = self.relations([], images=images)
            parts[f"word/_rels/{name}.rels"] = links
        section = (
            f'<w:sectPr>{references}<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" '
            'w:right="1417" w:bottom="1417" w:left="1417" w:header="708" w:footer="708" '
            'w:gutter="0"/></w:sectPr>'
        )
        overrides = "".join(
            f'<Override PartName="{name}" ContentType="{_TYPE}{type_}"/>' for name, type_ in types
        )
        core = escape(self.title)
        return zipped(
            {
                "[Content_Types].xml": f"{HEAD}<Types xmlns="
                '"http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="rels" ContentType='
                '"application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                '<Default Extension="png" ContentType="image/png"/>'
                f'<Override PartName="/word/document.xml" ContentType="{_TYPE}document.main+xml"/>'
                '<Override PartName="/docProps/core.xml" ContentType='
                '"application/vnd.openxmlformats-package.core-properties+xml"/>'
                f"{overrides}</Types>",
                "_rels/.rels": f"{HEAD}<Relationships xmlns="
                '"http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="r1" Type="{_R}/officeDocument" Target="word/document.xml"/>'
                '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/'
                'relationships/metadata/core-properties" Target="docProps/core.xml"/>'
                "</Relationships>",
                "docProps/core.xml": f"{HEAD}<cp:coreProperties xmlns:cp="
                '"http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/" '
                'xmlns:dcterms="http://purl.org/dc/terms/" '
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
                f"<dc:title>{core}</dc:title><dc:creator>Élise Martin</dc:creator>"
                "<cp:lastModifiedBy>Élise Martin</cp:lastModifiedBy></cp:coreProperties>",
                "word/document.xml": f"{HEAD}<w:document {_NS}><w:body>"
                f"{''.join(self.body)}{section}</w:body></w:document>",
                "word/styles.xml": _STYLES,
                "customXml/item1.xml": '<racine xmlns="urn:exemple">Le texte du modèle.</racine>',
                **parts,
                "word/_rels/document.xml.rels": self.relations(related, images=images),
                **self.extra,
            }
        )

    def relations(self, related: Iterable[tuple[str, str, str]], *, images: bool) -> str:
        """Give a part's relations: to other parts, to the links, to the picture."""
        rows = [f'<Relationship Id="{i}" Type="{_R}/{k}" Target="{t}"/>' for i, k, t in related]
        rows += [
            f'<Relationship Id="rL{i}" Type="{_R}/hyperlink" Target="{url}" TargetMode="External"/>'
            for i, url in enumerate(self.links)
        ]
        if images:
            rows.append(f'<Relationship Id="rImage" Type="{_R}/image" Target="media/image1.png"/>')
        return (
            f"{HEAD}<Relationships xmlns="
            '"http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{''.join(rows)}</Relationships>"
        )
