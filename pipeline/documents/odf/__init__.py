"""OpenDocument: texts and presentations, in an archive or as one flat file."""

from pipeline.documents.odf.format import Odp, Odt

__all__ = ["Odp", "Odt"]
