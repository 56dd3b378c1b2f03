"""Putting a sentence's markup back into its translation.

Enters: source, markup, target. Leaves: raw text, and findings where a place was not sure.
"""

from pipeline.documents.placing.place import Placed, place_markup

__all__ = ["Placed", "place_markup"]
