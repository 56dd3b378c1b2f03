"""What shells offer after a Tab: asked of bash, zsh and fish themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pexpect
import pytest
from shell_desk import REPOSITORY, TERMS, environment, make_desk, needed, script_file

from pipeline.home.shells import SHELLS
from pipeline.home.words import Line

RUN = {"articles/", "english/", "glossary/", "client.csv", "archive.jsonl"}
CSV = {"articles/", "english/", "glossary/", "client.csv"}
COMMANDS = {"translate", "config", "glossary", "memory", "models", "quality", "completion"}


# line → what must be offered, what must not; "=" before the first: nothing else is offered
LINES: dict[str, tuple[set[str], set[str]]] = {
    "passerelle ": (COMMANDS, {"--help", "client.csv"}),
    "passerelle gl": ({"=", "glossary"}, set()),
    "passerelle zz": ({"="}, set()),
    "passerelle --ver": ({"=", "--version"}, set()),
    "passerelle glossary ": ({"list", "add", "set", "remove", "lint"}, {"translate"}),
    "passerelle glossary re": ({"=", "remove"}, set()),
    "passerelle nonsense ": ({"="}, set()),
    "passerelle translate ": ({"=", *RUN}, {"notes.pdf", "memory.sqlite", "client.tbx"}),
    "passerelle translate articles/": (
        {"=", "articles/une.txt", "articles/deux.MD", "articles/l'été à Nice.docx"},
        {"articles/photo.jpg"},
    ),
    "passerelle translate articles/une.txt ar": ({"=", "articles/", "archive.jsonl"}, set()),
    "passerelle translate --s": ({"--strict", "--second-look", "--stdin-name"}, {"--engine"}),
    "passerelle translate --strict -": ({"--out", "-o", "--help"}, {"--strict", "--no-strict"}),
    "passerelle translate --glossary a.csv --glos": ({"=", "--glossary"}, set()),
    "passerelle translate --engine ": ({"auto", "argos", "bundled", "server"}, {"articles/"}),
    "passerelle translate --engine=b": ({"=", "--engine=bundled"}, set()),
    "passerelle translate --second-look ": ({"=", "off", "french", "full"}, set()),
    "passerelle translate --variant ": ({"=", "us", "uk"}, set()),
    "passerelle translate --lines k": ({"=", "keep"}, set()),
    "passerelle translate --clock ": ({"=", "12", "24"}, set()),
    "passerelle translate --mark ": ({"=", "none", "fuzzy", "note"}, set()),
    "passerelle translate --format ": ({"markdown", "html", "docx"}, {"articles/"}),
    "passerelle translate --family m": ({"=", "marian", "m2m100", "madlad", "mbart50"}, set()),
    "passerelle translate --profile tr": ({"=", "translategemma"}, set()),
    "passerelle translate --model argos": ({"=", "argos-fr-en"}, set()),
    "passerelle translate --beam ": ({"="}, set()),
    "passerelle translate --domain ": ({"=", "presse", "droit", "santé"}, set()),
    "passerelle translate --out ": ({"=", "articles/", "english/", "glossary/"}, set()),
    "passerelle translate --out=en": ({"=", "--out=english/"}, set()),
    "passerelle translate -o e": ({"=", "english/"}, set()),
    "passerelle translate -g ": ({"=", *CSV}, {"client.tbx"}),
    "passerelle translate --memory m": ({"=", "memory.sqlite"}, set()),
    "passerelle glossary remove ": ({"IA", "intelligence artificielle"}, {"-tiret", "deux"}),
    "passerelle glossary remove rou": ({"="}, set()),
    "passerelle glossary remove env": ({"="}, set()),
    "passerelle glossary remove int": ({"=", "intelligence artificielle"}, set()),
    "passerelle glossary remove l": ({"=", "l'Élysée", "l’Assemblée", 'le "plan B"'}, set()),
    "passerelle glossary remove -- -ti": ({"=", "-tiret"}, set()),
    "passerelle glossary list ju": ({"=", "jumeau numérique"}, set()),
    "passerelle glossary add ": ({"="}, set()),
    "passerelle glossary set IA ": ({"target=", "status=", "note="}, {"IA"}),
    "passerelle glossary set IA status=": (
        {"=", "status=preferred", "status=dnt", "status=forbidden"},
        set(),
    ),
    "passerelle glossary set IA note=x st": ({"=", "status="}, set()),
    "passerelle glossary remove --file 'client.csv' ": ({"=", "terme du client"}, set()),
    "passerelle glossary remove --file client.csv ": ({"=", "terme du client"}, set()),
    "passerelle glossary import client.": ({"=", "client.csv", "client.tbx"}, set()),
    "passerelle glossary lint ": ({"=", *CSV}, set()),
    "passerelle models info ": ({"=", "argos-fr-en"}, set()),
    "passerelle models install fr": ({"=", "fr-en", "fr_en.argosmodel"}, set()),
    "passerelle quality score x -m ": ({"=", "bleu", "chrf", "chrf++", "ter"}, set()),
    "passerelle quality checks --only n": ({"numbers", "names", "negation"}, {"empty"}),
    "passerelle quality checks --fail-on ": ({"=", "error", "warning", "info"}, set()),
    "passerelle quality score x --fail-under ch": ({"=", "chrf=", "chrf++="}, set()),
    "passerelle quality compare --test ": ({"=", "bs", "ar"}, set()),
    "passerelle quality report e": ({"=", "english/"}, set()),
    "passerelle completion ": ({"=", "bash", "zsh", "fish"}, set()),
    "passerelle config --": ({"=", "--json", "--help"}, set()),
}


# --- what is offered -----------------------------------------------------------------

BASH = r"""
source "$SCRIPT"
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
while IFS= read -r line; do
    COMP_LINE=$line COMP_POINT=${#line}
    _passerelle passerelle
    printf '%s\0' "${COMPREPLY[@]}" END
done
"""
FISH = r"""
source $SCRIPT
while read -l line
    for found in (complete -C "$line")
        printf '%s\0' (string split -f 1 \t -- $found)
    end
    printf 'END\0'
end
"""
ZSH = r"""
PS1= RPS1= PS2=; unsetopt zle_bracketed_paste beep prompt_cr prompt_sp
autoload -Uz compinit && compinit -u -D
source $SCRIPT
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && printf '%s\0' "$IPREFIX${^hits[@]}" >> $CAUGHT
  builtin compadd "$@"
}
catch() { _main_complete "$@"; printf 'END\0' >> $CAUGHT; compstate[insert]= compstate[list]= }
zle -C catch list-choices catch
bindkey '^I' catch
print READY
"""


def bash_offers(desk, lines):
    return piped(desk, ["bash", "--norc", "-c", BASH], "bash", lines)


def fish_offers(desk, lines):
    return piped(desk, ["fish", "--no-config", "-c", FISH], "fish", lines)


def piped(desk, call, shell, lines):
    done = subprocess.run(
        call,
        input="".join(f"{line}\n" for line in lines),
        env=environment(desk) | {"SCRIPT": str(script_file(desk, shell))},
        cwd=desk / "desk",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == ""
    return parted(done.stdout, lines)


def parted(text, lines):
    groups = text.split("END\0")[:-1]
    return {
        line: [each for each in group.split("\0") if each]
        for line, group in zip(lines, groups, strict=True)
    }


def zsh_offers(desk, lines):
    caught, start = desk / "caught", desk / "start.zsh"
    caught.write_text("")
    start.write_text(ZSH)
    more = {"SCRIPT": str(script_file(desk, "zsh")), "CAUGHT": str(caught)}
    child = pexpect.spawn(
        "zsh",
        ["-f", "-i"],
        env=environment(desk) | more,
        cwd=desk / "desk",
        encoding="utf-8",
        timeout=60,
        dimensions=(50, 250),
    )
    child.sendline(f"source {start}")
    child.expect("READY\r\n")
    for number, line in enumerate(lines, 1):
        child.send(f"\x15{line}\t")
        until = time.monotonic() + 60
        while caught.read_text().count("END\0") < number:
            assert time.monotonic() < until, (line, child.before)
            time.sleep(0.02)
    child.close(force=True)
    found = parted(caught.read_text(), lines)
    # zsh quotes names of files itself, and gives them without the folder that was typed.
    return {line: [each.replace("\\", "") for each in group] for line, group in found.items()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk's folder, an empty home, and a `passerelle` on the path."""
    return make_desk(tmp_path_factory.mktemp("shells"))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_line_is_offered_what_may_stand_there(shell, desk):
    needed(shell)
    ask = {"bash": bash_offers, "zsh": zsh_offers, "fish": fish_offers}[shell]
    found = ask(desk, list(LINES))  # once: to start a shell takes long
    wrong = {line: found[line] for line in LINES if not fits(shell, line, found[line])}
    assert wrong == {}


