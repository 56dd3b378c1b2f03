"""What is made of the commands and kept: for completion and the manual.

After a change of a command: ``PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py``.
"""

from __future__ import annotations

import json
import os

import pytest

from pipeline.cli.tree import described, known
from pipeline.home.commands import KEPT, from_json, kept, to_json
from pipeline.home.completion import KNOWN

AGAIN = "run: PASSERELLE_MANUAL=write pytest tests/unit/test_manual.py"


MADE = {
    KEPT: lambda: to_json(described()),
    KNOWN: lambda: json.dumps(known(), ensure_ascii=False, indent=1) + "\n",
}


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_what_is_kept_of_the_commands_is_what_they_say(path):
    text = MADE[path]()
    if os.environ.get("PASSERELLE_MANUAL") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, AGAIN


def test_commands_come_back_as_they_were_written():
    assert from_json(to_json(described())) == described() == kept()
