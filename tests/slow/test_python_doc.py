"""Every example of docs/PYTHON.md, with the bundled model."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).parents[2] / "docs" / "PYTHON.md"


def test_the_examples_run_as_printed(tmp_path, monkeypatch, bundled_folder):
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest(
        GUIDE.read_text(encoding="utf-8"), {}, GUIDE.name, str(GUIDE), 0
    )
    assert len(examples.examples) >= 12
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, out=said.append)
    assert runner.failures == 0, "".join(said)
