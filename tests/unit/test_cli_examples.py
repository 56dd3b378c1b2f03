"""Every command's help has examples, and every example runs, in a folder as a desk has it."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.tree import described

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
COMMANDS = list(described().walk())
EXAMPLES = sorted({example for command in COMMANDS for example in command.examples})

# These are parsed only.
PARSED = {
    "passerelle models install bundled": "takes a minute",
    "passerelle models install fr-en": "needs the network",
    "passerelle models check opus-mt-fr-en/ --family marian": "a model of 300 MB",
    "passerelle models info bundled --json": "takes a minute to install",
    "passerelle translate articles/ --watch": "does not end",
}
FRENCH = (
    "Le ministre a annoncé la fermeture de l’usine.",
    "Les députés ont accepté la fermeture de l’usine.",
    "Le maire a refusé la fermeture de l’usine.",
)
ENGLISH = (
    "The minister announced the closure of the factory.",
    "The MPs accepted the closure of the factory.",
    "The mayor rejected the closure of the factory.",
)
GLOSSARY = """source,target,status,case,inflect,wrong,domain,priority,note
IA,AI,,,,,,,
apprentissage profond,deep learning,,,,,,,
anticorps,antibody,,,,,medecine,,
fermeture,closure,,,,,,,
"""


def words(example):
    """Give an example's arguments, and the files that stand for its input and output."""
    found = shlex.split(example, comments=True)
    files = {"<": None, ">": None}
    for sign in files:
        if sign in found:
            at = found.index(sign)
            files[sign] = found[at + 1]
            del found[at : at + 2]
    assert found[0] == "passerelle"
    return found[1:], files["<"], files[">"]


def call(example):
    arguments, given, written = words(example)
    data = Path(given).read_bytes() if given else None
    result = CliRunner().invoke(app, arguments, input=data)
    if written:
        Path(written).write_bytes(result.stdout_bytes)
    return result


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with all that the examples name, and a home with one small model."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        at_home(patch, folder)
        fill(folder)
        for example in (
            f"passerelle models install {PACKAGE}",
            "passerelle memory import agency.tmx --out before",
            "passerelle translate articles --out before",
            "passerelle translate articles",
        ):
            result = call(example)
            assert result.exit_code == 0, result.output
    return folder


def at_home(patch, folder):
    patch.chdir(folder)
    patch.setenv("PASSERELLE_HOME", str(folder / "home"))
    patch.setenv("ARGOS_PACKAGES_DIR", str(folder / "argos"))
    patch.setenv("XDG_DATA_HOME", str(folder / "data"))
    patch.setenv("HOME", str(folder / "user"))
    patch.delenv("ZDOTDIR", raising=False)


def fill(folder):
    text = "\n\n".join(FRENCH) + "\n"
    for name in ("articles/une.fr.txt", "articles/deux.md", "article.txt"):
        write(folder / name, text)
    for name in ("references/une.en.txt", "reference.txt", "ours.txt", "article.en.txt"):
        write(folder / name, "\n\n".join(ENGLISH) + "\n")
    write(folder / "theirs.txt", "A house!\n\n" + "\n\n".join(ENGLISH[1:]) + "\n")
    write(folder / "glossary/terms.csv", GLOSSARY)
    write(folder / "client.csv", GLOSSARY)
    write(folder / "client.tsv", "fr\ten\npuce\tchip\n")
    write(folder / "set.fr", "\n".join(FRENCH) + "\n")
    write(folder / "set.en", "\n".join(ENGLISH) + "\n")
    rows = (f"{f}\t{e}\n" for f, e in zip(FRENCH, ENGLISH, strict=True))
    write(folder / "set.tsv", "".join(rows))
    write(
        folder / "corrections.csv",
        "source,target,status\nLe maire a voté.,The mayor voted.,approved\n",
    )
    write(folder / "news.csv", f"titre,texte\nLe maire,{FRENCH[0]}\n")
    write(folder / "client.tbx", tbx("puce", "chip"))
    write(folder / "agency.tmx", tmx(FRENCH[0], "He announced the closure of it."))
    shutil.copy(PACKAGE, folder / "translate-fr_en-1_9.argosmodel")
    docx(folder / "article.docx")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def tbx(french, english):
    sections = "".join(
        f'<langSec xml:lang="{code}"><termSec><term>{term}</term></termSec></langSec>'
        for code, term in (("fr", french), ("en", english))
    )
    return (
        '<?xml version="1.0"?><tbx type="TBX-Basic" style="dct" xml:lang="fr" '
        'xmlns="urn:iso:std:iso:30042:ed-2"><text><body>'
        f"<conceptEntry id='1'>{sections}</conceptEntry></body></text></tbx>"
    )


