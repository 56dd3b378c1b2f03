"""Touch-ups: what editors change in every translation, done by rule and counted.

Titles, numbers, hours, dates, quotes, spaces, apostrophes and spelling, each one function of
a sentence's French and English.
"""

from pipeline.touchups.base import Change, Sentence, Style, TouchUp, is_curly, touchup
from pipeline.touchups.names import told_names
from pipeline.touchups.touching import TOUCH_UPS, Touched, touch_up

__all__ = [
    "TOUCH_UPS",
    "Change",
    "Sentence",
    "Style",
    "TouchUp",
    "Touched",
    "is_curly",
    "told_names",
    "touch_up",
    "touchup",
]
