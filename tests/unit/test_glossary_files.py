"""The glossary as a file among other programs: what arrives damaged, and who else writes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from pipeline.errors import GlossaryError
from pipeline.glossary.csvedit import add_row, set_row

HEADER = "source;target;status;case;inflect;wrong;domain;priority;note\n"


def test_of_many_processes_that_add_at_once_none_loses_another_ones_row(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("source,target,status\nIA,AI,\n", encoding="utf-8")
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pipeline.errors import GlossaryError\n"
        "from pipeline.glossary.csvedit import add_row\n"
        "for number in range(8):\n"
        "    source = f'Nom {sys.argv[2]} {number}'\n"
        "    try:\n"
        "        add_row(Path(sys.argv[1]), {'source': source, 'status': 'dnt'})\n"
        "        print(source)\n"
        "    except GlossaryError as error:\n"
        "        assert 'changed since' in error.problem\n"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(number)],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for number in range(3)
    ]
    told = [line for writer in writers for line in writer.communicate()[0].splitlines()]

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    rows = path.read_text(encoding="utf-8").splitlines()[2:]
    assert sorted(rows) == sorted(f"{source},,dnt" for source in told)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permission bits")
def test_an_edit_keeps_the_permissions_of_the_file(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + "IA;AI;;;;;;;\n", encoding="utf-8")
    path.chmod(0o600)
    set_row(path, "IA", {"target": "A.I."})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_write_protected_file_is_left_alone(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + "IA;AI;;;;;;;\n", encoding="utf-8")
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(GlossaryError, match="write-protected") as caught:
        add_row(path, {"source": "Grok", "status": "dnt"})
    path.chmod(0o644)
    assert caught.value.place == str(path)
    assert path.read_bytes() == before