def fits(shell, line, found):
    must, must_not = ({_seen(shell, line, word) for word in words} for words in LINES[line])
    seen = {_dequoted(shell, word) for word in found}
    hidden = any(c < " " or c == "\u202e" for word in found for c in word)
    exactly = seen == must - {"="} if "=" in must else must <= seen
    return exactly and not hidden and not must_not & seen


def _seen(shell, line, word):
    """Give an offer as a shell has it: bash only what follows the last break, zsh no folders."""
    if word == "=":
        return word
    if shell != "fish":
        word = word.rstrip("/")
    if shell == "bash" and line.rpartition(" ")[2].find("=") > 0:
        return word.partition("=")[2]
    if shell == "zsh" and word.startswith("articles/"):
        return word.removeprefix("articles/")
    return word


def _dequoted(shell, word):
    return Line.of(word).words[0] if shell == "bash" and "\\" in word else word


# --- what is put on the line ---------------------------------------------------------

# The terms are handed over at once here: what is tried is the way from there to the command.
QUICK = """
from pipeline.home import completion
terms = completion.Offers(words=tuple((term, "") for term in {terms!r}))
completion._SOURCES = dict(completion._SOURCES) | {{"glossary remove source": terms}}
completion.serve()
"""
SPECIAL = '"$`!\\'


