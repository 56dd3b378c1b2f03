"""XLIFF 1.2 and 2.x: French sources, whose missing targets are written in English.

Enters: XML. Leaves: one part a unit, whose text is that of the source and which is written as
the target; all else stays byte for byte.
"""

from pipeline.documents.xliff.format import Xliff

__all__ = ["Xliff"]
