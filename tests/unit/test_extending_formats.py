"""A format from another distribution: the example of docs/EXTENDING.md, and broken ones."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from pipeline.documents import formats, is_supported, parse_document, raw_text, write_document
from pipeline.documents import registry as room
from pipeline.errors import InputError, UsageError

DOCS = Path(__file__).parents[2] / "docs" / "EXTENDING.md"
MENU = (
    "# À traduire\nmenu.open = Ouvrir le fichier…  \r\nmenu.help: Voir https://a.org/aide.\n\nn=\n"
)
EMPTY = """
class Other:
    name, suffixes, escapes = {name!r}, {suffixes!r}, False
    def parse(self, data, *, doc_id, name, reading):
        return 1 / 0
    write = join = spell = same = parse
"""


def example(language: str) -> str:
    """Give the first block of a language in the section on formats."""
    section = DOCS.read_text(encoding="utf-8").split("\n## A format\n")[1].split("\n## ")[0]
    match = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert match is not None
    return match[1]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put a distribution on the path: a module and its metadata."""

    def install(code: str, entry: str, name: str = "passerelle-properties") -> Path:
        module = entry.split("=")[1].split(":")[0].strip()
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[passerelle.formats]\n{entry}\n")
        monkeypatch.syspath_prepend(tmp_path)
        room._plug_ins.cache_clear()
        return tmp_path

    yield install
    for module in {"passerelle_properties", "broken_format"} & set(sys.modules):
        del sys.modules[module]
    room._plug_ins.cache_clear()


@pytest.fixture
def properties(installed):
    entry = re.search(r'"passerelle.formats"\]\n(\w+) = "(.+)"', example("toml"))
    return installed(example("python"), f"{entry[1]} = {entry[2]}")


def test_the_example_reads_and_writes_a_format_that_is_not_ours(properties):
    assert is_supported("menu.fr.PROPERTIES")
    assert [f.name for f in formats()][-1] == "properties"
    document = parse_document(MENU.encode(), doc_id="m", name="menu.fr.properties")
    assert [b.text for b in document.blocks] == ["Ouvrir le fichier…", "Voir https://a.org/aide."]
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    assert write_document(document, {}) == MENU.encode()
    written = write_document(document, {0: "Open the file…"}).decode()
    assert written == MENU.replace("Ouvrir le fichier", "Open the file")


def test_a_run_translates_a_format_that_is_not_ours(
    properties, tmp_path, translate, fake_engine_class
):
    source = tmp_path / "in" / "menu.fr.properties"
    source.parent.mkdir()
    source.write_bytes(MENU.encode())
    english = {"Ouvrir le fichier…": "Open the file…"}
    translate(
        source,
        glossary=(),
        engine=fake_engine_class(say=lambda s: english.get(s, s.replace("Voir", "See"))),
    )
    made = (tmp_path / "out" / "menu.en.properties").read_bytes().decode()
    assert made == MENU.replace("Ouvrir le fichier", "Open the file").replace("Voir", "See")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import not_installed_anywhere", "No module named 'not_installed_anywhere'"),
        ("x = 1", "has no attribute 'Other'"),
        ("class Other:\n    name = 'other'", "it has no suffixes, parse, write, escapes, join"),
        ("def Other():\n    raise RuntimeError('not today')", "RuntimeError: not today"),
        (EMPTY.format(name="text", suffixes=(".x",)), "'text' belongs to the format 'text'"),
        (EMPTY.format(name="other", suffixes=(".md",)), "'.md' belongs to the format 'markdown'"),
        (EMPTY.format(name="other", suffixes=("x",)), "its suffixes are not"),
        (EMPTY.format(name="other", suffixes=".x"), "its suffixes are not"),
        (EMPTY.format(name="other", suffixes=None), "TypeError"),
    ],
)
def test_a_broken_plug_in_is_named_with_its_distribution_and_what_to_do(installed, code, problem):
    installed(code, "other = broken_format:Other", "some-format")
    with pytest.raises(UsageError, match=r"distribution some-format 1\.0") as caught:
        is_supported("a.x")
    assert problem in caught.value.problem
    assert "uninstall" in caught.value.next_step


def test_a_broken_plug_in_does_not_matter_to_the_formats_that_come_with_the_program(installed):
    installed("import not_installed_anywhere", "other = broken_format:Other")
    assert is_supported("a.md")
    document = parse_document(b"Un mot.", doc_id="a", name="a.txt")
    assert write_document(document, {0: "A word."}) == b"A word."


def test_two_plug_ins_may_not_take_the_same_suffix(properties, installed):
    code = EMPTY.format(name="other", suffixes=(".properties",))
    installed(code, "zz = broken_format:Other", "some-format")
    with pytest.raises(UsageError, match="some-format") as caught:
        formats()
    assert "'.properties' belongs to the format 'properties'" in caught.value.problem


def test_what_fails_inside_a_plug_in_is_an_error_of_the_file(installed):
    installed(EMPTY.format(name="other", suffixes=(".x",)), "other = broken_format:Other", "some-x")
    with pytest.raises(InputError, match=r"some-x 1\.0 failed: ZeroDivisionError") as caught:
        parse_document(b"", doc_id="a", name="folder/a.x")
    assert caught.value.place == "folder/a.x"