# what is typed before Tab and Enter → what the command gets
WHOLE = {
    "tr": ["translate"],
    "translate --strict --vari": ["translate", "--strict", "--variant"],
    "translate articles/l": ["translate", "articles/l'été à Nice.docx"],
    'translate "articles/l': ["translate", "articles/l'été à Nice.docx"],
    "translate --engine=b": ["translate", "--engine=bundled"],
    "translate --out=en": ["translate", "--out=english/"],
    "translate -g cli": ["translate", "-g", "client.csv"],
    "glossary set IA status=d": ["glossary", "set", "IA", "status=dnt"],
    'glossary set IA "status=d': ["glossary", "set", "IA", "status=dnt"],
    "glossary set 'IA' ta": ["glossary", "set", "IA", "target="],
    "models install fr_": ["models", "install", "fr_en.argosmodel"],
    "completion z": ["completion", "zsh"],
    "translate notes": ["translate", "notes"],
}


def typed(term, quote):
    """Give what a person types of a term, as little as tells it from the others, or None."""
    length = next(
        n
        for n in range(1, len(term) + 1)
        if sum(other.casefold().startswith(term[:n].casefold()) for other in TERMS) == 1
        or n == len(term)
    )
    begin = term[:length]
    if not quote:
        return "".join(c if c.isalnum() else f"\\{c}" for c in begin)
    barred = SPECIAL if quote == '"' else "'\\"
    return None if any(c in barred for c in begin) else quote + begin


def way_of(shell):
    if shell == "bash":
        return ["bash", ["--norc", "-i"]]
    return ["zsh", ["-f", "-i"]] if shell == "zsh" else ["fish", ["--no-config", "-i"]]


@pytest.mark.parametrize(
    ("shell", "quotes"),
    [
        ("bash", ""),
        *(
            pytest.param(shell, quotes, marks=pytest.mark.slow)
            for shell, quotes in (("zsh", ""), ("fish", ""), *((s, "'\"") for s in SHELLS))
        ),
    ],
)
def test_a_term_comes_to_the_command_as_it_is_whatever_is_in_it(shell, quotes, desk, tmp_path):
    needed(shell)
    program = tmp_path / "bin" / "passerelle"
    program.parent.mkdir()
    called = tmp_path / "called"
    called.touch()
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"sys.path.insert(0, {str(REPOSITORY)!r})\n"
        f"if '_PASSERELLE_COMPLETE' in os.environ:{indented(QUICK.format(terms=TERMS))}"
        f"else:\n    with open({str(called)!r}, 'a+') as file:\n"
        "        print(json.dumps(sys.argv[1:]), file=file)\n"
        "        file.seek(0)\n"
        "        print(f'CALLED {len(file.readlines())}.')\n"
    )
    program.chmod(0o755)
    tries = {} if quotes else dict(WHOLE)
    for quote in quotes or [""]:
        for term in TERMS:
            if begin := typed(term, quote):
                tries[f"glossary remove {begin}"] = ["glossary", "remove", term]
    assert len(tries) >= len(TERMS)
    env = environment(desk) | {"TERM": "xterm", "SCRIPT": str(script_file(desk, shell))}
    env["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    name, options = way_of(shell)
    child = pexpect.spawn(
        name,
        options,
        env=env,
        cwd=desk / "desk",
        encoding="utf-8",
        timeout=60,
        dimensions=(50, 200),
    )
    if shell == "zsh":
        child.sendline("autoload -Uz compinit && compinit -u -D; unsetopt beep")
    child.sendline("source $SCRIPT")
    for number, (line, wanted) in enumerate(tries.items(), 1):
        child.send(f"passerelle {line}\t\r")
        child.expect_exact(f"CALLED {number}.")
        got = json.loads(called.read_text().splitlines()[-1])
        assert got in (wanted, [each.rstrip("/") for each in wanted]), line  # zsh: folders bare
    child.close(force=True)
    assert not (desk / "desk" / "owned").exists(), "a term was run as a command"


def indented(text):
    return text.replace("\n", "\n    ").rstrip(" ")
