"""Control characters of an article, a glossary or a file name reach no person raw."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.cli.console import Console, clean_output, style_for
from pipeline.run import ChosenEngine
from pipeline.wording import visible

ESC, BELL, CSI, RLO, LRI, ZWSP, LRM, BOM = [
    "\x1b",
    "\x07",
    "\x9b",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200e",
    "\ufeff",
]
LINK = f"{ESC}]8;;http://evil.example{BELL}clic{ESC}]8;;{BELL}"
HOSTILE = (
    f"{ESC}[2J{ESC}[31m{LINK}{CSI}1m{RLO}{LRI}{ZWSP}{LRM}\u2028\x85\r\x00\b\x7f{BOM}\U000e0041"
)
NAMED = HOSTILE.replace("\0", "").replace("/", "")
ALLOWED = set("\n\t")
RAW = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def raw(data):
    """Give what a person must not be shown."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    return RAW.findall(text.removeprefix(BOM))  # a spreadsheet's mark


@pytest.fixture
def hostile(tmp_path, monkeypatch, fake_engine_class):
    """A folder of hostile names, articles, terms; an engine."""
    monkeypatch.chdir(tmp_path)
    engine = fake_engine_class()
    chosen = ChosenEngine(engine=engine, why=f"the fake engine {HOSTILE}")
    monkeypatch.setattr(command, "_open", lambda _settings, _say: chosen)
    (tmp_path / "in").mkdir()
    name = f"a{NAMED}\nb"
    long = "Le conseil a voté le budget de la ville hier soir. " * 40
    hostile = f"Le serveur {NAMED} est en panne.\n\nThe parliament {ESC}[1m adopted the bill."
    text = f"{long}\n\n{hostile}\n"
    (tmp_path / "in" / f"{name}.fr.txt").write_text(text, encoding="utf-8")
    (tmp_path / "in" / f"c{NAMED}\nerror: d.txt").write_bytes(b"\0\1\2" * 300)
    row = f'"serveur","zorglub{NAMED}quantique"\n"maison{NAMED}","a\nb"\n'
    (tmp_path / "terms.csv").write_text(f"source,target\n{row}", encoding="utf-8")
    hidden = f"serveur,zorglub{RLO}{ZWSP}quantique\nparliament,{LRI}glim\n"
    (tmp_path / "hidden.csv").write_text(f"source,target\n{hidden}", encoding="utf-8")
    return tmp_path


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, list(map(str, arguments)), input=stdin)


COMMANDS = {
    "translate": ("translate", "in", "-g", "hidden.csv"),
    "as json": ("translate", "in", "-g", "hidden.csv", "--json"),
    "log": ("translate", "in", "-g", "hidden.csv", "--json-log"),
    "dry run": ("translate", "in", "-g", "hidden.csv", "--dry-run"),
    "refused": ("translate", "in", "-g", "terms.csv"),
    "not there": ("translate", f"no{NAMED}where.txt"),
    "no option": ("translate", f"--no{NAMED}"),
    "no command": (f"no{NAMED}",),
    "lint": ("glossary", "lint", "terms.csv"),
    "show": ("glossary", "list", "terms.csv"),
    "report": ("quality", "report", "outputs"),
    "checks": ("quality", "checks", "outputs"),
    "checks json": ("quality", "checks", "outputs", "--json"),
    "no model": ("models", "verify", f"m{NAMED}"),
    "no memory": ("memory", "stats", f"m{NAMED}"),
}


def test_no_command_shows_a_control_character_raw(hostile):
    for name, arguments in COMMANDS.items():
        result = run(*arguments)
        assert not raw(result.stdout_bytes), (name, result.stdout)
        assert not raw(result.stderr_bytes), (name, result.stderr)
        assert result.output, name
        assert "\nerror: d.txt" not in result.output  # a file's name is no line of ours
        if "json" in name:
            assert result.stdout, (name, result.exit_code, result.stderr)
            json.loads(result.stdout)
    files = [p for p in (hostile / "outputs").iterdir() if p.suffix in {".html", ".json", ".csv"}]
    assert {p.name for p in files} >= {"report.html", "report.json", "terms.csv", "quality.csv"}
    for path in files:
        assert not raw(path.read_bytes()), path.name
    assert "\\u001b[2J" in (hostile / "outputs" / "report.html").read_text("utf-8")


def test_the_translated_document_keeps_what_the_article_had(hostile):
    run("translate", "in", "-g", "")
    (english,) = (hostile / "outputs").glob("*.en.txt")
    assert f"{ESC}[2J{ESC}[31m{ESC}]8;;" in english.read_text("utf-8")


def test_a_translation_that_is_piped_on_keeps_every_byte(hostile):
    result = run("translate", "-", "-g", "", stdin=f"Il {ESC}[1mpleut.\n")
    assert result.stdout == f"[Il {ESC}[1mpleut.]\n"
    assert not raw(result.stderr_bytes)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours_of_ours_reach_a_terminal_and_nobody_elses(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Terminal()
    console = Console(screen)
    console.write(style_for(console)(f"bad{ESC}[32m", "bad") + f" and {ESC}[31m")
    assert screen.getvalue() == f"{ESC}[31mbad\\u001b[32m{ESC}[0m and \\u001b[31m"


def test_the_streams_are_themselves_again_afterwards():
    before = sys.stdout, sys.stderr
    with clean_output(), clean_output():
        assert isinstance(sys.stdout, Console)
        assert not isinstance(sys.stdout.stream, Console)
    assert (sys.stdout, sys.stderr) == before


texts = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE + "\n\t é😀\u00a0\u202f")))


@given(texts)
def test_any_text_is_shown_without_steering_and_twice_is_as_once(text):
    shown = visible(text)
    assert not raw(shown)
    assert visible(shown) == shown
    assert [c for c in shown if c in ALLOWED] == [c for c in text if c in ALLOWED]


@given(texts)
def test_json_that_is_made_visible_has_the_same_value(text):
    assert json.loads(visible(json.dumps({"a": text}, ensure_ascii=False))) == {"a": text}


@pytest.mark.parametrize("text", ["Déjà 5 000 € — « là »…", "日本 😀 ẞ", "a\tb\nc\r\nd", ""])
def test_what_is_visible_stays(text):
    assert visible(text) == text
