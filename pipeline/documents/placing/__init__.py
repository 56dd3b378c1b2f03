"""Putting a sentence's markup back into its translation.

Enters: source, markup, target. Leaves: raw text, and findings where a place was not sure.
"""
