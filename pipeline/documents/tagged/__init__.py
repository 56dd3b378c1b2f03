"""Texts with tags: where each tag, text and attribute stands, and what of it is prose.

Enters: XML or HTML. Leaves: `Block`s whose markup is the tags themselves, so that all else stays
byte for byte. A format says what its elements are (`Role`).
"""

from pipeline.documents.tagged.events import Event, Xml, read_xml
from pipeline.documents.tagged.outline import Outline, Role
from pipeline.documents.tagged.page import Page, is_french, part_of, read_page
from pipeline.documents.tagged.soup import attributes, read_html
from pipeline.documents.tagged.source import read_source
from pipeline.documents.tagged.spelling import (
    CdataSyntax,
    UnquotedSyntax,
    XmlSyntax,
    attribute_block,
    spelt,
    value_span,
)

__all__ = [
    "CdataSyntax",
    "Event",
    "Outline",
    "Page",
    "Role",
    "UnquotedSyntax",
    "Xml",
    "XmlSyntax",
    "attribute_block",
    "attributes",
    "is_french",
    "part_of",
    "read_html",
    "read_page",
    "read_source",
    "read_xml",
    "spelt",
    "value_span",
]
