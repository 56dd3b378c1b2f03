"""Word documents and PowerPoint presentations: runs of text in archives of XML.

Enters: the archive. Leaves: its paragraphs as parts, each a text without runs, and back.
"""

from pipeline.documents.office.slides import Slides
from pipeline.documents.office.word import Word

__all__ = ["Slides", "Word"]
