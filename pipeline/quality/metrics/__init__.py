"""Figures: against references (BLEU, chrF, TER, with significance), and of terms.

Enters: hypotheses and references, or finished segments. Leaves: scores with their signatures.
"""
