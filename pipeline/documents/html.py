"""Web pages: HTML as people write it, and XHTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.tagged import XmlSyntax, read_html, read_page, read_source
from pipeline.records import Finding

if TYPE_CHECKING:
    from pipeline.documents.base import Reading

_STRICT = re.compile(r"\s*<\?xml\s")


class Html(XmlSyntax, TreeFormat):
    """A web page: what is not prose stays byte for byte, its encoding too.

    Prose is text, and what attributes and ``<meta>`` say to readers. Code, scripts, what is
    marked ``translate="no"`` or is in another language than French stay.
    """

    name = "html"
    suffixes = (".html", ".htm", ".xhtml", ".xht")

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[list[Part], None, list[Finding]]:
        """Read a page."""
        source = read_source(data, place=name)
        text = source.text
        strict = name.lower().endswith((".xhtml", ".xht")) or _STRICT.match(text) is not None
        page = read_page(text, read_html(text, place=name, strict=strict))
        findings = [*source.findings]
        if page.untranslatable:
            findings.append(
                Finding(
                    check="document",
                    severity="warning",
                    message='the page asks not to be translated (translate="no" on its root): '
                    "left as it is",
                )
            )
        part = Part(text=text, blocks=page.blocks, edits=page.edits, encode=source.encode)
        return [part], None, findings