def tmx(french, english):
    sides = "".join(
        f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>'
        for code, text in (("fr", french), ("en", english))
    )
    return (
        '<?xml version="1.0"?><tmx version="1.4"><header srclang="fr"/>'
        f"<body><tu>{sides}</tu></body></tmx>"
    )


def docx(path):
    import docx as library

    made = library.Document()
    made.add_paragraph(FRENCH[0])
    made.save(str(path))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c.path))
def test_every_command_has_an_example_of_itself(command):
    own = " ".join(command.path)
    assert command.examples, f"give {own} an epilog=examples(…)"
    for example in command.examples:
        assert example.startswith(own), example
        assert len(example) <= 73, "it would not fit into a page of the manual"


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e not in PARSED])
def test_every_example_runs(example, prepared, tmp_path, monkeypatch):
    desk = tmp_path / "desk"
    shutil.copytree(prepared, desk)
    at_home(monkeypatch, desk)
    result = call(example)
    assert result.exit_code == 0, result.output
    assert result.output.strip() or words(example)[2] or "--quiet" in example, "it says nothing"


@pytest.mark.parametrize("example", sorted(PARSED))
def test_an_example_that_cannot_run_here_is_right_in_form(example):
    assert example in EXAMPLES, "it is no example any more: leave it out of the list"
    parse(example)


@pytest.mark.parametrize("wrong", ["passerelle models install", "passerelle translate x --wach"])
def test_what_is_wrong_in_form_is_seen(wrong):
    with pytest.raises(Exception, match=r"Missing parameter|No such option"):
        parse(wrong)


def parse(example):
    arguments, _, _ = words(example)
    command, parent = typer.main.get_command(app), None
    while hasattr(command, "get_command"):
        parent = command.make_context(
            arguments[0] if parent else "passerelle", arguments[:1], parent=parent
        )
        name, arguments = arguments[0], arguments[1:]
        command = command.get_command(parent, name)
    command.make_context(name, arguments, parent=parent)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c.path))
def test_help_is_at_most_80_columns_wide_and_ends_with_its_examples(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(app, [*command.path[1:], "--help"]).stdout
    assert max(map(len, shown.splitlines())) <= 80
    end = ["", "Examples:", *(f"  {example}" for example in command.examples)]
    assert shown.splitlines()[-len(end) :] == end


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("translte", "`passerelle translate`"),
        ("Translate", "`passerelle translate`"),
        ("glosary list", "`passerelle glossary`"),
        ("glossary lst", "`passerelle glossary list` or `passerelle glossary set`"),
        ("quality check", "`passerelle quality checks`"),
        ("models instal", "`passerelle models install` or "),
        ("lint", "`passerelle glossary lint`"),
        ("export", "`passerelle glossary export` or `passerelle memory export`"),
        ("pyproject.toml", "`passerelle translate pyproject.toml`"),
    ],
)
def test_a_command_that_is_none_is_told_which_was_meant(typed, meant, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    result = CliRunner().invoke(app, typed.split())
    assert result.exit_code == 2
    assert f"→ did you mean {meant}" in result.stderr


def test_a_command_that_is_like_none_is_told_where_to_look():
    result = CliRunner().invoke(app, ["memory", "zzz"])
    assert result.exit_code == 2
    assert "there is no command `passerelle memory zzz`" in result.stderr
    assert "`passerelle memory --help`" in result.stderr
