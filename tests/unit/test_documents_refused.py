"""Files that are not read: named, with what to do; and what the ending does not tell."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.config import Settings
from pipeline.documents import Reading, is_supported, parse_document
from pipeline.documents.refused import _OF
from pipeline.errors import ConfigError, InputError
from pipeline.run import ChosenEngine


@pytest.fixture
def run(fake_engine_class, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chosen = ChosenEngine(engine=fake_engine_class(), why="the fake engine")
    monkeypatch.setattr(command, "_open", lambda _settings, _say: chosen)
    return lambda *told, stdin=None: CliRunner().invoke(app, [*told], input=stdin)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("thèse finale.PDF", ["PDF files are not read", "pdftotext 'thèse finale.PDF'"]),
        ("a.rst", ["reStructuredText", "pandoc a.rst -o a.md"]),
        ("a.adoc", ["AsciiDoc", "asciidoctor a.adoc"]),
        ("a.tex", ["LaTeX", "pandoc a.tex -o a.docx"]),
        ("a.rtf", ["soffice --headless --convert-to docx a.rtf"]),
        ("a.doc", ["--convert-to docx"]),
        ("a.xls", ["--convert-to xlsx"]),
        ("a.docm", ["with macros", "without macros, as .docx"]),
        ("a.mobi", ["ebook-convert a.mobi a.epub"]),
        ("a.zip", ["unpack it"]),
        ("a.xyz", ["no format is known for .xyz", "--format"]),
        ("a", ["a name without an ending", "--format"]),
    ],
)
def test_a_kind_that_is_not_read_is_named_with_what_to_do(name, words, tmp_path, run) -> None:
    with pytest.raises(InputError) as caught:
        parse_document(b"Un mot.", doc_id="a", name=name)
    assert all(word in f"{caught.value.problem} {caught.value.next_step}" for word in words)
    (tmp_path / name).write_bytes(b"Un mot.")
    result = run("translate", str(tmp_path / name), "--out", str(tmp_path / "o"))
    assert result.exit_code == 3
    assert all(word in result.output.replace("\n", " ") for word in words[:1])


def test_nothing_is_refused_that_is_read() -> None:
    assert not [suffix for suffix in _OF if is_supported(f"a{suffix}")]


def test_the_format_is_said_where_the_ending_says_little() -> None:
    told = Reading(format="markdown")
    for name in ("a.txt", "a.xyz", "a"):
        document = parse_document(b"Un **mot**.", doc_id="a", name=name, reading=told)
        assert (document.format, document.blocks[0].text) == ("markdown", "Un mot.")
    kept = parse_document(b"Un **mot**.", doc_id="a", name="a.mdx", reading=told)
    assert kept.format == "mdx"


def test_a_format_that_nobody_knows_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="markdown"):
        Settings.of(format="wordperfect")


def test_standard_input_and_named_files_take_the_format_that_is_said(tmp_path, run) -> None:
    result = run("translate", "-", "--format", "markdown", stdin="Un **mot** simple.\n")
    assert result.exit_code == 0, result.output
    assert "**" in result.output
    for name in ("a.page", "b.page"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text("Un **mot** simple.")
    told = ("--format", "markdown", "--out", str(tmp_path / "o"))
    result = run("translate", str(tmp_path / "in" / "a.page"), *told)
    assert result.exit_code == 0, result.output
    assert "**" in (tmp_path / "o" / "a.en.page").read_text()
    # In a folder the ending decides: what is not named is not guessed at.
    assert run("translate", str(tmp_path / "in"), *told).exit_code == 2
