"""Checks that need no reference: each looks at one source and its translation.

Enters: a `Pair`. Leaves: `Finding` records. Nothing here knows tables, reports or references.
"""
