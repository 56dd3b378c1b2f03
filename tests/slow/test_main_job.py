"""The README's first command, in a process of its own that cannot reach any network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import sacrebleu

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

SEED = PROJECT / "seeds" / "musk-zuckerberg-openai.fr.txt"
REFERENCE = PROJECT / "seeds" / "musk-zuckerberg-openai.en.txt"

# Ends the process at the first thing that looks like a network: one that Python does.
WITHOUT_SOCKETS = """
import os, sys

def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        print("a socket was used:", event, arguments, file=sys.stderr, flush=True)
        os._exit(99)

sys.addaudithook(refuse)
from pipeline.cli import main
main()
"""


def without_network(*command):
    """Run a command where there is no network device at all, if this system lets us."""
    unshare = shutil.which("unshare")
    wall = [unshare, "--map-root-user", "--net"] if unshare else []
    if wall and subprocess.run([*wall, "true"], capture_output=True).returncode:
        wall = []
    return subprocess.run(
        [*wall, *map(str, command)], cwd=PROJECT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory, bundled_folder):
    """The seed article's run: its output folder, and what it printed."""
    out = tmp_path_factory.mktemp("main-job") / "outputs"
    result = without_network(
        sys.executable, "-c", WITHOUT_SOCKETS, "translate", "seeds", "--out", out
    )
    assert result.returncode == 0, result.stderr
    print(result.stdout)
    return out, result


def test_the_wall_holds():
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    result = without_network(
        sys.executable, "-c", WITHOUT_SOCKETS.replace("from pipeline.cli import main\nmain()", code)
    )
    assert result.returncode == 99
    assert "a socket was used" in result.stderr


def paragraphs(path):
    return path.read_text(encoding="utf-8").split("\n\n")


def test_the_seed_article_has_the_same_paragraphs(done):
    out, _ = done
    french, english = paragraphs(SEED), paragraphs(out / "musk-zuckerberg-openai.en.txt")
    assert len(english) == len(french)
    for left, right in zip(french, english, strict=True):
        assert (left.strip() == "") == (right.strip() == "")
        assert left.count("\n") == right.count("\n")


def test_every_term_of_the_seed_article_is_as_the_glossary_says(done):
    out, _ = done
    terms = pl.read_csv(out / "terms.csv")
    assert terms.height >= 60
    assert set(terms["status"]) == {"satisfied"}
    text = (out / "musk-zuckerberg-openai.en.txt").read_text(encoding="utf-8")
    french = SEED.read_text(encoding="utf-8")
    for name in ("xAI", "Grok", "Stargate", "Microsoft", "GPT"):
        assert text.count(name) == french.count(name)
    for name in ("OpenAI", "Meta"):
        assert text.count(name) >= french.count(name)
    # The words for AI that the French has, and no French abbreviation left.
    assert text.count("AI ") + text.count("AI,") >= 7
    assert " IA" not in text


def test_the_seed_article_reaches_bleu_52_and_the_run_prints_it(done):
    out, result = done
    printed = next(line for line in result.stdout.splitlines() if "BLEU" in line and ", " in line)
    told = float(printed.split("BLEU ")[1].split(",")[0])
    english, reference = (
        [" ".join(p.split()) for p in path.read_text(encoding="utf-8").split("\n\n") if p.strip()]
        for path in (out / "musk-zuckerberg-openai.en.txt", REFERENCE)
    )
    independent = sacrebleu.corpus_bleu(english, [reference]).score
    assert told == pytest.approx(independent, abs=0.051)
    assert independent >= 52
    assert "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in result.stdout


def test_the_run_leaves_a_report_to_open(done):
    out, result = done
    assert f"{out}/report.html" in result.stdout
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "OpenAI" in page
    assert "http-equiv" in page


def test_a_second_run_translates_nothing_and_gives_the_same_bytes(done):
    out, _ = done
    before = (out / "musk-zuckerberg-openai.en.txt").read_bytes()
    result = without_network(
        sys.executable, "-c", WITHOUT_SOCKETS, "translate", "seeds", "--out", out
    )
    assert result.returncode == 0, result.stderr
    assert "Nothing had changed since the last run." in result.stdout
    assert "0 translated now, 34 known from before" in result.stdout
    assert (out / "musk-zuckerberg-openai.en.txt").read_bytes() == before
