"""The kinds of markup, and which of them stand for characters rather than structure."""

from __future__ import annotations

__all__ = [
    "BARE_URL",
    "BREAK",
    "EMPHASIS",
    "FRONT_MATTER",
    "LINKS",
    "REFERENCE",
    "TEXTUAL",
]

TEXTUAL = frozenset({"escape", "entity", "soft-break", "yaml"})
"""They spell plain characters (``covers`` > 0): written anew for a translation."""

BREAK = "break"
"""A hard line break or <br>: an atom that stands for one plain line feed."""

BARE_URL = "url"
"""A URL or e-mail address in running text: protected, with nothing around it."""

REFERENCE = "reference"
"""A link whose label is its own text (``[texte]``, ``[texte][]``): the label must stay."""

LINKS = frozenset({"link", REFERENCE})
EMPHASIS = frozenset({"emphasis", "strong", "strikethrough"})

FRONT_MATTER = "front-matter"
"""The kind of a block that is a value of the YAML front matter."""
