"""Word documents and PowerPoint presentations: runs of text in archives of XML.

Enters: the archive. Leaves: its paragraphs as parts, each a text without runs, and back.
"""

from pipeline.documents.office.package import Package
from pipeline.documents.office.pieces import House, Look, Piece, compose
from pipeline.documents.office.slides import Slides
from pipeline.documents.office.word import Word
from pipeline.documents.office.words import settle

__all__ = ["House", "Look", "Package", "Piece", "Slides", "Word", "compose", "settle"]
