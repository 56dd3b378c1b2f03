"""Keeping the promise: the ladder of rungs that brings a draft to an accepted form.

Enters: a `Draft` and what the term base sees in its source. Leaves: a `Rendering` whose edits
replay. `assess` measures a text against its terms and makes the records of it, `repair` mends
in place, `rewording` words what a retranslation is asked, `placeholders` sends terms through as
they are, `ladder` decides. Nothing here reads a glossary file.
"""

from __future__ import annotations

from pipeline.glossary.enforce.ladder import enforce
from pipeline.glossary.enforce.placeholders import (
    NEEDED,
    calibrate,
    is_measured,
    load_shape,
    save_shape,
)
from pipeline.glossary.enforce.repair import replay, rewrite
from pipeline.glossary.enforce.rewording import hints_for

__all__ = [
    "NEEDED",
    "calibrate",
    "enforce",
    "hints_for",
    "is_measured",
    "load_shape",
    "replay",
    "rewrite",
    "save_shape",
]
