"""The glossary as a file among other programs: what arrives damaged, and who else writes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from pipeline.errors import GlossaryError
from pipeline.glossary import load_termbase
from pipeline.glossary.file import lint
from pipeline.glossary.file.edit import add_row, set_row

HEADER = "source;target;status;case;inflect;wrong;domain;priority;note\n"


def test_of_many_processes_that_add_at_once_none_loses_another_ones_row(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("source,target,status\nIA,AI,\n", encoding="utf-8")
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pipeline.errors import GlossaryError\n"
        "from pipeline.glossary.file.edit import add_row\n"
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


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b"PK\x03\x04\x14\x00" + bytes(range(256)), 0, "an Excel or OpenDocument workbook"),
        (b"\x1f\x8b\x08\x00" + bytes(range(256)), 0, "a compressed file"),
        (bytes(500), 0, "zero bytes"),
        ((HEADER + "IA;AI;;;;;;;\n").encode("utf-32"), 0, "UTF-32"),
        (HEADER.encode() + "réseau;".encode("cp1252") + b"\x8dx\n", 2, "byte 0x8D after 'réseau;'"),
        (HEADER.replace("\n", "\r").encode() + b"\xe9;\r\x81;x\r", 3, "0x81 at the start of"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le") + b"x", 2, "UTF-16-LE: byte 0x78"),
    ],
)
def test_a_file_that_is_no_text_is_called_what_it_is(tmp_path, data, line, problem):
    path = tmp_path / "terms.csv"
    path.write_bytes(data)
    (found,) = lint([path])
    assert problem in found.problem
    assert (found.file, found.line, found.severity) == (str(path), line, "error")
    assert "\x00" not in str(found)
    assert "UTF-8" in found.next_step or found.next_step.startswith(
        ("take the file from a backup", "unpack")
    )


@pytest.mark.parametrize(
    ("data", "meant"),
    [
        ("rÃ©seau;network".encode(), "réseau"),
        ("l’Å“uvre".encode("cp1252") + b";work", ""),
        ("réseau;network".encode("mac_roman"), "réseau"),
        ("Slavoj Žižek;Slavoj Žižek".encode("cp1252"), ""),
        ("Ždanov ™;x".encode("cp1252"), ""),
    ],
)
def test_accents_that_an_earlier_program_broke_are_named(tmp_path, data, meant):
    path = tmp_path / "terms.csv"
    path.write_bytes(b"source;target\n" + data + b"\n")
    found = [p for p in lint([path]) if p.code == "wrong-encoding"]
    assert [(p.line, p.column) for p in found] == ([(2, "source")] if meant else [])
    assert all(f"probably {meant!r}" in p.problem for p in found)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("source;target;statut", "status"),
        ("source;target;notes", "note"),
        ("source;target;note;notes", ""),
        ("source;target;définition;client", ""),
    ],
)
def test_a_column_whose_name_is_nearly_one_of_ours_is_named(tmp_path, header, named):
    path = tmp_path / "terms.csv"
    path.write_text(header + "\nIA;AI\n", encoding="utf-8")
    found = [p for p in lint([path]) if p.code == "unknown-column"]
    assert [p.next_step for p in found] == (
        [f"if it was meant to be {named!r}, rename it"] if named else []
    )
    assert len(load_termbase([path])) == 1


def test_a_wrong_delimiter_is_named(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text("sep=,\n" + HEADER + "IA;AI;;;;;;;\n", encoding="utf-8")
    problems = lint([path])
    assert {p.column for p in problems} == {"source", "target"}
    assert all("not ';': mend the first line, sep=" in p.next_step for p in problems)


def test_rows_inside_a_note_that_is_never_closed_are_not_lost_in_silence(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(
        HEADER + 'IA;AI;;;;;;;"unfinished\nGrok;;dnt;;;;;;\nMeta;;dnt;;;;;;x"\n', encoding="utf-8"
    )
    (found,) = lint([path])
    assert (found.code, found.line, found.column) == ("swallowed-row", 2, "note")


def test_a_message_stays_short_however_long_the_cell(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(HEADER + f" {'a' * 1_000_000};AI;{'b' * 1_000_000};;;;;;\n", encoding="utf-8")
    problems = lint([path])
    assert {p.code for p in problems} == {"outer-space", "bad-status"}
    assert all(len(str(p)) < 300 for p in problems)
