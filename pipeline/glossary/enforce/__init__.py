"""Keeping the promise: the ladder of rungs that brings a draft to an accepted form.

Enters: a `Draft` and the term base. Leaves: a `Translation` whose edits replay.
"""
