"""Markdown to blocks of prose: what a parser says, laid over the bytes that stand there.

Enters: text. Leaves: `Block` records with their markup.
"""
