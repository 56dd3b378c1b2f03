"""A reader who follows a page: saves its files, types its commands, looks at what is shown.

All that varies from one run to the next is told here (`VARIES`), and what depends on the engine
(`OF_THE_ENGINE`): with the tests' small Argos package such lines are not compared, with the bundled
model they are.
"""

from __future__ import annotations

import difflib
import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from pages import ROOT, blocks, steps
from typer.testing import CliRunner

from pipeline.cli.app import app

VARIES = (
    (r"\bin (?:\d+ (?:s|min)|under a second)(?=\W)", "in N s"),
    ("\ufeff", ""),  # the mark of a table for spreadsheets
    (r"\b\d+(?:\.\d+)? sentences/s", "N sentences/s"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?: UTC)?", "DATE"),
    (r"\b[Cc]onfidence:? 0\.\d\d", "confidence N"),
    (r" \(\d+ (?:by|repaired)[^)]*\)", ""),
    (r"/\S*/(?=\.local/share)", "~/"),
)
OF_THE_ENGINE = re.compile(
    r"^  (?:Engine|Second look|Touch-ups|Terms|\d+ terms? not|Checks|Check first|Sentences)\b"
    r"|^  Nothing had"
    r"|^    |^Next: (?:read|open|look)"
)
LIKENESS = 0.8  # of a model's English: processors differ in the last bits, and so in a word


def plain(text: str, *, engine: bool) -> list[str]:
    """Give the lines of an output, with what varies made alike."""
    for pattern, same in VARIES:
        text = re.sub(pattern, same, text)
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return lines if engine else [line for line in lines if not OF_THE_ENGINE.search(line)]


def agrees(shown: list[str], said: list[str]) -> bool:
    """Say whether an output is as a page shows it; ``…`` stands for anything, alone for lines."""
    parts = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown
    ]
    return bool(re.fullmatch("".join(parts), "".join(f"{line}\n" for line in said)))


class Reader:
    """Follows pages in a folder; ``engine`` says whether the engine's lines are as shown."""

    def __init__(self, folder: Path, *, engine: bool = False) -> None:
        self.engine = engine
        self.done: list[str] = []
        self.shims = folder.parent / f"{folder.name}-bin"
        self.shims.mkdir()
        shim = self.shims / "passerelle"
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pipeline "$@"\n')
        shim.chmod(0o755)
        os.chdir(folder)

    def follow(self, page: Path) -> None:
        """Do what a page says, from its first block to its last."""
        for block in blocks(page):
            if block.told == "file":
                path = Path(block.more)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
            elif block.told == "run" and block.language == "python":
                self._python(block)
            elif block.told == "run":
                exit_code = int(block.more.removeprefix("exit ")) if "exit" in block.more else 0
                typed = steps(block)
                for step in typed:
                    expected = exit_code if step is typed[-1] else 0
                    self._type(block, step, expected, english=block.more == "English")

    def _type(self, block, step, expected: int, *, english: bool) -> None:
        code, out, errors = self._shell(step.command)
        self.done.append(step.command)
        place = f"{block.place}: {step.command}"
        assert code == expected, f"{place}: ended with {code}, not {expected}\n{out}\n{errors}"
        said = out if out.strip() else errors
        if not step.shown.strip():
            return
        if english:
            shown, real = step.shown.split(), said.split()
            likeness = difflib.SequenceMatcher(None, shown, real, autojunk=False).ratio()
            if self.engine:
                assert likeness >= LIKENESS, f"{place}: {likeness:.2f}\n{said}"
            return
        shown = plain(step.shown, engine=self.engine)
        real = plain(said, engine=self.engine)
        assert agrees(shown, real), f"{place}: shown\n" + "\n".join(
            difflib.unified_diff(shown, real, "page", "real", lineterm="", n=9)
        )

    def _shell(self, command: str) -> tuple[int, str, str]:
        words = _words(command)
        if words and words[0] == "passerelle" and not {"|", "&&", ";", "||", "&"} & set(words):
            return _in_process(words[1:])
        where = self.shims / "where"
        script = f"{command}\ncode=$?\npwd > {shlex.quote(str(where))}\nexit $code"
        here = Path(sys.executable).parent  # as in an environment that was activated
        paths = os.pathsep.join((str(self.shims), str(here), os.environ["PATH"]))
        done = subprocess.run(
            ["bash", "-c", script],
            env=os.environ | {"PATH": paths, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        os.chdir(where.read_text().rstrip("\n"))
        return done.returncode, done.stdout, done.stderr

    def _python(self, block) -> None:
        examples = doctest.DocTestParser().get_doctest(block.text, {}, block.place, block.place, 0)
        said: list[str] = []
        checker = _Anything() if block.more == "English" and not self.engine else None
        runner = doctest.DocTestRunner(checker, optionflags=doctest.ELLIPSIS)
        runner.run(examples, out=said.append)
        assert runner.failures == 0, f"{block.place}:\n{''.join(said)}"


class _Anything(doctest.OutputChecker):
    """Takes what a model says, whatever it is."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return True


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    return list(lexer)


def _in_process(words: list[str]) -> tuple[int, str, str]:
    """Run a call of passerelle here: starting a process for each would take a second."""
    stdin, stdout, arguments = b"", None, []
    stream = iter(words)
    for word in stream:
        if word == "<":
            stdin = Path(next(stream)).read_bytes()
        elif word == ">":
            stdout = Path(next(stream))
        else:
            arguments.append(word)
    result = CliRunner().invoke(app, arguments, input=stdin, prog_name="passerelle")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    if stdout:
        stdout.write_bytes(result.stdout_bytes)
        return result.exit_code, "", result.stderr
    return result.exit_code, result.stdout, result.stderr
