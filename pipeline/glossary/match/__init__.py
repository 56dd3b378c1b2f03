"""Seeing terms: in the French of a sentence, and their accepted forms in its English.

Enters: text and `Term` records. Leaves: spans. Nothing here changes a text.
"""
