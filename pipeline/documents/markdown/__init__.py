"""Markdown to blocks of prose: what a parser says, laid over the bytes that stand there.

Enters: text. Leaves: `Block` records with their markup. The parser itself is imported only
when Markdown is read.
"""

from pipeline.documents.markdown.format import Markdown, Mdx

__all__ = ["Markdown", "Mdx"]
