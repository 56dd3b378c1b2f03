"""A run beyond one machine: the engine's answers are made elsewhere, all else happens here.

Enters: what windows lack. Leaves: answers, into the memory.
"""
