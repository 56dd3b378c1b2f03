"""The whole command line in a process of its own, with the fake engine.

Usage: python passerelle_with_fake_engine.py LOG DELAY WINDOW STEP [passerelle's arguments]

LOG takes every sentence that the engine is asked for; DELAY is seconds per sentence; WINDOW
and STEP are how many segments and tokens go together. Used by tests that kill, interrupt
or starve real processes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fake_engine import FakeOpener

import pipeline.cli.translate as command
from pipeline.cli import main

log, delay, window, step = sys.argv[1:5]
command._open = FakeOpener(log=Path(log), delay=float(delay), window=int(window), step=int(step))
sys.argv = ["passerelle", *sys.argv[5:]]
main()
