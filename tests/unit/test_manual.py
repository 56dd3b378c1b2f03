"""What is made of the commands and kept: for completion and the manual.

After a change of a command: ``PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py``.
"""

from __future__ import annotations

import os

from pipeline.cli.tree import described
from pipeline.home.commands import KEPT, from_json, kept, to_json

AGAIN = "run: PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py"


def test_the_commands_that_are_kept_are_those_that_there_are():
    text = to_json(described())
    if os.environ.get("PASSERELLE_MANUAL") == "write":
        KEPT.write_text(text, encoding="utf-8")
    assert KEPT.read_text(encoding="utf-8") == text, AGAIN


def test_commands_come_back_as_they_were_written():
    assert from_json(to_json(described())) == described() == kept()
