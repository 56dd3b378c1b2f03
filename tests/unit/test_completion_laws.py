"""Completion: quoting, broken set-ups, what a Tab costs, and where scripts are put."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shell_desk import environment, make_desk, needed, script_file
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.home.completion import answer
from pipeline.home.shells import SHELLS, script
from pipeline.home.words import Line, quoted


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return make_desk(tmp_path_factory.mktemp("shells"))


# --- quoting -------------------------------------------------------------------------

LETTERS = st.one_of(
    st.sampled_from("aé’« '\"\\$`!*?[](){}<>|&;#~=:%"),
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]),
)


def closed(told, quote):
    """What bash makes of an answer inside an open quote: it closes it."""
    return told if told.endswith(quote) else told + quote


@example("l'", "'")
@example('dit "oui"', '"')
@example("Yahoo!", '"')
@given(st.text(LETTERS, min_size=1), st.sampled_from(["", "'", '"']))
def test_an_answer_is_read_back_as_the_word(word, quote):
    line = f"passerelle {quote}{closed(quoted(word, quote), quote)} "
    assert Line.of(line).words == ("passerelle", word, "")


@given(st.text(LETTERS), st.text(LETTERS, min_size=1), st.sampled_from(["", "'", '"']))
def test_an_answer_goes_on_where_the_typed_word_is_broken(begin, end, quote):
    """What stays of the line, and what is put in the place of the rest, make the word."""
    typed = "passerelle " + quote + quoted(begin, quote)
    line = Line.of(typed)
    assume(line.words == ("passerelle", begin) and line.quote == quote)
    kept = len(typed) - len(quoted(begin[len(line.before) :], quote))
    assume(Line.of(typed[:kept]).value == line.before)
    rest = quoted((begin + end)[len(line.before) :], quote)
    assert Line.of(typed[:kept] + closed(rest, quote) + " ").words[1] == begin + end


def test_bash_itself_reads_back_what_it_gets():
    needed("bash")
    chance = random.Random(3)
    letters = "aé’« »'\"\\$`!*?[]{}()<>|&;#~=:%^,.-+@\u00a0\u202f œ\U0001f600"
    words = ["".join(chance.choices(letters, k=chance.randint(1, 8))) for _ in range(600)]
    lines = [
        f"printf '%s\\0' x{quote}{closed(quoted(word, quote), quote)}"
        for word in words
        for quote in ("", "'", '"')
    ]
    done = run(["bash", "--norc"], text="\n".join(lines), env={"LC_ALL": "C.UTF-8"})
    assert done.stderr == ""
    assert done.stdout.split("\0")[:-1] == [f"x{word}" for word in words for _ in range(3)]


def run(call, *, text="", env=None, cwd=None):
    return subprocess.run(
        call, input=text, env=env, cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("text", "words", "before", "quote"),
    [
        ("p a b", ("p", "a", "b"), "", ""),
        ("p a ", ("p", "a", ""), "", ""),
        ("p --out=en", ("p", "--out=en"), "--out=", ""),
        ('p "a b', ("p", "a b"), "", '"'),
        ("p 'a b", ("p", "a b"), "", "'"),
        ("p x'a b", ("p", "xa b"), "x", "'"),
        (r"p a\ b", ("p", "a b"), "", ""),
        (r"p a\:b", ("p", "a:b"), "", ""),
        ("p a:b", ("p", "a:b"), "a:", ""),
        (r'p "a\"b\x', ("p", r'a"b\x'), "", '"'),
        ("p '' ", ("p", "", ""), "", ""),
        ("p - < fi", ("p", "-", "fi"), "", ""),
        ("p - <fi", ("p", "-", "fi"), "", ""),
        ("p > a b", ("p", "b"), "", ""),
        ("", ("",), "", ""),
    ],
)
def test_a_line_is_read_as_bash_reads_it(text, words, before, quote):
    line = Line.of(text)
    assert (line.words, line.before, line.quote) == (words, before, quote)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["translate", "--SECOND"], ["--second-look"]),
        (["translate", "--engine", "BUND"], ["bundled"]),
        (["translate", "--no-such", ""], []),
        (["glossary", "set", "x", "STATUS=d"], ["STATUS=dnt"]),
    ],
)
def test_case_is_no_hindrance(typed, offered):
    assert [row.split("\t")[0] for row in answer("zsh", typed)[2:]] == offered


# --- what is wrong, and what it costs ------------------------------------------------

BROKEN = {
    "no settings": {},
    "settings that are no TOML": {"passerelle.toml": b"glossary = ["},
    "settings with an unknown key": {"passerelle.toml": b'glosary = "x"'},
    "settings that are no text": {"passerelle.toml": b"\xff\xfe\x00"},
    "settings that name no file": {"passerelle.toml": b'glossary = "none.csv"'},
    "a glossary that is no text": {"glossary/terms.csv": b"\x00\x01\x02" * 99},
    "an empty glossary": {"glossary/terms.csv": b""},
    "a glossary without the column": {"glossary/terms.csv": b"colour,size\nred,5\n"},
}


@pytest.mark.parametrize("case", BROKEN)
def test_whatever_is_broken_nothing_is_said_at_the_prompt(case, tmp_path, desk):
    for name, data in BROKEN[case].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    done = asked(desk, tmp_path, "bash", "passerelle glossary remove ")
    assert (done.returncode, done.stdout, done.stderr) == (0, "none\n\n", "")
    done = asked(desk, tmp_path, "bash", "passerelle glossary remove --f")
    assert (done.returncode, done.stdout, done.stderr) == (0, "none\n--f\n--file\n", "")


@pytest.mark.parametrize(
    "settings", ["glossary = [", 'glosary = "x"'], ids=["no TOML", "unknown key"]
)
def test_broken_settings_leave_the_glossary_that_is_there(settings, tmp_path, desk):
    (tmp_path / "passerelle.toml").write_text(settings)
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "terms.csv").write_text("source,target\nIA,AI\n")
    done = asked(desk, tmp_path, "bash", "passerelle glossary remove ")
    assert done.stdout == "none\n\nIA\n"


def test_of_several_glossaries_the_sound_ones_are_offered(tmp_path, desk):
    (tmp_path / "one.csv").write_text('source,target\nIA,AI\n"UE,EU\n')
    (tmp_path / "two.csv").write_bytes(b"\0\1")
    (tmp_path / "passerelle.toml").write_text('glossary = ["two.csv", "one.csv", "three.csv"]')
    done = asked(desk, tmp_path, "bash", "passerelle glossary remove I")
    assert done.stdout == "none\nI\nIA\n"


@pytest.mark.parametrize("arguments", [(), ("",), ("passerelle",), ("x", "y", "z")])
@pytest.mark.parametrize("shell", [*SHELLS, "tcsh"])
def test_whatever_is_asked_it_ends_well_and_in_silence(shell, arguments, tmp_path, desk):
    done = asked(desk, tmp_path, shell, *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def asked(desk, folder, shell, *arguments, more=()):
    call = [sys.executable, *more, str(desk / "bin" / "passerelle"), *arguments]
    return run(call, env=environment(desk) | {"_PASSERELLE_COMPLETE": shell}, cwd=folder)


@pytest.mark.parametrize(
    ("line", "barred"),
    [
        ("passerelle tr", {"typer", "pipeline.config"}),
        ("passerelle translate --eng", {"typer", "pipeline.config"}),
        ("passerelle translate ", {"typer", "pipeline.config", "pipeline.documents"}),
        ("passerelle translate --engine ", {"typer", "pipeline.engines"}),
        ("passerelle quality checks --only ", {"typer", "pipeline.quality"}),
        ("passerelle glossary remove ", {"typer", "pipeline.engines", "pipeline.translate"}),
        ("passerelle models info ", {"typer", "pipeline.engines", "pipeline.translate"}),
    ],
)
def test_a_tab_imports_little(line, barred, tmp_path, desk):
    done = asked(desk, tmp_path, "bash", line, more=("-X", "importtime"))
    imported = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}
    assert "pipeline.home.completion" in imported
    assert not imported & (barred | {"polars", "ctranslate2", "sentencepiece", "argostranslate"})


# --- where scripts are put -----------------------------------------------------------

PLACES = {
    "bash": ".local/share/bash-completion/completions/passerelle",
    "zsh": ".zfunc/_passerelle",
    "fish": ".config/fish/completions/passerelle.fish",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def completion(*arguments):
    return CliRunner().invoke(app, ["completion", *arguments])


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed_or_put_where_the_shell_looks(shell, home):
    assert completion(shell).stdout == script(shell)
    assert list(home.iterdir()) == []
    path = home / PLACES[shell]
    result = completion(shell, "--install")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{path}: written.\n")
    assert path.read_text() == script(shell)
    assert [p for p in home.rglob("*") if p.is_file()] == [path], "no start-up file is touched"
    assert completion(shell, "--install").stdout.startswith(f"{path}: there already.\n")
    path.write_text(script(shell).replace("COMPLETE", "OLD"))
    assert completion(shell, "--install").stdout.startswith(f"{path}: renewed.\n")
    assert path.read_text() == script(shell)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_nothing_that_is_not_ours_is_replaced(shell, kind, home):
    path = home / PLACES[shell]
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        (home / "mine").write_text(script(shell))
        path.symlink_to(home / "mine")
    else:
        path.write_text("# somebody else's\n")
    result = completion(shell, "--install")
    assert result.exit_code == 7
    assert "something else stands there" in result.stderr
    assert path.is_symlink() == (kind == "link")
    assert kind != "file" or path.read_text() == "# somebody else's\n"


CHECKS = {
    "bash": "complete -p passerelle",
    "zsh": "print -r -- $_comps[passerelle]",
    "fish": "complete -C 'passerelle transl'",
}
SEEN = {"bash": "_passerelle", "zsh": "_passerelle", "fish": "translate"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_that_help_names_loads_it(shell, desk, tmp_path):
    needed(shell)
    told = completion("--help").stdout
    row = next(row for row in told.splitlines() if f"completion {shell}" in row)
    line = row[row.index("passerelle" if shell == "fish" else "eval") :]
    flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    start = "autoload -Uz compinit && compinit -u -D\n" if shell == "zsh" else ""
    call = [shell, *flags, "-c", f"{start}{line}\n{CHECKS[shell]}"]
    done = run(call, env=environment(desk), cwd=tmp_path)
    assert done.stderr == ""
    assert SEEN[shell] in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_an_installed_script_is_found_by_the_shell(shell, desk, tmp_path):
    needed(shell)
    env = environment(desk) | {"HOME": str(tmp_path)}
    told = run([str(desk / "bin" / "passerelle"), "completion", shell, "--install"], env=env)
    lines = [row.strip() for row in told.stdout.splitlines()]
    line = {"bash": "source ", "zsh": "fpath", "fish": ""}[shell]
    start = next(row for row in lines if row.startswith(line)) if line else ""
    start = start.replace("&& compinit", "&& compinit -u")  # the folder of the test may be open
    done = run([shell, "-c", f"{start}\n{CHECKS[shell]}"], env=env, cwd=tmp_path)
    assert SEEN[shell] in done.stdout, done.stderr


def test_shellcheck_finds_nothing_in_the_script_for_bash(desk):
    needed("shellcheck")
    assert run(["shellcheck", "-s", "bash", str(script_file(desk, "bash"))]).stdout == ""
